//! The summaries of tickets that the program made.

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, TicketId};
use crate::params;

/// The newest summary that was made of a ticket.
pub async fn of_ticket(conn: &mut Conn, customer: CustomerId, ticket: TicketId) -> Result<Option<String>> {
    let row: Option<(String,)> = conn
        .query_opt(
            "SELECT summary FROM ticket_summaries WHERE customer_id = $1 AND ticket_id = $2",
            params![customer, ticket],
        )
        .await?;
    Ok(row.map(|it| it.0))
}

pub async fn delete(tx: &mut Tx, customer: CustomerId, ticket: TicketId) -> Result<()> {
    tx.execute(
        "DELETE FROM ticket_summaries WHERE customer_id = $1 AND ticket_id = $2",
        params![customer, ticket],
    )
    .await?;
    Ok(())
}

/// Keeps a summary in the place of the one before.
pub async fn put(
    tx: &mut Tx,
    customer: CustomerId,
    ticket: TicketId,
    summary: &str,
    model: &str,
) -> Result<()> {
    let now = tx.now;
    tx.execute(
        "INSERT INTO ticket_summaries (customer_id, ticket_id, summary, model, created_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (customer_id, ticket_id) DO UPDATE SET summary = excluded.summary, model = excluded.model,
         created_at = excluded.created_at",
        params![customer, ticket, summary, model, now],
    )
    .await?;
    Ok(())
}
