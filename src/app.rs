//! Every shared handle, built once.

use std::collections::HashSet;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::channels::email::connect::Network;
use crate::channels::email::senders::Senders;
use crate::clock::{Clock, Random};
use crate::config::Config;
use crate::convert::Converter;
use crate::crypto::MasterKey;
use crate::domain::credentials::Credentials;
use crate::domain::limits::Limits;
use crate::domain::live::Live;
use crate::domain::page_memory::PageMemory;
use crate::domain::refs::RefsCache;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::intake::Knowledge;
use crate::jobs::Pulse;
use crate::outbound::Outbound;
use crate::store::{Store, StoreOptions, meta};

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Handles>);

pub struct Handles {
    pub config: Config,
    pub clock: Clock,
    pub random: Random,
    pub key: MasterKey,
    pub store: Store,
    pub files: Files,
    pub outbound: Outbound,
    pub converter: Converter,
    /// What mail servers are reached by.
    pub network: Network,
    /// Asks whether mail is from whom it says.
    pub senders: Senders,
    pub credentials: Credentials,
    pub refs: RefsCache,
    pub pages: PageMemory,
    pub live: Live,
    pub workers: Pulse,
    pub limits: Limits,
    pub knowledge: Knowledge,
    /// Idempotency keys whose first request is under way in this process.
    pub keys_under_way: Mutex<HashSet<String>>,
    /// Lets the very first administrator be made from elsewhere than loopback; printed at start.
    pub setup_code: String,
}

impl Deref for App {
    type Target = Handles;
    fn deref(&self) -> &Handles {
        &self.0
    }
}

impl App {
    /// Opens everything, making what an empty folder lacks.
    pub async fn open(config: Config, clock: Clock, random: Random) -> Result<Self> {
        std::fs::create_dir_all(&config.data_dir).map_err(|error| {
            Error::invalid("data-dir", format!("{} cannot be made: {error}", config.data_dir.display()))
        })?;
        let key = master_key(&config, &random)?;
        let store = Store::open(&store_options(&config), clock.clone()).await?;
        check_fingerprint(&store, &key).await?;
        let files = Files::open(&config)?;
        let outbound = Outbound::new(&config.outbound_allow)?;
        let network = Network::new(outbound.clone(), config.mail_ca.as_deref())?;
        let senders = Senders::new(config.dns_servers.as_deref(), &config.host_name())?;
        let credentials = Credentials::load(&store, &key, &clock, &random).await?;
        let setup_code = random.token();
        let converter = Converter::new(&config);
        let live = Live::default();
        let refs = RefsCache::default();
        let patience = Duration::from_secs(config.embedding_timeout_seconds);
        let knowledge = Knowledge::new(outbound.clone(), patience);
        Ok(Self(Arc::new(Handles {
            config,
            clock,
            random,
            key,
            store,
            files,
            outbound,
            converter,
            network,
            senders,
            credentials,
            refs,
            pages: PageMemory::default(),
            live,
            workers: Pulse::default(),
            limits: Limits::default(),
            knowledge,
            keys_under_way: Mutex::default(),
            setup_code,
        })))
    }
}

/// Where the database of these settings is.
pub fn store_options(config: &Config) -> StoreOptions {
    StoreOptions {
        database_url: config.database_url.clone(),
        sqlite_path: config.data_dir.join("answerpal.db"),
        connections: config.connections,
    }
}

/// The key that is there, or a new one in `secret.key`.
fn master_key(config: &Config, random: &Random) -> Result<MasterKey> {
    if let Some(key) = present_master_key(config)? {
        return Ok(key);
    }
    let key = MasterKey::generate(random);
    write_master_key(config, &key)?;
    Ok(key)
}

/// From the setting, else from `secret.key` in the data folder.
pub fn present_master_key(config: &Config) -> Result<Option<MasterKey>> {
    if let Some(text) = &config.secret_key {
        let key = MasterKey::parse(text);
        return key.map(Some).ok_or_else(|| Error::invalid("secret-key", "must be 64 hexadecimal digits"));
    }
    match std::fs::read_to_string(config.data_dir.join("secret.key")) {
        Ok(text) => MasterKey::parse(&text)
            .map(Some)
            .ok_or_else(|| Error::invalid("secret.key", "does not hold 64 hexadecimal digits")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

pub fn write_master_key(config: &Config, key: &MasterKey) -> Result<()> {
    write_private(&config.data_dir.join("secret.key"), &key.to_hex())
}

/// Readable by the owner only, on disk when this returns.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(())
}

/// A key that is not the one the secrets were encrypted with is refused before it does harm.
async fn check_fingerprint(store: &Store, key: &MasterKey) -> Result<()> {
    let fingerprint = key.fingerprint();
    let kept = store
        .write(move |tx| Box::pin(async move { meta::get_or_set(tx, "key_fingerprint", &fingerprint).await }))
        .await?;
    if kept == key.fingerprint() {
        return Ok(());
    }
    Err(Error::invalid(
        "secret-key",
        "is not the one this database was made with: give that one in ANSWERPAL_SECRET_KEY or put its secret.key back",
    ))
}
