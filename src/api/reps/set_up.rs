//! The very first rep: makes the tenant and its Administrator.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response};

use super::{NewRepIn, created};
use crate::api::extract::{check_json, drain, read_body};
use crate::app::App;
use crate::crypto;
use crate::domain::customers;
use crate::error::{Error, Result};
use crate::store::reps::profiles as store;

/// What a proxy adds: the request came from elsewhere.
const FORWARDED: [&str; 6] =
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/// Only where there is no tenant yet; of two at once one gets a 401.
pub(super) async fn set_up(app: &App, request: Request) -> Result<Response> {
    let (parts, body) = request.into_parts();
    if !(has_code(app, &parts.headers) || is_local(&parts)) {
        drain(body).await;
        return Err(Error::Unauthorized(
            "This installation is empty: call from the machine itself, or send the set-up code that was printed at start as X-Setup-Code.".into(),
        ));
    }
    let bytes = read_body(body, app.config.max_json_bytes).await?;
    check_json(&parts.headers, &bytes)?;
    let mut input: NewRepIn = answerpal_wire::from_json(&bytes)?;
    let (name, hostname) = (input.customer_name.take(), input.hostname.take());
    let administrator = input.into_new_rep(app).await?;
    let reply = app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let (customer, rep) = customers::set_up(tx, name.as_deref(), hostname, administrator).await?;
                created(store::get(tx, customer, rep).await?)
            })
        })
        .await?;
    Ok(reply.into_response())
}

fn has_code(app: &App, headers: &HeaderMap) -> bool {
    let given = headers.get("x-setup-code").map(|it| it.as_bytes());
    given.is_some_and(|it| crypto::same(it, app.setup_code.as_bytes()))
}

/// From loopback, through no proxy and from no page of another site.
pub fn is_local(parts: &Parts) -> bool {
    let headers = &parts.headers;
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|it| it.0);
    let origin = headers.get(header::ORIGIN).map(|it| it.to_str().unwrap_or_default());
    peer.is_some_and(|it| it.ip().to_canonical().is_loopback())
        && !FORWARDED.iter().any(|it| headers.contains_key(*it))
        && origin.is_none_or(is_local_origin)
}

fn is_local_origin(origin: &str) -> bool {
    let host = origin.parse::<Uri>().ok().and_then(|it| it.host().map(str::to_owned));
    host.is_some_and(|it| matches!(it.as_str(), "localhost" | "127.0.0.1" | "[::1]"))
}
