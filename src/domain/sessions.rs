//! Sign-ins of browsers: a random cookie that is good until it is signed out, expires, or its rep's
//! version changes (a new password, deactivation, signed out everywhere).
//!
//! A browser sends cookies by itself, whoever made the request. What changes something must therefore show
//! besides that it can read our answers: the CSRF token, derived from the cookie.

use std::time::Duration;

use crate::app::App;
use crate::crypto;
use crate::domain::caller::{Caller, Scopes};
use crate::domain::credentials::refused;
use crate::domain::events::note;
use crate::domain::login;
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, CustomerRepId, Event, SessionId, Timestamp};
use crate::store::Tx;
use crate::store::reps::profiles;
use crate::store::sessions::{self as store, NewSession, Session, SignedIn};

/// A sign-in that ends with the browser's window ends on the server after a working day.
const LIFE: Duration = Duration::from_secs(12 * 3600);
/// A remembered one ends when it was not used for so long.
const REMEMBERED_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);
/// It is renewed when this part of its life is over: not on every use.
const RENEWED_AFTER: u32 = 24;
const LONGEST_AGENT: usize = 300;

/// A cookie's value, and the sign-in that it stands for.
pub struct Cookie {
    pub token: String,
    pub session: Session,
}

pub fn life(is_remembered: bool) -> Duration {
    if is_remembered { REMEMBERED_LIFE } else { LIFE }
}

fn expiry(is_remembered: bool, now: Timestamp) -> Timestamp {
    Timestamp(now.0 + life(is_remembered).as_micros() as i64)
}

/// Signs a rep in.
pub async fn sign_in(
    app: &App,
    username: &str,
    password: &str,
    hostname: Option<&str>,
    is_remembered: bool,
    user_agent: Option<&str>,
) -> Result<Cookie> {
    let rep = login::verify(app, username, password, hostname).await?;
    let token = app.random.token();
    let new = NewSession {
        hash: crypto::token_hash(&token),
        token_version: rep.token_version,
        is_remembered,
        user_agent: user_agent.map(|it| it.chars().take(LONGEST_AGENT).collect()),
        expires_at: expiry(is_remembered, app.clock.now()),
    };
    let hash = new.hash.clone();
    let (customer, rep) = (rep.customer_id, rep.customer_rep_id);
    let signed_in = app
        .store
        .write(move |tx| {
            Box::pin(async move {
                store::insert(tx, customer, rep, new).await?;
                let event = Event::new("customerRep.signedIn", "customerRep", rep.0);
                note(tx, customer, Actor::Rep(rep), &[event]).await?;
                let now = tx.now;
                store::by_hash(tx, &hash, now).await
            })
        })
        .await?;
    // The rep may have been deactivated meanwhile.
    Ok(Cookie { token, session: signed_in.ok_or_else(refused)?.session })
}

/// The sign-in behind a cookie.
pub async fn find(app: &App, token: &str) -> Result<SignedIn> {
    let mut conn = app.store.read().await?;
    store::by_hash(&mut conn, &crypto::token_hash(token), app.clock.now()).await?.ok_or_else(refused)
}

pub async fn authenticate(app: &App, token: &str) -> Result<Caller> {
    let SignedIn { rep, session } = find(app, token).await?;
    Ok(Caller {
        customer: rep.customer_id,
        rep: rep.customer_rep_id,
        role: rep.role,
        scopes: Scopes::ALL,
        identity: format!("rep:{}", rep.customer_rep_id),
        session: Some(session.session_id),
    })
}

/// What a request that changes something sends along with the cookie.
pub fn csrf_token(app: &App, token: &str) -> String {
    crypto::base64url(&app.key.mac("csrf", token.as_bytes()))
}

/// Puts off the end of a sign-in that is in use. None where it is too early for that.
pub async fn renew(app: &App, session: &Session) -> Result<Option<Timestamp>> {
    let now = app.clock.now();
    let used = Duration::from_micros(now.0.saturating_sub(session.renewed_at.0).unsigned_abs());
    if used < life(session.is_remembered) / RENEWED_AFTER {
        return Ok(None);
    }
    let (customer, id, expires_at) =
        (session.customer_id, session.session_id, expiry(session.is_remembered, now));
    app.store
        .write(move |tx| Box::pin(async move { store::renew(tx, customer, id, expires_at).await }))
        .await?;
    Ok(Some(expires_at))
}

/// Ends one sign-in of a rep.
pub async fn sign_out(
    tx: &mut Tx,
    customer: CustomerId,
    rep: CustomerRepId,
    session: SessionId,
) -> Result<()> {
    if store::delete(tx, customer, rep, session).await? == 0 {
        return Err(Error::NotFound);
    }
    let event = Event::new("customerRep.signedOut", "customerRep", rep.0);
    note(tx, customer, Actor::Rep(rep), &[event]).await
}

/// Ends every sign-in and every token of a rep. API keys stay: they are listed and revoked by themselves.
pub async fn sign_out_everywhere(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    rep: CustomerRepId,
) -> Result<()> {
    profiles::end_tokens(tx, customer, rep).await?;
    store::delete_of_rep(tx, customer, rep).await?;
    note(tx, customer, actor, &[Event::new("customerRep.signedOutEverywhere", "customerRep", rep.0)]).await
}
