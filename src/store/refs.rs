//! Names of what tickets refer to, in bulk.

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{ChannelId, ChannelType, CustomerId, CustomerRepId, Refs, TopicId};
use crate::params;

pub async fn version(conn: &mut Conn, customer: CustomerId) -> Result<i64> {
    let row: (i64,) = conn
        .query_one("SELECT refs_version FROM customers WHERE customer_id = $1", params![customer])
        .await?;
    Ok(row.0)
}

pub async fn bump(tx: &mut Tx, customer: CustomerId) -> Result<()> {
    tx.execute(
        "UPDATE customers SET refs_version = refs_version + 1 WHERE customer_id = $1",
        params![customer],
    )
    .await?;
    Ok(())
}

pub async fn load(conn: &mut Conn, customer: CustomerId) -> Result<Refs> {
    let version = version(conn, customer).await?;
    let channels: Vec<(ChannelId, String, ChannelType)> = conn
        .query(
            "SELECT channel_id, name, channel_type FROM channels WHERE customer_id = $1",
            params![customer],
        )
        .await?;
    let reps: Vec<(CustomerRepId, String)> = conn
        .query("SELECT customer_rep_id, name FROM customer_reps WHERE customer_id = $1", params![customer])
        .await?;
    let topics: Vec<(TopicId, String)> =
        conn.query("SELECT topic_id, name FROM topics WHERE customer_id = $1", params![customer]).await?;
    let fields = super::custom_fields::all(conn, customer).await?;
    Ok(Refs {
        version,
        fields,
        channels: channels.into_iter().map(|(id, name, kind)| (id, (name, kind))).collect(),
        reps: reps.into_iter().collect(),
        topics: topics.into_iter().collect(),
    })
}
