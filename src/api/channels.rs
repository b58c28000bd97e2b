//! `/api/Channels`. Answers a bare array, not a page.

pub mod shapes;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::Id;
use super::problem::Problem;
use super::reply::{Reply, json, single};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::channels as domain;
use crate::error::Result;
use crate::model::ChannelId;
use crate::store::channels as store;
use shapes::{ChannelIn, ChannelOut};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_channels, create_channel)).routes(routes!(
        get_channel,
        update_channel,
        delete_channel
    ))
}

/// Every channel of the tenant, oldest first.
#[utoipa::path(get, path = "/api/Channels", tag = "Channels",
    responses((status = 200, body = Vec<ChannelOut>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_channels(State(app): State<App>, caller: Caller) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let channels = store::list(&mut conn, caller.customer).await?;
    let out = channels.into_iter().map(|it| ChannelOut::new(&app, &caller, it));
    json(&out.collect::<Result<Vec<_>>>()?)
}

/// One channel.
#[utoipa::path(get, path = "/api/Channels/{id}", tag = "Channels", params(("id" = i64, Path)),
    responses((status = 200, body = ChannelOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_channel(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let channel = store::get(&mut conn, caller.customer, ChannelId(id)).await?;
    single(&headers, &ChannelOut::new(&app, &caller, channel)?)
}

/// Makes a channel and its token.
#[utoipa::path(post, path = "/api/Channels", tag = "Channels", request_body = ChannelIn,
    responses((status = 201, body = ChannelOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_channel(
    State(app): State<App>,
    Change { caller, input, guard }: Change<ChannelIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let state = app.clone();
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let channel =
                    domain::create(tx, &state, caller.customer, caller.actor(), input.into()).await?;
                let location = format!("/api/Channels/{}", channel.channel_id);
                Reply::created(location, &ChannelOut::new(&state, &caller, channel)?)
            })
        })
        .await
}

/// Changes the fields given.
#[utoipa::path(put, path = "/api/Channels/{id}", tag = "Channels", params(("id" = i64, Path)), request_body = ChannelIn,
    responses((status = 200, body = ChannelOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn update_channel(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<ChannelIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let state = app.clone();
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, ChannelId(id)).await?;
                guard.check(&ChannelOut::new(&state, &caller, before.clone())?)?;
                let channel =
                    domain::update(tx, &state, caller.customer, caller.actor(), before, input.into()).await?;
                Reply::ok(&ChannelOut::new(&state, &caller, channel)?)
            })
        })
        .await
}

/// Deletes a channel that no ticket is in.
#[utoipa::path(delete, path = "/api/Channels/{id}", tag = "Channels", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn delete_channel(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let state = app.clone();
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, ChannelId(id)).await?;
                guard.check(&ChannelOut::new(&state, &caller, before)?)?;
                domain::delete(tx, caller.customer, caller.actor(), ChannelId(id)).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
