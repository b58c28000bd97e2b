//! `/feedback/{token}`: the small page that links in mails lead to. It asks before it changes anything,
//! because mail programs open links by themselves.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::api::extract::{Text, accepted_languages, read_body};
use crate::app::App;
use crate::domain::feedback as domain;
use crate::domain::html::escaped;
use crate::domain::messages;
use crate::domain::texts::{self, PageTexts, Texts};
use crate::error::{Error, Result};
use crate::model::{Actor, Message};
use crate::store::messages as message_store;

const MOST_BYTES: usize = 64 * 1024;

/// Colours by light and by dark: paper, ink, links and button, what is on the button, lines.
const LIGHT: [&str; 5] = ["#ffffff", "#1c1e21", "#1a56db", "#ffffff", "#6b7280"];
const DARK: [&str; 5] = ["#16181d", "#e6e8eb", "#8ab4ff", "#10131a", "#8b93a1"];

/// System fonts and colours of our own, and nothing smaller than a finger.
static STYLE: LazyLock<String> = LazyLock::new(|| {
    let colours = |[paper, ink, accent, on_accent, line]: [&str; 5]| {
        format!(":root{{--paper:{paper};--ink:{ink};--accent:{accent};--on:{on_accent};--line:{line}}}")
    };
    format!(
        ":root{{color-scheme:light dark}}{}@media(prefers-color-scheme:dark){{{}}}\
         *{{box-sizing:border-box}}\
         body{{font:1rem/1.5 system-ui,sans-serif;background:var(--paper);color:var(--ink);max-width:36rem;margin:0 auto;padding:1.5rem 1rem}}\
         h1{{font-size:1.5rem;line-height:1.25;margin:.5rem 0 1rem}}a{{color:var(--accent)}}\
         blockquote{{border-left:4px solid var(--line);margin:1rem 0;padding-left:1rem;white-space:pre-line;overflow-wrap:anywhere}}\
         .choice{{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem}}\
         .choice label{{display:flex;align-items:center;gap:.5rem;min-height:2.75rem;padding-right:1rem}}\
         input{{width:1.5rem;height:1.5rem;margin:0;accent-color:var(--accent)}}\
         textarea{{display:block;width:100%;min-height:7rem;margin-top:.25rem;padding:.5rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.375rem}}\
         button{{min-height:2.75rem;padding:.5rem 1.5rem;font:inherit;font-weight:600;color:var(--on);background:var(--accent);border:0;border-radius:.375rem;cursor:pointer}}\
         :focus-visible{{outline:3px solid var(--accent);outline-offset:2px}}",
        colours(LIGHT),
        colours(DARK),
    )
});

/// Nothing but this style and this form.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_str()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

/// Not in the API's document: people use it, not programs.
pub fn routes() -> Router<App> {
    Router::new().route("/feedback/{token}", get(show_feedback).post(give_feedback))
}

async fn show_feedback(
    State(app): State<App>,
    Text(token): Text,
    uri: axum::http::Uri,
    headers: HeaderMap,
) -> Response {
    // What a link asks for is only filled in: the form has to be sent.
    let wish: FeedbackIn = answerpal_wire::from_query(uri.query().unwrap_or_default()).unwrap_or_default();
    let loaded = load(&app, &token).await;
    let texts = texts_of(loaded.as_ref().ok().map(|it| &it.1), &headers);
    match loaded {
        Ok(_) if wish.escalate == Some(true) => {
            page(StatusCode::OK, texts, texts.person, &escalation_form(texts))
        }
        Ok((_, message)) => page(StatusCode::OK, texts, texts.question, &form(texts, &message, wish.like)),
        Err(error) => refused(texts, &error),
    }
}

/// The language of the answer; of the browser where the answer's is not known or there are no words in it.
fn texts_of(message: Option<&Message>, headers: &HeaderMap) -> &'static Texts {
    let lang = message.and_then(|it| it.lang.as_deref());
    texts::first_of(lang.into_iter().chain(accepted_languages(headers)))
}

#[derive(Deserialize, Default)]
struct FeedbackIn {
    like: Option<bool>,
    /// A person is to take over.
    escalate: Option<bool>,
    comment: Option<String>,
}

/// What was sent.
enum Given {
    /// The wish for a person.
    Wish,
    Feedback {
        is_bad: bool,
    },
}

async fn give_feedback(State(app): State<App>, Text(token): Text, request: Request) -> Response {
    let loaded = load(&app, &token).await;
    let texts = texts_of(loaded.as_ref().ok().map(|it| &it.1), request.headers());
    let given = match loaded {
        Ok((link, _)) => keep(&app, token, link, request).await,
        Err(error) => Err(error),
    };
    let PageTexts { thanks, asked, received, .. } = texts.page;
    match given {
        Ok(Given::Wish) => page(StatusCode::OK, texts, thanks, &format!("<p>{asked}</p>")),
        Ok(Given::Feedback { is_bad: false }) => {
            page(StatusCode::OK, texts, thanks, &format!("<p>{received}</p>"))
        }
        Ok(Given::Feedback { is_bad: true }) => {
            let person = texts.person;
            let body = format!("<p>{received}</p><p><a href=\"?escalate=true\">{person}</a></p>");
            page(StatusCode::OK, texts, thanks, &body)
        }
        Err(error) => refused(texts, &error),
    }
}

async fn load(app: &App, token: &str) -> Result<(domain::Link, Message)> {
    let mut conn = app.store.read().await?;
    let link = domain::reply_of(&mut conn, token, app.clock.now()).await?;
    let message = message_store::get(&mut conn, link.customer, link.message).await?;
    Ok((link, message))
}

async fn keep(app: &App, token: String, link: domain::Link, request: Request) -> Result<Given> {
    let bytes = read_body(request.into_body(), MOST_BYTES).await?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Error::invalid("body", "is no form"))?;
    let input: FeedbackIn = answerpal_wire::from_query(text)?;
    let comment = domain::checked_comment("comment", input.comment)?;
    if input.escalate == Some(true) {
        return escalate(app, token, link, comment).await.map(|()| Given::Wish);
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
                Ok(Given::Feedback { is_bad: input.like == Some(false) })
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

/// The text field of a form.
fn comment_field(label: &str) -> String {
    format!(
        "<p><label for=\"comment\">{label}</label>\
         <textarea id=\"comment\" name=\"comment\" maxlength=\"{}\" dir=\"auto\"></textarea></p>",
        domain::LONGEST_COMMENT
    )
}

fn escalation_form(texts: &Texts) -> String {
    format!(
        "<form method=\"post\"><input type=\"hidden\" name=\"escalate\" value=\"true\">{}\
         <button type=\"submit\">{}</button></form>",
        comment_field(texts.page.need),
        texts.page.ask,
    )
}

fn form(texts: &Texts, message: &Message, wish: Option<bool>) -> String {
    let checked = |value: bool| if wish.or(message.is_liked) == Some(value) { " checked" } else { "" };
    let lang = message.lang.as_deref().map_or_else(String::new, |it| format!(" lang=\"{}\"", escaped(it)));
    format!(
        "<blockquote dir=\"auto\"{lang}>{}</blockquote><form method=\"post\">\
         <div class=\"choice\" role=\"radiogroup\" aria-labelledby=\"heading\">\
         <label><input type=\"radio\" name=\"like\" value=\"true\" required{}> {}</label> \
         <label><input type=\"radio\" name=\"like\" value=\"false\" required{}> {}</label></div>\
         {}<button type=\"submit\">{}</button></form>",
        escaped(message.message.as_deref().unwrap_or_default()),
        checked(true),
        texts.yes,
        checked(false),
        texts.no,
        comment_field(texts.page.improve),
        texts.page.send,
    )
}

fn refused(texts: &Texts, error: &Error) -> Response {
    let status = StatusCode::from_u16(error.describe().0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Error::Internal(source) = error {
        tracing::error!(error = %source, "the feedback page failed");
    }
    let PageTexts { gone, incomplete, too_long, too_often, trouble, failed, back, .. } = texts.page;
    let text = match error {
        Error::NotFound => gone,
        Error::TooMany { .. } => too_often,
        Error::TooLarge(_) => too_long,
        Error::Invalid { field, .. } if field == "comment" => too_long,
        Error::Invalid { .. } => incomplete,
        _ => trouble,
    };
    let again = match error {
        Error::NotFound => String::new(),
        _ => format!("<p><a href=\"?\">{back}</a></p>"),
    };
    page(status, texts, failed, &format!("<p>{text}</p>{again}"))
}

fn page(status: StatusCode, texts: &Texts, heading: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{heading}</title><style>{}</style></head><body><main><h1 id=\"heading\">{heading}</h1>{body}</main></body></html>",
        texts.lang, *STYLE
    );
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_LANGUAGE, texts.lang),
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

#[cfg(test)]
mod tests {
    use super::{DARK, LIGHT};

    /// Relative luminance of `#rrggbb` (WCAG 2.2).
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn light_and_dark_have_the_contrast_of_wcag_aa() {
        for [paper, ink, accent, on_accent, line] in [LIGHT, DARK] {
            for (one, other, least) in
                [(paper, ink, 4.5), (paper, accent, 4.5), (accent, on_accent, 4.5), (paper, line, 3.0)]
            {
                assert!(contrast(one, other) >= least, "{one} on {other}: {}", contrast(one, other));
            }
        }
    }
}
