//! Documents as clean markdown: Word, Excel, PDF, HTML, CSV and plain text.
//!
//! Headings, lists, tables and links are kept, looks are not. The type is found out from the content; the
//! name helps only where the content says nothing (text, CSV). Files come from anywhere: what this library
//! unpacks is bounded, but the libraries beneath it are not proof against every hostile file, so callers run
//! it in a process of its own with limits.

mod docx;
mod html;
mod pdf;
mod sheet;
mod text;
mod tidy;
mod unpack;

use std::fmt;

/// Most bytes of markdown that one document gives.
pub const MOST_MARKDOWN: usize = 4 * 1024 * 1024;

/// Why a file is not converted. The text completes "The file …".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Empty,
    Unknown,
    OldWord,
    Encrypted,
    Broken(&'static str),
    TooLarge,
    TooDeep,
    NoText,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::Unknown => f.write_str(
                "is of no type that can be converted: docx, xlsx, xls, ods, pdf, html, csv, markdown, text",
            ),
            Self::OldWord => f.write_str("is in the old Word format: save it as docx"),
            Self::Encrypted => f.write_str("is encrypted: save it without a password"),
            Self::Broken(kind) => write!(f, "is broken: it cannot be read as {kind}"),
            Self::TooLarge => f.write_str("unpacks to more than can be converted"),
            Self::TooDeep => {
                f.write_str("has elements nested deeper, or more tags and attributes, than can be converted")
            }
            Self::NoText => f.write_str("has no text in it; a scan has to go through text recognition first"),
        }
    }
}

impl std::error::Error for Refusal {}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Docx,
    Sheet,
    Pdf,
    Html,
    Csv,
    Text,
}

/// The markdown of a document.
pub fn to_markdown(name: &str, content: &[u8]) -> Result<String, Refusal> {
    let markdown = match kind(name, content)? {
        Kind::Docx => docx::convert(content)?,
        Kind::Sheet => sheet::convert(content)?,
        Kind::Pdf => pdf::convert(content)?,
        Kind::Html => html::convert(&text::decode(content)?)?,
        Kind::Csv => text::csv(&text::decode(content)?)?,
        Kind::Text => text::decode(content)?,
    };
    let markdown = tidy::tidy(&markdown);
    match markdown.len() {
        0 => Err(Refusal::NoText),
        length if length > MOST_MARKDOWN => Err(Refusal::TooLarge),
        _ => Ok(markdown),
    }
}

fn kind(name: &str, content: &[u8]) -> Result<Kind, Refusal> {
    if content.iter().all(u8::is_ascii_whitespace) {
        return Err(Refusal::Empty);
    }
    let head = &content[..content.len().min(4096)];
    if content.starts_with(b"PK") {
        return unpack::kind(content);
    }
    if content.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return unpack::old_kind(content);
    }
    if head[..head.len().min(1024)].windows(5).any(|it| it == b"%PDF-") {
        return Ok(Kind::Pdf);
    }
    let extension = name.rsplit_once('.').map_or("", |it| it.1).to_ascii_lowercase();
    let wide = content.starts_with(&[0xff, 0xfe]) || content.starts_with(&[0xfe, 0xff]);
    if !wide && head.contains(&0) {
        return Err(Refusal::Unknown);
    }
    let start =
        String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    let is_markdown = matches!(extension.as_str(), "md" | "markdown");
    let looks_html = ["<!doctype html", "<html", "<head", "<body"].iter().any(|it| start.contains(it));
    match extension.as_str() {
        "html" | "htm" | "xhtml" => Ok(Kind::Html),
        _ if start.starts_with('<') && looks_html && !is_markdown => Ok(Kind::Html),
        "csv" | "tsv" => Ok(Kind::Csv),
        _ => Ok(Kind::Text),
    }
}
