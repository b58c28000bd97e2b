//! `/api/ticketMessages/{id}/display` and `/html`: a message's HTML, safe to show.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::attachments::access_token;
use super::extract::{Id, Query};
use super::problem::Problem;
use super::reply::json;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::display::{Displayed, Wanted, display};
use crate::domain::{html, messages};
use crate::error::Result;
use crate::model::MessageId;
use crate::store::attachments;

/// Nothing runs. The page around the frame may measure it, and links open in windows of their own.
const POLICY: &str = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
    style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";
const POLICY_REMOTE: &str = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
    style-src 'unsafe-inline'; img-src 'self' data: https: http:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";
const STYLE: &str = "html{color-scheme:light;background:#fff;color:#111}body{margin:0;font:14px/1.5 system-ui,sans-serif;\
    overflow-wrap:anywhere}img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}\
    blockquote{margin:0 0 0 .5em;padding-left:.75em;border-left:2px solid #ccc}";

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(display_message)).routes(routes!(show_message_html))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct DisplayQuery {
    /// `true` shows pictures from elsewhere: loading them tells the sender that the message is read.
    remote_images: Option<bool>,
    /// `false` leaves out the history that the message quotes.
    quoted: Option<bool>,
}

/// A message as a person is shown it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DisplayOut {
    /// Safe: no scripts, no forms, styles that fetch nothing; the message's own pictures by their address.
    html: String,
    /// Whether it has pictures from elsewhere, shown or not.
    has_remote_images: bool,
    /// Whether it quotes an earlier message, shown or not.
    has_quoted: bool,
    /// What a person reads: without quoted history and signature.
    message: Option<String>,
    /// Whether the message came as HTML; else it is made from its text.
    is_html: bool,
}

async fn displayed(app: &App, caller: &Caller, id: i64, query: &DisplayQuery) -> Result<DisplayOut> {
    let wanted =
        Wanted { remote_images: query.remote_images.unwrap_or(false), quoted: query.quoted.unwrap_or(true) };
    let mut conn = app.store.read().await?;
    let message = messages::visible(&mut conn, caller, MessageId(id)).await?;
    let files = attachments::list(&mut conn, caller.customer, message.message_id).await?;
    drop(conn);
    let files: HashMap<String, String> = files
        .iter()
        .filter_map(|it| {
            let id = it.content_id.as_deref()?.trim_matches(['<', '>']).to_ascii_lowercase();
            Some((id, format!("/api/File/{}", access_token(&app.key, it))))
        })
        .collect();
    let is_html = message.html_body.is_some();
    let source = message.html_body.unwrap_or_else(|| {
        let text = if wanted.quoted {
            message.text_body.as_ref().or(message.message.as_ref())
        } else {
            message.message.as_ref()
        };
        html::from_text(text.map_or("", String::as_str))
    });
    let has_quoted_text = !is_html && message.text_body.is_some() && message.text_body != message.message;
    // Long mails take their time: not on a thread that others wait for.
    let Displayed { html, has_remote_images, has_quoted } =
        tokio::task::spawn_blocking(move || display(&source, &files, wanted)).await?;
    let has_quoted = has_quoted || has_quoted_text;
    Ok(DisplayOut { html, has_remote_images, has_quoted, message: message.message, is_html })
}

/// A message's HTML, safe to show, and what it holds back. `GET …/html` is the same as a page for a frame.
#[utoipa::path(get, path = "/api/ticketMessages/{id}/display", tag = "TicketMessages", params(("id" = i64, Path), DisplayQuery),
    responses((status = 200, body = DisplayOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn display_message(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<DisplayQuery>,
) -> Result<Response> {
    caller.may_read()?;
    json(&displayed(&app, &caller, id, &query).await?)
}

/// A message's HTML as a page of its own, for a frame of this site: its policy lets nothing run and, unless
/// `remoteImages=true`, nothing come from elsewhere.
#[utoipa::path(get, path = "/api/ticketMessages/{id}/html", tag = "TicketMessages", params(("id" = i64, Path), DisplayQuery),
    responses((status = 200, body = String, content_type = "text/html"), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn show_message_html(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<DisplayQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let shown = displayed(&app, &caller, id, &query).await?;
    let page = format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <style>{STYLE}</style></head><body>{}</body></html>",
        shown.html
    );
    let policy = if query.remote_images == Some(true) { POLICY_REMOTE } else { POLICY };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
    ];
    Ok((headers, page).into_response())
}
