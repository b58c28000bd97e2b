//! `/api/Notifications`: what the caller is told of.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::Query;
use super::list::{LIST, Listing};
use super::problem::Problem;
use super::reply::{Page, Reply, json};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::error::{Error, Result};
use crate::model::{CustomerRepId, MessageId, NotificationId, NotificationKind, Refs, TicketId, Timestamp};
use crate::store::notifications::{self as store, Listed, Of};

const MOST_MARKED: usize = 10_000;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_notifications)).routes(routes!(read_notifications))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationOut {
    #[serde(rename = "notificationID")]
    notification_id: NotificationId,
    kind: NotificationKind,
    #[serde(rename = "ticketID")]
    ticket_id: TicketId,
    /// The note with the mention.
    #[serde(rename = "messageID")]
    message_id: Option<MessageId>,
    /// The rep who did it; null for the server itself.
    #[serde(rename = "actorID")]
    actor_id: Option<CustomerRepId>,
    actor_name: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    date: Timestamp,
    is_read: bool,
    ticket_subject: Option<String>,
    preview: Option<String>,
}

impl NotificationOut {
    pub fn new(listed: Listed, refs: &Refs) -> Self {
        let it = listed.notification;
        Self {
            notification_id: it.notification_id,
            kind: it.kind,
            ticket_id: it.ticket_id,
            message_id: it.message_id,
            actor_id: it.actor_id,
            actor_name: it.actor_id.and_then(|it| refs.reps.get(&it).cloned()),
            date: it.created_at,
            is_read: it.read_at.is_some(),
            ticket_subject: listed.subject,
            preview: listed.preview,
        }
    }
}

/// The caller's notifications of tickets that they see.
pub fn of(caller: &Caller, unread: bool, after: NotificationId) -> Of {
    Of { rep: caller.rep, limited_to: caller.limited_to(), unread, after }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct NotificationQuery {
    /// `true`: those that were not read only.
    unread: Option<bool>,
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// Any plain property of the answered objects; the newest first where it is left out.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// What the caller is told of, the newest first: mentions in internal notes (`@` and a username or name),
/// and tickets that somebody else gave them. Kept for 90 days.
#[utoipa::path(get, path = "/api/Notifications", tag = "Notifications", params(NotificationQuery),
    responses((status = 200, body = Page<NotificationOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_notifications(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<NotificationQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let listing = Listing::new(query.page_number, query.page_size, LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("notificationID", true),
    )?;
    let of = of(&caller, query.unread.unwrap_or(false), NotificationId(0));
    let mut conn = app.store.read().await?;
    let found =
        store::list(&mut conn, caller.customer, of, &order, listing.limit(), listing.offset()).await?;
    let total = store::count(&mut conn, caller.customer, of).await?;
    let refs = app.refs.current(&mut conn, caller.customer).await?;
    let items = found.into_iter().map(|it| NotificationOut::new(it, &refs)).collect();
    json(&Page::new(items, total, &listing))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadIn {
    /// Those that were read; others' are left alone.
    #[serde(rename = "notificationIDs")]
    #[schema(value_type = Option<Vec<i64>>)]
    notification_ids: Option<Vec<i64>>,
    /// All of them.
    all: Option<bool>,
}

/// Marks notifications of the caller as read.
#[utoipa::path(post, path = "/api/Notifications/read", tag = "Notifications", request_body = ReadIn,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn read_notifications(
    State(app): State<App>,
    Change { caller, input, guard }: Change<ReadIn>,
) -> Result<Response> {
    caller.may_read()?;
    let only = match (input.all, input.notification_ids) {
        (Some(true), _) => None,
        (_, Some(ids)) if ids.len() <= MOST_MARKED => Some(ids),
        (_, Some(_)) => {
            let why = format!("must have at most {MOST_MARKED} ids");
            return Err(Error::invalid("notificationIDs", why));
        }
        (_, None) => return Err(Error::invalid("notificationIDs", "is required, or all")),
    };
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                store::mark_read(tx, caller.customer, caller.rep, only).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
