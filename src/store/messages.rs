//! Messages of tickets.

mod list;

#[cfg(test)]
pub(in crate::store) use list::TICKET_WITH_TOPICS;
pub use list::{Listed, SORTS, count, page, with_ticket};

use std::sync::LazyLock;

use const_format::formatcp;

use super::received_mails::ERASE;
use super::{Conn, Tx, Value, document_uses};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, Message, MessageId, TicketId, Timestamp};
use crate::params;

/// Inserts a message; its `message_id` is not read.
pub async fn insert(tx: &mut Tx, customer: CustomerId, message: &Message) -> Result<MessageId> {
    let mut columns = vec!["customer_id"];
    columns.extend(&Message::NAMES[1..]);
    let mut values = vec![customer.into()];
    values.extend(message.values().into_iter().skip(1));
    let id = MessageId(tx.insert_row("ticket_messages", "message_id", &columns, &values).await?);
    document_uses::note(tx, customer, id, message.citations.as_deref()).await?;
    Ok(id)
}

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let columns: Vec<&str> = std::iter::once("customer_id").chain(Message::NAMES.iter().copied()).collect();
    super::insert_one("ticket_messages", &columns)
});

/// Inserts a message whose id was set aside for it.
pub async fn insert_as(tx: &mut Tx, customer: CustomerId, message: &Message) -> Result<()> {
    let mut values = vec![customer.into()];
    values.extend(message.values());
    tx.send(&INSERT, &values).await?;
    document_uses::note(tx, customer, message.message_id, message.citations.as_deref()).await
}

pub async fn get(conn: &mut Conn, customer: CustomerId, message: MessageId) -> Result<Message> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM ticket_messages t WHERE t.customer_id = $1 AND t.message_id = $2",
            Message::COLUMNS
        ),
        params![customer, message],
    )
    .await
}

/// Whose tickets some messages are in.
pub async fn reps_of(
    conn: &mut Conn,
    customer: CustomerId,
    messages: Vec<i64>,
) -> Result<Vec<(MessageId, CustomerRepId)>> {
    conn.query(
        "SELECT m.message_id, t.customer_rep_id FROM ticket_messages m \
         JOIN tickets t ON t.customer_id = m.customer_id AND t.ticket_id = m.ticket_id \
         WHERE m.customer_id = $1 AND m.message_id = ANY($2)",
        params![customer, messages],
    )
    .await
}

/// Writes what differs between the two states of one message.
pub async fn update(tx: &mut Tx, customer: CustomerId, before: &Message, after: &Message) -> Result<()> {
    let (old, new) = (before.values(), after.values());
    let mut assignments = Vec::new();
    let mut values: Vec<Value<'_>> = vec![customer.into(), after.message_id.into()];
    for (index, name) in Message::NAMES.iter().enumerate().skip(1) {
        if old[index] != new[index] {
            values.push(new[index].clone());
            assignments.push(format!("{name} = ${}", values.len()));
        }
    }
    if assignments.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE ticket_messages SET {} WHERE customer_id = $1 AND message_id = $2",
        assignments.join(", ")
    );
    tx.execute(&sql, &values).await?;
    if before.citations != after.citations {
        document_uses::forget(tx, customer, after.message_id).await?;
        document_uses::note(tx, customer, after.message_id, after.citations.as_deref()).await?;
    }
    Ok(())
}

/// The message and what is its own. Gives the object keys of its files, and how many comments it had.
pub async fn delete(tx: &mut Tx, customer: CustomerId, message: &Message) -> Result<(Vec<String>, i64)> {
    let id = message.message_id;
    let keys: Vec<(String,)> = tx
        .query(
            "SELECT object_key FROM attachments WHERE customer_id = $1 AND message_id = $2
             UNION SELECT object_key FROM received_mails
             WHERE customer_id = $1 AND message_id = $2 AND object_key IS NOT NULL",
            params![customer, id],
        )
        .await?;
    for sql in [
        formatcp!("{ERASE} ($2)"),
        "DELETE FROM mail_references WHERE customer_id = $1 AND message_id = $2",
        "DELETE FROM attachments WHERE customer_id = $1 AND message_id = $2",
        "DELETE FROM message_tokens WHERE customer_id = $1 AND message_id = $2",
        "DELETE FROM sink_mails WHERE customer_id = $1 AND message_id = $2",
        "DELETE FROM message_topics WHERE customer_id = $1 AND message_id = $2",
        "DELETE FROM drafts WHERE customer_id = $1 AND message_id = $2",
        "DELETE FROM message_documents WHERE customer_id = $1 AND message_id = $2",
        "DELETE FROM auto_replies WHERE customer_id = $1 AND message_id = $2",
        "DELETE FROM message_stages WHERE customer_id = $1 AND message_id = $2",
        "DELETE FROM ticket_messages WHERE customer_id = $1 AND message_id = $2",
    ] {
        tx.execute(sql, params![customer, id]).await?;
    }
    let comments = tx
        .execute(
            "DELETE FROM feedback_comments WHERE customer_id = $1 AND ticket_id = $2 AND message_id = $3",
            params![customer, message.ticket_id, id],
        )
        .await?;
    tx.execute(
        "UPDATE ticket_messages SET reply_to_message_id = NULL
         WHERE customer_id = $1 AND ticket_id = $2 AND reply_to_message_id = $3",
        params![customer, message.ticket_id, id],
    )
    .await?;
    Ok((keys.into_iter().map(|it| it.0).collect(), i64::try_from(comments).unwrap_or(i64::MAX)))
}

/// Date and preview of the newest message of a ticket: drafts do not count, internal notes only for the
/// date.
pub async fn newest(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
) -> Result<(Option<Timestamp>, Option<String>)> {
    let date: Option<(Timestamp,)> = conn
        .query_opt(
            "SELECT message_date FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2
             AND NOT is_draft ORDER BY message_date DESC, message_id DESC LIMIT 1",
            params![customer, ticket],
        )
        .await?;
    let preview: Option<(Option<String>,)> = conn
        .query_opt(
            "SELECT preview FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2
             AND NOT is_draft AND NOT is_internal ORDER BY message_date DESC, message_id DESC LIMIT 1",
            params![customer, ticket],
        )
        .await?;
    Ok((date.map(|it| it.0), preview.and_then(|it| it.0)))
}

/// The newest messages that both sides see, newest first.
pub async fn conversation(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
    limit: i64,
) -> Result<Vec<Message>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM ticket_messages t WHERE t.customer_id = $1 AND t.ticket_id = $2
             AND NOT t.is_draft AND NOT t.is_internal
             ORDER BY t.message_date DESC, t.message_id DESC LIMIT $3",
            Message::COLUMNS
        ),
        params![customer, ticket, limit],
    )
    .await
}

/// The message that a conversation began with.
pub async fn first(conn: &mut Conn, customer: CustomerId, ticket: TicketId) -> Result<Option<Message>> {
    conn.query_opt(
        formatcp!(
            "SELECT {} FROM ticket_messages t WHERE t.customer_id = $1 AND t.ticket_id = $2
             AND NOT t.is_draft AND NOT t.is_internal ORDER BY t.message_date, t.message_id LIMIT 1",
            Message::COLUMNS
        ),
        params![customer, ticket],
    )
    .await
}

/// The newest reply that the end user can see.
pub async fn newest_reply(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
) -> Result<Option<MessageId>> {
    let row: Option<(MessageId,)> = conn
        .query_opt(
            "SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2
             AND NOT incoming AND NOT is_draft AND NOT is_internal
             AND sender_type IN ('CustomerRep', 'AI')
             ORDER BY message_date DESC, message_id DESC LIMIT 1",
            params![customer, ticket],
        )
        .await?;
    Ok(row.map(|it| it.0))
}

/// The Message-IDs of a conversation before one of its messages, oldest first: the message, whether it
/// came in, its identifier.
pub async fn thread(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
    before: MessageId,
) -> Result<Vec<(MessageId, bool, String)>> {
    conn.query(
        "SELECT message_id, incoming, message_identifier FROM ticket_messages
         WHERE customer_id = $1 AND ticket_id = $2 AND message_id <> $3 AND NOT is_draft AND NOT is_internal
         AND message_identifier IS NOT NULL ORDER BY message_date, message_id",
        params![customer, ticket, before],
    )
    .await
}

/// How many answers without a person went to an address since then, at most `most` of them counted.
pub async fn automatic_since(
    conn: &mut Conn,
    customer: CustomerId,
    address: &str,
    since: Timestamp,
    most: i64,
) -> Result<i64> {
    let (n,): (i64,) = conn
        .query_one(
            "SELECT count(*) FROM (
                 SELECT 1 FROM tickets t JOIN ticket_messages m ON m.customer_id = $1 AND m.ticket_id = t.ticket_id
                 WHERE t.customer_id = $1 AND t.uid_key = $2 AND t.last_message_date >= $3
                 AND m.sender_type = 'AI' AND NOT m.incoming AND NOT m.is_draft AND m.message_date >= $3 LIMIT $4) n",
            params![customer, super::tickets::uid_key(address), since, most.max(1)],
        )
        .await?;
    Ok(n)
}

/// Queues a message again whose delivery failed; its ticket, where it was one.
pub async fn queue_again(tx: &mut Tx, customer: CustomerId, message: MessageId) -> Result<Option<TicketId>> {
    let row: Option<(TicketId,)> = tx
        .query_opt(
            "UPDATE ticket_messages SET delivery_status = 'Queued', delivery_begun_at = NULL, delivery_tries = 0
             WHERE customer_id = $1 AND message_id = $2 AND delivery_status = 'Failed' RETURNING ticket_id",
            params![customer, message],
        )
        .await?;
    Ok(row.map(|it| it.0))
}

/// Lets the message that this reply answered be answered again.
pub async fn unanswer(tx: &mut Tx, customer: CustomerId, ticket: TicketId, reply: MessageId) -> Result<()> {
    tx.execute(
        "UPDATE ticket_messages SET answered_by_message_id = NULL
         WHERE customer_id = $1 AND ticket_id = $2 AND answered_by_message_id = $3",
        params![customer, ticket, reply],
    )
    .await?;
    Ok(())
}
