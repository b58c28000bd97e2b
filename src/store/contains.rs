//! The search of small lists: rows whose `search_text` holds every word. The text is in lower case by
//! Rust's rules, because the engines disagree about letters beyond ASCII.

use super::Value;
use crate::model::CustomerId;

/// More words of a search than these are not looked at.
const MOST_WORDS: usize = 8;

/// What a list is narrowed to.
#[derive(Default)]
pub struct Contains {
    patterns: Vec<String>,
}

impl Contains {
    pub fn new(text: Option<&str>) -> Self {
        let words = text.unwrap_or_default().split_whitespace().take(MOST_WORDS);
        Self { patterns: words.map(pattern).collect() }
    }

    /// Whether it finds everything.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The `WHERE` of a table with the alias `t`, and its parameters.
    pub(super) fn clause(&self, customer: CustomerId) -> (String, Vec<Value<'_>>) {
        let mut sql = String::from("t.customer_id = $1");
        let mut values = vec![customer.into()];
        for pattern in &self.patterns {
            values.push(pattern.into());
            sql.push_str(&format!(" AND t.search_text LIKE ${} ESCAPE '~'", values.len()));
        }
        (sql, values)
    }
}

/// `LIKE` text that finds what contains the word, whatever characters it has.
fn pattern(word: &str) -> String {
    let mut out = String::from("%");
    for letter in word.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '~') {
            out.push('~');
        }
        out.push(letter);
    }
    out.push('%');
    out
}
