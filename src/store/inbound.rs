//! Which tickets a mail may belong to.

use super::Conn;
use crate::error::Result;
use crate::model::{ChannelId, CustomerId, EndUserId, MessageId, TicketId, Timestamp};
use crate::{params, row};

/// Messages of a ticket whose addresses are looked at, the newest.
const LOOKED_AT: i64 = 500;

row! {
    /// A message that a Message-ID names.
    #[derive(Clone, Debug)]
    pub struct Named {
        pub message_identifier: Option<String>,
        pub message_id: MessageId,
        pub ticket_id: TicketId,
        pub channel_id: ChannelId,
        pub incoming: bool,
        pub from_address: Option<String>,
        pub subject: Option<String>,
        pub message_date: Timestamp,
        /// JSON text.
        pub headers: Option<String>,
    }
}

/// The messages with one of these Message-IDs (in angle brackets).
pub async fn named(conn: &mut Conn, customer: CustomerId, identifiers: Vec<String>) -> Result<Vec<Named>> {
    if identifiers.is_empty() {
        return Ok(Vec::new());
    }
    conn.query(
        const_format::formatcp!(
            "SELECT {} FROM ticket_messages t WHERE t.customer_id = $1 AND t.message_identifier = ANY($2)
             ORDER BY t.message_id",
            Named::COLUMNS
        ),
        params![customer, identifiers],
    )
    .await
}

/// The first message of each ticket that refers to each of these Message-IDs.
pub async fn referring(
    conn: &mut Conn,
    customer: CustomerId,
    identifiers: Vec<String>,
) -> Result<Vec<(String, TicketId, MessageId)>> {
    if identifiers.is_empty() {
        return Ok(Vec::new());
    }
    conn.query(
        "SELECT identifier, ticket_id, MIN(message_id) FROM mail_references
         WHERE customer_id = $1 AND identifier = ANY($2) GROUP BY identifier, ticket_id
         ORDER BY MIN(message_id)",
        params![customer, identifiers],
    )
    .await
}

/// The newest tickets of an end user in a channel since a time: id and subject.
pub async fn recent_of(
    conn: &mut Conn,
    customer: CustomerId,
    channel: ChannelId,
    end_user: EndUserId,
    since: Timestamp,
) -> Result<Vec<(TicketId, Option<String>)>> {
    conn.query(
        "SELECT ticket_id, subject FROM tickets
         WHERE customer_id = $1 AND end_user_id = $2 AND last_message_date >= $4 AND channel_id = $3
         AND NOT is_spam ORDER BY last_message_date DESC, ticket_id DESC LIMIT 50",
        params![customer, end_user, channel, since],
    )
    .await
}

/// Sender and recipients of the messages of a ticket, as they are kept: lists of addresses.
pub async fn addresses(conn: &mut Conn, customer: CustomerId, ticket: TicketId) -> Result<Vec<String>> {
    let rows: Vec<(Option<String>, Option<String>, Option<String>)> = conn
        .query(
            "SELECT from_address, to_address, cc_address FROM ticket_messages
             WHERE customer_id = $1 AND ticket_id = $2 AND NOT is_draft AND NOT is_internal
             ORDER BY message_date DESC LIMIT $3",
            params![customer, ticket, LOOKED_AT],
        )
        .await?;
    Ok(rows.into_iter().flat_map(|it| [it.0, it.1, it.2]).flatten().collect())
}

/// The addresses of the tenant's e-mail channels, in lower case.
pub async fn own_addresses(conn: &mut Conn, customer: CustomerId) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = conn
        .query(
            "SELECT LOWER(email_address) FROM channels
             WHERE customer_id = $1 AND channel_type = 'Email' AND email_address IS NOT NULL",
            params![customer],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Whether a mail of the ticket came through a mailing list.
pub async fn is_of_list(conn: &mut Conn, customer: CustomerId, ticket: TicketId, list: &str) -> Result<bool> {
    let found: Option<(MessageId,)> = conn
        .query_opt(
            "SELECT m.message_id FROM ticket_messages m
             JOIN received_mails r ON r.customer_id = m.customer_id AND r.message_id = m.message_id
             WHERE m.customer_id = $1 AND m.ticket_id = $2 AND r.mail_list = $3 LIMIT 1",
            params![customer, ticket, list],
        )
        .await?;
    Ok(found.is_some())
}

/// How many tickets a tenant has.
pub async fn count_tickets(conn: &mut Conn, customer: CustomerId) -> Result<u64> {
    let (count,): (i64,) =
        conn.query_one("SELECT COUNT(*) FROM tickets WHERE customer_id = $1", params![customer]).await?;
    Ok(count.unsigned_abs())
}

/// Whose a channel is: for the operator, who belongs to no tenant.
pub async fn customer_of(conn: &mut Conn, channel: ChannelId) -> Result<CustomerId> {
    let (customer,): (CustomerId,) =
        conn.query_one("SELECT customer_id FROM channels WHERE channel_id = $1", params![channel]).await?;
    Ok(customer)
}

/// Whose a message is: for the operator.
pub async fn customer_of_message(conn: &mut Conn, message: MessageId) -> Result<CustomerId> {
    let (customer,): (CustomerId,) = conn
        .query_one("SELECT customer_id FROM ticket_messages WHERE message_id = $1", params![message])
        .await?;
    Ok(customer)
}
