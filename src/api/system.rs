//! What is not the API itself: health, metrics, the specification, the dashboard's place.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use std::sync::LazyLock;
use tower_http::cors::{AllowOrigin, Any, CorsLayer};
use utoipa_swagger_ui::SwaggerUi;

use crate::app::App;
use crate::config::Config;
use crate::domain::caller::Caller;
use crate::error::{Error, Result};

/// Routes that are not in the document.
pub const PATHS: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/api/openapi.json"];

static METRICS: LazyLock<Option<PrometheusHandle>> =
    LazyLock::new(|| metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder().ok());

pub fn routes(document: &utoipa::openapi::OpenApi) -> Router<App> {
    LazyLock::force(&METRICS);
    Router::new()
        .route("/healthz", get(async || Json(serde_json::json!({ "status": "up" }))))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/", get(async || Redirect::temporary("/app/")))
        .merge(SwaggerUi::new("/api/docs").url("/api/openapi.json", document.clone()))
}

/// Origins that may call from a browser page of another site.
pub fn cors(config: &Config) -> CorsLayer {
    let origins: Vec<HeaderValue> = config
        .cors_origins
        .split(',')
        .filter_map(|it| it.trim().trim_end_matches('/').parse().ok())
        .collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.into_iter().filter(|it| !it.is_empty())))
        .allow_methods(Any)
        .allow_headers(Any)
        .expose_headers([header::ETAG, header::LOCATION, header::RETRY_AFTER])
}

/// 200 when the database and the files answer and the workers of this process are at work.
async fn ready(State(app): State<App>) -> Result<Response> {
    let mut conn = app.store.read().await?;
    let (one,): (i64,) = crate::store::ping(&mut conn).await?;
    app.files.check().await?;
    if !app.workers.is_well() {
        return Err(Error::Unavailable("The workers of this process do not look for jobs.".into()));
    }
    if one == 1 {
        Ok(Json(serde_json::json!({ "status": "ready" })).into_response())
    } else {
        Err(Error::Unavailable("The database does not answer.".into()))
    }
}

async fn metrics(caller: Caller) -> Result<Response> {
    if !caller.scopes.metrics || caller.role != crate::model::Role::Administrator {
        return Err(Error::Forbidden(
            "Metrics need an Administrator, or an API key with the scope \"metrics\".".into(),
        ));
    }
    let Some(handle) = METRICS.as_ref() else { return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response()) };
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response())
}
