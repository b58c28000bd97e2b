//! Raw mails as they arrived, and what became of each.

use const_format::formatcp;

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{
    ChannelId, CustomerId, MailSource, MailState, MessageId, ReceivedMailId, TicketId, Timestamp,
};
use crate::{params, row};

row! {
    /// A raw mail as it is stored; its content is in the object store.
    #[derive(Clone, Debug)]
    pub struct ReceivedMail {
        pub received_mail_id: ReceivedMailId,
        pub customer_id: CustomerId,
        pub channel_id: ChannelId,
        /// What makes it this mail and no other, in its channel.
        pub identity: String,
        pub source: MailSource,
        /// None once the raw file was erased with its message.
        pub object_key: Option<String>,
        pub size_bytes: i64,
        /// Of the content, in hex.
        pub sha256: String,
        pub state: MailState,
        /// Why it is dead.
        pub reason: Option<String>,
        /// From an import: nothing is answered and nobody is told.
        pub is_history: bool,
        /// JSON text: what the connection knew that the mail itself does not say.
        pub envelope: Option<String>,
        /// JSON text: why it went where it went.
        pub evidence: Option<String>,
        pub message_identifier: Option<String>,
        /// The mailing list that it came through.
        pub mail_list: Option<String>,
        pub message_id: Option<MessageId>,
        pub received_at: Timestamp,
        pub processed_at: Option<Timestamp>,
    }
}

/// Followed by a list of message ids: forgets their raw files. The rows stay, so that the same mail is not
/// taken in again.
pub const ERASE: &str = "UPDATE received_mails SET object_key = NULL, envelope = NULL, evidence = NULL,
    message_id = NULL WHERE customer_id = $1 AND message_id IN";

/// Inserts one (its id is not read); None where its channel has this identity already.
pub async fn insert(tx: &mut Tx, mail: &ReceivedMail) -> Result<Option<ReceivedMailId>> {
    let names = &ReceivedMail::NAMES[1..];
    let values = mail.values();
    let marks: Vec<String> = (1..=names.len()).map(|it| format!("${it}")).collect();
    let sql = format!(
        "INSERT INTO received_mails ({}) VALUES ({})
         ON CONFLICT (customer_id, channel_id, identity) DO NOTHING RETURNING received_mail_id",
        names.join(", "),
        marks.join(", ")
    );
    let row: Option<(ReceivedMailId,)> = tx.query_opt(&sql, &values[1..]).await?;
    Ok(row.map(|it| it.0))
}

pub async fn get(conn: &mut Conn, customer: CustomerId, id: ReceivedMailId) -> Result<ReceivedMail> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM received_mails t WHERE t.customer_id = $1 AND t.received_mail_id = $2",
            ReceivedMail::COLUMNS
        ),
        params![customer, id],
    )
    .await
}

/// A mail of any tenant: for the operator, who belongs to none.
pub async fn find_any(conn: &mut Conn, id: ReceivedMailId) -> Result<Option<ReceivedMail>> {
    let sql =
        formatcp!("SELECT {} FROM received_mails t WHERE t.received_mail_id = $1", ReceivedMail::COLUMNS);
    conn.query_opt(sql, params![id]).await
}

/// As [`get`]; other transactions wait until this one ends.
pub async fn lock(tx: &mut Tx, customer: CustomerId, id: ReceivedMailId) -> Result<ReceivedMail> {
    tx.query_one(
        formatcp!(
            "SELECT {} FROM received_mails t WHERE t.customer_id = $1 AND t.received_mail_id = $2 FOR UPDATE",
            ReceivedMail::COLUMNS
        ),
        params![customer, id],
    )
    .await
}

/// The mail with this identity in a channel.
pub async fn find(
    conn: &mut Conn,
    customer: CustomerId,
    channel: ChannelId,
    identity: &str,
) -> Result<Option<ReceivedMailId>> {
    let row: Option<(ReceivedMailId,)> = conn
        .query_opt(
            "SELECT received_mail_id FROM received_mails
             WHERE customer_id = $1 AND channel_id = $2 AND identity = $3",
            params![customer, channel, identity],
        )
        .await?;
    Ok(row.map(|it| it.0))
}

/// The mail that a message was made of.
pub async fn of_message(
    conn: &mut Conn,
    customer: CustomerId,
    message: MessageId,
) -> Result<Option<ReceivedMail>> {
    conn.query_opt(
        formatcp!(
            "SELECT {} FROM received_mails t WHERE t.customer_id = $1 AND t.message_id = $2
             ORDER BY t.received_mail_id LIMIT 1",
            ReceivedMail::COLUMNS
        ),
        params![customer, message],
    )
    .await
}

/// What reading it came to.
pub struct Outcome<'a> {
    pub state: MailState,
    pub reason: Option<&'a str>,
    pub evidence: &'a str,
    pub message_identifier: Option<&'a str>,
    pub mail_list: Option<&'a str>,
    pub message: Option<MessageId>,
}

pub async fn settle(
    tx: &mut Tx,
    customer: CustomerId,
    id: ReceivedMailId,
    outcome: &Outcome<'_>,
) -> Result<()> {
    let now = tx.now;
    tx.execute(
        "UPDATE received_mails SET state = $3, reason = $4, evidence = $5, message_identifier = $6,
         message_id = $7, processed_at = $8, mail_list = $9 WHERE customer_id = $1 AND received_mail_id = $2",
        params![
            customer,
            id,
            outcome.state,
            outcome.reason,
            outcome.evidence,
            outcome.message_identifier,
            outcome.message,
            now,
            outcome.mail_list
        ],
    )
    .await?;
    Ok(())
}

/// Lets a dead one be read again.
pub async fn revive(tx: &mut Tx, customer: CustomerId, id: ReceivedMailId) -> Result<()> {
    tx.execute(
        "UPDATE received_mails SET state = 'Received', reason = NULL
         WHERE customer_id = $1 AND received_mail_id = $2",
        params![customer, id],
    )
    .await?;
    Ok(())
}

/// Forgets a dead one; the row stays, so that the same mail is not taken in again.
pub async fn discard(tx: &mut Tx, customer: CustomerId, id: ReceivedMailId) -> Result<()> {
    tx.execute(
        "UPDATE received_mails SET state = 'Processed', object_key = NULL, envelope = NULL
         WHERE customer_id = $1 AND received_mail_id = $2",
        params![customer, id],
    )
    .await?;
    Ok(())
}

/// The columns a list may be sorted by: the API's name and ours.
pub const SORTS: &[(&str, &str)] = &[
    ("receivedMailID", "t.received_mail_id"),
    ("channelID", "t.channel_id"),
    ("source", "t.source"),
    ("reason", "LOWER(t.reason)"),
    ("sizeBytes", "t.size_bytes"),
    ("receivedAt", "t.received_at"),
];

/// The order of [`list_dead`] that has the oldest first.
pub const OLDEST_FIRST: &str = "t.received_mail_id";

/// A tenant's dead letters. `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn list_dead(
    conn: &mut Conn,
    customer: CustomerId,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<ReceivedMail>> {
    let sql = format!(
        "SELECT {} FROM received_mails t WHERE t.customer_id = $1 AND t.state = 'Dead'
         ORDER BY {order}, t.received_mail_id LIMIT $2 OFFSET $3",
        ReceivedMail::COLUMNS
    );
    conn.query(&sql, params![customer, limit, offset]).await
}

pub async fn count_dead(conn: &mut Conn, customer: CustomerId) -> Result<u64> {
    let (count,): (i64,) = conn
        .query_one(
            "SELECT count(*) FROM received_mails WHERE customer_id = $1 AND state = 'Dead'",
            params![customer],
        )
        .await?;
    Ok(count.unsigned_abs())
}

/// Notes the Message-IDs that a message refers to.
pub async fn insert_references(
    tx: &mut Tx,
    customer: CustomerId,
    ticket: TicketId,
    message: MessageId,
    identifiers: &[String],
) -> Result<()> {
    for identifier in identifiers {
        tx.execute(
            "INSERT INTO mail_references (customer_id, identifier, ticket_id, message_id)
             VALUES ($1, $2, $3, $4) ON CONFLICT (customer_id, identifier, message_id) DO NOTHING",
            params![customer, identifier, ticket, message],
        )
        .await?;
    }
    Ok(())
}
