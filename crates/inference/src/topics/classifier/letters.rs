//! Texts of several sentences: about several topics, or about one between courtesies.

use super::super::pieces::pieces;
use super::super::{Courtesies, Decision, Prediction, Score};
use super::{Classifier, MOST_TOPICS};
use crate::simd;

/// A text that is surer to be about one topic is not read in pieces.
const ONE_TOPIC: f32 = 0.98;
/// A piece counts from this probability on, and from the threshold; …
const PIECE: f32 = 0.85;
/// … and for one of so many topics that the whole text is nearest to.
const OF_THE_WHOLE: usize = 5;
/// A topic that the whole text is about besides is one where a piece says so with this probability.
const SUPPORTED: f32 = 0.5;

impl Classifier {
    /// The pieces of a text that are to be read one by one after the whole: embed them for [`Self::join`]. None where
    /// the text is all one, or as good as surely about one topic.
    pub fn pieces<'a>(&self, text: &'a str, whole: &Prediction) -> Vec<&'a str> {
        match whole.scores.first() {
            Some(best) if best.probability < ONE_TOPIC => pieces(text),
            _ => Vec::new(),
        }
    }

    /// A text without those of its pieces, with their vectors, that are courtesies: what it says, embedded, counts
    /// where it [is surer](Prediction::is_surer_than) than the whole. None where nothing is one, or everything.
    pub fn matter(&self, text: &str, pieces: &[(&str, Vec<f32>)], courtesies: &Courtesies) -> Option<String> {
        let is_courtesy = |(said, vector): &&(&str, Vec<f32>)| {
            let topic = self.predict(said, vector).scores.first().map(|it| it.topic);
            topic.is_some_and(|topic| !self.is_own(vector, topic, courtesies))
        };
        let around: Vec<&str> = pieces.iter().filter(is_courtesy).map(|it| it.0).collect();
        if around.is_empty() || around.len() == pieces.len() {
            return None;
        }
        let matter = around.iter().fold(text.to_owned(), |text, it| text.replacen(it, "", 1));
        Some(matter.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// What a text is about, where its pieces, with their vectors, say more than the whole: several topics, where
    /// pieces that are no courtesies are sure of different ones. What the whole alone is torn between is left out:
    /// a text of several sentences about two matters has a piece about each.
    pub fn join(
        &self,
        mut whole: Prediction,
        pieces: &[(&str, Vec<f32>)],
        courtesies: &Courtesies,
    ) -> Prediction {
        let likely: Vec<i64> = whole.scores.iter().take(OF_THE_WHOLE).map(|score| score.topic).collect();
        let read = |(text, vector): &(&str, Vec<f32>)| {
            let said = self.predict(text, vector);
            let best = said.topics.first().copied()?;
            self.is_own(vector, best.topic, courtesies).then_some((best, said.decision))
        };
        let read: Vec<(Score, Decision)> = pieces.iter().filter_map(read).collect();
        let is_sure = |(best, decision): &&(Score, Decision)| {
            *decision == Decision::Sure && best.probability >= PIECE && likely.contains(&best.topic)
        };
        let said: Vec<Score> = read.iter().filter(is_sure).map(|it| it.0).collect();
        let mut topics: Vec<Score> = Vec::new();
        for score in &said {
            match topics.iter_mut().find(|known| known.topic == score.topic) {
                Some(known) => known.probability = known.probability.max(score.probability),
                None => topics.push(*score),
            }
        }
        if topics.len() > 1 {
            topics.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.topic.cmp(&b.topic)));
            topics.truncate(MOST_TOPICS);
            whole.topics = topics;
            whole.decision = Decision::Sure;
        } else if !pieces.is_empty() {
            let has =
                |topic: i64| read.iter().any(|(it, _)| it.topic == topic && it.probability >= SUPPORTED);
            let first = whole.topics.first().map(|it| it.topic);
            let together = std::mem::take(&mut whole.together);
            whole
                .topics
                .retain(|it| Some(it.topic) == first || together.contains(&it.topic) || has(it.topic));
            whole.together = together;
        }
        whole.pieces = said;
        whole
    }

    /// Whether a piece is about its topic rather than a courtesy.
    fn is_own(&self, vector: &[f32], topic: i64, courtesies: &Courtesies) -> bool {
        courtesies.least(vector).is_some_and(|least| self.nearness(vector, topic) > least)
    }

    /// How near the nearest example or description of a topic is.
    fn nearness(&self, vector: &[f32], topic: i64) -> f32 {
        let Some(class) = self.class_of.get(&topic) else { return f32::NEG_INFINITY };
        let known = self.examples.values().filter(|it| it.classes.contains(class)).map(|it| &it.vector);
        let prompts = self.prompts.iter().filter(|it| it.class == *class).map(|it| &it.vector);
        known.chain(prompts).map(|it| simd::dot(vector, it)).fold(f32::NEG_INFINITY, f32::max)
    }
}
