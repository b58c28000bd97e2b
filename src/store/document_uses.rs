//! Messages whose drafted answers cite a document.

use serde::Deserialize;

use super::{Conn, Tx, Value};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, DocumentId, MessageId, TicketId, Timestamp};
use crate::{params, row};

row! {
    /// A message with its evidence.
    pub struct Use {
        pub message_id: MessageId,
        pub ticket_id: TicketId,
        pub subject: Option<String>,
        pub preview: Option<String>,
        pub message_date: Timestamp,
        /// JSON.
        pub citations: String,
        pub answered_by_message_id: Option<MessageId>,
        pub is_liked: Option<bool>,
    }
}

#[derive(Deserialize)]
struct Cited {
    #[serde(rename = "documentID")]
    document: i64,
}

/// Notes which documents a message's evidence cites, so that they are found without reading it.
pub async fn note(
    tx: &mut Tx,
    customer: CustomerId,
    message: MessageId,
    citations: Option<&str>,
) -> Result<()> {
    let Some(citations) = citations else { return Ok(()) };
    let mut documents: Vec<i64> =
        serde_json::from_str::<Vec<Cited>>(citations)?.into_iter().map(|it| it.document).collect();
    documents.retain(|it| *it > 0);
    documents.sort_unstable();
    documents.dedup();
    for document in documents {
        tx.execute(
            "INSERT INTO message_documents (customer_id, document_id, message_id) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
            params![customer, document, message],
        )
        .await?;
    }
    Ok(())
}

pub async fn forget(tx: &mut Tx, customer: CustomerId, message: MessageId) -> Result<()> {
    tx.execute(
        "DELETE FROM message_documents WHERE customer_id = $1 AND message_id = $2",
        params![customer, message],
    )
    .await?;
    Ok(())
}

pub(in crate::store) const FROM: &str = "
    FROM message_documents d
    JOIN ticket_messages t ON t.customer_id = d.customer_id AND t.message_id = d.message_id
    JOIN tickets k ON k.customer_id = t.customer_id AND k.ticket_id = t.ticket_id
    WHERE d.customer_id = $1 AND d.document_id = $2 AND t.citations IS NOT NULL
      AND (CAST($3 AS BIGINT) < 0 OR k.customer_rep_id IN (0, CAST($3 AS BIGINT)))";

fn values(
    customer: CustomerId,
    document: DocumentId,
    limited_to: Option<CustomerRepId>,
) -> Vec<Value<'static>> {
    vec![customer.into(), document.into(), limited_to.map_or(-1, |it| it.0).into()]
}

/// The columns a list may be sorted by: the API's name and ours.
pub const SORTS: &[(&str, &str)] = &[
    ("messageID", "d.message_id"),
    ("ticketID", "t.ticket_id"),
    ("subject", "LOWER(t.subject)"),
    ("preview", "LOWER(t.preview)"),
    ("messageDate", "t.message_date"),
    ("isAnswered", "t.answered_by_message_id IS NOT NULL"),
    ("isLiked", "t.is_liked"),
];

/// `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn list(
    conn: &mut Conn,
    customer: CustomerId,
    document: DocumentId,
    limited_to: Option<CustomerRepId>,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<Use>> {
    let sql = format!("SELECT {} {FROM} ORDER BY {order}, d.message_id LIMIT $4 OFFSET $5", Use::COLUMNS);
    let mut values = values(customer, document, limited_to);
    values.extend([limit.into(), offset.into()]);
    conn.query(&sql, &values).await
}

pub async fn count(
    conn: &mut Conn,
    customer: CustomerId,
    document: DocumentId,
    limited_to: Option<CustomerRepId>,
) -> Result<u64> {
    let sql = format!("SELECT COUNT(*) {FROM}");
    let (n,): (i64,) = conn.query_one(&sql, &values(customer, document, limited_to)).await?;
    Ok(n.unsigned_abs())
}
