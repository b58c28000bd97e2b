//! `/api/Auth`: login and forgotten passwords.

use axum::extract::{FromRequest, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Text, accepted_languages, check_json, read_body};
use super::problem::Problem;
use super::reply::{Reply, json};
use crate::app::App;
use crate::domain::{login, password_resets};
use crate::error::{Error, Result};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(login))
        .routes(routes!(request_password_reset))
        .routes(routes!(reset_password))
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

#[derive(Deserialize, ToSchema)]
pub struct ResetRequestIn {
    /// Nobody gets a mail where it is left out or no address.
    #[schema(example = "anna@example.com")]
    email: Option<String>,
    /// Selects the tenant where several have reps with the address.
    hostname: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct ResetRequestOut {
    message: &'static str,
}

/// Mails a link that sets a new password, good for 4 hours and once. Answers the same whether or not a
/// rep has the address; sends at most 5 mails an hour to one.
#[utoipa::path(post, path = "/api/Auth/request-password-reset", tag = "Auth", security(()), request_body = ResetRequestIn,
    responses((status = 200, body = ResetRequestOut), (status = 400, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn request_password_reset(
    State(app): State<App>,
    headers: HeaderMap,
    PublicBody(input): PublicBody<ResetRequestIn>,
) -> Result<Response> {
    let languages = accepted_languages(&headers);
    let email = input.email.as_deref().unwrap_or_default();
    password_resets::request(&app, email, input.hostname.as_deref(), &languages).await?;
    json(&ResetRequestOut { message: "If the address is known, a mail with a link is on its way." })
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResetIn {
    /// 8 to 256 characters.
    #[schema(example = "correct horse battery staple")]
    new_password: Option<String>,
}

/// Sets a new password by the token of a mailed link; ends the rep's tokens. 404 for a token that is
/// unknown, used or expired.
#[utoipa::path(post, path = "/api/Auth/reset-password/{token}", tag = "Auth", security(()), params(("token" = String, Path)), request_body = ResetIn,
    responses((status = 204), (status = 400, body = Problem), (status = 404, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 429, body = Problem)))]
async fn reset_password(
    State(app): State<App>,
    Text(token): Text,
    PublicBody(input): PublicBody<ResetIn>,
) -> Result<Response> {
    password_resets::reset(&app, &token, input.new_password.as_deref()).await?;
    Ok(Reply::no_content().into_response())
}
