//! What people taught about spam.

use const_format::formatcp;

use super::reps::NAME_OF_REP;
use super::{Conn, Tx, Value};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, MessageId, SpamLesson, SpamLessonId, TicketId};
use crate::params;

/// A mark that is to be learned from.
pub struct Mark {
    pub ticket: TicketId,
    pub message: MessageId,
    pub is_spam: bool,
}

/// Keeps what a rep marked; what is learned from the mails is made later.
pub async fn insert(tx: &mut Tx, customer: CustomerId, rep: CustomerRepId, marks: &[Mark]) -> Result<()> {
    let now = tx.now;
    let rows: Vec<Value<'_>> = marks
        .iter()
        .flat_map(|it| {
            [customer.into(), it.ticket.into(), it.message.into(), it.is_spam.into(), rep.into(), now.into()]
        })
        .collect();
    let columns = ["customer_id", "ticket_id", "message_id", "is_spam", "customer_rep_id", "created_at"];
    tx.insert_many("spam_lessons", &columns, &rows).await
}

pub async fn get(conn: &mut Conn, customer: CustomerId, id: SpamLessonId) -> Result<SpamLesson> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM spam_lessons t WHERE t.customer_id = $1 AND t.spam_lesson_id = $2",
            SpamLesson::COLUMNS
        ),
        params![customer, id],
    )
    .await
}

/// What some messages taught.
pub async fn of_messages(
    conn: &mut Conn,
    customer: CustomerId,
    messages: Vec<i64>,
) -> Result<Vec<(SpamLessonId, MessageId, bool)>> {
    conn.query(
        "SELECT spam_lesson_id, message_id, is_spam FROM spam_lessons
         WHERE customer_id = $1 AND message_id = ANY($2)",
        params![customer, messages],
    )
    .await
}

/// Which lessons are listed.
#[derive(Clone, Copy)]
pub struct Which {
    /// Of spam, of what is wanted, or of both.
    pub is_spam: Option<bool>,
    /// The role sees this rep's and nobody's tickets only.
    pub limited_to: Option<CustomerRepId>,
}

impl Which {
    fn clause(self) -> String {
        let kind = match self.is_spam {
            None => "",
            Some(true) => " AND t.is_spam",
            Some(false) => " AND NOT t.is_spam",
        };
        format!(
            "t.customer_id = $1{kind} AND (CAST($2 AS BIGINT) < 0 OR t.ticket_id IS NULL OR EXISTS (
             SELECT 1 FROM tickets k WHERE k.customer_id = t.customer_id AND k.ticket_id = t.ticket_id
             AND k.customer_rep_id IN (0, CAST($2 AS BIGINT))))"
        )
    }

    fn rep(self) -> i64 {
        self.limited_to.map_or(-1, |it| it.0)
    }
}

/// The columns a list may be sorted by: the API's name and ours.
pub const SORTS: &[(&str, &str)] = &[
    ("spamLessonID", "t.spam_lesson_id"),
    ("ticketID", "t.ticket_id"),
    ("messageID", "t.message_id"),
    (
        "subject",
        "(SELECT LOWER(m.subject) FROM ticket_messages m WHERE m.customer_id = t.customer_id AND m.message_id = t.message_id)",
    ),
    ("isSpam", "t.is_spam"),
    ("isLearned", "t.numbers IS NOT NULL"),
    ("customerRepID", "t.customer_rep_id"),
    ("customerRepName", NAME_OF_REP),
    ("dateCreated", "t.created_at"),
];

/// A page of what was taught. `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn page(
    conn: &mut Conn,
    customer: CustomerId,
    which: Which,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<SpamLesson>> {
    let sql = format!(
        "SELECT {} FROM spam_lessons t WHERE {} ORDER BY {order}, t.spam_lesson_id LIMIT $3 OFFSET $4",
        SpamLesson::COLUMNS,
        which.clause()
    );
    conn.query(&sql, params![customer, which.rep(), limit, offset]).await
}

pub async fn count(conn: &mut Conn, customer: CustomerId, which: Which) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM spam_lessons t WHERE {}", which.clause());
    let (count,): (i64,) = conn.query_one(&sql, params![customer, which.rep()]).await?;
    Ok(count.unsigned_abs())
}

/// Subjects of messages.
pub async fn subjects(
    conn: &mut Conn,
    customer: CustomerId,
    messages: Vec<i64>,
) -> Result<Vec<(MessageId, Option<String>)>> {
    conn.query(
        "SELECT message_id, subject FROM ticket_messages WHERE customer_id = $1 AND message_id = ANY($2)",
        params![customer, messages],
    )
    .await
}

/// Lessons that nothing was made of yet, oldest first.
pub async fn unlearned(
    conn: &mut Conn,
    customer: CustomerId,
    limit: i64,
) -> Result<Vec<(SpamLessonId, Option<MessageId>)>> {
    conn.query(
        "SELECT spam_lesson_id, message_id FROM spam_lessons
         WHERE customer_id = $1 AND numbers IS NULL ORDER BY spam_lesson_id LIMIT $2",
        params![customer, limit],
    )
    .await
}

/// Keeps what a lesson is learned by; nothing where it was taken back.
pub async fn put_numbers(tx: &mut Tx, customer: CustomerId, id: SpamLessonId, numbers: &[u8]) -> Result<()> {
    tx.execute(
        "UPDATE spam_lessons SET numbers = $3 WHERE customer_id = $1 AND spam_lesson_id = $2",
        params![customer, id, numbers],
    )
    .await?;
    Ok(())
}

/// What the newest lessons are learned by, oldest first.
pub async fn numbers(conn: &mut Conn, customer: CustomerId, most: i64) -> Result<Vec<(Vec<u8>, bool)>> {
    let mut newest: Vec<(Vec<u8>, bool)> = conn
        .query(
            "SELECT numbers, is_spam FROM spam_lessons WHERE customer_id = $1 AND numbers IS NOT NULL
             ORDER BY spam_lesson_id DESC LIMIT $2",
            params![customer, most],
        )
        .await?;
    newest.reverse();
    Ok(newest)
}

pub async fn delete(tx: &mut Tx, customer: CustomerId, ids: Vec<i64>) -> Result<()> {
    tx.execute(
        "DELETE FROM spam_lessons WHERE customer_id = $1 AND spam_lesson_id = ANY($2)",
        params![customer, ids],
    )
    .await?;
    Ok(())
}

/// For messages that are about to be deleted, of these tickets or by their own ids: what wanted ones taught goes
/// with them, and so does what nothing was made of; what spam taught stays, without saying which it was. Gives how
/// many lessons are gone.
pub async fn outlive(
    tx: &mut Tx,
    customer: CustomerId,
    tickets: Vec<i64>,
    messages: Vec<i64>,
) -> Result<u64> {
    let params = params![customer, tickets, messages];
    let gone = tx
        .execute(
            "DELETE FROM spam_lessons WHERE customer_id = $1 AND (ticket_id = ANY($2) OR message_id = ANY($3))
             AND (NOT is_spam OR numbers IS NULL)",
            params,
        )
        .await?;
    tx.execute(
        "UPDATE spam_lessons SET ticket_id = NULL, message_id = NULL
         WHERE customer_id = $1 AND (ticket_id = ANY($2) OR message_id = ANY($3))",
        params,
    )
    .await?;
    Ok(gone)
}

/// The version of what a tenant's filter learns from.
pub async fn revision(conn: &mut Conn, customer: CustomerId) -> Result<i64> {
    let row: Option<(i64,)> =
        conn.query_opt("SELECT revision FROM spam_filters WHERE customer_id = $1", params![customer]).await?;
    Ok(row.map_or(0, |it| it.0))
}

/// Says that it is another one from now on.
pub async fn revise(tx: &mut Tx, customer: CustomerId) -> Result<()> {
    tx.execute(
        "INSERT INTO spam_filters (customer_id, revision) VALUES ($1, 1)
         ON CONFLICT (customer_id) DO UPDATE SET revision = spam_filters.revision + 1",
        params![customer],
    )
    .await?;
    Ok(())
}

/// The first message of each ticket that its end user wrote.
pub async fn first_messages(
    conn: &mut Conn,
    customer: CustomerId,
    tickets: Vec<i64>,
) -> Result<Vec<(TicketId, MessageId)>> {
    conn.query(
        "SELECT ticket_id, MIN(message_id) FROM ticket_messages
         WHERE customer_id = $1 AND ticket_id = ANY($2) AND incoming AND sender_type = 'EndUser'
         GROUP BY ticket_id ORDER BY ticket_id",
        params![customer, tickets],
    )
    .await
}

/// The messages that began the newest tickets by mail which are no spam and which somebody took on or closed,
/// among a thousand.
pub async fn taken_on(conn: &mut Conn, customer: CustomerId, most: i64) -> Result<Vec<MessageId>> {
    let tickets: Vec<(TicketId,)> = conn
        .query(
            "SELECT n.ticket_id FROM (SELECT t.ticket_id, t.is_spam, t.is_closed, t.customer_rep_id, t.channel_type
             FROM tickets t WHERE t.customer_id = $1 ORDER BY t.date_created DESC, t.ticket_id DESC LIMIT 1000) n
             WHERE NOT n.is_spam AND n.channel_type = 'Email' AND (n.is_closed OR n.customer_rep_id <> 0)
             ORDER BY n.ticket_id DESC LIMIT $2",
            params![customer, most],
        )
        .await?;
    let firsts = first_messages(conn, customer, tickets.into_iter().map(|it| it.0.0).collect()).await?;
    Ok(firsts.into_iter().map(|it| it.1).collect())
}

/// The messages of tickets whose pipeline ended before this stage for one of these reasons.
pub async fn stopped_before(
    conn: &mut Conn,
    customer: CustomerId,
    tickets: Vec<i64>,
    stage: &str,
    reasons: &[&str],
) -> Result<Vec<MessageId>> {
    let reasons: Vec<String> = reasons.iter().map(|it| (*it).to_owned()).collect();
    let rows: Vec<(MessageId,)> = conn
        .query(
            "SELECT m.message_id FROM ticket_messages m
             JOIN message_stages s ON s.customer_id = m.customer_id AND s.message_id = m.message_id
             WHERE m.customer_id = $1 AND m.ticket_id = ANY($2) AND s.stage = $3 AND s.status = 'Skipped'
             AND s.reason = ANY($4) ORDER BY m.message_id",
            params![customer, tickets, stage, reasons],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Whether somebody here has written in a ticket.
pub async fn is_answered(conn: &mut Conn, customer: CustomerId, ticket: TicketId) -> Result<bool> {
    let (is,): (bool,) = conn
        .query_one(
            "SELECT EXISTS (SELECT 1 FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2
             AND NOT incoming AND NOT is_draft)",
            params![customer, ticket],
        )
        .await?;
    Ok(is)
}
