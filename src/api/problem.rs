//! Errors as `application/problem+json`, with the trace id of the request.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::app::App;
use crate::clock::Random;
use crate::error::Error;

tokio::task_local! {
    static TRACE: Trace;
}

/// The id of a request, made when something asks for it: most requests go well and nobody does.
struct Trace {
    random: Random,
    id: OnceCell<String>,
}

/// The trace id of the request under way; empty outside of one.
fn trace_id() -> String {
    let id = |it: &Trace| it.id.get_or_init(|| crate::crypto::hex(&it.random.bytes::<16>())).clone();
    TRACE.try_with(id).unwrap_or_default()
}

/// What went wrong (RFC 9457).
#[derive(Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// A stable name of the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "/problems/invalid")]
    pub kind: String,
    #[schema(example = "Bad Request")]
    pub title: String,
    #[schema(example = 400)]
    pub status: u16,
    #[schema(example = "channelID does not exist.")]
    pub detail: String,
    /// Finds the request in the log.
    #[serde(rename = "traceId")]
    pub trace_id: String,
    /// Field → reasons, for bad input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<BTreeMap<String, Vec<String>>>,
}

impl Problem {
    fn answer(&self, status: StatusCode) -> Response {
        let body = serde_json::to_vec(self).expect("strings and numbers can always be written");
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code, detail) = self.describe();
        let trace_id = trace_id();
        if let Self::Internal(source) = &self {
            tracing::error!(trace_id, error = %source, "request failed");
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let errors = self.fields().map(|fields| {
            fields
                .into_iter()
                .map(|(field, why)| (field.to_owned(), why.iter().map(|it| (*it).to_owned()).collect()))
                .collect()
        });
        let problem = Problem {
            kind: format!("/problems/{code}"),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            detail,
            trace_id,
            errors,
        };
        let mut response = problem.answer(status);
        let headers = response.headers_mut();
        let retry_after = match self {
            Self::TooMany { retry_after, .. } => Some(retry_after),
            Self::Unavailable(_) => Some(5),
            _ => None,
        };
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        match self {
            Self::Unauthorized(_) => {
                headers.insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer, Basic realm=\"answerpal\""),
                );
            }
            Self::RangeNotSatisfiable(length) => {
                if let Ok(value) = format!("bytes */{length}").parse() {
                    headers.insert(header::CONTENT_RANGE, value);
                }
            }
            _ => {}
        }
        response
    }
}

/// Gives each request its trace id.
pub async fn trace(State(app): State<App>, request: Request, next: Next) -> Response {
    let given = request
        .headers()
        .get("traceparent")
        .and_then(|it| it.to_str().ok())
        .and_then(|it| it.split('-').nth(1));
    let id = given.filter(|it| it.len() == 32 && it.bytes().all(|it| it.is_ascii_hexdigit()));
    let id = id.map_or_else(OnceCell::new, |it| OnceCell::from(it.to_owned()));
    let by_script = request.headers().get("sec-fetch-dest").is_some_and(|it| it == "empty");
    let trace = Trace { random: app.random.clone(), id };
    let mut response = TRACE.scope(trace, next.run(request)).await;
    // Offered Basic, a browser would ask for a password in a window of its own.
    if by_script && response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

pub async fn method_not_allowed() -> Response {
    let trace_id = trace_id();
    let problem = Problem {
        kind: "/problems/method-not-allowed".into(),
        title: "Method Not Allowed".into(),
        status: 405,
        detail: "This path does not take this method; the Allow header lists those it takes.".into(),
        trace_id,
        errors: None,
    };
    problem.answer(StatusCode::METHOD_NOT_ALLOWED)
}
