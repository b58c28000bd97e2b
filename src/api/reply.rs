//! Answers: objects with their ETag, pages, and the answers of writes.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::Result;

/// A page of a list.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    pub items: Vec<T>,
    /// How many there are on all pages, exactly.
    pub total_count: u64,
    pub total_pages: u64,
}

impl<T> Page<T> {
    pub fn new(items: Vec<T>, total: u64, paging: &answerpal_wire::paging::Paging) -> Self {
        Self { items, total_count: total, total_pages: paging.total_pages(total) }
    }
}

/// An answer that a write gives and an idempotency key keeps.
pub struct Reply {
    pub status: StatusCode,
    pub location: Option<String>,
    pub body: Option<String>,
}

impl Reply {
    pub fn ok(out: &impl Serialize) -> Result<Self> {
        Ok(Self { status: StatusCode::OK, location: None, body: Some(serde_json::to_string(out)?) })
    }

    pub fn created(location: String, out: &impl Serialize) -> Result<Self> {
        Ok(Self {
            status: StatusCode::CREATED,
            location: Some(location),
            body: Some(serde_json::to_string(out)?),
        })
    }

    pub fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, location: None, body: None }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            Some(body) => {
                (self.status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body)
                    .into_response()
            }
            None => self.status.into_response(),
        };
        if let Some(location) = self.location.and_then(|it| it.parse().ok()) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

/// The entity tag of an answered object: it changes when the answer does. It guards against mistakes, not
/// against forgers, so a fast hash will do.
pub fn etag(json: &[u8]) -> String {
    format!("\"{:032x}\"", twox_hash::XxHash3_128::oneshot(json))
}

/// Most answers are no longer, so that nothing is moved while they are written.
const USUAL: usize = 6 * 1024;

fn written(out: &impl Serialize) -> Result<Vec<u8>> {
    let mut body = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut body, out)?;
    Ok(body)
}

/// A JSON answer.
pub fn json(out: &impl Serialize) -> Result<Response> {
    let body = written(out)?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response())
}

/// A single object with its ETag; 304 where `If-None-Match` names it.
pub fn single(request: &HeaderMap, out: &impl Serialize) -> Result<Response> {
    let body = written(out)?;
    let tag = etag(&body);
    let known = request.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok()).is_some_and(|it| {
        it.split(',')
            .any(|it| matches!(it.trim().trim_start_matches("W/"), given if given == tag || given == "*"))
    });
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
    };
    if let Ok(tag) = tag.parse() {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}
