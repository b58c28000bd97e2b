//! Login with a username and a password, and its throttle.

use std::time::Duration;

use crate::app::App;
use crate::error::{Error, Result};
use crate::model::Timestamp;
use crate::store::{reps, throttles};

/// Failures that cost nothing.
const FREE_FAILURES: i64 = 5;
/// The longest that a name is locked.
const LONGEST_LOCK: Duration = Duration::from_secs(15 * 60);

/// A token for the rep with this username and password.
pub async fn login(app: &App, username: &str, password: &str, hostname: Option<&str>) -> Result<String> {
    let rep = verify(app, username, password, hostname).await?;
    app.credentials.issue(&rep, app.clock.now())
}

/// The rep with this username and password. Takes the same time and says the same whether or not there
/// is one; locks the name for a growing time after repeated failures.
pub async fn verify(
    app: &App,
    username: &str,
    password: &str,
    hostname: Option<&str>,
) -> Result<reps::Access> {
    let key = username.trim().to_lowercase();
    let now = app.clock.now();
    let throttle = throttle(&key);
    let mut conn = app.store.read().await?;
    if let Some(until) = throttles::blocked_until(&mut conn, &throttle, now).await? {
        return Err(Error::TooMany {
            retry_after: ((until.0 - now.0) / 1_000_000 + 1) as u64,
            detail: "Too many failed logins for this name; wait, then try again.".into(),
        });
    }
    let found = find(&mut conn, &key, hostname).await?;
    drop(conn);
    let verified =
        app.credentials.verify(password, found.as_ref().map(|it| it.password_hash.as_str())).await?;
    match found {
        Some(found) if verified && found.access.is_active => {
            app.store.write(move |tx| Box::pin(async move { throttles::clear(tx, &throttle).await })).await?;
            Ok(found.access)
        }
        _ => {
            app.store
                .write(move |tx| Box::pin(async move { throttles::fail(tx, &throttle, locked_until).await }))
                .await?;
            Err(Error::Unauthorized("The username or the password is wrong.".into()))
        }
    }
}

/// The name that failures of a username (in lower case) are counted under.
pub(super) fn throttle(username_key: &str) -> String {
    format!("login:{username_key}")
}

/// The hostname that may select a tenant: `localhost` and nothing do not.
pub(super) fn selecting(hostname: Option<&str>) -> Option<String> {
    hostname.map(|it| it.trim().to_lowercase()).filter(|it| !it.is_empty() && it != "localhost")
}

fn locked_until(now: Timestamp, failures: i64) -> Timestamp {
    let doublings = failures.saturating_sub(FREE_FAILURES).clamp(0, 20) as u32;
    let lock =
        Duration::from_secs(if failures < FREE_FAILURES { 0 } else { 2u64.pow(doublings) }).min(LONGEST_LOCK);
    Timestamp(now.0 + lock.as_micros() as i64)
}

/// `localhost`, nothing and a hostname that no tenant has select no tenant; a name that several tenants
/// have is then nobody's.
async fn find(
    conn: &mut crate::store::Conn,
    key: &str,
    hostname: Option<&str>,
) -> Result<Option<reps::Login>> {
    let hostname = selecting(hostname);
    let mut found = reps::logins(conn, key).await?;
    if let Some(hostname) = hostname
        && reps::is_hostname(conn, &hostname).await?
    {
        found.retain(|it| it.hostname.as_deref() == Some(&hostname));
    }
    Ok(if found.len() == 1 { found.pop() } else { None })
}
