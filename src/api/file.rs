//! `/api/File/{accessToken}`: a file, to whoever has its token.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt;
use serde::Deserialize;
use std::ops::Range;
use tokio::sync::Semaphore;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::attachments::access_token;
use super::extract::{Query, Text};
use super::problem::Problem;
use crate::app::App;
use crate::crypto::{self, MasterKey};
use crate::error::{Error, Result};
use crate::files::{names, sniff, thumbnail};
use crate::model::AttachmentId;
use crate::store::attachments::{self as store, Attachment};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_file))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FileQuery {
    /// For a PNG, JPEG, GIF or WebP: within a square of so many pixels (16 to 1024), as JPEG or PNG. 404 for
    /// other files, and for pictures that are broken or too large.
    thumbnail: Option<u32>,
}

/// The file: PNG, JPEG, GIF, WebP, PDF and plain text to be shown in place, everything else as a
/// download. Ranges are honoured. `thumbnail` makes a picture small.
#[utoipa::path(get, path = "/api/File/{accessToken}", tag = "Attachments", security(()), params(("accessToken" = String, Path), FileQuery,
        ("Range" = Option<String>, Header, description = "One range of bytes, as `bytes=0-99`; without it, or with several, the whole file")),
    responses((status = 200, body = Vec<u8>, content_type = "*/*"), (status = 206, body = Vec<u8>, content_type = "*/*"), (status = 304),
        (status = 400, body = Problem), (status = 404, body = Problem), (status = 416, body = Problem)))]
async fn get_file(
    State(app): State<App>,
    Text(token): Text,
    Query(query): Query<FileQuery>,
    method: Method,
    request: HeaderMap,
) -> Result<Response> {
    let file = find(&app, &token).await?;
    if let Some(edge) = query.thumbnail {
        return small(&app, &file, edge, &request).await;
    }
    let tag = format!("\"{}\"", &file.sha256[..32]);
    let headers = headers(&file, &tag)?;
    if text(&request, header::IF_NONE_MATCH).is_some_and(|it| names_tag(it, &tag)) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let size = file.file_size_bytes.unsigned_abs();
    let asked = text(&request, header::RANGE)
        .filter(|_| method == Method::GET)
        .filter(|_| text(&request, header::IF_RANGE).is_none_or(|it| it == tag));
    let part = match asked.map(|it| parse_range(it, size)) {
        Some(Asked::Part(part)) => Some(part),
        Some(Asked::Outside) => return Err(Error::RangeNotSatisfiable(size)),
        Some(Asked::Whole) | None => None,
    };
    let range = part.clone().unwrap_or(0..size);
    let length = range.end - range.start;
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        Body::from_stream(app.files.read(&file.object_key, range.clone()).await?)
    };
    let mut response = (headers, body).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    if part.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let value = value(&format!("bytes {}-{}/{size}", range.start, range.end - 1))?;
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

/// Decoding takes memory: a few at a time.
static DECODING: Semaphore = Semaphore::const_new(2);

async fn small(app: &App, file: &Attachment, edge: u32, request: &HeaderMap) -> Result<Response> {
    if !(thumbnail::SMALLEST..=thumbnail::LARGEST).contains(&edge) {
        let why = format!("must be pixels, from {} to {}", thumbnail::SMALLEST, thumbnail::LARGEST);
        return Err(Error::invalid("thumbnail", why));
    }
    let size = file.file_size_bytes.unsigned_abs();
    if !thumbnail::is_possible(&file.content_type, size) {
        return Err(Error::Missing("There are thumbnails of PNG, JPEG, GIF and WebP files only.".into()));
    }
    let tag = format!("\"{}-{edge}\"", &file.sha256[..32]);
    let mut headers = HeaderMap::new();
    headers.extend(self::headers(file, &tag)?.map(|(name, value)| (Some(name), value)));
    headers.remove(header::ACCEPT_RANGES);
    headers.remove(header::CONTENT_DISPOSITION);
    if text(request, header::IF_NONE_MATCH).is_some_and(|it| names_tag(it, &tag)) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let _permit = DECODING.acquire().await.map_err(|it| Error::internal(it.to_string()))?;
    let mut stream = app.files.read(&file.object_key, 0..size).await?;
    let (mut content, kind) = (Vec::new(), file.content_type.clone());
    while let Some(chunk) = stream.try_next().await? {
        content.extend_from_slice(&chunk);
    }
    let made = tokio::task::spawn_blocking(move || thumbnail::make(content, &kind, edge)).await??;
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(made.content_type));
    Ok((headers, made.bytes).into_response())
}

async fn find(app: &App, token: &str) -> Result<Attachment> {
    let id = MasterKey::id_of_token(token).ok_or(Error::NotFound)?;
    let file = store::by_token_id(&mut *app.store.read().await?, AttachmentId(id)).await?;
    let whole = access_token(&app.key, &file);
    if crypto::same(whole.as_bytes(), token.as_bytes()) { Ok(file) } else { Err(Error::NotFound) }
}

fn headers(file: &Attachment, tag: &str) -> Result<[(HeaderName, HeaderValue); 7]> {
    let disposition = names::disposition(sniff::is_inline(&file.content_type), &file.file_name);
    let fixed = HeaderValue::from_static;
    Ok([
        (header::CONTENT_TYPE, value(sniff::header(&file.content_type))?),
        (header::CONTENT_DISPOSITION, value(&disposition)?),
        (header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (header::CONTENT_SECURITY_POLICY, fixed("default-src 'none'; sandbox")),
        // A browser may keep it, and asks each time whether it is still there.
        (header::CACHE_CONTROL, fixed("private, no-cache")),
        (header::ACCEPT_RANGES, fixed("bytes")),
        (header::ETAG, value(tag)?),
    ])
}

fn value(text: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(text).map_err(|it| Error::internal(it.to_string()))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|it| it.to_str().ok())
}

fn names_tag(list: &str, tag: &str) -> bool {
    list.split(',').map(str::trim).any(|it| it == "*" || it.trim_start_matches("W/") == tag)
}

#[derive(Debug, PartialEq)]
enum Asked {
    /// No range, several, or one that makes no sense.
    Whole,
    Part(Range<u64>),
    Outside,
}

/// One range of bytes (RFC 9110, section 14). Several are answered with the whole, as it allows.
fn parse_range(text: &str, size: u64) -> Asked {
    let parse =
        |it: &str| it.bytes().all(|it| it.is_ascii_digit()).then(|| it.parse::<u64>().unwrap_or(u64::MAX));
    let Some((unit, range)) = text.split_once('=') else { return Asked::Whole };
    let Some((first, last)) = range.trim().split_once('-') else { return Asked::Whole };
    let (first, last) = (first.trim(), last.trim());
    if !unit.trim().eq_ignore_ascii_case("bytes") || range.contains(',') {
        return Asked::Whole;
    }
    let (Some(from), Some(to)) = (parse(first), parse(last)) else { return Asked::Whole };
    let part = match (first.is_empty(), last.is_empty()) {
        (true, true) => return Asked::Whole,
        (true, false) if to == 0 => return Asked::Outside,
        (true, false) => size.saturating_sub(to)..size,
        (false, true) => from..size,
        (false, false) if to < from => return Asked::Whole,
        (false, false) => from..to.saturating_add(1).min(size),
    };
    if part.is_empty() { Asked::Outside } else { Asked::Part(part) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_says() {
        for (text, expected) in [
            ("bytes=0-3", Asked::Part(0..4)),
            ("bytes=4-", Asked::Part(4..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-30", Asked::Part(0..10)),
            ("bytes=8-99999999999999999999999", Asked::Part(8..10)),
            ("bytes=10-", Asked::Outside),
            ("bytes=-0", Asked::Outside),
            ("bytes=5-2", Asked::Whole),
            ("bytes=0-1,3-4", Asked::Whole),
            ("items=0-1", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("bytes=-", Asked::Whole),
        ] {
            assert_eq!(parse_range(text, 10), expected, "{text}");
        }
        assert_eq!(parse_range("bytes=0-", 0), Asked::Outside);
    }
}
