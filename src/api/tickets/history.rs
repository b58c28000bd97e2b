//! What an end user wrote about before.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::extract::{Id, accepted_languages};
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

/// What this end user wrote about before, how it ended and what is open, in sentences of the first language of
/// `Accept-Language` that is one of English, Dutch, French and German, else English. Empty where there is no other
/// ticket of theirs.
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
    let told = history::summary(&app, &caller, TicketId(id), &accepted_languages(&headers)).await?;
    let summary = summary::of_history(&app, caller.customer, told.text).await?;
    let accepted = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let answer = if prefers_text(accepted) { summary.into_response() } else { json(&summary)? };
    Ok(([(header::CONTENT_LANGUAGE, told.lang), (header::VARY, "Accept-Language")], answer).into_response())
}

/// Whether an `Accept` wants bare text rather than JSON: by its weights, of equals what stands first.
fn prefers_text(accepted: &str) -> bool {
    let ranges = accepted.to_ascii_lowercase();
    let ranges = ranges.split(',').map(|it| {
        let mut parts = it.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_owned();
        let weight = parts.find_map(|it| it.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        (kind, weight)
    });
    let mut best = (false, 0.0);
    for (kind, weight) in ranges {
        let is_text = matches!(kind.as_str(), "text/plain" | "text/*");
        if weight > best.1
            && (is_text || matches!(kind.as_str(), "application/json" | "application/*" | "*/*"))
        {
            best = (is_text, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::prefers_text;

    #[test]
    fn json_unless_text_is_wanted_more() {
        for accepted in
            ["text/plain", "Text/Plain; charset=utf-8", "application/json;q=0.1, text/plain", "text/*"]
        {
            assert!(prefers_text(accepted), "{accepted}");
        }
        for accepted in [
            "",
            "*/*",
            "application/json, text/plain, */*",
            "text/plain;q=0.1, application/json",
            "text/html",
            "text/plain;q=0",
        ] {
            assert!(!prefers_text(accepted), "{accepted}");
        }
    }
}
