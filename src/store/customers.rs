//! Tenants.

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::CustomerId;
use crate::params;

pub async fn insert(tx: &mut Tx, name: &str, hostname: Option<&str>) -> Result<CustomerId> {
    let now = tx.now;
    let (id,): (CustomerId,) = tx
        .query_one(
            "INSERT INTO customers (name, hostname, created_at) VALUES ($1, $2, $3) RETURNING customer_id",
            params![name, hostname, now],
        )
        .await?;
    Ok(id)
}

/// Every tenant.
pub async fn ids(conn: &mut Conn) -> Result<Vec<CustomerId>> {
    let rows: Vec<(CustomerId,)> =
        conn.query("SELECT customer_id FROM customers ORDER BY customer_id", params![]).await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}
