//! What is it about? The tenant's classifier says, how sure it is, and from which examples; where it is not
//! sure enough for what the operator asks, the message gets no topic.

use serde_json::{Value, json};

use super::minds::{self, Mind};
use super::{Outcome, Trouble, courtesies, spaces};
use crate::ai::embed::{Role, Space};
use crate::app::App;
use crate::domain::message_topics;
use crate::domain::topic_examples::{language_of, text_of};
use crate::error::Error;
use crate::model::job::JobError;
use crate::model::{Actor, CustomerId, Message, TopicId};
use crate::store::{ai_settings, customers, passages};
use answerpal_inference::topics::{Decision, Neighbour, Prediction, Score};

/// Probabilities that are kept with a decision.
const SCORES_KEPT: usize = 10;
/// Examples that are kept with a decision.
const NEAREST_KEPT: usize = 5;

/// What detection makes of a message.
pub struct Detection {
    /// Most probable first; empty where it abstains.
    pub topics: Vec<(TopicId, f64)>,
    pub lang: Option<String>,
    /// Why there is no topic.
    pub reason: Option<&'static str>,
    /// What explains it, as JSON.
    pub evidence: Value,
}

pub async fn run(app: &App, customer: CustomerId, message: &Message) -> Result<Outcome, JobError> {
    let Some(detection) = detect(app, customer, message, None).await? else {
        return Ok(Outcome::skipped(nothing(app, customer, message).await?));
    };
    Ok(outcome(customer, Actor::System, detection, false))
}

/// Why there was nothing to detect.
pub async fn nothing(app: &App, customer: CustomerId, message: &Message) -> Result<&'static str, Error> {
    let refs = app.refs.current(&mut *app.store.read().await?, customer).await?;
    Ok(if refs.topics.is_empty() {
        "the tenant has no topics"
    } else if text_of(message).is_none() {
        "the message has no text"
    } else {
        "the topics are not described"
    })
}

/// The space of a model that a client names: one that embeds, or nothing where it is the tenant's LLM.
///
/// # Errors
/// `Invalid` for `overrideModelID` where there is no such model.
pub async fn space_named(
    app: &App,
    customer: CustomerId,
    name: Option<&str>,
) -> Result<Option<Space>, Error> {
    let Some(name) = name.map(str::trim).filter(|it| !it.is_empty() && *it != "0") else { return Ok(None) };
    for space in [Space::ENGLISH, Space::MULTILINGUAL] {
        if space.name() == name {
            return Ok(Some(space));
        }
    }
    let mut conn = app.store.read().await?;
    let llm = customers::get(&mut conn, customer).await?.llm_model;
    let (settings, _) = ai_settings::get(&mut conn, customer).await?;
    if llm.as_deref() == Some(name) || settings.embedding_model.as_deref() == Some(name) {
        return Ok(None);
    }
    Err(Error::invalid("overrideModelID", "names no model of this tenant (Customers/models lists them)"))
}

/// The detection as the end of the stage.
pub fn outcome(customer: CustomerId, actor: Actor, detection: Detection, replace_corrected: bool) -> Outcome {
    let Detection { topics, lang, reason, evidence } = detection;
    let outcome = Outcome::done().explained(evidence).with(move |tx, _, mut message| {
        Box::pin(async move {
            message.lang = message.lang.or(lang);
            message_topics::detected(tx, customer, actor, message, &topics, replace_corrected).await
        })
    });
    match reason {
        Some(reason) => outcome.because(reason),
        None => outcome,
    }
}

/// Detects the topics of a message. None where there is nothing to choose from or nothing to read. `space`
/// overrides what the tenant's settings say.
pub async fn detect(
    app: &App,
    customer: CustomerId,
    message: &Message,
    space: Option<Space>,
) -> Result<Option<Detection>, Trouble> {
    let Some(text) = text_of(message) else { return Ok(None) };
    let Some(asked) = ask(app, customer, &text, space, NEAREST_KEPT).await? else { return Ok(None) };
    let links = passages::topic_channels(&mut *app.store.read().await?, customer).await?;
    let elsewhere = |topic: i64| {
        let mut channels = links.iter().filter(|it| it.0 == topic).peekable();
        channels.peek().is_some() && channels.all(|it| it.1 != message.channel_id.0)
    };
    let prediction = allowed(asked.prediction, elsewhere);
    let (topics, reason) = decide(&prediction, asked.most_wrong);
    let evidence = json!({
        "model": asked.space.name(),
        "examples": asked.examples,
        "decision": word(prediction.decision),
        "noneOfThese": round(prediction.none),
        "mostWrong": asked.most_wrong,
        "probabilities": scores(&prediction.scores[..prediction.scores.len().min(SCORES_KEPT)]),
        "pieces": scores(&prediction.pieces),
        "nearest": nearest(&asked.nearest),
    });
    Ok(Some(Detection { topics, lang: message.lang.clone().or(asked.lang), reason, evidence }))
}

/// What the classifier says of a text.
pub struct Asked {
    pub prediction: Prediction,
    pub nearest: Vec<Neighbour>,
    pub space: Space,
    pub examples: usize,
    pub most_wrong: Option<f64>,
    pub lang: Option<String>,
}

/// Asks the tenant's classifier. None where the tenant has no topics.
pub async fn ask(
    app: &App,
    customer: CustomerId,
    text: &str,
    space: Option<Space>,
    nearest: usize,
) -> Result<Option<Asked>, Trouble> {
    let mut conn = app.store.read().await?;
    let reading = spaces::reading(app, &mut conn, customer).await?;
    let refs = app.refs.at(&mut conn, customer, reading.refs_version).await?;
    drop(conn);
    if refs.topics.is_empty() {
        return Ok(None);
    }
    let lang = language_of(text).map(str::to_owned);
    let space = match space {
        Some(space) => space,
        None => minds::space(app, customer, &reading, lang.as_deref()).await?,
    };
    let mind = minds::current(app, customer, &reading, &space).await?;
    let vectors = app.knowledge.embedding.embed(&space, &[text], Role::Message).await?;
    let Some(vector) = vectors.first() else { return Ok(None) };
    let Some((mut whole, mut near)) = Mind::predict(&mind, text, vector, nearest) else { return Ok(None) };
    let pieces = mind.pieces(text, &whole);
    // Without them the whole text says enough.
    let vectors = app.knowledge.embedding.embed(&space, &pieces, Role::Message).await.unwrap_or_default();
    let pieces: Vec<_> = pieces.into_iter().zip(vectors).collect();
    let courtesies = if pieces.is_empty() { Default::default() } else { courtesies::of(app, &space).await };
    if let Some(matter) = mind.matter(text, &pieces, &courtesies)
        && let Some(said) = said_of(app, &space, &mind, &matter, nearest).await
        && said.0.is_surer_than(&whole)
    {
        (whole, near) = said;
    }
    let Some(prediction) = mind.join(whole, &pieces, &courtesies) else { return Ok(None) };
    let examples = mind.examples();
    let most_wrong = reading.settings.most_wrong;
    Ok(Some(Asked { prediction, nearest: near, space, examples, most_wrong, lang }))
}

/// What the classifier says of a part of a text; None where it cannot be read now, and the whole has to do.
async fn said_of(
    app: &App,
    space: &Space,
    mind: &Mind,
    part: &str,
    nearest: usize,
) -> Option<(Prediction, Vec<Neighbour>)> {
    let vectors = app.knowledge.embedding.embed(space, &[part], Role::Message).await.unwrap_or_default();
    mind.predict(part, vectors.first()?, nearest)
}

/// Without the topics that belong to other channels only.
fn allowed(mut prediction: Prediction, elsewhere: impl Fn(i64) -> bool) -> Prediction {
    let had = prediction.topics.len();
    prediction.scores.retain(|it| !elsewhere(it.topic));
    prediction.topics.retain(|it| !elsewhere(it.topic));
    prediction.pieces.retain(|it| !elsewhere(it.topic));
    if had > 0 && prediction.topics.is_empty() {
        // The first of the others is a guess.
        prediction.topics.extend(prediction.scores.first());
        prediction.decision = Decision::Unsure;
    }
    prediction
}

/// The topics to give, or why none. An operator who asks for no error rate gets the best guess with how
/// sure it is.
fn decide(prediction: &Prediction, most_wrong: Option<f64>) -> (Vec<(TopicId, f64)>, Option<&'static str>) {
    match prediction.decision {
        Decision::NoneOfThese => (Vec::new(), Some("none of the topics fits")),
        Decision::Unsure if most_wrong.is_some() => {
            (Vec::new(), Some("no topic is sure enough for the error rate that is asked for"))
        }
        Decision::Sure | Decision::Unsure if prediction.topics.is_empty() => {
            (Vec::new(), Some("no topic is served in this channel"))
        }
        Decision::Sure | Decision::Unsure => {
            (prediction.topics.iter().map(|it| (TopicId(it.topic), round(it.probability))).collect(), None)
        }
    }
}

pub fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Sure => "Sure",
        Decision::Unsure => "Unsure",
        Decision::NoneOfThese => "NoneOfThese",
    }
}

/// A ten-thousandth says enough.
pub fn round(it: f32) -> f64 {
    (f64::from(it) * 10_000.0).round() / 10_000.0
}

fn scores(scores: &[Score]) -> Value {
    let one = |it: &Score| json!({ "topicID": it.topic, "probability": round(it.probability) });
    scores.iter().map(one).collect()
}

fn nearest(neighbours: &[Neighbour]) -> Value {
    let one = |it: &Neighbour| json!({ "exampleID": it.example, "similarity": round(it.similarity) });
    neighbours.iter().map(one).collect()
}
