//! Public links of sent replies and of chats. Only hashes of their tokens are kept.

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, MessageId, TicketId, Timestamp};
use crate::params;

/// Lets a visitor say something about a reply.
pub const REPLY: &str = "reply";
/// The opening pixel.
pub const OPEN: &str = "open";

/// Adds tokens of a message: kind and hash.
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    message: MessageId,
    tokens: &[(&str, String)],
    expires_at: Timestamp,
) -> Result<()> {
    let rows: Vec<_> = tokens
        .iter()
        .flat_map(|(kind, hash)| {
            [hash.into(), customer.into(), message.into(), (*kind).into(), expires_at.into()]
        })
        .collect();
    let columns = ["token_hash", "customer_id", "message_id", "kind", "expires_at"];
    tx.insert_many("message_tokens", &columns, &rows).await
}

/// Ends the links of a message.
pub async fn delete(tx: &mut Tx, customer: CustomerId, message: MessageId) -> Result<()> {
    tx.execute(
        "DELETE FROM message_tokens WHERE customer_id = $1 AND message_id = $2",
        params![customer, message],
    )
    .await?;
    Ok(())
}

/// The message that a token which has not expired is for.
pub async fn find(
    conn: &mut Conn,
    kind: &str,
    hash: &str,
    now: Timestamp,
) -> Result<Option<(CustomerId, MessageId)>> {
    conn.query_opt(
        "SELECT customer_id, message_id FROM message_tokens
         WHERE token_hash = $1 AND kind = $2 AND expires_at > $3",
        params![hash, kind, now],
    )
    .await
}

/// The ticket of a chat whose token has not expired.
pub async fn find_chat(
    conn: &mut Conn,
    hash: &str,
    now: Timestamp,
) -> Result<Option<(CustomerId, TicketId)>> {
    conn.query_opt(
        "SELECT customer_id, ticket_id FROM chat_sessions WHERE token_hash = $1 AND expires_at > $2",
        params![hash, now],
    )
    .await
}

/// Forgets links that no longer work.
pub async fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM message_tokens WHERE expires_at <= $1", params![now]).await
}
