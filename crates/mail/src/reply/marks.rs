//! The marks that mail programs put above what they quote.

use super::words;
use crate::lines::{Hint, Line};

/// An attribution may be wrapped over so many lines.
const WRAPPED: usize = 4;
const LONGEST_ATTRIBUTION: usize = 400;
/// Lines of a header block.
const HEADER_LINES: usize = 10;
const RULE: usize = 5;
/// Bytes of a line that may be one.
const LONGEST_MARK: usize = 1000;

/// The marks before the first letter of a subject, in lower case: `re`, `fwd`.
fn first_mark(subject: &str) -> Option<String> {
    let (mark, _) = subject.trim_start().split_once([':', '：'])?;
    let mark = mark
        .trim()
        .trim_end_matches(|it: char| it.is_ascii_digit() || matches!(it, '[' | ']' | '(' | ')' | '^'));
    (mark.chars().count() <= 8).then(|| mark.to_lowercase())
}

/// Whether a subject says that it forwards something.
pub fn is_forward(subject: &str) -> bool {
    first_mark(subject).is_some_and(|it| words::FORWARDED.contains(&it.as_str()))
}

/// Whether a text does nothing but announce the mail that it forwards.
pub fn only_announces(text: &str) -> bool {
    let bare = text.trim_matches(|it: char| !it.is_alphanumeric()).to_lowercase();
    words::FORWARDED_BELOW.contains(&bare.as_str())
}

/// Whether a line announces the mail that is forwarded under it.
pub fn announces(line: &Line) -> bool {
    line.text.len() <= LONGEST_MARK && only_announces(&line.text)
}

/// Whether a subject says that it answers something.
pub fn is_answer(subject: &str) -> bool {
    let plain = crate::subject::thread_subject(subject);
    !is_forward(subject) && first_mark(subject).is_some() && plain.len() < subject.trim().to_lowercase().len()
}

/// Whether a text has these words, not as part of others.
pub fn has_words(text: &str, words: &str) -> bool {
    let mut from = 0;
    while let Some(at) = text[from..].find(words) {
        let (start, end) = (from + at, from + at + words.len());
        let before = text[..start].chars().next_back().is_some_and(char::is_alphanumeric);
        let after = text[end..].chars().next().is_some_and(char::is_alphanumeric);
        if !before && !after {
            return true;
        }
        from = start + text[start..].chars().next().map_or(1, char::len_utf8);
    }
    false
}

/// An attribution that begins at a line: the line after it, and whether it names a date or an address and
/// so cannot be much else.
pub fn attribution(lines: &[Line], at: usize) -> Option<(usize, bool)> {
    let first = &lines[at];
    if first.is_quoted || first.is_empty() {
        return None;
    }
    if first.hint == Some(Hint::Attribution) {
        let more = lines[at..].iter().take_while(|it| it.hint == Some(Hint::Attribution) && !it.is_quoted);
        return Some((at + more.count(), true));
    }
    // Each ends in a colon, which most lines are told from it by.
    let ends = |it: &Line| it.text.trim_end_matches(['*', '_', ' ', '\u{a0}']).ends_with([':', '：']);
    if !lines[at..].iter().take(WRAPPED).any(ends) {
        return None;
    }
    let mut joined = String::new();
    for (end, line) in lines.iter().enumerate().skip(at).take(WRAPPED) {
        if line.is_quoted || line.is_empty() {
            return None;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(line.text.trim());
        if joined.len() > LONGEST_ATTRIBUTION {
            return None;
        }
        if let Some(is_strong) = reads_as_attribution(&joined) {
            return Some((end + 1, is_strong));
        }
        // A sentence does not become an attribution by what follows it.
        if end == at && !may_begin_attribution(&joined) {
            return None;
        }
    }
    None
}

fn may_begin_attribution(line: &str) -> bool {
    let ends_sentence = line.ends_with(['.', '!', '?', ';']) && !line.contains('@');
    !ends_sentence && (line.contains('@') || line.contains(|it: char| it.is_ascii_digit()))
}

fn reads_as_attribution(text: &str) -> Option<bool> {
    let lower = text.to_lowercase();
    let lower = lower.trim_end_matches(['*', '_', ' ', '\u{a0}']);
    let lower = lower.strip_suffix([':', '：'])?.trim_end();
    let names_more = text.contains('@') || dated(text);
    if words::QUOTING.iter().any(|it| lower.starts_with(it)) {
        return Some(names_more);
    }
    let wrote = words::WROTE.iter().any(|it| has_words(lower, it) || (!it.is_ascii() && lower.contains(it)));
    if !wrote {
        // `* Anna Berg <anna@example.com> [2026-03-02 10:00]:` of mutt.
        let mutt = lower.starts_with("* ") && lower.ends_with(']') && text.contains('@');
        return mutt.then_some(true);
    }
    // What a person writes about writing has more words than a name and a date.
    if text.split_whitespace().count() > 40 {
        return None;
    }
    Some(names_more)
}

/// Whether a text has a year or a time of day, and more digits than a number in a sentence would.
fn dated(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let has_time = text.as_bytes().windows(5).any(|it| {
        it[0].is_ascii_digit()
            && (it[1] == b':' || it[2] == b':' || it[1] == b'h' || it[2] == b'h')
            && it[3].is_ascii_digit()
    });
    let has_year = text
        .split(|it: char| !it.is_ascii_digit())
        .any(|it| it.len() == 4 && (it.starts_with("19") || it.starts_with("20")));
    digits >= 4 && (has_time || has_year)
}

/// Whether the mail that is answered begins at a line, with its headers or under a rule that says so.
pub fn begins_history(lines: &[Line], at: usize) -> bool {
    let line = &lines[at];
    if line.hint == Some(Hint::History) {
        return true;
    }
    let text = line.text.trim();
    if text.is_empty() {
        return false;
    }
    if text.len() > LONGEST_MARK {
        return false;
    }
    let lower = text.to_lowercase();
    if words::ABOVE.iter().any(|it| lower.contains(it)) && lower.chars().count() < 120 {
        return true;
    }
    let is_between = |it: char| matches!(it, '-' | '_' | '=' | '–' | '—' | '*' | ' ' | '>' | '<');
    let inner = lower.trim_matches(is_between);
    if inner.len() < lower.len() && words::ORIGINAL.contains(&inner.trim_end_matches(':')) {
        return true;
    }
    // A rule, then headers.
    if is_rule(text) {
        let next = (at + 1..lines.len().min(at + 3)).find(|it| !lines[*it].is_empty());
        return next.is_some_and(|it| begins_headers(lines, it));
    }
    begins_headers(lines, at)
}

pub fn is_rule(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() >= RULE
        && text.chars().all(|it| matches!(it, '_' | '-' | '=' | '–' | '—' | '*' | '~'))
}

/// `From: … Sent: … To: … Subject: …` on lines of their own, in any of the languages; some programs begin with
/// when it was sent. Without a subject somebody's address has to be there: a journey has from, to and date as well.
fn begins_headers(lines: &[Line], at: usize) -> bool {
    let is = |line: &Line, labels: &[&str]| label(&line.text, labels).is_some();
    let begins_with_date = is(&lines[at], words::SENT);
    if !begins_with_date && !is(&lines[at], words::FROM) {
        return false;
    }
    let (mut from, mut sent, mut to, mut subject, mut address) = (false, false, false, false, false);
    let mut empty = 0;
    for line in lines[at..].iter().take(HEADER_LINES + 1) {
        if line.is_quoted != lines[at].is_quoted {
            break;
        }
        if line.is_empty() {
            empty += 1;
            if empty > 2 {
                break;
            }
            continue;
        }
        let (is_from, is_to) = (is(line, words::FROM), is(line, words::TO));
        from |= is_from;
        to |= is_to;
        address |= (is_from || is_to) && line.text.contains('@');
        sent |= is(line, words::SENT);
        subject |= is(line, words::SUBJECT);
    }
    let is_whole = from && subject && (sent || to);
    is_whole && (to || !begins_with_date) || !begins_with_date && sent && to && address
}

/// What follows one of these labels and a colon at the start of a line; bold marks are looked through.
fn label<'a>(text: &'a str, labels: &[&str]) -> Option<&'a str> {
    let text = text.trim_start_matches(['*', '_', ' ', '\u{a0}', '|']);
    let (name, rest) = text.split_once([':', '：'])?;
    if name.chars().count() > 24 {
        return None;
    }
    let name = name.trim_matches(['*', '_', ' ', '\u{a0}']).to_lowercase();
    let rest = rest.trim_matches(['*', ' ', '\u{a0}']);
    labels.contains(&name.as_str()).then_some(rest)
}
