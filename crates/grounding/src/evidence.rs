//! The sentences of the passages, and whether they support one that claims something.

use std::ops::Range;

use crate::claims::{Why, is_courtesy};
use crate::facts::Facts;
use crate::injection;
use crate::lexicon;
use crate::sentences::{Kind, Sentence, sentences};
use crate::words::{content, cosine, covered, words};

/// A passage.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The title of its document and its headings.
    pub title: &'a str,
    /// Markdown.
    pub text: &'a str,
}

/// A sentence of a passage.
#[derive(Clone, Debug)]
pub struct Known {
    pub source: usize,
    pub sentence: Sentence,
    pub vector: Option<Vec<f32>>,
    content: Vec<String>,
}

/// What supports a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Support {
    pub source: usize,
    /// In the passage's text, in bytes.
    pub range: Range<usize>,
    /// From 0 to 1.
    pub score: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It claims nothing.
    Courtesy,
    Supported(Support),
    Unsupported(Why),
}

/// How much of a claim's words the passage must have.
const ENOUGH_WORDS: f64 = 0.75;
/// How much of them it must have where the meanings are close.
const SOME_WORDS: f64 = 0.4;
const CLOSE: f64 = 0.72;
/// How close the meanings must be where the languages differ and no words can be compared.
const VERY_CLOSE: f64 = 0.55;

/// The sentences of all passages.
pub struct Evidence {
    known: Vec<Known>,
    around: Vec<Vec<String>>,
}

impl Evidence {
    /// Sentences that speak to a machine rather than to a reader are left out: they support nothing and
    /// are never quoted.
    pub fn of(sources: &[Source<'_>]) -> Self {
        let mut known = Vec::new();
        for (source, passage) in sources.iter().enumerate() {
            for sentence in sentences(passage.text) {
                if injection::is_suspicious(&sentence.text) {
                    continue;
                }
                let all = words(&sentence.text);
                known.push(Known {
                    source,
                    content: content(&all).into_iter().map(str::to_owned).collect(),
                    vector: None,
                    sentence,
                });
            }
        }
        let around =
            sources.iter().map(|it| words(it.title).into_iter().map(|it| it.folded).collect()).collect();
        Self { known, around }
    }

    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// What to make vectors of.
    pub fn texts(&self) -> Vec<&str> {
        self.known.iter().map(|it| it.sentence.text.as_str()).collect()
    }

    /// Gives each of [`Evidence::texts`] its vector.
    pub fn set_vectors(&mut self, vectors: Vec<Vec<f32>>) {
        for (known, vector) in self.known.iter_mut().zip(vectors) {
            known.vector = Some(vector);
        }
    }

    pub(crate) fn known(&self) -> &[Known] {
        &self.known
    }

    /// Whether a passage supports this sentence. `vector` is its meaning, where there is a model for it.
    /// `other_language` says that it is written in another language than the passages.
    pub fn check(&self, claim: &str, vector: Option<&[f32]>, other_language: bool) -> Verdict {
        if is_courtesy(claim) {
            return Verdict::Courtesy;
        }
        let all = words(claim);
        let wanted = content(&all);
        let facts = Facts::of(claim);
        let mut best: Option<Support> = None;
        let mut why = Why::NotSaid;
        let mut closest = 0.0;
        for window in self.windows() {
            let Some(score) = self.score(&window, &wanted, vector, other_language) else { continue };
            match self.refuses(&window, &wanted, &facts, other_language) {
                Some(reason) if score > closest => (closest, why) = (score, reason),
                Some(_) => {}
                None if best.as_ref().is_none_or(|it| score > it.score + 0.02) => {
                    let (first, last) = (&self.known[window.start], &self.known[window.end - 1]);
                    let range = first.sentence.range.start..last.sentence.range.end;
                    best = Some(Support { source: first.source, range, score });
                }
                None => {}
            }
        }
        best.map_or(Verdict::Unsupported(why), Verdict::Supported)
    }

    /// Each sentence, then each pair of neighbours in one passage.
    fn windows(&self) -> Vec<Range<usize>> {
        let one = (0..self.known.len()).map(|it| it..it + 1);
        let pairs = (1..self.known.len())
            .filter(|it| self.known[it - 1].source == self.known[*it].source)
            .map(|it| it - 1..it + 1);
        one.chain(pairs).collect()
    }

    fn words_of(&self, window: &Range<usize>) -> Vec<&str> {
        self.known[window.clone()].iter().flat_map(|it| it.content.iter().map(String::as_str)).collect()
    }

    /// How well the window says what is claimed; None where it does not.
    fn score(
        &self,
        window: &Range<usize>,
        wanted: &[&str],
        vector: Option<&[f32]>,
        other_language: bool,
    ) -> Option<f64> {
        let close = vector.and_then(|vector| {
            let each = self.known[window.clone()]
                .iter()
                .filter_map(|it| it.vector.as_deref())
                .map(|it| cosine(vector, it));
            each.reduce(f64::max)
        });
        if other_language {
            return close.filter(|it| *it >= VERY_CLOSE);
        }
        let mut have = self.words_of(window);
        have.extend(self.around[self.known[window.start].source].iter().map(String::as_str));
        let own = covered(wanted, &self.words_of(window));
        let words = covered(wanted, &have).min(own + 0.25);
        let said = words >= ENOUGH_WORDS || (words >= SOME_WORDS && close.is_some_and(|it| it >= CLOSE));
        said.then(|| words.max(close.unwrap_or_default()).clamp(0.0, 1.0))
    }

    /// Why the window does not support the claim although it speaks of it.
    fn refuses(
        &self,
        window: &Range<usize>,
        wanted: &[&str],
        facts: &Facts,
        other_language: bool,
    ) -> Option<Why> {
        let part = &self.known[window.clone()];
        let text: Vec<&str> = part.iter().map(|it| it.sentence.text.as_str()).collect();
        let source = Facts::of(&text.join(" "));
        let all: Vec<String> = text.iter().flat_map(|it| words(it)).map(|it| it.folded).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let around: Vec<&str> = self.around[part[0].source].iter().map(String::as_str).collect();
        if let Some(missing) = facts.missing_in(&source, &all, &around) {
            return Some(missing.into());
        }
        if facts.negated != source.negated {
            return Some(Why::Negation);
        }
        if source.conditional && !facts.conditional {
            return Some(Why::Condition);
        }
        if other_language {
            return None;
        }
        for word in wanted {
            let has = all.iter().chain(&around).any(|it| crate::words::same(word, it));
            if !has && lexicon::is_strong(word) {
                return Some(Why::Strength);
            }
            if !has && lexicon::is_opposed(word, &all) {
                return Some(Why::Opposite);
            }
        }
        None
    }
}

impl Known {
    /// Whether an answer may be made of it.
    pub(crate) fn is_quotable(&self) -> bool {
        let least = match self.sentence.kind {
            Kind::Heading => return false,
            Kind::Prose if !self.sentence.text.ends_with(':') => 2,
            _ => 1,
        };
        !crate::is_question(&self.sentence.text) && self.content.len() >= least
    }

    pub(crate) fn content(&self) -> Vec<&str> {
        self.content.iter().map(String::as_str).collect()
    }
}
