//! What an end user wrote about before.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::extract::Id;
use crate::api::problem::Problem;
use crate::api::reply::json;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::tickets::history;
use crate::error::Result;
use crate::intake::summary;
use crate::model::TicketId;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_history_summary))
}

/// What this end user wrote about before, how it ended and what is open, in sentences. Empty where there
/// is no other ticket of theirs.
#[utoipa::path(get, path = "/api/tickets/{id}/history-summary", tag = "Tickets", params(("id" = i64, Path)),
    responses((status = 200, content((String = "application/json"), (String = "text/plain"))),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_history_summary(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response> {
    caller.may_read()?;
    let told = history::summary(&app, &caller, TicketId(id)).await?;
    let summary = summary::of_history(&app, caller.customer, told).await?;
    let accepted = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if accepted.trim().to_ascii_lowercase().starts_with("text/plain") {
        return Ok(summary.into_response());
    }
    json(&summary)
}
