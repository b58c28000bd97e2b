//! The tenant's language model: which one, and what it may cost.

use std::time::Duration;

use answerpal_wire::time::format as iso;

use crate::ai::llm::{Llm, LlmError, default_endpoint, guess_provider};
use crate::app::App;
use crate::domain::customers::llm_api_key;
use crate::error::{Error, Result};
use crate::model::CustomerId;
use crate::store::customers::{self, Customer};
use crate::store::llm_usage;

/// Unless the tenant says otherwise.
const TIMEOUT: i64 = 60;

/// The models of a tenant that may be asked, the default first.
pub fn models(customer: &Customer) -> Vec<String> {
    let mut models: Vec<String> = customer.llm_model.iter().cloned().collect();
    for other in customer.llm_models.iter().flat_map(|it| it.split(',')).map(str::trim) {
        if !other.is_empty() && !models.iter().any(|it| it == other) {
            models.push(other.to_owned());
        }
    }
    models
}

/// The tenant's language model, or the one of its models that is asked for. None where it has none set.
///
/// # Errors
/// `Invalid` for `overrideModelID` where it is none of the tenant's.
pub async fn of_tenant(app: &App, customer: CustomerId, wanted: Option<&str>) -> Result<Option<Llm>> {
    let settings = customers::get(&mut *app.store.read().await?, customer).await?;
    let is_set = settings.llm_endpoint.is_some() || settings.llm_provider.is_some();
    let models = if is_set { models(&settings) } else { Vec::new() };
    let wanted = wanted.map(str::trim).filter(|it| !it.is_empty());
    let model = match wanted {
        None => models.first(),
        Some(wanted) => Some(models.iter().find(|it| *it == wanted).ok_or_else(|| {
            let known = if models.is_empty() { "it has none".to_owned() } else { models.join(", ") };
            Error::invalid("overrideModelID", format!("is none of the tenant's models ({known})"))
        })?),
    };
    let Some(model) = model.cloned() else { return Ok(None) };
    let guessed = settings.llm_endpoint.as_deref().map(guess_provider);
    let Some(provider) = settings.llm_provider.or(guessed) else { return Ok(None) };
    let seconds = settings.llm_timeout_seconds.unwrap_or(TIMEOUT).clamp(1, 600);
    Ok(Some(Llm {
        provider,
        endpoint: settings.llm_endpoint.clone().unwrap_or_else(|| default_endpoint(provider).to_owned()),
        model,
        api_key: llm_api_key(app, &settings)?,
        timeout: Duration::from_secs(seconds.unsigned_abs()),
    }))
}

fn month(app: &App) -> String {
    iso(app.clock.now().0).chars().take(7).collect()
}

/// Whether the tenant has tokens left this month.
pub async fn check_budget(app: &App, customer: CustomerId) -> Result<(), LlmError> {
    let unknown = |it: Error| LlmError::NotReached(it.to_string());
    let mut conn = app.store.read().await.map_err(unknown)?;
    let settings = customers::get(&mut conn, customer).await.map_err(unknown)?;
    let Some(most) = settings.llm_monthly_tokens else { return Ok(()) };
    let used = llm_usage::tokens(&mut conn, customer, &month(app)).await.map_err(unknown)?;
    if used < most { Ok(()) } else { Err(LlmError::Budget(most)) }
}

/// Notes what a request cost.
pub async fn spend(app: &App, customer: CustomerId, tokens: u64) -> Result<()> {
    let (month, tokens) = (month(app), i64::try_from(tokens).unwrap_or(i64::MAX));
    app.store
        .write(move |tx| Box::pin(async move { llm_usage::add(tx, customer, &month, tokens).await }))
        .await
}
