//! Activating and deactivating reps, and their passwords.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::RepOut;
use crate::api::change::Change;
use crate::api::extract::Id;
use crate::api::problem::Problem;
use crate::api::reply::Reply;
use crate::app::App;
use crate::domain::reps::{self as domain, passwords};
use crate::error::{Error, Result};
use crate::model::CustomerRepId;
use crate::store::reps::profiles as store;
use crate::store::sessions;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(activate_rep, post_activate_rep))
        .routes(routes!(deactivate_rep, post_deactivate_rep))
        .routes(routes!(change_password))
}

/// Lets a rep sign in again.
#[utoipa::path(put, path = "/api/CustomerReps/{id}/activate", tag = "CustomerReps", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem)))]
async fn activate_rep(State(app): State<App>, Id(id): Id, change: Change) -> Result<Response> {
    set_active(app, id, change, true).await
}

/// The same by POST.
#[utoipa::path(post, path = "/api/CustomerReps/{id}/activate", tag = "CustomerReps", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn post_activate_rep(State(app): State<App>, Id(id): Id, change: Change) -> Result<Response> {
    set_active(app, id, change, true).await
}

/// Ends a rep's access at once, tokens included. 409 for the caller and for the last active Administrator.
#[utoipa::path(put, path = "/api/CustomerReps/{id}/deactivate", tag = "CustomerReps", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn deactivate_rep(State(app): State<App>, Id(id): Id, change: Change) -> Result<Response> {
    set_active(app, id, change, false).await
}

/// The same by POST.
#[utoipa::path(post, path = "/api/CustomerReps/{id}/deactivate", tag = "CustomerReps", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn post_deactivate_rep(State(app): State<App>, Id(id): Id, change: Change) -> Result<Response> {
    set_active(app, id, change, false).await
}

async fn set_active(app: App, id: i64, change: Change, active: bool) -> Result<Response> {
    let Change { caller, guard, .. } = change;
    caller.may_manage_users()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, CustomerRepId(id)).await?;
                guard.check(&RepOut::from(before.clone()))?;
                domain::set_active(tx, caller.customer, caller.actor(), &before, active).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordIn {
    /// Where it is given, the one in the path.
    #[serde(rename = "customerRepID")]
    customer_rep_id: Option<i64>,
    /// 8 to 256 characters.
    #[schema(example = "correct horse battery staple")]
    new_password: Option<String>,
}

/// Sets a password: a rep their own, an Administrator anybody's. Ends the rep's tokens and sign-ins at once, but
/// the one that the request came by.
#[utoipa::path(put, path = "/api/CustomerReps/{id}/change-password", tag = "CustomerReps", params(("id" = i64, Path)), request_body = PasswordIn,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 429, body = Problem)))]
async fn change_password(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<PasswordIn>,
) -> Result<Response> {
    let rep = CustomerRepId(id);
    caller.may_manage_user(rep)?;
    store::get(&mut *app.store.read().await?, caller.customer, rep).await?;
    if input.customer_rep_id.is_some_and(|it| it != id) {
        return Err(Error::invalid("customerRepID", "must be the one in the path"));
    }
    let password = input.new_password.ok_or_else(|| Error::invalid("newPassword", "is required"))?;
    let hash = passwords::hash_password_of(&app, "newPassword", &password).await?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, rep).await?;
                guard.check(&RepOut::from(before))?;
                passwords::set(tx, caller.customer, caller.actor(), rep, &hash).await?;
                if let Some(session) = caller.session.filter(|_| rep == caller.rep) {
                    sessions::keep(tx, caller.customer, session).await?;
                }
                Ok(Reply::no_content())
            })
        })
        .await
}
