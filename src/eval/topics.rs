//! Topics: how often the first one is right, how sure the classifier may be, and whether it knows what fits
//! none. From a file, or replayed from what people corrected: each is asked before it is taught.

use std::collections::HashMap;

use answerpal_inference::topics::{Classifier, Decision, Example, Prediction, Settings, Topic, prompts};

use super::data::{Described, Labelled};
use super::{Column, Measure, Setting};
use crate::ai::embed::{EmbedError, Embedding, Role, Space};
use crate::error::{Error, Result};

/// Bins of the calibration error.
const BINS: usize = 15;
/// A replay trains again when it knows a part more than at the last training: one in so many. The server trains
/// before the next message as long as that is quick, and in the background later.
const TRAINED_PART: usize = 16;

/// What is measured.
pub enum Course {
    /// Teaches the one, then asks the other.
    Split { teach: Vec<Labelled>, ask: Vec<Labelled> },
    /// Asks each in its order, then teaches it.
    Replay(Vec<Labelled>),
}

/// One answer.
struct Asked {
    /// None: it fits no topic.
    right: Option<bool>,
    confidence: f32,
    decision: Decision,
}

/// Measures one setting.
pub async fn run(
    embedding: &Embedding,
    topics: &[Described],
    course: &Course,
    setting: &Setting,
) -> Result<Column> {
    let space = setting.space();
    let (ids, known) = topics_of(embedding, &space, topics).await?;
    let settings = Settings { error_rate: setting.wrong };
    let asked = match course {
        Course::Split { teach, ask } => {
            let taught = shots(teach, setting.shots);
            let examples = examples(embedding, &space, &ids, &taught).await?;
            let classifier = Classifier::train(known, examples, settings);
            ask_all(embedding, &space, &ids, &classifier, ask).await?
        }
        Course::Replay(all) => replay(embedding, &space, &ids, known, settings, all).await?,
    };
    Ok(Column { setting: setting.text.clone(), measures: measures(&asked) })
}

fn unavailable(error: EmbedError) -> Error {
    Error::Unavailable(error.to_string())
}

async fn vectors(embedding: &Embedding, space: &Space, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
    embedding.embed(space, texts, Role::Message).await.map_err(unavailable)
}

type Ids = HashMap<String, i64>;

async fn topics_of(embedding: &Embedding, space: &Space, topics: &[Described]) -> Result<(Ids, Vec<Topic>)> {
    let (mut ids, mut known) = (HashMap::new(), Vec::new());
    for (id, topic) in (1..).zip(topics) {
        ids.insert(topic.name.clone(), id);
        let prompts = prompts(&topic.name, &topic.description);
        let texts: Vec<&str> = prompts.iter().map(String::as_str).collect();
        let vectors = vectors(embedding, space, &texts).await?;
        known.push(Topic { id, prompts, vectors });
    }
    Ok((ids, known))
}

/// The first `most` examples of each topic, in the order of the file.
fn shots(teach: &[Labelled], most: Option<usize>) -> Vec<Labelled> {
    let mut counts: HashMap<&[String], usize> = HashMap::new();
    teach
        .iter()
        .filter(|it| {
            let count = counts.entry(&it.topics).or_default();
            *count += 1;
            most.is_none_or(|most| *count <= most)
        })
        .cloned()
        .collect()
}

fn topic_ids(ids: &Ids, it: &Labelled) -> Result<Vec<i64>> {
    let id = |name: &String| {
        ids.get(name)
            .copied()
            .ok_or_else(|| Error::invalid("data", format!("names topic {name:?}, which is not listed")))
    };
    it.topics.iter().map(id).collect()
}

async fn examples(
    embedding: &Embedding,
    space: &Space,
    ids: &Ids,
    taught: &[Labelled],
) -> Result<Vec<Example>> {
    let texts: Vec<&str> = taught.iter().map(|it| it.text.as_str()).collect();
    let vectors = vectors(embedding, space, &texts).await?;
    let all = (1..).zip(taught).zip(vectors);
    all.map(|((id, it), vector)| {
        Ok(Example { id, text: it.text.clone(), vector, topics: topic_ids(ids, it)? })
    })
    .collect()
}

async fn ask_all(
    embedding: &Embedding,
    space: &Space,
    ids: &Ids,
    classifier: &Classifier,
    ask: &[Labelled],
) -> Result<Vec<Asked>> {
    let texts: Vec<&str> = ask.iter().map(|it| it.text.as_str()).collect();
    let vectors = vectors(embedding, space, &texts).await?;
    ask.iter()
        .zip(vectors)
        .map(|(it, vector)| Ok(judged(&classifier.predict(&it.text, &vector), &topic_ids(ids, it)?)))
        .collect()
}

async fn replay(
    embedding: &Embedding,
    space: &Space,
    ids: &Ids,
    topics: Vec<Topic>,
    settings: Settings,
    all: &[Labelled],
) -> Result<Vec<Asked>> {
    let examples = examples(embedding, space, ids, all).await?;
    let mut classifier = Classifier::train(topics.clone(), Vec::new(), settings);
    let mut asked = Vec::with_capacity(examples.len());
    let mut next = 1;
    for (number, example) in examples.iter().enumerate() {
        asked.push(judged(&classifier.predict(&example.text, &example.vector), &example.topics));
        if number + 1 == next {
            next += next.div_ceil(TRAINED_PART);
            classifier = Classifier::train(topics.clone(), examples[..=number].to_vec(), settings);
        } else {
            classifier.learn(example.clone());
        }
    }
    Ok(asked)
}

fn judged(prediction: &Prediction, right: &[i64]) -> Asked {
    let best = prediction.scores.first();
    Asked {
        right: (!right.is_empty()).then(|| best.is_some_and(|it| right.contains(&it.topic))),
        confidence: best.map_or(0.0, |it| it.probability),
        decision: prediction.decision,
    }
}

fn measures(asked: &[Asked]) -> Vec<Measure> {
    let mut fitting: Vec<&Asked> = asked.iter().filter(|it| it.right.is_some()).collect();
    let outside: Vec<&Asked> = asked.iter().filter(|it| it.right.is_none()).collect();
    fitting.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let right = |of: &[&Asked]| of.iter().filter(|it| it.right == Some(true)).count();
    // What fits no topic and gets one all the same is wrong.
    let sure: Vec<&Asked> = asked.iter().filter(|it| it.decision == Decision::Sure).collect();
    let nine_tenths = &fitting[..fitting.len() * 9 / 10];
    // What is least sure of nine tenths of what fits decides what is taken for fitting.
    let limit = nine_tenths.last().map_or(0.0, |it| it.confidence);
    let refused = outside.iter().filter(|it| it.confidence < limit).count();
    let none = outside.iter().filter(|it| it.decision != Decision::Sure).count();
    vec![
        Measure::count("texts asked", asked.len()),
        Measure::share("first topic right", right(&fitting), fitting.len()),
        Measure::share("… of the surest 90 %", right(nine_tenths), nine_tenths.len()),
        Measure::share("decided (sure enough for the error asked)", sure.len(), asked.len()),
        Measure::share("… of those wrong", sure.len() - right(&sure), sure.len()),
        Measure::of_one("calibration error", calibration_error(&fitting)),
        Measure::share("fit no topic: refused at 90 % coverage", refused, outside.len()),
        Measure::share("fit no topic: not assigned", none, outside.len()),
    ]
}

/// How far confidence is from accuracy, on average over bins (expected calibration error).
fn calibration_error(asked: &[&Asked]) -> Option<f64> {
    let mut bins = [(0_usize, 0.0, 0.0); BINS];
    for it in asked {
        let bin = ((it.confidence * BINS as f32) as usize).min(BINS - 1);
        bins[bin].0 += 1;
        bins[bin].1 += f64::from(it.confidence);
        bins[bin].2 += f64::from(u8::from(it.right == Some(true)));
    }
    let off: f64 = bins.iter().map(|(_, sure, right)| (sure - right).abs()).sum();
    (!asked.is_empty()).then(|| off / asked.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(confidence: f32, right: Option<bool>, decision: Decision) -> Asked {
        Asked { right, confidence, decision }
    }

    #[test]
    fn measures_say_what_happened() {
        let mut all: Vec<Asked> = (0..9).map(|_| asked(0.95, Some(true), Decision::Sure)).collect();
        all.push(asked(0.2, Some(false), Decision::Unsure));
        all.push(asked(0.1, None, Decision::NoneOfThese));
        all.push(asked(0.99, None, Decision::Sure));
        let values: Vec<f64> = measures(&all).iter().map(|it| it.value.unwrap()).collect();
        // Ten are decided, and the one that fits no topic is wrong.
        assert_eq!(values[..3], [12.0, 0.9, 1.0]);
        assert!((values[3] - 10.0 / 12.0).abs() < 1e-9 && values[4] == 0.1, "{values:?}");
        assert!((values[5] - 0.065).abs() < 0.0001, "{values:?}");
        assert_eq!(values[6..], [0.5, 0.5]);
        assert!(measures(&[])[1].value.is_none());
    }

    #[test]
    fn shots_are_counted_by_topic() {
        let of = |topic: &str| Labelled { topics: vec![topic.into()], text: "x".into() };
        let all = [of("a"), of("a"), of("b"), of("a")];
        assert_eq!(shots(&all, Some(2)).len(), 3);
        assert_eq!(shots(&all, Some(0)).len(), 0);
        assert_eq!(shots(&all, None).len(), 4);
    }
}
