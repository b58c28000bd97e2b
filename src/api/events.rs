//! The audit trail of a ticket, and the live stream of what happens to tickets.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Query, caller_of};
use super::list::{LIST, Listing};
use super::notifications::{self, NotificationOut};
use super::presence::{PresenceOut, PresentOut};
use super::problem::Problem;
use super::reply::{Page, json};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::live;
use crate::error::{Error, Result};
use crate::model::{CustomerRepId, MessageId, NotificationId, Refs, TicketId, Timestamp};
use crate::store::events::{self as store, Recorded, Told};
use crate::store::notifications as notification_store;
use crate::store::tickets;

/// Events read at a time: what a stream holds in memory.
const BATCH: i64 = 100;
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often a stream makes sure that its credentials are still good.
const RECHECK: Duration = Duration::from_secs(30);
/// How long a client waits before it connects again.
const RETRY: Duration = Duration::from_secs(2);

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_ticket_events)).routes(routes!(stream_events))
}

/// What happened.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventOut {
    #[serde(rename = "eventID")]
    event_id: i64,
    /// Its number in the tenant's sealed chain; not there in its first second.
    seq: Option<i64>,
    #[schema(value_type = String, format = DateTime)]
    date: Timestamp,
    /// `CustomerRep`, `EndUser` or `System`.
    actor_type: String,
    /// The rep.
    #[serde(rename = "actorID")]
    actor_id: Option<i64>,
    actor_name: Option<String>,
    #[schema(example = "ticket.updated")]
    action: String,
    #[schema(example = "ticket")]
    entity: String,
    #[serde(rename = "entityID")]
    entity_id: i64,
    #[serde(rename = "ticketID")]
    ticket_id: Option<TicketId>,
    #[serde(rename = "messageID")]
    message_id: Option<MessageId>,
    /// What changed: each field with `from` and `to`.
    #[schema(value_type = Option<Object>, example = json!({ "status": { "from": "Open", "to": "Closed" } }))]
    changes: Option<Value>,
}

/// What the stream tells; the object itself tells the rest.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LiveEventOut {
    #[serde(rename = "eventID")]
    event_id: i64,
    seq: i64,
    date: Timestamp,
    actor_type: String,
    #[serde(rename = "actorID")]
    actor_id: Option<i64>,
    action: String,
    entity: String,
    #[serde(rename = "entityID")]
    entity_id: i64,
    #[serde(rename = "ticketID")]
    ticket_id: Option<TicketId>,
    #[serde(rename = "messageID")]
    message_id: Option<MessageId>,
}

impl From<Told> for LiveEventOut {
    fn from(told: Told) -> Self {
        Self {
            event_id: told.event_id,
            seq: told.seq,
            date: told.created_at,
            actor_type: told.actor_type,
            actor_id: told.actor_id,
            action: told.action,
            entity: told.entity,
            entity_id: told.entity_id,
            ticket_id: told.ticket_id,
            message_id: told.message_id,
        }
    }
}

/// An event as it is answered.
pub fn event_out(event: Recorded, refs: &Refs) -> Result<EventOut> {
    let name = event.actor_id.and_then(|it| refs.reps.get(&CustomerRepId(it)).cloned());
    Ok(EventOut {
        event_id: event.event_id,
        seq: event.seq,
        date: event.created_at,
        actor_type: event.actor_type,
        actor_id: event.actor_id,
        actor_name: name,
        action: event.action,
        entity: event.entity,
        entity_id: event.entity_id,
        ticket_id: event.ticket_id,
        message_id: event.message_id,
        changes: event.changes.as_deref().map(serde_json::from_str).transpose()?,
    })
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct TicketEventsQuery {
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// Any plain property of the answered objects; as it happened where it is left out.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// The audit trail of a ticket: who changed what, when, from what to what.
#[utoipa::path(get, path = "/api/tickets/{id}/events", tag = "Tickets", params(("id" = i64, Path), TicketEventsQuery),
    responses((status = 200, body = Page<EventOut>), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list_ticket_events(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<TicketEventsQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let listing = Listing::new(query.page_number, query.page_size, LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("eventID", false),
    )?;
    let (customer, ticket) = (caller.customer, TicketId(id));
    let mut conn = app.store.read().await?;
    let seen = tickets::get(&mut conn, customer, ticket).await?.customer_rep_id;
    if !caller.sees_ticket_of(seen) {
        return Err(Error::NotFound);
    }
    let events =
        store::of_ticket(&mut conn, customer, ticket, &order, listing.limit(), listing.offset()).await?;
    let total = store::count_of_ticket(&mut conn, customer, ticket).await?;
    let refs = app.refs.current(&mut conn, customer).await?;
    let items = events.into_iter().map(|it| event_out(it, &refs)).collect::<Result<_>>()?;
    json(&Page::new(items, total, &listing))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct StreamQuery {
    /// The id of the last event received, for clients that cannot send the header.
    last_event_id: Option<String>,
}

/// Live changes of the tickets and messages that the caller may see, as server-sent events. The id of an
/// event is its number in the tenant's chain, its type the action (`ticket.updated`), its data JSON
/// (`eventID, seq, date, actorType, actorID, action, entity, entityID, ticketID, messageID`). With
/// `Last-Event-ID` the stream resumes after that event, without it begins now. Two types have no id and are
/// not kept: `ticket.presence` (who is on a ticket just now: `ticketID, present`; at the beginning one for
/// each ticket where somebody is) and `notification` (as in `GET /api/Notifications`, for the caller).
#[utoipa::path(get, path = "/api/events", tag = "Events",
    params(StreamQuery, ("Last-Event-ID" = Option<i64>, Header, description = "The id of the last event received")),
    responses((status = 200, body = String, content_type = "text/event-stream"), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 503, body = Problem)))]
async fn stream_events(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<StreamQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let given = match headers.get("last-event-id") {
        Some(it) => Some(it.to_str().unwrap_or("?").to_owned()),
        None => query.last_event_id,
    };
    let given = given.filter(|it| !it.is_empty()).map(|it| last_event_id(&it)).transpose()?;
    let state = app.live.follow(&app.store, caller.customer).await?;
    let (end, notified) = (state.borrow().end, state.borrow().notified);
    let last = given.map_or(end, |it| it.min(end));
    let listener = Listener { app, caller, headers, last, notified, shown: live::Shown::default(), state };
    let mut response =
        Sse::new(listener.stream()).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response();
    // Proxies that collect answers must not collect this one.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn last_event_id(text: &str) -> Result<i64> {
    text.trim()
        .parse()
        .ok()
        .filter(|it| *it >= 0)
        .ok_or_else(|| Error::invalid("Last-Event-ID", "must be the id of an event: a whole number"))
}

fn without_id(name: &str, out: &impl Serialize) -> Result<Event> {
    Event::default().event(name).json_data(out).map_err(|error| Error::Internal(Box::new(error)))
}

/// One open stream. It reads as fast as its client takes, and holds one batch at most.
struct Listener {
    app: App,
    caller: Caller,
    /// Of the request, with the credentials.
    headers: HeaderMap,
    last: i64,
    /// The newest notification that it told of.
    notified: NotificationId,
    shown: live::Shown,
    state: watch::Receiver<live::State>,
}

impl Listener {
    fn stream(mut self) -> impl Stream<Item = Result<Event, Infallible>> {
        async_stream::stream! {
            // An id without data: a client that loses the connection before the first event misses none.
            yield Ok(Event::default().id(self.last.to_string()).retry(RETRY));
            let mut checked = Instant::now();
            loop {
                if checked.elapsed() >= RECHECK {
                    if !self.still_allowed().await {
                        break;
                    }
                    checked = Instant::now();
                }
                let state = self.state.borrow_and_update().clone();
                let (batch, passing) = match self.read(&state).await {
                    Ok(read) => read,
                    Err(error) => {
                        tracing::warn!(%error, "a stream of events ends; its client comes back");
                        break;
                    }
                };
                for told in batch.events {
                    let event = Event::default().id(told.seq.to_string()).event(&told.action);
                    match event.json_data(LiveEventOut::from(told)) {
                        Ok(event) => yield Ok(event),
                        Err(error) => tracing::error!(%error, "an event cannot be written"),
                    }
                }
                for event in passing {
                    yield Ok(event);
                }
                self.last = batch.last;
                if batch.more {
                    continue;
                }
                tokio::select! {
                    changed = self.state.changed() => if changed.is_err() { break },
                    () = tokio::time::sleep_until(checked + RECHECK) => {}
                }
            }
        }
    }

    /// The next sealed events, and what is told without a number.
    async fn read(&mut self, state: &live::State) -> Result<(live::Batch, Vec<Event>)> {
        let mut conn = self.app.store.read().await?;
        let batch = live::next(&mut conn, &self.caller, self.last, BATCH).await?;
        let mut passing = Vec::new();
        let news = self.shown.news(&mut conn, &self.caller, &state.present).await?;
        if news.is_empty() && state.notified <= self.notified {
            return Ok((batch, passing));
        }
        let refs = self.app.refs.current(&mut conn, self.caller.customer).await?;
        for (ticket_id, present) in news {
            let present = present.iter().map(|it| PresentOut::new(it, &refs)).collect();
            let out = PresenceOut { ticket_id, present, expires_in_seconds: None };
            passing.push(without_id("ticket.presence", &out)?);
        }
        if state.notified > self.notified {
            let of = notifications::of(&self.caller, false, self.notified);
            let found = notification_store::newest_of(&mut conn, self.caller.customer, of, BATCH).await?;
            for it in found.into_iter().rev() {
                passing.push(without_id("notification", &NotificationOut::new(it, &refs))?);
            }
            self.notified = state.notified;
        }
        Ok((batch, passing))
    }

    /// Whether the credentials are still good; a rep's role may be another by now.
    async fn still_allowed(&mut self) -> bool {
        match caller_of(&self.app, &Method::GET, &self.headers).await {
            Ok(caller) if caller.may_read().is_ok() => {
                self.caller = caller;
                true
            }
            Ok(_) | Err(Error::Unauthorized(_) | Error::Forbidden(_)) => false,
            Err(_) => true,
        }
    }
}
