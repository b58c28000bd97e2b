//! What a user typed into the search field, and its form for each engine.

use crate::scan::{Kind, Scanner, Span};
use crate::scope::Scope;
use crate::words::{Hit, Words};

/// Words of a query beyond this number are ignored. The parts of a phrase, of
/// an address or of an order number count one each.
pub const MAX_QUERY_WORDS: usize = 32;

/// A parsed search query: terms, all of which must be found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    terms: Vec<Term>,
}

/// One or more words that must follow one another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    /// Never empty, nor is any of the words.
    words: Vec<String>,
    /// Whether the last word stands for all words that start with it.
    last: Last,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Exact,
    Prefix,
    /// A prefix of one CJK character: only that character is the hit.
    Character,
}

/// Reads a search query; never fails.
///
/// - Words are looked up without regard to case and accents.
/// - `"several words"` must follow one another; so must the parts of a word with
///   punctuation in it (`jane@example.com`) and the pairs of a CJK run.
///   Typographic quotes work too; a quote that is never closed is ignored.
/// - `word*` finds all words that start so; at the end of a phrase as well. A
///   single CJK character always does.
/// - All of it must be found; there are no operators.
///
/// No more than [`MAX_QUERY_WORDS`] words are used: a phrase is cut short
/// there, and what follows is ignored. Text without letters or digits is the
/// empty query, which finds nothing.
pub fn parse_query(text: &str) -> Query {
    let mut query = Query::default();
    let mut budget = MAX_QUERY_WORDS;
    let mut rest = text;
    while budget > 0 && !rest.is_empty() {
        let (plain, phrase, after) = next_quoted(rest);
        for word in plain.split_whitespace() {
            query.add(word, "", &mut budget);
        }
        query.add(phrase, after, &mut budget);
        rest = after;
    }
    query
}

/// Splits off the text before the next quoted phrase and that phrase; without
/// one, `text` up to and excluding a quote that is never closed.
fn next_quoted(text: &str) -> (&str, &str, &str) {
    let is_quote = |c| matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂');
    let Some((plain, inner)) = text.split_once(is_quote) else {
        return (text, "", "");
    };
    match inner.split_once(is_quote) {
        Some((phrase, after)) => (plain, phrase, after),
        None => (plain, "", inner),
    }
}

impl Query {
    /// Whether there is nothing to look for; such a query finds nothing.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Adds the words of `text` as one term; `after` is what follows it.
    fn add(&mut self, text: &str, after: &str, budget: &mut usize) {
        let mut scanner = Scanner::new(text);
        let mut words = Vec::new();
        let mut end: Option<Span> = None;
        let mut whole = false;
        while words.len() < *budget {
            let mut word = String::new();
            let Some(span) = scanner.next_into(&mut word) else {
                whole = true;
                break;
            };
            words.push(word);
            end = Some(span);
        }
        let Some(end) = end else { return };
        let mut last = Last::Exact;
        if whole || scanner.next_into(&mut String::new()).is_none() {
            let star = text[end.end..].starts_with('*') || after.starts_with('*');
            match end.kind {
                Kind::Lone => last = Last::Character,
                Kind::Tail => {
                    // The pair before says it already, and the run in the
                    // document may go on.
                    words.pop();
                }
                _ if star => last = Last::Prefix,
                _ => {}
            }
        }
        let term = Term { words, last };
        if !self.terms.contains(&term) {
            *budget -= term.words.len();
            self.terms.push(term);
        }
    }

    /// The FTS5 `MATCH` expression, such as `"12znot 12zworking" AND "12zlog" *`.
    /// It is always valid; that of the empty query finds nothing.
    pub fn to_fts5(&self, scope: Scope) -> String {
        if self.is_empty() {
            return r#""""#.to_owned();
        }
        let prefix = scope.prefix();
        let terms: Vec<String> = self.terms.iter().map(|t| t.to_fts5(&prefix)).collect();
        terms.join(" AND ")
    }

    /// The text to cast to `tsquery`, such as
    /// `('12znot' <-> '12zworking') & '12zlog':*`. It is always valid; that of
    /// the empty query is empty and finds nothing.
    ///
    /// It finds documents of which one tsvector holds all terms; see
    /// [`to_tsqueries`](Self::to_tsqueries) for documents of several.
    pub fn to_tsquery(&self, scope: Scope) -> String {
        self.to_tsqueries(scope).join(" & ")
    }

    /// The texts to cast to `tsquery`, one for each term. A document is found
    /// when each of them (and at least one) matches any of its tsvectors.
    pub fn to_tsqueries(&self, scope: Scope) -> Vec<String> {
        let prefix = scope.prefix();
        self.terms.iter().map(|t| t.to_tsquery(&prefix)).collect()
    }

    /// The number of terms, at most [`MAX_QUERY_WORDS`].
    pub(crate) fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether a term may be in `text`, by a glance: plain ASCII holds no word that it does not spell.
    pub(crate) fn may_be_in(&self, text: &str) -> bool {
        if !text.is_ascii() {
            return true;
        }
        let text = text.to_ascii_lowercase();
        self.terms.iter().any(|term| term.words.iter().all(|it| text.contains(it.as_str())))
    }

    /// Each word that has to be found exactly as it is, as a query of its own. What they do not find, the
    /// whole query does not find either.
    pub fn exact_words(&self) -> impl Iterator<Item = Query> + '_ {
        let exact = self.terms.iter().flat_map(|term| {
            let open = usize::from(term.last != Last::Exact);
            &term.words[..term.words.len() - open]
        });
        exact.map(|it| Query { terms: vec![Term { words: vec![it.clone()], last: Last::Exact }] })
    }

    /// Whether one of its words stands for all that start with it.
    pub fn has_prefix(&self) -> bool {
        self.terms.iter().any(|it| it.last != Last::Exact)
    }

    /// All places in `text` where a term is found, by their starts.
    pub(crate) fn hits<'a>(&'a self, text: &'a Words) -> impl Iterator<Item = Hit> + 'a {
        (0..text.spans.len()).flat_map(move |at| {
            let terms = self.terms.iter().enumerate();
            terms.filter_map(move |(number, term)| {
                let end = term.end_at(text, at)?;
                let start = text.spans[at].start;
                Some(Hit { term: number, start, end })
            })
        })
    }
}

impl Term {
    fn to_fts5(&self, prefix: &str) -> String {
        let words: Vec<String> = self.words.iter().map(|w| format!("{prefix}{w}")).collect();
        let star = if self.last == Last::Exact { "" } else { " *" };
        format!("\"{}\"{star}", words.join(" "))
    }

    fn to_tsquery(&self, prefix: &str) -> String {
        let words: Vec<String> = self.words.iter().map(|w| format!("'{prefix}{w}'")).collect();
        let star = if self.last == Last::Exact { "" } else { ":*" };
        let phrase = words.join(" <-> ");
        if words.len() == 1 { format!("{phrase}{star}") } else { format!("({phrase}{star})") }
    }

    /// If the words of `text` from number `at` on are this term, the byte
    /// offset of its end.
    fn end_at(&self, text: &Words, at: usize) -> Option<usize> {
        let (last, before) = self.words.split_last()?;
        let last_at = at + before.len();
        let span = text.spans.get(last_at)?;
        let found = match self.last {
            Last::Exact => text.word(last_at) == last,
            Last::Prefix | Last::Character => text.word(last_at).starts_with(last),
        };
        let all = found && before.iter().zip(at..).all(|(w, i)| text.word(i) == w);
        all.then_some(match self.last {
            Last::Character => span.head,
            Last::Exact | Last::Prefix => span.end,
        })
    }
}

/// Whether `text` alone (as one part) holds all terms of `query`, as the
/// engines would find it. The empty query matches nothing.
pub fn matches(text: &str, query: &Query) -> bool {
    let words = Words::of(text);
    let mut missing = vec![true; query.len()];
    query.hits(&words).for_each(|hit| missing[hit.term] = false);
    !query.is_empty() && !missing.contains(&true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fts5(text: &str) -> String {
        parse_query(text).to_fts5(Scope(1))
    }

    #[test]
    fn words_phrases_and_prefixes() {
        let query = parse_query(r#"Login "not working" lög* "a b"* "#);
        assert_eq!(
            query.to_fts5(Scope(12)),
            r#""12zlogin" AND "12znot 12zworking" AND "12zlog" * AND "12za 12zb" *"#
        );
        assert_eq!(
            query.to_tsquery(Scope(12)),
            "'12zlogin' & ('12znot' <-> '12zworking') & '12zlog':* & ('12za' <-> '12zb':*)"
        );
    }

    #[test]
    fn punctuation_makes_phrases() {
        assert_eq!(fts5("jane.doe@example.com"), r#""1zjane 1zdoe 1zexample 1zcom""#);
        assert_eq!(fts5("ORD-2024/08*"), r#""1zord 1z2024 1z08" *"#);
        assert_eq!(fts5("AND or) NEAR("), r#""1zand" AND "1zor" AND "1znear""#);
    }

    #[test]
    fn cjk_runs_make_phrases_and_characters_prefixes() {
        assert_eq!(fts5("日本語"), r#""1z日本 1z本語""#);
        assert_eq!(fts5("語"), r#""1z語" *"#);
        assert_eq!(fts5("日本x語"), r#""1z日本 1z本 1zx 1z語" *"#);
        assert!(matches("日本語", &parse_query("語")));
        assert!(matches("日本語", &parse_query("本語")));
        assert!(!matches("日本語", &parse_query("日語")));
    }

    #[test]
    fn exact_words_are_those_without_a_star() {
        let words = |text: &str| {
            parse_query(text).exact_words().map(|it| it.to_fts5(Scope(1))).collect::<Vec<_>>().join(",")
        };
        assert_eq!(words(r#"a "b c" d* "e f"*"#), r#""1za","1zb","1zc","1ze""#);
        assert!(parse_query("a b*").has_prefix() && parse_query("語").has_prefix());
        assert!(!parse_query("a \"b c\" x@y.org").has_prefix());
    }

    #[test]
    fn odd_quotes_are_tolerated() {
        assert_eq!(fts5(r#"19" screen broken"#), r#""1z19" AND "1zscreen" AND "1zbroken""#);
        assert_eq!(fts5("„nicht da“ x"), r#""1znicht 1zda" AND "1zx""#);
        assert_eq!(fts5(r#"""a"b"c""#), r#""1za" AND "1zb" AND "1zc""#);
        for empty in ["", " ", "\"", "\"\"\"", "***", "@ . -"] {
            assert!(parse_query(empty).is_empty());
            assert_eq!(parse_query(empty).to_tsquery(Scope(1)), "");
        }
        assert!(!matches("a", &parse_query("")));
    }

    #[test]
    fn only_so_many_words_count() {
        let many: Vec<String> = (0..50).map(|n| n.to_string()).collect();
        assert_eq!(parse_query(&many.join(" ")).len(), MAX_QUERY_WORDS);
        let phrase = parse_query(&format!("\"{}*\"", many.join(" ")));
        assert_eq!(phrase.terms[0].words.len(), MAX_QUERY_WORDS);
        assert_eq!(phrase.terms[0].last, Last::Exact);
        assert_eq!(parse_query("a A á").len(), 1);
    }
}
