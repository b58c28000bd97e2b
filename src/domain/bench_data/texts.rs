//! Texts that read like a support desk's: sentences of the demo data, and words as unevenly frequent as
//! in real mail.

use std::collections::HashMap;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::{COMMON_WORD, RARE_WORD};

const DEMO: &str = include_str!("../../../demo/tickets.jsonl");
/// Distinct words: those of the demo texts, then made-up ones (order codes, product names).
const VOCABULARY: usize = 30_000;
const FIRST_NAMES: &str = "Anna Ben Chloé Daan Elif Femke Goran Hanna Ines Jonas Katja Liam Mila Noah Olga Pieter \
    Quentin Rosa Sven Tara Ugo Vera Wout Xenia Yusuf Zoë Aylin Boris Carla Dieter Emma Finn Greta Hugo Ida Jan";
const LAST_NAMES: &str = "Peeters Janssens Maes Jacobs Mertens Willems Claes Goossens Wouters Dubois Lambert Müller \
    Schmidt Schneider Fischer Weber Meyer Wagner Becker Hoffmann Koch Richter Novak Rossi Bianchi Ferrari García \
    López Smith Jones Taylor Brown Wilson Evans Kowalski Nowak Yilmaz Kaya Lindqvist Nielsen";

/// A die that falls the same way for the same seed.
pub struct Dice(StdRng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// From 0 to just below 1.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Picks by Zipf's law: the first most often.
    pub fn zipf<'a, T>(&mut self, from: &'a Zipf<T>) -> &'a T {
        let at = self.unit() * from.total;
        &from.items[from.sums.partition_point(|it| *it < at).min(from.items.len() - 1)]
    }
}

/// Things of which the n-th is as frequent as 1/n.
pub struct Zipf<T> {
    items: Vec<T>,
    sums: Vec<f64>,
    total: f64,
}

impl<T> Zipf<T> {
    pub fn new(items: Vec<T>) -> Self {
        let mut total = 0.0;
        let sums = (1..=items.len())
            .map(|it| {
                total += 1.0 / it as f64;
                total
            })
            .collect();
        Self { items, sums, total }
    }
}

pub struct Texts {
    sentences: Zipf<String>,
    words: Zipf<String>,
    first_names: Vec<&'static str>,
    last_names: Vec<&'static str>,
}

impl Texts {
    pub fn new() -> Self {
        let texts = demo_texts();
        let mut sentences: Vec<String> = Vec::new();
        let mut frequencies: HashMap<String, usize> = HashMap::new();
        for sentence in texts.iter().flat_map(|it| it.split_inclusive(['.', '?', '!', '\n'])) {
            let sentence = sentence.trim();
            let known = sentences.iter().any(|it| it == sentence);
            if (25..140).contains(&sentence.len()) && !known && !is_marked(sentence) {
                sentences.push(sentence.to_owned());
            }
            for word in sentence.split(|it: char| !it.is_alphanumeric()) {
                *frequencies.entry(word.to_lowercase()).or_default() += 1;
            }
        }
        frequencies.retain(|word, _| word.len() > 2 && !is_marked(word));
        let mut words: Vec<(String, usize)> = frequencies.into_iter().collect();
        words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let mut words: Vec<String> = words.into_iter().map(|it| it.0).collect();
        let mut dice = Dice::new(1);
        while words.len() < VOCABULARY {
            words.push(made_up(&mut dice));
        }
        Self {
            sentences: Zipf::new(sentences),
            words: Zipf::new(words),
            first_names: FIRST_NAMES.split_whitespace().collect(),
            last_names: LAST_NAMES.split_whitespace().collect(),
        }
    }

    pub fn sentence(&self, dice: &mut Dice) -> &str {
        let sentence: &String = dice.zipf(&self.sentences);
        sentence
    }

    /// Words one after the other.
    pub fn words(&self, dice: &mut Dice, n: usize) -> String {
        let words: Vec<&str> = (0..n).map(|_| dice.zipf(&self.words).as_str()).collect();
        words.join(" ")
    }

    /// First and last name of the n-th person.
    pub fn name(&self, n: usize) -> (&'static str, &'static str) {
        let first = self.first_names[n % self.first_names.len()];
        (first, self.last_names[n / self.first_names.len() % self.last_names.len()])
    }
}

fn is_marked(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains(COMMON_WORD) || text.contains(RARE_WORD)
}

fn demo_texts() -> Vec<String> {
    let tickets = DEMO.lines().filter_map(|it| serde_json::from_str::<serde_json::Value>(it).ok());
    let mut texts = Vec::new();
    for ticket in tickets {
        let messages = ticket["messages"].as_array().cloned().unwrap_or_default();
        texts.extend(messages.iter().filter_map(|it| it["text"].as_str().map(str::to_owned)));
    }
    texts
}

/// A word of two to four syllables.
fn made_up(dice: &mut Dice) -> String {
    const STARTS: &[u8] = b"bdfgklmnprstvz";
    const VOWELS: &[u8] = b"aeiou";
    let mut word = String::new();
    for _ in 0..2 + dice.below(3) {
        word.push(char::from(*dice.pick(STARTS)));
        word.push(char::from(*dice.pick(VOWELS)));
    }
    if dice.unit() < 0.4 {
        word.push(char::from(*dice.pick(STARTS)));
    }
    word
}
