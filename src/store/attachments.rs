//! Files of messages, and the content that is to be removed.

use const_format::formatcp;

use super::{Conn, Tx, Value};
use crate::error::Result;
use crate::model::{AttachmentId, CustomerId, MessageId, TicketId, Timestamp};
use crate::{params, row};

row! {
    /// A file of a message; its content is in the object store.
    #[derive(Clone, Debug)]
    pub struct Attachment {
        pub attachment_id: AttachmentId,
        pub customer_id: CustomerId,
        pub message_id: MessageId,
        /// For display only.
        pub file_name: String,
        /// As sniffed.
        pub content_type: String,
        pub file_size_bytes: i64,
        /// Of the content, in hex.
        pub sha256: String,
        pub object_key: String,
        pub content_id: Option<String>,
        pub is_end_user_provided: bool,
        pub is_customer_rep_provided: bool,
        pub created_at: Timestamp,
    }
}

/// Inserts a file; its `attachment_id` is not read.
pub async fn insert(tx: &mut Tx, attachment: &Attachment) -> Result<AttachmentId> {
    let (columns, values) = (&Attachment::NAMES[1..], attachment.values());
    Ok(AttachmentId(tx.insert_row("attachments", "attachment_id", columns, &values[1..]).await?))
}

pub async fn get(
    conn: &mut Conn,
    customer: CustomerId,
    message: MessageId,
    attachment: AttachmentId,
) -> Result<Attachment> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM attachments t WHERE t.customer_id = $1 AND t.message_id = $2 AND t.attachment_id = $3",
            Attachment::COLUMNS
        ),
        params![customer, message, attachment],
    )
    .await
}

/// By the id that an access token names, in any tenant: the caller compares the whole token.
pub async fn by_token_id(conn: &mut Conn, attachment: AttachmentId) -> Result<Attachment> {
    conn.query_one(
        formatcp!("SELECT {} FROM attachments t WHERE t.attachment_id = $1", Attachment::COLUMNS),
        params![attachment],
    )
    .await
}

/// Oldest first.
pub async fn list(conn: &mut Conn, customer: CustomerId, message: MessageId) -> Result<Vec<Attachment>> {
    list_many(conn, customer, vec![message.0]).await
}

/// Of several messages, oldest first.
pub async fn list_many(conn: &mut Conn, customer: CustomerId, messages: Vec<i64>) -> Result<Vec<Attachment>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM attachments t WHERE t.customer_id = $1 AND t.message_id = ANY($2) ORDER BY t.attachment_id",
            Attachment::COLUMNS
        ),
        params![customer, messages],
    )
    .await
}

pub async fn count(conn: &mut Conn, customer: CustomerId, message: MessageId) -> Result<u64> {
    let (n,): (i64,) = conn
        .query_one(
            "SELECT COUNT(*) FROM attachments WHERE customer_id = $1 AND message_id = $2",
            params![customer, message],
        )
        .await?;
    Ok(n.unsigned_abs())
}

pub async fn delete(tx: &mut Tx, customer: CustomerId, attachment: AttachmentId) -> Result<()> {
    tx.execute(
        "DELETE FROM attachments WHERE customer_id = $1 AND attachment_id = $2",
        params![customer, attachment],
    )
    .await?;
    Ok(())
}

/// Makes the message's `has_attachment` say whether it has one.
pub async fn refresh_flag(
    tx: &mut Tx,
    customer: CustomerId,
    ticket: TicketId,
    message: MessageId,
) -> Result<()> {
    tx.execute(
        "UPDATE ticket_messages SET has_attachment = EXISTS
         (SELECT 1 FROM attachments a WHERE a.customer_id = $1 AND a.message_id = $3)
         WHERE customer_id = $1 AND ticket_id = $2 AND message_id = $3",
        params![customer, ticket, message],
    )
    .await?;
    Ok(())
}

/// Notes content that may be removed at `due`.
pub async fn doom(tx: &mut Tx, customer: CustomerId, keys: &[String], due: Timestamp) -> Result<()> {
    let rows: Vec<Value<'_>> =
        keys.iter().flat_map(|key| [customer.into(), key.into(), due.into()]).collect();
    tx.insert_many("doomed_objects", &["customer_id", "object_key", "due_at"], &rows).await
}

/// Takes content off the list again.
pub async fn spare(tx: &mut Tx, customer: CustomerId, key: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM doomed_objects WHERE customer_id = $1 AND object_key = $2",
        params![customer, key],
    )
    .await?;
    Ok(())
}

/// Content that is due: its row, its key, and whether an attachment or a received mail refers to it after
/// all.
pub async fn due(
    conn: &mut Conn,
    customer: CustomerId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(i64, String, bool)>> {
    conn.query(
        "SELECT d.doomed_object_id, d.object_key,
         EXISTS (SELECT 1 FROM attachments a WHERE a.customer_id = $1 AND a.object_key = d.object_key)
         OR EXISTS (SELECT 1 FROM received_mails m WHERE m.customer_id = $1 AND m.object_key = d.object_key)
         FROM doomed_objects d WHERE d.customer_id = $1 AND d.due_at <= $2
         ORDER BY d.doomed_object_id LIMIT $3",
        params![customer, now, limit],
    )
    .await
}

/// Tenants with content that is due.
pub async fn tenants_with_due(conn: &mut Conn, now: Timestamp) -> Result<Vec<CustomerId>> {
    let rows: Vec<(CustomerId,)> = conn
        .query("SELECT DISTINCT customer_id FROM doomed_objects WHERE due_at <= $1", params![now])
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

pub async fn forget_doomed(tx: &mut Tx, customer: CustomerId, doomed: Vec<i64>) -> Result<()> {
    tx.execute(
        "DELETE FROM doomed_objects WHERE customer_id = $1 AND doomed_object_id = ANY($2)",
        params![customer, doomed],
    )
    .await?;
    Ok(())
}
