//! `/api/EndUsers/{id}/merge`, `/unmerge` and `/merges`.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::load;
use super::shapes::EndUserOut;
use crate::api::change::Change;
use crate::api::extract::Id;
use crate::api::problem::Problem;
use crate::api::reply::{Reply, json};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::end_users::merges::{self as domain, Record};
use crate::error::{Error, Result};
use crate::model::{CustomerRepId, EndUserId, EndUserMergeId, Timestamp};
use crate::store::{end_user_merges as store, end_users};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(merge_end_users))
        .routes(routes!(unmerge_end_users))
        .routes(routes!(list_end_user_merges))
}

#[derive(Deserialize, ToSchema)]
pub struct MergeIn {
    /// The other record of the same person: it goes.
    #[serde(rename = "endUserID")]
    #[schema(value_type = i64)]
    end_user_id: Option<EndUserId>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MergedOut {
    /// For `unmerge`.
    #[serde(rename = "endUserMergeID")]
    end_user_merge_id: EndUserMergeId,
    end_user: EndUserOut,
}

/// Makes another end user a part of this one: its addresses and tickets move here, what was not known of
/// this one is filled in, and its own record goes. `unmerge` takes it back.
#[utoipa::path(post, path = "/api/EndUsers/{id}/merge", tag = "End users", params(("id" = i64, Path)), request_body = MergeIn,
    responses((status = 200, body = MergedOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn merge_end_users(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<MergeIn>,
) -> Result<Response> {
    caller.may_write()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let into = EndUserId(id);
                end_users::get(tx, caller.customer, into).await?;
                let other = input.end_user_id.ok_or_else(|| Error::invalid("endUserID", "is required"))?;
                let merge = domain::merge(tx, caller.customer, caller.actor(), into, other).await?;
                let end_user = load(tx, caller.customer, into).await?;
                Reply::ok(&MergedOut { end_user_merge_id: merge, end_user })
            })
        })
        .await
}

#[derive(Deserialize, ToSchema)]
pub struct UnmergeIn {
    /// One of `GET /api/EndUsers/{id}/merges`.
    #[serde(rename = "endUserMergeID")]
    #[schema(value_type = i64)]
    end_user_merge_id: Option<EndUserMergeId>,
}

/// Takes a merge back: the other end user has its id, record, addresses and tickets again, and the tickets
/// that came to its addresses since. What was filled in here from there goes, unless it was changed since.
/// Answers the other end user.
#[utoipa::path(post, path = "/api/EndUsers/{id}/unmerge", tag = "End users", params(("id" = i64, Path)), request_body = UnmergeIn,
    responses((status = 200, body = EndUserOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn unmerge_end_users(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<UnmergeIn>,
) -> Result<Response> {
    caller.may_write()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let from = EndUserId(id);
                end_users::get(tx, caller.customer, from).await?;
                let merge =
                    input.end_user_merge_id.ok_or_else(|| Error::invalid("endUserMergeID", "is required"))?;
                let restored = domain::unmerge(tx, caller.customer, caller.actor(), from, merge).await?;
                Reply::ok(&load(tx, caller.customer, restored).await?)
            })
        })
        .await
}

/// An end user that was made a part of another one.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MergeOut {
    #[serde(rename = "endUserMergeID")]
    end_user_merge_id: EndUserMergeId,
    /// As it was before.
    end_user: EndUserOut,
    #[schema(value_type = String, format = DateTime)]
    date: Timestamp,
    #[serde(rename = "mergedByCustomerRepID")]
    merged_by: Option<CustomerRepId>,
    merged_by_customer_rep_name: Option<String>,
}

/// What was made a part of an end user, the newest first.
#[utoipa::path(get, path = "/api/EndUsers/{id}/merges", tag = "End users", params(("id" = i64, Path)),
    responses((status = 200, body = Vec<MergeOut>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list_end_user_merges(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    end_users::get(&mut conn, caller.customer, EndUserId(id)).await?;
    let merges = store::of(&mut conn, caller.customer, EndUserId(id)).await?;
    let refs = app.refs.current(&mut conn, caller.customer).await?;
    let out = |merge: store::Merge| -> Result<MergeOut> {
        let record = Record::of(&merge)?;
        Ok(MergeOut {
            end_user_merge_id: merge.end_user_merge_id,
            end_user: EndUserOut::new(record.end_user, record.uids),
            date: merge.created_at,
            merged_by: merge.merged_by,
            merged_by_customer_rep_name: merge.merged_by.and_then(|it| refs.reps.get(&it).cloned()),
        })
    };
    json(&merges.into_iter().map(out).collect::<Result<Vec<_>>>()?)
}
