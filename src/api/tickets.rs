//! `/api/tickets`.

mod body;
mod history;
mod list;
mod out;
mod patch;
mod write;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use list::sorted;
pub use out::{TicketEndUserOut, TicketOut, ticket_out, tickets_out};

use super::extract::Id;
use super::problem::Problem;
use super::reply::single;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::error::{Error, Result};
use crate::model::TicketId;
use crate::store::tickets as store;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_ticket))
        .merge(list::routes())
        .merge(write::routes())
        .merge(patch::routes())
        .merge(history::routes())
}

/// One ticket.
#[utoipa::path(get, path = "/api/tickets/{id}", tag = "Tickets", params(("id" = i64, Path)),
    responses((status = 200, body = TicketOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_ticket(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let listed = store::listed(&mut conn, caller.customer, TicketId(id)).await?;
    if !caller.sees_ticket_of(listed.ticket.customer_rep_id) {
        return Err(Error::NotFound);
    }
    let out = tickets_out(&app, &mut conn, caller.customer, vec![listed]).await?;
    single(&headers, &out.first().ok_or(Error::NotFound)?)
}
