//! The other tickets of an end user.

use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, Ticket, TicketId, Timestamp};
use crate::store::Conn;
use crate::{params, row};

/// More of them are not looked at.
pub const MOST_PAST: usize = 1000;

row! {
    /// What is told of an earlier ticket.
    pub struct Past {
        pub ticket_id: TicketId,
        pub date_created: Timestamp,
        pub last_message_date: Timestamp,
        pub close_date: Option<Timestamp>,
        pub status: String,
        pub subject: Option<String>,
        pub preview: Option<String>,
        pub escalated: bool,
        pub is_closed: bool,
        pub topic_ids: String,
    }
}

/// The other tickets of a ticket's end user, over all their addresses, newest first, spam left out.
/// `limited_to` is the rep whose tickets, with the unassigned ones, are all that count.
pub async fn past(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: &Ticket,
    limited_to: Option<CustomerRepId>,
) -> Result<Vec<Past>> {
    let mut keys: Vec<String> = ticket.uid.as_deref().map(super::uid_key).into_iter().collect();
    if let Some(end_user) = ticket.end_user_id {
        let rows: Vec<(String,)> = conn
            .query(
                "SELECT uid_key FROM end_user_uids WHERE customer_id = $1 AND end_user_id = $2",
                params![customer, end_user],
            )
            .await?;
        keys.extend(rows.into_iter().map(|it| it.0));
    }
    let sql = const_format::formatcp!(
        "SELECT {} FROM tickets t WHERE t.customer_id = $1 AND t.ticket_id IN
         (SELECT ticket_id FROM tickets WHERE customer_id = $1 AND end_user_id =
              (SELECT e.end_user_id FROM end_users e WHERE e.customer_id = $1 AND e.end_user_id = $2)
          UNION SELECT ticket_id FROM tickets WHERE customer_id = $1 AND uid_key = ANY($3))
         AND t.ticket_id <> $4 AND NOT t.is_spam
         AND (CAST($5 AS BIGINT) IS NULL OR t.customer_rep_id IN (0, CAST($5 AS BIGINT)))
         ORDER BY t.last_message_date DESC, t.ticket_id DESC LIMIT {}",
        Past::COLUMNS,
        MOST_PAST
    );
    conn.query(sql, params![customer, ticket.end_user_id, keys, ticket.ticket_id, limited_to]).await
}
