//! What is stored: the terms of a document for SQLite FTS5 and for PostgreSQL.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::query::MAX_QUERY_WORDS;
use crate::scan::Scanner;
use crate::scope::Scope;

/// The text to store in an FTS5 table for a document made of `parts` (subject,
/// messages, names ...): its terms, separated by spaces.
///
/// The table must use `tokenize = 'ascii'`. That tokenizer takes every
/// non-ASCII character as part of a word and changes none of them, so it leaves
/// these terms exactly alone; `unicode61` would cut and fold them again. The
/// options `detail = full` (the default) and a contentless table are fine.
///
/// Between parts stands the bare tenant prefix, which no query can contain, so
/// a phrase does not match across parts.
pub fn fts5_document(scope: Scope, parts: &[&str]) -> String {
    extend_fts5_document(scope, String::new(), parts)
}

/// A document of [`fts5_document`] with more parts at its end.
pub fn extend_fts5_document(scope: Scope, document: String, parts: &[&str]) -> String {
    let prefix = scope.prefix();
    let bytes: usize = parts.iter().map(|p| p.len()).sum();
    let mut out = document;
    out.reserve(bytes + bytes / 4 * prefix.len());
    for part in parts {
        if !out.is_empty() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
            out.push_str(&prefix);
            out.push(' ');
        }
        let mut scanner = Scanner::new(part);
        loop {
            let before = out.len();
            out.push_str(&prefix);
            if scanner.next_into(&mut out).is_none() {
                out.truncate(before);
                break;
            }
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// PostgreSQL ignores the order of positions above 16383.
const MAX_POSITION: u32 = 16_000;
/// PostgreSQL keeps no more positions of a lexeme.
const MAX_OCCURRENCES: u32 = 255;
/// Far below the 1 MB that a tsvector may have.
const MAX_CHUNK_BYTES: usize = 200_000;
/// Words that each chunk repeats from the one before: with these, a phrase that
/// crosses the border stands whole in the later chunk.
const OVERLAP: usize = MAX_QUERY_WORDS - 1;

/// The texts to cast to `tsvector` for a document made of `parts` (subject,
/// messages, names ...), such as `'12zlogin':1,5 '12znot':2`. Empty when the
/// parts hold no word.
///
/// A document that exceeds what one tsvector can hold faithfully (positions up
/// to 16000, 255 occurrences of a word, 200 kB of text) is given as several,
/// each repeating the last 31 words before it, so every phrase is whole in one
/// of them. The words of a query may then be spread over several rows: match
/// each of [`Query::to_tsqueries`](crate::Query::to_tsqueries) for itself.
///
/// A position is left out between parts, so a phrase does not match across
/// them. Terms consist of letters and digits, so nothing needs escaping within
/// the quotes.
pub fn tsvector_documents(scope: Scope, parts: &[&str]) -> Vec<String> {
    let (terms, sequence) = number_terms(&scope.prefix(), parts);
    let mut documents = Vec::new();
    let mut rest = sequence.as_slice();
    while !rest.is_empty() {
        let (document, used) = tsvector_chunk(&terms, rest);
        documents.push(document);
        if used == rest.len() {
            break;
        }
        rest = &rest[used - OVERLAP..];
    }
    documents
}

/// An element of a document's word sequence: a term's number, or `None` for the
/// gap between two parts.
type Word = Option<usize>;

/// The distinct terms of a document and its sequence of words.
fn number_terms(prefix: &str, parts: &[&str]) -> (Vec<String>, Vec<Word>) {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut sequence: Vec<Word> = Vec::new();
    let mut term = String::new();
    for part in parts {
        let mut scanner = Scanner::new(part);
        let mut gap = !sequence.is_empty();
        loop {
            term.clear();
            term.push_str(prefix);
            if scanner.next_into(&mut term).is_none() {
                break;
            }
            if std::mem::take(&mut gap) {
                sequence.push(None);
            }
            let number = match numbers.get(&term) {
                Some(number) => *number,
                None => {
                    let number = numbers.len();
                    numbers.insert(term.clone(), number);
                    number
                }
            };
            sequence.push(Some(number));
        }
    }
    let mut terms = vec![String::new(); numbers.len()];
    for (term, number) in numbers {
        terms[number] = term;
    }
    (terms, sequence)
}

/// The tsvector text of the longest start of `sequence` that fits the limits,
/// and its length in elements (more than [`OVERLAP`], or all).
fn tsvector_chunk(terms: &[String], sequence: &[Word]) -> (String, usize) {
    let mut chunk = Chunk::default();
    let mut used = 0;
    for (position, word) in (1..=MAX_POSITION).zip(sequence) {
        if let Some(number) = word
            && !chunk.add(*number, &terms[*number], position)
        {
            break;
        }
        used += 1;
    }
    let mut text = String::with_capacity(chunk.bytes);
    for (number, positions) in chunk.lexemes {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push('\'');
        text.push_str(&terms[number]);
        text.push_str("':");
        text.push_str(&positions);
    }
    (text, used)
}

/// A tsvector under construction.
#[derive(Default)]
struct Chunk {
    /// Term number and positions (`1,5`), in the order of first appearance.
    lexemes: Vec<(usize, String)>,
    /// Index into `lexemes` and number of positions, by term number.
    seen: HashMap<usize, (usize, u32)>,
    bytes: usize,
}

impl Chunk {
    /// Adds an occurrence of a term; `false` (and nothing added) when full.
    fn add(&mut self, number: usize, term: &str, position: u32) -> bool {
        let new = self.lexemes.len();
        let (index, count) = self.seen.entry(number).or_insert((new, 0));
        // Five digits and a comma; quotes, colon and space around a new term.
        let cost = 6 + if *index == new { term.len() + 4 } else { 0 };
        if *count == MAX_OCCURRENCES || self.bytes + cost > MAX_CHUNK_BYTES {
            return false;
        }
        *count += 1;
        self.bytes += cost;
        if *index == new {
            self.lexemes.push((number, position.to_string()));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(self.lexemes[*index].1, ",{position}");
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: Scope = Scope(12);

    #[test]
    fn fts5_terms_carry_the_tenant() {
        let text = fts5_document(TENANT, &["Crème, brûlée!", "", "日本"]);
        assert_eq!(text, "12zcreme 12zbrulee 12z 12z 12z日本 12z本");
        assert_eq!(fts5_document(Scope(-1), &["a"]), "18446744073709551615za");
        assert_eq!(fts5_document(TENANT, &["", "..."]), "");
        let first = fts5_document(TENANT, &["Crème, brûlée!"]);
        assert_eq!(extend_fts5_document(TENANT, first, &["", "日本"]), text);
        assert_eq!(extend_fts5_document(TENANT, String::new(), &["a"]), "12za");
    }

    #[test]
    fn tsvector_groups_positions_and_leaves_gaps() {
        let texts = tsvector_documents(TENANT, &["a b a", "...", "b c"]);
        assert_eq!(texts, ["'12za':1,3 '12zb':2,5 '12zc':6"]);
        assert!(tsvector_documents(TENANT, &["", "?!"]).is_empty());
    }

    #[test]
    fn tsvector_chunks_keep_the_limits_and_overlap() {
        let many: String = (0..40_000).map(|n| format!("w{} ", n % 5000)).collect();
        let texts = tsvector_documents(TENANT, &[&many]);
        assert_eq!(texts.len(), 3);
        assert!(texts[0].contains("'12zw999':1000,6000,11000,16000 "));
        assert!(texts[1].starts_with("'12zw969':1,"));
        assert!(!texts[0].contains(",16001"));

        let same = "same ".repeat(1000);
        let texts = tsvector_documents(TENANT, &[&same]);
        assert_eq!(texts.len(), 1 + (1000usize - 255).div_ceil(255 - 31));
        assert!(texts[0].ends_with(",254,255"));

        let long: String = (0..9000).map(|n| format!("{n}{} ", "é字".repeat(80))).collect();
        for text in tsvector_documents(TENANT, &[&long]) {
            assert!(text.len() <= MAX_CHUNK_BYTES);
        }
    }
}
