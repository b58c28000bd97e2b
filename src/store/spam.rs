//! What a tenant's spam classifier has learned, and from which messages.

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, MessageId, TicketId};
use crate::params;

/// The model as bytes; None where nothing was learned yet.
pub async fn model(conn: &mut Conn, customer: CustomerId) -> Result<Option<Vec<u8>>> {
    let row: Option<(Vec<u8>,)> =
        conn.query_opt("SELECT weights FROM spam_models WHERE customer_id = $1", params![customer]).await?;
    Ok(row.map(|it| it.0))
}

/// As [`model`]; lessons of one tenant wait for each other.
pub async fn lock_model(tx: &mut Tx, customer: CustomerId) -> Result<Option<Vec<u8>>> {
    tx.query_one::<(CustomerId,)>(
        "SELECT customer_id FROM customers WHERE customer_id = $1 FOR UPDATE",
        params![customer],
    )
    .await?;
    model(tx, customer).await
}

pub async fn put_model(tx: &mut Tx, customer: CustomerId, weights: &[u8], examples: i64) -> Result<()> {
    let now = tx.now;
    tx.execute(
        "INSERT INTO spam_models (customer_id, weights, examples, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (customer_id) DO UPDATE SET weights = $2, examples = $3, updated_at = $4",
        params![customer, weights, examples, now],
    )
    .await?;
    Ok(())
}

/// What a message taught; None where it taught nothing.
pub async fn lesson(conn: &mut Conn, customer: CustomerId, message: MessageId) -> Result<Option<bool>> {
    let row: Option<(bool,)> = conn
        .query_opt(
            "SELECT is_spam FROM spam_lessons WHERE customer_id = $1 AND message_id = $2",
            params![customer, message],
        )
        .await?;
    Ok(row.map(|it| it.0))
}

pub async fn put_lesson(tx: &mut Tx, customer: CustomerId, message: MessageId, is_spam: bool) -> Result<()> {
    let now = tx.now;
    tx.execute(
        "INSERT INTO spam_lessons (customer_id, message_id, is_spam, learned_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (customer_id, message_id) DO UPDATE SET is_spam = $3, learned_at = $4",
        params![customer, message, is_spam, now],
    )
    .await?;
    Ok(())
}

/// The first message of a ticket that its end user wrote.
pub async fn first_message(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
) -> Result<Option<MessageId>> {
    let row: Option<(MessageId,)> = conn
        .query_opt(
            "SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2 AND incoming
             AND sender_type = 'EndUser' ORDER BY message_date, message_id LIMIT 1",
            params![customer, ticket],
        )
        .await?;
    Ok(row.map(|it| it.0))
}
