//! The sentences of the passages, and whether they support one that claims something.

use std::ops::Range;

use crate::claims::{Why, is_courtesy};
use crate::compare::{Said, differs, moved};
use crate::facts::Facts;
use crate::injection;
use crate::lexicon;
use crate::question::told;
use crate::sentences::{Kind, Sentence, sentences};
use crate::words::{content, cosine, covered, words};

/// A passage.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The title of its document and its headings.
    pub title: &'a str,
    /// The innermost of its headings; may be empty.
    pub heading: &'a str,
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
    said: Said,
    /// The heading that it stands under, within its passage.
    under: Option<usize>,
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

/// What stands around the sentences of a passage: its title and headings.
struct Around {
    heading: String,
    words: Vec<String>,
    facts: Facts,
    /// The passage's language.
    lang: &'static str,
}

impl Around {
    fn of(passage: &Source<'_>) -> Self {
        let all = words(passage.text);
        let is_heading = !injection::is_suspicious(passage.heading) && !crate::is_question(passage.heading);
        Self {
            heading: if is_heading { passage.heading.trim().to_owned() } else { String::new() },
            words: words(passage.title).into_iter().map(|it| it.folded).collect(),
            facts: Facts::of(passage.title),
            lang: lexicon::language(all.iter().map(|it| it.folded.as_str())),
        }
    }
}

/// The sentences of all passages.
pub struct Evidence {
    known: Vec<Known>,
    around: Vec<Around>,
}

impl Evidence {
    /// Sentences that speak to a machine rather than to a reader are left out: they support nothing and
    /// are never quoted.
    pub fn of(sources: &[Source<'_>]) -> Self {
        let mut known: Vec<Known> = Vec::new();
        let around: Vec<Around> = sources.iter().map(Around::of).collect();
        for (source, passage) in sources.iter().enumerate() {
            let mut under = None;
            for sentence in sentences(passage.text) {
                if injection::is_suspicious(&sentence.text) {
                    continue;
                }
                if sentence.kind == Kind::Heading {
                    under = Some(known.len());
                }
                let said = Said::of(&sentence.text, around[source].lang);
                known.push(Known {
                    source,
                    content: content(&said.words).into_iter().map(str::to_owned).collect(),
                    said,
                    vector: None,
                    under,
                    sentence,
                });
            }
        }
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

    /// The heading that a passage stands under, where it can lead to what is quoted of it.
    pub(crate) fn heading(&self, source: usize) -> Option<&str> {
        self.around.get(source).map(|it| it.heading.as_str()).filter(|it| !it.is_empty())
    }

    /// The words of a passage, its titles included.
    fn words_of_passage(&self, source: usize) -> Vec<&str> {
        let own = self.known.iter().filter(|it| it.source == source).flat_map(|it| it.said.folded());
        let around = self.around.get(source).into_iter().flat_map(|it| it.words.iter().map(String::as_str));
        own.chain(around).collect()
    }

    /// Whether any passage or title has a word, folded.
    pub fn knows(&self, word: &str) -> bool {
        let own = self.known.iter().flat_map(|it| it.said.folded());
        let around = self.around.iter().flat_map(|it| it.words.iter().map(String::as_str));
        own.chain(around).any(|it| crate::words::alike(word, it))
    }

    /// Whether a question names somebody or something that a passage does not: a place, a product. In German
    /// nothing tells names from other nouns.
    pub fn lacks_name(&self, source: usize, question: &str) -> bool {
        let all = words(question);
        if lexicon::language(all.iter().map(|it| it.folded.as_str())) == "de" {
            return false;
        }
        let asked = told(question);
        let is_asked = asked.iter().any(|it| crate::is_question(&it.text));
        let have = self.words_of_passage(source);
        // `I'm` is no name.
        let is_small = |word: &str| lexicon::is_stop(word.split('\'').next().unwrap_or(word));
        let knows = |word: &str| have.iter().any(|it| crate::words::alike(word, it));
        let lacks = |it: &Sentence| {
            let said = words(&it.text);
            let capitals = said.iter().filter(|it| it.capital).count();
            // Who shouts names nothing by it.
            capitals * 2 <= said.len()
                && said.windows(2).any(|pair| {
                    let (before, word) = (&pair[0], &pair[1]);
                    let begins = it.text[before.end..word.start].contains(['.', ':', '?', '!']);
                    let long = word.folded.chars().count() > 1;
                    let is_name = word.capital && long && !begins && !is_small(&word.folded);
                    // `Aura 7`
                    let is_model = before.capital
                        && before.start > 0
                        && word.folded.bytes().all(|it| it.is_ascii_digit());
                    (is_name || is_model) && !knows(&word.folded)
                })
        };
        asked.iter().filter(|it| !is_asked || crate::is_question(&it.text)).any(lacks)
    }

    /// How near the nearest sentence of a passage is to a vector.
    pub fn nearest(&self, source: usize, vector: &[f32]) -> Option<f64> {
        let own = self.known.iter().filter(|it| it.source == source);
        own.filter_map(|it| it.vector.as_deref()).map(|it| cosine(vector, it)).reduce(f64::max)
    }

    /// Whether a passage supports this sentence. `vector` is its meaning, where there is a model for it.
    /// `other_language` says that it is written in another language than the passages.
    pub fn check(&self, claim: &str, vector: Option<&[f32]>, other_language: bool) -> Verdict {
        if is_courtesy(claim) {
            return Verdict::Courtesy;
        }
        if let Some(same) = self.known.iter().find(|it| it.sentence.text == claim.trim()) {
            let range = same.sentence.range.clone();
            return Verdict::Supported(Support { source: same.source, range, score: 1.0 });
        }
        let all = words(claim);
        let wanted = content(&all);
        let own = lexicon::language(all.iter().map(|it| it.folded.as_str()));
        let langs: Vec<Said> = self
            .around
            .iter()
            .map(|it| Said::of(claim, if other_language { own } else { it.lang }))
            .collect();
        let mut best: Option<Support> = None;
        let mut why = Why::NotSaid;
        let mut closest = 0.0;
        for window in self.windows() {
            let Some(score) = self.score(&window, &wanted, vector, other_language) else { continue };
            let said = &langs[self.known[window.start].source];
            match self.refuses(&window, &wanted, said, other_language) {
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

    /// Each sentence, then each pair of neighbours under one heading. Rows of a table say nothing together.
    fn windows(&self) -> Vec<Range<usize>> {
        let one = (0..self.known.len()).map(|it| it..it + 1);
        let together = |one: &Known, other: &Known| {
            one.source == other.source
                && one.under == other.under
                && !(one.sentence.kind == Kind::Row && other.sentence.kind == Kind::Row)
        };
        let pairs = (1..self.known.len())
            .filter(|it| together(&self.known[it - 1], &self.known[*it]))
            .map(|it| it - 1..it + 1);
        one.chain(pairs).collect()
    }

    /// What a window's sentences stand under: titles and headings.
    fn over(&self, window: &Range<usize>) -> Vec<&str> {
        let first = &self.known[window.start];
        let title = self.around[first.source].words.iter().map(String::as_str);
        let heading = first.under.into_iter().flat_map(|it| self.known[it].said.folded());
        title.chain(heading).collect()
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
        have.extend(self.over(window));
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
        claim: &Said,
        other_language: bool,
    ) -> Option<Why> {
        let part = &self.known[window.clone()];
        let said: Vec<&Said> = part.iter().map(|it| &it.said).collect();
        let mut source = Facts::default();
        let heading = part[0].under.map(|it| &self.known[it].said.facts);
        let over = heading.into_iter().chain([&self.around[part[0].source].facts]);
        for facts in said.iter().map(|it| &it.facts).chain(over) {
            source.extend(facts);
        }
        let all: Vec<&str> = said.iter().flat_map(|it| it.folded()).collect();
        let mut known = all.clone();
        known.extend(self.over(window));
        if let Some(missing) = claim.facts.missing_in(&source, &known) {
            return Some(missing.into());
        }
        if !other_language && let Some(why) = moved(claim, &said) {
            return Some(why);
        }
        let main = main(part, wanted, other_language);
        if main.iter().any(|it| it.facts.conditional) && !claim.facts.conditional {
            return Some(Why::Condition);
        }
        for word in wanted.iter().filter(|_| !other_language) {
            let has = known.iter().any(|it| crate::words::same(word, it));
            if !has && lexicon::is_strong(word) {
                return Some(Why::Strength);
            }
            if !has && lexicon::is_opposed(word, &all) {
                return Some(Why::Opposite);
            }
        }
        differs(claim, &main, other_language)
    }
}

/// The sentences of a window that the claim is made of: those with at least half of its words, and with a
/// sentence that refers back the one before it.
fn main<'a>(part: &'a [Known], wanted: &[&str], other_language: bool) -> Vec<&'a Said> {
    let half = |it: &&Known| covered(wanted, &it.content()) >= 0.5;
    let together = other_language || part.iter().skip(1).any(Known::refers_back);
    let halves: Vec<&Known> = part.iter().filter(half).collect();
    if together || halves.is_empty() {
        return part.iter().map(|it| &it.said).collect();
    }
    halves.into_iter().map(|it| &it.said).collect()
}

/// Whether a sentence sends its reader to another place of the document, which a quotation has not.
fn points_elsewhere(sentence: &str) -> bool {
    let folded = words(sentence).into_iter().map(|it| it.folded).collect::<Vec<_>>().join(" ");
    lexicon::POINTERS.iter().any(|it| folded.contains(it))
}

impl Known {
    /// Whether an answer may be made of it. A number or code says something even where words are few.
    pub(crate) fn is_quotable(&self) -> bool {
        let least = match self.sentence.kind {
            Kind::Heading => return false,
            Kind::Prose if !self.sentence.text.ends_with(':') && self.said.facts.is_empty() => 2,
            _ => 1,
        };
        let points = self.sentence.kind == Kind::Prose && points_elsewhere(&self.sentence.text);
        !points
            && !crate::is_question(&self.sentence.text)
            && (self.content.len() >= least || !self.said.facts.is_empty() || self.refers_back())
    }

    /// Its words, numbers included.
    pub(crate) fn folded(&self) -> impl Iterator<Item = &str> {
        self.said.folded()
    }

    /// Whether a reader has to know what stands before it: as [`Known::refers_back`], and by more words.
    pub(crate) fn leans(&self) -> bool {
        let first: Vec<&str> = self.said.folded().take(3).collect();
        self.sentence.kind == Kind::Prose && lexicon::leans(&first)
    }

    /// Whether it only makes sense after the one before it.
    pub(crate) fn refers_back(&self) -> bool {
        let first = self.said.words.first();
        self.sentence.continues && first.is_some_and(|it| lexicon::refers_back(&it.folded))
    }

    /// Whether it goes on with what the sentence before it names, in a few words: `Plug it in.`
    pub(crate) fn belongs(&self) -> bool {
        const MOST_WORDS: usize = 8;
        let said: Vec<&str> = self.said.folded().collect();
        self.sentence.continues
            && said.len() <= MOST_WORDS
            && self.content.len() <= 3
            && lexicon::stands_for(&said)
            && !crate::is_question(&self.sentence.text)
            && !points_elsewhere(&self.sentence.text)
    }

    pub(crate) fn content(&self) -> Vec<&str> {
        self.content.iter().map(String::as_str).collect()
    }
}
