//! What stands under the text of a person: signature, lines of the program, legal footers, footers of
//! mailing lists.

use super::ends;
use super::{Kind, marks};
use crate::lines::{Hint, Line};

const LONGEST_SIGNATURE: usize = 30;
/// A `--` without its space may be a rule in the text.
const LONGEST_UNSURE: usize = 15;
const LONGEST_CLOSING: usize = 14;
const LIST_FOOTER: usize = 12;

/// Marks the tails of each stretch of own lines.
pub fn mark(lines: &[Line], kinds: &mut [Kind]) {
    for at in 0..lines.len() {
        if kinds[at] != Kind::Own || lines[at].hint != Some(Hint::Signature) {
            continue;
        }
        kinds[at] = Kind::Signature;
        // Its mark stands before the element.
        if let Some(above) = last(lines, 0, at).filter(|it| lines[*it].text.trim() == "--") {
            kinds[above] = Kind::Signature;
        }
    }
    let mut at = 0;
    while at < lines.len() {
        if kinds[at] != Kind::Own {
            at += 1;
            continue;
        }
        let end = (at..lines.len()).find(|it| kinds[*it] != Kind::Own).unwrap_or(lines.len());
        mark_stretch(lines, kinds, at, end);
        at = end;
    }
}

fn mark_stretch(lines: &[Line], kinds: &mut [Kind], start: usize, mut end: usize) {
    // From the outside in: each may stand under the next.
    for find in [list_footer, delimiter, footers, program_line, footers, closing, footers] {
        let Some(at) = find(lines, start, end) else { continue };
        kinds[at..end].fill(Kind::Signature);
        end = at;
    }
}

/// The last line that has text before `end`.
fn last(lines: &[Line], start: usize, end: usize) -> Option<usize> {
    (start..end).rev().find(|it| !lines[*it].is_empty())
}

/// `-- ` on a line of its own (RFC 3676, section 4.3), and what came of it.
fn delimiter(lines: &[Line], start: usize, end: usize) -> Option<usize> {
    // From the end, so that what is too long is not looked through; the first of several counts.
    let (mut found, mut left) = (None, 0);
    for at in (start..end).rev() {
        let is_one = match lines[at].text.as_str() {
            "-- " => true,
            "--" | "—" | "– " | "--=20" => left <= LONGEST_UNSURE && left > 0,
            _ => false,
        };
        if is_one {
            found = Some(at);
        }
        left += usize::from(!lines[at].is_empty());
        if left > LONGEST_SIGNATURE {
            break;
        }
    }
    found
}

/// `Sent from my phone`, as one of the last lines.
fn program_line(lines: &[Line], start: usize, end: usize) -> Option<usize> {
    let mut found = None;
    let mut end = end;
    for _ in 0..3 {
        let Some(at) = last(lines, start, end) else { break };
        let lower = lines[at].text.trim().to_lowercase();
        let is_one = lower.chars().count() < 100 && ends::SENT_FROM.iter().any(|it| lower.starts_with(it));
        if is_one {
            found = Some(at);
        } else if found.is_some() {
            break;
        }
        end = at;
    }
    found
}

/// Paragraphs at the end that are legal text or advertisement.
fn footers(lines: &[Line], start: usize, end: usize) -> Option<usize> {
    let (mut found, mut end) = (None, end);
    while let Some(last) = last(lines, start, end) {
        let first = (start..=last).rev().take_while(|it| !lines[*it].is_empty()).last().unwrap_or(last);
        let text: Vec<&str> = lines[first..=last].iter().map(|it| it.text.trim()).collect();
        let text = text.join(" ").to_lowercase();
        let is_rule = lines[first..=last].iter().all(|it| marks::is_rule(&it.text));
        if !(is_footer(&text) || is_rule && found.is_some()) {
            break;
        }
        found = Some(first);
        end = first;
    }
    found
}

fn is_footer(paragraph: &str) -> bool {
    let plain = paragraph.trim_start_matches(|it: char| !it.is_alphanumeric());
    if ends::FOOTERS.iter().any(|it| plain.starts_with(it)) {
        return true;
    }
    let kinds = ends::LEGAL.iter().filter(|kind| kind.iter().any(|it| paragraph.contains(it))).count();
    kinds >= 3 || kinds == 2 && paragraph.len() > 250
}

/// Under a rule, a few lines that name a mailing list.
fn list_footer(lines: &[Line], start: usize, end: usize) -> Option<usize> {
    let from = end.saturating_sub(40).max(start);
    (from..end).find(|at| {
        if !marks::is_rule(&lines[*at].text) {
            return false;
        }
        let below: Vec<String> =
            lines[at + 1..end].iter().filter(|it| !it.is_empty()).map(|it| it.text.to_lowercase()).collect();
        below.len() <= LIST_FOOTER
            && below.iter().any(|line| ends::LIST_FOOTERS.iter().any(|it| line.contains(it)))
    })
}

/// "Kind regards," with a name and its details under it.
fn closing(lines: &[Line], start: usize, end: usize) -> Option<usize> {
    let last = last(lines, start, end)?;
    let from = last.saturating_sub(2 * LONGEST_CLOSING).max(start);
    // Something has to stand above it.
    let first = (start..=last).find(|it| !lines[*it].is_empty())?;
    (from..=last).rev().find(|at| {
        let text = &lines[*at].text;
        *at > first
            && (is_closing(text) && names_follow(lines, at + 1, end)
                || lines[at - 1].is_empty()
                    && is_closing_with_name(text)
                    && details_follow(lines, at + 1, end))
    })
}

/// In one language or in several: `Mit freundlichen Grüßen / Kind regards`.
fn is_closing(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    if lower.chars().count() > 80 {
        return false;
    }
    let is_one = |it: &str| ends::CLOSINGS.contains(&it.trim_end_matches([',', '.', '!', ' ', '-']).trim());
    lower.split(['/', '|']).all(is_one)
}

/// `Mvg Anna Berg`: a closing, then capitalised words and nothing else.
fn is_closing_with_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    (1..words.len()).any(|cut| {
        let name = &words[cut..];
        name.len() <= 3
            && name.iter().all(|it| it.starts_with(char::is_uppercase))
            && is_name(&name.join(" "))
            && is_closing(&words[..cut].join(" "))
    })
}

fn names_follow(lines: &[Line], from: usize, end: usize) -> bool {
    let below: Vec<&str> =
        lines[from..end].iter().map(|it| it.text.trim()).filter(|it| !it.is_empty()).collect();
    below.first().is_some_and(|it| is_name(it)) && details_follow(lines, from, end)
}

/// Nothing but a few lines that are no sentences.
fn details_follow(lines: &[Line], from: usize, end: usize) -> bool {
    let mut below = lines[from..end].iter().map(|it| it.text.trim()).filter(|it| !it.is_empty());
    below.clone().count() <= LONGEST_CLOSING && below.all(|it| !reads_as_sentence(it))
}

/// Few words without digits, that do not end a sentence.
fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let letters = words
        .iter()
        .all(|it| it.chars().all(|it| !it.is_ascii_digit() && !matches!(it, '?' | '!' | ':' | '@')));
    let upper = words.iter().filter(|it| it.chars().next().is_some_and(|it| !it.is_lowercase())).count();
    let enough = words.len() == 1 || 2 * upper >= words.len();
    words.len() <= 6 && text.chars().count() <= 60 && letters && enough
}

fn reads_as_sentence(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_postscript =
        ["ps", "p.s", "p.s.", "pps", "nb"].contains(&lower.split([':', ' ', ')']).next().unwrap_or_default());
    text.ends_with('?') || is_postscript || text.split_whitespace().count() > 12 && !is_footer(&lower)
}
