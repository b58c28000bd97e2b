//! Making, changing and deleting tickets.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::TicketIn;
use super::out::{TicketOut, ticket_out};
use crate::api::change::{Change, Guard};
use crate::api::extract::Id;
use crate::api::problem::Problem;
use crate::api::reply::Reply;
use crate::app::App;
use crate::domain::attachments::forget_objects;
use crate::domain::caller::Caller;
use crate::domain::tickets::change::{self as domain, TicketChange};
use crate::domain::tickets::delete;
use crate::error::{Error, Result};
use crate::model::{CustomerRepId, Ticket, TicketId};
use crate::store::{Tx, tickets as store};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create_ticket))
        .routes(routes!(update_ticket, delete_ticket))
        .routes(routes!(assign_ticket))
}

/// Locks a ticket that the caller sees, in the state that `If-Match` names.
pub async fn lock(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    guard: &Guard,
    ticket: TicketId,
) -> Result<Ticket> {
    let before = store::lock(tx, caller.customer, ticket).await?;
    if !caller.sees_ticket_of(before.customer_rep_id) {
        return Err(Error::NotFound);
    }
    if guard.has_precondition() {
        guard.check(&ticket_out(app, tx, caller.customer, ticket).await?)?;
    }
    Ok(before)
}

/// Makes a ticket without a message.
#[utoipa::path(post, path = "/api/tickets", tag = "Tickets", request_body = TicketIn,
    responses((status = 201, body = TicketOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_ticket(
    State(app): State<App>,
    Change { caller, input, guard }: Change<TicketIn>,
) -> Result<Response> {
    caller.may_write()?;
    let shared = app.clone();
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let ticket = domain::create(tx, caller.customer, caller.actor(), input.into()).await?;
                let out = ticket_out(&shared, tx, caller.customer, ticket).await?;
                Reply::created(format!("/api/tickets/{ticket}"), &out)
            })
        })
        .await
}

/// Changes the fields given.
#[utoipa::path(put, path = "/api/tickets/{id}", tag = "Tickets", params(("id" = i64, Path)), request_body = TicketIn,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn update_ticket(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<TicketIn>,
) -> Result<Response> {
    caller.may_write()?;
    change(&app, caller, guard, TicketId(id), input.into()).await
}

async fn change(
    app: &App,
    caller: Caller,
    guard: Guard,
    ticket: TicketId,
    change: TicketChange,
) -> Result<Response> {
    let shared = app.clone();
    guard
        .write(app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = lock(tx, &shared, &caller, guard, ticket).await?;
                domain::update(tx, caller.customer, caller.actor(), &before, change).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

/// Deletes a ticket with its messages and their files.
#[utoipa::path(delete, path = "/api/tickets/{id}", tag = "Tickets", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem)))]
async fn delete_ticket(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_write()?;
    let shared = app.clone();
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = lock(tx, &shared, &caller, guard, TicketId(id)).await?;
                let keys = delete(tx, caller.customer, caller.actor(), &before).await?;
                forget_objects(tx, caller.customer, keys).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

#[derive(Deserialize, ToSchema)]
pub struct TicketAssignIn {
    /// The caller where it is not given; 0 is nobody.
    #[serde(rename = "customerRepID")]
    customer_rep_id: Option<CustomerRepId>,
}

/// Gives a ticket to a rep: the caller, or the one named.
#[utoipa::path(put, path = "/api/tickets/{id}/assign", tag = "Tickets", params(("id" = i64, Path)), request_body = Option<TicketAssignIn>,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn assign_ticket(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<TicketAssignIn>,
) -> Result<Response> {
    caller.may_write()?;
    let rep = Some(input.customer_rep_id.unwrap_or(caller.rep));
    change(&app, caller, guard, TicketId(id), TicketChange { rep, ..TicketChange::default() }).await
}
