//! The classifier itself: training, learning at once, predicting.

use std::collections::{BTreeMap, HashMap};

use super::calibration::{Calibration, Seen};
use super::features::{self, Parts};
use super::linear::{self, Linear, RATES, Sample};
use super::{Decision, Example, Neighbour, Prediction, Score, Settings, Topic};
use crate::simd;

/// How steeply nearness to a topic's description becomes probability before there are examples.
const START_SCALE: f32 = 10.0;
/// Passes over the examples in a training.
const PASSES: usize = 12;
/// Steps at most until an example that is taught at once is predicted right.
const STEPS: usize = 20;

/// Knows topics from their descriptions and examples.
#[derive(Debug, Clone)]
pub struct Classifier {
    topics: Vec<Topic>,
    class_of: HashMap<i64, usize>,
    dimensions: usize,
    examples: BTreeMap<i64, Known>,
    model: Linear,
    calibration: Calibration,
    settings: Settings,
}

#[derive(Debug, Clone)]
struct Known {
    vector: Vec<f32>,
    parts: Parts,
    topics: Vec<i64>,
}

impl Classifier {
    /// Trains on everything. Topics without prompts and vectors of another length than the first are left out.
    /// The same input gives the same classifier, in whatever order.
    pub fn train(mut topics: Vec<Topic>, examples: Vec<Example>, settings: Settings) -> Self {
        topics.sort_by_key(|topic| topic.id);
        topics.dedup_by_key(|topic| topic.id);
        let dimensions = topics
            .iter()
            .flat_map(|topic| topic.vectors.first())
            .chain(examples.iter().map(|example| &example.vector))
            .map(Vec::len)
            .next()
            .unwrap_or(0);
        let class_of = topics.iter().enumerate().map(|(class, topic)| (topic.id, class)).collect();
        let mut out = Self {
            class_of,
            dimensions,
            examples: BTreeMap::new(),
            model: Linear::new(&[], dimensions, 1.0, RATES),
            calibration: Calibration::default(),
            settings,
            topics,
        };
        for example in examples {
            out.keep(example);
        }
        out.retrain();
        out
    }

    /// How many examples it knows.
    pub fn len(&self) -> usize {
        self.examples.len()
    }

    /// Whether it knows no example.
    pub fn is_empty(&self) -> bool {
        self.examples.is_empty()
    }

    /// Changes what the operator asks for. Takes effect at once.
    pub fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Learns from one example at once, in well under a millisecond for a hundred topics; the next prediction
    /// uses it. Train again in the background every few dozen of them: that also renews the calibration.
    pub fn learn(&mut self, example: Example) {
        let id = example.id;
        if !self.keep(example) {
            return;
        }
        let Some(known) = self.examples.get(&id) else { return };
        let sample = sample(known, &self.class_of, self.none_class(), 1.0);
        for _ in 0..STEPS {
            let mut scores = self.model.scores(sample.vector, sample.parts);
            linear::softmax(&mut scores, 1.0);
            let right: f32 = sample.target.iter().map(|(class, _)| scores[*class]).sum();
            if right > 0.8 {
                break;
            }
            self.model.step(&sample);
        }
    }

    /// Forgets an example: trains again without it. Returns whether it was known.
    pub fn forget(&mut self, example: i64) -> bool {
        let known = self.examples.remove(&example).is_some();
        if known {
            self.retrain();
        }
        known
    }

    /// What a text is about.
    pub fn predict(&self, text: &str, vector: &[f32]) -> Prediction {
        if vector.len() != self.dimensions || self.topics.is_empty() {
            return Prediction {
                scores: Vec::new(),
                none: 1.0,
                topics: Vec::new(),
                decision: Decision::NoneOfThese,
            };
        }
        let seen = self.see(vector, &features::parts(text));
        let mut probabilities = seen.scores.clone();
        linear::softmax(&mut probabilities, self.calibration.temperature);
        let learnt_none = probabilities[self.none_class()];
        let none = self.calibration.none(&seen).max(learnt_none);
        let rest = (1.0 - learnt_none).max(1e-6);
        let mut scores: Vec<Score> = self
            .topics
            .iter()
            .zip(&probabilities)
            .map(|(topic, p)| Score { topic: topic.id, probability: p / rest * (1.0 - none) })
            .collect();
        scores.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.topic.cmp(&b.topic)));
        self.decide(scores, none)
    }

    /// The examples that are nearest to a vector, nearest first.
    pub fn nearest(&self, vector: &[f32], count: usize) -> Vec<Neighbour> {
        let mut out: Vec<Neighbour> = self
            .examples
            .iter()
            .map(|(id, known)| Neighbour {
                example: *id,
                topics: known.topics.clone(),
                similarity: simd::dot(vector, &known.vector),
            })
            .collect();
        out.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.example.cmp(&b.example)));
        out.truncate(count);
        out
    }

    fn decide(&self, scores: Vec<Score>, none: f32) -> Prediction {
        let best = scores.first().map_or(0.0, |score| score.probability);
        let threshold = self.calibration.threshold(self.settings.error_rate);
        let decision = if none > 0.5 {
            Decision::NoneOfThese
        } else if best >= threshold {
            Decision::Sure
        } else {
            Decision::Unsure
        };
        // A text about two topics divides its probability between them.
        let topics = match decision {
            Decision::NoneOfThese => Vec::new(),
            _ => scores
                .iter()
                .copied()
                .filter(|score| score.probability >= (best * 0.5).min(0.3))
                .take(5)
                .collect(),
        };
        let topics = if topics.is_empty() && decision != Decision::NoneOfThese {
            scores.first().copied().into_iter().collect()
        } else {
            topics
        };
        Prediction { scores, none, topics, decision }
    }

    fn none_class(&self) -> usize {
        self.topics.len()
    }

    fn keep(&mut self, example: Example) -> bool {
        let fits = example.vector.len() == self.dimensions;
        if fits {
            let parts = features::parts(&example.text);
            let known = Known { vector: example.vector, parts, topics: example.topics };
            self.examples.insert(example.id, known);
        }
        fits
    }

    fn retrain(&mut self) {
        let known: Vec<&Known> = self.examples.values().collect();
        self.calibration = Calibration::default();
        self.model = self.fit(&known);
    }

    fn fit(&self, known: &[&Known]) -> Linear {
        let starts: Vec<Vec<f32>> =
            self.topics.iter().map(|topic| mean(&topic.vectors, self.dimensions)).collect();
        let none = vec![0.0; self.dimensions];
        let starts: Vec<Vec<f32>> = starts.into_iter().chain(std::iter::once(none)).collect();
        let mut model = Linear::new(&starts, self.dimensions, START_SCALE, RATES);
        let prompts: Vec<(usize, &Vec<f32>, Parts)> = self
            .topics
            .iter()
            .enumerate()
            .flat_map(|(class, topic)| {
                topic
                    .prompts
                    .iter()
                    .zip(&topic.vectors)
                    .map(move |(text, vector)| (class, vector, features::parts(text)))
            })
            .collect();
        let mut samples: Vec<Sample<'_>> = prompts
            .iter()
            .map(|(class, vector, parts)| Sample { vector, parts, target: vec![(*class, 1.0)], weight: 0.5 })
            .collect();
        samples.extend(known.iter().map(|known| sample(known, &self.class_of, self.none_class(), 1.0)));
        if known.is_empty() {
            return model;
        }
        for pass in 0..PASSES {
            model.pass(&samples, &linear::order(samples.len(), pass as u64));
        }
        model
    }

    fn see(&self, vector: &[f32], parts: &[(u32, f32)]) -> Seen {
        Seen { scores: self.model.scores(vector, parts) }
    }
}

fn sample<'a>(known: &'a Known, class_of: &HashMap<i64, usize>, none: usize, weight: f32) -> Sample<'a> {
    let classes: Vec<usize> = known.topics.iter().filter_map(|topic| class_of.get(topic).copied()).collect();
    let target = if classes.is_empty() {
        vec![(none, 1.0)]
    } else {
        classes.iter().map(|class| (*class, 1.0 / classes.len() as f32)).collect()
    };
    Sample { vector: &known.vector, parts: &known.parts, target, weight }
}

fn mean(vectors: &[Vec<f32>], dimensions: usize) -> Vec<f32> {
    let mut out = vec![0.0; dimensions];
    for vector in vectors.iter().filter(|vector| vector.len() == dimensions) {
        for (place, value) in out.iter_mut().zip(vector) {
            *place += value;
        }
    }
    simd::normalise(&mut out);
    out
}
