//! `/api/Channels/{id}/dkim`: the key that a channel's mail is signed with.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::Id;
use super::problem::Problem;
use super::reply::{Reply, json};
use crate::app::App;
use crate::channels::email::dkim::in_pieces;
use crate::domain::caller::Caller;
use crate::domain::channels::dkim as domain;
use crate::error::{Error, Result};
use crate::model::{Channel, ChannelId};
use crate::store::channels as store;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_dkim_key, make_dkim_key, delete_dkim_key))
}

/// The DNS record that lets others check the signature.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DkimOut {
    #[schema(example = "example.com")]
    domain: String,
    #[schema(example = "answerpal")]
    selector: String,
    #[schema(example = "answerpal._domainkey.example.com")]
    record_name: String,
    #[schema(example = "TXT")]
    record_type: &'static str,
    #[schema(example = "v=DKIM1; k=rsa; p=MIIBIjAN…")]
    record_value: String,
    /// The value in pieces of 255 bytes, as zone files write it.
    zone_file_value: String,
}

#[derive(Deserialize, ToSchema)]
pub struct DkimIn {
    /// The channel's own where it is not given.
    domain: Option<String>,
    /// `answerpal` where it is not given. Another one than before lets mail under way be checked still.
    selector: Option<String>,
}

fn out(app: &App, channel: &Channel) -> Result<DkimOut> {
    let key = domain::key(app, channel)?.ok_or(Error::NotFound)?;
    let value = key.record().map_err(Error::internal)?;
    Ok(DkimOut {
        record_name: key.record_name(),
        domain: key.domain,
        selector: key.selector,
        record_type: "TXT",
        zone_file_value: in_pieces(&value),
        record_value: value,
    })
}

/// The DNS record of the channel's key. 404 where its mail is not signed.
#[utoipa::path(get, path = "/api/Channels/{id}/dkim", tag = "Channels", params(("id" = i64, Path)),
    responses((status = 200, body = DkimOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_dkim_key(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response> {
    caller.may_manage_settings()?;
    let channel = store::get(&mut *app.store.read().await?, caller.customer, ChannelId(id)).await?;
    json(&out(&app, &channel)?)
}

/// Makes a key and signs the channel's mail with it; answers the DNS record to publish.
#[utoipa::path(post, path = "/api/Channels/{id}/dkim", tag = "Channels", params(("id" = i64, Path)), request_body = DkimIn,
    responses((status = 200, body = DkimOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn make_dkim_key(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<DkimIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    store::get(&mut *app.store.read().await?, caller.customer, ChannelId(id)).await?;
    let key = domain::generate().await?;
    let state = app.clone();
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let names = (input.domain, input.selector);
                let (customer, actor) = (caller.customer, caller.actor());
                let channel = domain::set(tx, &state, customer, actor, ChannelId(id), key, names).await?;
                Reply::ok(&out(&state, &channel)?)
            })
        })
        .await
}

/// Signs the channel's mail no more. 404 where it is not signed.
#[utoipa::path(delete, path = "/api/Channels/{id}/dkim", tag = "Channels", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn delete_dkim_key(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let state = app.clone();
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                domain::clear(tx, &state, caller.customer, caller.actor(), ChannelId(id)).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
