//! A text split into words for looking up the terms of a query in it.

use crate::scan::{Scanner, Span};

/// A place in a text where a term is found, in byte offsets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    /// The term's number in the query.
    pub term: usize,
    pub start: usize,
    pub end: usize,
}

/// All words of a text.
pub(crate) struct Words {
    /// The folded words, one after the other.
    folded: String,
    /// Where each begins in `folded`, and where the last one ends.
    bounds: Vec<usize>,
    pub spans: Vec<Span>,
}

impl Words {
    pub(crate) fn of(text: &str) -> Self {
        let mut scanner = Scanner::new(text);
        let mut words =
            Self { folded: String::with_capacity(text.len()), bounds: vec![0], spans: Vec::new() };
        while let Some(span) = scanner.next_into(&mut words.folded) {
            words.bounds.push(words.folded.len());
            words.spans.push(span);
        }
        words
    }

    /// The word of that number, from 0.
    pub(crate) fn word(&self, number: usize) -> &str {
        &self.folded[self.bounds[number]..self.bounds[number + 1]]
    }
}
