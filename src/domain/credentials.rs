//! Verifies who asks: passwords, tokens, HTTP Basic and API keys.
//!
//! Password hashes are slow on purpose, so they run a few at a time, at login only; a verified Basic
//! pair is remembered for minutes under a keyed hash. Tokens and keys cost one fast hash and one row.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::app::App;
use crate::clock::{Clock, Random};
use crate::crypto::{self, MasterKey};
use crate::domain::api_keys::{self, KeyUse};
use crate::domain::caller::{Caller, Scopes};
use crate::domain::claim::{Claim, Known};
use crate::error::{Error, Result};
use crate::model::{CustomerId, CustomerRepId, Timestamp};
use crate::store::{Store, meta, reps};

/// How long a token is good for.
pub const TOKEN_LIFE: Duration = Duration::from_secs(12 * 3600);
/// A new signing key replaces the last one after this time; the last one verifies on for `TOKEN_LIFE`.
const KEY_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);
const BASIC_LIFE: Duration = Duration::from_secs(5 * 60);
const BASIC_KEPT: usize = 1000;
const TOKENS_KEPT: usize = 10_000;

/// What is verified where there is no hash: as costly as any, and no password fits it.
const ABSENT: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzIQ$bm8gcGFzc3dvcmQgZ2l2ZXMgdGhlc2UgMzIgYnl0ZXM";

#[derive(Serialize, Deserialize, Clone)]
struct Claims {
    /// Rep id, as text.
    sub: String,
    #[serde(rename = "customerID")]
    customer: i64,
    role: String,
    /// The rep's token version: a password change or deactivation ends every older token.
    ver: i64,
    iat: i64,
    exp: i64,
}

impl Claims {
    fn is_good_at(&self, now: Timestamp) -> bool {
        self.exp > now.0 / 1_000_000
    }

    fn rep(&self) -> Option<CustomerRepId> {
        self.sub.parse().ok().map(CustomerRepId)
    }
}

struct SigningKey {
    id: String,
    secret: Vec<u8>,
    created: Timestamp,
}

/// The verifier's state.
pub struct Credentials {
    keys: RwLock<Arc<Vec<SigningKey>>>,
    basic: Mutex<HashMap<[u8; 32], (CustomerRepId, i64, Timestamp)>>,
    /// Tokens whose signature was verified, so that it is verified once.
    verified: RwLock<HashMap<String, Claims>>,
    /// What reps who came by token may do.
    pub(super) known: Known,
    hashing: Arc<Semaphore>,
    pub key_use: KeyUse,
}

fn plus(at: Timestamp, life: Duration) -> Timestamp {
    Timestamp(at.0 + life.as_micros() as i64)
}

fn minus(at: Timestamp, life: Duration) -> Timestamp {
    Timestamp(at.0 - life.as_micros() as i64)
}

impl Credentials {
    /// Loads the signing keys, making the first where there is none.
    pub async fn load(store: &Store, key: &MasterKey, clock: &Clock, random: &Random) -> Result<Self> {
        let this = Self {
            keys: RwLock::default(),
            basic: Mutex::default(),
            verified: RwLock::default(),
            known: Known::default(),
            hashing: Arc::new(Semaphore::new(2)),
            key_use: KeyUse::default(),
        };
        this.rotate(store, key, clock, random).await?;
        Ok(this)
    }

    /// Makes a new signing key where the newest is old, forgets those whose tokens have all expired.
    pub async fn rotate(&self, store: &Store, key: &MasterKey, clock: &Clock, random: &Random) -> Result<()> {
        let mut conn = store.read().await?;
        let newest = meta::signing_keys(&mut conn).await?.first().map(|it| it.2);
        drop(conn);
        if newest.is_none_or(|at| plus(at, KEY_LIFE) < clock.now()) {
            let id = random.token();
            let sealed = key.seal(random, &random.bytes::<32>())?;
            store
                .write(move |tx| {
                    Box::pin(async move {
                        let before = minus(tx.now, KEY_LIFE + 2 * TOKEN_LIFE);
                        meta::delete_signing_keys_before(tx, before).await?;
                        meta::add_signing_key(tx, &id, &sealed).await
                    })
                })
                .await?;
        }
        self.reload(store, key).await
    }

    async fn reload(&self, store: &Store, key: &MasterKey) -> Result<()> {
        let mut conn = store.read().await?;
        let mut keys = Vec::new();
        for (id, sealed, created) in meta::signing_keys(&mut conn).await? {
            keys.push(SigningKey { id, secret: key.open(&sealed)?, created });
        }
        *self.keys.write().map_err(|_| Error::internal("a thread panicked"))? = Arc::new(keys);
        Ok(())
    }

    fn keys(&self) -> Arc<Vec<SigningKey>> {
        self.keys.read().map(|it| it.clone()).unwrap_or_default()
    }

    /// A token for a rep.
    pub fn issue(&self, rep: &reps::Access, now: Timestamp) -> Result<String> {
        let keys = self.keys();
        let key = keys.iter().max_by_key(|it| it.created).ok_or_else(|| Error::internal("no signing key"))?;
        let claims = Claims {
            sub: rep.customer_rep_id.to_string(),
            customer: rep.customer_id.0,
            role: rep.role.to_string(),
            ver: rep.token_version,
            iat: now.0 / 1_000_000,
            exp: plus(now, TOKEN_LIFE).0 / 1_000_000,
        };
        let header = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&key.secret))
            .map_err(|error| Error::Internal(Box::new(error)))
    }

    /// What a token claims, if its signature is ours and it has not expired.
    async fn claims(&self, app: &App, token: &str) -> Result<Option<Claims>> {
        let now = app.clock.now();
        match self.seen(token, now) {
            Some(claims) => Ok(Some(claims)),
            None => Ok(self.verify_token(app, token).await?.filter(|it| it.is_good_at(now))),
        }
    }

    /// What a token claims whose signature was verified before.
    fn seen(&self, token: &str, now: Timestamp) -> Option<Claims> {
        let verified = self.verified.read().ok()?;
        verified.get(token).filter(|it| it.is_good_at(now)).cloned()
    }

    async fn verify_token(&self, app: &App, token: &str) -> Result<Option<Claims>> {
        let Some(kid) = jsonwebtoken::decode_header(token).ok().and_then(|it| it.kid) else {
            return Ok(None);
        };
        let mut keys = self.keys();
        if !keys.iter().any(|it| it.id == kid) && kid.len() == 32 {
            // Another process may have made it since.
            self.reload(&app.store, &app.key).await?;
            keys = self.keys();
        }
        let Some(key) = keys.iter().find(|it| it.id == kid) else { return Ok(None) };
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        let claims =
            jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(&key.secret), &validation)
                .ok()
                .map(|it| it.claims);
        if let (Some(claims), Ok(mut verified)) = (&claims, self.verified.write()) {
            if verified.len() >= TOKENS_KEPT {
                verified.clear();
            }
            verified.insert(token.to_owned(), claims.clone());
        }
        Ok(claims)
    }

    /// The argon2id hash to keep of a password.
    pub async fn hash(&self, random: &Random, password: &str) -> Result<String> {
        let _permit = self.permit().await?;
        let (password, salt) = (password.to_owned(), random.bytes());
        tokio::task::spawn_blocking(move || hash_now(&password, &salt)).await?
    }

    /// Whether a password is the one of `hash`; takes the same time without a hash.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        let _permit = self.permit().await?;
        let known = hash.is_some();
        let (password, hash) = (password.to_owned(), hash.unwrap_or(ABSENT).to_owned());
        let verified = tokio::task::spawn_blocking(move || verify_now(&password, &hash)).await?;
        Ok(verified && known)
    }

    async fn permit(&self) -> Result<tokio::sync::OwnedSemaphorePermit> {
        let waiting = self.hashing.clone().acquire_owned();
        match tokio::time::timeout(Duration::from_secs(10), waiting).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Error::TooMany { retry_after: 5, detail: "Too many logins at once.".into() }),
        }
    }

    fn remembered(&self, pair: &[u8; 32], now: Timestamp) -> Option<(CustomerRepId, i64)> {
        let basic = self.basic.lock().ok()?;
        basic.get(pair).filter(|it| plus(it.2, BASIC_LIFE) > now).map(|it| (it.0, it.1))
    }

    fn remember(&self, pair: [u8; 32], rep: &reps::Access, now: Timestamp) {
        if let Ok(mut basic) = self.basic.lock() {
            if basic.len() >= BASIC_KEPT {
                basic.clear();
            }
            basic.insert(pair, (rep.customer_rep_id, rep.token_version, now));
        }
    }
}

fn hash_now(password: &str, salt: &[u8; 16]) -> Result<String> {
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|it| it.to_string())
        .map_err(|error| Error::internal(format!("a password could not be hashed: {error}")))
}

fn verify_now(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// What wrong credentials of any kind are told.
pub fn refused() -> Error {
    Error::Unauthorized("The credentials are missing, wrong or no longer valid.".into())
}

/// Reads an `Authorization` header.
pub async fn authenticate(app: &App, authorization: Option<&str>) -> Result<Caller> {
    let (scheme, rest) = authorization.and_then(|it| it.trim().split_once(' ')).ok_or_else(refused)?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        if rest.starts_with("ak_") { by_api_key(app, rest).await } else { by_token(app, rest).await }
    } else if scheme.eq_ignore_ascii_case("basic") {
        by_basic(app, rest).await
    } else {
        Err(refused())
    }
}

fn caller(rep: &reps::Access, scopes: Scopes, identity: String) -> Caller {
    Caller {
        customer: rep.customer_id,
        rep: rep.customer_rep_id,
        role: rep.role,
        scopes,
        identity,
        session: None,
    }
}

/// A rep who came by token or password.
pub(super) fn rep_caller(rep: &reps::Access) -> Caller {
    caller(rep, Scopes::ALL, format!("rep:{}", rep.customer_rep_id))
}

async fn by_token(app: &App, token: &str) -> Result<Caller> {
    let claims = app.credentials.claims(app, token).await?.ok_or_else(refused)?;
    let (customer, rep) = (CustomerId(claims.customer), claims.rep().ok_or_else(refused)?);
    let mut conn = app.store.read().await?;
    let (rep, version) = reps::access(&mut conn, customer, rep).await?.ok_or_else(refused)?;
    if !rep.is_active || rep.token_version != claims.ver {
        return Err(refused());
    }
    let caller = rep_caller(&rep);
    app.credentials.known.keep(rep, version);
    Ok(caller)
}

/// Who a token says that they are, where what its rep may do is known of a moment ago and only has to be
/// confirmed. None has to be asked by [`authenticate`].
pub fn claim(app: &App, authorization: Option<&str>) -> Option<Claim> {
    let (scheme, token) = authorization?.trim().split_once(' ')?;
    let claims = app.credentials.seen(token.trim(), app.clock.now())?;
    let (rep, version) = app.credentials.known.of(CustomerId(claims.customer), claims.rep()?)?;
    let is_good = scheme.eq_ignore_ascii_case("bearer") && rep.is_active && rep.token_version == claims.ver;
    is_good.then(|| Claim::unconfirmed(rep, version))
}

async fn by_api_key(app: &App, key: &str) -> Result<Caller> {
    let hash = api_key_hash(&app.key, key);
    let now = app.clock.now();
    let mut conn = app.store.read().await?;
    let found = reps::access_by_api_key(&mut conn, &hash, now).await?.ok_or_else(refused)?;
    let scopes = Scopes::parse(&found.scopes).ok_or_else(refused)?;
    api_keys::used(app, found.rep.customer_id, found.api_key_id);
    Ok(caller(&found.rep, scopes, format!("key:{}", found.api_key_id)))
}

/// API keys are random, so a fast keyed hash finds them.
pub fn api_key_hash(key: &MasterKey, api_key: &str) -> String {
    crypto::hex(&key.mac("api-key", api_key.as_bytes()))
}

async fn by_basic(app: &App, encoded: &str) -> Result<Caller> {
    use base64::Engine;
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded).map_err(|_| refused())?;
    let text = String::from_utf8(decoded).map_err(|_| refused())?;
    let (username, password) = text.split_once(':').ok_or_else(refused)?;
    let now = app.clock.now();
    let pair = app.key.mac("basic", text.as_bytes());
    if let Some((rep, version)) = app.credentials.remembered(&pair, now) {
        let mut conn = app.store.read().await?;
        if let Some(rep) = reps::access_by_rep(&mut conn, rep).await?
            && rep.is_active
            && rep.token_version == version
        {
            return Ok(rep_caller(&rep));
        }
    }
    let rep = super::login::verify(app, username, password, None).await?;
    app.credentials.remember(pair, &rep, now);
    Ok(rep_caller(&rep))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verifying_without_a_hash_costs_as_much_as_with_one() {
        let cost = |hash: &str| hash.rsplitn(3, '$').nth(2).unwrap().to_owned();
        assert_eq!(cost(ABSENT), cost(&hash_now("a password", &[7; 16]).unwrap()));
        assert!(PasswordHash::new(ABSENT).is_ok());
        assert!(!verify_now("a password", ABSENT));
    }
}
