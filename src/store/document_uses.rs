//! Messages whose drafted answers cite a document.

use super::{Conn, Value};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, DocumentId, MessageId, TicketId, Timestamp};
use crate::row;

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

fn from(conn: &Conn) -> String {
    let cites = conn.dialect().json_array_has("t.citations", "documentID", "$2");
    format!(
        "FROM ticket_messages t JOIN tickets k ON k.customer_id = t.customer_id AND k.ticket_id = t.ticket_id
         WHERE t.customer_id = $1 AND t.citations IS NOT NULL
           AND (CAST($3 AS BIGINT) < 0 OR k.customer_rep_id IN (0, CAST($3 AS BIGINT))) AND {cites}"
    )
}

fn values(
    customer: CustomerId,
    document: DocumentId,
    limited_to: Option<CustomerRepId>,
) -> Vec<Value<'static>> {
    vec![customer.into(), document.to_string().into(), limited_to.map_or(-1, |it| it.0).into()]
}

/// The newest first.
pub async fn list(
    conn: &mut Conn,
    customer: CustomerId,
    document: DocumentId,
    limited_to: Option<CustomerRepId>,
    limit: i64,
    offset: i64,
) -> Result<Vec<Use>> {
    let sql = format!("SELECT {} {} ORDER BY t.message_id DESC LIMIT $4 OFFSET $5", Use::COLUMNS, from(conn));
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
    let sql = format!("SELECT COUNT(*) {}", from(conn));
    let (n,): (i64,) = conn.query_one(&sql, &values(customer, document, limited_to)).await?;
    Ok(n.unsigned_abs())
}
