//! An answer without a language model: the sentences of the best passage that answer best, as they stand.

use std::ops::Range;

use crate::evidence::{Evidence, Known};
use crate::sentences::Kind;
use crate::words::{content, cosine, covered, words};

/// What is asked.
pub struct Question<'a> {
    pub text: &'a str,
    pub vector: Option<&'a [f32]>,
}

/// How a passage stands to the question.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Passages with one number are parts of one document.
    pub document: i64,
    /// What found passages are ordered by: their titles and words count, too.
    pub rank: f64,
    /// How near its own meaning is, from 0 to 1.
    pub similarity: f64,
}

/// A sentence of the answer, word for word a sentence of a passage.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub text: String,
    pub source: usize,
    pub range: Range<usize>,
    pub kind: Kind,
    /// It begins a paragraph or an item.
    pub begins: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Composed {
    pub parts: Vec<Part>,
    /// How near the answer is to the question, from 0 to 1.
    pub relevance: f64,
}

/// Sentences of an answer, and their characters.
const MOST_SENTENCES: usize = 6;
const MOST_CHARS: usize = 900;
/// Items of a list that is quoted whole.
const MOST_ITEMS: usize = 12;
/// A passage no longer than this is an answer by itself.
const SHORT_PASSAGE: usize = 500;
/// Sentences this much worse than the best are left out.
const WORSE: f64 = 0.12;
/// Where a document was found by its title, its passages differ by their words alone, which is less than this
/// in rank: then their meaning says which of them answers.
const AS_NEAR: f64 = 0.06;

/// `standings` is how each passage stands to the question, in the order of the sources. The document is that of
/// the best passage that has a sentence to quote; of its passages that rank about as high, the best sentence
/// says which one is quoted. None where there is nothing to quote.
pub fn compose(question: &Question<'_>, evidence: &Evidence, standings: &[Standing]) -> Option<Composed> {
    let known = evidence.known();
    let asked = words(question.text);
    let asked = content(&asked);
    let standing = |it: usize| standings.get(known[it].source);
    let rank = |it: usize| standing(it).map_or(0.0, |it| it.rank);
    let quotable = || (0..known.len()).filter(|it| known[*it].is_quotable());
    let first = quotable().max_by(|a, b| rank(*a).total_cmp(&rank(*b)).then(b.cmp(a)))?;
    let document = standing(first)?.document;
    let scores: Vec<f64> =
        (0..known.len()).map(|it| score(&known[it], question, &asked, standing(it))).collect();
    let anchor = quotable()
        .filter(|it| standing(*it).is_some_and(|it| it.document == document))
        .filter(|it| rank(*it) >= rank(first) - AS_NEAR)
        .max_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(b.cmp(a)))?;
    let chosen = choose(known, &scores, anchor);
    let parts: Vec<Part> = chosen.iter().map(|index| part(&known[*index])).collect();
    Some(Composed { relevance: scores[anchor].clamp(0.0, 1.0), parts })
}

fn part(known: &Known) -> Part {
    let sentence = &known.sentence;
    Part {
        text: sentence.text.clone(),
        source: known.source,
        range: sentence.range.clone(),
        kind: sentence.kind,
        begins: !sentence.continues,
    }
}

fn score(known: &Known, question: &Question<'_>, asked: &[&str], standing: Option<&Standing>) -> f64 {
    let passage = standing.map_or(0.0, |it| it.similarity);
    let said = covered(asked, &known.content());
    match (question.vector, &known.vector) {
        (Some(asked), Some(own)) => 0.55 * passage + 0.35 * cosine(asked, own).max(0.0) + 0.1 * said,
        _ => 0.7 * passage + 0.3 * said,
    }
}

/// The sentences around the best one, in their order.
fn choose(known: &[Known], scores: &[f64], anchor: usize) -> Vec<usize> {
    let source = known[anchor].source;
    let mut passage: Vec<usize> =
        (0..known.len()).filter(|it| known[*it].source == source && known[*it].is_quotable()).collect();
    let whole: usize = passage.iter().map(|it| known[*it].sentence.text.chars().count()).sum();
    if whole <= SHORT_PASSAGE && passage.len() <= MOST_SENTENCES {
        return distinct(known, passage);
    }
    let mut chosen = vec![anchor];
    passage.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
    for index in passage.iter().copied().filter(|it| scores[*it] >= scores[anchor] - WORSE) {
        add(known, &mut chosen, index);
    }
    complete(known, &mut chosen);
    chosen.sort_unstable();
    distinct(known, chosen)
}

fn add(known: &[Known], chosen: &mut Vec<usize>, index: usize) {
    let chars = |it: &usize| known[*it].sentence.text.chars().count();
    let taken: usize = chosen.iter().map(chars).sum();
    if !chosen.contains(&index) && chosen.len() < MOST_SENTENCES && taken + chars(&index) <= MOST_CHARS {
        chosen.push(index);
    }
}

/// Adds what the chosen sentences cannot be understood without: the sentence that one refers back to, the
/// rest of a list and the line that leads to it.
fn complete(known: &[Known], chosen: &mut Vec<usize>) {
    let first = chosen.clone();
    for index in first {
        let mut at = index;
        while known[at].refers_back()
            && at > 0
            && known[at - 1].source == known[at].source
            && known[at - 1].is_quotable()
            && index - at < 2
        {
            at -= 1;
            if !chosen.contains(&at) {
                chosen.push(at);
            }
        }
        // A short sentence that refers back belongs to the one before it.
        let next = index + 1;
        let follows = known.get(next).is_some_and(|it| {
            it.source == known[index].source
                && it.refers_back()
                && it.is_quotable()
                && it.content().len() <= 3
        });
        if follows && !chosen.contains(&next) {
            chosen.push(next);
        }
        if known[index].sentence.kind == Kind::Item || known[index].sentence.text.ends_with(':') {
            for item in list_around(known, index) {
                if !chosen.contains(&item) {
                    chosen.push(item);
                }
            }
        }
    }
}

fn list_around(known: &[Known], index: usize) -> Vec<usize> {
    let is_item =
        |it: usize| known[it].sentence.kind == Kind::Item && known[it].source == known[index].source;
    let mut start = index;
    while start > 0 && is_item(start) && is_item(start - 1) {
        start -= 1;
    }
    let lead = if is_item(start) {
        start.checked_sub(1).filter(|it| known[*it].sentence.text.ends_with(':'))
    } else {
        Some(start)
    };
    let first = if is_item(start) { start } else { start + 1 };
    let items = (first..known.len()).take_while(|it| is_item(*it)).take(MOST_ITEMS);
    lead.into_iter().chain(items).collect()
}

/// Without a sentence said twice.
fn distinct(known: &[Known], chosen: Vec<usize>) -> Vec<usize> {
    let mut out: Vec<usize> = Vec::new();
    for index in chosen {
        if !out.iter().any(|it| known[*it].sentence.text == known[index].sentence.text) {
            out.push(index);
        }
    }
    out
}

/// The parts as a text: paragraphs and lists as they were.
pub fn text(parts: &[Part]) -> String {
    let mut out = String::new();
    let mut before: Option<&Part> = None;
    for part in parts {
        let listed = matches!(part.kind, Kind::Item | Kind::Row);
        if let Some(before) = before {
            let same_list = listed && matches!(before.kind, Kind::Item | Kind::Row);
            out.push_str(match (part.begins, same_list || (listed && before.text.ends_with(':'))) {
                (true, true) => "\n",
                (true, false) => "\n\n",
                (false, _) => " ",
            });
        }
        if listed && part.begins {
            out.push_str("- ");
        }
        out.push_str(&part.text);
        before = Some(part);
    }
    out
}
