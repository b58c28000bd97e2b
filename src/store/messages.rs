//! Messages of tickets.

use const_format::formatcp;

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, Message, MessageId};
use crate::params;

/// Inserts a message; its `message_id` is not read.
pub async fn insert(tx: &mut Tx, customer: CustomerId, message: &Message) -> Result<MessageId> {
    let mut columns = vec!["customer_id"];
    columns.extend(&Message::NAMES[1..]);
    let mut values = vec![customer.into()];
    values.extend(message.values().into_iter().skip(1));
    Ok(MessageId(tx.insert_row("ticket_messages", "message_id", &columns, &values).await?))
}

pub async fn get(conn: &mut Conn, customer: CustomerId, message: MessageId) -> Result<Message> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM ticket_messages t WHERE t.customer_id = $1 AND t.message_id = $2",
            Message::COLUMNS
        ),
        params![customer, message],
    )
    .await
}
