//! What is on its way out: the delivery columns that `ticket_messages` and `mails` share, the governor's
//! counters, and the sink.

use const_format::formatcp;

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, DeliveryStatus, MessageId, Timestamp};
use crate::{params, row};

/// Which table a mail on its way stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Message,
    Mail,
}

impl Kind {
    /// Its table, id column and time column.
    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Message => ("ticket_messages", "message_id", "date_created"),
            Self::Mail => ("mails", "mail_id", "created_at"),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Mail => "mail",
        }
    }
}

row! {
    /// How far a mail has come.
    #[derive(Clone, Debug)]
    pub struct Progress {
        pub delivery_status: Option<DeliveryStatus>,
        /// Its content began to be handed over, and no answer is recorded.
        pub delivery_begun_at: Option<Timestamp>,
        /// Those who have it already, one a line.
        pub delivered_to: Option<String>,
        pub delivery_tries: i64,
        /// Since when it is on its way.
        pub since: Timestamp,
    }
}

/// How far it has come.
pub async fn progress(
    conn: &mut Conn,
    customer: CustomerId,
    kind: Kind,
    id: i64,
) -> Result<Option<Progress>> {
    let (table, key, since) = kind.names();
    let sql = format!(
        "SELECT delivery_status, delivery_begun_at, delivered_to, delivery_tries, {since}
         FROM {table} WHERE customer_id = $1 AND {key} = $2"
    );
    conn.query_opt(&sql, params![customer, id]).await
}

/// Marks that the content is about to go out; false where it must not (any more).
pub async fn begin(tx: &mut Tx, customer: CustomerId, kind: Kind, id: i64) -> Result<bool> {
    let (table, key, _) = kind.names();
    let sql = format!(
        "UPDATE {table} SET delivery_begun_at = $3 WHERE customer_id = $1 AND {key} = $2
         AND delivery_status = 'Queued' AND delivery_begun_at IS NULL"
    );
    let now = tx.now;
    Ok(tx.execute(&sql, params![customer, id, now]).await? == 1)
}

/// It was not taken: it waits for another try.
pub async fn wait_again(
    tx: &mut Tx,
    customer: CustomerId,
    kind: Kind,
    id: i64,
    detail: &str,
    delivered_to: Option<&str>,
    counts: bool,
) -> Result<()> {
    let (table, key, _) = kind.names();
    let sql = format!(
        "UPDATE {table} SET delivery_begun_at = NULL, delivery_detail = $3, delivered_to = $4,
         delivery_tries = delivery_tries + $5
         WHERE customer_id = $1 AND {key} = $2 AND delivery_status = 'Queued'"
    );
    tx.execute(&sql, params![customer, id, detail, delivered_to, i64::from(counts)]).await?;
    Ok(())
}

/// What became of it; false where that is recorded already. Who learns late that it arrived may say so.
pub async fn settle(
    tx: &mut Tx,
    customer: CustomerId,
    kind: Kind,
    id: i64,
    status: DeliveryStatus,
    detail: Option<&str>,
) -> Result<bool> {
    let (table, key, _) = kind.names();
    let sql = format!(
        "UPDATE {table} SET delivery_status = $3, delivery_detail = $4, delivery_begun_at = NULL
         WHERE customer_id = $1 AND {key} = $2 AND delivery_status IN ('Queued', 'Unconfirmed')
         AND delivery_status <> $3"
    );
    Ok(tx.execute(&sql, params![customer, id, status, detail]).await? == 1)
}

/// Lets one go out again that failed or is unconfirmed; false where it is neither.
pub async fn requeue(tx: &mut Tx, customer: CustomerId, kind: Kind, id: i64) -> Result<bool> {
    let (table, key, _) = kind.names();
    let sql = format!(
        "UPDATE {table} SET delivery_status = 'Queued', delivery_begun_at = NULL, delivery_tries = 0
         WHERE customer_id = $1 AND {key} = $2 AND delivery_status IN ('Failed', 'Unconfirmed', 'Bounced')"
    );
    Ok(tx.execute(&sql, params![customer, id]).await? == 1)
}

/// Takes one of the mails that may go in this minute; false where there is none left.
pub async fn take_turn(tx: &mut Tx, minute: i64, most: i64) -> Result<bool> {
    let taken = tx
        .execute(
            "INSERT INTO mail_rate (minute, sent) VALUES ($1, 1)
             ON CONFLICT (minute) DO UPDATE SET sent = mail_rate.sent + 1 WHERE mail_rate.sent < $2",
            params![minute, most],
        )
        .await?;
    Ok(taken == 1)
}

/// How many mails went in a minute.
pub async fn sent_in(conn: &mut Conn, minute: i64) -> Result<i64> {
    let row: Option<(i64,)> =
        conn.query_opt("SELECT sent FROM mail_rate WHERE minute = $1", params![minute]).await?;
    Ok(row.map_or(0, |it| it.0))
}

pub async fn forget_turns_before(tx: &mut Tx, minute: i64) -> Result<()> {
    tx.execute("DELETE FROM mail_rate WHERE minute < $1", params![minute]).await?;
    Ok(())
}

row! {
    /// A mail that is on its way or did not get there.
    #[derive(Clone, Debug)]
    pub struct Undelivered {
        pub kind: String,
        pub id: i64,
        pub ticket_id: Option<i64>,
        pub to_address: Option<String>,
        pub subject: Option<String>,
        pub delivery_status: DeliveryStatus,
        pub delivery_detail: Option<String>,
        pub delivery_tries: i64,
        pub date_created: Timestamp,
        pub next_try: Option<Timestamp>,
    }
}

pub(in crate::store) const UNDELIVERED: &str = "
    SELECT 'message' AS kind, m.message_id AS id, m.ticket_id, m.to_address, m.subject, m.delivery_status,
           m.delivery_detail, m.delivery_tries, m.date_created, 'deliver_message' AS job
    FROM ticket_messages m WHERE m.customer_id = $1 AND m.delivery_status IN ('Queued', 'Failed', 'Unconfirmed', 'Bounced')
    UNION ALL
    SELECT 'mail', m.mail_id, NULL, m.to_address, m.subject, m.delivery_status,
           m.delivery_detail, m.delivery_tries, m.created_at, 'deliver_mail'
    FROM mails m WHERE m.customer_id = $1 AND m.delivery_status <> 'Sent'";

/// The columns a list may be sorted by: the API's name and ours.
pub const SORTS: &[(&str, &str)] = &[
    ("dateCreated", "t.date_created"),
    ("kind", "t.kind"),
    ("messageID", "CASE WHEN t.kind = 'message' THEN t.id END"),
    ("mailID", "CASE WHEN t.kind = 'mail' THEN t.id END"),
    ("ticketID", "t.ticket_id"),
    ("toAddress", "LOWER(t.to_address)"),
    ("subject", "LOWER(t.subject)"),
    ("deliveryStatus", "t.delivery_status"),
    ("deliveryDetail", "LOWER(t.delivery_detail)"),
    ("tries", "t.delivery_tries"),
    ("nextTry", "next_try"),
];

/// What is on its way or did not get there. `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn undelivered(
    conn: &mut Conn,
    customer: CustomerId,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<Undelivered>> {
    let sql = format!(
        "SELECT t.kind, t.id, t.ticket_id, t.to_address, t.subject, t.delivery_status, t.delivery_detail,
         t.delivery_tries, t.date_created,
         (SELECT j.run_at FROM jobs j WHERE j.customer_id = $1 AND j.kind = t.job AND j.subject_id = t.id
          AND j.state = 'waiting' LIMIT 1) AS next_try
         FROM ({UNDELIVERED}) t ORDER BY {order}, t.kind, t.id DESC LIMIT $2 OFFSET $3"
    );
    conn.query(&sql, params![customer, limit, offset]).await
}

pub async fn count_undelivered(conn: &mut Conn, customer: CustomerId) -> Result<u64> {
    let (n,): (i64,) =
        conn.query_one(formatcp!("SELECT count(*) FROM ({UNDELIVERED}) t"), params![customer]).await?;
    Ok(n.unsigned_abs())
}

/// How a mail is told that the governor holds it; `%` stands for the limit.
pub const HELD: &str = "Held back: % mails a minute may go out (ANSWERPAL_MAILS_PER_MINUTE).";

pub(in crate::store) const COUNT_HELD: &str = formatcp!(
    "SELECT count(*) FROM ({UNDELIVERED}) t WHERE t.delivery_status = 'Queued' AND t.delivery_detail LIKE '{HELD}'"
);

/// Mails of a tenant that the governor holds back.
pub async fn count_held(conn: &mut Conn, customer: CustomerId) -> Result<i64> {
    let (n,): (i64,) = conn.query_one(COUNT_HELD, params![customer]).await?;
    Ok(n)
}

/// The index of what is undelivered has this list and no other, so it stands here too.
pub(in crate::store) const STUCK: &str = "SELECT (SELECT count(*) FROM ticket_messages
      WHERE delivery_status IN ('Queued', 'Failed', 'Unconfirmed', 'Bounced') AND delivery_status IN ('Failed', 'Unconfirmed'))
     + (SELECT count(*) FROM mails WHERE delivery_status <> 'Sent' AND delivery_status IN ('Failed', 'Unconfirmed'))";

pub(in crate::store) const ALL_HELD: &str = formatcp!(
    "SELECT (SELECT count(*) FROM ticket_messages
      WHERE delivery_status IN ('Queued', 'Failed', 'Unconfirmed', 'Bounced') AND delivery_status = 'Queued'
      AND delivery_detail LIKE '{HELD}')
     + (SELECT count(*) FROM mails WHERE delivery_status <> 'Sent' AND delivery_status = 'Queued'
      AND delivery_detail LIKE '{HELD}')"
);

/// Mails of all tenants that the governor holds back.
pub async fn all_held(conn: &mut Conn) -> Result<i64> {
    let (n,): (i64,) = conn.query_one(ALL_HELD, params![]).await?;
    Ok(n)
}

/// Mails of all tenants that wait for a person.
pub async fn stuck(conn: &mut Conn) -> Result<i64> {
    let (n,): (i64,) = conn.query_one(STUCK, params![]).await?;
    Ok(n)
}

row! {
    /// What would have been sent.
    #[derive(Clone, Debug)]
    pub struct SinkMail {
        pub sink_mail_id: i64,
        pub message_id: Option<MessageId>,
        pub from_address: String,
        pub to_addresses: String,
        pub subject: String,
        pub message_identifier: String,
        pub size_bytes: i64,
        pub created_at: Timestamp,
    }
}

/// Keeps what would have been sent; its id and time are not read. `raw` is encrypted.
pub async fn insert_sink(
    tx: &mut Tx,
    customer: CustomerId,
    mail: &SinkMail,
    raw: Option<&[u8]>,
) -> Result<()> {
    let now = tx.now;
    tx.execute(
        "INSERT INTO sink_mails (customer_id, message_id, from_address, to_addresses, subject,
         message_identifier, size_bytes, raw, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            customer,
            mail.message_id,
            &mail.from_address,
            &mail.to_addresses,
            &mail.subject,
            &mail.message_identifier,
            mail.size_bytes,
            raw,
            now
        ],
    )
    .await?;
    Ok(())
}

/// The columns a list may be sorted by: the API's name and ours.
pub const SINK_SORTS: &[(&str, &str)] = &[
    ("sinkMailID", "t.sink_mail_id"),
    ("messageID", "t.message_id"),
    ("fromAddress", "LOWER(t.from_address)"),
    ("toAddresses", "LOWER(t.to_addresses)"),
    ("subject", "LOWER(LOWER(t.subject))"),
    ("messageIdentifier", "t.message_identifier"),
    ("sizeBytes", "t.size_bytes"),
    ("dateCreated", "t.created_at"),
];

/// `order` is one of [`SINK_SORTS`] with its direction; ties are broken by id.
pub async fn list_sink(
    conn: &mut Conn,
    customer: CustomerId,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<SinkMail>> {
    let sql = format!(
        "SELECT {} FROM sink_mails t WHERE t.customer_id = $1
         ORDER BY {order}, t.sink_mail_id LIMIT $2 OFFSET $3",
        SinkMail::COLUMNS
    );
    conn.query(&sql, params![customer, limit, offset]).await
}

pub async fn count_sink(conn: &mut Conn, customer: CustomerId) -> Result<u64> {
    let (n,): (i64,) =
        conn.query_one("SELECT count(*) FROM sink_mails WHERE customer_id = $1", params![customer]).await?;
    Ok(n.unsigned_abs())
}

/// The mail itself, encrypted; None where it was too large to keep.
pub async fn sink_raw(conn: &mut Conn, customer: CustomerId, mail: i64) -> Result<Option<Vec<u8>>> {
    let (raw,): (Option<Vec<u8>>,) = conn
        .query_one(
            "SELECT raw FROM sink_mails WHERE customer_id = $1 AND sink_mail_id = $2",
            params![customer, mail],
        )
        .await?;
    Ok(raw)
}

pub async fn delete_sink_before(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM sink_mails WHERE created_at < $1", params![before]).await
}
