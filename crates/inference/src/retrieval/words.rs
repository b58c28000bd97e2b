//! Search by words: BM25 over stems, and exact identifiers.

use std::collections::{BTreeSet, HashMap, HashSet};

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;

use super::identifiers;
use crate::language;

/// BM25's usual constants: how soon repetition stops counting, and how much length does.
const REPEAT: f32 = 1.2;
const LENGTH: f32 = 0.75;

/// Which passages hold which words.
#[derive(Debug, Default)]
pub struct Words {
    postings: HashMap<String, Vec<(u32, u16)>>,
    exact: HashMap<String, Vec<u32>>,
    lengths: HashMap<usize, u32>,
    total: u64,
    /// Languages that passages were in, each with its number of passages.
    languages: HashMap<&'static str, usize>,
    language_of: HashMap<usize, &'static str>,
}

/// What a search by words finds, by slot.
#[derive(Debug, Default)]
pub struct Found {
    /// BM25.
    pub scores: HashMap<usize, f32>,
    /// The share of the question's identifiers that the passage carries.
    pub exact: HashMap<usize, f32>,
}

impl Words {
    /// Indexes the text of a slot.
    pub fn add(&mut self, slot: usize, text: &str) {
        let language = language::detect(text).map_or("", |found| found.code);
        let stems = stems(text, language);
        let mut counts: HashMap<String, u16> = HashMap::new();
        for stem in &stems {
            let count = counts.entry(stem.clone()).or_default();
            *count = count.saturating_add(1);
        }
        for (stem, count) in counts {
            self.postings.entry(stem).or_default().push((slot as u32, count));
        }
        for identifier in identifiers(text) {
            self.exact.entry(identifier).or_default().push(slot as u32);
        }
        self.lengths.insert(slot, stems.len() as u32);
        self.total += stems.len() as u64;
        *self.languages.entry(language).or_default() += 1;
        self.language_of.insert(slot, language);
    }

    /// Forgets slots. Takes a pass over the index, which is cheap beside embedding what replaces them.
    pub fn remove(&mut self, slots: &[usize]) {
        let gone: HashSet<u32> = slots.iter().map(|slot| *slot as u32).collect();
        self.postings.retain(|_, list| {
            list.retain(|(slot, _)| !gone.contains(slot));
            !list.is_empty()
        });
        self.exact.retain(|_, list| {
            list.retain(|slot| !gone.contains(slot));
            !list.is_empty()
        });
        for slot in slots {
            self.total -= u64::from(self.lengths.remove(slot).unwrap_or(0));
            if let Some(language) = self.language_of.remove(slot)
                && let Some(count) = self.languages.get_mut(language)
            {
                *count -= 1;
                if *count == 0 {
                    self.languages.remove(language);
                }
            }
        }
    }

    /// Scores each slot that shares a word with the question.
    pub fn search(&self, text: &str) -> Found {
        let mut found = Found::default();
        let count = self.lengths.len() as f32;
        let average = (self.total as f32 / count.max(1.0)).max(1.0);
        for stem in self.question(text) {
            let Some(list) = self.postings.get(&stem) else { continue };
            let rarity = (1.0 + (count - list.len() as f32 + 0.5) / (list.len() as f32 + 0.5)).ln();
            for (slot, times) in list {
                let length = self.lengths.get(&(*slot as usize)).copied().unwrap_or(0) as f32;
                let times = f32::from(*times);
                let weight =
                    times * (REPEAT + 1.0) / (times + REPEAT * (1.0 - LENGTH + LENGTH * length / average));
                *found.scores.entry(*slot as usize).or_default() += rarity * weight;
            }
        }
        let asked = identifiers(text);
        for list in asked.iter().filter_map(|identifier| self.exact.get(identifier)) {
            // What a tenth of all passages carry identifies nothing.
            if list.len() as f32 <= (count / 10.0).max(3.0) {
                for slot in list {
                    *found.exact.entry(*slot as usize).or_default() += 1.0 / asked.len() as f32;
                }
            }
        }
        found
    }

    /// The stems of a question in each language of the index: short questions are hard to tell a language of.
    /// Ordered, so that sums come out equal each time.
    fn question(&self, text: &str) -> BTreeSet<String> {
        self.languages.keys().flat_map(|language| stems(text, language)).collect()
    }
}

fn stems(text: &str, language: &str) -> Vec<String> {
    let stemmer = algorithm(language).map(Stemmer::create);
    words(text)
        .map(|word| match &stemmer {
            Some(stemmer) => fold(&stemmer.stem(&word)),
            None => fold(&word),
        })
        .collect()
}

/// Words in lower case; an ideograph is a word by itself.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).flat_map(|word| {
        let ideographs =
            word.chars().any(|c| matches!(u32::from(c), 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xAC00..=0xD7AF));
        let parts: Vec<String> =
            if ideographs { word.chars().map(String::from).collect() } else { vec![word.to_lowercase()] };
        parts
    })
}

fn fold(word: &str) -> String {
    word.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect()
}

fn algorithm(language: &str) -> Option<Algorithm> {
    Some(match language {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "en" => Algorithm::English,
        "es" => Algorithm::Spanish,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "nb" => Algorithm::Norwegian,
        "nl" => Algorithm::Dutch,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    })
}
