//! Tickets, and the counters of the plain views.

mod branches;
mod filter;
mod history;
mod list;
mod many;
mod order;
mod part;
mod people;
mod ways;

pub use many::{delete_many, update_many};
pub use people::{end_user_exists, primary_uid};

pub use filter::Filter;
pub use history::{MOST_PAST, Past, past};
pub use list::{
    Listed, ListedEndUser, View, count, count_found, count_to, list, listed, page, passing, views,
};
pub use order::{Order, SORTS, Sort};
pub use part::Part;

pub(in crate::store) use filter::{Clause, draft_outcome};
pub(in crate::store) use list::{LISTED, LISTED_FROM, ONE};

use std::sync::LazyLock;

use const_format::formatcp;

use super::received_mails::ERASE;
use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, EndUserId, MessageId, Ticket, TicketId, TopicId};
use crate::params;

/// What a uid is found by: addresses differ in case and surrounding space only.
pub fn uid_key(uid: &str) -> String {
    uid.trim().to_lowercase()
}

/// Inserts a ticket; its `ticket_id` is not read.
pub async fn insert(tx: &mut Tx, customer: CustomerId, ticket: &Ticket) -> Result<TicketId> {
    let mut columns = vec!["customer_id", "uid_key"];
    columns.extend(&Ticket::NAMES[1..]);
    let mut values = vec![customer.into(), ticket.uid.as_deref().map(uid_key).into()];
    values.extend(ticket.values().into_iter().skip(1));
    let id = tx.insert_row("tickets", "ticket_id", &columns, &values).await?;
    add_to_count(tx, customer, ticket, 1);
    Ok(TicketId(id))
}

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let columns: Vec<&str> =
        ["customer_id", "uid_key"].into_iter().chain(Ticket::NAMES.iter().copied()).collect();
    super::insert_one("tickets", &columns)
});

/// Inserts a ticket whose id was set aside for it.
pub async fn insert_as(tx: &mut Tx, customer: CustomerId, ticket: &Ticket) -> Result<()> {
    let mut values = vec![customer.into(), ticket.uid.as_deref().map(uid_key).into()];
    values.extend(ticket.values());
    tx.send(&INSERT, &values).await?;
    add_to_count(tx, customer, ticket, 1);
    Ok(())
}

pub async fn get(conn: &mut Conn, customer: CustomerId, ticket: TicketId) -> Result<Ticket> {
    conn.query_one(
        formatcp!("SELECT {} FROM tickets t WHERE t.customer_id = $1 AND t.ticket_id = $2", Ticket::COLUMNS),
        params![customer, ticket],
    )
    .await
}

/// For a change: other transactions wait until this one ends.
pub async fn lock(tx: &mut Tx, customer: CustomerId, ticket: TicketId) -> Result<Ticket> {
    tx.query_one(
        formatcp!(
            "SELECT {} FROM tickets t WHERE t.customer_id = $1 AND t.ticket_id = $2 FOR UPDATE",
            Ticket::COLUMNS
        ),
        params![customer, ticket],
    )
    .await
}

/// For a change of many, in the order of their ids, so that two such changes never wait for each other.
pub async fn lock_many(tx: &mut Tx, customer: CustomerId, tickets: Vec<i64>) -> Result<Vec<Ticket>> {
    tx.query(
        formatcp!(
            "SELECT {} FROM tickets t WHERE t.customer_id = $1 AND t.ticket_id = ANY($2) ORDER BY t.ticket_id FOR UPDATE",
            Ticket::COLUMNS
        ),
        params![customer, tickets],
    )
    .await
}

/// Writes what differs between the two states of one ticket, counters included.
pub async fn update(tx: &mut Tx, customer: CustomerId, before: &Ticket, after: &Ticket) -> Result<()> {
    if before == after {
        return Ok(());
    }
    let (old, new) = (before.values(), after.values());
    let mut sql = String::from("UPDATE tickets SET ");
    let mut values = vec![customer.into(), after.ticket_id.into()];
    for (index, name) in Ticket::NAMES.iter().enumerate().skip(1) {
        if old[index] != new[index] {
            let comma = if values.len() > 2 { ", " } else { "" };
            values.push(new[index].clone());
            sql.push_str(&format!("{comma}{name} = ${}", values.len()));
        }
    }
    if before.uid != after.uid {
        values.push(after.uid.as_deref().map(uid_key).into());
        sql.push_str(&format!(", uid_key = ${}", values.len()));
    }
    sql.push_str(" WHERE customer_id = $1 AND ticket_id = $2");
    tx.execute(&sql, &values).await?;
    if view(before) != view(after) {
        add_to_count(tx, customer, before, -1);
        add_to_count(tx, customer, after, 1);
    }
    Ok(())
}

/// Everything of a ticket but its files' content. Gives the object keys of the files it had.
pub async fn delete(tx: &mut Tx, customer: CustomerId, ticket: &Ticket) -> Result<Vec<String>> {
    let keys: Vec<(String,)> = tx
        .query(
            "SELECT a.object_key FROM attachments a
             JOIN ticket_messages m ON m.customer_id = a.customer_id AND m.message_id = a.message_id
             WHERE m.customer_id = $1 AND m.ticket_id = $2
             UNION SELECT r.object_key FROM received_mails r
             JOIN ticket_messages m ON m.customer_id = r.customer_id AND m.message_id = r.message_id
             WHERE m.customer_id = $1 AND m.ticket_id = $2 AND r.object_key IS NOT NULL",
            params![customer, ticket.ticket_id],
        )
        .await?;
    for sql in [
        "DELETE FROM attachments WHERE customer_id = $1 AND message_id IN
         (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2)",
        "DELETE FROM message_tokens WHERE customer_id = $1 AND message_id IN
         (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2)",
        "DELETE FROM sink_mails WHERE customer_id = $1 AND message_id IN
         (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2)",
        "DELETE FROM message_stages WHERE customer_id = $1 AND message_id IN
         (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2)",
        formatcp!(
            "{ERASE} (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2)"
        ),
        "DELETE FROM mail_references WHERE customer_id = $1 AND ticket_id = $2",
        "DELETE FROM message_topics WHERE customer_id = $1 AND ticket_id = $2",
        "DELETE FROM drafts WHERE customer_id = $1 AND message_id IN
         (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2)",
        "DELETE FROM message_documents WHERE customer_id = $1 AND message_id IN
         (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2)",
        "DELETE FROM auto_replies WHERE customer_id = $1 AND message_id IN
         (SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2)",
        "DELETE FROM ticket_topics WHERE customer_id = $1 AND ticket_id = $2",
        "DELETE FROM ticket_summaries WHERE customer_id = $1 AND ticket_id = $2",
        "DELETE FROM feedback_comments WHERE customer_id = $1 AND ticket_id = $2",
        "DELETE FROM chat_sessions WHERE customer_id = $1 AND ticket_id = $2",
        "DELETE FROM ticket_presence WHERE customer_id = $1 AND ticket_id = $2",
        "DELETE FROM composer_drafts WHERE customer_id = $1 AND ticket_id = $2",
        "DELETE FROM notifications WHERE customer_id = $1 AND ticket_id = $2",
        "DELETE FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2",
        "DELETE FROM tickets WHERE customer_id = $1 AND ticket_id = $2",
    ] {
        tx.execute(sql, params![customer, ticket.ticket_id]).await?;
    }
    super::search::delete(tx, customer, ticket.ticket_id);
    add_to_count(tx, customer, ticket, -1);
    Ok(keys.into_iter().map(|it| it.0).collect())
}

/// What the counters tell tickets apart by.
fn view(ticket: &Ticket) -> impl PartialEq + '_ {
    (
        &ticket.status,
        ticket.customer_rep_id,
        ticket.channel_id,
        ticket.channel_type,
        ticket.is_spam,
        ticket.escalated,
        ticket.is_closed,
    )
}

fn add_to_count(tx: &mut Tx, customer: CustomerId, ticket: &Ticket, n: i64) {
    let key = vec![
        customer.into(),
        ticket.status.clone().into(),
        ticket.customer_rep_id.into(),
        ticket.channel_id.into(),
        ticket.channel_type.into(),
        ticket.is_spam.into(),
        ticket.escalated.into(),
        ticket.is_closed.into(),
    ];
    tx.add_at_end(tx.dialect().add_ticket_count(), key, n);
}

/// The union of the topics of a ticket's messages, oldest first.
pub async fn topics_of_messages(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
) -> Result<Vec<TopicId>> {
    let rows: Vec<(TopicId,)> = conn
        .query(
            "SELECT topic_id FROM message_topics WHERE customer_id = $1 AND ticket_id = $2
             GROUP BY topic_id ORDER BY MIN(message_id), MIN(ticket_message_topic_id)",
            params![customer, ticket],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Makes the tickets' topic list (for the filter) say what `topics` says.
pub async fn set_topics(
    tx: &mut Tx,
    customer: CustomerId,
    ticket: TicketId,
    topics: &[TopicId],
) -> Result<()> {
    tx.execute(
        "DELETE FROM ticket_topics WHERE customer_id = $1 AND ticket_id = $2",
        params![customer, ticket],
    )
    .await?;
    let rows: Vec<_> =
        topics.iter().flat_map(|topic| [customer.into(), (*topic).into(), ticket.into()]).collect();
    tx.insert_many("ticket_topics", &["customer_id", "topic_id", "ticket_id"], &rows).await
}

/// Ids of the tickets assigned to a rep.
pub async fn of_rep(conn: &mut Conn, customer: CustomerId, rep: CustomerRepId) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = conn
        .query(
            "SELECT ticket_id FROM tickets WHERE customer_id = $1 AND customer_rep_id = $2",
            params![customer, rep],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Newest comments first, of several tickets.
pub async fn comments(
    conn: &mut Conn,
    customer: CustomerId,
    tickets: Vec<i64>,
) -> Result<Vec<(TicketId, String)>> {
    conn.query(
        "SELECT ticket_id, comment FROM feedback_comments WHERE customer_id = $1 AND ticket_id = ANY($2)
         AND comment <> '' ORDER BY feedback_comment_id DESC",
        params![customer, tickets],
    )
    .await
}

/// The newest message of an end user.
pub async fn last_end_user_message(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
) -> Result<Option<MessageId>> {
    let row: Option<(MessageId,)> = conn
        .query_opt(
            "SELECT message_id FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2
             AND sender_type = 'EndUser' AND NOT is_draft ORDER BY message_date DESC, message_id DESC LIMIT 1",
            params![customer, ticket],
        )
        .await?;
    Ok(row.map(|it| it.0))
}

/// Takes an end user off its tickets.
pub async fn detach_end_user(tx: &mut Tx, customer: CustomerId, end_user: EndUserId) -> Result<u64> {
    tx.execute(
        "UPDATE tickets SET end_user_id = NULL WHERE customer_id = $1 AND end_user_id = $2",
        params![customer, end_user],
    )
    .await
}
