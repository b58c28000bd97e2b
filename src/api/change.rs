//! A request that changes something: who asks, what they send, and the guards of the write
//! (`Idempotency-Key`, `If-Match`). The answer that a key keeps commits with the write itself.

use std::collections::HashSet;
use std::sync::Mutex;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::extract::{check_json, read_body};
use super::reply::{Reply, etag};
use crate::app::App;
use crate::crypto;
use crate::domain::caller::Caller;
use crate::domain::claim::Claim;
use crate::error::{Error, Result};
use crate::model::{CustomerId, Timestamp};
use crate::store::{BoxFuture, Tx, idempotency};

/// Answers are replayed for a day.
const KEPT_MICROS: i64 = 24 * 3600 * 1_000_000;
const LONGEST_KEY: usize = 255;

/// For a request whose body says nothing.
#[derive(Deserialize, Default)]
pub struct Nothing {}

/// An authenticated request with a JSON body.
pub struct Change<T = Nothing> {
    pub caller: Caller,
    pub input: T,
    pub guard: Guard,
}

impl<T: DeserializeOwned> FromRequest<App> for Change<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (mut parts, body) = request.into_parts();
        match Caller::from_request_parts(&mut parts, app).await {
            Ok(caller) => {
                let (input, guard) = guarded(&parts, body, app, &caller.identity).await?;
                Ok(Self { caller, input, guard })
            }
            Err(error) => {
                super::extract::drain(body).await;
                Err(error)
            }
        }
    }
}

/// What a body says, and the guard of its write.
async fn guarded<T: DeserializeOwned>(
    parts: &Parts,
    body: Body,
    app: &App,
    identity: &str,
) -> Result<(T, Guard)> {
    let bytes = read_body(body, app.config.max_json_bytes).await?;
    check_json(&parts.headers, &bytes)?;
    let mut guard = Guard::new(&parts.headers, &parts.method, parts.uri.path(), identity)?;
    guard.set_body(&bytes);
    Ok((answerpal_wire::from_json(&bytes)?, guard))
}

/// As [`Change`], of somebody whom the write itself confirms. An answer that a key keeps does not, so with
/// one they are confirmed already; and so they are where the body is none.
pub struct ClaimedChange<T = Nothing> {
    pub claim: Claim,
    pub input: T,
    pub guard: Guard,
}

impl<T: DeserializeOwned + Send> FromRequest<App> for ClaimedChange<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (mut parts, body) = request.into_parts();
        let claim = match Claim::from_request_parts(&mut parts, app).await {
            Ok(claim) => claim,
            Err(error) => {
                super::extract::drain(body).await;
                return Err(error);
            }
        };
        let read = guarded(&parts, body, app, &claim.caller().identity).await;
        let claim = match &read {
            Ok((_, guard)) if guard.key.is_none() => claim,
            _ => Claim::confirmed(claim.confirm(app).await?),
        };
        let (input, guard) = read?;
        Ok(Self { claim, input, guard })
    }
}

/// A request of somebody without credentials, with a JSON body.
pub struct PublicChange<T = Nothing> {
    pub input: T,
    pub headers: HeaderMap,
    method: Method,
    body: Bytes,
}

impl<T: DeserializeOwned> FromRequest<App> for PublicChange<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let body = read_body(body, app.config.max_json_bytes).await?;
        check_json(&parts.headers, &body)?;
        let input = answerpal_wire::from_json(&body)?;
        Ok(Self { input, headers: parts.headers, method: parts.method, body })
    }
}

impl<T> PublicChange<T> {
    /// The guard, once it is known whom the key belongs to. `route` has no tokens in it: it is stored.
    pub fn guard(&self, route: &str, identity: &str) -> Result<Guard> {
        let mut guard = Guard::new(&self.headers, &self.method, route, identity)?;
        guard.set_body(&self.body);
        Ok(guard)
    }
}

/// The preconditions of one write.
pub struct Guard {
    key: Option<String>,
    scope: String,
    body_hash: String,
    if_match: Option<String>,
}

/// Keys whose first request is under way in this process.
pub type KeysUnderWay = Mutex<HashSet<String>>;

struct UnderWay<'a>(&'a KeysUnderWay, String);

impl<'a> UnderWay<'a> {
    fn enter(keys: &'a KeysUnderWay, name: String) -> Option<Self> {
        let entered = keys.lock().is_ok_and(|mut it| it.insert(name.clone()));
        entered.then_some(Self(keys, name))
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Ok(mut keys) = self.0.lock() {
            keys.remove(&self.1);
        }
    }
}

impl Guard {
    /// `identity` scopes the key to its caller (a rep, a key, a channel's token).
    pub fn new(headers: &HeaderMap, method: &Method, path: &str, identity: &str) -> Result<Self> {
        let text =
            |name| headers.get(name).and_then(|it: &header::HeaderValue| it.to_str().ok()).map(str::to_owned);
        let key = text("idempotency-key").filter(|_| method == Method::POST);
        if key.as_ref().is_some_and(|it| it.is_empty() || it.len() > LONGEST_KEY) {
            return Err(Error::invalid("Idempotency-Key", "must have 1 to 255 characters"));
        }
        let if_match = text("if-match").filter(|_| method != Method::POST);
        Ok(Self { key, scope: format!("{identity} {method} {path}"), body_hash: String::new(), if_match })
    }

    /// What the key stands for: the same key with another body is a conflict.
    pub fn set_body(&mut self, bytes: &[u8]) {
        if self.key.is_some() {
            self.body_hash = crypto::hex(&Sha256::digest(bytes));
        }
    }

    /// Whether the current state has to be shown to [`Guard::check`].
    pub fn has_precondition(&self) -> bool {
        self.if_match.is_some()
    }

    /// 412 where `If-Match` names another state than the object's current answer.
    pub fn check(&self, current: &impl Serialize) -> Result<()> {
        let Some(given) = &self.if_match else { return Ok(()) };
        let tag = etag(&serde_json::to_vec(current)?);
        if given.split(',').any(|it| it.trim() == "*" || it.trim().trim_start_matches("W/") == tag) {
            return Ok(());
        }
        Err(Error::PreconditionFailed)
    }

    /// Runs the write in one transaction, or replays the answer that its key keeps.
    pub async fn write<F>(self, app: &App, customer: CustomerId, work: F) -> Result<Response>
    where
        F: for<'t> FnOnce(&'t mut Tx, &'t Guard) -> BoxFuture<'t, Result<Reply>> + Send + 'static,
    {
        Ok(self.reply(app, customer, work).await?.into_response())
    }

    /// As [`Guard::write`], where the answer is made of what the write gives: after it, so that others need
    /// not wait for that, unless a key keeps the answer.
    pub async fn write_then<T, F, A>(
        self,
        app: &App,
        customer: CustomerId,
        work: F,
        answer: A,
    ) -> Result<Response>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
        A: FnOnce(T) -> Result<Reply> + Send + 'static,
    {
        if self.key.is_none() {
            return Ok(answer(app.store.write(work).await?)?.into_response());
        }
        self.write(app, customer, move |tx, _| Box::pin(async move { answer(work(tx).await?) })).await
    }

    /// As [`Guard::write`], for an answer that is not quite what is kept of it.
    pub async fn reply<F>(self, app: &App, customer: CustomerId, work: F) -> Result<Reply>
    where
        F: for<'t> FnOnce(&'t mut Tx, &'t Guard) -> BoxFuture<'t, Result<Reply>> + Send + 'static,
    {
        let Some(key) = self.key.clone() else {
            return app.store.write(move |tx| Box::pin(async move { work(tx, &self).await })).await;
        };
        let name = format!("{customer} {} {key}", self.scope);
        let _under_way = UnderWay::enter(&app.keys_under_way, name).ok_or_else(under_way)?;
        app.store.write(move |tx| Box::pin(self.keyed(tx, customer, key, work))).await
    }

    async fn keyed<F>(self, tx: &mut Tx, customer: CustomerId, key: String, work: F) -> Result<Reply>
    where
        F: for<'t> FnOnce(&'t mut Tx, &'t Guard) -> BoxFuture<'t, Result<Reply>> + Send + 'static,
    {
        let expired = Timestamp(tx.now.0 - KEPT_MICROS);
        if !idempotency::claim(tx, customer, &self.scope, &key, &self.body_hash, expired).await? {
            let kept =
                idempotency::find(tx, customer, &self.scope, &key, expired).await?.ok_or_else(under_way)?;
            if kept.body_hash != self.body_hash {
                return Err(Error::Conflict("This Idempotency-Key was used with another body.".into()));
            }
            let status = u16::try_from(kept.status).ok().and_then(|it| StatusCode::from_u16(it).ok());
            return Ok(Reply {
                status: status.ok_or_else(under_way)?,
                location: kept.location,
                body: kept.body,
            });
        }
        let reply = work(tx, &self).await?;
        idempotency::keep(
            tx,
            customer,
            &self.scope,
            &key,
            reply.status.as_u16(),
            reply.location.as_deref(),
            reply.body.as_deref(),
        )
        .await?;
        Ok(reply)
    }
}

fn under_way() -> Error {
    Error::Conflict("The first request with this Idempotency-Key is still under way.".into())
}
