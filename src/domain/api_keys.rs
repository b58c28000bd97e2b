//! API keys: credentials of programs, limited to scopes and never more than their rep may do.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::app::App;
use crate::domain::caller::Scopes;
use crate::domain::events::note;
use crate::domain::{credentials, fields};
use crate::error::{Error, Result};
use crate::model::{Actor, ApiKeyId, CustomerId, CustomerRepId, Event, Timestamp};
use crate::store::api_keys::{self as store, ApiKey, NewKey};
use crate::store::reps;

const LONGEST_NAME: usize = 200;
/// How much of a key is kept in the clear.
const PREFIX: usize = 10;
/// When a key was used is written down this often at most.
const USE_NOTED_EVERY: i64 = 60 * 1_000_000;

/// What a new key has.
pub struct NewApiKey {
    pub name: String,
    pub rep: CustomerRepId,
    /// Words of [`Scopes::NAMES`]; none means everything that the rep may do.
    pub scopes: Vec<String>,
    pub expires_at: Option<Timestamp>,
}

/// The scopes as they are kept, and what they allow.
pub fn scopes(words: &[String]) -> Result<(String, Scopes)> {
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        let word = word.trim().to_ascii_lowercase();
        if !Scopes::NAMES.contains(&word.as_str()) {
            return Err(Error::invalid("scopes", format!("must be of {}", Scopes::NAMES.join(", "))));
        }
        if !kept.contains(&word) {
            kept.push(word);
        }
    }
    let text = kept.join(",");
    let scopes = Scopes::parse(&text).ok_or_else(|| Error::internal("known scopes do not parse"))?;
    Ok((text, scopes))
}

/// Makes a key. The answer's text is the key itself, which is nowhere else.
pub async fn create(
    app: &App,
    customer: CustomerId,
    actor: Actor,
    new: NewApiKey,
) -> Result<(ApiKey, String)> {
    let name = fields::name("name", &new.name, LONGEST_NAME)?;
    let (scopes, _) = scopes(&new.scopes)?;
    if new.expires_at.is_some_and(|it| it <= app.clock.now()) {
        return Err(Error::invalid("expiresAt", "must be in the future"));
    }
    let key = format!("ak_{}", app.random.token());
    let hash = credentials::api_key_hash(&app.key, &key);
    let prefix = key[..PREFIX].to_owned();
    let made = app
        .store
        .write(move |tx| {
            Box::pin(async move {
                reps::access(tx, customer, new.rep)
                    .await?
                    .ok_or_else(|| Error::invalid("customerRepID", "does not exist"))?;
                let written = NewKey {
                    rep: new.rep,
                    name: &name,
                    scopes: &scopes,
                    prefix: &prefix,
                    hash: &hash,
                    expires_at: new.expires_at,
                };
                let id = store::insert(tx, customer, &written).await?;
                let event = Event::new("apiKey.created", "apiKey", id.0)
                    .with(serde_json::json!({ "name": name, "customerRepID": new.rep, "scopes": scopes }));
                note(tx, customer, actor, &[event]).await?;
                store::get(tx, customer, id).await
            })
        })
        .await?;
    Ok((made, key))
}

/// Ends a key at once.
pub async fn revoke(
    tx: &mut crate::store::Tx,
    customer: CustomerId,
    actor: Actor,
    key: ApiKeyId,
) -> Result<()> {
    if !store::revoke(tx, customer, key).await? {
        return Err(Error::NotFound);
    }
    note(tx, customer, actor, &[Event::new("apiKey.revoked", "apiKey", key.0)]).await
}

/// When this process last wrote down that a key was used.
#[derive(Default)]
pub struct KeyUse(Mutex<HashMap<ApiKeyId, Timestamp>>);

impl KeyUse {
    fn is_due(&self, key: ApiKeyId, now: Timestamp) -> bool {
        let Ok(mut noted) = self.0.lock() else { return false };
        let is_due = noted.get(&key).is_none_or(|it| now.0 - it.0 >= USE_NOTED_EVERY);
        if is_due {
            noted.insert(key, now);
        }
        is_due
    }
}

/// Writes down that a key was used, beside the request.
pub fn used(app: &App, customer: CustomerId, key: ApiKeyId) {
    if !app.credentials.key_use.is_due(key, app.clock.now()) {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        let written =
            app.store.write(move |tx| Box::pin(async move { store::used(tx, customer, key).await })).await;
        if let Err(error) = written {
            tracing::warn!(%error, "the use of an API key could not be noted");
        }
    });
}
