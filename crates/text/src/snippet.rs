//! Excerpts of a found text, with the hits marked.

use std::ops::Range;

use crate::query::Query;
use crate::words::{Hit, Words};

/// An excerpt of a text around the hits of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// HTML: escaped text in which the only markup is `<mark>` around each hit,
    /// with `…` where text was left out and white space reduced to spaces.
    pub html: String,
}

/// The excerpt of `text`, at most `max_chars` characters long (without markup
/// and ellipses, at least 1), that shows the most terms of `query`, or `None`
/// when none of them is in `text`.
///
/// It is cut between words, unless a hit alone is longer. Phrases are marked as
/// a whole, and of prefixes (`log*`) the whole word.
pub fn snippet(text: &str, query: &Query, max_chars: usize) -> Option<Snippet> {
    Found::of(text, query)?.snippet(query, max_chars)
}

/// The excerpt of the first text that has all terms of `query`, else of the first that has any. Each text
/// is read once, and not at all where a glance tells that it has none.
pub fn best_snippet<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    query: &Query,
    max_chars: usize,
) -> Option<Snippet> {
    let mut first = None;
    for text in texts {
        let Some(found) = Found::of(text, query) else { continue };
        if found.has_all(query) {
            return found.snippet(query, max_chars);
        }
        first.get_or_insert(found);
    }
    first?.snippet(query, max_chars)
}

/// A text with the hits of a query, at least one.
struct Found<'a> {
    text: &'a str,
    words: Words,
    hits: Vec<Hit>,
}

impl<'a> Found<'a> {
    fn of(text: &'a str, query: &Query) -> Option<Self> {
        if !query.may_be_in(text) {
            return None;
        }
        let words = Words::of(text);
        let hits: Vec<Hit> = query.hits(&words).collect();
        (!hits.is_empty()).then_some(Self { text, words, hits })
    }

    fn has_all(&self, query: &Query) -> bool {
        (0..query.len()).all(|term| self.hits.iter().any(|it| it.term == term))
    }

    fn snippet(&self, query: &Query, max_chars: usize) -> Option<Snippet> {
        let core = densest(self.text, &self.hits, query.len(), max_chars.max(1))?;
        let excerpt = widen(self.text, &self.words, core, max_chars.max(1));
        Some(Snippet { html: render(self.text, excerpt, &self.hits) })
    }
}

/// The stretch of at most `max_chars` characters, from the start of one hit to
/// the end of another, with the most distinct terms, then the most hits.
fn densest(text: &str, hits: &[Hit], terms: usize, max_chars: usize) -> Option<Range<usize>> {
    let places = char_places(text, hits);
    let mut counts = vec![0usize; terms];
    let (mut left, mut distinct) = (0, 0);
    let mut best: Option<((usize, usize), Range<usize>)> = None;
    for (right, hit) in hits.iter().enumerate() {
        distinct += usize::from(counts[hit.term] == 0);
        counts[hit.term] += 1;
        while left < right && places[right].end - places[left].start > max_chars {
            counts[hits[left].term] -= 1;
            distinct -= usize::from(counts[hits[left].term] == 0);
            left += 1;
        }
        let score = (distinct, right - left);
        if best.as_ref().is_none_or(|(top, _)| score > *top) {
            best = Some((score, hits[left].start..hit.end));
        }
    }
    best.map(|(_, range)| range)
}

/// Where each hit starts and ends, counted in characters.
fn char_places(text: &str, hits: &[Hit]) -> Vec<Range<usize>> {
    let (mut bytes, mut chars) = (0, 0);
    let place = |hit: &Hit| {
        chars += text[bytes..hit.start].chars().count();
        bytes = hit.start;
        chars..chars + text[hit.start..hit.end].chars().count()
    };
    hits.iter().map(place).collect()
}

/// Extends `core` on both sides to `max_chars` characters, then back to whole
/// words; a longer core is cut at its end.
fn widen(text: &str, words: &Words, core: Range<usize>, max_chars: usize) -> Range<usize> {
    let (core_end, core_chars) = forward(text, core.start, max_chars, core.end);
    let spare = max_chars - core_chars;
    let (_, before) = back(text, core.start, spare / 2);
    let (end, after) = forward(text, core_end, spare - before, text.len());
    let (start, _) = back(text, core.start, spare - after);

    let spans = &words.spans;
    let start = if start == 0 {
        0
    } else {
        let next = spans.partition_point(|s| s.start < start);
        spans.get(next).map_or(core.start, |s| s.start)
    };
    if end == text.len() {
        return start..end;
    }
    let fitting = spans.partition_point(|s| s.end <= end);
    let whole = fitting.checked_sub(1).map_or(0, |last| spans[last].end);
    start..if whole > core.start { whole } else { end }
}

/// Goes up to `max` characters forward from `from`, not beyond `limit`: the
/// byte offset reached and the number of characters.
fn forward(text: &str, from: usize, max: usize, limit: usize) -> (usize, usize) {
    let chars = text[from..limit].chars().take(max);
    chars.fold((from, 0), |(at, n), c| (at + c.len_utf8(), n + 1))
}

/// Goes up to `max` characters back from `from`, as [`forward`].
fn back(text: &str, from: usize, max: usize) -> (usize, usize) {
    let chars = text[..from].chars().rev().take(max);
    chars.fold((from, 0), |(at, n), c| (at - c.len_utf8(), n + 1))
}

/// The HTML of `text[excerpt]`.
fn render(text: &str, excerpt: Range<usize>, hits: &[Hit]) -> String {
    let mut html = Html::default();
    if !text[..excerpt.start].trim().is_empty() {
        html.out.push('…');
    }
    let mut at = excerpt.start;
    for mark in merged(hits, &excerpt) {
        html.text(&text[at..mark.start]);
        html.out.push_str("<mark>");
        html.text(&text[mark.clone()]);
        html.out.push_str("</mark>");
        at = mark.end;
    }
    html.text(&text[at..excerpt.end]);
    html.out.truncate(html.out.trim_end().len());
    if !text[excerpt.end..].trim().is_empty() {
        html.out.push('…');
    }
    html.out
}

/// The parts of `excerpt` to mark, in order, none of which touch.
fn merged(hits: &[Hit], excerpt: &Range<usize>) -> Vec<Range<usize>> {
    let mut marks: Vec<Range<usize>> = Vec::new();
    for hit in hits {
        let mark = hit.start.max(excerpt.start)..hit.end.min(excerpt.end);
        match marks.last_mut() {
            _ if mark.is_empty() => {}
            Some(last) if mark.start <= last.end => last.end = last.end.max(mark.end),
            _ => marks.push(mark),
        }
    }
    marks
}

/// HTML text under construction.
#[derive(Default)]
struct Html {
    out: String,
    /// Whether the last character was not white space.
    solid: bool,
}

impl Html {
    /// Adds escaped text; white space and control characters become one space,
    /// and none at the beginning.
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            let space = c.is_whitespace() || c.is_control();
            match c {
                _ if space && self.solid => self.out.push(' '),
                _ if space => {}
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\'' => self.out.push_str("&#39;"),
                _ => self.out.push(c),
            }
            self.solid = !space;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::parse_query;

    fn html(text: &str, query: &str, max_chars: usize) -> String {
        snippet(text, &parse_query(query), max_chars).unwrap().html
    }

    #[test]
    fn hits_are_marked_and_the_rest_escaped() {
        assert_eq!(
            html("<b>Tom & \"Jérôme\"</b>", "jerome", 100),
            "&lt;b&gt;Tom &amp; &quot;<mark>Jérôme</mark>&quot;&lt;/b&gt;"
        );
        assert_eq!(html("It is  not\n working.", "\"not working\"", 99), "It is <mark>not working</mark>.");
        assert_eq!(html("a login, logged", "log*", 99), "a <mark>login</mark>, <mark>logged</mark>");
        assert_eq!(html("to x@y.org", "x@y.org y", 99), "to <mark>x@y.org</mark>");
        assert_eq!(snippet("nothing here", &parse_query("else"), 99), None);
        assert_eq!(snippet("nothing here", &parse_query(""), 99), None);
    }

    #[test]
    fn the_first_text_with_all_terms_is_shown_else_the_first_with_any() {
        let best = |texts: &[&str], query: &str| {
            best_snippet(texts.iter().copied(), &parse_query(query), 99).map(|it| it.html)
        };
        assert_eq!(
            best(&["none", "an Order", "late order", "order late"], "order late").unwrap(),
            "<mark>late</mark> <mark>order</mark>"
        );
        assert_eq!(best(&["none", "an Ördér", "order"], "order late").unwrap(), "an <mark>Ördér</mark>");
        assert_eq!(best(&["orders", "reorder"], "order"), None);
        assert_eq!(best(&["reorder orders"], "order*").unwrap(), "reorder <mark>orders</mark>");
        assert_eq!(best(&["日本語"], "本語").unwrap(), "日<mark>本語</mark>");
    }

    #[test]
    fn cjk_hits_are_exact() {
        assert_eq!(html("これは日本語です", "日本語", 99), "これは<mark>日本語</mark>です");
        assert_eq!(html("これは日本語です", "本", 99), "これは日<mark>本</mark>語です");
    }

    #[test]
    fn the_densest_place_is_cut_between_words() {
        let text = "alpha one two three four five six alpha beta seven eight nine ten eleven";
        assert_eq!(html(text, "alpha beta", 22), "…six <mark>alpha</mark> <mark>beta</mark> seven…");
        assert_eq!(html(text, "eleven", 14), "…ten <mark>eleven</mark>");
        assert_eq!(html(text, "alpha", 12), "<mark>alpha</mark> one…");
    }

    #[test]
    fn long_hits_are_cut() {
        assert_eq!(html("x éééééééé y", "eeeeeeee", 3), "…<mark>ééé</mark>…");
        assert_eq!(html("a b c d e", "\"a b c d\"", 4), "<mark>a b</mark>…");
        assert_eq!(html("a", "a", 0), "<mark>a</mark>");
    }
}
