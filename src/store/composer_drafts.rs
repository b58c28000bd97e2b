//! What reps are writing.

use const_format::formatcp;

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{ComposerKind, CustomerId, CustomerRepId, MessageId, TicketId, Timestamp};
use crate::{params, row};

row! {
    #[derive(Clone, Debug)]
    pub struct ComposerDraft {
        pub ticket_id: TicketId,
        pub kind: ComposerKind,
        /// How often it was saved.
        pub version: i64,
        pub subject: Option<String>,
        pub html_body: Option<String>,
        pub text_body: Option<String>,
        pub to_address: Option<String>,
        pub cc_address: Option<String>,
        pub bcc_address: Option<String>,
        pub reply_to_message_id: Option<MessageId>,
        /// The draft message that holds its files.
        pub message_id: Option<MessageId>,
        pub changed_at: Timestamp,
    }
}

/// Whose draft, where, of what.
pub type Place = (TicketId, CustomerRepId, ComposerKind);

pub async fn find(conn: &mut Conn, customer: CustomerId, place: Place) -> Result<Option<ComposerDraft>> {
    conn.query_opt(
        formatcp!(
            "SELECT {} FROM composer_drafts t
             WHERE t.customer_id = $1 AND t.ticket_id = $2 AND t.customer_rep_id = $3 AND t.kind = $4",
            ComposerDraft::COLUMNS
        ),
        params![customer, place.0, place.1, place.2],
    )
    .await
}

/// A rep's, the newest first.
pub async fn of_rep(
    conn: &mut Conn,
    customer: CustomerId,
    rep: CustomerRepId,
    limit: i64,
) -> Result<Vec<ComposerDraft>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM composer_drafts t WHERE t.customer_id = $1 AND t.customer_rep_id = $2
             ORDER BY t.changed_at DESC, t.ticket_id DESC, t.kind LIMIT $3",
            ComposerDraft::COLUMNS
        ),
        params![customer, rep, limit],
    )
    .await
}

/// Writes a draft over the version that it follows (0: there is none yet). False where that is not the one
/// that is there.
pub async fn save(
    tx: &mut Tx,
    customer: CustomerId,
    rep: CustomerRepId,
    draft: &ComposerDraft,
) -> Result<bool> {
    let mut values = vec![customer.into(), rep.into()];
    values.extend(draft.values());
    let sql = if draft.version == 1 {
        "INSERT INTO composer_drafts (customer_id, customer_rep_id, ticket_id, kind, version, subject, html_body,
             text_body, to_address, cc_address, bcc_address, reply_to_message_id, message_id, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING"
    } else {
        "UPDATE composer_drafts SET version = $5, subject = $6, html_body = $7, text_body = $8, to_address = $9,
             cc_address = $10, bcc_address = $11, reply_to_message_id = $12, message_id = $13, changed_at = $14
         WHERE customer_id = $1 AND customer_rep_id = $2 AND ticket_id = $3 AND kind = $4 AND version = $5 - 1"
    };
    Ok(tx.execute(sql, &values).await? == 1)
}

/// How many there were.
pub async fn delete(tx: &mut Tx, customer: CustomerId, place: Place) -> Result<u64> {
    tx.execute(
        "DELETE FROM composer_drafts
         WHERE customer_id = $1 AND ticket_id = $2 AND customer_rep_id = $3 AND kind = $4",
        params![customer, place.0, place.1, place.2],
    )
    .await
}
