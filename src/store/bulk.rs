//! Many rows of one tenant at once: for imports and test data.

use std::collections::HashMap;

use super::{Conn, Tx, Value};
use crate::error::{Error, Result};
use crate::model::{
    CustomerId, CustomerRepId, EndUser, EndUserId, EndUserUid, Message, MessageId, Ticket, TicketId, TopicId,
};
use crate::params;
use crate::store::end_users::search_text;
use crate::store::tickets::uid_key;

/// Sets ids of a table aside: nobody else is given them.
pub async fn reserve_ids(tx: &mut Tx, table: &str, column: &str, n: usize) -> Result<Vec<i64>> {
    let sql = tx.dialect().reserve_ids();
    let rows: Vec<(i64,)> = tx.query(sql, params![table, column, n as i64]).await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Inserts rows that all have these columns; a column that none of them fills is left out.
async fn insert_rows(tx: &mut Tx, table: &str, columns: &[&str], rows: Vec<Vec<Value<'_>>>) -> Result<()> {
    let filled: Vec<usize> =
        (0..columns.len()).filter(|column| rows.iter().any(|row| row[*column] != Value::Null)).collect();
    let names: Vec<&str> = filled.iter().map(|it| columns[*it]).collect();
    let mut values = Vec::with_capacity(rows.len() * names.len());
    for mut row in rows {
        values.extend(filled.iter().map(|it| std::mem::replace(&mut row[*it], Value::Null)));
    }
    if values.is_empty() { Ok(()) } else { tx.insert_many(table, &names, &values).await }
}

/// Tickets with their ids, and their part of the counters.
pub async fn insert_tickets(tx: &mut Tx, customer: CustomerId, tickets: &[&Ticket]) -> Result<()> {
    let mut columns = vec!["customer_id", "uid_key"];
    columns.extend(Ticket::NAMES);
    let rows = tickets.iter().map(|ticket| {
        let mut row = vec![customer.into(), ticket.uid.as_deref().map(uid_key).into()];
        row.extend(ticket.values());
        row
    });
    insert_rows(tx, "tickets", &columns, rows.collect()).await?;
    let mut counts: HashMap<_, i64> = HashMap::new();
    for it in tickets {
        let view = (
            &it.status,
            it.customer_rep_id,
            it.channel_id,
            it.channel_type,
            it.is_spam,
            it.escalated,
            it.is_closed,
        );
        *counts.entry(view).or_default() += 1;
    }
    let sql = tx.dialect().add_ticket_count();
    for ((status, rep, channel, channel_type, spam, escalated, closed), n) in counts {
        let view = params![customer, status, rep, channel, channel_type, spam, escalated, closed, n];
        tx.execute(sql, view).await?;
    }
    Ok(())
}

/// Messages with their ids.
pub async fn insert_messages(tx: &mut Tx, customer: CustomerId, messages: &[&Message]) -> Result<()> {
    let mut columns = vec!["customer_id"];
    columns.extend(Message::NAMES);
    let rows = messages.iter().map(|message| {
        let mut row = vec![customer.into()];
        row.extend(message.values());
        row
    });
    insert_rows(tx, "ticket_messages", &columns, rows.collect()).await
}

/// A topic of a message of a ticket.
pub struct MessageTopic {
    pub ticket: TicketId,
    pub message: MessageId,
    pub topic: TopicId,
}

/// The topics of new messages; `ticket_topics` says which of them their tickets did not have yet.
pub async fn insert_topics(
    tx: &mut Tx,
    customer: CustomerId,
    message_topics: &[MessageTopic],
    ticket_topics: &[(TicketId, TopicId)],
) -> Result<()> {
    let rows = message_topics
        .iter()
        .map(|it| vec![customer.into(), it.message.into(), it.ticket.into(), it.topic.into(), false.into()]);
    let columns = ["customer_id", "message_id", "ticket_id", "topic_id", "corrected"];
    insert_rows(tx, "message_topics", &columns, rows.collect()).await?;
    let rows = ticket_topics.iter().map(|it| vec![customer.into(), it.1.into(), it.0.into()]);
    insert_rows(tx, "ticket_topics", &["customer_id", "topic_id", "ticket_id"], rows.collect()).await
}

/// End users with their ids, each with one address.
pub async fn insert_end_users(
    tx: &mut Tx,
    customer: CustomerId,
    end_users: &[(EndUser, EndUserUid)],
) -> Result<()> {
    let mut columns = vec!["customer_id", "search_text"];
    columns.extend(EndUser::NAMES);
    let rows = end_users.iter().map(|(end_user, uid)| {
        let mut row = vec![customer.into(), search_text(end_user, &[&uid.uid]).into()];
        row.extend(end_user.values());
        row
    });
    insert_rows(tx, "end_users", &columns, rows.collect()).await?;
    let mut columns = vec!["customer_id"];
    columns.extend(&EndUserUid::NAMES[1..]);
    let rows = end_users.iter().map(|(_, uid)| {
        let mut row = vec![customer.into()];
        row.extend(uid.values().into_iter().skip(1));
        row
    });
    insert_rows(tx, "end_user_uids", &columns, rows.collect()).await
}

/// The end users that have these addresses (as [`uid_key`] gives them).
pub async fn end_users_of(
    conn: &mut Conn,
    customer: CustomerId,
    uid_keys: Vec<String>,
) -> Result<HashMap<String, EndUserId>> {
    let rows: Vec<(String, EndUserId)> = conn
        .query(
            "SELECT uid_key, end_user_id FROM end_user_uids WHERE customer_id = $1 AND uid_key = ANY($2)",
            params![customer, uid_keys],
        )
        .await?;
    Ok(rows.into_iter().collect())
}

/// What an earlier import made of these external ids.
pub async fn imported(
    conn: &mut Conn,
    customer: CustomerId,
    kind: &str,
    external_ids: Vec<String>,
) -> Result<HashMap<String, i64>> {
    let rows: Vec<(String, i64)> = conn
        .query(
            "SELECT external_id, entity_id FROM imported
             WHERE customer_id = $1 AND kind = $2 AND external_id = ANY($3)",
            params![customer, kind, external_ids],
        )
        .await?;
    Ok(rows.into_iter().collect())
}

/// The messages that came in, oldest first: whether the ticket is closed, and whether the message waits for
/// an answer.
pub async fn incoming_messages(
    conn: &mut Conn,
    customer: CustomerId,
) -> Result<Vec<(MessageId, bool, bool)>> {
    conn.query(
        "SELECT m.message_id, t.is_closed,
                NOT t.is_closed AND NOT t.is_spam AND NOT EXISTS (
                    SELECT 1 FROM ticket_messages a WHERE a.customer_id = m.customer_id AND a.ticket_id = m.ticket_id
                    AND NOT a.is_internal AND a.message_id > m.message_id)
         FROM ticket_messages m
         JOIN tickets t ON t.customer_id = m.customer_id AND t.ticket_id = m.ticket_id
         WHERE m.customer_id = $1 AND m.incoming ORDER BY m.message_id",
        params![customer],
    )
    .await
}

/// Remembers what was made of external ids.
pub async fn insert_imported(
    tx: &mut Tx,
    customer: CustomerId,
    kind: &str,
    made: &[(String, i64)],
) -> Result<()> {
    let rows = made.iter().map(|it| vec![customer.into(), kind.into(), it.0.as_str().into(), it.1.into()]);
    insert_rows(tx, "imported", &["customer_id", "kind", "external_id", "entity_id"], rows.collect())
        .await
        .map_err(|it| it.or_conflict("Another import of the same tickets runs now: wait for its end."))
}

/// The tenant that `text` means: its id or hostname; the only one there is where nothing is given.
pub async fn find_customer(conn: &mut Conn, text: Option<&str>) -> Result<CustomerId> {
    let all: Vec<(CustomerId, String, Option<String>)> = conn
        .query("SELECT customer_id, name, hostname FROM customers ORDER BY customer_id LIMIT 1000", params![])
        .await?;
    let wanted = text.map(|it| it.trim().to_lowercase());
    let mut fitting = all.iter().filter(|(id, _, hostname)| match &wanted {
        None => true,
        Some(wanted) => id.to_string() == *wanted || hostname.as_deref() == Some(wanted),
    });
    match (fitting.next(), fitting.next()) {
        (Some(found), None) => Ok(found.0),
        (None, _) if all.is_empty() => Err(Error::invalid(
            "customer",
            "is missing: there is no tenant yet, make one with: answerpal customer create",
        )),
        _ => {
            let names = all
                .iter()
                .map(|(id, name, hostname)| format!("{id} ({})", hostname.as_deref().unwrap_or(name)));
            let names: Vec<String> = names.take(20).collect();
            Err(Error::invalid("customer", format!("must be one of: {}", names.join(", "))))
        }
    }
}

/// The reps of a tenant by login name (lower case).
pub async fn reps_by_username(
    conn: &mut Conn,
    customer: CustomerId,
) -> Result<HashMap<String, CustomerRepId>> {
    let rows: Vec<(String, CustomerRepId)> = conn
        .query(
            "SELECT username_key, customer_rep_id FROM customer_reps WHERE customer_id = $1",
            params![customer],
        )
        .await?;
    Ok(rows.into_iter().collect())
}
