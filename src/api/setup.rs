//! `/api/setup`: whether the installation waits for its first Administrator.

use axum::extract::{Request, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use super::reply::json;
use super::reps::set_up;
use crate::app::App;
use crate::domain::customers;
use crate::error::Result;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_setup))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetupOut {
    /// Whether there is no tenant yet: `POST /api/CustomerReps` makes it with its Administrator.
    is_empty: bool,
    /// Whether that needs the code printed at start (`X-Setup-Code`), because the caller is not on the
    /// machine itself.
    needs_code: bool,
}

/// What a new installation needs before anybody can sign in.
#[utoipa::path(get, path = "/api/setup", tag = "Auth", security(()),
    responses((status = 200, body = SetupOut), (status = 503, body = Problem)))]
async fn get_setup(State(app): State<App>, request: Request) -> Result<Response> {
    let is_empty = customers::is_empty(&app).await?;
    let (parts, _) = request.into_parts();
    json(&SetupOut { is_empty, needs_code: is_empty && !set_up::is_local(&parts) })
}
