//! Which of one's own topics a text is about: from their descriptions at first, better with each correction.
//!
//! The classifier is made of its topics and examples and nothing else: train it from what is stored and it is
//! the same again. It is a cache, never the truth.

mod calibration;
mod classifier;
mod courtesies;
mod empty;
mod features;
mod linear;
mod model;
mod pieces;

pub use classifier::Classifier;

/// The texts that stand for a topic before there are examples. Embed them (as queries) for [`Topic::vectors`].
/// A name of two or three words that nothing describes stands there backwards too: who names a topic `alarm_set` means
/// what customers ask as *set alarm*.
pub fn prompts(name: &str, description: &str) -> Vec<String> {
    let spaced: String = name.chars().map(|c| if matches!(c, '_' | '-' | '/') { ' ' } else { c }).collect();
    let (name, description) = (spaced.trim(), description.trim());
    match (name.is_empty(), description.is_empty()) {
        (false, false) => vec![description.to_owned(), format!("{name}: {description}"), name.to_owned()],
        (false, true) => {
            let mut words: Vec<&str> = name.split_whitespace().collect();
            let turned = matches!(words.len(), 2 | 3).then(|| {
                words.reverse();
                words.join(" ")
            });
            std::iter::once(name.to_owned()).chain(turned).collect()
        }
        (true, false) => vec![description.to_owned()],
        (true, true) => Vec::new(),
    }
}

/// A topic as the classifier takes it.
#[derive(Debug, Clone)]
pub struct Topic {
    /// Its id.
    pub id: i64,
    /// Its [`prompts`], …
    pub prompts: Vec<String>,
    /// … and their vectors.
    pub vectors: Vec<Vec<f32>>,
}

/// A text that a person has said the topics of.
#[derive(Debug, Clone)]
pub struct Example {
    /// Its id; teaching the same one again takes the place of what it taught before.
    pub id: i64,
    /// The text.
    pub text: String,
    /// Its vector (as a query).
    pub vector: Vec<f32>,
    /// Its topics; none at all teaches that such texts fit no topic.
    pub topics: Vec<i64>,
}

/// What the operator asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The share of decided texts that may be wrong: 0.05 for "at most 5 % wrong".
    pub error_rate: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { error_rate: 0.05 }
    }
}

/// What is to be done with a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Sure enough for the error rate that is asked for: [`Prediction::topics`] are its topics.
    Sure,
    /// It may be the first of [`Prediction::scores`]; a person should look.
    Unsure,
    /// None of the topics.
    NoneOfThese,
}

/// A topic with how probable it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The topic.
    pub topic: i64,
    /// That the text's main topic is this one; with [`Prediction::none`] the scores sum up to 1.
    pub probability: f32,
}

/// An example that a text is near to.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// The example's id.
    pub example: i64,
    /// Its topics.
    pub topics: Vec<i64>,
    /// Cosine of the two vectors.
    pub similarity: f32,
}

/// What courtesies look like in a space, and what else people write around their matter. None: every sentence may be
/// one.
#[derive(Debug, Clone, Default)]
pub struct Courtesies {
    vectors: Vec<Vec<f32>>,
    /// From this cosine on a sentence is one of them whatever its topic.
    alike: f32,
}

/// What the classifier makes of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Every topic, the most probable first.
    pub scores: Vec<Score>,
    /// How probable it is that the text fits no topic.
    pub none: f32,
    /// The topics that the text is about, most probable first: more than one when it is about several, empty
    /// when it fits none. Also given when it is unsure, as the best guess. Where [`Prediction::pieces`] say it, each
    /// with how probable it is for its piece.
    pub topics: Vec<Score>,
    /// Those of them that were taught together with the first one to texts like this one.
    together: Vec<i64>,
    /// The topics of its pieces in their order, where the text was read in pieces: of those that are sure.
    pub pieces: Vec<Score>,
    /// Whether to act on it.
    pub decision: Decision,
}

impl Prediction {
    /// Whether its best topic is more probable than the other's.
    pub fn is_surer_than(&self, other: &Self) -> bool {
        let best = |it: &Self| it.scores.first().map_or(0.0, |it| it.probability);
        best(self) > best(other)
    }
}

#[cfg(test)]
mod tests {
    use super::prompts;

    #[test]
    fn a_name_that_nothing_describes_stands_backwards_too() {
        assert_eq!(prompts("alarm_set", " "), ["alarm set", "set alarm"]);
        assert_eq!(prompts("Refund", ""), ["Refund"]);
        assert_eq!(prompts("where is my parcel", ""), ["where is my parcel"]);
        let described = prompts("lost-parcel", "A parcel did not arrive.");
        assert_eq!(
            described,
            ["A parcel did not arrive.", "lost parcel: A parcel did not arrive.", "lost parcel"]
        );
    }
}
