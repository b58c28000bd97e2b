//! Serves the embedded dashboard under `/app/`. What is no file is a page of the dashboard: it knows its
//! own addresses.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::app::App;
use crate::crypto;
use crate::error::{Error, Result};

#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Dist;

const INDEX: &str = "index.html";
/// The build puts a digest into the names of the files here: they never change.
const HASHED: &str = "assets/";
/// Nothing from elsewhere, nothing inline, in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// The pages that the HTML of a message is shown in, inside a sandboxed frame of the dashboard: no scripts at
/// all. In the second one the reader has asked for images of other servers.
const FRAMES: [(&str, &str); 2] = [
    (
        "message.html",
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; base-uri 'none'; \
            form-action 'none'; frame-ancestors 'self'",
    ),
    (
        "message-images.html",
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data: https: http:; \
            base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    ),
];

pub fn routes() -> Router<App> {
    Router::new()
        .route("/app", get(async || Redirect::temporary("/app/")))
        .route("/app/", get(async |request: HeaderMap| serve(INDEX, &request)))
        .route(
            "/app/{*path}",
            get(async |Path(path): Path<String>, request: HeaderMap| serve(&path, &request)),
        )
}

fn serve(path: &str, request: &HeaderMap) -> Result<Response> {
    let is_file = path.rsplit('/').next().is_some_and(|it| it.contains('.'));
    let (path, file) = match Dist::get(path) {
        Some(file) => (path, file),
        None if is_file => return Err(Error::NotFound),
        None => (INDEX, Dist::get(INDEX).ok_or(Error::NotFound)?),
    };
    Ok(answer(path, file, request))
}

/// The file as the build compressed it, where the browser takes that. Smaller first.
fn compressed(path: &str, request: &HeaderMap) -> Option<(&'static str, EmbeddedFile)> {
    let accepted = request.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
    let takes =
        |name: &str| accepted.split(',').any(|it| it.split(';').next().is_some_and(|it| it.trim() == name));
    let coded = |name, ending| Some((name, Dist::get(&format!("{path}.{ending}"))?));
    takes("br")
        .then(|| coded("br", "br"))
        .flatten()
        .or_else(|| takes("gzip").then(|| coded("gzip", "gz")).flatten())
}

fn answer(path: &str, file: EmbeddedFile, request: &HeaderMap) -> Response {
    let (encoding, file) = match compressed(path, request) {
        Some((encoding, file)) => (Some(encoding), file),
        None => (None, file),
    };
    let tag = format!("\"{}\"", crypto::hex(&file.metadata.sha256_hash()[..12]));
    let known = request.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    let known = known.is_some_and(|it| it.split(',').any(|it| it.trim().trim_start_matches("W/") == tag));
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)))], file.data).into_response()
    };
    let cached = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let policy = policy(path);
    let headers = response.headers_mut();
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    for (name, value) in [
        (header::VARY, "accept-encoding"),
        (header::CACHE_CONTROL, cached),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(tag) = tag.parse() {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn policy(path: &str) -> &'static str {
    FRAMES.iter().find(|it| it.0 == path).map_or(POLICY, |it| it.1)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_frames_of_messages_may_be_framed_and_nothing_runs_in_them() {
        assert!(policy("index.html").contains("frame-ancestors 'none'"));
        assert!(policy("assets/message.html").contains("frame-ancestors 'none'"));
        for (name, remote) in [("message.html", false), ("message-images.html", true)] {
            let policy = policy(name);
            assert!(policy.contains("frame-ancestors 'self'") && !policy.contains("script-src"), "{policy}");
            assert_eq!(policy.contains("https:"), remote, "{policy}");
        }
    }
}
