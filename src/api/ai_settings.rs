//! `/api/Customers/me/ai`: how the tenant's messages are understood.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::problem::Problem;
use super::reply::{Reply, single};
use crate::app::App;
use crate::domain::ai_settings::{self as domain, AiSettingsChange};
use crate::domain::caller::Caller;
use crate::domain::secrets::masked;
use crate::error::Result;
use crate::model::CustomerId;
use crate::store::{Conn, ai_settings as store, topic_examples};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_ai_settings, update_ai_settings))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiSettingsOut {
    /// The share of assigned topics that may be wrong. A message whose topics are not sure enough for it
    /// gets none. Null: it gets the best guess.
    #[schema(example = 0.05)]
    topics_most_wrong: Option<f64>,
    /// Languages that people write in. Empty: told from the texts.
    #[schema(example = json!(["en", "nl"]))]
    languages: Vec<String>,
    /// Embeds in the place of the model inside: what `/embeddings` is added to.
    #[schema(example = "https://llm.example.com/v1")]
    embedding_endpoint: Option<String>,
    embedding_model: Option<String>,
    /// Masked.
    #[schema(example = "••••••••")]
    embedding_api_key: Option<&'static str>,
    /// Texts are being embedded as it is set now; until that is done, what was set before is used.
    is_switching: bool,
    /// How many examples people taught.
    topic_examples: u64,
}

async fn out(app: &App, conn: &mut Conn, customer: CustomerId) -> Result<AiSettingsOut> {
    let (settings, _) = store::get(conn, customer).await?;
    let key = domain::wanted_api_key(app, &settings)?;
    let languages = settings.languages.as_deref().unwrap_or_default();
    Ok(AiSettingsOut {
        topics_most_wrong: settings.most_wrong,
        languages: languages.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect(),
        embedding_endpoint: settings.embedding_endpoint,
        embedding_model: settings.embedding_model,
        embedding_api_key: masked(key.as_deref()),
        is_switching: settings.is_switching,
        topic_examples: topic_examples::count(conn, customer, topic_examples::Which::of(None)).await?,
    })
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiSettingsIn {
    /// From 0 to 0.5; 0 clears it.
    topics_most_wrong: Option<f64>,
    /// An empty list clears it.
    languages: Option<Vec<String>>,
    /// An empty text clears it, as with the model and the key.
    embedding_endpoint: Option<String>,
    embedding_model: Option<String>,
    /// Kept encrypted. The mask that was answered leaves it as it is.
    embedding_api_key: Option<String>,
}

impl From<AiSettingsIn> for AiSettingsChange {
    fn from(it: AiSettingsIn) -> Self {
        Self {
            most_wrong: it.topics_most_wrong,
            languages: it.languages,
            embedding_endpoint: it.embedding_endpoint,
            embedding_model: it.embedding_model,
            embedding_api_key: it.embedding_api_key,
        }
    }
}

/// How the messages of the caller's tenant are understood.
#[utoipa::path(get, path = "/api/Customers/me/ai", tag = "Customers",
    responses((status = 200, body = AiSettingsOut), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn get_ai_settings(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Result<Response> {
    caller.may_read()?;
    single(&headers, &out(&app, &mut *app.store.read().await?, caller.customer).await?)
}

/// Changes the settings given.
#[utoipa::path(put, path = "/api/Customers/me/ai", tag = "Customers", request_body = AiSettingsIn,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn update_ai_settings(
    State(app): State<App>,
    Change { caller, input, guard }: Change<AiSettingsIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let state = app.clone();
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                if guard.has_precondition() {
                    guard.check(&out(&state, tx, caller.customer).await?)?;
                }
                domain::update(tx, &state, caller.customer, caller.actor(), input.into()).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
