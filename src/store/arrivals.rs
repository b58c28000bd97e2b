//! What has to be known before the first message of a conversation is stored, in one statement. Where it
//! costs a round trip to give the address to a new end user, that statement does so too.

use std::sync::LazyLock;

use super::Tx;
use super::dialect::Dialect;
use crate::error::Result;
use crate::model::{CustomerId, EndUserId, MessageId, TicketId, UidType};
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
        /// The address was given to the new end user just now.
        pub is_taken: bool,
    }
}

/// An address in one form: as it is shown, what it is found by (as [`super::tickets::uid_key`] writes it),
/// and what it is.
pub type Address = (String, String, UidType);

static KNOWN: LazyLock<String> = LazyLock::new(|| {
    statement(Dialect::Sqlite, "", &Dialect::Sqlite.next_id("end_users", "end_user_id"), "FALSE")
});

/// An address that nobody has, while the names are of the version that is given, becomes the new end
/// user's. Two transactions that meet there wait for each other.
static TAKEN: LazyLock<String> = LazyLock::new(|| {
    let taking = format!(
        "WITH new AS MATERIALIZED (SELECT {} AS id),
         taken AS (
             INSERT INTO end_user_uids (customer_id, end_user_id, uid, uid_key, uid_type, is_primary)
             SELECT CAST($1 AS BIGINT), new.id, CAST($3 AS TEXT), CAST($2 AS TEXT), CAST($4 AS TEXT), TRUE
             FROM new JOIN customers c ON c.customer_id = $1
             WHERE c.refs_version = $5 AND CAST($2 AS TEXT) IS NOT NULL
             ON CONFLICT (customer_id, uid_key) DO NOTHING RETURNING end_user_id)",
        Dialect::Postgres.next_id("end_users", "end_user_id")
    );
    statement(Dialect::Postgres, &taking, "(SELECT id FROM new)", "EXISTS (SELECT 1 FROM taken)")
});

fn statement(dialect: Dialect, before: &str, new_end_user: &str, is_taken: &str) -> String {
    format!(
        "{before} SELECT c.refs_version, {}, {}, {new_end_user}, u.end_user_id, e.name, {is_taken} FROM customers c
         LEFT JOIN end_user_uids u ON u.customer_id = c.customer_id AND u.uid_key = $2
         LEFT JOIN end_users e ON e.customer_id = c.customer_id AND e.end_user_id = u.end_user_id
         WHERE c.customer_id = $1",
        dialect.next_id("tickets", "ticket_id"),
        dialect.next_id("ticket_messages", "message_id"),
    )
}

/// For a message of whom it does not say.
pub async fn arrive(tx: &mut Tx, customer: CustomerId) -> Result<Arrival> {
    arrive_from(tx, customer, None, 0).await
}

/// For a message of whoever has this address. It was read with the names of `version`: where they have
/// another by now, nobody is given the address.
pub async fn arrive_from(
    tx: &mut Tx,
    customer: CustomerId,
    address: Option<&Address>,
    version: i64,
) -> Result<Arrival> {
    let key = address.map(|it| it.1.as_str());
    if tx.dialect().has_one_writer() {
        return tx.query_one(&KNOWN, params![customer, key]).await;
    }
    let (uid, uid_type) = (address.map(|it| it.0.as_str()), address.map(|it| it.2));
    tx.query_one(&TAKEN, params![customer, key, uid, uid_type, version]).await
}
