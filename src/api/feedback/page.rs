//! `/feedback/{token}`: the small page that links in mails lead to. It asks before it changes anything,
//! because mail programs open links by themselves.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::api::extract::{Text, read_body};
use crate::app::App;
use crate::domain::caller::Actor;
use crate::domain::feedback as domain;
use crate::domain::html::escaped;
use crate::domain::messages;
use crate::error::{Error, Result};
use crate::model::Message;
use crate::store::messages as message_store;

const MOST_BYTES: usize = 64 * 1024;

const STYLE: &str = "body{font-family:system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem;line-height:1.5}\
blockquote{border-left:3px solid #999;margin:1rem 0;padding-left:1rem;white-space:pre-line}\
textarea{width:100%;min-height:6rem}button{margin-top:1rem;padding:.5rem 1.5rem}";

/// Nothing but this style and this form.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

/// Not in the API's document: people use it, not programs.
pub fn routes() -> Router<App> {
    Router::new().route("/feedback/{token}", get(show_feedback).post(give_feedback))
}

async fn show_feedback(State(app): State<App>, Text(token): Text, uri: axum::http::Uri) -> Response {
    // What a link asks for is only filled in: the form has to be sent.
    let wish: FeedbackIn = answerpal_wire::from_query(uri.query().unwrap_or_default()).unwrap_or_default();
    match load(&app, &token).await {
        Ok(_) if wish.escalate == Some(true) => page(StatusCode::OK, ESCALATE),
        Ok((_, message)) => page(StatusCode::OK, &form(&message, wish.like)),
        Err(error) => refused(error),
    }
}

#[derive(Deserialize, Default)]
struct FeedbackIn {
    like: Option<bool>,
    /// A person is to take over.
    escalate: Option<bool>,
    comment: Option<String>,
}

async fn give_feedback(State(app): State<App>, Text(token): Text, request: Request) -> Response {
    match keep(&app, token, request).await {
        Ok(true) => page(StatusCode::OK, "<h1>Thank you</h1><p>A person will look at your request.</p>"),
        Ok(false) => page(StatusCode::OK, "<h1>Thank you</h1><p>Your feedback was kept.</p>"),
        Err(error) => refused(error),
    }
}

async fn load(app: &App, token: &str) -> Result<(domain::Link, Message)> {
    let mut conn = app.store.read().await?;
    let link = domain::reply_of(&mut conn, token, app.clock.now()).await?;
    let message = message_store::get(&mut conn, link.customer, link.message).await?;
    Ok((link, message))
}

/// Whether it was the wish for a person.
async fn keep(app: &App, token: String, request: Request) -> Result<bool> {
    let (link, _) = load(app, &token).await?;
    let bytes = read_body(request.into_body(), MOST_BYTES).await?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Error::invalid("body", "is no form"))?;
    let input: FeedbackIn = answerpal_wire::from_query(text)?;
    let comment = domain::checked_comment("comment", input.comment)?;
    if input.escalate == Some(true) {
        return escalate(app, token, link, comment).await.map(|()| true);
    }
    if input.like.is_none() && comment.is_none() {
        return Err(Error::invalid("like", "or a comment is required"));
    }
    app.store
        .write(move |tx| {
            Box::pin(async move {
                domain::throttled(tx, "feedback", &token, domain::thirty_an_hour).await?;
                if let Some(liked) = input.like {
                    domain::like(tx, link.customer, Actor::EndUser, link.message, liked).await?;
                }
                if let Some(comment) = comment {
                    domain::comment(tx, link.customer, Actor::EndUser, link.message, &comment).await?;
                }
                Ok(false)
            })
        })
        .await
}

async fn escalate(app: &App, token: String, link: domain::Link, comment: Option<String>) -> Result<()> {
    let escalation = domain::Escalation { comment, email: None };
    app.store
        .write(move |tx| {
            Box::pin(async move {
                domain::throttled(tx, "escalate", &token, domain::five_an_hour).await?;
                let (ticket, message) = messages::lock_any(tx, link.customer, link.message).await?;
                domain::escalate(tx, link.customer, Actor::EndUser, &ticket, &message, escalation, None).await
            })
        })
        .await
}

const ESCALATE: &str = "<h1>Talk to a person</h1><form method=\"post\">\
     <input type=\"hidden\" name=\"escalate\" value=\"true\">\
     <p><label for=\"comment\">What can we do for you?</label>\
     <textarea id=\"comment\" name=\"comment\" maxlength=\"10000\"></textarea></p>\
     <button type=\"submit\">Ask for a person</button></form>";

fn form(message: &Message, wish: Option<bool>) -> String {
    let checked = |value: bool| if wish.or(message.is_liked) == Some(value) { " checked" } else { "" };
    format!(
        "<h1>Was this answer helpful?</h1><blockquote>{}</blockquote><form method=\"post\">\
         <label><input type=\"radio\" name=\"like\" value=\"true\" required{}> Yes</label> \
         <label><input type=\"radio\" name=\"like\" value=\"false\" required{}> No</label>\
         <p><label for=\"comment\">What would have helped you more?</label>\
         <textarea id=\"comment\" name=\"comment\" maxlength=\"10000\"></textarea></p>\
         <button type=\"submit\">Send feedback</button></form>",
        escaped(message.message.as_deref().unwrap_or_default()),
        checked(true),
        checked(false),
    )
}

fn refused(error: Error) -> Response {
    let (status, _, detail) = error.describe();
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Error::Internal(source) = &error {
        tracing::error!(error = %source, "the feedback page failed");
    }
    let text = match status {
        StatusCode::NOT_FOUND => "This link does not work any more.".to_owned(),
        _ => escaped(&detail),
    };
    page(status, &format!("<h1>That did not work</h1><p>{text}</p>"))
}

fn page(status: StatusCode, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Feedback</title><style>{STYLE}</style></head><body>{body}</body></html>"
    );
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}
