//! HTTP: one file per resource. Extracts, authorises, calls the domain, maps `XIn` and `XOut`.

pub mod ai_settings;
pub mod api_keys;
pub mod attachments;
pub mod audit_events;
pub mod auth;
pub mod auto_reply_rules;
pub mod canned_responses;
pub mod change;
pub mod channels;
pub mod chat;
pub mod composer_drafts;
pub mod cookies;
pub mod custom_fields;
pub mod customers;
pub mod delivery;
pub mod detection;
pub mod dkim;
pub mod documents;
pub mod drafts;
pub mod end_users;
pub mod events;
pub mod extract;
pub mod feedback;
pub mod file;
pub mod inbound;
pub mod jobs;
pub mod list;
pub mod mailboxes;
pub mod message_display;
pub mod message_stages;
pub mod message_topics;
pub mod notifications;
pub mod outbox;
pub mod paths;
pub mod presence;
pub mod problem;
pub mod prompt_documents;
pub mod reply;
pub mod reports;
pub mod reps;
pub mod saved_views;
pub mod sessions;
pub mod setup;
pub mod spam_lessons;
mod spec;
pub mod system;
pub mod ticket_messages;
pub mod tickets;
pub mod topic_examples;
pub mod topic_links;
pub mod topics;
pub mod upload;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Request;
use axum::response::{IntoResponse, Response};
use std::sync::{Arc, LazyLock};
use tower::Layer;
use tower::util::MapRequestLayer;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

#[derive(OpenApi)]
#[openapi(
    info(title = "AnswerPal Tickets API", description = "Tickets, messages and everything they refer to. Conventions: docs/API.md.", license(name = "Apache-2.0 OR MIT")),
    modifiers(&Security),
    security(("bearer" = []), ("basic" = []), ("session" = [])),
)]
struct Document;

struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let scheme = |it| SecurityScheme::Http(Http::new(it));
        components.add_security_scheme("bearer", scheme(HttpAuthScheme::Bearer));
        components.add_security_scheme("basic", scheme(HttpAuthScheme::Basic));
        let cookie = ApiKeyValue::with_description(
            cookies::NAME,
            "Of POST /api/Auth/session. What changes something needs X-CSRF-Token besides.",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// Every documented route: nothing can be routed without being in the document.
fn routed() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(auth::routes())
        .merge(sessions::routes())
        .merge(setup::routes())
        .merge(customers::routes())
        .merge(reps::routes())
        .merge(api_keys::routes())
        .merge(channels::routes())
        .merge(end_users::routes())
        .merge(topics::routes())
        .merge(topic_links::routes())
        .merge(documents::routes())
        .merge(drafts::routes())
        .merge(auto_reply_rules::routes())
        .merge(custom_fields::routes())
        .merge(tickets::routes())
        .merge(audit_events::routes())
        .merge(reports::routes())
        .merge(message_display::routes())
        .merge(presence::routes())
        .merge(composer_drafts::routes())
        .merge(saved_views::routes())
        .merge(canned_responses::routes())
        .merge(notifications::routes())
        .merge(ticket_messages::routes())
        .merge(message_topics::routes())
        .merge(message_stages::routes())
        .merge(detection::routes())
        .merge(topic_examples::routes())
        .merge(spam_lessons::routes())
        .merge(ai_settings::routes())
        .merge(prompt_documents::routes())
        .merge(delivery::routes())
        .merge(outbox::routes())
        .merge(dkim::routes())
        .merge(mailboxes::routes())
        .merge(feedback::routes())
        .merge(attachments::routes())
        .merge(file::routes())
        .merge(inbound::routes())
        .merge(chat::routes())
        .merge(events::routes())
        .merge(jobs::routes())
}

static OPENAPI: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(|| {
    let mut document = routed().into_openapi();
    spec::complete(&mut document);
    document
});

/// The OpenAPI document, made when somebody first asks for it.
pub fn openapi() -> &'static utoipa::openapi::OpenApi {
    &OPENAPI
}

/// The whole server.
pub fn router(app: App) -> Router {
    let (routes, document) = routed().split_for_parts();
    let paths =
        Arc::new(paths::Paths::new(document.paths.paths.keys().map(String::as_str).chain(system::PATHS)));
    let limit = app.config.max_json_bytes;
    let inner = routes
        .merge(system::routes())
        .merge(crate::dashboard::routes())
        .merge(feedback::page_routes())
        .fallback(not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(axum::middleware::from_fn_with_state(app.clone(), problem::trace))
        .layer(DefaultBodyLimit::max(limit))
        .layer(system::cors(&app))
        .with_state(app);
    let fold = MapRequestLayer::new(move |request: Request<axum::body::Body>| paths.fold(request));
    Router::new().fallback_service(fold.layer(inner))
}

async fn not_found() -> Response {
    crate::error::Error::NotFound.into_response()
}
