//! What of a sentence must be exactly as its source has it: numbers with what they count, addresses, codes,
//! names.

use crate::lexicon;
use crate::words::{Word, fold, same, words};

/// A number and what it counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    value: f64,
    unit: Option<&'static str>,
    /// Which of the words it is.
    pub at: usize,
}

impl Quantity {
    pub fn is(&self, other: &Self) -> bool {
        (other.value - self.value).abs() < 1e-9 && self.counts_like(other)
    }

    /// Whether both may count the same thing.
    pub fn counts_like(&self, other: &Self) -> bool {
        other.unit.is_none() || self.unit.is_none() || other.unit == self.unit
    }

    /// Whether it counts one of these, as [`lexicon::unit`] names them.
    pub fn is_of(&self, units: &[&str]) -> bool {
        units.contains(&self.unit_name())
    }

    /// Empty where it counts nothing that is known.
    pub fn unit_name(&self) -> &'static str {
        self.unit.unwrap_or_default()
    }

    pub fn is_money(&self) -> bool {
        self.unit.is_some_and(lexicon::is_currency)
    }
}

/// An address, a code, a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Exact {
    pub text: String,
    /// Which of the words it is, or begins with.
    pub at: usize,
}

/// The facts of a text.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub quantities: Vec<Quantity>,
    /// Addresses, codes, times: anything with digits or an @ that is no plain number.
    pub exact: Vec<Exact>,
    /// Words with a capital that do not begin a sentence.
    names: Vec<String>,
    pub negated: bool,
    pub conditional: bool,
}

impl Facts {
    pub fn of(text: &str) -> Self {
        Self::of_words(text, &words(text))
    }

    pub fn of_words(text: &str, words: &[Word]) -> Self {
        let mut facts = Self::default();
        for (index, word) in words.iter().enumerate() {
            let exact = |text: &str| Exact { text: text.to_owned(), at: index };
            facts.negated |= lexicon::is_negation(&word.folded);
            facts.conditional |= lexicon::is_condition(&word.folded);
            if let Some(value) = value(&word.folded) {
                facts.quantities.push(Quantity { value, unit: unit_at(text, words, index), at: index });
            } else if word.folded.contains('@') || word.folded.bytes().any(|it| it.is_ascii_digit()) {
                facts.exact.push(exact(&word.folded));
            } else if is_address(&word.folded) {
                facts.exact.push(exact(word.folded.trim_start_matches("www.")));
            } else if word.capital && !begins_sentence(text, word) {
                facts.names.push(word.folded.clone());
            }
        }
        for (start, link) in links(text) {
            let at = words.iter().position(|it| it.end > start).unwrap_or_default();
            facts.exact.push(Exact { text: link, at });
        }
        facts
    }

    /// Adds what another text has; its places are none of this one.
    pub fn extend(&mut self, other: &Self) {
        self.quantities.extend(other.quantities.iter().cloned());
        self.exact.extend(other.exact.iter().cloned());
    }

    /// Why these are not those of the source; None where they are. `source_words` are its words, and what
    /// else is known to belong to it: its title and headings.
    pub fn missing_in(&self, source: &Self, source_words: &[&str]) -> Option<Missing> {
        if !self.quantities.iter().all(|it| source.quantities.iter().any(|other| it.is(other))) {
            return Some(Missing::Number);
        }
        let has = |it: &Exact| {
            source.exact.iter().any(|other| other.text == it.text) || source_words.contains(&it.text.as_str())
        };
        if !self.exact.iter().all(has) {
            return Some(Missing::Code);
        }
        let known = |name: &String| {
            source_words.iter().any(|it| same(name, it))
                || lexicon::is_stop(name)
                || lexicon::is_courteous(name)
        };
        if !self.names.iter().all(known) {
            return Some(Missing::Name);
        }
        None
    }

    /// Whether anybody or anything is named.
    pub fn has_names(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whether there is anything in it that could be wrong.
    pub fn is_empty(&self) -> bool {
        self.quantities.is_empty() && self.exact.is_empty()
    }
}

/// The addresses of pages in a text with all that stands behind the host, and where they begin.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    for chunk in text.split_whitespace() {
        let start = chunk.as_ptr() as usize - text.as_ptr() as usize;
        let bare = chunk
            .trim_start_matches(['(', '<', '[', '"', '\'', '“', '„', '«'])
            .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '>', ']', '"', '\'', '”', '»']);
        let folded = fold(bare);
        let (has_scheme, rest) = match folded.split_once("://") {
            Some((_, rest)) => (true, rest),
            None => (false, folded.as_str()),
        };
        let host = rest.split('/').next().unwrap_or_default();
        if has_scheme || (rest.len() > host.len() && is_address(host)) {
            let rest = rest.strip_prefix("www.").unwrap_or(rest).trim_end_matches('/');
            out.push((start, rest.to_owned()));
        }
    }
    out
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    Number,
    Code,
    Name,
}

fn is_address(word: &str) -> bool {
    let ending = word.rsplit('.').next().unwrap_or_default();
    word.contains('.')
        && word.len() > 4
        && ending.chars().count() >= 2
        && ending.chars().all(char::is_alphabetic)
}

/// The value of a number as people write it: `14`, `1,000`, `1.000,50`, `4,95`, `two`.
fn value(word: &str) -> Option<f64> {
    if let Some(number) = lexicon::number(word) {
        return Some(number.into());
    }
    let ordinal = ["st", "nd", "rd", "th", "e", "er", "eme", "ste"];
    let word = ordinal
        .iter()
        .find_map(|it| word.strip_suffix(it).filter(|it| it.ends_with(|c: char| c.is_ascii_digit())))
        .unwrap_or(word);
    if word.is_empty() || !word.bytes().all(|it| it.is_ascii_digit() || it == b'.' || it == b',') {
        return None;
    }
    let last = word.rfind(['.', ',']);
    let text = match last {
        None => word.to_owned(),
        Some(at) => {
            let after = &word[at + 1..];
            let mark = &word[at..=at];
            let one_kind = !word[..at].contains(if mark == "." { ',' } else { '.' });
            let thousands = after.len() == 3 && one_kind && !word.starts_with('0');
            let whole: String = word[..at].chars().filter(char::is_ascii_digit).collect();
            if thousands { format!("{whole}{after}") } else { format!("{whole}.{after}") }
        }
    };
    text.parse().ok()
}

/// A sign at the number, or the word after it (or one further: `14 working days`).
fn unit_at(text: &str, words: &[Word], index: usize) -> Option<&'static str> {
    let word = &words[index];
    let before = text[..word.start].trim_end().chars().next_back();
    let after = text[word.end..].trim_start().chars().next();
    if let Some(unit) = [after, before].into_iter().flatten().find_map(|it| lexicon::unit(&it.to_string())) {
        return Some(unit);
    }
    let adjoins = |it: &&Word| matches!(text[word.end..it.start].trim(), "" | "-");
    let next = words.get(index + 1).filter(adjoins).and_then(|it| lexicon::unit(&it.folded));
    if next.is_some() {
        return next;
    }
    let previous = index.checked_sub(1).and_then(|it| words.get(it)).and_then(|it| lexicon::unit(&it.folded));
    previous.filter(|it| matches!(*it, "EUR" | "USD" | "GBP" | "PLN"))
}

/// Whether nothing but marks stands before the word in its sentence.
fn begins_sentence(text: &str, word: &Word) -> bool {
    let before = text[..word.start]
        .trim_end_matches(|it: char| it.is_whitespace() || "\"'“”„«»‘’([*_-–—•".contains(it));
    before.is_empty() || before.ends_with(['.', '!', '?', ':', '…'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (word, wanted) in [
            ("14", 14.0),
            ("1,000", 1000.0),
            ("1.000,50", 1000.5),
            ("1,000.50", 1000.5),
            ("4,95", 4.95),
            ("0.125", 0.125),
            ("two", 2.0),
            ("1st", 1.0),
        ] {
            assert_eq!(value(word), Some(wanted), "{word}");
        }
        for word in ["ab12", "1-2", "10:30", "", "one"] {
            assert_eq!(value(word), None, "{word}");
        }
    }

    #[test]
    fn units_are_the_same_in_every_language() {
        let unit = |text: &str| Facts::of(text).quantities[0].unit;
        for (text, wanted) in [
            ("€ 4.95", "EUR"),
            ("4,95 euro", "EUR"),
            ("EUR 4.95", "EUR"),
            ("14 dagen", "day"),
            ("14 working days", "day"),
            ("10 %", "%"),
            ("24-hour", "hour"),
        ] {
            assert_eq!(unit(text), Some(wanted), "{text}");
        }
        assert_eq!(unit("14, days"), None);
    }
}
