//! `answerpal doctor`: looks at everything that the server needs, changes nothing, and says in a
//! sentence what is wrong.

mod mail;
mod spam;

use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use super::Context;
use crate::clock::{Clock, Random};
use crate::config::Config;
use crate::crypto::MasterKey;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::model::Timestamp;
use crate::store::{Store, StoreOptions, meta};

/// Less free space than this is wrong: the database stops when there is none.
const LEAST_FREE: u64 = 256 * 1024 * 1024;
const LITTLE_FREE: u64 = 2 * 1024 * 1024 * 1024;
/// Leases and tokens stand a little difference between the clocks of two machines, not more.
const MOST_SKEW: i64 = 5_000_000;
/// 2026-01-01: no clock that is right shows less.
const BUILT_AFTER: i64 = 1_767_225_600_000_000;

#[derive(Serialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warning,
    Wrong,
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    state: State,
    detail: String,
}

#[derive(Default)]
struct Checks(Vec<Check>);

impl Checks {
    fn ok(&mut self, name: &'static str, detail: impl Into<String>) {
        self.0.push(Check { name, state: State::Ok, detail: detail.into() });
    }

    fn warning(&mut self, name: &'static str, detail: impl Into<String>) {
        self.0.push(Check { name, state: State::Warning, detail: detail.into() });
    }

    fn wrong(&mut self, name: &'static str, detail: impl Into<String>) {
        self.0.push(Check { name, state: State::Wrong, detail: detail.into() });
    }
}

pub async fn run(context: &Context) -> Result<ExitCode> {
    let mut checks = Checks::default();
    match context.config() {
        Ok(config) => {
            settings(&mut checks, &config);
            folder(&mut checks, &config.data_dir);
            let fingerprint = database(&mut checks, &config).await;
            master_key(&mut checks, &config, fingerprint.as_deref());
            files(&mut checks, &config).await;
            mail::settings(&mut checks, &config).await;
            spam::settings(&mut checks, &config).await;
        }
        Err(error) => checks.wrong("settings", error.to_string()),
    }
    let wrong = checks.0.iter().any(|it| it.state == State::Wrong);
    let mut text = String::new();
    for check in &checks.0 {
        let state = match check.state {
            State::Ok => "ok     ",
            State::Warning => "warning",
            State::Wrong => "WRONG  ",
        };
        let _ = writeln!(text, "{state}  {}: {}", check.name, check.detail);
    }
    context.print(text.trim_end(), &serde_json::json!({ "ok": !wrong, "checks": checks.0 }));
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn settings(checks: &mut Checks, config: &Config) {
    match &config.public_url {
        Some(url) if !(url.starts_with("https://") || url.starts_with("http://")) => {
            checks.wrong("settings", format!("public-url is {url:?}, which does not start with https://."));
        }
        Some(url) => checks.ok("settings", format!("they can be read; links in mails start with {url}.")),
        None => checks.warning(
            "settings",
            format!("links in mails will start with {}: set ANSWERPAL_PUBLIC_URL.", config.public_url()),
        ),
    }
}

fn folder(checks: &mut Checks, folder: &Path) {
    let shown = folder.display();
    if !folder.exists() {
        checks.ok("data folder", format!("{shown} is not there yet; the first start makes it."));
        return;
    }
    if let Err(error) = tempfile::NamedTempFile::new_in(folder) {
        checks.wrong("data folder", format!("{shown} cannot be written to: {error}."));
        return;
    }
    checks.ok("data folder", format!("{shown} can be written to."));
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let shown = format!("{:.1} GB are free.", free as f64 / 1e9);
            match free {
                0..LEAST_FREE => checks.wrong("disk", format!("{shown} The database stops when it is full.")),
                LEAST_FREE..LITTLE_FREE => checks.warning("disk", shown),
                _ => checks.ok("disk", shown),
            }
        }
        Err(error) => checks.warning("disk", format!("free space is not known: {error}.")),
    }
}

/// Gives the fingerprint of the key that the database was made with.
async fn database(checks: &mut Checks, config: &Config) -> Option<String> {
    let options = StoreOptions {
        database_url: config.database_url.clone(),
        sqlite_path: config.data_dir.join("answerpal.db"),
        connections: 1,
    };
    if options.database_url.is_none() && !options.sqlite_path.exists() {
        checks.ok("database", "there is none yet; the first start makes it.");
        return None;
    }
    let looked = async {
        let store = Store::connect(&options, Clock::system())?;
        let looked = look(checks, &store).await;
        store.close().await;
        looked
    };
    match looked.await {
        Ok(fingerprint) => fingerprint,
        Err(error) => {
            checks.wrong("database", format!("it cannot be used: {error}"));
            None
        }
    }
}

async fn look(checks: &mut Checks, store: &Store) -> Result<Option<String>> {
    let mut conn = store.read().await?;
    let (ours, theirs) = (store.clock().now(), meta::clock(&mut conn).await?);
    let newest = crate::store::schema_version();
    let Some((version, applied)) = meta::schema_version(&mut conn).await? else {
        checks.ok("database", "it answers and is empty; the first start fills it.");
        clock(checks, ours, theirs, None);
        return Ok(None);
    };
    if version > newest {
        checks.wrong("database", "it was written by a newer version of answerpal: start that one.");
        return Ok(None);
    }
    if version < newest {
        let text = format!("its schema is at {version} of {newest}: the next start brings it up to date.");
        checks.warning("database", text);
    } else {
        checks.ok("database", format!("it answers; its schema is up to date (version {version})."));
    }
    clock(checks, ours, theirs, Some(applied));
    if version == newest {
        mail::state(checks, &mut conn).await?;
    }
    meta::get(&mut conn, "key_fingerprint").await
}

fn clock(checks: &mut Checks, ours: Timestamp, database: Timestamp, applied: Option<Timestamp>) {
    let skew = (ours.0 - database.0).abs();
    if ours.0 < BUILT_AFTER || applied.is_some_and(|it| ours.0 + MOST_SKEW < it.0) {
        checks.wrong("clock", format!("this machine's clock shows {ours}, which is in the past."));
    } else if skew > MOST_SKEW {
        let seconds = skew / 1_000_000;
        checks.wrong("clock", format!("this machine's clock and the database's differ by {seconds} s."));
    } else {
        checks.ok("clock", format!("it shows {ours}, as the database's does."));
    }
}

fn master_key(checks: &mut Checks, config: &Config, fingerprint: Option<&str>) {
    const NAME: &str = "master key";
    let path = config.data_dir.join("secret.key");
    let (text, source) = match &config.secret_key {
        Some(text) => (text.clone(), "ANSWERPAL_SECRET_KEY".to_owned()),
        None => match std::fs::read_to_string(&path) {
            Ok(text) => (text, path.display().to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                match fingerprint {
                    None => checks.ok(NAME, "there is none yet; the first start makes it."),
                    Some(_) => checks.wrong(
                        NAME,
                        format!(
                            "{} is missing: put it back, or give it in ANSWERPAL_SECRET_KEY.",
                            path.display()
                        ),
                    ),
                }
                return;
            }
            Err(error) => {
                checks.wrong(NAME, format!("{} cannot be read: {error}.", path.display()));
                return;
            }
        },
    };
    let Some(key) = MasterKey::parse(&text) else {
        checks.wrong(NAME, format!("{source} does not hold 64 hexadecimal digits."));
        return;
    };
    if fingerprint.is_some_and(|it| it != key.fingerprint()) {
        checks.wrong(NAME, format!("{source} is not the key that this database was made with."));
    } else if config.secret_key.is_none() && readable_by_others(&path) {
        checks.warning(NAME, format!("others can read {source}: chmod 600 it."));
    } else {
        checks.ok(NAME, format!("{source} is the right one."));
    }
}

fn readable_by_others(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|it| it.permissions().mode() & 0o077 != 0)
}

async fn files(checks: &mut Checks, config: &Config) {
    if config.files_url.is_none() && !config.data_dir.join("files").exists() {
        checks.ok("files", "their folder is not there yet; the first start makes it.");
        return;
    }
    match write_and_delete(config).await {
        Ok(()) => checks.ok("files", "their store can be written to."),
        Err(error) => checks.wrong("files", format!("their store cannot be written to: {error}")),
    }
}

async fn write_and_delete(config: &Config) -> Result<(), Error> {
    let files = Files::open(config)?;
    let key = format!("doctor-{}", Random::system().token());
    let mut upload = files.upload(&key).await?;
    upload.write(b"answerpal doctor").await?;
    upload.finish().await?;
    files.delete(&key).await
}
