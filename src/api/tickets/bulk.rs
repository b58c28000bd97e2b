//! One action on many tickets, and taking it back.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::change::Change;
use crate::api::problem::Problem;
use crate::api::reply::Reply;
use crate::app::App;
use crate::domain::tickets::bulk::{self, Action};
use crate::domain::tickets::undo;
use crate::error::{Error, Result};
use crate::model::{BulkUndoId, CustomerRepId, TicketId};

/// Names an action that may be undone.
pub const UNDO_ID: HeaderName = HeaderName::from_static("x-undo-id");

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(bulk_update_tickets)).routes(routes!(undo_bulk_update))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkIn {
    /// 1 to 10,000 ids; duplicates count once.
    #[serde(rename = "ticketIDs")]
    #[schema(value_type = Vec<i64>, example = json!([123, 124]))]
    ticket_ids: Option<Vec<i64>>,
    /// `close`, `open`, `reopen`, `assign`, `unassign`, `escalate`, `deescalate`, `spam`, `notSpam`, `delete` or
    /// `setStatus`.
    #[schema(value_type = String, example = "close")]
    action: Option<String>,
    /// For `assign`; 0 is nobody.
    #[serde(rename = "customerRepID")]
    customer_rep_id: Option<CustomerRepId>,
    /// For `setStatus`.
    status: Option<String>,
}

/// Does one thing to many tickets, or to none of them. What changed anything and is no `delete` may be
/// undone by the caller for ten minutes: `X-Undo-ID` names it.
#[utoipa::path(put, path = "/api/tickets/bulk", tag = "Tickets", request_body = BulkIn,
    responses((status = 204, headers(("X-Undo-ID" = i64, description = "For POST /api/tickets/bulk/undo"))), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn bulk_update_tickets(
    State(app): State<App>,
    Change { caller, input, guard }: Change<BulkIn>,
) -> Result<Response> {
    caller.may_write()?;
    let ids = input.ticket_ids.unwrap_or_default();
    if ids.is_empty() || ids.len() > bulk::MOST {
        return Err(Error::invalid("ticketIDs", format!("must have 1 to {} ids", bulk::MOST)));
    }
    let action = input.action.ok_or_else(|| Error::invalid("action", "is required"))?;
    let action = Action::parse(&action, input.customer_rep_id, input.status.as_deref())?;
    let reply = guard
        .reply(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let undo = bulk::bulk(tx, &caller, ids, &action).await?;
                Ok(Reply { location: undo.map(|it| it.to_string()), ..Reply::no_content() })
            })
        })
        .await?;
    let undo = reply.location.as_deref().and_then(|it| HeaderValue::from_str(it).ok());
    let mut response = Reply { location: None, ..reply }.into_response();
    if let Some(undo) = undo {
        response.headers_mut().insert(UNDO_ID, undo);
    }
    Ok(response)
}

#[derive(Deserialize, ToSchema)]
pub struct UndoIn {
    /// The `X-Undo-ID` of the action.
    #[serde(rename = "undoID")]
    #[schema(value_type = i64)]
    undo_id: Option<BulkUndoId>,
}

#[derive(Serialize, ToSchema)]
pub struct UndoneOut {
    /// The tickets that have their former state again.
    #[serde(rename = "restoredTicketIDs")]
    restored: Vec<TicketId>,
    /// Those that somebody has changed since, that are gone, or whose former rep is: left alone.
    #[serde(rename = "skippedTicketIDs")]
    skipped: Vec<TicketId>,
}

/// Takes back an action on many tickets, once, within ten minutes, by who did it: each gets exactly the
/// status, rep, spam and escalation mark and close date that it had.
#[utoipa::path(post, path = "/api/tickets/bulk/undo", tag = "Tickets", request_body = UndoIn,
    responses((status = 200, body = UndoneOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn undo_bulk_update(
    State(app): State<App>,
    Change { caller, input, guard }: Change<UndoIn>,
) -> Result<Response> {
    caller.may_write()?;
    let id = input.undo_id.ok_or_else(|| Error::invalid("undoID", "is required"))?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let undone = undo::undo(tx, &caller, id).await?;
                Reply::ok(&UndoneOut { restored: undone.restored, skipped: undone.skipped })
            })
        })
        .await
}
