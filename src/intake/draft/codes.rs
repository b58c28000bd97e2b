//! The codes that a question names (order numbers, error codes), and whether the passages know them: what is
//! written of E-4013 is no answer to E-4012.

use std::collections::BTreeSet;

use answerpal_inference::retrieval::identifiers;

use crate::intake::retrieve::FoundPassage;

/// A code as it was written, and as it is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    pub written: String,
    plain: String,
    /// Few letters and a digit or two (`H6`): a code where documents have others of its kind, else anything.
    is_short: bool,
}

impl Code {
    pub fn is_short(&self) -> bool {
        self.is_short
    }

    /// Whether a passage carries it.
    pub fn is_in(&self, passage: &FoundPassage) -> bool {
        carried(passage).contains(&self.plain)
    }

    /// Whether another identifier counts the same kind of thing: `e4013` beside `e4012`.
    fn is_like(&self, other: &str) -> bool {
        let letters = |it: &str| it.trim_end_matches(|it: char| it.is_ascii_digit()).to_owned();
        let kind = letters(&self.plain);
        self.plain != other && kind == letters(other) && kind.len() < other.len()
    }
}

/// The codes of a text: letters, then at least two digits, or a number sign with at least four; one or two
/// capitals and a digit. Amounts, dates, times and measures are none.
pub fn of(text: &str) -> Vec<Code> {
    let is_part = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_' | '/' | '.' | '#');
    let mut out: Vec<Code> = Vec::new();
    for word in text.split(|it: char| !is_part(it)) {
        let word = word.trim_matches(['-', '_', '/', '.']);
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let is_code = word.starts_with(char::is_alphabetic) && digits >= 2
            || word.starts_with("0x")
            || word.starts_with('#') && digits >= 4;
        let long = identifiers(word).into_iter().next().filter(|_| is_code);
        let is_short = long.is_none();
        let Some(plain) = long.or_else(|| short(word)) else { continue };
        if out.iter().all(|it| it.plain != plain) {
            out.push(Code { written: word.to_owned(), plain, is_short });
        }
    }
    out
}

/// `H6`, `E-4`: one or two capitals, one or two digits.
fn short(word: &str) -> Option<String> {
    let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = word[letters..].strip_prefix('-').unwrap_or(&word[letters..]);
    let is_code = (1..=2).contains(&letters)
        && (1..=2).contains(&digits.len())
        && digits.bytes().all(|it| it.is_ascii_digit());
    is_code.then(|| word.replace('-', "").to_lowercase())
}

/// A text without its codes.
pub fn without(text: &str, codes: &[Code]) -> String {
    codes.iter().fold(text.to_owned(), |text, code| text.replace(&code.written, " "))
}

/// Those that none of the passages carries.
pub fn unknown<'a>(codes: Vec<Code>, passages: impl Iterator<Item = &'a FoundPassage>) -> Vec<Code> {
    let known: BTreeSet<String> = passages.flat_map(carried).collect();
    let is_code = |code: &Code| !code.is_short || known.iter().any(|it| code.is_like(it));
    codes.into_iter().filter(|it| !known.contains(&it.plain) && is_code(it)).collect()
}

/// Whether a passage is about others of the kind of these codes.
pub fn is_of_others(passage: &FoundPassage, unknown: &[Code]) -> bool {
    let carried = carried(passage);
    unknown.iter().any(|code| carried.iter().any(|it| code.is_like(it)))
}

fn carried(passage: &FoundPassage) -> BTreeSet<String> {
    let text = format!("{}\n{}\n{}", passage.title, passage.headings.join("\n"), passage.text);
    let words = text.split(|it: char| !(it.is_alphanumeric() || it == '-'));
    let mut out: BTreeSet<String> = words.filter_map(short).collect();
    out.extend(identifiers(&text));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_from_amounts_and_dates() {
        let written = |text: &str| of(text).into_iter().map(|it| it.written).collect::<Vec<_>>();
        assert_eq!(written("I see E-9999 (and e9999)."), ["E-9999"]);
        assert_eq!(written("Order FL-20981, #10-2045, 0x80070005."), ["FL-20981", "#10-2045", "0x80070005"]);
        assert_eq!(written("1200 euro on 2024-11-30 at 14u30 for 27km."), Vec::<String>::new());
        // Whether these are codes, documents say.
        assert_eq!(written("It shows H6 or E-4, as MP3, printed on A4."), ["H6", "E-4", "MP3", "A4"]);
        let codes = of("E-4012 fails");
        assert!(codes[0].is_like("e4013") && !codes[0].is_like("e4012") && !codes[0].is_like("fl20981"));
        assert_eq!(without("E-4012 fails", &codes).trim(), "fails");
    }
}
