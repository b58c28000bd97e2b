//! `/api/Outbox`: mail that is on its way or did not get there, and what would have been sent where no
//! mail server is set.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::{Id, Query};
use super::list::{LIST, Listing};
use super::problem::Problem;
use super::reply::{Page, Reply, json};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::mails;
use crate::error::{Error, Result};
use crate::model::{DeliveryStatus, MessageId, Timestamp};
use crate::store::outbox::{self as store, SinkMail, Undelivered};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_outbox))
        .routes(routes!(get_governor))
        .routes(routes!(cancel_mail))
        .routes(routes!(resend_mail))
        .routes(routes!(list_sink_mails))
        .routes(routes!(get_sink_mail))
}

/// A mail that is on its way or did not get there.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutboxOut {
    /// `message` of a ticket, or other `mail`: a password reset, an escalation.
    #[schema(example = "message")]
    kind: String,
    /// The message's id; null for other mail.
    #[serde(rename = "messageID")]
    message_id: Option<MessageId>,
    /// The id of other mail; null for a message's.
    #[serde(rename = "mailID")]
    mail_id: Option<i64>,
    #[serde(rename = "ticketID")]
    ticket_id: Option<i64>,
    to_address: Option<String>,
    subject: Option<String>,
    delivery_status: DeliveryStatus,
    /// What the mail server said last, or why it waits.
    #[schema(example = "Held back: 300 mails a minute may go out (ANSWERPAL_MAILS_PER_MINUTE).")]
    delivery_detail: Option<String>,
    tries: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    next_try: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
}

impl From<Undelivered> for OutboxOut {
    fn from(it: Undelivered) -> Self {
        Self {
            message_id: (it.kind == "message").then_some(MessageId(it.id)),
            mail_id: (it.kind == "mail").then_some(it.id),
            kind: it.kind,
            ticket_id: it.ticket_id,
            to_address: it.to_address,
            subject: it.subject,
            delivery_status: it.delivery_status,
            delivery_detail: it.delivery_detail,
            tries: it.delivery_tries,
            next_try: it.next_try,
            date_created: it.date_created,
        }
    }
}

/// What would have been sent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SinkMailOut {
    #[serde(rename = "sinkMailID")]
    sink_mail_id: i64,
    /// The message of a ticket that it is; null for other mail.
    #[serde(rename = "messageID")]
    message_id: Option<MessageId>,
    #[schema(example = "support@example.com")]
    from_address: String,
    /// Everybody who would have got it, blind copies too.
    to_addresses: String,
    subject: String,
    message_identifier: String,
    size_bytes: i64,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
}

impl From<SinkMail> for SinkMailOut {
    fn from(it: SinkMail) -> Self {
        Self {
            sink_mail_id: it.sink_mail_id,
            message_id: it.message_id,
            from_address: it.from_address,
            to_addresses: it.to_addresses,
            subject: it.subject,
            message_identifier: it.message_identifier,
            size_bytes: it.size_bytes,
            date_created: it.created_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct OutboxQuery {
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// Any plain property of the answered objects; the newest first where it is left out.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// Mail that is on its way, or failed, came back or may not have arrived; newest first.
#[utoipa::path(get, path = "/api/Outbox", tag = "Outbox", params(OutboxQuery),
    responses((status = 200, body = Page<OutboxOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_outbox(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<OutboxQuery>,
) -> Result<Response> {
    caller.may_read_all_mail()?;
    let listing = Listing::new(query.page_number, query.page_size, LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("dateCreated", true),
    )?;
    let mut conn = app.store.read().await?;
    let items =
        store::undelivered(&mut conn, caller.customer, &order, listing.limit(), listing.offset()).await?;
    let total = store::count_undelivered(&mut conn, caller.customer).await?;
    json(&Page::new(items.into_iter().map(OutboxOut::from).collect(), total, &listing))
}

/// Whether the governor holds mail back.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GovernorOut {
    /// So many mails a minute may go out, of all tenants together; 0 is any number.
    mails_per_minute: u32,
    /// Mails that wait because of it; they go by themselves, some each minute. 0 where it holds nothing.
    held: i64,
}

/// Whether mail waits because too much goes out in a minute.
#[utoipa::path(get, path = "/api/Outbox/governor", tag = "Outbox",
    responses((status = 200, body = GovernorOut), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn get_governor(State(app): State<App>, caller: Caller) -> Result<Response> {
    caller.may_read_all_mail()?;
    let held = store::count_held(&mut *app.store.read().await?, caller.customer).await?;
    json(&GovernorOut { mails_per_minute: app.config.mails_per_minute, held })
}

/// Sends other mail again that failed or may not have arrived, under the same Message-ID; what waits for another
/// try is tried now. Messages of tickets have `POST /api/ticketMessages/{id}/resend`.
#[utoipa::path(post, path = "/api/Outbox/{id}/resend", tag = "Outbox", params(("id" = i64, Path, description = "Its `mailID`")),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn resend_mail(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_import_emails()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                mails::resend(tx, caller.customer, caller.actor(), id).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

/// Takes other mail out of the outbox: what waits does not go out, and what failed or may have arrived is done
/// with. Messages of tickets have `POST /api/ticketMessages/{id}/undo-send`.
#[utoipa::path(post, path = "/api/Outbox/{id}/cancel", tag = "Outbox", params(("id" = i64, Path, description = "Its `mailID`")),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn cancel_mail(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_import_emails()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                mails::cancel(tx, caller.customer, caller.actor(), id).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

/// What would have been sent in the last week where no mail server is set; newest first.
#[utoipa::path(get, path = "/api/Outbox/sink", tag = "Outbox", params(OutboxQuery),
    responses((status = 200, body = Page<SinkMailOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_sink_mails(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<OutboxQuery>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let listing = Listing::new(query.page_number, query.page_size, LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SINK_SORTS,
        ("sinkMailID", true),
    )?;
    let mut conn = app.store.read().await?;
    let items =
        store::list_sink(&mut conn, caller.customer, &order, listing.limit(), listing.offset()).await?;
    let total = store::count_sink(&mut conn, caller.customer).await?;
    json(&Page::new(items.into_iter().map(SinkMailOut::from).collect(), total, &listing))
}

/// The mail itself, as it would have gone over the wire.
#[utoipa::path(get, path = "/api/Outbox/sink/{id}", tag = "Outbox", params(("id" = i64, Path)),
    responses((status = 200, content_type = "message/rfc822", body = String), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_sink_mail(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response> {
    caller.may_manage_settings()?;
    let sealed = store::sink_raw(&mut *app.store.read().await?, caller.customer, id).await?;
    let sealed = sealed.ok_or_else(|| Error::Missing("This mail was too large to keep.".into()))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("message/rfc822")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"mail.eml\"")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, app.key.open(&sealed)?).into_response())
}
