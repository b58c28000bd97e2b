//! PDF: the text of its pages, in reading order as far as the file has one.

use pdf_extract::{Document, OutputError, extract_text_from_mem_by_pages};

use crate::Refusal;

pub fn convert(content: &[u8]) -> Result<String, Refusal> {
    let pages = extract_text_from_mem_by_pages(content).map_err(|it| refusal(&it))?;
    if pages.is_empty() {
        // The pages stop at the first that cannot be read: a file without a readable one is broken.
        let document = Document::load_mem(content).map_err(|_| Refusal::Broken("PDF"))?;
        return Err(if document.get_pages().is_empty() { Refusal::NoText } else { Refusal::Broken("PDF") });
    }
    let pages: Vec<Vec<&str>> = pages.iter().map(|it| it.lines().map(str::trim).collect()).collect();
    let mut out = String::new();
    for (index, page) in pages.iter().enumerate() {
        for line in without_margins(&pages, index, page) {
            join(&mut out, line);
        }
        out.push_str("\n\n");
    }
    Ok(out)
}

fn refusal(error: &OutputError) -> Refusal {
    let text = format!("{error:?}").to_lowercase();
    if text.contains("decrypt") || text.contains("password") || text.contains("encrypt") {
        Refusal::Encrypted
    } else {
        Refusal::Broken("PDF")
    }
}

/// The lines of a page without its number, and without a first and last line that most pages share.
fn without_margins<'a>(pages: &[Vec<&'a str>], index: usize, page: &[&'a str]) -> Vec<&'a str> {
    let filled =
        |page: &[&'a str]| -> Vec<&'a str> { page.iter().copied().filter(|it| !it.is_empty()).collect() };
    let (first, last) = match filled(page).as_slice() {
        [] => return Vec::new(),
        [first, .., last] => (Some(*first), Some(*last)),
        [only] => (None, Some(*only)),
    };
    let repeated = |line: &str, at: fn(&[&'a str]) -> Option<&'a str>| {
        let same = pages.iter().filter(|it| at(&filled(it)) == Some(line)).count();
        pages.len() > 2 && same * 3 >= pages.len() * 2
    };
    let is_number = |line: &str| {
        let digits: String = line.chars().filter(char::is_ascii_digit).collect();
        let rest: String = line.chars().filter(|it| it.is_alphabetic()).collect();
        digits == (index + 1).to_string() && rest.len() <= 6
    };
    let is_margin = |line: &str| {
        (Some(line) == first && (repeated(line, |it| it.first().copied()) || is_number(line)))
            || (Some(line) == last
                && pages.len() > 1
                && (repeated(line, |it| it.last().copied()) || is_number(line)))
    };
    page.iter().copied().filter(|it| it.is_empty() || !is_margin(it)).collect()
}

/// Adds a line: an item of a list on its own, one that a paragraph goes on in behind it.
fn join(out: &mut String, line: &str) {
    if line.is_empty() {
        if !out.ends_with("\n\n") {
            out.push_str("\n\n");
        }
        return;
    }
    if let Some(item) = line.strip_prefix(['•', '▪', '◦', '●', '‣', '·']) {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str("- ");
        out.push_str(item.trim_start());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_paragraphs_and_lists() {
        let mut out = String::new();
        for line in ["Refunds are exam-", "ined within", "14 days.", "", "• First", "• Second", "line"] {
            join(&mut out, line);
        }
        assert_eq!(out, "Refunds are examined within 14 days.\n\n- First\n- Second line");
    }

    #[test]
    fn what_stands_on_every_page_is_left_out() {
        let pages: Vec<Vec<&str>> = vec![
            vec!["ACME terms", "", "One", "1"],
            vec!["ACME terms", "", "Two", "Page 2"],
            vec!["ACME terms", "", "Three 3", "3"],
        ];
        assert_eq!(without_margins(&pages, 1, &pages[1]), ["", "Two"]);
        assert_eq!(without_margins(&pages, 2, &pages[2]), ["", "Three 3"]);
        assert_eq!(without_margins(&pages[..1], 0, &["Only 1"]), ["Only 1"]);
    }
}
