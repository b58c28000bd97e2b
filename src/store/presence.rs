//! Who looks at or answers a ticket just now.

use const_format::formatcp;

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, PresenceState, TicketId, Timestamp};
use crate::{params, row};

row! {
    /// A window of a rep on a ticket.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Present {
        pub customer_id: CustomerId,
        pub ticket_id: TicketId,
        pub customer_rep_id: CustomerRepId,
        pub state: PresenceState,
        pub since: Timestamp,
    }
}

/// A window's state and when it expires; none where it is not there or expired.
pub async fn find(
    conn: &mut Conn,
    customer: CustomerId,
    window: (TicketId, CustomerRepId, &str),
    now: Timestamp,
) -> Result<Option<(PresenceState, Timestamp)>> {
    conn.query_opt(
        "SELECT state, expires_at FROM ticket_presence
         WHERE customer_id = $1 AND ticket_id = $2 AND customer_rep_id = $3 AND client = $4 AND expires_at > $5",
        params![customer, window.0, window.1, window.2, now],
    )
    .await
}

/// Says that a window is there until `expires_at`. One that was there in the same state keeps its `since`.
pub async fn put(
    tx: &mut Tx,
    customer: CustomerId,
    window: (TicketId, CustomerRepId, &str),
    state: PresenceState,
    expires_at: Timestamp,
) -> Result<()> {
    let now = tx.now;
    tx.execute(
        "INSERT INTO ticket_presence (customer_id, ticket_id, customer_rep_id, client, state, since, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (customer_id, ticket_id, customer_rep_id, client) DO UPDATE SET
             since = CASE WHEN ticket_presence.state = excluded.state AND ticket_presence.expires_at > $6
                          THEN ticket_presence.since ELSE excluded.since END,
             state = excluded.state, expires_at = excluded.expires_at",
        params![customer, window.0, window.1, window.2, state, now, expires_at],
    )
    .await?;
    Ok(())
}

/// How many there were.
pub async fn delete(
    tx: &mut Tx,
    customer: CustomerId,
    window: (TicketId, CustomerRepId, &str),
) -> Result<u64> {
    tx.execute(
        "DELETE FROM ticket_presence
         WHERE customer_id = $1 AND ticket_id = $2 AND customer_rep_id = $3 AND client = $4",
        params![customer, window.0, window.1, window.2],
    )
    .await
}

/// Every window on a ticket.
pub async fn of_ticket(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
    now: Timestamp,
) -> Result<Vec<Present>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM ticket_presence t WHERE t.customer_id = $1 AND t.ticket_id = $2 AND t.expires_at > $3
             ORDER BY t.since, t.customer_rep_id",
            Present::COLUMNS
        ),
        params![customer, ticket, now],
    )
    .await
}

/// Every window of these tenants.
pub async fn of_tenants(conn: &mut Conn, customers: Vec<i64>, now: Timestamp) -> Result<Vec<Present>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM ticket_presence t WHERE t.customer_id = ANY($1) AND t.expires_at > $2
             ORDER BY t.customer_id, t.ticket_id, t.since, t.customer_rep_id",
            Present::COLUMNS
        ),
        params![customers, now],
    )
    .await
}

/// Deletes those of all tenants that expired before.
pub async fn delete_expired(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("DELETE FROM ticket_presence WHERE expires_at < $1", params![before]).await
}
