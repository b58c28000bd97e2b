//! `/api/Auth/session`: signing in with a cookie, for browsers.

use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::PublicBody;
use super::change::Change;
use super::cookies;
use super::extract::{Id, Query};
use super::problem::Problem;
use super::reply::{Reply, json};
use super::reps::RepOut;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::sessions as domain;
use crate::error::{Error, Result};
use crate::model::{CustomerId, CustomerRepId, SessionId, Timestamp};
use crate::store::sessions::{self as store, Session};
use crate::store::{customers, reps::profiles};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_session, create_session, delete_session))
        .routes(routes!(list_sessions))
        .routes(routes!(end_session))
        .routes(routes!(sign_out_rep))
}

#[derive(Deserialize, ToSchema)]
pub struct SignInIn {
    #[schema(example = "anna")]
    username: String,
    #[schema(example = "correct horse battery staple")]
    password: String,
    /// Selects the tenant where several have the username.
    hostname: Option<String>,
    /// Keeps the sign-in for 30 days after its last use; else it ends with the browser's window, after 12
    /// hours at the latest.
    remember: Option<bool>,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionOut {
    #[serde(rename = "customerID")]
    customer_id: CustomerId,
    customer_name: String,
    customer_rep: RepOut,
    /// With a cookie: what requests that change something send as `X-CSRF-Token`.
    csrf_token: Option<String>,
    /// With a cookie.
    is_remembered: Option<bool>,
    /// With a cookie: when it ends, unless it is used before that.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires: Option<Timestamp>,
}

async fn session_out(
    app: &App,
    customer: CustomerId,
    rep: CustomerRepId,
    cookie: Option<(&str, &Session)>,
) -> Result<SessionOut> {
    let mut conn = app.store.read().await?;
    let tenant = customers::get(&mut conn, customer).await?;
    let rep = profiles::get(&mut conn, customer, rep).await?;
    Ok(SessionOut {
        customer_id: customer,
        customer_name: tenant.name,
        customer_rep: rep.into(),
        csrf_token: cookie.map(|it| domain::csrf_token(app, it.0)),
        is_remembered: cookie.map(|it| it.1.is_remembered),
        expires: cookie.map(|it| it.1.expires_at),
    })
}

fn unstored(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// Signs a rep in by a cookie (`HttpOnly`, `SameSite=Strict`, `Secure` over https). The cookie opens every
/// route that a token opens. A request that changes something needs the answer's `csrfToken` as
/// `X-CSRF-Token` besides, and an `Origin`, where the browser sends one, has to be this server's.
#[utoipa::path(post, path = "/api/Auth/session", tag = "Auth", security(()), request_body = SignInIn,
    responses((status = 200, body = SessionOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 429, body = Problem)))]
async fn create_session(State(app): State<App>, request: Request) -> Result<Response> {
    let headers = request.headers().clone();
    cookies::check_origin(&app, &headers)?;
    let PublicBody(input) = PublicBody::<SignInIn>::from_request(request, &app).await?;
    let agent = headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok());
    let is_remembered = input.remember.unwrap_or(false);
    let hostname = input.hostname.as_deref();
    let signed_in =
        domain::sign_in(&app, &input.username, &input.password, hostname, is_remembered, agent).await?;
    let session = signed_in.session;
    let until = is_remembered.then_some(session.expires_at);
    let cookie = cookies::set(&app, &headers, &signed_in.token, until)?;
    let of = (session.customer_id, session.customer_rep_id);
    let out = session_out(&app, of.0, of.1, Some((&signed_in.token, &session))).await?;
    Ok(unstored(json(&out)?, Some(cookie)))
}

/// Who the credentials belong to, a cookie's or any other. Renews a cookie's sign-in; clients that run for
/// long call it now and then.
#[utoipa::path(get, path = "/api/Auth/session", tag = "Auth",
    responses((status = 200, body = SessionOut), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn get_session(State(app): State<App>, request: Request) -> Result<Response> {
    let (mut parts, _) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, &app).await?;
    caller.may_read()?;
    let token = caller.session.and_then(|_| cookies::token(&parts.headers));
    let Some(token) = token else {
        let out = session_out(&app, caller.customer, caller.rep, None).await?;
        return Ok(unstored(json(&out)?, None));
    };
    let mut session = domain::find(&app, token).await?.session;
    let mut cookie = None;
    if let Some(until) = domain::renew(&app, &session).await? {
        session.expires_at = until;
        let until = session.is_remembered.then_some(until);
        cookie = Some(cookies::set(&app, &parts.headers, token, until)?);
    }
    let out = session_out(&app, caller.customer, caller.rep, Some((token, &session))).await?;
    Ok(unstored(json(&out)?, cookie))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct SignOutQuery {
    /// `true`: ends every sign-in and token of the rep.
    everywhere: Option<bool>,
}

/// Signs out: ends the sign-in of the cookie, or with `everywhere=true` every sign-in and every token that
/// the rep has. API keys stay. 409 where neither is asked for and there is no cookie.
#[utoipa::path(delete, path = "/api/Auth/session", tag = "Auth", params(SignOutQuery),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn delete_session(
    State(app): State<App>,
    headers: HeaderMap,
    Query(query): Query<SignOutQuery>,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    let everywhere = query.everywhere.unwrap_or(false);
    if everywhere {
        caller.may_manage_user(caller.rep)?;
    }
    let response = guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let (customer, rep) = (caller.customer, caller.rep);
                match caller.session {
                    _ if everywhere => {
                        domain::sign_out_everywhere(tx, customer, caller.actor(), rep).await?;
                    }
                    Some(session) => domain::sign_out(tx, customer, rep, session).await?,
                    None => {
                        let why =
                            "These credentials are no cookie: a token ends by itself, or everywhere=true.";
                        return Err(Error::Conflict(why.into()));
                    }
                }
                Ok(Reply::no_content())
            })
        })
        .await?;
    Ok(unstored(response, Some(cookies::clear(&app, &headers)?)))
}

/// A sign-in of a browser.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedSessionOut {
    #[serde(rename = "sessionID")]
    session_id: SessionId,
    /// Whether it is the one that asks.
    is_current: bool,
    is_remembered: bool,
    /// What the browser calls itself.
    user_agent: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created: Timestamp,
    /// When it was last renewed.
    #[schema(value_type = String, format = DateTime)]
    last_used: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires: Timestamp,
}

/// Where the caller is signed in by a cookie, the newest first.
#[utoipa::path(get, path = "/api/Auth/sessions", tag = "Auth",
    responses((status = 200, body = Vec<ListedSessionOut>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_sessions(State(app): State<App>, caller: Caller) -> Result<Response> {
    caller.may_manage_user(caller.rep)?;
    let mut conn = app.store.read().await?;
    let found = store::of_rep(&mut conn, caller.customer, caller.rep, app.clock.now()).await?;
    let out = |it: Session| ListedSessionOut {
        session_id: it.session_id,
        is_current: caller.session == Some(it.session_id),
        is_remembered: it.is_remembered,
        user_agent: it.user_agent,
        created: it.created_at,
        last_used: it.renewed_at,
        expires: it.expires_at,
    };
    json(&found.into_iter().map(out).collect::<Vec<_>>())
}

/// Ends one of the caller's sign-ins.
#[utoipa::path(delete, path = "/api/Auth/sessions/{id}", tag = "Auth", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn end_session(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_manage_user(caller.rep)?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                domain::sign_out(tx, caller.customer, caller.rep, SessionId(id)).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

/// Ends every sign-in and token of a rep: one's own, or anybody's as an Administrator.
#[utoipa::path(post, path = "/api/CustomerReps/{id}/sign-out", tag = "CustomerReps", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn sign_out_rep(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    let rep = CustomerRepId(id);
    caller.may_manage_user(rep)?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                profiles::get(tx, caller.customer, rep).await?;
                domain::sign_out_everywhere(tx, caller.customer, caller.actor(), rep).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
