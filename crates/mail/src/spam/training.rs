//! Learning from all lessons at once.

use std::collections::HashMap;

use super::lesson::Lesson;
use super::{FARTHEST, SpamModel, outside, scale, sigmoid};

const RATE: f32 = 0.6;
const BIAS_RATE: f32 = 0.05;
const SCORE_RATE: f32 = 0.02;
/// How strongly words, and features of how a mail is made, are pulled back to what the prior says. Spam is made
/// alike wherever it comes from, and so are the letters of shops: few mails are not to say too much about either.
const PULL: [f32; 2] = [0.001, 0.005];
/// How often all lessons are gone through.
const ROUNDS: usize = 8;
/// Steps through the lessons that mix their order, the same each time.
const STEPS: [usize; 4] = [7919, 104_729, 1_299_709, 15_485_863];

/// Weights in a row, for lessons that name them by their place: there are many, and each is looked at often.
struct Training {
    weights: Vec<Weight>,
    bias: f32,
    score_weight: f32,
}

struct Weight {
    now: f32,
    prior: f32,
    /// Sum of squared gradients.
    seen: f32,
}

/// A lesson by the places of its weights.
struct Placed {
    blocks: [(Vec<u32>, f32); 2],
    spam_assassin: Option<f32>,
    is_spam: bool,
}

/// The model with what these lessons teach.
pub fn taught(prior: SpamModel, lessons: &[(Lesson, bool)]) -> SpamModel {
    let mut places: HashMap<u32, u32> = HashMap::with_capacity(prior.weights.len());
    let mut training = Training { weights: Vec::new(), bias: prior.bias, score_weight: prior.score_weight };
    let mut place = |slots: &[u32]| {
        let placed: Vec<u32> = slots
            .iter()
            .map(|slot| {
                *places.entry(*slot).or_insert_with(|| {
                    let known = prior.weights.get(slot).copied().unwrap_or_default();
                    training.weights.push(Weight { now: known, prior: known, seen: 0.0 });
                    training.weights.len() as u32 - 1
                })
            })
            .collect();
        let scale = scale(placed.len());
        (placed, scale)
    };
    let placed: Vec<Placed> = lessons
        .iter()
        .map(|(lesson, is_spam)| Placed {
            blocks: [place(&lesson.words), place(&lesson.make)],
            spam_assassin: lesson.spam_assassin,
            is_spam: *is_spam,
        })
        .collect();
    for round in 0..ROUNDS {
        let step = STEPS[round % STEPS.len()] % placed.len();
        // A step that shares a factor with their number would miss some.
        let step = if gcd(step, placed.len()) == 1 { step } else { 1 };
        for index in 0..placed.len() {
            training.learn(&placed[(index * step + round) % placed.len()]);
        }
    }
    let mut weights = prior.weights;
    weights.extend(places.into_iter().map(|(slot, place)| (slot, training.weights[place as usize].now)));
    SpamModel { weights, bias: training.bias, score_weight: training.score_weight }
}

impl Training {
    fn learn(&mut self, lesson: &Placed) {
        let mut sum = self.bias + outside(self.score_weight, lesson.spam_assassin);
        for (places, scale) in &lesson.blocks {
            sum += places.iter().map(|it| self.weights[*it as usize].now).sum::<f32>() * scale;
        }
        let error = sigmoid(sum) - f32::from(u8::from(lesson.is_spam));
        for ((places, scale), pull) in lesson.blocks.iter().zip(PULL) {
            for place in places {
                let weight = &mut self.weights[*place as usize];
                let gradient = (error + pull * (weight.now - weight.prior)) * scale;
                weight.seen += gradient * gradient;
                weight.now -= RATE * gradient / (weight.seen.sqrt() + 0.01);
            }
        }
        self.bias -= BIAS_RATE * error;
        if let Some(it) = lesson.spam_assassin {
            // Its score never comes to speak against what it says.
            let moved = self.score_weight - SCORE_RATE * error * it.clamp(-1.0, FARTHEST);
            self.score_weight = moved.max(0.0);
        }
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
