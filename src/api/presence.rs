//! `/api/tickets/{id}/presence`: who looks at or answers a ticket just now.

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
use crate::domain::messages::visible_ticket;
use crate::domain::presence::{self as domain, LIFE};
use crate::error::Result;
use crate::model::{CustomerRepId, PresenceState, Refs, TicketId, Timestamp};
use crate::store::presence::{self as store, Present};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_presence, announce_presence, leave_ticket))
}

/// A rep who is on a ticket.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresentOut {
    #[serde(rename = "customerRepID")]
    customer_rep_id: CustomerRepId,
    customer_rep_name: Option<String>,
    state: PresenceState,
    /// Since when in this state.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

impl PresentOut {
    pub fn new(present: &Present, refs: &Refs) -> Self {
        Self {
            customer_rep_id: present.customer_rep_id,
            customer_rep_name: refs.reps.get(&present.customer_rep_id).cloned(),
            state: present.state,
            since: present.since,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresenceOut {
    #[serde(rename = "ticketID")]
    pub ticket_id: TicketId,
    /// Everybody who is there, the caller too. One entry a rep: who answers in one window is answering.
    pub present: Vec<PresentOut>,
    /// A window that is not heard of for so long is gone: say so again in a third of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in_seconds: Option<u64>,
}

fn out(ticket: TicketId, present: &[Present], refs: &Refs) -> PresenceOut {
    PresenceOut {
        ticket_id: ticket,
        present: present.iter().map(|it| PresentOut::new(it, refs)).collect(),
        expires_in_seconds: Some(LIFE.as_secs()),
    }
}

/// Who is on a ticket just now.
#[utoipa::path(get, path = "/api/tickets/{id}/presence", tag = "Tickets", params(("id" = i64, Path)),
    responses((status = 200, body = PresenceOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_presence(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response> {
    caller.may_read()?;
    let ticket = TicketId(id);
    let mut conn = app.store.read().await?;
    visible_ticket(&mut conn, &caller, ticket).await?;
    let present = store::of_ticket(&mut conn, caller.customer, ticket, app.clock.now()).await?;
    let refs = app.refs.current(&mut conn, caller.customer).await?;
    json(&out(ticket, &domain::by_rep(present), &refs))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresenceIn {
    /// `Viewing` where it is left out.
    state: Option<PresenceState>,
    /// Tells windows of one rep apart; at most 64 bytes.
    #[serde(rename = "clientID")]
    client_id: Option<String>,
}

/// Says that the caller looks at or answers a ticket: when it is opened, when that changes, and every 15
/// seconds. Others are told by the event `ticket.presence` of `/api/events`.
#[utoipa::path(post, path = "/api/tickets/{id}/presence", tag = "Tickets", params(("id" = i64, Path)), request_body = PresenceIn,
    responses((status = 200, body = PresenceOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn announce_presence(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<PresenceIn>,
) -> Result<Response> {
    caller.may_read()?;
    let client = domain::client(input.client_id)?;
    let state = input.state.unwrap_or(PresenceState::Viewing);
    let shared = app.clone();
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let ticket = TicketId(id);
                let present = domain::announce(tx, &caller, ticket, &client, state).await?;
                let refs = shared.refs.current(tx, caller.customer).await?;
                Reply::ok(&out(ticket, &present, &refs))
            })
        })
        .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LeaveQuery {
    /// The window that goes.
    #[serde(rename = "clientID")]
    client_id: Option<String>,
}

/// Says that a window of the caller is no longer on a ticket.
#[utoipa::path(delete, path = "/api/tickets/{id}/presence", tag = "Tickets", params(("id" = i64, Path), LeaveQuery),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn leave_ticket(
    State(app): State<App>,
    Id(id): Id,
    Query(query): Query<LeaveQuery>,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_read()?;
    let client = domain::client(query.client_id)?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                domain::leave(tx, &caller, TicketId(id), &client).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
