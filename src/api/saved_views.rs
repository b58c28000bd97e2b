//! `/api/SavedViews`: lists of tickets that reps named.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::Id;
use super::problem::Problem;
use super::reply::{Reply, json, single};
use super::tickets::checked_query;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::saved_views::{self as domain, ViewChange};
use crate::error::Result;
use crate::model::{CustomerRepId, SavedViewId, Timestamp};
use crate::store::saved_views::{self as store, SavedView};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_saved_views, create_saved_view)).routes(routes!(
        get_saved_view,
        update_saved_view,
        delete_saved_view
    ))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SavedViewOut {
    #[serde(rename = "savedViewID")]
    saved_view_id: SavedViewId,
    /// Who made it.
    #[serde(rename = "customerRepID")]
    customer_rep_id: CustomerRepId,
    #[schema(example = "Escalated refunds")]
    name: String,
    /// What `GET /api/tickets` is asked.
    #[schema(example = "status=Escalated&topic=Refunds&sortBy=dateCreated")]
    query: String,
    /// Whether all reps see it.
    is_shared: bool,
    position: i64,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    last_modified_date: Timestamp,
}

impl From<SavedView> for SavedViewOut {
    fn from(it: SavedView) -> Self {
        Self {
            saved_view_id: it.saved_view_id,
            customer_rep_id: it.customer_rep_id,
            name: it.name,
            query: it.query,
            is_shared: it.is_shared,
            position: it.position,
            date_created: it.created_at,
            last_modified_date: it.changed_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SavedViewIn {
    /// Required when it is made; at most 200 characters.
    name: Option<String>,
    /// Required when it is made: the query of `GET /api/tickets`, filters and sorting, without pages.
    query: Option<String>,
    /// By Supervisors and Administrators only.
    is_shared: Option<bool>,
    /// Views are listed in the order of this number.
    position: Option<i64>,
}

impl SavedViewIn {
    fn into_change(self) -> Result<ViewChange> {
        Ok(ViewChange {
            name: self.name,
            query: self.query.map(|it| checked_query("query", &it)).transpose()?,
            is_shared: self.is_shared,
            position: self.position,
        })
    }
}

/// The caller's own views and the shared ones, in their order.
#[utoipa::path(get, path = "/api/SavedViews", tag = "SavedViews",
    responses((status = 200, body = Vec<SavedViewOut>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_saved_views(State(app): State<App>, caller: Caller) -> Result<Response> {
    caller.may_read()?;
    let views = store::visible(&mut *app.store.read().await?, caller.customer, caller.rep).await?;
    json(&views.into_iter().map(SavedViewOut::from).collect::<Vec<_>>())
}

/// One view.
#[utoipa::path(get, path = "/api/SavedViews/{id}", tag = "SavedViews", params(("id" = i64, Path)),
    responses((status = 200, body = SavedViewOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_saved_view(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let view = store::get(&mut conn, caller.customer, caller.rep, SavedViewId(id)).await?;
    single(&headers, &SavedViewOut::from(view))
}

/// Saves a view: the caller's own, or one that all reps share.
#[utoipa::path(post, path = "/api/SavedViews", tag = "SavedViews", request_body = SavedViewIn,
    responses((status = 201, body = SavedViewOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_saved_view(
    State(app): State<App>,
    Change { caller, input, guard }: Change<SavedViewIn>,
) -> Result<Response> {
    caller.may_write()?;
    let change = input.into_change()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let view = domain::create(tx, &caller, change).await?;
                Reply::created(format!("/api/SavedViews/{}", view.saved_view_id), &SavedViewOut::from(view))
            })
        })
        .await
}

/// Changes the fields given. A shared view is a Supervisor's or an Administrator's to change.
#[utoipa::path(put, path = "/api/SavedViews/{id}", tag = "SavedViews", params(("id" = i64, Path)), request_body = SavedViewIn,
    responses((status = 200, body = SavedViewOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn update_saved_view(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<SavedViewIn>,
) -> Result<Response> {
    caller.may_write()?;
    let change = input.into_change()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, caller.rep, SavedViewId(id)).await?;
                guard.check(&SavedViewOut::from(before.clone()))?;
                let view = domain::update(tx, &caller, &before, change).await?;
                Reply::ok(&SavedViewOut::from(view))
            })
        })
        .await
}

/// Deletes a view.
#[utoipa::path(delete, path = "/api/SavedViews/{id}", tag = "SavedViews", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem)))]
async fn delete_saved_view(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_write()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let view = store::get(tx, caller.customer, caller.rep, SavedViewId(id)).await?;
                guard.check(&SavedViewOut::from(view.clone()))?;
                domain::delete(tx, &caller, &view).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
