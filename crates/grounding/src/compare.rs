//! Whether a sentence puts things into the same relations as the sentences that it is said to rest on.

use std::ops::Range;

use crate::claims::Why;
use crate::facts::{Facts, Quantity};
use crate::lexicon;
use crate::relations::{Class, Mark, about, is_turned, marks};
use crate::words::{Word, content, covered, same, words};

/// What a text says, taken apart.
#[derive(Clone, Debug)]
pub struct Said {
    pub words: Vec<Word>,
    pub facts: Facts,
    marks: Vec<Mark>,
    /// Between commas and the like; in words.
    segments: Vec<Range<usize>>,
}

impl Said {
    pub fn of(text: &str, lang: &str) -> Self {
        let words = words(text);
        let facts = Facts::of_words(text, &words);
        let marks = marks(&words, lang, |at| {
            let money = |it: usize| {
                words.get(it).and_then(|it| lexicon::unit(&it.folded)).is_some_and(lexicon::is_currency)
            };
            facts.quantities.iter().any(|it| it.at == at || (it.at == at + 1 && money(at)))
        });
        let segments = segments(text, &words);
        Self { words, facts, marks, segments }
    }

    pub fn folded(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|it| it.folded.as_str())
    }

    fn has(&self, class: Class) -> bool {
        self.marks.iter().any(|it| it.class == class)
    }

    fn segment(&self, at: usize) -> Range<usize> {
        self.segments.iter().find(|it| it.contains(&at)).cloned().unwrap_or(0..self.words.len())
    }

    /// The bound that a mark sets to a number: `within 14 days`, `75 euro or more`.
    fn bounded(&self, mark: &Mark) -> Option<&Quantity> {
        let between = |range: Range<usize>| {
            range.clone().all(|at| {
                let word = self.words[at].folded.as_str();
                (lexicon::is_stop(word) || lexicon::unit(word).is_some())
                    && !self.marks.iter().any(|it| it.class.bounds() && it.at == at)
            })
        };
        let segment = self.segment(mark.at);
        let mut all = self.facts.quantities.iter();
        let next = all.find(|it| it.at >= mark.end && segment.contains(&it.at) && between(mark.end..it.at));
        let trails = matches!(mark.class, Class::AtLeast | Class::AtMost);
        next.or_else(|| {
            let mut all = self.facts.quantities.iter().rev();
            all.find(|it| trails && it.at < mark.at && between(it.at + 1..mark.at))
        })
    }

    fn bounds_of(&self, quantity: &Quantity) -> Vec<Class> {
        let own = self.marks.iter().filter(|it| it.class.bounds());
        let mut out: Vec<Class> = own
            .filter(|it| self.bounded(it).is_some_and(|it| it.at == quantity.at))
            .map(|it| it.class)
            .collect();
        out.sort_unstable_by_key(|it| *it as u8);
        out.dedup();
        out
    }

    /// Bounds that are no number's: `smaller orders`, `until the fork has been replaced`.
    fn loose_bounds(&self) -> Vec<(Class, &str)> {
        let own = self.marks.iter().filter(|it| it.class.bounds() && it.class != Class::About);
        own.filter(|it| self.bounded(it).is_none())
            .filter_map(|it| Some((it.class, about(&self.words, *it)?)))
            .collect()
    }

    /// And what each `and` and `or` joins.
    fn joints(&self) -> Vec<(Class, &str, &str)> {
        let says = |it: &&Word| !lexicon::is_stop(&it.folded);
        let own = self.marks.iter().filter(|it| matches!(it.class, Class::And | Class::Or));
        own.filter_map(|it| {
            let left = self.words[..it.at].iter().rev().find(says)?;
            let right = self.words[it.end..].iter().find(says)?;
            Some((it.class, left.folded.as_str(), right.folded.as_str()))
        })
        .collect()
    }

    /// Which ways money goes in a part of it.
    fn ways(&self, part: &Range<usize>) -> Vec<Class> {
        let own = self.marks.iter().filter(|it| part.contains(&it.at)).map(|it| it.class);
        own.filter(|it| matches!(it, Class::Gives | Class::Takes)).collect()
    }

    fn content_in(&self, part: &Range<usize>) -> Vec<&str> {
        content(&self.words[part.clone()])
    }

    /// Whether the first thing said is to do what stands after one of these marks in the other:
    /// `Bring the bike` for `You must bring the bike`.
    fn orders_what(&self, other: &Self, class: Class) -> bool {
        let Some(first) =
            self.words.iter().find(|it| !lexicon::is_courteous(&it.folded) && it.folded != "please")
        else {
            return false;
        };
        let mut marks = other.marks.iter().filter(|it| it.class == class);
        marks.any(|it| other.words[it.end..].iter().take(2).any(|it| same(&it.folded, &first.folded)))
    }
}

fn segments(text: &str, words: &[Word]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for at in 1..words.len() {
        let between = &text[words[at - 1].end..words[at].start];
        if between.contains([',', ';', '–', '—', '(', ')', '.', '!', '?']) {
            out.push(start..at);
            start = at;
        }
    }
    out.push(start..words.len());
    out
}

/// Why a claim is not what these sentences say, although the words are there. `other_language`: only what
/// needs no words in common is compared.
pub fn differs(claim: &Said, source: &[&Said], other_language: bool) -> Option<Why> {
    if let Some(why) = polarity(claim, source) {
        return Some(why);
    }
    let any = |class: Class| source.iter().any(|it| it.has(class));
    if claim.has(Class::Unless) != any(Class::Unless) {
        return Some(Why::Condition);
    }
    if claim.has(Class::Only) && !any(Class::Only) {
        return Some(Why::Condition);
    }
    if (claim.has(Class::Whole) && !any(Class::Whole)) || (any(Class::Part) && !claim.has(Class::Part)) {
        return Some(Why::Strength);
    }
    for quantity in &claim.facts.quantities {
        let bounds = claim.bounds_of(quantity);
        let agrees = |it: &&Said| {
            let same = it.facts.quantities.iter().filter(|it| it.is(quantity));
            same.map(|other| it.bounds_of(other)).any(|it| it == bounds)
        };
        let is_there = source.iter().any(|it| it.facts.quantities.iter().any(|it| it.is(quantity)));
        if is_there && !source.iter().any(agrees) {
            return Some(Why::Relation);
        }
    }
    if let Some(why) = modality(claim, source) {
        return Some(why);
    }
    if other_language {
        return None;
    }
    let reasons =
        [bounds(claim, source), joints(claim, source), money(claim, source), condition(claim, source)];
    reasons.into_iter().flatten().next().or_else(|| turned(claim, source))
}

/// Yes and no: a negation stays one, or becomes a word like `stop`.
fn polarity(claim: &Said, source: &[&Said]) -> Option<Why> {
    let negated = source.iter().any(|it| it.facts.negated);
    let halted = source.iter().any(|it| it.has(Class::Halt));
    let turns = (claim.facts.negated != negated, claim.has(Class::Halt) != halted);
    if turns.0 != turns.1 {
        return Some(Why::Negation);
    }
    // Of two clauses one may say no.
    for part in &claim.segments {
        let said = claim.content_in(part);
        let no = |it: &Said, part: &Range<usize>| {
            it.words[part.clone()].iter().any(|it| lexicon::is_negation(&it.folded))
                || it.marks.iter().any(|it| it.class == Class::Halt && part.contains(&it.at))
        };
        let parts = source.iter().flat_map(|it| it.segments.iter().map(move |part| (*it, part)));
        let fitting: Vec<bool> = parts
            .filter(|(it, part)| {
                let theirs = it.content_in(part);
                covered(&said, &theirs) >= 0.75 && covered(&theirs, &said) >= 0.6
            })
            .map(|(it, part)| no(it, part))
            .collect();
        if said.len() >= 2 && !fitting.is_empty() && !fitting.contains(&no(claim, part)) {
            return Some(Why::Negation);
        }
    }
    None
}

fn modality(claim: &Said, source: &[&Said]) -> Option<Why> {
    let any = |class: Class| source.iter().any(|it| it.has(class));
    for class in [Class::May, Class::Must, Class::Should] {
        let same_order = source.iter().any(|it| it.orders_what(claim, class) || claim.orders_what(it, class));
        let is_new = claim.has(class) && !any(class);
        let is_lost = any(class) && !claim.has(class);
        let binds = any(Class::Must) || any(Class::Should) || any(Class::Halt);
        let fits = match class {
            Class::May if is_new => !binds,
            _ if is_new || is_lost => same_order,
            _ => true,
        };
        if !fits {
            return Some(Why::Strength);
        }
    }
    None
}

fn bounds(claim: &Said, source: &[&Said]) -> Option<Why> {
    let own = claim.loose_bounds();
    let theirs: Vec<(Class, &str)> = source.iter().flat_map(|it| it.loose_bounds()).collect();
    let numbers: Vec<Class> = source
        .iter()
        .flat_map(|it| it.facts.quantities.iter().flat_map(|quantity| it.bounds_of(quantity)))
        .filter(|it| *it != Class::About)
        .collect();
    for (class, word) in &own {
        let about = || theirs.iter().filter(|it| same(it.1, word));
        let known = if about().next().is_some() {
            about().any(|it| it.0 == *class)
        } else {
            theirs.iter().any(|it| it.0 == *class)
        };
        if !known {
            return Some(Why::Relation);
        }
    }
    let claimed = |class: &Class| claim.has(*class);
    if theirs.iter().any(|it| !claimed(&it.0)) || numbers.iter().any(|it| !claimed(it)) {
        return Some(Why::Condition);
    }
    None
}

fn joints(claim: &Said, source: &[&Said]) -> Option<Why> {
    let theirs: Vec<(Class, &str, &str)> = source.iter().flat_map(|it| it.joints()).collect();
    for (class, left, right) in claim.joints() {
        let joins = |it: &&(Class, &str, &str)| {
            (same(it.1, left) && same(it.2, right)) || (same(it.1, right) && same(it.2, left))
        };
        let known = if theirs.iter().any(|it| joins(&it)) {
            theirs.iter().filter(joins).any(|it| it.0 == class)
        } else {
            let only_or = !theirs.is_empty() && theirs.iter().all(|it| it.0 == Class::Or);
            match class {
                Class::Or => theirs.iter().any(|it| it.0 == Class::Or),
                _ => !only_or,
            }
        };
        if !known {
            return Some(Why::Relation);
        }
    }
    None
}

/// Who pays whom.
fn money(claim: &Said, source: &[&Said]) -> Option<Why> {
    let whole = |it: &Said| 0..it.words.len();
    let amounts = || claim.facts.quantities.iter().filter(|it| it.is_money());
    let turned =
        |own: &[Class], theirs: &[Class]| !theirs.is_empty() && own.iter().any(|it| !theirs.contains(it));
    let own = claim.ways(&whole(claim));
    let theirs: Vec<Class> = source.iter().flat_map(|it| it.ways(&whole(it))).collect();
    let unknown = theirs.is_empty() && own.contains(&Class::Gives) && amounts().next().is_some();
    if unknown || turned(&own, &theirs) {
        return Some(Why::Opposite);
    }
    for amount in amounts() {
        let own = claim.ways(&claim.segment(amount.at));
        let theirs: Vec<Class> = source
            .iter()
            .flat_map(|it| {
                let same = it.facts.quantities.iter().filter(|it| it.is(amount));
                same.flat_map(|same| it.ways(&it.segment(same.at)))
            })
            .collect();
        if turned(&own, &theirs) {
            return Some(Why::Opposite);
        }
    }
    None
}

/// What stands after an `if` must be claimed too.
fn condition(claim: &Said, source: &[&Said]) -> Option<Why> {
    let claimed = content(&claim.words);
    for said in source {
        let conditions = said.words.iter().enumerate().filter(|it| lexicon::is_condition(&it.1.folded));
        for (at, _) in conditions {
            let clause = said.content_in(&(at + 1..said.segment(at).end.max(at + 1)));
            if !clause.is_empty() && covered(&clause, &claimed) < 0.6 {
                return Some(Why::Condition);
            }
        }
    }
    None
}

/// `used` for `unused`.
fn turned(claim: &Said, source: &[&Said]) -> Option<Why> {
    let theirs: Vec<&str> = source.iter().flat_map(|it| it.folded()).collect();
    let own: Vec<&str> = claim.folded().collect();
    let swapped = own.iter().filter(|it| !theirs.contains(it)).any(|word| {
        let gone = theirs.iter().filter(|it| !own.contains(it));
        gone.into_iter().any(|it| is_turned(word, it))
    });
    swapped.then_some(Why::Opposite)
}

/// Whether a number or code of the claim stands with other words in the source than in the claim, and those
/// of the claim with another one: it was moved from one to the other.
pub fn moved(claim: &Said, source: &[&Said]) -> Option<Why> {
    let parts: Vec<(&Said, Range<usize>)> =
        source.iter().flat_map(|it| it.segments.iter().map(move |part| (*it, part.clone()))).collect();
    let whole = 0..claim.words.len();
    let quantities = claim.facts.quantities.iter().map(|it| (it.at, Wanted::Number(it)));
    let exact = claim.facts.exact.iter().map(|it| (it.at, Wanted::Code(&it.text)));
    for (at, wanted) in quantities.chain(exact) {
        let segment = claim.segment(at);
        for (part, is_whole) in [(&segment, false), (&whole, true)] {
            let said = claim.content_in(part);
            if said.is_empty() {
                continue;
            }
            let best = |is_own: bool| {
                let fitting = parts.iter().filter(|(it, part)| {
                    if is_own { wanted.is_in(it, part) } else { wanted.has_rival(it, part, claim, is_whole) }
                });
                fitting.map(|(it, part)| covered(&said, &it.content_in(part))).reduce(f64::max)
            };
            if let (Some(own), Some(rival)) = (best(true), best(false))
                && rival > own
            {
                return Some(match wanted {
                    Wanted::Number(_) => Why::Number,
                    Wanted::Code(_) => Why::Code,
                });
            }
        }
    }
    None
}

enum Wanted<'a> {
    Number(&'a Quantity),
    Code(&'a str),
}

impl Wanted<'_> {
    fn is_in(&self, said: &Said, part: &Range<usize>) -> bool {
        match self {
            Self::Number(it) => {
                said.facts.quantities.iter().any(|other| part.contains(&other.at) && other.is(it))
            }
            Self::Code(it) => {
                said.facts.exact.iter().any(|other| part.contains(&other.at) && other.text == *it)
            }
        }
    }

    /// Whether a part has another of its kind and not it. `unclaimed`: one that the claim does not have.
    fn has_rival(&self, said: &Said, part: &Range<usize>, claim: &Said, unclaimed: bool) -> bool {
        if self.is_in(said, part) {
            return false;
        }
        match self {
            Self::Number(it) => said.facts.quantities.iter().any(|other| {
                part.contains(&other.at)
                    && other.counts_like(it)
                    && !(unclaimed && claim.facts.quantities.iter().any(|it| it.is(other)))
            }),
            Self::Code(_) => said.facts.exact.iter().any(|other| {
                part.contains(&other.at)
                    && !(unclaimed && claim.facts.exact.iter().any(|it| it.text == other.text))
            }),
        }
    }
}
