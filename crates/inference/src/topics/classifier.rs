//! The classifier itself: training, learning at once, predicting.

mod letters;

use std::collections::{BTreeMap, HashMap};

use super::calibration::{Calibration, Held};
use super::empty::{self, Says};
use super::features::{self, Parts};
use super::linear;
use super::model::{Known, Model, Prompt};
use super::{Decision, Example, Neighbour, Prediction, Score, Settings, Topic};
use crate::simd;

/// Steps at most until an example that is taught at once is predicted right.
const STEPS: usize = 20;
/// Examples and prompts that say what a text is without the one that is forgotten, or what it is about besides.
const NEAR: usize = 10;
/// What is left of a topic's probability where the text says nothing that topics are told by.
const LEFT: f32 = 0.02;
/// A topic is named beside the best one from this share of its probability on, …
const BESIDE: f32 = 0.4;
/// … and from this probability on.
const LIKELY: f32 = 0.15;
/// A topic is named beside the best one, too, where what is near and has that one has so much of it.
const TOGETHER: f32 = 0.5;
/// Topics that a text is about at most.
const MOST_TOPICS: usize = 5;
/// Knows topics from their descriptions and examples.
#[derive(Debug, Clone)]
pub struct Classifier {
    topics: Vec<i64>,
    prompts: Vec<Prompt>,
    class_of: HashMap<i64, usize>,
    dimensions: usize,
    examples: BTreeMap<i64, Known>,
    /// What was said of the texts of examples before each was learned, since the last training.
    before: HashMap<i64, Vec<f32>>,
    model: Model,
    calibration: Calibration,
    settings: Settings,
}

impl Classifier {
    /// Trains on everything: some 0.2 ms an example at a hundred topics. Vectors of another length than the
    /// first are left out. The same input gives the same classifier, in whatever order.
    pub fn train(mut topics: Vec<Topic>, examples: Vec<Example>, settings: Settings) -> Self {
        topics.sort_by_key(|topic| topic.id);
        topics.dedup_by_key(|topic| topic.id);
        let vectors = topics.iter().flat_map(|topic| topic.vectors.first());
        let dimensions =
            vectors.chain(examples.iter().map(|example| &example.vector)).map(Vec::len).next().unwrap_or(0);
        let class_of: HashMap<i64, usize> =
            topics.iter().enumerate().map(|(class, topic)| (topic.id, class)).collect();
        let ids: Vec<i64> = topics.iter().map(|topic| topic.id).collect();
        let prompts = topics.into_iter().enumerate().flat_map(|(class, topic)| {
            let texts = topic.prompts.into_iter().zip(topic.vectors);
            let fitting = texts.filter(|(_, vector)| vector.len() == dimensions);
            fitting.map(move |(text, vector)| Prompt {
                class,
                vector,
                parts: features::parts(&text),
                says: empty::says(&text),
            })
        });
        let prompts: Vec<Prompt> = prompts.collect();
        let mut out = Self {
            model: Model::untaught(ids.len(), dimensions, &prompts.iter().collect::<Vec<_>>()),
            topics: ids,
            prompts,
            class_of,
            dimensions,
            examples: BTreeMap::new(),
            before: HashMap::new(),
            calibration: Calibration::untaught(Model::UNTAUGHT),
            settings,
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

    /// Learns from one example at once, in about a millisecond at a hundred topics; the next prediction uses
    /// it. Train again in the background after every few dozen: that also renews the calibration.
    pub fn learn(&mut self, example: Example) {
        let id = example.id;
        if !self.keep(example) {
            return;
        }
        if let Some(known) = self.examples.get(&id) {
            self.before.entry(id).or_insert_with(|| self.model.probabilities(known));
            self.model.learn(known, STEPS);
        }
    }

    /// Forgets an example at once, as well as it goes without a training: its text is again what it was said to
    /// be before, or what is near says where it has been trained on since. Train again in the background. Returns
    /// whether it was known.
    pub fn unlearn(&mut self, example: i64) -> bool {
        let Some(gone) = self.examples.remove(&example) else { return false };
        let without = self.before.remove(&example).unwrap_or_else(|| self.near(&gone));
        self.model.unlearn(&gone, &without, 2 * STEPS);
        true
    }

    /// How much of what is near each class is. Nearness counts steeply: what says the same outweighs what is
    /// merely like it.
    fn near(&self, gone: &Known) -> Vec<f32> {
        let known =
            self.examples.values().map(|known| (simd::dot(&gone.vector, &known.vector), &known.classes[..]));
        let prompts = self
            .prompts
            .iter()
            .map(|prompt| (simd::dot(&gone.vector, &prompt.vector), std::slice::from_ref(&prompt.class)));
        self.shares(known.chain(prompts).collect(), |classes| 1.0 / classes as f32)
    }

    /// How much of the nearest of these each class has; `each` says how much one of several classes has of a text.
    fn shares(&self, mut near: Vec<(f32, &[usize])>, each: impl Fn(usize) -> f32) -> Vec<f32> {
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.truncate(NEAR);
        let weight = |similarity: f32| similarity.max(0.0).powi(4);
        let total: f32 = near.iter().map(|(similarity, _)| weight(*similarity)).sum::<f32>().max(1e-6);
        let mut shares = vec![0.0; self.topics.len() + 1];
        for (similarity, classes) in near {
            for class in classes {
                shares[*class] += weight(similarity) / total * each(classes.len());
            }
        }
        shares
    }

    /// Forgets an example: trains again without it, which takes as long as training does. Returns whether it
    /// was known.
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
                together: Vec::new(),
                pieces: Vec::new(),
                decision: Decision::NoneOfThese,
            };
        }
        let mut judged = self.calibration.judge(&self.model.see(vector, &features::parts(text)));
        let best = (0..judged.topics.len()).max_by(|a, b| judged.topics[*a].total_cmp(&judged.topics[*b]));
        if best.is_some_and(|best| !self.may_say(best, &empty::says(text))) {
            judged.topics.iter_mut().for_each(|topic| *topic *= LEFT);
            judged.none = 1.0 - judged.topics.iter().sum::<f32>();
        }
        let scored = self.topics.iter().zip(&judged.topics);
        let mut scores: Vec<Score> =
            scored.map(|(topic, p)| Score { topic: *topic, probability: *p }).collect();
        scores.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.topic.cmp(&b.topic)));
        let mut out = self.decide(scores, judged.none);
        self.add_taught_together(vector, &mut out);
        out
    }

    /// Adds the topics that were taught together with the best one to texts like this one: the regression divides
    /// such a text's probability, and mostly unevenly. Each is as probable as the best one times its share of what is
    /// near.
    fn add_taught_together(&self, vector: &[f32], out: &mut Prediction) {
        let Some((best, class)) =
            out.topics.first().and_then(|best| Some((*best, *self.class_of.get(&best.topic)?)))
        else {
            return;
        };
        let has_both = |known: &&Known| known.classes.len() > 1 && known.classes.contains(&class);
        if !self.examples.values().any(|known| has_both(&known)) {
            return;
        }
        let known = self.examples.values().filter(|known| known.classes.contains(&class));
        let known = known.map(|known| (simd::dot(vector, &known.vector), &known.classes[..]));
        let prompts = self.prompts.iter().filter(|prompt| prompt.class == class);
        let prompts =
            prompts.map(|prompt| (simd::dot(vector, &prompt.vector), std::slice::from_ref(&prompt.class)));
        let shares = self.shares(known.chain(prompts).collect(), |_| 1.0);
        for (other, share) in shares.into_iter().enumerate().take(self.topics.len()) {
            let named = Score { topic: self.topics[other], probability: best.probability * share };
            if other == class || share < TOGETHER || out.topics.len() >= MOST_TOPICS {
                continue;
            }
            out.together.push(named.topic);
            match out.topics.iter_mut().find(|known| known.topic == named.topic) {
                Some(known) => known.probability = known.probability.max(named.probability),
                None => out.topics.push(named),
            }
        }
        out.topics.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.topic.cmp(&b.topic)));
    }

    /// The examples that are nearest to a vector, nearest first.
    pub fn nearest(&self, vector: &[f32], count: usize) -> Vec<Neighbour> {
        let mut near: Vec<(f32, i64)> =
            self.examples.iter().map(|(id, known)| (simd::dot(vector, &known.vector), *id)).collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        near.truncate(count);
        let neighbour = |(similarity, example): (f32, i64)| {
            let topics = self.examples.get(&example)?.topics.clone();
            Some(Neighbour { example, topics, similarity })
        };
        near.into_iter().filter_map(neighbour).collect()
    }

    /// Whether a text that says so much can be about a topic: one that says next to nothing, only where the topic's
    /// name or an example says the same.
    fn may_say(&self, class: usize, says: &Says) -> bool {
        *says == Says::Something
            || self.prompts.iter().any(|prompt| prompt.class == class && prompt.says.covers(says))
            || self.examples.values().any(|known| known.classes.contains(&class) && known.says.covers(says))
    }

    fn decide(&self, scores: Vec<Score>, none: f32) -> Prediction {
        let best = scores.first().map_or(0.0, |score| score.probability);
        if none > best && none > 0.5 {
            let (topics, together, pieces) = (Vec::new(), Vec::new(), Vec::new());
            return Prediction { scores, none, topics, together, pieces, decision: Decision::NoneOfThese };
        }
        let sure = best >= self.calibration.threshold(self.settings.error_rate);
        let decision = if sure { Decision::Sure } else { Decision::Unsure };
        // A text about two topics divides its probability between them.
        let least = (best * BESIDE).max(LIKELY);
        let topics = scores
            .iter()
            .enumerate()
            .filter(|(place, score)| *place == 0 || score.probability >= least)
            .map(|(_, score)| *score)
            .take(MOST_TOPICS)
            .collect();
        Prediction { scores, none, topics, together: Vec::new(), pieces: Vec::new(), decision }
    }

    fn keep(&mut self, example: Example) -> bool {
        let fits = example.vector.len() == self.dimensions;
        if fits {
            let parts: Parts = features::parts(&example.text);
            let mut classes: Vec<usize> =
                example.topics.iter().filter_map(|topic| self.class_of.get(topic).copied()).collect();
            classes.sort_unstable();
            classes.dedup();
            if classes.is_empty() {
                classes.push(self.topics.len());
            }
            let says = empty::says(&example.text);
            let Example { id, vector, topics, .. } = example;
            self.examples.insert(id, Known { vector, parts, classes, topics, says });
        }
        fits
    }

    fn retrain(&mut self) {
        let known: Vec<&Known> = self.examples.values().collect();
        // What is held out is trained on beside the model, where there is a second processor.
        let (model, held) = std::thread::scope(|scope| {
            let held = scope.spawn(|| self.hold_out(&known));
            let prompts: Vec<&Prompt> = self.prompts.iter().collect();
            let model = Model::fit(self.topics.len(), self.dimensions, &prompts, &known);
            (model, held.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        self.model = model;
        self.before.clear();
        self.calibration =
            if known.is_empty() { Calibration::untaught(Model::UNTAUGHT) } else { Calibration::fit(&held) };
    }

    /// Trains several times without some examples and without some topics, and notes what each training makes
    /// of what it has not seen.
    fn hold_out(&self, known: &[&Known]) -> Vec<Held> {
        // Few examples are worth holding out one by one; of many a part says enough.
        let (folds, parts) = match known.len() {
            0 => return Vec::new(),
            1..2500 => (5, 5),
            2500..6000 => (2, 5),
            _ => (1, 6),
        };
        // By their place within their topic, so that each part holds some of every topic.
        let mut places: HashMap<usize, usize> = HashMap::new();
        let part_of: Vec<usize> = known
            .iter()
            .map(|known| {
                let place = places.entry(known.classes[0]).or_default();
                *place += 1;
                (*place + known.classes[0]) % parts
            })
            .collect();
        let mut out = Vec::new();
        for fold in 0..folds {
            let gone = |class: usize| {
                class < self.topics.len() && linear::order(self.topics.len(), 7)[class] % 10 == fold
            };
            let gone: Vec<bool> = (0..=self.topics.len()).map(gone).collect();
            let is_gone = |known: &Known| known.classes.iter().all(|class| gone[*class]);
            let seen: Vec<&Known> = known
                .iter()
                .zip(&part_of)
                .filter(|(known, part)| **part != fold && !known.classes.iter().any(|class| gone[*class]))
                .map(|(known, _)| *known)
                .collect();
            let prompts: Vec<&Prompt> = self.prompts.iter().filter(|prompt| !gone[prompt.class]).collect();
            let model = Model::fit(self.topics.len(), self.dimensions, &prompts, &seen);
            let mut taught = vec![0_usize; self.topics.len() + 1];
            seen.iter().flat_map(|known| &known.classes).for_each(|class| taught[*class] += 1);
            for (known, part) in known.iter().zip(&part_of) {
                // Of the topics held out whole as many are looked at as of the others.
                if *part != fold {
                    continue;
                }
                let mut seen = model.see_without(&known.vector, &known.parts, &gone);
                let right = if is_gone(known) { Vec::new() } else { known.classes.clone() };
                seen.scores
                    .iter_mut()
                    .zip(&gone)
                    .filter(|(_, gone)| **gone)
                    .for_each(|(score, _)| *score = f32::NEG_INFINITY);
                out.push(Held { seen, right, taught: taught[known.classes[0]] });
            }
        }
        out
    }
}
