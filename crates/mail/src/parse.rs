//! MIME to a [`Mail`]. Reading is `mail-parser`'s; what it leaves open (missing charsets, 8-bit headers,
//! bounds, which part is the body) is settled here.

mod bodies;
mod flowed;
mod head;
mod parts;

use std::panic::catch_unwind;

use mail_parser::MessageParser;

use crate::charset::{clean, guessed, header_end, with_readable_headers};
use crate::mail::Mail;

use bodies::{limited, read_bodies};
pub use head::message_ids;
use head::read_head;
use parts::{protection, read_parts, readable_part, unwrap_outlook};

/// How much of a mail is read. What is beyond is named in [`Mail::notes`]; the raw file has it all.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one body, text or HTML.
    pub body: usize,
    /// Bytes of all headers that are kept.
    pub headers: usize,
    /// Parts that are kept as files.
    pub parts: usize,
    /// Message-IDs that are kept of one header, the newest.
    pub references: usize,
    /// Addresses that are kept of one header.
    pub addresses: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 1024 * 1024, headers: 128 * 1024, parts: 1000, references: 200, addresses: 500 }
    }
}

/// Mails enclosed in each other deeper than this are not taken apart: each level costs stack.
const MOST_ENCLOSED: usize = 100;
/// A missing boundary is looked for to the end of the mail: this bounds how often times how far.
const MOST_SEARCHED: usize = 4_000_000_000;

/// Reads a raw mail; None where not one header of a mail is in it.
pub fn parse(raw: &[u8], limits: &Limits) -> Option<Mail> {
    let raw = without_envelope_line(raw);
    let readable = with_readable_headers(raw);
    if is_safe(&readable) {
        // A fault of the reader of MIME costs the structure of one mail and not the mail.
        let whole = catch_unwind(|| taken_apart(&readable, true, limits));
        return whole.unwrap_or_else(|_| taken_apart(&readable, false, limits));
    }
    taken_apart(&readable, false, limits)
}

fn taken_apart(readable: &[u8], is_safe: bool, limits: &Limits) -> Option<Mail> {
    let parser = MessageParser::default();
    let message = if is_safe { parser.parse(readable) } else { parser.parse_headers(readable) };
    let message = message.filter(|it| !it.parts.is_empty() || !is_safe)?;
    let mut mail = Mail::default();
    if is_safe {
        read_head(&mut mail, &message, limits);
        if !is_mail(&mail) {
            return None;
        }
        read_bodies(&mut mail, &message, limits);
        read_parts(&mut mail, &message, limits);
        unwrap_outlook(&mut mail, limits);
        if mail.text.is_none() && mail.html.is_none() {
            mail.text = readable_part(&mail.parts, limits);
        }
        mail.protection = protection(&message, &mail);
    } else {
        let end = header_end(readable);
        let head = MessageParser::default().parse(&readable[..end])?;
        read_head(&mut mail, &head, limits);
        let text = guessed(&readable[end..readable.len().min(end + limits.body)]).into_owned();
        mail.text = Some(limited(&mut mail.notes, "text", clean(&text), limits.body));
        mail.notes.push(
            "Its parts cannot be taken apart, or too many enclose each other: see the original.".into(),
        );
    }
    Some(mail)
}

/// Whether one of the headers is there that mail has.
fn is_mail(mail: &Mail) -> bool {
    const KNOWN: [&str; 13] = [
        "from",
        "sender",
        "reply-to",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "received",
        "return-path",
        "mime-version",
        "content-type",
        "delivered-to",
    ];
    mail.headers.iter().any(|it| KNOWN.iter().any(|known| it.0.eq_ignore_ascii_case(known)))
}

/// Without the `From …` line that mbox files and some servers put above the headers.
fn without_envelope_line(raw: &[u8]) -> &[u8] {
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let start = raw.iter().position(|it| !matches!(it, b'\r' | b'\n')).unwrap_or(raw.len());
    let raw = &raw[start..];
    if raw.starts_with(b"From ") || raw.starts_with(b">From ") {
        let end = raw.iter().position(|it| *it == b'\n').map_or(raw.len(), |it| it + 1);
        return &raw[end..];
    }
    raw
}

/// Whether its structure can be read in bounded time and stack.
fn is_safe(raw: &[u8]) -> bool {
    let mut enclosed = 0;
    let mut boundaries: usize = 0;
    for line in raw.split(|it| *it == b'\n') {
        if line.len() < 8 || line.len() > 4096 {
            continue;
        }
        if contains(line, b"boundary") {
            boundaries += 1;
        }
        if contains(line, b"message/") || contains(line, b"multipart/digest") {
            enclosed += 1;
        }
    }
    enclosed <= MOST_ENCLOSED && boundaries.saturating_mul(raw.len()) <= MOST_SEARCHED
}

fn contains(line: &[u8], word: &[u8]) -> bool {
    line.windows(word.len()).any(|it| it.eq_ignore_ascii_case(word))
}

/// Without line ends and control characters.
fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|it: char| it.is_whitespace() || it.is_control()).filter(|it| !it.is_empty()).collect();
    words.join(" ")
}

/// The beginning, of at most so many bytes.
fn truncated(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
