//! `/api/Auth`: login.

use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{check_json, read_body};
use super::problem::Problem;
use super::reply::json;
use crate::app::App;
use crate::domain::login;
use crate::error::{Error, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(login))
}

/// A JSON body of a public route.
pub struct PublicBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for PublicBody<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let bytes = read_body(body, app.config.max_json_bytes).await?;
        check_json(&parts.headers, &bytes)?;
        Ok(Self(answerpal_wire::from_json(&bytes)?))
    }
}

#[derive(Deserialize, ToSchema)]
pub struct LoginIn {
    #[schema(example = "anna")]
    username: String,
    #[schema(example = "correct horse battery staple")]
    password: String,
    /// Selects the tenant where several have the username.
    hostname: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct LoginOut {
    /// A bearer token, good for 12 hours.
    token: String,
}

/// Signs a rep in.
#[utoipa::path(post, path = "/api/Auth/login", tag = "Auth", security(()), request_body = LoginIn,
    responses((status = 200, body = LoginOut), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 429, body = Problem)))]
async fn login(State(app): State<App>, PublicBody(input): PublicBody<LoginIn>) -> Result<Response> {
    let token = login::login(&app, &input.username, &input.password, input.hostname.as_deref()).await?;
    json(&LoginOut { token })
}
