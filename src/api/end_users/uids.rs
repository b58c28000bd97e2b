//! `/api/EndUserUIDs`.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::{EndUserUidOut, uid_type};
use crate::api::change::Change;
use crate::api::problem::Problem;
use crate::api::reply::Reply;
use crate::app::App;
use crate::domain::end_users::{self as domain, Assignment};
use crate::error::{Error, Result};
use crate::model::{EndUserId, UidType};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(assign_end_user_uid))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssignIn {
    /// Required.
    #[schema(example = "anna@example.com")]
    uid: Option<String>,
    /// Required.
    #[serde(rename = "endUserID")]
    end_user_id: Option<i64>,
    #[schema(value_type = Option<UidType>)]
    uid_type: Option<String>,
    is_primary: Option<bool>,
}

/// Gives a uid to an end user, whoever had it before; the tickets of that address follow.
#[utoipa::path(post, path = "/api/EndUserUIDs/assign", tag = "End users", request_body = AssignIn,
    responses((status = 200, body = EndUserUidOut, description = "It was there."), (status = 201, body = EndUserUidOut, description = "It is new."),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn assign_end_user_uid(
    State(app): State<App>,
    Change { caller, input, guard }: Change<AssignIn>,
) -> Result<Response> {
    caller.may_write()?;
    let assignment = Assignment {
        uid: input.uid.ok_or_else(|| Error::invalid("uid", "is required"))?,
        end_user: EndUserId(input.end_user_id.ok_or_else(|| Error::invalid("endUserID", "is required"))?),
        uid_type: uid_type("uidType", input.uid_type)?,
        is_primary: input.is_primary,
    };
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let (uid, is_new) = domain::assign(tx, caller.customer, caller.actor(), assignment).await?;
                let location = format!("/api/EndUsers/{}", uid.end_user_id);
                let out = EndUserUidOut::from(uid);
                if is_new { Reply::created(location, &out) } else { Reply::ok(&out) }
            })
        })
        .await
}
