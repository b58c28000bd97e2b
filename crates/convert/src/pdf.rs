//! PDF: the text of its pages, in reading order.

mod layout;

use layout::{Glyph, Line};
use pdf_extract::{Document, MediaBox, OutputDev, OutputError, Transform, output_doc_page};

use crate::tidy::Table;
use crate::{MOST_MARKDOWN, Refusal};

/// Pages that are read.
const MOST_PAGES: usize = 3000;
/// Characters of a document; one has some bytes of markdown each.
const MOST_GLYPHS: usize = MOST_MARKDOWN;

pub fn convert(content: &[u8]) -> Result<String, Refusal> {
    let mut document = Document::load_mem(content).map_err(|it| refusal(&OutputError::PdfError(it)))?;
    if document.is_encrypted() {
        document.decrypt("").map_err(|_| Refusal::Encrypted)?;
    }
    let count = document.get_pages().len();
    let mut pages: Vec<Vec<Glyph>> = Vec::new();
    let mut taken = 0;
    for number in 1..=count.min(MOST_PAGES) {
        let mut page = Page::default();
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        match output_doc_page(&document, &mut page, number) {
            Ok(()) => {}
            // The pages stop at the first that cannot be read: a file without a readable one is broken.
            Err(error) if pages.is_empty() => return Err(refusal(&error)),
            Err(_) => break,
        }
        taken += page.glyphs.len();
        if taken > MOST_GLYPHS {
            return Err(Refusal::TooLarge);
        }
        pages.push(page.glyphs);
    }
    let size = layout::usual_size(pages.iter().flatten());
    let pages: Vec<Vec<Line>> = pages.into_iter().map(|it| layout::lines(it, size)).collect();
    markdown(&pages)
}

fn refusal(error: &OutputError) -> Refusal {
    let text = format!("{error:?}").to_lowercase();
    if text.contains("decrypt") || text.contains("password") || text.contains("encrypt") {
        Refusal::Encrypted
    } else {
        Refusal::Broken("PDF")
    }
}

/// Takes the characters of a page.
#[derive(Default)]
struct Page {
    height: f64,
    glyphs: Vec<Glyph>,
}

impl OutputDev for Page {
    fn begin_page(
        &mut self,
        _: u32,
        media_box: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.height = media_box.ury;
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _spacing: f64,
        font_size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        if self.glyphs.len() >= MOST_GLYPHS {
            return Err(OutputError::FormatError(std::fmt::Error));
        }
        let size = font_size * (place.m11 * place.m22 - place.m12 * place.m21).abs().sqrt();
        let (x, y) = (place.m31, self.height - place.m32);
        let long = width * font_size * place.m11.hypot(place.m12);
        self.glyphs.push(Glyph { x, y, end: x + long, size, text: text.to_owned() });
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

fn markdown(pages: &[Vec<Line>]) -> Result<String, Refusal> {
    let texts: Vec<Vec<&str>> =
        pages.iter().map(|page| page.iter().filter_map(Line::text).collect()).collect();
    let mut out = String::new();
    for (index, page) in pages.iter().enumerate() {
        let margins = margins(&texts, index);
        let mut table = Table::default();
        for line in page {
            if let Line::Row(cells) = line {
                table.row(cells.clone())?;
                continue;
            }
            end_table(&mut table, &mut out);
            match line {
                Line::Gap => join(&mut out, ""),
                Line::Text(text) | Line::Heading(text) if margins.contains(&text.as_str()) => {}
                Line::Heading(text) => {
                    join(&mut out, "");
                    out.push_str(&format!("## {text}\n\n"));
                }
                Line::Text(text) => join(&mut out, text),
                Line::Row(_) => {}
            }
            if out.len() > MOST_MARKDOWN {
                return Err(Refusal::TooLarge);
            }
        }
        end_table(&mut table, &mut out);
        // A sentence goes on on the next page.
        if out.trim_end().ends_with(['.', '!', '?', ':', '|'])
            || !out.ends_with(|it: char| it.is_alphanumeric())
        {
            join(&mut out, "");
        }
    }
    Ok(out)
}

fn end_table(table: &mut Table, out: &mut String) {
    let made = std::mem::take(table).markdown();
    if !made.is_empty() {
        join(out, "");
        out.push_str(&made);
        out.push('\n');
    }
}

/// The first and the last line of a page, where it is the page's number or most pages share it.
fn margins<'a>(pages: &[Vec<&'a str>], index: usize) -> Vec<&'a str> {
    let page = &pages[index];
    let (first, last) = match page.as_slice() {
        [] => return Vec::new(),
        [first, .., last] => (Some(*first), Some(*last)),
        [only] => (None, Some(*only)),
    };
    let repeated = |line: &str, at: fn(&[&'a str]) -> Option<&'a str>| {
        let same = pages.iter().filter(|it| at(it) == Some(line)).count();
        pages.len() > 2 && same * 3 >= pages.len() * 2
    };
    let is_number = |line: &str| {
        let digits: String = line.chars().filter(char::is_ascii_digit).collect();
        let rest: String = line.chars().filter(|it| it.is_alphabetic()).collect();
        digits == (index + 1).to_string() && rest.len() <= 6
    };
    let at_start = first.filter(|it| repeated(it, |it| it.first().copied()) || is_number(it));
    let at_end =
        last.filter(|_| pages.len() > 1).filter(|it| repeated(it, |it| it.last().copied()) || is_number(it));
    at_start.into_iter().chain(at_end).collect()
}

/// Adds a line: an item of a list on its own, one that a paragraph goes on in behind it.
fn join(out: &mut String, line: &str) {
    if line.is_empty() {
        if !out.is_empty() {
            out.truncate(out.trim_end().len());
            out.push_str("\n\n");
        }
        return;
    }
    if let Some(item) = item(line) {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(&item);
        return;
    }
    if !out.is_empty() && !out.ends_with('\n') {
        let hyphenated = out.ends_with('-')
            && out.chars().rev().nth(1).is_some_and(char::is_alphabetic)
            && line.starts_with(char::is_lowercase);
        if hyphenated {
            out.pop();
        } else {
            out.push(' ');
        }
    }
    out.push_str(line);
}

/// A line that begins an item, as markdown has it.
fn item(line: &str) -> Option<String> {
    let (mark, rest) = match line.split_once(' ') {
        Some((mark, rest)) => (mark, rest.trim_start()),
        // A bullet without room behind it.
        None => ("", line.strip_prefix(['•', '▪', '◦', '●', '‣', '\u{f0b7}'])?),
    };
    if rest.is_empty() {
        return None;
    }
    if mark.is_empty() {
        return Some(format!("- {rest}"));
    }
    let number = mark.trim_end_matches(['.', ')']);
    if layout::is_bullet(mark) && number.len() < mark.len() {
        return Some(format!("{number}. {rest}"));
    }
    if let Some(stuck) = mark.strip_prefix(['•', '▪', '◦', '●', '‣', '\u{f0b7}']).filter(|it| !it.is_empty())
    {
        return Some(format!("- {stuck} {rest}"));
    }
    (layout::is_bullet(mark) && mark != "o").then(|| format!("- {rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_paragraphs_and_lists() {
        let mut out = String::new();
        for line in [
            "Refunds are exam-",
            "ined within",
            "14 days.",
            "",
            "• First",
            "•Second",
            "line",
            "- Third",
            "1. Pack",
            "2) Send",
        ] {
            join(&mut out, line);
        }
        assert_eq!(
            out,
            "Refunds are examined within 14 days.\n\n- First\n- Second line\n- Third\n1. Pack\n2. Send"
        );
    }

    #[test]
    fn what_stands_on_every_page_is_left_out() {
        let pages = vec![
            vec!["ACME terms", "One", "1"],
            vec!["ACME terms", "Two", "Page 2"],
            vec!["ACME terms", "Three 3", "3"],
        ];
        assert_eq!(margins(&pages, 1), ["ACME terms", "Page 2"]);
        assert_eq!(margins(&pages, 2), ["ACME terms", "3"]);
        assert_eq!(margins(&[vec!["Only 1"]], 0), Vec::<&str>::new());
    }
}
