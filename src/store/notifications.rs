//! What reps are told of.

use const_format::formatcp;

use super::reps::NAME_OF_ACTOR;
use super::{Columns, Conn, FromRow, Tx, Value};
use crate::error::Result;
use crate::model::{
    CustomerId, CustomerRepId, MessageId, NotificationId, NotificationKind, TicketId, Timestamp,
};
use crate::{params, row};

row! {
    #[derive(Clone, Debug)]
    pub struct Notification {
        pub notification_id: NotificationId,
        pub kind: NotificationKind,
        pub ticket_id: TicketId,
        pub message_id: Option<MessageId>,
        /// The rep who did it.
        pub actor_id: Option<CustomerRepId>,
        pub created_at: Timestamp,
        pub read_at: Option<Timestamp>,
    }
}

/// A notification with what a list shows of its ticket.
pub struct Listed {
    pub notification: Notification,
    pub subject: Option<String>,
    /// Of the message it is about, else of the ticket.
    pub preview: Option<String>,
}

impl FromRow for Listed {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        let notification = Notification::from_row(columns)?;
        Ok(Self { notification, subject: columns.take()?, preview: columns.take()? })
    }
}

/// What a rep is to be told.
pub struct New {
    pub rep: CustomerRepId,
    pub kind: NotificationKind,
    pub ticket: TicketId,
    pub message: Option<MessageId>,
    pub actor: Option<CustomerRepId>,
}

pub async fn insert(tx: &mut Tx, customer: CustomerId, new: &[New]) -> Result<()> {
    let now = tx.now;
    let columns =
        ["customer_id", "customer_rep_id", "kind", "ticket_id", "message_id", "actor_id", "created_at"];
    let mut rows: Vec<Value<'_>> = Vec::with_capacity(new.len() * columns.len());
    for it in new {
        rows.extend([
            customer.into(),
            it.rep.into(),
            it.kind.into(),
            it.ticket.into(),
            it.message.into(),
            it.actor.into(),
            now.into(),
        ]);
    }
    tx.insert_many("notifications", &columns, &rows).await
}

/// Which notifications of a rep.
#[derive(Clone, Copy)]
pub struct Of {
    pub rep: CustomerRepId,
    /// The role sees this rep's and nobody's tickets only.
    pub limited_to: Option<CustomerRepId>,
    pub unread: bool,
    /// Those after this one only.
    pub after: NotificationId,
}

const FROM: &str = "FROM notifications t
    JOIN tickets k ON k.customer_id = t.customer_id AND k.ticket_id = t.ticket_id
    LEFT JOIN ticket_messages m ON m.customer_id = t.customer_id AND m.message_id = t.message_id
    WHERE t.customer_id = $1 AND t.customer_rep_id = $2 AND t.notification_id > $3
      AND (CAST($4 AS BIGINT) < 0 OR k.customer_rep_id IN (0, CAST($4 AS BIGINT)))";
const UNREAD: &str = " AND t.read_at IS NULL";

fn values(customer: CustomerId, of: Of) -> Vec<Value<'static>> {
    let limit = of.limited_to.map_or(-1, |it| it.0);
    vec![customer.into(), of.rep.into(), of.after.into(), limit.into()]
}

/// The columns a list may be sorted by: the API's name and ours.
pub const SORTS: &[(&str, &str)] = &[
    ("notificationID", "t.notification_id"),
    ("kind", "t.kind"),
    ("ticketID", "t.ticket_id"),
    ("messageID", "t.message_id"),
    ("actorID", "t.actor_id"),
    ("actorName", NAME_OF_ACTOR),
    ("date", "t.created_at"),
    ("isRead", "t.read_at IS NOT NULL"),
    ("ticketSubject", "LOWER(k.subject)"),
    ("preview", "LOWER(COALESCE(m.preview, k.preview))"),
];

/// The newest first.
pub async fn newest_of(conn: &mut Conn, customer: CustomerId, of: Of, limit: i64) -> Result<Vec<Listed>> {
    list(conn, customer, of, "t.notification_id DESC", limit, 0).await
}

/// `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn list(
    conn: &mut Conn,
    customer: CustomerId,
    of: Of,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<Listed>> {
    let unread = if of.unread { UNREAD } else { "" };
    let sql = format!(
        "SELECT {}, k.subject, COALESCE(m.preview, k.preview) {FROM}{unread}
         ORDER BY {order}, t.notification_id LIMIT $5 OFFSET $6",
        Notification::COLUMNS
    );
    let mut values = values(customer, of);
    values.extend([limit.into(), offset.into()]);
    conn.query(&sql, &values).await
}

pub async fn count(conn: &mut Conn, customer: CustomerId, of: Of) -> Result<u64> {
    let unread = if of.unread { UNREAD } else { "" };
    let sql = format!("SELECT COUNT(*) {FROM}{unread}");
    let (n,): (i64,) = conn.query_one(&sql, &values(customer, of)).await?;
    Ok(n.unsigned_abs())
}

/// Marks these notifications of a rep, or all of them, as read.
pub async fn mark_read(
    tx: &mut Tx,
    customer: CustomerId,
    rep: CustomerRepId,
    only: Option<Vec<i64>>,
) -> Result<u64> {
    const ALL: &str = "UPDATE notifications SET read_at = $3
        WHERE customer_id = $1 AND customer_rep_id = $2 AND read_at IS NULL";
    let now = tx.now;
    match only {
        None => tx.execute(ALL, params![customer, rep, now]).await,
        Some(ids) => {
            let sql = formatcp!("{ALL} AND notification_id = ANY($4)");
            tx.execute(sql, params![customer, rep, now, ids]).await
        }
    }
}

/// The newest of each of these tenants; 0 where there is none.
pub async fn newest(conn: &mut Conn, customers: Vec<i64>) -> Result<Vec<(CustomerId, NotificationId)>> {
    conn.query(
        "SELECT c.customer_id, COALESCE(
             (SELECT MAX(n.notification_id) FROM notifications n WHERE n.customer_id = c.customer_id), 0)
         FROM customers c WHERE c.customer_id = ANY($1)",
        params![customers],
    )
    .await
}

/// Deletes those of all tenants that are older.
pub async fn delete_before(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM notifications WHERE created_at < $1", params![before]).await
}
