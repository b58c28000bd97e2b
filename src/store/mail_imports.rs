//! How far mbox files are imported.

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{ChannelId, CustomerId};
use crate::{params, row};

row! {
    /// Up to where a file is done.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Reached {
        pub position: i64,
        /// What stood before it.
        pub mark: String,
    }
}

pub async fn get(
    conn: &mut Conn,
    customer: CustomerId,
    channel: ChannelId,
    source: &str,
) -> Result<Option<Reached>> {
    conn.query_opt(
        "SELECT position, mark FROM mail_imports WHERE customer_id = $1 AND channel_id = $2 AND source = $3",
        params![customer, channel, source],
    )
    .await
}

pub async fn put(
    tx: &mut Tx,
    customer: CustomerId,
    channel: ChannelId,
    source: &str,
    reached: &Reached,
) -> Result<()> {
    let now = tx.now;
    tx.execute(
        "INSERT INTO mail_imports (customer_id, channel_id, source, position, mark, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (customer_id, channel_id, source)
         DO UPDATE SET position = $4, mark = $5, changed_at = $6",
        params![customer, channel, source, reached.position, &reached.mark, now],
    )
    .await?;
    Ok(())
}

/// With its channel.
pub async fn delete(tx: &mut Tx, customer: CustomerId, channel: ChannelId) -> Result<()> {
    tx.execute(
        "DELETE FROM mail_imports WHERE customer_id = $1 AND channel_id = $2",
        params![customer, channel],
    )
    .await?;
    Ok(())
}
