//! Answers kept under an `Idempotency-Key`, in the transaction of the write they belong to.

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, Timestamp};
use crate::{params, row};

row! {
    /// A kept answer.
    pub struct Kept {
        pub body_hash: String,
        pub status: i64,
        pub location: Option<String>,
        pub body: Option<String>,
    }
}

pub async fn find(
    conn: &mut Conn,
    customer: CustomerId,
    scope: &str,
    key: &str,
    after: Timestamp,
) -> Result<Option<Kept>> {
    conn.query_opt(
        "SELECT t.body_hash, t.status, t.location, t.body FROM idempotency_keys t
         WHERE t.customer_id = $1 AND t.scope = $2 AND t.idempotency_key = $3 AND t.created_at > $4",
        params![customer, scope, key, after],
    )
    .await
}

/// Claims a key; false where another transaction has it. An expired one is taken over.
pub async fn claim(
    tx: &mut Tx,
    customer: CustomerId,
    scope: &str,
    key: &str,
    body_hash: &str,
    expired: Timestamp,
) -> Result<bool> {
    let now = tx.now;
    let claimed = tx
        .execute(
            "INSERT INTO idempotency_keys (customer_id, scope, idempotency_key, body_hash, status, created_at)
             VALUES ($1, $2, $3, $4, 0, $5)
             ON CONFLICT (customer_id, scope, idempotency_key)
             DO UPDATE SET body_hash = excluded.body_hash, status = 0, created_at = excluded.created_at
             WHERE idempotency_keys.created_at <= $6",
            params![customer, scope, key, body_hash, now, expired],
        )
        .await?;
    Ok(claimed == 1)
}

pub async fn keep(
    tx: &mut Tx,
    customer: CustomerId,
    scope: &str,
    key: &str,
    status: u16,
    location: Option<&str>,
    body: Option<&str>,
) -> Result<()> {
    tx.send(
        "UPDATE idempotency_keys SET status = $4, location = $5, body = $6
         WHERE customer_id = $1 AND scope = $2 AND idempotency_key = $3",
        params![customer, scope, key, i64::from(status), location, body],
    )
    .await
}

pub async fn delete_before(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM idempotency_keys WHERE created_at < $1", params![before]).await
}
