//! `/api/AuditEvents`: the audit trail of the tenant.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::events::{EventOut, event_out};
use super::extract::Query;
use super::list::{LIST, Listing};
use super::problem::Problem;
use super::reply::{Page, json};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::error::Result;
use crate::model::{CustomerRepId, MessageId, TicketId, Timestamp};
use crate::store::events::{self as store, EventFilter};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_audit_events))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct AuditQuery {
    /// Any of these, for example `ticket.updated`.
    #[serde(default)]
    action: Vec<String>,
    /// What it was about: `ticket`, `ticketMessage`, `customerRep`, `channel` …
    entity: Option<String>,
    #[serde(rename = "entityID")]
    entity_id: Option<i64>,
    /// `CustomerRep`, `EndUser` or `System`.
    actor_type: Option<String>,
    /// The rep who did it.
    #[serde(rename = "actorID")]
    #[param(value_type = Option<i64>)]
    actor_id: Option<CustomerRepId>,
    #[serde(rename = "ticketID")]
    #[param(value_type = Option<i64>)]
    ticket_id: Option<TicketId>,
    #[serde(rename = "messageID")]
    #[param(value_type = Option<i64>)]
    message_id: Option<MessageId>,
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// Any plain property of the answered objects; the newest first where it is left out.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// Who changed what, when, from what to what, in the whole tenant; for Administrators.
#[utoipa::path(get, path = "/api/AuditEvents", tag = "Events", params(AuditQuery),
    responses((status = 200, body = Page<EventOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_audit_events(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let listing = Listing::new(query.page_number, query.page_size, LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("eventID", true),
    )?;
    let filter = EventFilter {
        actions: query.action,
        entity: query.entity,
        entity_id: query.entity_id,
        actor_type: query.actor_type,
        actor_id: query.actor_id,
        ticket: query.ticket_id,
        message: query.message_id,
        from: query.from,
        to: query.to,
    };
    let (customer, limit, offset) = (caller.customer, listing.limit(), listing.offset());
    // The trail has no bound: counting it takes its time.
    let (events, total) = app
        .store
        .heavy(move |conn| {
            Box::pin(async move {
                let events = store::list(conn, customer, &filter, &order, limit, offset).await?;
                Ok((events, store::count(conn, customer, &filter).await?))
            })
        })
        .await?;
    let refs = app.refs.current(&mut *app.store.read().await?, customer).await?;
    let items = events.into_iter().map(|it| event_out(it, &refs)).collect::<Result<_>>()?;
    json(&Page::new(items, total, &listing))
}
