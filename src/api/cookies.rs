//! The cookie of a signed-in browser: how it is read, written, and kept from being used by other sites.
//!
//! What changes something needs `X-CSRF-Token` besides the cookie, and where the browser names an `Origin`,
//! it has to be one of ours.

use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};

use crate::app::App;
use crate::crypto;
use crate::domain::caller::Caller;
use crate::domain::credentials::refused;
use crate::domain::sessions;
use crate::error::{Error, Result};
use crate::model::Timestamp;

/// The name of the cookie.
pub const NAME: &str = "answerpal_session";
/// Over https; the prefix keeps other hosts of the domain from setting it.
const SECURE_NAME: &str = "__Host-answerpal_session";
const CSRF_HEADER: &str = "x-csrf-token";

/// The value of our cookie, where the browser sent one.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    let of = |name: &str| {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
        let mut pairs = cookies.flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('='));
        pairs.find(|(it, _)| *it == name).map(|it| it.1).filter(|it| !it.is_empty())
    };
    of(SECURE_NAME).or_else(|| of(NAME))
}

/// Who sent the cookie of this request.
pub async fn caller(app: &App, method: &Method, headers: &HeaderMap) -> Result<Caller> {
    let token = token(headers).ok_or_else(refused)?;
    let caller = sessions::authenticate(app, token).await?;
    if !is_safe(method) {
        check_origin(app, headers)?;
        check_csrf_token(app, token, headers)?;
    }
    Ok(caller)
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn check_csrf_token(app: &App, token: &str, headers: &HeaderMap) -> Result<()> {
    let given = headers.get(CSRF_HEADER).map(HeaderValue::as_bytes);
    let expected = sessions::csrf_token(app, token);
    if given.is_some_and(|it| crypto::same(it, expected.as_bytes())) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "With a cookie, a request that changes something needs X-CSRF-Token: the csrfToken of GET /api/Auth/session.".into(),
    ))
}

/// 403 where the request comes from a page of another site.
pub fn check_origin(app: &App, headers: &HeaderMap) -> Result<()> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or_default().to_ascii_lowercase();
    let authority = origin.split_once("://").map(|it| it.1);
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).map(str::to_ascii_lowercase);
    let is_named = |it: &str| it.trim().trim_end_matches('/').eq_ignore_ascii_case(&origin);
    let ours = authority.is_some() && authority == host.as_deref()
        || authority.is_some() && authority == public_authority(app).as_deref()
        || app.config.cors_origins.split(',').any(is_named);
    if ours {
        return Ok(());
    }
    Err(Error::Forbidden(
        "This request comes from a page of another site. Behind a proxy that changes Host, set ANSWERPAL_PUBLIC_URL.".into(),
    ))
}

fn public_authority(app: &App) -> Option<String> {
    let url: Uri = app.config.public_url.as_deref()?.parse().ok()?;
    url.authority().map(|it| it.as_str().to_ascii_lowercase())
}

/// Whether the browser came by https: a proxy says so, or the host is that of an https public address.
fn is_secure(app: &App, headers: &HeaderMap) -> bool {
    if let Some(proto) = headers.get("x-forwarded-proto").and_then(|it| it.to_str().ok()) {
        return proto.split(',').next().is_some_and(|it| it.trim().eq_ignore_ascii_case("https"));
    }
    let is_https = app.config.public_url.as_deref().is_some_and(|it| it.starts_with("https://"));
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).map(str::to_ascii_lowercase);
    is_https && host.is_some() && host == public_authority(app)
}

/// The cookie of a sign-in; without `until` it ends with the browser's window.
pub fn set(app: &App, headers: &HeaderMap, token: &str, until: Option<Timestamp>) -> Result<HeaderValue> {
    let secure = is_secure(app, headers);
    let age = until.map(|it| (it.0 - app.clock.now().0) / 1_000_000);
    write(token, secure, age)
}

/// Takes the cookie away.
pub fn clear(app: &App, headers: &HeaderMap) -> Result<HeaderValue> {
    write("", is_secure(app, headers), Some(0))
}

fn write(value: &str, secure: bool, max_age: Option<i64>) -> Result<HeaderValue> {
    let name = if secure { SECURE_NAME } else { NAME };
    let mut cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict");
    if secure {
        cookie.push_str("; Secure");
    }
    if let Some(seconds) = max_age {
        cookie.push_str(&format!("; Max-Age={}", seconds.max(0)));
    }
    HeaderValue::from_str(&cookie).map_err(|_| Error::internal("a token does not fit a cookie"))
}
