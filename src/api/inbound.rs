//! Mail as it arrived: the original of a message, and the mails that could not be read (of our own, the
//! contract has no such routes).

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Method, header};
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
use crate::domain::{inbound as domain, messages};
use crate::error::{Error, Result};
use crate::model::{ChannelId, MailSource, MailState, MessageId, ReceivedMailId, Timestamp};
use crate::store::received_mails::{self as store, ReceivedMail};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_raw_message))
        .routes(routes!(list_dead_mails))
        .routes(routes!(delete_dead_mail))
        .routes(routes!(get_raw_dead_mail))
        .routes(routes!(replay_dead_mail))
}

/// A mail that could not be made into a message.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadMailOut {
    #[serde(rename = "receivedMailID")]
    received_mail_id: ReceivedMailId,
    #[serde(rename = "channelID")]
    channel_id: ChannelId,
    source: MailSource,
    /// Why, in a sentence.
    #[schema(example = "It is no mail: there is not one header in it.")]
    reason: Option<String>,
    size_bytes: i64,
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
}

impl From<ReceivedMail> for DeadMailOut {
    fn from(mail: ReceivedMail) -> Self {
        Self {
            received_mail_id: mail.received_mail_id,
            channel_id: mail.channel_id,
            source: mail.source,
            reason: mail.reason,
            size_bytes: mail.size_bytes,
            received_at: mail.received_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct DeadMailQuery {
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// Any plain property of the answered objects; the oldest first where it is left out.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// The mail that a message was made of, as it arrived (`.eml`). 404 where it did not come by mail.
#[utoipa::path(get, path = "/api/ticketMessages/{id}/raw", tag = "Messages", params(("id" = i64, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "message/rfc822"), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_raw_message(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    method: Method,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    messages::visible(&mut conn, &caller, MessageId(id)).await?;
    let mail = store::of_message(&mut conn, caller.customer, MessageId(id)).await?;
    drop(conn);
    raw(&app, mail.ok_or(Error::NotFound)?, &format!("message-{id}.eml"), &method).await
}

/// Mails that could not be read, oldest first. The mailbox goes on without them.
#[utoipa::path(get, path = "/api/DeadMails", tag = "Mail", params(DeadMailQuery),
    responses((status = 200, body = Page<DeadMailOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_dead_mails(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<DeadMailQuery>,
) -> Result<Response> {
    caller.may_read_all_mail()?;
    let listing = Listing::new(query.page_number, query.page_size, LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("receivedMailID", false),
    )?;
    let mut conn = app.store.read().await?;
    let items =
        store::list_dead(&mut conn, caller.customer, &order, listing.limit(), listing.offset()).await?;
    let total = store::count_dead(&mut conn, caller.customer).await?;
    json(&Page::new(items.into_iter().map(DeadMailOut::from).collect(), total, &listing))
}

/// The raw file of a mail that could not be read.
#[utoipa::path(get, path = "/api/DeadMails/{id}/raw", tag = "Mail", params(("id" = i64, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "message/rfc822"), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_raw_dead_mail(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    method: Method,
) -> Result<Response> {
    caller.may_read_all_mail()?;
    let mail = store::get(&mut *app.store.read().await?, caller.customer, ReceivedMailId(id)).await?;
    if mail.state != MailState::Dead {
        return Err(Error::NotFound);
    }
    raw(&app, mail, &format!("mail-{id}.eml"), &method).await
}

/// Reads a mail again that could not be read.
#[utoipa::path(post, path = "/api/DeadMails/{id}/replay", tag = "Mail", params(("id" = i64, Path)),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn replay_dead_mail(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_import_emails()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                domain::replay(tx, caller.customer, caller.actor(), ReceivedMailId(id)).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

/// Takes a mail off the list that could not be read. Its raw file goes an hour later.
#[utoipa::path(delete, path = "/api/DeadMails/{id}", tag = "Mail", params(("id" = i64, Path)),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn delete_dead_mail(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_import_emails()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let mail = store::get(tx, caller.customer, ReceivedMailId(id)).await?;
                guard.check(&DeadMailOut::from(mail))?;
                domain::discard(tx, caller.customer, caller.actor(), ReceivedMailId(id)).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

async fn raw(app: &App, mail: ReceivedMail, name: &str, method: &Method) -> Result<Response> {
    let key = mail.object_key.as_deref().ok_or(Error::NotFound)?;
    let size = mail.size_bytes.unsigned_abs();
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        Body::from_stream(app.files.read(key, 0..size).await?)
    };
    let fixed = HeaderValue::from_static;
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .map_err(|it| Error::internal(it.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, fixed("message/rfc822")),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_LENGTH, size.into()),
        (header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (header::CONTENT_SECURITY_POLICY, fixed("default-src 'none'; sandbox")),
        (header::CACHE_CONTROL, fixed("private, no-cache")),
    ];
    Ok((headers, body).into_response())
}
