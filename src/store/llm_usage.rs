//! What the language model has cost each tenant.

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::CustomerId;
use crate::params;

/// Tokens of a month.
pub async fn tokens(conn: &mut Conn, customer: CustomerId, month: &str) -> Result<i64> {
    let row: Option<(i64,)> = conn
        .query_opt(
            "SELECT tokens FROM llm_usage WHERE customer_id = $1 AND month = $2",
            params![customer, month],
        )
        .await?;
    Ok(row.map_or(0, |it| it.0))
}

/// Adds one request's tokens.
pub async fn add(tx: &mut Tx, customer: CustomerId, month: &str, tokens: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO llm_usage (customer_id, month, tokens, requests) VALUES ($1, $2, $3, 1)
         ON CONFLICT (customer_id, month) DO UPDATE SET tokens = llm_usage.tokens + excluded.tokens,
         requests = llm_usage.requests + 1",
        params![customer, month, tokens],
    )
    .await?;
    Ok(())
}
