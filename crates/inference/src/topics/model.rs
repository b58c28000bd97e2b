//! What training makes of prompts and examples, before calibration.

use super::calibration::Seen;
use super::empty::Says;
use super::features::Parts;
use super::linear::{self, Linear, Sample};
use crate::simd;

/// How steeply nearness to a topic's description counts before there are examples.
const START: f32 = 5.0;
/// Passes over the examples in a training: of many, fewer do.
const MOST_PASSES: usize = 12;
const LEAST_PASSES: usize = 6;
const ENOUGH_SEEN: usize = 60_000;
/// The pull towards zero, shared out among the examples; and its limit when there are few.
const DECAY: f32 = 0.15;
const MOST_DECAY: f32 = 1e-4;

/// An example as it is kept.
#[derive(Debug, Clone)]
pub struct Known {
    pub vector: Vec<f32>,
    pub parts: Parts,
    /// Never empty: the class after the last topic is none.
    pub classes: Vec<usize>,
    /// As it was taught.
    pub topics: Vec<i64>,
    pub says: Says,
}

/// A text that stands for a topic.
#[derive(Debug, Clone)]
pub struct Prompt {
    pub class: usize,
    pub vector: Vec<f32>,
    pub parts: Parts,
    pub says: Says,
}

/// The regression, and the centre of each topic.
#[derive(Debug, Clone)]
pub struct Model {
    linear: Linear,
    centres: Vec<Vec<f32>>,
    /// How near the topics' centres are to each other, on average.
    between: f32,
    taught: bool,
}

impl Model {
    /// The temperature that makes probabilities of the scores when there are no examples. The best one was between
    /// 0.15 and 0.25 for three sets of topics in English and their messages in seven languages.
    pub const UNTAUGHT: f32 = 0.2;

    /// A model that knows only the prompts.
    pub fn untaught(topics: usize, dimensions: usize, prompts: &[&Prompt]) -> Self {
        let mut centres = vec![vec![0.0; dimensions]; topics + 1];
        for prompt in prompts {
            add(&mut centres[prompt.class], &prompt.vector);
        }
        centres.iter_mut().for_each(|centre| simd::normalise(centre));
        let between = between(&centres[..topics]);
        Self { linear: Linear::new(&centres, dimensions, START, 0.0), centres, between, taught: false }
    }

    /// Trains from the start.
    pub fn fit(topics: usize, dimensions: usize, prompts: &[&Prompt], known: &[&Known]) -> Self {
        let mut out = Self::untaught(topics, dimensions, prompts);
        if known.is_empty() {
            return out;
        }
        let decay = (DECAY / known.len() as f32).min(MOST_DECAY);
        out.linear = Linear::new(&out.centres, dimensions, START, decay);
        out.taught = true;
        let prompted = prompts.iter().map(|prompt| Sample {
            vector: &prompt.vector,
            parts: &prompt.parts,
            target: vec![(prompt.class, 1.0)],
            weight: 1.0,
        });
        let samples: Vec<Sample<'_>> = prompted.chain(known.iter().map(|known| sample(known))).collect();
        out.linear.make_room(samples.iter().flat_map(|sample| sample.parts).map(|(bucket, _)| *bucket));
        let mut rests = vec![linear::Rest::default(); samples.len()];
        for pass in 0..(ENOUGH_SEEN / samples.len()).clamp(LEAST_PASSES, MOST_PASSES) {
            out.linear.pass(&samples, &linear::order(samples.len(), pass as u64), &mut rests);
        }
        for known in known {
            for class in &known.classes {
                add(&mut out.centres[*class], &known.vector);
            }
        }
        out.centres.iter_mut().for_each(|centre| simd::normalise(centre));
        out.between = between(&out.centres[..topics]);
        out
    }

    /// Learns one example now, in at most so many steps.
    pub fn learn(&mut self, known: &Known, steps: usize) {
        self.taught = true;
        let sample = sample(known);
        for _ in 0..steps {
            let scores = self.probabilities(known);
            let right: f32 = known.classes.iter().map(|class| scores[*class]).sum();
            if right > 0.8 {
                break;
            }
            self.linear.step(&sample);
        }
    }

    /// Takes an example back without a training, in at most so many steps: its text becomes what it would be
    /// without it, the probability of each class.
    pub fn unlearn(&mut self, gone: &Known, without: &[f32], steps: usize) {
        let best = most_likely(without);
        let sample = Sample {
            vector: &gone.vector,
            parts: &gone.parts,
            target: without.iter().copied().enumerate().collect(),
            weight: 1.0,
        };
        for _ in 0..steps {
            let scores = self.probabilities(gone);
            if most_likely(&scores) == best
                && gone.classes.iter().all(|class| scores[*class] <= without[*class] + 0.02)
            {
                break;
            }
            self.linear.step(&sample);
        }
    }

    /// How likely each class is for an example's text, that of no topic last.
    pub fn probabilities(&self, known: &Known) -> Vec<f32> {
        let mut scores = self.linear.scores(&known.vector, &known.parts);
        linear::softmax(&mut scores, 1.0);
        scores
    }

    /// What it says of a text.
    pub fn see(&self, vector: &[f32], parts: &[(u32, f32)]) -> Seen {
        self.see_without(vector, parts, &[])
    }

    /// The same, as if some classes were unknown.
    pub fn see_without(&self, vector: &[f32], parts: &[(u32, f32)], gone: &[bool]) -> Seen {
        let mut scores = self.linear.scores(vector, parts);
        if !self.taught {
            // Nobody has taught what fits no topic.
            scores.pop();
            scores.push(f32::NEG_INFINITY);
        }
        let is_gone = |class: usize| gone.get(class).copied().unwrap_or(false);
        let near = |(class, centre): (usize, &Vec<f32>)| {
            if is_gone(class) { -1.0 } else { simd::dot(centre, vector) }
        };
        let nearness = self.centres.iter().take(scores.len() - 1).enumerate().map(near).fold(-1.0, f32::max);
        let apart = (nearness - self.between) / (1.0 - self.between).max(1e-3);
        Seen { scores, nearness, apart }
    }
}

fn most_likely(probabilities: &[f32]) -> Option<usize> {
    (0..probabilities.len()).max_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]).then(b.cmp(a)))
}

fn sample(known: &Known) -> Sample<'_> {
    let share = 1.0 / known.classes.len() as f32;
    let target = known.classes.iter().map(|class| (*class, share)).collect();
    Sample { vector: &known.vector, parts: &known.parts, target, weight: 1.0 }
}

/// The mean cosine of two different ones of these vectors.
fn between(centres: &[Vec<f32>]) -> f32 {
    let pairs = centres.len() * centres.len().saturating_sub(1);
    let mut sum = vec![0.0; centres.first().map_or(0, Vec::len)];
    centres.iter().for_each(|centre| add(&mut sum, centre));
    let own: f32 = centres.iter().map(|centre| simd::dot(centre, centre)).sum();
    (simd::dot(&sum, &sum) - own) / pairs.max(1) as f32
}

fn add(sum: &mut [f32], vector: &[f32]) {
    for (place, value) in sum.iter_mut().zip(vector) {
        *place += value;
    }
}
