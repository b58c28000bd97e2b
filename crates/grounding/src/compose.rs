//! An answer without a language model: the sentences that answer best, as they stand in the documents.

mod tables;

use std::ops::Range;

use crate::evidence::{Evidence, Known};
use crate::lexicon;
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
    /// In the passage's text; empty for a heading, which stands above it.
    pub range: Range<usize>,
    pub kind: Kind,
    /// It begins a paragraph or an item.
    pub begins: bool,
    /// The number of its item.
    pub number: Option<u16>,
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
/// Items of a list, and rows of a table, that are quoted.
const MOST_ITEMS: usize = 20;
/// A paragraph no longer than this is quoted whole.
const SHORT: usize = 260;
/// Sentences this much worse than the best are left out.
const WORSE: f64 = 0.12;
/// In other paragraphs than that of the best.
const WORSE_ELSEWHERE: f64 = 0.05;
/// Where a document was found by its title, its passages differ by their words alone, which is less than this
/// in rank: then their meaning says which of them answers.
const AS_NEAR: f64 = 0.06;
/// A list beside a sentence that answers is quoted where an item of it is no worse than this.
const AS_GOOD: f64 = 0.02;
/// What a step gains where a way is asked for.
const STEP: f64 = 0.1;
/// What a sentence loses that nobody understands alone.
const LEANING: f64 = 0.15;

/// `standings` is how each passage stands to the question, in the order of the sources; None for one that was
/// not found by it. The document is that of the best passage that has a sentence to quote; of its passages that
/// rank about as high, the best sentence says which one is quoted. None where there is nothing to quote.
pub fn compose(
    question: &Question<'_>,
    evidence: &Evidence,
    standings: &[Option<Standing>],
) -> Option<Composed> {
    let known = evidence.known();
    let all = words(question.text);
    let asked = content(&all);
    let standing = |it: usize| standings.get(known[it].source).copied().flatten();
    let rank = |it: usize| standing(it).map_or(f64::NEG_INFINITY, |it| it.rank);
    let quotable = || (0..known.len()).filter(|it| standing(*it).is_some() && known[*it].is_quotable());
    let first = quotable().max_by(|a, b| rank(*a).total_cmp(&rank(*b)).then(b.cmp(a)))?;
    let document = standing(first)?.document;
    let rows = tables::answering(known, &all);
    let folded: Vec<&str> = all.iter().map(|it| it.folded.as_str()).collect();
    let way = lexicon::asks_the_way(&folded);
    let bonus = |it: usize| match known[it].sentence.number.filter(|_| way) {
        Some(_) => STEP,
        None => rows.bonus(it),
    };
    let scores: Vec<f64> =
        (0..known.len()).map(|it| score(known, it, question, &asked, standing(it)) + bonus(it)).collect();
    let anchor = quotable()
        .filter(|it| standing(*it).is_some_and(|it| it.document == document))
        .filter(|it| rank(*it) >= rank(first) - AS_NEAR)
        .max_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(b.cmp(a)))?;
    let chosen = choose(known, &scores, anchor, &rows);
    let mut parts: Vec<Part> = Vec::new();
    for index in chosen {
        if let Some(lead) = lead(evidence, index, &parts) {
            parts.push(lead);
        }
        let text = rows.cells(known, index).unwrap_or_else(|| known[index].sentence.text.clone());
        parts.push(part(&known[index], text));
    }
    Some(Composed { relevance: scores[anchor].clamp(0.0, 1.0), parts })
}

fn part(known: &Known, text: String) -> Part {
    let sentence = &known.sentence;
    Part {
        text,
        source: known.source,
        range: sentence.range.clone(),
        kind: sentence.kind,
        begins: !sentence.continues,
        number: sentence.number,
    }
}

/// What a list or a table is led to by: the heading that it stands under, where nothing of its passage stands
/// before it in the answer.
fn lead(evidence: &Evidence, index: usize, parts: &[Part]) -> Option<Part> {
    let known = &evidence.known()[index];
    let listed = matches!(known.sentence.kind, Kind::Item | Kind::Row);
    let is_led = parts.last().is_some_and(|it| it.source == known.source);
    let heading = evidence.heading(known.source).filter(|_| listed && !is_led)?;
    let text = heading.trim_end_matches([':', '.', ' ']).to_owned();
    Some(Part { text, source: known.source, range: 0..0, kind: Kind::Heading, begins: true, number: None })
}

fn score(
    known: &[Known],
    index: usize,
    question: &Question<'_>,
    asked: &[&str],
    standing: Option<Standing>,
) -> f64 {
    let own = &known[index];
    let passage = standing.map_or(0.0, |it| it.similarity);
    let said = covered(asked, &own.content());
    let near = match (question.vector, &own.vector) {
        (Some(asked), Some(own)) => 0.55 * passage + 0.35 * cosine(asked, own).max(0.0) + 0.1 * said,
        _ => 0.7 * passage + 0.3 * said,
    };
    if own.leans() && before(known, index).is_none() { near - LEANING } else { near }
}

/// The sentence that one goes on from.
fn before(known: &[Known], index: usize) -> Option<usize> {
    let at = index.checked_sub(1)?;
    (known[at].source == known[index].source && known[at].is_quotable()).then_some(at)
}

/// The sentences around the best one, in their order.
fn choose(known: &[Known], scores: &[f64], anchor: usize, rows: &tables::Rows) -> Vec<usize> {
    let source = known[anchor].source;
    let is_prose = |it: usize| known[it].sentence.kind == Kind::Prose;
    let paragraph = paragraph(known, anchor);
    let whole: usize = paragraph.clone().map(|it| known[it].sentence.text.chars().count()).sum();
    let mut chosen = vec![anchor];
    if is_prose(anchor) && whole <= SHORT {
        chosen = paragraph.clone().filter(|it| known[*it].is_quotable()).collect();
    }
    let mut others: Vec<usize> = (0..known.len())
        .filter(|it| known[*it].source == source && known[*it].is_quotable() && !rows.skips(*it))
        .collect();
    // A list is quoted whole: only where it answers about as well, or leads on from what does.
    let listed = |it: usize| !is_prose(it) && is_prose(anchor) && scores[it] < scores[anchor] - AS_GOOD;
    others.retain(|it| !listed(*it));
    others.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
    for index in others {
        let worse = if paragraph.contains(&index) { WORSE } else { WORSE_ELSEWHERE };
        if scores[index] >= scores[anchor] - worse {
            add(known, &mut chosen, index);
        }
    }
    complete(known, &mut chosen, rows);
    chosen.sort_unstable();
    distinct(known, chosen)
}

/// The sentences of the paragraph, list or table that one stands in.
fn paragraph(known: &[Known], index: usize) -> Range<usize> {
    let same = |it: usize| {
        known[it].source == known[index].source && known[it].sentence.kind == known[index].sentence.kind
    };
    let is_prose = known[index].sentence.kind == Kind::Prose;
    let mut start = index;
    while start > 0 && same(start - 1) && (!is_prose || known[start].sentence.continues) {
        start -= 1;
    }
    let mut end = index + 1;
    while end < known.len() && same(end) && (!is_prose || known[end].sentence.continues) {
        end += 1;
    }
    start..end
}

fn add(known: &[Known], chosen: &mut Vec<usize>, index: usize) {
    let chars = |it: &usize| known[*it].sentence.text.chars().count();
    let taken: usize = chosen.iter().map(chars).sum();
    if !chosen.contains(&index) && chosen.len() < MOST_SENTENCES && taken + chars(&index) <= MOST_CHARS {
        chosen.push(index);
    }
}

/// Adds what the chosen sentences cannot be understood without: the sentence that one refers back to, the
/// rest of a list and the line that leads to it. What still refers to nothing is left out.
fn complete(known: &[Known], chosen: &mut Vec<usize>, rows: &tables::Rows) {
    let mut at = 0;
    while let Some(index) = chosen.get(at).copied() {
        at += 1;
        if known[index].leans()
            && let Some(before) = before(known, index)
            && !chosen.contains(&before)
        {
            chosen.push(before);
        }
        // A short sentence that refers back belongs to the one before it.
        let next = index + 1;
        let follows = known.get(next).is_some_and(|it| {
            let refers = it.refers_back() && it.is_quotable() && it.content().len() <= 3;
            it.source == known[index].source && (refers || it.belongs())
        });
        if follows && !chosen.contains(&next) {
            chosen.push(next);
        }
        if known[index].sentence.kind == Kind::Item || known[index].sentence.text.ends_with(':') {
            for item in list_around(known, index) {
                if !chosen.contains(&item) && !rows.skips(item) {
                    chosen.push(item);
                }
            }
        }
    }
    // In their order: what leans on something that is left out is left out with it.
    chosen.sort_unstable();
    let mut kept: Vec<usize> = Vec::new();
    for index in chosen.iter().copied() {
        if !known[index].leans() || before(known, index).is_some_and(|it| kept.contains(&it)) {
            kept.push(index);
        }
    }
    if !kept.is_empty() {
        *chosen = kept;
    }
}

/// The items that stand with one, or below a line that leads to some, and that line.
fn list_around(known: &[Known], index: usize) -> Vec<usize> {
    let listed = |it: usize| {
        matches!(known[it].sentence.kind, Kind::Item | Kind::Row) && known[it].source == known[index].source
    };
    let mut start = index;
    while start > 0 && listed(start) && listed(start - 1) {
        start -= 1;
    }
    let lead = if listed(start) {
        start
            .checked_sub(1)
            .filter(|it| known[*it].source == known[index].source)
            .filter(|it| known[*it].sentence.text.ends_with(':'))
    } else {
        Some(start)
    };
    let first = if listed(start) { start } else { start + 1 };
    let items = (first..known.len()).take_while(|it| listed(*it)).take(MOST_ITEMS);
    lead.into_iter().chain(items).collect()
}

/// Without a sentence said twice.
fn distinct(known: &[Known], chosen: Vec<usize>) -> Vec<usize> {
    let mut out: Vec<usize> = Vec::new();
    for index in chosen {
        let same = |other: usize| {
            known[other].sentence.text == known[index].sentence.text
                || known[other].folded().eq(known[index].folded())
        };
        if !out.iter().any(|it| same(*it)) {
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
            let leads = before.text.ends_with(':') || before.kind == Kind::Heading;
            let same_list = listed && matches!(before.kind, Kind::Item | Kind::Row);
            out.push_str(match (part.begins, same_list || (listed && leads)) {
                (true, true) => "\n",
                (true, false) => "\n\n",
                (false, _) => " ",
            });
        }
        out.push_str(&part.mark());
        out.push_str(&part.text);
        if part.kind == Kind::Heading {
            out.push(':');
        }
        before = Some(part);
    }
    out
}

impl Part {
    /// What its item begins with.
    pub fn mark(&self) -> String {
        match (self.kind, self.begins, self.number) {
            (Kind::Item, true, Some(number)) => format!("{number}. "),
            (Kind::Item | Kind::Row, true, _) => "- ".into(),
            _ => String::new(),
        }
    }
}
