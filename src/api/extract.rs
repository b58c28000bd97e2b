//! What handlers take: the caller, lenient queries, ids of a path, JSON bodies.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::cookies;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::claim::Claim;
use crate::domain::credentials;
use crate::domain::texts;
use crate::error::{Error, Result};

/// Bodies over their limit are drained to here, so that the client reads the answer.
const DRAINED: usize = 8 * 1024 * 1024;

impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        caller_of(app, &parts.method, &parts.headers).await
    }
}

/// Who asks, perhaps still to be confirmed.
impl FromRequestParts<App> for Claim {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let authorization = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        match credentials::claim(app, authorization) {
            Some(claim) => Ok(claim),
            None => Caller::from_request_parts(parts, app).await.map(Claim::confirmed),
        }
    }
}

/// Who sent a request with this method and these headers: an `Authorization` counts before a cookie.
pub async fn caller_of(app: &App, method: &Method, headers: &HeaderMap) -> Result<Caller> {
    match headers.get(header::AUTHORIZATION) {
        Some(it) => credentials::authenticate(app, it.to_str().ok()).await,
        None => cookies::caller(app, method, headers).await,
    }
}

/// The query, read as the contract says (names in any case, repeated names, empty means not given).
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        Ok(Self(answerpal_wire::from_query(parts.uri.query().unwrap_or_default())?))
    }
}

/// The one id of a path. A positive whole number, else there is nothing here.
pub struct Id(pub i64);

impl FromRequestParts<App> for Id {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let Path(text) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        parse_id(&text).map(Self)
    }
}

/// The two ids of a path.
pub struct Ids(pub i64, pub i64);

impl FromRequestParts<App> for Ids {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let Path((first, second)) =
            Path::<(String, String)>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        Ok(Self(parse_id(&first)?, parse_id(&second)?))
    }
}

/// The one text (token, address) of a path.
pub struct Text(pub String);

impl FromRequestParts<App> for Text {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let Path(text) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        if text.contains('\0') { Err(Error::NotFound) } else { Ok(Self(text)) }
    }
}

/// An id in a path: a positive whole number.
pub fn parse_id(text: &str) -> Result<i64> {
    if !text.bytes().all(|it| it.is_ascii_digit()) {
        return Err(Error::NotFound);
    }
    text.parse().ok().filter(|it| *it > 0).ok_or(Error::NotFound)
}

/// The languages that a browser asks for, the dearest first.
pub fn accepted_languages(headers: &HeaderMap) -> Vec<&str> {
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
    header.map(texts::accepted).unwrap_or_default()
}

/// Reads a body of at most `limit` bytes.
pub async fn read_body(body: Body, limit: usize) -> Result<Bytes> {
    let mut body = body;
    match Limited::new(&mut body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            drain(body).await;
            Err(Error::TooLarge(format!("The body may have at most {limit} bytes.")))
        }
        Err(error) => Err(Error::invalid("body", format!("could not be read: {error}"))),
    }
}

/// Reads on to 8 MB and throws away.
pub async fn drain(mut body: Body) {
    let mut left = DRAINED;
    while let Some(Ok(frame)) = body.frame().await {
        let size = frame.data_ref().map_or(0, Bytes::len);
        if size > left {
            break;
        }
        left -= size;
    }
}

/// Whether a body of this content type is JSON; an empty body of any type is `{}`.
pub fn check_json(headers: &HeaderMap, body: &[u8]) -> Result<()> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    }
    check_coding(headers)?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/json"
        || kind == "text/json"
        || (kind.starts_with("application/") && kind.ends_with("+json"))
    {
        return Ok(());
    }
    Err(Error::UnsupportedMediaType("The body must be application/json.".into()))
}

/// 415 for a body that is compressed.
pub fn check_coding(headers: &HeaderMap) -> Result<()> {
    match headers.get(header::CONTENT_ENCODING) {
        Some(coding) if !coding.as_bytes().eq_ignore_ascii_case(b"identity") => {
            Err(Error::UnsupportedMediaType("The body must not be compressed.".into()))
        }
        _ => Ok(()),
    }
}
