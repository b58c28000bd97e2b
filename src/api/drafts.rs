//! `/api/ticketMessages/{id}/reply`, `/draft`, `/prompt`: drafts of replies.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::mpsc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::{Change, Guard};
use super::extract::Id;
use super::problem::Problem;
use super::reply::{Reply, json as answer};
use super::ticket_messages::out::CitationOut;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::drafts::{self as domain, Drafted};
use crate::domain::{feedback, messages};
use crate::error::{Error, Result};
use crate::intake::draft::{self, Wish};
use crate::model::{CustomerRepId, DraftId, Message, MessageId, StageStatus, Timestamp, stage};
use crate::store::drafts::{self as store, Draft};
use crate::store::{message_stages, messages as message_store};

/// Longest hint, in characters.
const LONGEST_HINT: usize = 10_000;
/// Drafts of one message that are listed.
const LISTED: i64 = 100;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(draft_reply))
        .routes(routes!(draft_reply_with_info))
        .routes(routes!(get_prompt))
        .routes(routes!(get_draft))
        .routes(routes!(list_drafts))
        .routes(routes!(rate_draft, unrate_draft))
}

/// A draft, or why there is none.
#[derive(Serialize, ToSchema)]
pub struct ReplyOut {
    #[schema(example = "Hello Anna,\n\nThank you for your message.\n\nRefunds take 5 working days.")]
    reply: Option<String>,
    /// Why there is no reply; with one, which questions it does not answer. Left out where it answers all.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplyIn {
    /// What the reply should consider: the agent vouches for it.
    #[schema(example = "Their parcel left today.")]
    additional_info: Option<String>,
    /// One of `GET /api/Customers/models`.
    #[serde(rename = "overrideModelID")]
    override_model_id: Option<String>,
}

/// A sentence that a draft does not have because no passage supports it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct LeftOutOut {
    sentence: String,
    #[schema(example = "a number differs from the passage")]
    why: String,
}

/// A draft with what it rests on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftOut {
    #[serde(rename = "draftID")]
    draft_id: Option<DraftId>,
    #[serde(rename = "messageID")]
    message_id: MessageId,
    reply: Option<String>,
    /// What a person made of it.
    modified_reply: Option<String>,
    /// Why there is no reply; with one, which questions it does not answer.
    reason: Option<String>,
    status: Option<StageStatus>,
    confidence: Option<f64>,
    citations: Vec<CitationOut>,
    /// Sentences that were left out because no passage supports them.
    left_out: Vec<LeftOutOut>,
    /// The language model; `extractive` where the reply is made of the documents' own sentences.
    model: Option<String>,
    lang: Option<String>,
    /// What the agent gave along.
    additional_info: Option<String>,
    /// Who asked for it; null: the pipeline made it.
    #[serde(rename = "customerRepID")]
    customer_rep_id: Option<CustomerRepId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    date_created: Option<Timestamp>,
    /// What a rep said of it.
    is_liked: Option<bool>,
    #[serde(rename = "ratedByCustomerRepID")]
    rated_by: Option<CustomerRepId>,
}

impl DraftOut {
    fn new(draft: Draft) -> Result<Self> {
        let status = if draft.reply.is_some() { StageStatus::Done } else { StageStatus::Skipped };
        Ok(Self {
            draft_id: Some(draft.draft_id),
            message_id: draft.message_id,
            reply: draft.reply,
            modified_reply: draft.modified_reply,
            reason: draft.reason,
            status: Some(status),
            confidence: draft.confidence,
            citations: serde_json::from_str(&draft.citations)?,
            left_out: serde_json::from_str(&draft.left_out)?,
            model: Some(draft.model),
            lang: Some(draft.lang),
            additional_info: draft.hint,
            customer_rep_id: draft.customer_rep_id,
            date_created: Some(draft.created_at),
            is_liked: draft.is_liked,
            rated_by: draft.rated_by,
        })
    }

    /// The current one of a message, which may have none yet.
    fn current(message: &Message, newest: Option<Draft>) -> Result<Self> {
        let mut out = match newest {
            Some(draft) => Self::new(draft)?,
            None => Self {
                draft_id: None,
                message_id: message.message_id,
                reply: message.ai_generated_response.clone(),
                modified_reply: None,
                reason: None,
                status: None,
                confidence: message.confidence,
                citations: Vec::new(),
                left_out: Vec::new(),
                model: None,
                lang: message.lang.clone(),
                additional_info: None,
                customer_rep_id: None,
                date_created: message.ai_response_date_time,
                is_liked: message.is_liked,
                rated_by: None,
            },
        };
        out.status = message.ai_reply_status;
        out.modified_reply.clone_from(&message.ai_modified_response);
        Ok(out)
    }
}

/// What the language model was asked for a draft.
#[derive(Serialize, ToSchema)]
pub struct PromptOut {
    /// Null where no language model was asked.
    prompt: Option<String>,
}

/// Drafts a reply from the tenant's documents and keeps it. With `Accept: text/event-stream` it comes as it
/// is written: `piece` events with `{text}`, then `done` with `{reply}`, or `problem`.
#[utoipa::path(post, path = "/api/ticketMessages/{id}/reply", tag = "TicketMessages", params(("id" = i64, Path)),
    responses((status = 200, content((ReplyOut = "application/json"), (String = "text/event-stream"))), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 503, body = Problem)))]
async fn draft_reply(
    State(app): State<App>,
    Id(id): Id,
    headers: HeaderMap,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    make(app, caller, MessageId(id), &headers, guard, Wish::default()).await
}

/// As `reply`, with something to consider, or by another of the tenant's models.
#[utoipa::path(post, path = "/api/ticketMessages/{id}/reply-with-info", tag = "TicketMessages", params(("id" = i64, Path)), request_body = ReplyIn,
    responses((status = 200, content((ReplyOut = "application/json"), (String = "text/event-stream"))), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 503, body = Problem)))]
async fn draft_reply_with_info(
    State(app): State<App>,
    Id(id): Id,
    headers: HeaderMap,
    Change { caller, input, guard }: Change<ReplyIn>,
) -> Result<Response> {
    let hint = input.additional_info.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
    if hint.as_ref().is_some_and(|it| it.chars().count() > LONGEST_HINT) {
        let why = format!("must have at most {LONGEST_HINT} characters");
        return Err(Error::invalid("additionalInfo", why));
    }
    let wish = Wish { hint, model: input.override_model_id, extractive: false };
    make(app, caller, MessageId(id), &headers, guard, wish).await
}

async fn make(
    app: App,
    caller: Caller,
    id: MessageId,
    headers: &HeaderMap,
    guard: Guard,
    wish: Wish,
) -> Result<Response> {
    caller.may_write()?;
    let message = messages::visible(&mut *app.store.read().await?, &caller, id).await?;
    domain::check_answerable(&message)?;
    crate::domain::llm::of_tenant(&app, caller.customer, wish.model.as_deref()).await?;
    let accepted = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if accepted.to_ascii_lowercase().contains("text/event-stream") {
        return Ok(streamed(app, caller, message, guard, wish));
    }
    // Nobody listens to the pieces.
    let (pieces, _) = mpsc::unbounded_channel();
    Ok(drafted(&app, caller, &message, guard, wish, &pieces).await?.into_response())
}

async fn drafted(
    app: &App,
    caller: Caller,
    message: &Message,
    guard: Guard,
    wish: Wish,
    pieces: &mpsc::UnboundedSender<String>,
) -> Result<Reply> {
    let drafted = draft::make(app, caller.customer, message, &wish, pieces).await?;
    let id = message.message_id;
    guard
        .reply(app, caller.customer, move |tx, _| {
            Box::pin(async move { keep(tx, &caller, id, drafted, wish.hint).await })
        })
        .await
}

async fn keep(
    tx: &mut crate::store::Tx,
    caller: &Caller,
    id: MessageId,
    drafted: Drafted,
    hint: Option<String>,
) -> Result<Reply> {
    let (_, before) = messages::lock(tx, caller, id).await?;
    domain::check_answerable(&before)?;
    let out = ReplyOut { reply: drafted.reply.clone(), reason: drafted.reason.clone() };
    let after = domain::keep(tx, caller.customer, caller.actor(), before.clone(), drafted, hint).await?;
    message_store::update(tx, caller.customer, &before, &after).await?;
    Reply::ok(&out)
}

/// The draft is made and kept whether or not the client stays to read it.
fn streamed(app: App, caller: Caller, message: Message, guard: Guard, wish: Wish) -> Response {
    let (pieces, mut parts) = mpsc::unbounded_channel();
    let task = tokio::spawn(async move { drafted(&app, caller, &message, guard, wish, &pieces).await });
    let events = async_stream::stream! {
        while let Some(text) = parts.recv().await {
            yield Event::default().event("piece").json_data(json!({ "text": text }));
        }
        yield match task.await {
            Ok(Ok(reply)) => Ok(Event::default().event("done").data(reply.body.unwrap_or_default())),
            Ok(Err(error)) => problem(&error),
            Err(error) => problem(&error.into()),
        };
    };
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

fn problem(error: &Error) -> Result<Event, axum::Error> {
    let (status, code, detail) = error.describe();
    if status == 500 {
        tracing::error!(%error, "a draft failed");
    }
    let problem = json!({ "type": format!("/problems/{code}"), "status": status, "detail": detail });
    Event::default().event("problem").json_data(problem)
}

/// What the language model was asked for the current draft.
#[utoipa::path(get, path = "/api/ticketMessages/{id}/prompt", tag = "TicketMessages", params(("id" = i64, Path)),
    responses((status = 200, body = PromptOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_prompt(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response> {
    caller.may_read()?;
    let message = messages::visible(&mut *app.store.read().await?, &caller, MessageId(id)).await?;
    answer(&PromptOut { prompt: message.ai_prompt })
}

/// The current draft with what it rests on.
#[utoipa::path(get, path = "/api/ticketMessages/{id}/draft", tag = "TicketMessages", params(("id" = i64, Path)),
    responses((status = 200, body = DraftOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_draft(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let message = messages::visible(&mut conn, &caller, MessageId(id)).await?;
    let newest = store::of_message(&mut conn, caller.customer, MessageId(id), 1).await?.pop();
    let mut out = DraftOut::current(&message, newest)?;
    if out.reply.is_none() && out.reason.is_none() {
        let noted = message_stages::get(&mut conn, caller.customer, MessageId(id), stage::REPLY.name).await?;
        out.reason = noted.and_then(|it| it.reason);
    }
    answer(&out)
}

/// Every draft that was made for a message, newest first.
#[utoipa::path(get, path = "/api/ticketMessages/{id}/drafts", tag = "TicketMessages", params(("id" = i64, Path)),
    responses((status = 200, body = Vec<DraftOut>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list_drafts(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    messages::visible(&mut conn, &caller, MessageId(id)).await?;
    let drafts = store::of_message(&mut conn, caller.customer, MessageId(id), LISTED).await?;
    answer(&drafts.into_iter().map(DraftOut::new).collect::<Result<Vec<_>>>()?)
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftRatingIn {
    /// Whether the draft is a good answer. Required.
    is_liked: Option<bool>,
    /// What is wrong with it, or good: kept with the ticket's `aiFeedbackComments`.
    #[schema(example = "The refund takes ten days since January.")]
    comment: Option<String>,
    /// The draft that is meant: 409 where there is a newer one.
    #[serde(rename = "draftID")]
    draft_id: Option<DraftId>,
}

/// Says whether the current draft is a good answer. Automatic answers learn from it: a disliked draft counts
/// as wrong.
#[utoipa::path(put, path = "/api/ticketMessages/{id}/draft/rating", tag = "TicketMessages", params(("id" = i64, Path)), request_body = DraftRatingIn,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn rate_draft(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<DraftRatingIn>,
) -> Result<Response> {
    caller.may_write()?;
    let liked = input.is_liked.ok_or_else(|| Error::invalid("isLiked", "is required"))?;
    let comment = feedback::checked_comment("comment", input.comment)?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                domain::rate(tx, &caller, MessageId(id), Some(liked), input.draft_id).await?;
                if let Some(comment) = comment {
                    feedback::comment(tx, caller.customer, caller.actor(), MessageId(id), &comment).await?;
                }
                Ok(Reply::no_content())
            })
        })
        .await
}

/// Takes back what was said of the current draft; a comment stays.
#[utoipa::path(delete, path = "/api/ticketMessages/{id}/draft/rating", tag = "TicketMessages", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn unrate_draft(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_write()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                domain::rate(tx, &caller, MessageId(id), None, None).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
