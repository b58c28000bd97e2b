//! `/api/tickets`.

mod body;
pub mod bulk;
mod counts;
mod history;
mod list;
mod out;
mod patch;
mod write;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use list::{checked_query, sorted};
pub use out::{TicketEndUserOut, TicketOut, ticket_out, tickets_out};

use super::extract::{Id, Query};
use super::problem::Problem;
use super::reply::single;
use super::ticket_messages::{LONGEST_PAGE, conversation};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::claim::Claim;
use crate::error::{Error, Result};
use crate::model::TicketId;
use crate::store::{messages, tickets as store};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_ticket))
        .merge(list::routes())
        .merge(write::routes())
        .merge(bulk::routes())
        .merge(counts::routes())
        .merge(patch::routes())
        .merge(history::routes())
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TicketQuery {
    /// `messages`: the answer has the ticket's first 1000 messages, oldest first, as a page.
    include: Option<String>,
}

/// One ticket, on request with its conversation.
#[utoipa::path(get, path = "/api/tickets/{id}", tag = "Tickets", params(("id" = i64, Path), TicketQuery),
    responses((status = 200, body = TicketOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_ticket(
    State(app): State<App>,
    claim: Claim,
    Id(id): Id,
    Query(query): Query<TicketQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    let with_messages = match query.include.as_deref() {
        None => false,
        Some(it) if it.eq_ignore_ascii_case("messages") => true,
        Some(_) => {
            claim.confirm(&app).await?;
            return Err(Error::invalid("include", "must be messages"));
        }
    };
    let made = read(&app, claim.caller(), TicketId(id), with_messages).await;
    let seen = made.as_ref().ok().and_then(|it| it.1);
    let out = match claim.check(&app, seen).await? {
        None => made?.0,
        Some(caller) => read(&app, &caller, TicketId(id), with_messages).await?.0,
    };
    single(&headers, &out)
}

/// A ticket, and the version of the names that was read with it.
async fn read(
    app: &App,
    caller: &Caller,
    ticket: TicketId,
    with_messages: bool,
) -> Result<(TicketOut, Option<i64>)> {
    caller.may_read()?;
    let mut conn = app.store.light().await?;
    let (listed, messages) = if with_messages {
        let both = messages::with_ticket(&mut conn, caller.customer, ticket, LONGEST_PAGE).await?;
        (both.0, Some(both.1))
    } else {
        (store::listed(&mut conn, caller.customer, ticket).await?, None)
    };
    if !caller.sees_ticket_of(listed.ticket.customer_rep_id) {
        return Err(Error::NotFound);
    }
    let version = listed.refs_version;
    let mut out =
        tickets_out(app, &mut conn, caller.customer, vec![listed]).await?.pop().ok_or(Error::NotFound)?;
    if let Some(messages) = messages {
        let refs = app.refs.at(&mut conn, caller.customer, version).await?;
        out.messages =
            Some(conversation(&mut conn, &app.key, caller.customer, &refs, ticket, messages).await?);
    }
    conn.finish().await?;
    Ok((out, Some(version)))
}
