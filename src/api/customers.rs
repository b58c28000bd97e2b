//! `/api/Customers`: the tenant's own settings.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::problem::Problem;
use super::reply::{Reply, json, single};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::customers::{self as domain, CustomerChange};
use crate::domain::secrets::masked;
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, LlmProvider};
use crate::store::customers::{self as store, Customer};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_customer, update_customer)).routes(routes!(list_models))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerOut {
    #[serde(rename = "customerID")]
    customer_id: CustomerId,
    #[schema(example = "Example Travel")]
    name: String,
    /// Selects the tenant at login where several have a username.
    #[schema(example = "support.example.com")]
    hostname: Option<String>,
    #[schema(example = "de")]
    default_lang: Option<String>,
    #[serde(rename = "defaultCustomerRepID")]
    default_customer_rep_id: Option<CustomerRepId>,
    #[schema(example = "friendly and brief")]
    ai_tone: Option<String>,
    #[schema(example = "https://llm.example.com/v1")]
    llm_endpoint: Option<String>,
    llm_model: Option<String>,
    /// Masked.
    #[schema(example = "••••••••")]
    llm_api_key: Option<&'static str>,
    /// What speaks at the endpoint; told from its address where it is not set.
    llm_provider: Option<LlmProvider>,
    /// Other models that a draft may be asked of.
    #[schema(example = json!(["mistral-large"]))]
    llm_models: Vec<String>,
    /// For one draft, retries included; 60 where it is not set.
    llm_timeout_seconds: Option<i64>,
    /// What the language model may cost a month; without a limit where it is not set.
    llm_monthly_tokens: Option<i64>,
}

fn split(models: Option<&str>) -> Vec<String> {
    models.unwrap_or_default().split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

impl CustomerOut {
    fn new(app: &App, customer: Customer) -> Result<Self> {
        let key = domain::llm_api_key(app, &customer)?;
        Ok(Self {
            customer_id: customer.customer_id,
            name: customer.name,
            hostname: customer.hostname,
            default_lang: customer.default_lang,
            default_customer_rep_id: customer.default_customer_rep_id,
            ai_tone: customer.ai_tone,
            llm_endpoint: customer.llm_endpoint,
            llm_model: customer.llm_model,
            llm_api_key: masked(key.as_deref()),
            llm_provider: customer.llm_provider,
            llm_models: split(customer.llm_models.as_deref()),
            llm_timeout_seconds: customer.llm_timeout_seconds,
            llm_monthly_tokens: customer.llm_monthly_tokens,
        })
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerIn {
    name: Option<String>,
    /// An empty text clears it, as with every text here but the name.
    hostname: Option<String>,
    default_lang: Option<String>,
    /// 0 clears it.
    #[serde(rename = "defaultCustomerRepID")]
    default_customer_rep_id: Option<CustomerRepId>,
    ai_tone: Option<String>,
    llm_endpoint: Option<String>,
    llm_model: Option<String>,
    /// Kept encrypted. The mask that was answered leaves it as it is.
    llm_api_key: Option<String>,
    /// `OpenAI` (and what speaks like it), `Anthropic`, `Gemini` or `Ollama`.
    #[schema(example = "OpenAI")]
    llm_provider: Option<String>,
    llm_models: Option<Vec<String>>,
    /// 1 to 600; 0 clears it.
    llm_timeout_seconds: Option<i64>,
    /// 0 clears it.
    llm_monthly_tokens: Option<i64>,
}

impl From<CustomerIn> for CustomerChange {
    fn from(input: CustomerIn) -> Self {
        Self {
            name: input.name,
            hostname: input.hostname,
            default_lang: input.default_lang,
            default_customer_rep_id: input.default_customer_rep_id,
            ai_tone: input.ai_tone,
            llm_endpoint: input.llm_endpoint,
            llm_model: input.llm_model,
            llm_api_key: input.llm_api_key,
            llm_provider: input.llm_provider,
            llm_models: input.llm_models,
            llm_timeout_seconds: input.llm_timeout_seconds,
            llm_monthly_tokens: input.llm_monthly_tokens,
        }
    }
}

/// The settings of the caller's tenant.
#[utoipa::path(get, path = "/api/Customers/me", tag = "Customers",
    responses((status = 200, body = CustomerOut), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn get_customer(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Result<Response> {
    caller.may_read()?;
    let customer = store::get(&mut *app.store.read().await?, caller.customer).await?;
    single(&headers, &CustomerOut::new(&app, customer)?)
}

/// Changes the settings given.
#[utoipa::path(put, path = "/api/Customers/me", tag = "Customers", request_body = CustomerIn,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn update_customer(
    State(app): State<App>,
    Change { caller, input, guard }: Change<CustomerIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    let state = app.clone();
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer).await?;
                guard.check(&CustomerOut::new(&state, before.clone())?)?;
                domain::update(tx, &state, caller.actor(), &before, input.into()).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

/// A model that drafts may be asked of.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelOut {
    #[serde(rename = "modelID")]
    #[schema(example = "mistral-small")]
    model_id: String,
    name: String,
    is_default: bool,
}

/// The models that the tenant has configured; empty without one.
#[utoipa::path(get, path = "/api/Customers/models", tag = "Customers",
    responses((status = 200, body = Vec<ModelOut>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_models(State(app): State<App>, caller: Caller) -> Result<Response> {
    caller.may_read()?;
    let customer = store::get(&mut *app.store.read().await?, caller.customer).await?;
    let default = customer.llm_model.clone();
    let models = crate::domain::llm::models(&customer).into_iter().map(|it| ModelOut {
        is_default: default.as_ref() == Some(&it),
        model_id: it.clone(),
        name: it,
    });
    json(&models.collect::<Vec<_>>())
}
