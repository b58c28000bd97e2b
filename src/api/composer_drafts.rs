//! `/api/tickets/{id}/composer`: what the caller is writing in a ticket.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::{Id, Query};
use super::problem::Problem;
use super::reply::{Reply, json};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::composer_drafts as domain;
use crate::domain::messages::visible_ticket;
use crate::error::{Error, Result};
use crate::model::{ComposerKind, MessageId, TicketId, Timestamp};
use crate::store::composer_drafts::{self as store, ComposerDraft};

const MOST_LISTED: i64 = 1000;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_composer_draft, save_composer_draft, delete_composer_draft))
        .routes(routes!(list_composer_drafts))
}

/// What the caller is writing.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComposerDraftOut {
    #[serde(rename = "ticketID")]
    ticket_id: TicketId,
    kind: ComposerKind,
    /// Grows with each save; 0 where nothing is saved.
    version: i64,
    subject: Option<String>,
    /// As it was saved: for an editor, not to be shown as it is.
    html_body: Option<String>,
    text_body: Option<String>,
    to_address: Option<String>,
    cc_address: Option<String>,
    bcc_address: Option<String>,
    #[serde(rename = "replyToMessageID")]
    reply_to_message_id: Option<MessageId>,
    /// The draft message that holds its files.
    #[serde(rename = "messageID")]
    message_id: Option<MessageId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_modified_date: Option<Timestamp>,
}

impl From<ComposerDraft> for ComposerDraftOut {
    fn from(it: ComposerDraft) -> Self {
        Self {
            ticket_id: it.ticket_id,
            kind: it.kind,
            version: it.version,
            subject: it.subject,
            html_body: it.html_body,
            text_body: it.text_body,
            to_address: it.to_address,
            cc_address: it.cc_address,
            bcc_address: it.bcc_address,
            reply_to_message_id: it.reply_to_message_id,
            message_id: it.message_id,
            last_modified_date: (it.version > 0).then_some(it.changed_at),
        }
    }
}

fn blank(ticket_id: TicketId, kind: ComposerKind) -> ComposerDraft {
    ComposerDraft {
        ticket_id,
        kind,
        version: 0,
        subject: None,
        html_body: None,
        text_body: None,
        to_address: None,
        cc_address: None,
        bcc_address: None,
        reply_to_message_id: None,
        message_id: None,
        changed_at: Timestamp(0),
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ComposerQuery {
    /// `Reply` where it is left out.
    kind: Option<ComposerKind>,
}

/// What the caller is writing in a ticket; `version` 0 where nothing is saved.
#[utoipa::path(get, path = "/api/tickets/{id}/composer", tag = "Composer", params(("id" = i64, Path), ComposerQuery),
    responses((status = 200, body = ComposerDraftOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_composer_draft(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<ComposerQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let (ticket, kind) = (TicketId(id), query.kind.unwrap_or(ComposerKind::Reply));
    let mut conn = app.store.read().await?;
    visible_ticket(&mut conn, &caller, ticket).await?;
    let found = store::find(&mut conn, caller.customer, (ticket, caller.rep, kind)).await?;
    json(&ComposerDraftOut::from(found.unwrap_or_else(|| blank(ticket, kind))))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComposerDraftIn {
    /// `Reply` where it is left out.
    kind: Option<ComposerKind>,
    /// Required: the version that this one follows, 0 for a new draft.
    version: Option<i64>,
    subject: Option<String>,
    html_body: Option<String>,
    text_body: Option<String>,
    to_address: Option<String>,
    cc_address: Option<String>,
    bcc_address: Option<String>,
    #[serde(rename = "replyToMessageID")]
    reply_to_message_id: Option<MessageId>,
    /// The draft message that holds its files (`POST /api/ticketMessages` with `isDraft`).
    #[serde(rename = "messageID")]
    message_id: Option<MessageId>,
}

/// Saves what the caller is writing, as a whole: what is left out is empty. 409 where another device has
/// saved or sent it since the version given; nothing is overwritten then.
#[utoipa::path(put, path = "/api/tickets/{id}/composer", tag = "Composer", params(("id" = i64, Path)), request_body = ComposerDraftIn,
    responses((status = 200, body = ComposerDraftOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn save_composer_draft(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<ComposerDraftIn>,
) -> Result<Response> {
    caller.may_write()?;
    let draft = ComposerDraft {
        version: input.version.unwrap_or(-1),
        subject: input.subject,
        html_body: input.html_body,
        text_body: input.text_body,
        to_address: input.to_address,
        cc_address: input.cc_address,
        bcc_address: input.bcc_address,
        reply_to_message_id: input.reply_to_message_id,
        message_id: input.message_id,
        ..blank(TicketId(id), input.kind.unwrap_or(ComposerKind::Reply))
    };
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                visible_ticket(tx, &caller, draft.ticket_id).await?;
                if draft.version < 0 {
                    return Err(Error::invalid("version", "is required: 0 or more"));
                }
                Reply::ok(&ComposerDraftOut::from(domain::save(tx, &caller, draft).await?))
            })
        })
        .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ComposerDeleteQuery {
    /// `Reply` where it is left out.
    kind: Option<ComposerKind>,
    /// Where it is given, the draft has to be this version: 409 else.
    version: Option<i64>,
}

/// Throws away what the caller has written: when it was sent, or is not wanted.
#[utoipa::path(delete, path = "/api/tickets/{id}/composer", tag = "Composer", params(("id" = i64, Path), ComposerDeleteQuery),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn delete_composer_draft(
    State(app): State<App>,
    Id(id): Id,
    Query(query): Query<ComposerDeleteQuery>,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_write()?;
    let kind = query.kind.unwrap_or(ComposerKind::Reply);
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                domain::delete(tx, &caller, TicketId(id), kind, query.version).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

/// Everything that the caller has begun to write, the newest first (at most 1000).
#[utoipa::path(get, path = "/api/composer", tag = "Composer",
    responses((status = 200, body = Vec<ComposerDraftOut>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_composer_drafts(State(app): State<App>, caller: Caller) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let drafts = store::of_rep(&mut conn, caller.customer, caller.rep, MOST_LISTED).await?;
    json(&drafts.into_iter().map(ComposerDraftOut::from).collect::<Vec<_>>())
}
