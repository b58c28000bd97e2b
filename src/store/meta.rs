//! What belongs to the installation and to no tenant: named values and signing keys.

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::Timestamp;
use crate::params;

/// The value under a name; the given one becomes it where there is none.
pub async fn get_or_set(tx: &mut Tx, name: &str, value: &str) -> Result<String> {
    tx.execute(
        "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        params![name, value],
    )
    .await?;
    let (kept,): (String,) = tx.query_one("SELECT value FROM meta WHERE name = $1", params![name]).await?;
    Ok(kept)
}

/// Takes a name that can be taken once; false where it was taken before. Of two at once one waits.
pub async fn claim(tx: &mut Tx, name: &str) -> Result<bool> {
    let taken = tx
        .execute(
            "INSERT INTO meta (name, value) VALUES ($1, '') ON CONFLICT (name) DO NOTHING",
            params![name],
        )
        .await?;
    Ok(taken == 1)
}

/// Whether a name of [`claim`] was taken.
pub async fn is_claimed(conn: &mut Conn, name: &str) -> Result<bool> {
    let found: Option<(String,)> =
        conn.query_opt("SELECT value FROM meta WHERE name = $1", params![name]).await?;
    Ok(found.is_some())
}

/// Signing keys (id, encrypted secret, made when), newest first.
pub async fn signing_keys(conn: &mut Conn) -> Result<Vec<(String, Vec<u8>, Timestamp)>> {
    conn.query(
        "SELECT key_id, secret, created_at FROM signing_keys ORDER BY created_at DESC, key_id",
        params![],
    )
    .await
}

pub async fn add_signing_key(tx: &mut Tx, key_id: &str, secret: &[u8]) -> Result<()> {
    let now = tx.now;
    tx.execute(
        "INSERT INTO signing_keys (key_id, secret, created_at) VALUES ($1, $2, $3)",
        params![key_id, secret, now],
    )
    .await?;
    Ok(())
}

pub async fn delete_signing_keys_before(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM signing_keys WHERE created_at < $1", params![before]).await
}

/// Takes or keeps a named lease until `until`; false while another holder has it.
pub async fn take_lease(tx: &mut Tx, name: &str, holder: &str, until: Timestamp) -> Result<bool> {
    let now = tx.now;
    let taken = tx
        .execute(
            "INSERT INTO leases (name, holder, lease_until) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until
             WHERE leases.holder = $2 OR leases.lease_until < $4",
            params![name, holder, until, now],
        )
        .await?;
    Ok(taken == 1)
}

/// Gives a lease up, so that the next holder need not wait.
pub async fn release_lease(tx: &mut Tx, name: &str, holder: &str) -> Result<()> {
    tx.execute("DELETE FROM leases WHERE name = $1 AND holder = $2", params![name, holder]).await?;
    Ok(())
}

/// The value under a name.
pub async fn get(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    let found: Option<(String,)> =
        conn.query_opt("SELECT value FROM meta WHERE name = $1", params![name]).await?;
    Ok(found.map(|it| it.0))
}

/// The newest migration that was applied, and when; none in an empty database.
pub async fn schema_version(conn: &mut Conn) -> Result<Option<(i64, Timestamp)>> {
    let (there,): (bool,) = conn.query_one(conn.dialect().has_table(), params!["schema_migrations"]).await?;
    if !there {
        return Ok(None);
    }
    conn.query_opt(
        "SELECT version, applied_at FROM schema_migrations ORDER BY version DESC LIMIT 1",
        params![],
    )
    .await
}

/// What time it is for the database.
pub async fn clock(conn: &mut Conn) -> Result<Timestamp> {
    let (now,): (Timestamp,) = conn.query_one(conn.dialect().clock(), params![]).await?;
    Ok(now)
}
