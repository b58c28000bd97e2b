//! Folding the counters of tickets, where they are kept as deltas.

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::CustomerId;
use crate::params;

/// Tenants whose counters have many more deltas than combinations.
pub async fn worth_folding(conn: &mut Conn) -> Result<Vec<CustomerId>> {
    let found: Vec<(CustomerId,)> = conn
        .query(
            "SELECT customer_id FROM ticket_counts GROUP BY customer_id
             HAVING count(*) > 100 + 2 * count(DISTINCT
                 (status, customer_rep_id, channel_id, channel_type, is_spam, escalated, is_closed))
             ORDER BY customer_id",
            params![],
        )
        .await?;
    Ok(found.into_iter().map(|it| it.0).collect())
}

/// Puts the sum of a tenant's deltas in their place, in one statement: a reader sees the deltas or their
/// sum, never both or neither. Deltas that others add meanwhile stay for the next time.
pub async fn fold(tx: &mut Tx, customer: CustomerId) -> Result<()> {
    tx.execute(
        "WITH folded AS (DELETE FROM ticket_counts WHERE customer_id = $1 RETURNING *)
         INSERT INTO ticket_counts
             (customer_id, status, customer_rep_id, channel_id, channel_type, is_spam, escalated, is_closed, n)
         SELECT customer_id, status, customer_rep_id, channel_id, channel_type, is_spam, escalated, is_closed,
                CAST(SUM(n) AS BIGINT)
         FROM folded
         GROUP BY customer_id, status, customer_rep_id, channel_id, channel_type, is_spam, escalated, is_closed
         HAVING SUM(n) <> 0",
        params![customer],
    )
    .await?;
    Ok(())
}
