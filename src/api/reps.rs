//! `/api/CustomerReps`.

mod access;
pub(super) mod set_up;
mod signatures;

use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::{Id, Query};
use super::list::{Listing, REFERENCE_LIST};
use super::problem::Problem;
use super::reply::{Page, Reply, json, single};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::customers;
use crate::domain::reps::{self as domain, RepChange};
use crate::error::{Error, Result};
use crate::model::{CustomerRepId, NewRep, Role};
use crate::store::reps::profiles::{self as store, Rep};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_reps, create_rep))
        .routes(routes!(get_own_rep))
        .routes(routes!(list_assignable_reps))
        .routes(routes!(get_rep, update_rep, delete_rep))
        .merge(access::routes())
        .merge(signatures::routes())
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RepOut {
    #[serde(rename = "customerRepID")]
    customer_rep_id: CustomerRepId,
    #[schema(example = "anna")]
    username: String,
    #[schema(example = "Anna Berger")]
    name: String,
    email: Option<String>,
    phone_number: Option<String>,
    other_details: Option<String>,
    role: Role,
    /// Whether the rep may sign in and be given tickets.
    is_active: bool,
    /// Whether the rep takes escalations now.
    is_available: bool,
    #[serde(rename = "emailSignatureHTML")]
    signature_html: Option<String>,
    #[serde(rename = "emailSignatureText")]
    signature_text: Option<String>,
}

impl From<Rep> for RepOut {
    fn from(rep: Rep) -> Self {
        Self {
            customer_rep_id: rep.customer_rep_id,
            username: rep.username,
            name: rep.name,
            email: rep.email,
            phone_number: rep.phone_number,
            other_details: rep.other_details,
            role: rep.role,
            is_active: rep.is_active,
            is_available: rep.is_available,
            signature_html: rep.signature_html,
            signature_text: rep.signature_text,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewRepIn {
    /// Required; at most 200 characters, unique in any case.
    #[schema(example = "anna")]
    username: Option<String>,
    /// Required; 8 to 256 characters.
    #[schema(example = "correct horse battery staple")]
    password: Option<String>,
    /// The username where it is left out.
    name: Option<String>,
    email: Option<String>,
    phone_number: Option<String>,
    other_details: Option<String>,
    /// Agent where it is left out; the very first rep is an Administrator.
    role: Option<Role>,
    is_active: Option<bool>,
    is_available: Option<bool>,
    #[serde(rename = "emailSignatureHTML")]
    signature_html: Option<String>,
    #[serde(rename = "emailSignatureText")]
    signature_text: Option<String>,
    /// For the very first rep: the name of the tenant.
    customer_name: Option<String>,
    /// For the very first rep: the tenant's hostname.
    hostname: Option<String>,
}

impl NewRepIn {
    /// The rep to make, its password hashed.
    async fn into_new_rep(self, app: &App) -> Result<NewRep> {
        let username = self.username.ok_or_else(|| Error::invalid("username", "is required"))?;
        let password = self.password.ok_or_else(|| Error::invalid("password", "is required"))?;
        Ok(NewRep {
            username,
            name: self.name,
            email: self.email,
            phone_number: self.phone_number,
            other_details: self.other_details,
            role: self.role.unwrap_or(Role::Agent),
            is_active: self.is_active.unwrap_or(true),
            is_available: self.is_available.unwrap_or(true),
            signature_html: self.signature_html,
            signature_text: self.signature_text,
            password_hash: domain::hash_password(app, &password).await?,
        })
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RepIn {
    /// By Administrators only, as `role` and `isActive`.
    username: Option<String>,
    name: Option<String>,
    /// An empty text clears it, as with the other optional texts.
    email: Option<String>,
    phone_number: Option<String>,
    other_details: Option<String>,
    role: Option<Role>,
    is_active: Option<bool>,
    is_available: Option<bool>,
    #[serde(rename = "emailSignatureHTML")]
    signature_html: Option<String>,
    #[serde(rename = "emailSignatureText")]
    signature_text: Option<String>,
}

impl From<RepIn> for RepChange {
    fn from(input: RepIn) -> Self {
        Self {
            username: input.username,
            name: input.name,
            email: input.email,
            phone_number: input.phone_number,
            other_details: input.other_details,
            role: input.role,
            is_active: input.is_active,
            is_available: input.is_available,
            signature_html: input.signature_html,
            signature_text: input.signature_text,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct RepQuery {
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// Any property of a rep; `name` where it is left out.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// Every rep of the tenant, by name.
#[utoipa::path(get, path = "/api/CustomerReps", tag = "CustomerReps", params(RepQuery),
    responses((status = 200, body = Page<RepOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_reps(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<RepQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let listing = Listing::new(query.page_number, query.page_size, REFERENCE_LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("name", false),
    )?;
    let mut conn = app.store.read().await?;
    let items = store::list(&mut conn, caller.customer, &order, listing.limit(), listing.offset()).await?;
    let total = store::count(&mut conn, caller.customer).await?;
    json(&Page::new(items.into_iter().map(RepOut::from).collect(), total, &listing))
}

/// The reps that tickets can be given to: the active ones, by name.
#[utoipa::path(get, path = "/api/CustomerReps/assignable", tag = "CustomerReps",
    responses((status = 200, body = Vec<RepOut>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_assignable_reps(State(app): State<App>, caller: Caller) -> Result<Response> {
    caller.may_read()?;
    let reps = store::assignable(&mut *app.store.read().await?, caller.customer).await?;
    json(&reps.into_iter().map(RepOut::from).collect::<Vec<_>>())
}

/// The caller's own account.
#[utoipa::path(get, path = "/api/CustomerReps/me", tag = "CustomerReps",
    responses((status = 200, body = RepOut), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn get_own_rep(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Result<Response> {
    caller.may_read()?;
    let rep = store::get(&mut *app.store.read().await?, caller.customer, caller.rep).await?;
    single(&headers, &RepOut::from(rep))
}

/// One rep.
#[utoipa::path(get, path = "/api/CustomerReps/{id}", tag = "CustomerReps", params(("id" = i64, Path)),
    responses((status = 200, body = RepOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_rep(State(app): State<App>, caller: Caller, Id(id): Id, headers: HeaderMap) -> Result<Response> {
    caller.may_read()?;
    let rep = store::get(&mut *app.store.read().await?, caller.customer, CustomerRepId(id)).await?;
    single(&headers, &RepOut::from(rep))
}

/// Makes a rep. The very first of an empty installation needs no credentials from loopback, or the set-up
/// code printed at start (`X-Setup-Code`) from elsewhere; it makes the tenant and its Administrator.
#[utoipa::path(post, path = "/api/CustomerReps", tag = "CustomerReps", request_body = NewRepIn,
    params(("X-Setup-Code" = Option<String>, Header, description = "The code that was printed at start, for the very first rep from another machine")),
    responses((status = 201, body = RepOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 429, body = Problem)))]
async fn create_rep(State(app): State<App>, request: Request) -> Result<Response> {
    let is_anonymous = !request.headers().contains_key(header::AUTHORIZATION);
    if is_anonymous && customers::is_empty(&app).await? {
        return set_up::set_up(&app, request).await;
    }
    let Change { caller, input, guard } = Change::<NewRepIn>::from_request(request, &app).await?;
    caller.may_manage_users()?;
    let new = input.into_new_rep(&app).await?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let rep = domain::insert(tx, caller.customer, caller.actor(), &new).await?;
                created(store::get(tx, caller.customer, rep).await?)
            })
        })
        .await
}

fn created(rep: Rep) -> Result<Reply> {
    Reply::created(format!("/api/CustomerReps/{}", rep.customer_rep_id), &RepOut::from(rep))
}

/// Changes the fields given: an Administrator everybody's, a rep their own (but username, role and
/// isActive). The last active Administrator stays one, and nobody deactivates or demotes themselves.
#[utoipa::path(put, path = "/api/CustomerReps/{id}", tag = "CustomerReps", params(("id" = i64, Path)), request_body = RepIn,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn update_rep(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<RepIn>,
) -> Result<Response> {
    caller.may_manage_user(CustomerRepId(id))?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, CustomerRepId(id)).await?;
                guard.check(&RepOut::from(before.clone()))?;
                let manages_users = caller.may_manage_users().is_ok();
                let change = input.into();
                domain::update(tx, caller.customer, caller.actor(), &before, change, manages_users).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

/// Deletes a rep; their tickets become unassigned, their API keys end.
#[utoipa::path(delete, path = "/api/CustomerReps/{id}", tag = "CustomerReps", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn delete_rep(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_manage_users()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, CustomerRepId(id)).await?;
                guard.check(&RepOut::from(before.clone()))?;
                domain::delete(tx, caller.customer, caller.actor(), &before).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
