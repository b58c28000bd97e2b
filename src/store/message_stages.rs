//! How the stages of the pipeline went.

use const_format::formatcp;

use super::{Conn, Tx, Value};
use crate::error::Result;
use crate::model::{CustomerId, MessageId, MessageStage};
use crate::params;

/// Those of one message, in the order they ended.
pub async fn of_message(
    conn: &mut Conn,
    customer: CustomerId,
    message: MessageId,
) -> Result<Vec<MessageStage>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM message_stages t WHERE t.customer_id = $1 AND t.message_id = $2
             ORDER BY t.ended_at, t.stage",
            MessageStage::COLUMNS
        ),
        params![customer, message],
    )
    .await
}

pub async fn get(
    conn: &mut Conn,
    customer: CustomerId,
    message: MessageId,
    stage: &str,
) -> Result<Option<MessageStage>> {
    conn.query_opt(
        formatcp!(
            "SELECT {} FROM message_stages t WHERE t.customer_id = $1 AND t.message_id = $2 AND t.stage = $3",
            MessageStage::COLUMNS
        ),
        params![customer, message, stage],
    )
    .await
}

/// Forgets how it went: it is to begin again.
pub async fn delete(tx: &mut Tx, customer: CustomerId, message: MessageId, stage: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM message_stages WHERE customer_id = $1 AND message_id = $2 AND stage = $3",
        params![customer, message, stage],
    )
    .await?;
    Ok(())
}

/// Notes it in the place of what was noted of the same stage before.
pub async fn put(tx: &mut Tx, customer: CustomerId, stage: &MessageStage) -> Result<()> {
    let mut values: Vec<Value<'_>> = vec![customer.into()];
    values.extend(stage.values());
    tx.execute(
        "INSERT INTO message_stages (customer_id, message_id, stage, status, reason, evidence, tries, ended_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (customer_id, message_id, stage) DO UPDATE SET status = excluded.status,
         reason = excluded.reason, evidence = excluded.evidence, tries = excluded.tries, ended_at = excluded.ended_at",
        &values,
    )
    .await?;
    Ok(())
}
