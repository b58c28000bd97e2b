//! How sure the classifier may be: scores to probabilities that hold.
//!
//! Everything is measured on examples that were held out of a training, each once; and to know what an unknown
//! matter looks like, some topics were held out whole.

use super::linear::softmax;

/// What the unknown is assumed to be of all texts, where nobody has said.
const UNKNOWN: f32 = 0.03;
/// What it is reckoned to be of them where it is decided whether to act: what is acted on wrongly costs more than what
/// a person looks at. Chosen on help desks of ten examples a topic, see docs/AI.md.
const STRANGERS: f32 = 0.1;
/// Fewer held-out texts than this say too little by themselves.
const ENOUGH: usize = 30;
/// The temperature that is expected before anything was held out, and how far off that may be (the standard deviation
/// of its logarithm): measured on small help desks, see docs/AI.md.
const EXPECTED: f32 = 0.7;
const EXPECTED_WITHIN: f32 = 0.7;
/// That a text fits no topic, before enough was held out to learn it: weights of how near it is to a topic and of the
/// log-odds of the best one, and a constant, for even odds. From the same help desks.
const UNKNOWN_BY: [f32; 3] = [-8.0, -0.25, 3.4];
const FEATURES: usize = 3;
/// What was held out was judged with an example of its topic fewer than there are. By how much that lowers the logarithm
/// of the odds of being right, times one more than the examples that were left: see docs/AI.md.
const ONE_FEWER: f32 = 0.6;

/// What the model says of a text, before calibration.
pub struct Seen {
    /// Scores of the topics, then of none; minus infinity where a topic was held out.
    pub scores: Vec<f32>,
    /// Cosine with the centre of the topic with the highest score.
    pub nearness: f32,
    /// The same, on a scale from 0 where different topics' centres are on average to 1 where they are the same: how
    /// near that is in the space of these vectors.
    pub apart: f32,
}

/// A text that was held out.
pub struct Held {
    pub seen: Seen,
    /// The classes that are right; empty when its topic was held out whole.
    pub right: Vec<usize>,
    /// How many examples of its topic the training had all the same.
    pub taught: usize,
}

/// Turns scores into probabilities, and an error rate into a threshold.
#[derive(Debug, Clone)]
pub struct Calibration {
    temperature: f32,
    taught: bool,
    right: Option<Logistic>,
    unknown: Option<Logistic>,
    /// What is added to the logarithm of the odds of being right.
    lift: f32,
    /// Probability, weight and weight of the wrong ones of each held-out text, the surest first.
    held: Vec<(f32, f32, f32)>,
}

/// What a text's scores come to.
pub struct Judged {
    /// Of each topic.
    pub topics: Vec<f32>,
    pub none: f32,
}

impl Calibration {
    /// Before there are examples, at a given temperature.
    pub fn untaught(temperature: f32) -> Self {
        Self { temperature, taught: false, right: None, unknown: None, lift: 0.0, held: Vec::new() }
    }

    /// Learns from what was held out. Of little it learns little, and goes by what is usual.
    pub fn fit(held: &[Held]) -> Self {
        let known: Vec<&Held> = held.iter().filter(|held| !held.right.is_empty()).collect();
        let mut out = Self { taught: true, ..Self::untaught(best_temperature(&known)) };
        if known.len() < ENOUGH {
            return out;
        }
        let others = held.len() - known.len();
        let rare = |share: f32| (share / (1.0 - share) * known.len() as f32 / others.max(1) as f32).min(1.0);
        let weight = |held: &Held| if held.right.is_empty() { rare(UNKNOWN) } else { 1.0 };
        let is_right = |held: &Held| held.right.contains(&highest(&held.seen.scores));
        let rows = |label: &dyn Fn(&Held) -> bool| -> Vec<([f32; FEATURES], bool, f32)> {
            held.iter().map(|held| (features(&held.seen), label(held), weight(held))).collect()
        };
        let right = Logistic::fit(&rows(&is_right));
        let unknown = (others >= ENOUGH).then(|| Logistic::fit(&rows(&|held| held.right.is_empty())));
        let missing: f32 = known.iter().map(|held| 1.0 / (held.taught + 1) as f32).sum();
        out.lift = ONE_FEWER * missing / known.len() as f32;
        out.right = Some(right);
        out.unknown = unknown;
        out.held = held
            .iter()
            .map(|held| {
                let judged = out.judge(&held.seen);
                let best = judged.topics.iter().copied().fold(0.0, f32::max);
                let weight = if held.right.is_empty() { rare(STRANGERS) } else { 1.0 };
                (best, weight, if is_right(held) { 0.0 } else { weight })
            })
            .collect();
        out.held.sort_by(|a, b| b.0.total_cmp(&a.0));
        out
    }

    /// Probabilities of the topics and of none; they sum up to 1.
    pub fn judge(&self, seen: &Seen) -> Judged {
        let mut topics = seen.scores.clone();
        softmax(&mut topics, self.temperature);
        let best = highest(&topics);
        let learnt_none = topics.pop().unwrap_or(0.0);
        if best >= topics.len() {
            return Judged { none: learnt_none, topics };
        }
        if !self.taught {
            return Judged { none: learnt_none, topics };
        }
        let features = features(seen);
        let unknown = match &self.unknown {
            Some(unknown) => unknown.probability(&features),
            None => usually_unknown(seen.apart, topics[best]),
        };
        let Some(right) = &self.right else {
            topics.iter_mut().for_each(|topic| *topic *= 1.0 - unknown);
            return Judged { none: 1.0 - topics.iter().sum::<f32>(), topics };
        };
        let sure = right.lifted(&features, self.lift);
        let none = learnt_none.max(unknown).min(1.0 - sure);
        let others: f32 = topics.iter().sum::<f32>() - topics[best];
        let scale = (1.0 - sure - none).max(0.0) / others.max(1e-9);
        for (class, topic) in topics.iter_mut().enumerate() {
            // No other topic overtakes the best.
            *topic = if class == best { sure } else { (*topic * scale).min(sure) };
        }
        let none = (1.0 - topics.iter().sum::<f32>()).max(0.0);
        Judged { topics, none }
    }

    /// The least probability at which no more than `error_rate` of the decided texts are wrong, the unknown
    /// among them. One wrong text more than there were is reckoned with, for luck.
    pub fn threshold(&self, error_rate: f32) -> f32 {
        let (mut all, mut wrong, mut threshold) = (1.0, 1.0, None);
        for (probability, weight, error) in &self.held {
            all += weight;
            wrong += error;
            if wrong <= error_rate * all {
                threshold = Some(*probability);
            }
        }
        threshold.unwrap_or(1.0 - error_rate).max(0.1)
    }
}

/// That a text fits no topic, as far as can be said without having held out some.
fn usually_unknown(apart: f32, best: f32) -> f32 {
    let [near, odds, constant] = UNKNOWN_BY;
    let best = best.clamp(1e-4, 1.0 - 1e-4);
    let sum = near * apart + odds * (best / (1.0 - best)).ln() + constant + (UNKNOWN / (1.0 - UNKNOWN)).ln();
    1.0 / (1.0 + (-sum).exp())
}

/// The highest score by itself tells the unknown better than its share among the scores does.
fn features(seen: &Seen) -> [f32; FEATURES] {
    [seen.nearness, seen.scores[highest(&seen.scores)], 1.0]
}

fn highest(values: &[f32]) -> usize {
    (0..values.len()).max_by(|a, b| values[*a].total_cmp(&values[*b]).then(b.cmp(a))).unwrap_or(0)
}

/// The temperature at which the held-out texts are least surprising, and itself too.
fn best_temperature(known: &[&Held]) -> f32 {
    let surprise = |temperature: f32| -> f32 {
        known
            .iter()
            .map(|held| {
                let mut scores = held.seen.scores.clone();
                softmax(&mut scores, temperature);
                -held.right.iter().map(|class| scores[*class]).sum::<f32>().max(1e-6).ln()
            })
            .sum::<f32>()
            + ((temperature / EXPECTED).ln() / EXPECTED_WITHIN).powi(2) / 2.0
    };
    (-12..=12)
        .map(|step| 2f32.powf(step as f32 / 4.0))
        .map(|temperature| (surprise(temperature), temperature))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(1.0, |(_, temperature)| temperature)
}

/// Logistic regression on a few features.
#[derive(Debug, Clone)]
struct Logistic {
    mean: [f32; FEATURES],
    scale: [f32; FEATURES],
    weights: [f32; FEATURES],
}

impl Logistic {
    fn fit(rows: &[([f32; FEATURES], bool, f32)]) -> Self {
        let total: f32 = rows.iter().map(|row| row.2).sum();
        let mut out = Self { mean: [0.0; FEATURES], scale: [1.0; FEATURES], weights: [0.0; FEATURES] };
        // The last feature is the constant one.
        for feature in 0..FEATURES - 1 {
            let mean = rows.iter().map(|row| row.0[feature] * row.2).sum::<f32>() / total;
            let square = rows.iter().map(|row| (row.0[feature] - mean).powi(2) * row.2).sum::<f32>() / total;
            out.mean[feature] = mean;
            out.scale[feature] = square.sqrt().max(1e-4);
        }
        for _ in 0..500 {
            let mut slopes = [0.0; FEATURES];
            for (features, label, weight) in rows {
                let error = (out.probability(features) - f32::from(u8::from(*label))) * weight / total;
                for (slope, value) in slopes.iter_mut().zip(out.standard(features)) {
                    *slope += error * value;
                }
            }
            for (number, (weight, slope)) in out.weights.iter_mut().zip(slopes).enumerate() {
                let decay = if number + 1 < FEATURES { 1e-3 * *weight } else { 0.0 };
                *weight -= 2.0 * (slope + decay);
            }
        }
        out
    }

    fn standard(&self, features: &[f32; FEATURES]) -> [f32; FEATURES] {
        std::array::from_fn(|number| (features[number] - self.mean[number]) / self.scale[number])
    }

    fn probability(&self, features: &[f32; FEATURES]) -> f32 {
        self.lifted(features, 0.0)
    }

    /// The probability at odds whose logarithm is higher by `lift`.
    fn lifted(&self, features: &[f32; FEATURES], lift: f32) -> f32 {
        let sum: f32 =
            self.standard(features).iter().zip(&self.weights).map(|(value, weight)| value * weight).sum();
        1.0 / (1.0 + (-sum - lift).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known texts are as sure as they are near; each stranger is as near as the least near of them.
    fn held(known: usize, strangers: usize) -> Vec<Held> {
        let taught = 9;
        let one = |nearness: f32, right: Vec<usize>| {
            let scores = vec![nearness * 8.0, 0.0, 0.0, -5.0];
            Held { seen: Seen { scores, nearness, apart: nearness }, right, taught }
        };
        let near = |number: usize, of: usize| 0.4 + 0.5 * number as f32 / of as f32;
        let known_ones = (0..known).map(|number| one(near(number, known), vec![0]));
        let strangers = (0..strangers).map(|number| one(near(number, strangers) - 0.3, Vec::new()));
        known_ones.chain(strangers).collect()
    }

    #[test]
    fn what_was_held_out_of_few_examples_is_surer_with_all_of_them() {
        let fit = |taught: usize| {
            let mut all = held(400, 100);
            // Every fifth is wrong.
            all.iter_mut()
                .filter(|held| !held.right.is_empty())
                .step_by(5)
                .for_each(|held| held.right = vec![1]);
            all.iter_mut().for_each(|held| held.taught = taught);
            let fit = Calibration::fit(&all);
            let best = |held: &Held| fit.judge(&held.seen).topics.iter().copied().fold(0.0, f32::max);
            let sure: Vec<f32> = all.iter().map(best).collect();
            let threshold = fit.threshold(0.25);
            let decided: Vec<bool> = sure.iter().map(|sure| *sure >= threshold).collect();
            (sure.iter().sum::<f32>() / sure.len() as f32, decided)
        };
        let ((none_left, decided), (many_left, decided_of_many)) = (fit(0), fit(99));
        assert!(none_left > many_left + 0.04, "{none_left} and {many_left}");
        assert_eq!(decided, decided_of_many, "how sure it must be to decide rises as well");
    }

    #[test]
    fn where_strangers_are_held_out_less_is_decided() {
        let decided = |held: &[Held], error_rate: f32| {
            let fit = Calibration::fit(held);
            let threshold = fit.threshold(error_rate);
            let is_decided =
                |held: &&Held| fit.judge(&held.seen).topics.iter().copied().fold(0.0, f32::max) >= threshold;
            let (known, strange): (Vec<&Held>, Vec<&Held>) =
                held.iter().filter(is_decided).partition(|held| !held.right.is_empty());
            (known.len(), strange.len())
        };
        let held = held(400, 100);
        let (known, strange) = decided(&held, 0.05);
        assert!(known > 300, "{known} known decided");
        // Of ten messages nine are of known topics: strangers stand for 400 / 9 texts, and 5 % of the decided may be wrong.
        assert!(strange as f32 * 400.0 / 9.0 / 100.0 <= 0.05 * 450.0, "{strange} strange decided");
        assert!(decided(&held, 0.01).1 < strange.max(1));
    }
}
