//! Failures under a name, and until when it is blocked.

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::Timestamp;
use crate::params;

pub async fn blocked_until(conn: &mut Conn, name: &str, now: Timestamp) -> Result<Option<Timestamp>> {
    let row: Option<(Timestamp,)> = conn
        .query_opt(
            "SELECT blocked_until FROM throttles WHERE name = $1 AND blocked_until > $2",
            params![name, now],
        )
        .await?;
    Ok(row.map(|it| it.0))
}

/// Counts a failure; `until` says for how long so many of them block. A day without one forgets them.
pub async fn fail(tx: &mut Tx, name: &str, until: fn(Timestamp, i64) -> Timestamp) -> Result<()> {
    let now = tx.now;
    let forgotten = Timestamp(now.0 - 24 * 3600 * 1_000_000);
    let (failures,): (i64,) = tx
        .query_one(
            "INSERT INTO throttles (name, failures, blocked_until, updated_at) VALUES ($1, 1, 0, $2)
             ON CONFLICT (name) DO UPDATE SET updated_at = excluded.updated_at,
             failures = CASE WHEN throttles.updated_at < $3 THEN 1 ELSE throttles.failures + 1 END
             RETURNING failures",
            params![name, now, forgotten],
        )
        .await?;
    tx.execute(
        "UPDATE throttles SET blocked_until = $2 WHERE name = $1",
        params![name, until(now, failures)],
    )
    .await?;
    Ok(())
}

pub async fn clear(tx: &mut Tx, name: &str) -> Result<()> {
    tx.execute("DELETE FROM throttles WHERE name = $1", params![name]).await?;
    Ok(())
}

/// Forgets names that have not failed since `before` and are not blocked.
pub async fn delete_before(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    let now = tx.now;
    tx.execute("DELETE FROM throttles WHERE updated_at < $1 AND blocked_until < $2", params![before, now])
        .await
}
