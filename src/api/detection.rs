//! `/api/ticketMessages/{id}/detect-topics` and `/topics/explain`: what a message is about, and why.

use std::collections::HashMap;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::{Change, Nothing};
use super::extract::{Id, Query};
use super::problem::Problem;
use super::reply::{Reply, json};
use super::ticket_messages::out::MessageTopicOut;
use super::topic_examples::{ExampleOut, examples_out};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::intake as domain;
use crate::domain::messages;
use crate::error::{Error, Result};
use crate::intake::{Outcome, topics};
use crate::model::stage::{self, StageState};
use crate::model::{Message, MessageId, StageStatus, TopicId};
use crate::store::{message_stages, message_topics, topic_examples};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(detect_ticket_message_topics))
        .routes(routes!(explain_ticket_message_topics))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct DetectionQuery {
    /// A model of `Customers/models`, or of those that embed. Topics are always told by the tenant's own
    /// classifier; a model that embeds is what it reads the message with.
    #[serde(rename = "overrideModelID")]
    override_model_id: Option<String>,
    /// Whether topics that a person set may be replaced.
    replace_corrected: Option<bool>,
}

/// Detects the topics of a message now. What a person corrected stays unless it is to be replaced.
#[utoipa::path(post, path = "/api/ticketMessages/{id}/detect-topics", tag = "TicketMessages", params(("id" = i64, Path), DetectionQuery),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 503, body = Problem)))]
async fn detect_ticket_message_topics(
    State(app): State<App>,
    Id(id): Id,
    Query(query): Query<DetectionQuery>,
    Change { caller, guard, .. }: Change<Nothing>,
) -> Result<Response> {
    caller.may_write()?;
    let (customer, actor) = (caller.customer, caller.actor());
    let message = messages::visible(&mut *app.store.read().await?, &caller, MessageId(id)).await?;
    let space = topics::space_named(&app, customer, query.override_model_id.as_deref()).await?;
    let replace = query.replace_corrected.unwrap_or(false);
    let outcome = match topics::detect(&app, customer, &message, space).await.map_err(Error::from)? {
        Some(detection) => topics::outcome(customer, actor, detection, replace),
        None => Outcome::skipped(topics::nothing(&app, customer, &message).await?),
    };
    guard
        .write(&app, customer, move |tx, _| {
            Box::pin(async move {
                // It may have gone to somebody else since.
                messages::lock(tx, &caller, MessageId(id)).await?;
                domain::redo_stage(tx, customer, MessageId(id), &stage::TOPICS, outcome).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExplanationQuery {
    /// What the classifier would say now, rather than what it said when the topics were detected.
    now: Option<bool>,
}

/// Why a message has the topics that it has.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplanationOut {
    #[serde(rename = "messageID")]
    message_id: MessageId,
    #[serde(rename = "aITopicsStatus")]
    status: Option<StageStatus>,
    /// Whether a person set the topics.
    corrected: bool,
    /// The topics that it has.
    topics: Vec<MessageTopicOut>,
    /// `Sure`, `Unsure` or `NoneOfThese`; null where nothing was detected.
    #[schema(example = "Sure")]
    decision: Option<String>,
    /// Why detection gave no topic.
    reason: Option<String>,
    /// How probable it is that it fits no topic.
    none_of_these: Option<f64>,
    /// The share of assigned topics that may be wrong, as the tenant asks for it.
    topics_most_wrong: Option<f64>,
    /// What read the message.
    model: Option<String>,
    /// How many examples the classifier knew.
    examples: Option<i64>,
    /// The most probable topics, most probable first.
    probabilities: Vec<ProbabilityOut>,
    /// Where the text was read sentence by sentence too: the topics that sentences are surely about, in their order.
    pieces: Vec<ProbabilityOut>,
    /// The examples that are nearest, nearest first. What was forgotten since is left out.
    nearest: Vec<NearestOut>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProbabilityOut {
    #[serde(rename = "topicID")]
    topic_id: TopicId,
    topic_name: Option<String>,
    probability: f64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NearestOut {
    /// Cosine of the two texts: 1 where they say the same.
    similarity: f64,
    example: ExampleOut,
}

/// The evidence of a detection, as it is kept.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Evidence {
    model: Option<String>,
    examples: Option<i64>,
    decision: Option<String>,
    none_of_these: Option<f64>,
    most_wrong: Option<f64>,
    probabilities: Vec<Probability>,
    pieces: Vec<Probability>,
    nearest: Vec<Nearest>,
}

#[derive(Deserialize)]
struct Probability {
    #[serde(rename = "topicID")]
    topic: i64,
    probability: f64,
}

#[derive(Deserialize)]
struct Nearest {
    #[serde(rename = "exampleID")]
    example: i64,
    similarity: f64,
}

/// Why a message has the topics that it has: decision, probabilities, nearest examples.
#[utoipa::path(get, path = "/api/ticketMessages/{id}/topics/explain", tag = "TicketMessages", params(("id" = i64, Path), ExplanationQuery),
    responses((status = 200, body = ExplanationOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 503, body = Problem)))]
async fn explain_ticket_message_topics(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<ExplanationQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let message = messages::visible(&mut conn, &caller, MessageId(id)).await?;
    let noted = message_stages::get(&mut conn, caller.customer, MessageId(id), stage::TOPICS.name).await?;
    drop(conn);
    let kept = noted.as_ref().and_then(|it| it.evidence.clone()).filter(|_| !query.now.unwrap_or(false));
    let (evidence, reason) = match kept {
        Some(kept) => (serde_json::from_str(&kept)?, noted.and_then(|it| it.reason)),
        None => computed(&app, &caller, &message).await?,
    };
    json(&explained(&app, &caller, message, evidence, reason).await?)
}

/// What the classifier says now.
async fn computed(app: &App, caller: &Caller, message: &Message) -> Result<(Evidence, Option<String>)> {
    let detection = topics::detect(app, caller.customer, message, None).await.map_err(Error::from)?;
    match detection {
        Some(it) => Ok((serde_json::from_value::<Evidence>(it.evidence)?, it.reason.map(str::to_owned))),
        None => {
            Ok((Evidence::default(), Some(topics::nothing(app, caller.customer, message).await?.to_owned())))
        }
    }
}

async fn explained(
    app: &App,
    caller: &Caller,
    message: Message,
    evidence: Evidence,
    reason: Option<String>,
) -> Result<ExplanationOut> {
    let mut conn = app.store.read().await?;
    let refs = app.refs.current(&mut conn, caller.customer).await?;
    let links = message_topics::of_messages(&mut conn, caller.customer, vec![message.message_id.0]).await?;
    let ids = evidence.nearest.iter().map(|it| it.example).collect();
    let examples = topic_examples::by_ids(&mut conn, caller.customer, ids).await?;
    let examples = examples_out(app, &mut conn, caller, examples).await?;
    let mut examples: HashMap<i64, ExampleOut> = examples.into_iter().map(|it| (it.id(), it)).collect();
    let named = |it: Probability| ProbabilityOut {
        topic_id: TopicId(it.topic),
        topic_name: refs.topics.get(&TopicId(it.topic)).cloned(),
        probability: it.probability,
    };
    let near = evidence.nearest.into_iter().filter_map(|it| {
        Some(NearestOut { similarity: it.similarity, example: examples.remove(&it.example)? })
    });
    Ok(ExplanationOut {
        message_id: message.message_id,
        status: message.stage(StageState::Topics),
        corrected: message.topics_corrected,
        topics: links.into_iter().map(|it| MessageTopicOut::new(&refs, it)).collect(),
        decision: evidence.decision,
        reason,
        none_of_these: evidence.none_of_these,
        topics_most_wrong: evidence.most_wrong,
        model: evidence.model,
        examples: evidence.examples,
        probabilities: evidence.probabilities.into_iter().map(named).collect(),
        pieces: evidence.pieces.into_iter().map(named).collect(),
        nearest: near.collect(),
    })
}
