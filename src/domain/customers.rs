//! Tenants: how they are made, and their settings.

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::domain::events::{Changes, note};
use crate::domain::{fields, refs, secrets};
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, CustomerRepId, Event, LlmProvider, NewRep, Role};
use crate::store::customers::{self as store, Customer};
use crate::store::{Tx, meta, reps as rep_store};

use super::reps;

const LONGEST_NAME: usize = 200;
const LONGEST_TONE: usize = 4000;
const LONGEST_KEY: usize = 1000;
const MOST_MODELS: usize = 20;
const HOSTNAME_TAKEN: &str = "Another tenant has this hostname.";
/// The name of a tenant that is made without one.
const UNNAMED: &str = "My company";

/// A tenant with its first Administrator.
pub struct NewCustomer {
    pub name: String,
    pub hostname: Option<String>,
    pub username: String,
    pub password: String,
}

/// Makes a tenant and its Administrator.
pub async fn create(app: &App, new: NewCustomer) -> Result<(CustomerId, CustomerRepId)> {
    let password_hash = reps::hash_password(app, &new.password).await?;
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let rep = NewRep { username: new.username, password_hash, ..NewRep::default() };
                meta::claim(tx, store::SET_UP).await?;
                insert(tx, &new.name, new.hostname, rep).await
            })
        })
        .await
}

/// Whether the installation has no tenant yet and never had one.
pub async fn is_empty(app: &App) -> Result<bool> {
    store::none_yet(&mut *app.store.read().await?).await
}

/// Makes the first tenant of an installation with its Administrator; refused where there is, or was, one.
pub async fn set_up(
    tx: &mut Tx,
    name: Option<&str>,
    hostname: Option<String>,
    administrator: NewRep,
) -> Result<(CustomerId, CustomerRepId)> {
    let first = store::none_yet(tx).await? && meta::claim(tx, store::SET_UP).await?;
    if !first {
        return Err(Error::Unauthorized("This installation is set up already: sign in.".into()));
    }
    insert(tx, name.unwrap_or(UNNAMED), hostname, administrator).await
}

async fn insert(
    tx: &mut Tx,
    name: &str,
    hostname: Option<String>,
    administrator: NewRep,
) -> Result<(CustomerId, CustomerRepId)> {
    let name = fields::name("name", name, LONGEST_NAME)?;
    let hostname = fields::checked(hostname, &None, |it| fields::hostname("hostname", it))?;
    let customer =
        store::insert(tx, &name, hostname.as_deref()).await.map_err(|it| it.or_conflict(HOSTNAME_TAKEN))?;
    let administrator = NewRep { role: Role::Administrator, is_active: true, ..administrator };
    let rep = reps::insert(tx, customer, Actor::System, &administrator).await?;
    note(tx, customer, Actor::System, &[Event::new("customer.created", "customer", customer.0)]).await?;
    Ok((customer, rep))
}

/// What a change of a tenant's settings gives; None leaves a field as it is, an empty text (for the rep
/// 0) clears it.
pub struct CustomerChange {
    pub name: Option<String>,
    pub hostname: Option<String>,
    pub default_lang: Option<String>,
    pub default_customer_rep_id: Option<CustomerRepId>,
    pub ai_tone: Option<String>,
    pub llm_endpoint: Option<String>,
    pub llm_model: Option<String>,
    pub llm_api_key: Option<String>,
    /// An empty text clears it.
    pub llm_provider: Option<String>,
    pub llm_models: Option<Vec<String>>,
    /// 0 clears it, as the next.
    pub llm_timeout_seconds: Option<i64>,
    pub llm_monthly_tokens: Option<i64>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct LlmSecrets {
    api_key: Option<String>,
}

/// The key of the tenant's LLM, decrypted.
pub fn llm_api_key(app: &App, customer: &Customer) -> Result<Option<String>> {
    secrets::open::<LlmSecrets>(app, customer.llm_api_key.as_deref()).map(|it| it.api_key)
}

/// Changes the settings of a tenant.
pub async fn update(
    tx: &mut Tx,
    app: &App,
    actor: Actor,
    before: &Customer,
    change: CustomerChange,
) -> Result<()> {
    let customer = before.customer_id;
    let (after, key_changed) = applied(app, before, change)?;
    if let Some(rep) = after.default_customer_rep_id
        && after.default_customer_rep_id != before.default_customer_rep_id
        && rep_store::access(tx, customer, rep).await?.is_none()
    {
        return Err(Error::invalid("defaultCustomerRepID", "does not exist"));
    }
    let mut changes = Changes::default();
    changes.compare("name", &before.name, &after.name);
    changes.compare("hostname", &before.hostname, &after.hostname);
    changes.compare("defaultLang", &before.default_lang, &after.default_lang);
    changes.compare("defaultCustomerRepID", &before.default_customer_rep_id, &after.default_customer_rep_id);
    changes.compare("aiTone", &before.ai_tone, &after.ai_tone);
    changes.compare("llmEndpoint", &before.llm_endpoint, &after.llm_endpoint);
    changes.compare("llmModel", &before.llm_model, &after.llm_model);
    changes.compare("llmProvider", &before.llm_provider, &after.llm_provider);
    changes.compare("llmModels", &before.llm_models, &after.llm_models);
    changes.compare("llmTimeoutSeconds", &before.llm_timeout_seconds, &after.llm_timeout_seconds);
    changes.compare("llmMonthlyTokens", &before.llm_monthly_tokens, &after.llm_monthly_tokens);
    changes.hidden("llmApiKey", key_changed);
    if changes.is_empty() {
        return Ok(());
    }
    store::update(tx, &after).await.map_err(|it| it.or_conflict(HOSTNAME_TAKEN))?;
    refs::changed(tx, customer).await?;
    let event = Event::new("customer.updated", "customer", customer.0);
    note(tx, customer, actor, &[event.with(changes.into_value())]).await
}

fn applied(app: &App, before: &Customer, change: CustomerChange) -> Result<(Customer, bool)> {
    let key = llm_api_key(app, before)?;
    if change.llm_api_key.as_ref().is_some_and(|it| it.chars().count() > LONGEST_KEY) {
        return Err(Error::invalid("llmApiKey", format!("must have at most {LONGEST_KEY} characters")));
    }
    let new_key = secrets::changed(change.llm_api_key, key.clone());
    let key_changed = new_key != key;
    let after = Customer {
        customer_id: before.customer_id,
        name: change.name.map_or(Ok(before.name.clone()), |it| fields::name("name", &it, LONGEST_NAME))?,
        hostname: fields::checked(change.hostname, &before.hostname, |it| fields::hostname("hostname", it))?,
        default_lang: fields::checked(change.default_lang, &before.default_lang, |it| {
            fields::language("defaultLang", it)
        })?,
        default_customer_rep_id: match change.default_customer_rep_id {
            None => before.default_customer_rep_id,
            Some(rep) => Some(rep).filter(|it| it.0 != 0),
        },
        ai_tone: fields::text("aiTone", change.ai_tone, &before.ai_tone, LONGEST_TONE)?,
        llm_endpoint: fields::checked(change.llm_endpoint, &before.llm_endpoint, |it| {
            fields::web_address("llmEndpoint", it)
        })?,
        llm_model: fields::text("llmModel", change.llm_model, &before.llm_model, LONGEST_NAME)?,
        llm_provider: provider(change.llm_provider, before.llm_provider)?,
        llm_models: models(change.llm_models, &before.llm_models)?,
        llm_timeout_seconds: number(
            "llmTimeoutSeconds",
            change.llm_timeout_seconds,
            before.llm_timeout_seconds,
            600,
        )?,
        llm_monthly_tokens: number(
            "llmMonthlyTokens",
            change.llm_monthly_tokens,
            before.llm_monthly_tokens,
            i64::MAX,
        )?,
        llm_api_key: match key_changed {
            false => before.llm_api_key.clone(),
            true => match new_key {
                Some(_) => Some(secrets::seal(app, &LlmSecrets { api_key: new_key })?),
                None => None,
            },
        },
    };
    Ok((after, key_changed))
}

fn provider(given: Option<String>, before: Option<LlmProvider>) -> Result<Option<LlmProvider>> {
    match given.as_deref().map(str::trim) {
        None => Ok(before),
        Some("") => Ok(None),
        Some(name) => LlmProvider::parse(name).map(Some).ok_or_else(|| {
            let names: Vec<&str> = LlmProvider::ALL.iter().map(|it| it.as_str()).collect();
            Error::invalid("llmProvider", format!("must be one of {}", names.join(", ")))
        }),
    }
}

fn models(given: Option<Vec<String>>, before: &Option<String>) -> Result<Option<String>> {
    let Some(given) = given else { return Ok(before.clone()) };
    let names: Vec<&str> = given.iter().map(|it| it.trim()).filter(|it| !it.is_empty()).collect();
    if names.len() > MOST_MODELS
        || names.iter().any(|it| it.contains(',') || it.chars().count() > LONGEST_NAME)
    {
        let why = format!(
            "must be at most {MOST_MODELS} names without commas, each of at most {LONGEST_NAME} characters"
        );
        return Err(Error::invalid("llmModels", why));
    }
    Ok(Some(names.join(",")).filter(|it| !it.is_empty()))
}

/// 0 clears it.
fn number(field: &str, given: Option<i64>, before: Option<i64>, most: i64) -> Result<Option<i64>> {
    match given {
        None => Ok(before),
        Some(0) => Ok(None),
        Some(number) if (1..=most).contains(&number) => Ok(Some(number)),
        Some(_) if most == i64::MAX => Err(Error::invalid(field, "must not be negative")),
        Some(_) => Err(Error::invalid(field, format!("must be between 1 and {most}, or 0 for none"))),
    }
}
