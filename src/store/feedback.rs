//! What people say about answers, and who can help them.

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, Message};
use crate::params;

/// Keeps a comment, or just an address to be reached at.
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    message: &Message,
    comment: &str,
    email: Option<&str>,
) -> Result<()> {
    let now = tx.now;
    tx.execute(
        "INSERT INTO feedback_comments (customer_id, ticket_id, message_id, comment, email, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![customer, message.ticket_id, message.message_id, comment, email, now],
    )
    .await?;
    Ok(())
}

/// The available rep with the fewest open tickets.
pub async fn available_rep(conn: &mut Conn, customer: CustomerId) -> Result<Option<CustomerRepId>> {
    let row: Option<(CustomerRepId,)> = conn
        .query_opt(
            "SELECT r.customer_rep_id FROM customer_reps r
             WHERE r.customer_id = $1 AND r.is_active AND r.is_available
             ORDER BY (SELECT COALESCE(SUM(c.n), 0) FROM ticket_counts c WHERE c.customer_id = r.customer_id
                       AND c.customer_rep_id = r.customer_rep_id AND NOT c.is_closed),
             r.customer_rep_id LIMIT 1",
            params![customer],
        )
        .await?;
    Ok(row.map(|it| it.0))
}

/// The tenant's default rep, where that one is active.
pub async fn default_rep(conn: &mut Conn, customer: CustomerId) -> Result<Option<CustomerRepId>> {
    let row: Option<(CustomerRepId,)> = conn
        .query_opt(
            "SELECT r.customer_rep_id FROM customers c
             JOIN customer_reps r ON r.customer_id = c.customer_id AND r.customer_rep_id = c.default_customer_rep_id
             WHERE c.customer_id = $1 AND r.is_active",
            params![customer],
        )
        .await?;
    Ok(row.map(|it| it.0))
}
