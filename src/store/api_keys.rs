//! API keys: only their keyed hashes are kept.

use const_format::formatcp;

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{ApiKeyId, CustomerId, CustomerRepId, Timestamp};
use crate::{params, row};

row! {
    /// A key that is not revoked.
    #[derive(Clone, Debug)]
    pub struct ApiKey {
        pub api_key_id: ApiKeyId,
        pub customer_rep_id: CustomerRepId,
        pub name: String,
        /// Comma-separated; empty means everything that the rep may do.
        pub scopes: String,
        /// The first characters of the key, to tell keys apart.
        pub prefix: String,
        pub created_at: Timestamp,
        pub expires_at: Option<Timestamp>,
        pub last_used_at: Option<Timestamp>,
    }
}

/// The columns a list may be sorted by: the API's name and ours.
pub const SORTS: &[(&str, &str)] = &[
    ("apiKeyID", "t.api_key_id"),
    ("customerRepID", "t.customer_rep_id"),
    ("name", "LOWER(t.name)"),
    ("prefix", "t.prefix"),
    ("dateCreated", "t.created_at"),
    ("expiresAt", "COALESCE(t.expires_at, 0)"),
    ("lastUsedAt", "COALESCE(t.last_used_at, 0)"),
];

/// `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn list(
    conn: &mut Conn,
    customer: CustomerId,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<ApiKey>> {
    let sql = format!(
        "SELECT {} FROM api_keys t WHERE t.customer_id = $1 AND t.revoked_at IS NULL
         ORDER BY {order}, t.api_key_id LIMIT $2 OFFSET $3",
        ApiKey::COLUMNS
    );
    conn.query(&sql, params![customer, limit, offset]).await
}

pub async fn count(conn: &mut Conn, customer: CustomerId) -> Result<u64> {
    let (n,): (i64,) = conn
        .query_one(
            "SELECT COUNT(*) FROM api_keys WHERE customer_id = $1 AND revoked_at IS NULL",
            params![customer],
        )
        .await?;
    Ok(n as u64)
}

pub async fn get(conn: &mut Conn, customer: CustomerId, key: ApiKeyId) -> Result<ApiKey> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM api_keys t WHERE t.customer_id = $1 AND t.api_key_id = $2 AND t.revoked_at IS NULL",
            ApiKey::COLUMNS
        ),
        params![customer, key],
    )
    .await
}

/// What is written of a new key.
pub struct NewKey<'a> {
    pub rep: CustomerRepId,
    pub name: &'a str,
    pub scopes: &'a str,
    pub prefix: &'a str,
    pub hash: &'a str,
    pub expires_at: Option<Timestamp>,
}

pub async fn insert(tx: &mut Tx, customer: CustomerId, new: &NewKey<'_>) -> Result<ApiKeyId> {
    let now = tx.now;
    let (id,): (ApiKeyId,) = tx
        .query_one(
            "INSERT INTO api_keys (customer_id, customer_rep_id, name, scopes, prefix, key_hash, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING api_key_id",
            params![customer, new.rep, new.name, new.scopes, new.prefix, new.hash, now, new.expires_at],
        )
        .await?;
    Ok(id)
}

/// False where it was revoked before.
pub async fn revoke(tx: &mut Tx, customer: CustomerId, key: ApiKeyId) -> Result<bool> {
    let now = tx.now;
    let revoked = tx
        .execute(
            "UPDATE api_keys SET revoked_at = $3 WHERE customer_id = $1 AND api_key_id = $2 AND revoked_at IS NULL",
            params![customer, key, now],
        )
        .await?;
    Ok(revoked == 1)
}

pub async fn used(tx: &mut Tx, customer: CustomerId, key: ApiKeyId) -> Result<()> {
    let now = tx.now;
    tx.execute(
        "UPDATE api_keys SET last_used_at = $3 WHERE customer_id = $1 AND api_key_id = $2",
        params![customer, key, now],
    )
    .await?;
    Ok(())
}
