//! Conversations of visitors with a chat channel, found by the hash of their token.

use const_format::formatcp;

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{Channel, ChannelId, CustomerId, Message, MessageId, TicketId, Timestamp};
use crate::{params, row};

row! {
    /// What a visitor's token opens.
    #[derive(Clone, Debug)]
    pub struct ChatSession {
        pub token_hash: String,
        pub customer_id: CustomerId,
        pub ticket_id: TicketId,
        pub channel_id: ChannelId,
        pub expires_at: Timestamp,
    }
}

/// Messages that the visitor of a ticket sees: their own, and what was sent to them.
const VISIBLE: &str = "t.customer_id = $1 AND t.ticket_id = $2 AND NOT t.is_draft AND NOT t.is_internal
    AND ((t.incoming AND t.channel_type = 'Chat') OR t.delivery_status IN ('Queued', 'Sent'))";

/// The active chat channel with this token, of any tenant.
pub async fn channel(conn: &mut Conn, token: &str) -> Result<Channel> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM channels t WHERE t.token = $1 AND t.channel_type = 'Chat' AND t.is_active",
            Channel::COLUMNS
        ),
        params![token],
    )
    .await
}

/// Host lists of the active chat channels of all tenants in which `host` may stand.
pub async fn hostnames_like(conn: &mut Conn, host: &str) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = conn
        .query(
            "SELECT hostnames FROM channels
             WHERE channel_type = 'Chat' AND is_active AND hostnames LIKE '%' || $1 || '%'",
            params![host],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

pub async fn insert(tx: &mut Tx, session: &ChatSession) -> Result<()> {
    tx.insert_many("chat_sessions", ChatSession::NAMES, &session.values()).await
}

/// Not expired, in a channel that is still active.
pub async fn find(conn: &mut Conn, token_hash: &str, now: Timestamp) -> Result<ChatSession> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM chat_sessions t
             JOIN channels c ON c.customer_id = t.customer_id AND c.channel_id = t.channel_id
             WHERE t.token_hash = $1 AND t.expires_at > $2 AND c.is_active",
            ChatSession::COLUMNS
        ),
        params![token_hash, now],
    )
    .await
}

pub async fn extend(tx: &mut Tx, token_hash: &str, until: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE chat_sessions SET expires_at = $2 WHERE token_hash = $1 AND expires_at < $2",
        params![token_hash, until],
    )
    .await?;
    Ok(())
}

pub async fn delete_expired(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM chat_sessions WHERE expires_at <= $1", params![before]).await
}

/// What the visitor sees, oldest first: the first `limit` after a message, else the newest `limit`.
pub async fn messages(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
    after: Option<MessageId>,
    limit: i64,
) -> Result<Vec<Message>> {
    let newest = formatcp!(
        "SELECT {} FROM ticket_messages t WHERE {VISIBLE} AND t.message_id > $3
         ORDER BY t.message_id DESC LIMIT $4",
        Message::COLUMNS
    );
    let next = formatcp!(
        "SELECT {} FROM ticket_messages t WHERE {VISIBLE} AND t.message_id > $3
         ORDER BY t.message_id LIMIT $4",
        Message::COLUMNS
    );
    let sql = if after.is_some() { next } else { newest };
    let mut found: Vec<Message> =
        conn.query(sql, params![customer, ticket, after.unwrap_or_default(), limit]).await?;
    if after.is_none() {
        found.reverse();
    }
    Ok(found)
}

/// The visitor's first message: it has the name and the address that they gave.
pub async fn first_message(conn: &mut Conn, customer: CustomerId, ticket: TicketId) -> Result<Message> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM ticket_messages t WHERE t.customer_id = $1 AND t.ticket_id = $2
             AND t.incoming AND t.channel_type = 'Chat' ORDER BY t.message_id LIMIT 1",
            Message::COLUMNS
        ),
        params![customer, ticket],
    )
    .await
}
