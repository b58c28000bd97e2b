//! What has to be known before the first message of a conversation is stored, in one statement.

use super::Tx;
use super::dialect::Dialect;
use crate::error::Result;
use crate::model::{CustomerId, EndUserId, MessageId, TicketId};
use crate::{params, row};

row! {
    /// The ids of what is about to be made, and who wrote.
    pub struct Arrival {
        /// The version of the names that the tenant's tickets refer to.
        pub refs_version: i64,
        pub ticket_id: TicketId,
        pub message_id: MessageId,
        /// For a new end user, where nobody has the address.
        pub new_end_user_id: EndUserId,
        /// Who has the address.
        pub end_user_id: Option<EndUserId>,
        pub end_user_name: Option<String>,
    }
}

fn statement(dialect: Dialect) -> String {
    format!(
        "SELECT c.refs_version, {}, {}, {}, u.end_user_id, e.name FROM customers c
         LEFT JOIN end_user_uids u ON u.customer_id = c.customer_id AND u.uid_key = $2
         LEFT JOIN end_users e ON e.customer_id = c.customer_id AND e.end_user_id = u.end_user_id
         WHERE c.customer_id = $1",
        dialect.next_id("tickets", "ticket_id"),
        dialect.next_id("ticket_messages", "message_id"),
        dialect.next_id("end_users", "end_user_id"),
    )
}

/// `uid_key` is the sender's address as [`super::tickets::uid_key`] writes it.
pub async fn arrive(tx: &mut Tx, customer: CustomerId, uid_key: Option<&str>) -> Result<Arrival> {
    let sql = statement(tx.dialect());
    tx.query_one(&sql, params![customer, uid_key]).await
}
