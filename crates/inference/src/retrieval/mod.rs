//! Finding the passages that answer a question: by meaning, by words, and by exact identifiers.

mod identifiers;
mod words;

use std::collections::{HashMap, HashSet};

pub use identifiers::identifiers;

use crate::simd;
use words::Words;

/// How much meaning counts in a score; words count the rest.
const DENSE: f32 = 0.9;
/// What an exact identifier of the question adds to the passages that carry it.
const EXACT: f32 = 1.0;
/// What words count for in a passage that has no vector yet: enough to be seen among those that have one.
const BLIND: f32 = 0.8;

/// A document as the index takes it.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its id.
    pub id: i64,
    /// Its title, which is searched with each passage.
    pub title: String,
    /// The vector of the title alone; empty where it is not made yet.
    pub title_vector: Vec<f32>,
    /// Its passages, in order.
    pub passages: Vec<Entry>,
}

/// A passage as the index takes it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What is searched: `Passage::with_titles`.
    pub text: String,
    /// Its vector; empty where it is not made yet: until then the passage is found by its words.
    pub vector: Vec<f32>,
}

/// A passage that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The document.
    pub document: i64,
    /// Which of the document's passages, from 0.
    pub passage: usize,
    /// What hits are ordered by: 0 to 1 for meaning and words, relative to this question, more with an exact
    /// identifier.
    pub score: f32,
    /// Cosine of question and passage: how near they are in meaning, comparable between questions. 0 where the
    /// passage has no vector yet.
    pub similarity: f32,
    /// Whether the passage carries an identifier of the question, such as an order number.
    pub exact: bool,
}

/// Passages of one tenant, searched exactly. Search takes `&self`; keep it behind a read-write lock.
#[derive(Debug, Default)]
pub struct Index {
    dimensions: usize,
    /// Passages, one after another; a slot whose document is gone is `None` and its vector zero, as is that of
    /// a passage that has none yet.
    slots: Vec<Option<Slot>>,
    vectors: Vec<f32>,
    titles: HashMap<i64, Vec<f32>>,
    free: Vec<usize>,
    of_document: HashMap<i64, Vec<usize>>,
    words: Words,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    document: i64,
    passage: usize,
    has_vector: bool,
}

impl Index {
    /// An empty index.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many passages there are.
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How long its vectors are; 0 where there are none yet.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// How many passages have no vector yet.
    pub fn blind(&self) -> usize {
        self.slots.iter().flatten().filter(|slot| !slot.has_vector).count()
    }

    /// Adds a document, or takes the place of what it was before. All vectors of an index are equally long;
    /// a document whose vectors are not is refused with `false`.
    pub fn put(&mut self, document: Document) -> bool {
        if self.is_empty() {
            *self = Self::default();
        }
        let vectors = document.passages.iter().map(|passage| &passage.vector);
        if !self.takes(vectors.chain([&document.title_vector])) {
            return false;
        }
        self.remove(document.id);
        let mut slots = Vec::with_capacity(document.passages.len());
        for (number, passage) in document.passages.into_iter().enumerate() {
            let slot = self.free.pop().unwrap_or_else(|| {
                self.slots.push(None);
                self.vectors.resize(self.slots.len() * self.dimensions, 0.0);
                self.slots.len() - 1
            });
            self.slots[slot] = Some(Slot { document: document.id, passage: number, has_vector: false });
            self.set_vector(slot, &passage.vector);
            self.words.add(slot, &passage.text);
            slots.push(slot);
        }
        self.of_document.insert(document.id, slots);
        if !document.title_vector.is_empty() {
            self.titles.insert(document.id, document.title_vector);
        }
        true
    }

    /// Gives the passages of a document their vectors, in order; an empty one changes nothing. `false` where the
    /// document is not there as it was when they were made, or they are of another length.
    pub fn set_vectors(&mut self, document: i64, title: Vec<f32>, passages: &[Vec<f32>]) -> bool {
        let fits = self.of_document.get(&document).is_some_and(|slots| slots.len() == passages.len());
        if !fits || !self.takes(passages.iter().chain([&title])) {
            return false;
        }
        let slots = self.of_document.get(&document).cloned().unwrap_or_default();
        for (slot, vector) in slots.into_iter().zip(passages) {
            self.set_vector(slot, vector);
        }
        if !title.is_empty() {
            self.titles.insert(document, title);
        }
        true
    }

    /// Whether vectors are as long as those that are there. The first ones say how long they all are.
    fn takes<'a>(&mut self, vectors: impl Iterator<Item = &'a Vec<f32>>) -> bool {
        let mut lengths = vectors.map(Vec::len).filter(|length| *length > 0);
        let Some(length) = lengths.next() else { return true };
        if !lengths.all(|other| other == length) {
            return false;
        }
        if self.dimensions == 0 {
            self.dimensions = length;
            self.vectors = vec![0.0; self.slots.len() * length];
        }
        length == self.dimensions
    }

    fn set_vector(&mut self, slot: usize, vector: &[f32]) {
        if vector.is_empty() {
            return;
        }
        self.vectors[slot * self.dimensions..][..self.dimensions].copy_from_slice(vector);
        if let Some(slot) = &mut self.slots[slot] {
            slot.has_vector = true;
        }
    }

    /// Takes a document out. Returns whether it was there.
    pub fn remove(&mut self, document: i64) -> bool {
        let Some(slots) = self.of_document.remove(&document) else { return false };
        self.titles.remove(&document);
        self.words.remove(&slots);
        for slot in slots {
            self.slots[slot] = None;
            self.vectors[slot * self.dimensions..][..self.dimensions].fill(0.0);
            self.free.push(slot);
        }
        true
    }

    /// The best `count` passages, best first; `among` limits them to some documents. Equal scores are ordered
    /// by document and place.
    pub fn search(&self, text: &str, vector: &[f32], among: Option<&HashSet<i64>>, count: usize) -> Vec<Hit> {
        if self.is_empty() || (self.dimensions > 0 && vector.len() != self.dimensions) {
            return Vec::new();
        }
        let mut hits = self.by_meaning(vector, among);
        let seen = || hits.iter().filter(|(slot, _)| self.sees(*slot));
        let lowest = seen().map(|(_, hit)| hit.score).fold(f32::INFINITY, f32::min);
        let highest = seen().map(|(_, hit)| hit.score).fold(f32::NEG_INFINITY, f32::max);
        let span = (highest - lowest).max(1e-6);
        let found = self.words.search(text);
        let most = hits.iter().filter_map(|(slot, _)| found.scores.get(slot)).copied().fold(1e-6, f32::max);
        for (slot, hit) in &mut hits {
            let words = found.scores.get(slot).copied().unwrap_or(0.0) / most;
            let exact = found.exact.get(slot).copied().unwrap_or(0.0);
            let said = match self.sees(*slot) {
                true => DENSE * (hit.score - lowest) / span + (1.0 - DENSE) * words,
                false => BLIND * words,
            };
            hit.score = said + EXACT * exact;
            hit.exact = exact > 0.0;
        }
        hits.sort_by(|(_, a), (_, b)| {
            b.score.total_cmp(&a.score).then((a.document, a.passage).cmp(&(b.document, b.passage)))
        });
        hits.into_iter().take(count).map(|(_, hit)| hit).collect()
    }

    /// Whether a slot's passage has its vector.
    fn sees(&self, slot: usize) -> bool {
        self.slots[slot].is_some_and(|slot| slot.has_vector)
    }

    fn by_meaning(&self, vector: &[f32], among: Option<&HashSet<i64>>) -> Vec<(usize, Hit)> {
        let titles: HashMap<i64, f32> =
            self.titles.iter().map(|(id, title)| (*id, simd::dot(vector, title))).collect();
        let used = |slot: &Slot| among.is_none_or(|among| among.contains(&slot.document));
        let mut hits = Vec::new();
        simd::wide(
            #[inline(always)]
            || {
                for (number, slot) in self.slots.iter().enumerate() {
                    let Some(slot) = slot.as_ref().filter(|slot| used(slot)) else { continue };
                    let Slot { document, passage, has_vector } = *slot;
                    let own = &self.vectors[number * self.dimensions..][..self.dimensions];
                    let similarity = if has_vector { simd::dot_here(vector, own) } else { 0.0 };
                    let title = titles.get(&document).copied().unwrap_or(similarity);
                    let score = if has_vector { similarity.max(title) } else { 0.0 };
                    hits.push((number, Hit { document, passage, score, similarity, exact: false }));
                }
            },
        );
        hits
    }
}
