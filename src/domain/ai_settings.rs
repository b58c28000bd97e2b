//! How a tenant wants its messages understood: how sure topics have to be, in which languages people
//! write, and what embeds their texts.

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::domain::events::{Changes, note};
use crate::domain::{fields, secrets};
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, Event, job};
use crate::store::ai_settings::{self as store, AiSettings};
use crate::store::{Tx, jobs};

const LONGEST_MODEL: usize = 200;
const LONGEST_KEY: usize = 1000;
const MOST_LANGUAGES: usize = 50;

/// What a change gives; None leaves a field as it is, an empty text or list clears it.
#[derive(Default)]
pub struct AiSettingsChange {
    /// 0 clears it.
    pub most_wrong: Option<f64>,
    pub languages: Option<Vec<String>>,
    pub embedding_endpoint: Option<String>,
    pub embedding_model: Option<String>,
    pub embedding_api_key: Option<String>,
}

/// What decides how texts are embedded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Used {
    pub languages: Option<String>,
    pub embedding_endpoint: Option<String>,
    pub embedding_model: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct KeyOf {
    api_key: Option<String>,
}

/// What is set.
pub fn wanted(settings: &AiSettings) -> Used {
    Used {
        languages: settings.languages.clone(),
        embedding_endpoint: settings.embedding_endpoint.clone(),
        embedding_model: settings.embedding_model.clone(),
    }
}

/// What is used now: what is set, or until all texts are embedded by it what was set before.
pub fn used(settings: &AiSettings) -> Result<Used> {
    match &settings.used_before {
        Some(before) if settings.is_switching => Ok(serde_json::from_str(before)?),
        _ => Ok(wanted(settings)),
    }
}

/// The key of the endpoint that is used now.
pub fn api_key(app: &App, settings: &AiSettings) -> Result<Option<String>> {
    let sealed = if settings.is_switching { &settings.api_key_before } else { &settings.embedding_api_key };
    secrets::open::<KeyOf>(app, sealed.as_deref()).map(|it| it.api_key)
}

/// The key of the endpoint that is set.
pub fn wanted_api_key(app: &App, settings: &AiSettings) -> Result<Option<String>> {
    secrets::open::<KeyOf>(app, settings.embedding_api_key.as_deref()).map(|it| it.api_key)
}

/// Changes the settings. Where they say that texts are embedded in another way, a job does that first.
pub async fn update(
    tx: &mut Tx,
    app: &App,
    customer: CustomerId,
    actor: Actor,
    change: AiSettingsChange,
) -> Result<()> {
    let (before, _) = store::get(tx, customer).await?;
    let (mut after, key_changed) = applied(app, &before, change)?;
    let mut changes = Changes::default();
    changes.compare("topicsMostWrong", &before.most_wrong, &after.most_wrong);
    changes.compare("languages", &before.languages, &after.languages);
    changes.compare("embeddingEndpoint", &before.embedding_endpoint, &after.embedding_endpoint);
    changes.compare("embeddingModel", &before.embedding_model, &after.embedding_model);
    changes.hidden("embeddingApiKey", key_changed);
    if changes.is_empty() {
        return Ok(());
    }
    let now_used = used(&before)?;
    after.is_switching = wanted(&after) != now_used;
    if after.is_switching && !before.is_switching {
        after.used_before = Some(serde_json::to_string(&now_used)?);
        after.api_key_before = before.embedding_api_key.clone();
    }
    if !after.is_switching {
        (after.used_before, after.api_key_before) = (None, None);
    }
    store::put(tx, customer, &after).await?;
    if after.is_switching && wanted(&after) != wanted(&before) {
        let now = tx.now;
        jobs::enqueue(tx, customer, job::EMBED_ANEW, customer.0, now, None).await?;
    }
    let event = Event::new("aiSettings.updated", "customer", customer.0);
    note(tx, customer, actor, &[event.with(changes.into_value())]).await
}

/// All texts are embedded as `done` says: from now on that is used, unless it is not what is set any more.
pub async fn switched(tx: &mut Tx, customer: CustomerId, done: &Used) -> Result<()> {
    let (before, _) = store::get(tx, customer).await?;
    if !before.is_switching || wanted(&before) != *done {
        return Ok(());
    }
    let after = AiSettings { is_switching: false, used_before: None, api_key_before: None, ..before };
    store::put(tx, customer, &after).await?;
    note(tx, customer, Actor::System, &[Event::new("aiSettings.embeddedAnew", "customer", customer.0)]).await
}

fn applied(app: &App, before: &AiSettings, change: AiSettingsChange) -> Result<(AiSettings, bool)> {
    let key = wanted_api_key(app, before)?;
    if change.embedding_api_key.as_ref().is_some_and(|it| it.chars().count() > LONGEST_KEY) {
        return Err(Error::invalid("embeddingApiKey", format!("must have at most {LONGEST_KEY} characters")));
    }
    let new_key = secrets::changed(change.embedding_api_key, key.clone());
    let key_changed = new_key != key;
    let after = AiSettings {
        most_wrong: match change.most_wrong {
            None => before.most_wrong,
            Some(0.0) => None,
            Some(it) if it > 0.0 && it <= 0.5 => Some(it),
            Some(_) => {
                return Err(Error::invalid(
                    "topicsMostWrong",
                    "must be a share from 0 to 0.5, for example 0.05",
                ));
            }
        },
        languages: match change.languages {
            None => before.languages.clone(),
            Some(given) => languages(given)?,
        },
        embedding_endpoint: fields::checked(change.embedding_endpoint, &before.embedding_endpoint, |it| {
            fields::web_address("embeddingEndpoint", it)
        })?,
        embedding_model: fields::text(
            "embeddingModel",
            change.embedding_model,
            &before.embedding_model,
            LONGEST_MODEL,
        )?,
        embedding_api_key: match (key_changed, &new_key) {
            (false, _) => before.embedding_api_key.clone(),
            (true, None) => None,
            (true, Some(_)) => Some(secrets::seal(app, &KeyOf { api_key: new_key })?),
        },
        ..before.clone()
    };
    if after.embedding_endpoint.is_some() != after.embedding_model.is_some() {
        return Err(Error::invalid("embeddingModel", "and embeddingEndpoint belong together"));
    }
    Ok((after, key_changed))
}

fn languages(given: Vec<String>) -> Result<Option<String>> {
    if given.len() > MOST_LANGUAGES {
        return Err(Error::invalid("languages", format!("must be at most {MOST_LANGUAGES}")));
    }
    let mut codes = given
        .iter()
        .map(|it| {
            fields::language("languages", it).map(|it| it[..it.find('-').unwrap_or(it.len())].to_lowercase())
        })
        .collect::<Result<Vec<_>>>()?;
    codes.sort_unstable();
    codes.dedup();
    Ok(Some(codes.join(",")).filter(|it| !it.is_empty()))
}
