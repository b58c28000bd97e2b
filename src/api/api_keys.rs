//! `/api/ApiKeys`: for Administrators.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::{Id, Query};
use super::list::{Listing, REFERENCE_LIST};
use super::problem::Problem;
use super::reply::{Page, Reply, json};
use crate::app::App;
use crate::domain::api_keys::{self as domain, NewApiKey};
use crate::domain::caller::Caller;
use crate::error::{Error, Result};
use crate::model::{ApiKeyId, CustomerRepId, Timestamp};
use crate::store::api_keys::{self as store, ApiKey};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_api_keys, create_api_key)).routes(routes!(delete_api_key))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyOut {
    #[serde(rename = "apiKeyID")]
    api_key_id: ApiKeyId,
    /// Whose key it is: it allows at most what this rep may do.
    #[serde(rename = "customerRepID")]
    customer_rep_id: CustomerRepId,
    #[schema(example = "Nightly report")]
    name: String,
    /// Of `read`, `write`, `settings`, `users`, `metrics`; empty for all of them.
    scopes: Vec<String>,
    /// The first characters of the key.
    #[schema(example = "ak_Zk3x9Qa")]
    prefix: String,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// To the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
    /// The key itself, when it is made and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl From<ApiKey> for ApiKeyOut {
    fn from(key: ApiKey) -> Self {
        let scopes = key.scopes.split(',').filter(|it| !it.is_empty());
        Self {
            api_key_id: key.api_key_id,
            customer_rep_id: key.customer_rep_id,
            name: key.name,
            scopes: scopes.map(str::to_owned).collect(),
            prefix: key.prefix,
            date_created: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            key: None,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyIn {
    /// Required; what the key is for, at most 200 characters.
    #[schema(example = "Nightly report")]
    name: Option<String>,
    /// Of `read`, `write`, `settings`, `users`, `metrics`; none means all of them.
    scopes: Option<Vec<String>>,
    /// In the future; a key without it does not expire.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// The caller where it is left out.
    #[serde(rename = "customerRepID")]
    customer_rep_id: Option<CustomerRepId>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyQuery {
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// Any property of a key but `scopes`; `apiKeyID` where it is left out.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// The keys that are not revoked, without their secrets.
#[utoipa::path(get, path = "/api/ApiKeys", tag = "ApiKeys", params(ApiKeyQuery),
    responses((status = 200, body = Page<ApiKeyOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_api_keys(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ApiKeyQuery>,
) -> Result<Response> {
    caller.may_manage_users()?;
    let listing = Listing::new(query.page_number, query.page_size, REFERENCE_LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("apiKeyID", false),
    )?;
    let mut conn = app.store.read().await?;
    let items = store::list(&mut conn, caller.customer, &order, listing.limit(), listing.offset()).await?;
    let total = store::count(&mut conn, caller.customer).await?;
    json(&Page::new(items.into_iter().map(ApiKeyOut::from).collect(), total, &listing))
}

/// Makes a key and shows it once. `Idempotency-Key` does not apply: the answer is not kept.
#[utoipa::path(post, path = "/api/ApiKeys", tag = "ApiKeys", request_body = ApiKeyIn,
    responses((status = 201, body = ApiKeyOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_api_key(
    State(app): State<App>,
    Change { caller, input, .. }: Change<ApiKeyIn>,
) -> Result<Response> {
    caller.may_manage_users()?;
    let scopes = input.scopes.unwrap_or_default();
    if !caller.scopes.cover(domain::scopes(&scopes)?.1) {
        return Err(Error::Forbidden("A key cannot make one with more scopes than its own.".into()));
    }
    let new = NewApiKey {
        name: input.name.ok_or_else(|| Error::invalid("name", "is required"))?,
        rep: input.customer_rep_id.unwrap_or(caller.rep),
        scopes,
        expires_at: input.expires_at,
    };
    let (made, key) = domain::create(&app, caller.customer, caller.actor(), new).await?;
    let location = format!("/api/ApiKeys/{}", made.api_key_id);
    let out = ApiKeyOut { key: Some(key), ..made.into() };
    Ok(Reply::created(location, &out)?.into_response())
}

/// Revokes a key at once. 409 for the key that asks.
#[utoipa::path(delete, path = "/api/ApiKeys/{id}", tag = "ApiKeys", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn delete_api_key(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_manage_users()?;
    if caller.identity == format!("key:{id}") {
        return Err(Error::Conflict("A key cannot revoke itself: use another one, or sign in.".into()));
    }
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, ApiKeyId(id)).await?;
                guard.check(&ApiKeyOut::from(before))?;
                domain::revoke(tx, caller.customer, caller.actor(), ApiKeyId(id)).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
