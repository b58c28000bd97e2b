//! What actions on many tickets changed, while they may be undone.

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{BulkUndoId, CustomerId, CustomerRepId, Timestamp};
use crate::params;

/// `states` is JSON.
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    rep: CustomerRepId,
    states: &str,
    expires_at: Timestamp,
) -> Result<BulkUndoId> {
    let columns = ["customer_id", "customer_rep_id", "states", "expires_at"];
    let values = params![customer, rep, states, expires_at];
    tx.insert_row("bulk_undos", "bulk_undo_id", &columns, values).await.map(BulkUndoId)
}

/// A rep's own, while it may be undone; `NotFound` else.
pub async fn get(
    conn: &mut Conn,
    customer: CustomerId,
    rep: CustomerRepId,
    undo: BulkUndoId,
    now: Timestamp,
) -> Result<String> {
    let (states,): (String,) = conn
        .query_one(
            "SELECT states FROM bulk_undos
             WHERE customer_id = $1 AND bulk_undo_id = $2 AND customer_rep_id = $3 AND expires_at > $4 FOR UPDATE",
            params![customer, undo, rep, now],
        )
        .await?;
    Ok(states)
}

pub async fn delete(tx: &mut Tx, customer: CustomerId, undo: BulkUndoId) -> Result<u64> {
    tx.execute("DELETE FROM bulk_undos WHERE customer_id = $1 AND bulk_undo_id = $2", params![customer, undo])
        .await
}

/// Deletes those of all tenants that expired before.
pub async fn delete_expired(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM bulk_undos WHERE expires_at < $1", params![before]).await
}
