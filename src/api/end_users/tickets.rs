//! The tickets of one end user.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::extract::{Id, Query};
use crate::api::list::{LIST, Listing};
use crate::api::problem::Problem;
use crate::api::reply::{Page, json};
use crate::api::tickets::{TicketOut, sorted, tickets_out};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::tickets::listing::{self, Asked};
use crate::error::{Error, Result};
use crate::model::EndUserId;
use crate::store::tickets::{Filter, end_user_exists};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_end_user_tickets))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct EndUserTicketQuery {
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// A property of the answered tickets; without it the last message comes first.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// The tickets of an end user that the caller sees.
#[utoipa::path(get, path = "/api/EndUsers/{id}/tickets", tag = "End users", params(("id" = i64, Path), EndUserTicketQuery),
    responses((status = 200, body = Page<TicketOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
async fn list_end_user_tickets(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<EndUserTicketQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let paging = Listing::new(query.page_number, query.page_size, LIST);
    let order = sorted(query.sort_by.as_deref(), query.sort_order.as_deref())?;
    let mut conn = app.store.read().await?;
    if !end_user_exists(&mut conn, caller.customer, EndUserId(id)).await? {
        return Err(Error::NotFound);
    }
    let filter =
        Filter { end_user: Some(EndUserId(id)), limited_to: caller.limited_to(), ..Filter::default() };
    let asked = Asked { filter, order, search: None };
    let (found, mut conn) = listing::page(&app, conn, &caller, asked, &paging).await?;
    let items = tickets_out(&app, &mut conn, caller.customer, found.tickets).await?;
    json(&Page::new(items, found.total, &paging))
}
