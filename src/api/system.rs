//! What is not the API itself: health, metrics, the specification, the dashboard's place.

use axum::Router;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::chat;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::error::{Error, Result};
use crate::store::outbox;

/// Routes that are not in the document.
pub const PATHS: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/api/openapi.json"];

static METRICS: LazyLock<Option<PrometheusHandle>> =
    LazyLock::new(|| metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder().ok());

pub fn routes() -> Router<App> {
    LazyLock::force(&METRICS);
    Router::new()
        .route("/healthz", get(async || super::reply::json(&serde_json::json!({ "status": "up" }))))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/", get(async || Redirect::temporary("/app/")))
        .route("/api/openapi.json", get(async || axum::Json(super::openapi())))
        .merge(SwaggerUi::new("/api/docs").config(Config::new(["/api/openapi.json"])))
}

/// Which pages of other sites may call the API from a browser: those that the operator names, and on the
/// chat routes those that a chat channel names. Never with cookies: those are for our own pages.
pub fn cors(app: &App) -> CorsLayer {
    let bare = |it: &str| it.trim().trim_end_matches('/').to_ascii_lowercase();
    let named: Arc<HashSet<String>> =
        Arc::new(app.config.cors_origins.split(',').map(bare).filter(|it| !it.is_empty()).collect());
    let app = app.clone();
    let may_call = move |origin: HeaderValue, request: &Parts| {
        let is_chat = chat::is_chat_path(request.uri.path());
        async move {
            let Ok(origin) = origin.to_str().map(str::to_ascii_lowercase) else { return false };
            named.contains(&origin) || is_chat && chat::may_chat(&app, &origin).await
        }
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::async_predicate(may_call))
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        // Not "*": that would leave Authorization out.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            header::CONTENT_DISPOSITION,
            header::CONTENT_RANGE,
            super::tickets::bulk::UNDO_ID,
            super::prompt_documents::WAITING,
        ])
        .max_age(Duration::from_secs(600))
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
        super::reply::json(&serde_json::json!({ "status": "ready" }))
    } else {
        Err(Error::Unavailable("The database does not answer.".into()))
    }
}

/// What mail waits for, in all processes: told as it stands in the database when somebody asks.
async fn measure_outbox(app: &App) -> Result<()> {
    let mut conn = app.store.read().await?;
    let held = outbox::all_held(&mut conn).await?;
    metrics::gauge!("answerpal_mails_held").set(held as f64);
    metrics::gauge!("answerpal_mail_governor_holds").set(f64::from(u8::from(held > 0)));
    metrics::gauge!("answerpal_mails_stuck").set(outbox::stuck(&mut conn).await? as f64);
    Ok(())
}

async fn metrics(State(app): State<App>, caller: Caller) -> Result<Response> {
    if !caller.scopes.metrics || caller.role != crate::model::Role::Administrator {
        return Err(Error::Forbidden(
            "Metrics need an Administrator, or an API key with the scope \"metrics\".".into(),
        ));
    }
    let Some(handle) = METRICS.as_ref() else { return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response()) };
    // The other figures are wanted most when the database is in trouble.
    if let Err(error) = measure_outbox(&app).await {
        tracing::warn!(%error, "the outbox could not be measured");
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response())
}
