//! Markdown cut into sentences, each with its place in the text and as a reader sees it.

use std::borrow::Cow;
use std::ops::Range;

/// What a sentence is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Prose,
    Heading,
    /// Of a list.
    Item,
    /// Of a table, its cells named by the table's head.
    Row,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Its place in the markdown, in bytes.
    pub range: Range<usize>,
    /// Without markup, on one line.
    pub text: String,
    pub kind: Kind,
    /// It is not the first of its paragraph or item.
    pub continues: bool,
    /// The number of its item, in a list that has numbers.
    pub number: Option<u16>,
    /// The cells of a row, each as it is told: with the name of its column but for the first.
    pub cells: Vec<String>,
}

/// A text with its HTML comments blanked: nobody who reads it sees them. Everything stays where it was.
pub fn without_comments(markdown: &str) -> Cow<'_, str> {
    let Some(first) = markdown.find("<!--") else { return Cow::Borrowed(markdown) };
    let mut out = markdown[..first].to_owned();
    let mut rest = &markdown[first..];
    while let Some(start) = rest.find("<!--") {
        let end = rest[start + 4..].find("-->").map_or(rest.len(), |it| start + 4 + it + 3);
        out.push_str(&rest[..start]);
        // A blank for each byte, so that places stay valid.
        out.extend(rest[start..end].bytes().map(|it| if it == b'\n' { '\n' } else { ' ' }));
        rest = &rest[end..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The sentences of a text, in order.
pub fn sentences(markdown: &str) -> Vec<Sentence> {
    let markdown = &*without_comments(markdown);
    let mut out = Vec::new();
    let mut open: Option<Open> = None;
    let mut head: Option<Vec<String>> = None;
    let mut in_code = false;
    let mut at = 0;
    for line in markdown.split_inclusive('\n') {
        let range = at..at + line.trim_end().len();
        at += line.len();
        let text = line.trim();
        if text.starts_with("```") || text.starts_with("~~~") {
            close(markdown, &mut open, &mut out);
            in_code = !in_code;
        } else if in_code || text.is_empty() || is_rule(text) {
            close(markdown, &mut open, &mut out);
            head = head.filter(|_| !text.is_empty() && text.contains("--"));
        } else if text.starts_with('|') {
            close(markdown, &mut open, &mut out);
            row(text, indented(markdown, range), &mut head, &mut out);
        } else if let Some(start) = heading(text) {
            close(markdown, &mut open, &mut out);
            let from = range.start + line.len() - line.trim_start().len() + start;
            let heading = Open { range: from..range.end, kind: Kind::Heading, number: None };
            push(markdown, heading, false, &mut out);
        } else if let Some((start, number)) = item(text) {
            close(markdown, &mut open, &mut out);
            let from = range.start + line.len() - line.trim_start().len() + start;
            open = Some(Open { range: from..range.end, kind: Kind::Item, number });
        } else {
            let quoted = text.starts_with('>');
            match &mut open {
                Some(before) if !quoted => before.range.end = range.end,
                _ => {
                    close(markdown, &mut open, &mut out);
                    let skip = line.len() - line.trim_start_matches([' ', '\t', '>']).len();
                    let range = range.start + skip..range.end;
                    open = Some(Open { range, kind: Kind::Prose, number: None });
                }
            }
        }
    }
    close(markdown, &mut open, &mut out);
    out
}

/// What is being read: a paragraph, an item.
struct Open {
    range: Range<usize>,
    kind: Kind,
    number: Option<u16>,
}

fn indented(markdown: &str, range: Range<usize>) -> Range<usize> {
    let text = &markdown[range.clone()];
    range.start + text.len() - text.trim_start().len()..range.end
}

fn is_rule(text: &str) -> bool {
    text.len() >= 3 && text.chars().all(|it| matches!(it, '-' | '*' | '_' | ' ' | '=')) && !text.contains('|')
}

fn heading(text: &str) -> Option<usize> {
    let marks = text.bytes().take_while(|it| *it == b'#').count();
    let rest = text.get(marks..)?;
    ((1..=6).contains(&marks) && rest.starts_with(' ')).then(|| text.len() - rest.trim_start().len())
}

/// Where an item's text begins, and its number: after `- `, `* `, `+ `, `• `, `1. `, `1) `.
fn item(text: &str) -> Option<(usize, Option<u16>)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = if (1..=3).contains(&digits) {
        text[digits..].strip_prefix(['.', ')'])?
    } else {
        text.strip_prefix(['-', '*', '+', '•', '–'])?
    };
    let number = text[..digits].parse().ok();
    rest.starts_with([' ', '\t']).then(|| (text.len() - rest.trim_start().len(), number))
}

/// A row of a table; the first is its head.
fn row(text: &str, range: Range<usize>, head: &mut Option<Vec<String>>, out: &mut Vec<Sentence>) {
    let inner = text.trim_matches('|').replace("\\|", "\u{1}");
    let cells: Vec<String> = inner.split('|').map(|it| plain(&it.replace('\u{1}', "|"))).collect();
    if cells.iter().all(|it| it.chars().all(|it| matches!(it, '-' | ':' | ' '))) {
        return;
    }
    let Some(names) = head else {
        *head = Some(cells);
        return;
    };
    let named =
        cells.iter().enumerate().filter(|it| !it.1.is_empty()).map(|(index, cell)| match names.get(index) {
            Some(name) if !name.is_empty() && index > 0 => format!("{name}: {cell}"),
            _ => cell.clone(),
        });
    let cells: Vec<String> = named.collect();
    let text = cells.join(", ");
    out.push(Sentence { range, text, kind: Kind::Row, continues: false, number: None, cells });
}

fn close(markdown: &str, open: &mut Option<Open>, out: &mut Vec<Sentence>) {
    let Some(Open { mut range, kind, number }) = open.take() else { return };
    range.start += answer_mark(&markdown[range.clone()]);
    let mut continues = false;
    for part in cut(&markdown[range.clone()]) {
        let range = range.start + part.start..range.start + part.end;
        let before = out.len();
        push(markdown, Open { range, kind, number }, continues, out);
        continues |= out.len() > before;
    }
}

/// The length of what marks an answer in a list of questions: `A: `, `**Answer:** `.
fn answer_mark(text: &str) -> usize {
    const MARKS: &[&str] =
        &["a", "answer", "antwoord", "antwort", "réponse", "respuesta", "risposta", "resposta"];
    let inner = text.trim_start_matches(['*', '_']);
    let Some((mark, rest)) = inner.split_once(':').filter(|it| it.0.len() <= 12) else { return 0 };
    let rest = rest.trim_start_matches(['*', '_']);
    if !MARKS.contains(&mark.trim_end_matches(['*', '_']).to_lowercase().as_str()) || !rest.starts_with(' ') {
        return 0;
    }
    text.len() - rest.trim_start().len()
}

fn push(markdown: &str, part: Open, continues: bool, out: &mut Vec<Sentence>) {
    let Open { range, kind, number } = part;
    let text = plain(&markdown[range.clone()]);
    if text.chars().any(char::is_alphanumeric) {
        out.push(Sentence { range, text, kind, continues, number, cells: Vec::new() });
    }
}

/// Words before a full stop that end no sentence.
const SHORT: &[&str] = &[
    "e.g", "i.e", "etc", "approx", "dr", "mr", "mrs", "ms", "prof", "st", "no", "nr", "vs", "inc", "ltd",
    "co", "art", "fig", "max", "min", "tel", "incl", "excl", "z.b", "bzw", "ca", "d.h", "u.a", "inkl",
    "zzgl", "bijv", "o.a", "d.w.z", "evt", "enz", "p.ex", "env", "av", "m", "mme", "sr", "sra", "pag", "ej",
    "np", "ul", "tj",
];

/// Where the sentences of a paragraph are.
fn cut(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if !matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？') {
            continue;
        }
        let mut end = at + c.len_utf8();
        while let Some((next, closing)) = chars.peek().copied() {
            if !matches!(closing, '.' | '!' | '?' | '"' | '”' | '’' | ')' | ']' | '*' | '_' | '»') {
                break;
            }
            end = next + closing.len_utf8();
            chars.next();
        }
        let rest = &text[end..];
        let wide = matches!(c, '。' | '！' | '？');
        if !wide && !rest.starts_with(char::is_whitespace) {
            continue;
        }
        let next = rest
            .trim_start()
            .trim_start_matches(['"', '“', '„', '(', '[', '*', '_', '«', '‘'])
            .chars()
            .next();
        let goes_on = next.is_some_and(char::is_lowercase);
        if c == '.' && (goes_on || ends_short(&text[start..at])) {
            continue;
        }
        out.push(trimmed(text, start..end));
        start = end;
    }
    out.push(trimmed(text, start..text.len()));
    out.retain(|it| !it.is_empty());
    out
}

fn ends_short(before: &str) -> bool {
    let word =
        before.rsplit(|it: char| it.is_whitespace() || it == '(').next().unwrap_or_default().to_lowercase();
    SHORT.contains(&word.as_str()) || (word.chars().count() == 1 && word.chars().all(char::is_alphabetic))
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + part.len() - part.trim_start().len();
    start..(start + part.trim().len())
}

/// What a reader sees of inline markdown, on one line. A link keeps its address behind it.
pub fn plain(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some(c) = rest.chars().next() {
        let image = rest.starts_with("![");
        if (image || c == '[')
            && let Some((label, target, after)) = link(&rest[usize::from(image)..])
        {
            if !image {
                let label = plain(label);
                out.push_str(&label);
                if !target.is_empty() && !label.contains(target) {
                    out.push_str(&format!(" ({target})"));
                }
            }
            rest = after;
            continue;
        }
        if c == '<'
            && rest[1..].starts_with(|it: char| it.is_ascii_alphabetic() || it == '/')
            && let Some(end) = rest.find('>')
        {
            let inside = &rest[1..end];
            if inside.contains("://") || inside.contains('@') {
                out.push_str(inside);
            }
            rest = &rest[end + 1..];
            continue;
        }
        if c == '\\' && rest[1..].starts_with(|it: char| it.is_ascii_punctuation()) {
            out.push_str(&rest[1..2]);
            rest = &rest[2..];
            continue;
        }
        if !(c == '*'
            || c == '`'
            || (c == '_'
                && !(out.ends_with(char::is_alphanumeric) && rest[1..].starts_with(char::is_alphanumeric))))
        {
            out.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `[label](target "title")`: label, target, what follows.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let close = text.find("](")?;
    let label = &text[1..close];
    if label.contains('[') && !label.starts_with("![") {
        return None;
    }
    let after = &text[close + 2..];
    let end = after.find(')')?;
    let target = after[..end].split_whitespace().next().unwrap_or_default();
    Some((label, target, &after[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_reader_sees_is_no_sentence() {
        let text = "Refunds take 5 days. <!-- é secret:\n margin 40 % --> Write to us.\n\n<!-- never closed";
        let found = sentences(text);
        let texts: Vec<&str> = found.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(texts, ["Refunds take 5 days.", "Write to us."]);
        assert_eq!(&text[found[1].range.clone()].trim_end(), &"Write to us.");
        assert_eq!(without_comments(text).len(), text.len());
    }

    #[test]
    fn markdown_is_cut_with_its_places() {
        let text = "# Returns\n\nYou have **14 days**, e.g. from\nMonday. See [the page](https://x.de/a)!\n\n- First item. More.\n2. Second\n\n\
                    | Country | Cost |\n|---|---|\n| BE | 4.95 |\n\n```\ncode\n```\nDr. No pays approx. 5 € per day. Fine?";
        let found = sentences(text);
        let texts: Vec<&str> = found.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "Returns",
                "You have 14 days, e.g. from Monday.",
                "See the page (https://x.de/a)!",
                "First item.",
                "More.",
                "Second",
                "BE, Cost: 4.95",
                "Dr. No pays approx. 5 € per day.",
                "Fine?",
            ]
        );
        for sentence in &found {
            assert!(!text[sentence.range.clone()].is_empty());
            assert_eq!(text[sentence.range.clone()].trim(), &text[sentence.range.clone()]);
        }
        assert_eq!(&text[found[1].range.clone()], "You have **14 days**, e.g. from\nMonday.");
        assert!(!found[1].continues && found[2].continues);
        assert_eq!(found[6].kind, Kind::Row);
    }

    #[test]
    fn odd_text_does_no_harm() {
        for text in [
            "",
            "...",
            "[",
            "![",
            "[a](",
            "[[x?]]",
            "\\",
            "|",
            "|||",
            "- ",
            "# ",
            "a_b_c <b>x</b> 1 < 2",
            "。？",
        ] {
            for sentence in sentences(text) {
                assert!(text.get(sentence.range.clone()).is_some(), "{text}");
            }
        }
        assert_eq!(plain("a_b_c <b>x</b> 1 < 2 <https://x.de>"), "a_b_c x 1 < 2 https://x.de");
    }
}
