//! What figures over many tickets are made of.

use super::tickets::{Clause, Filter, draft_outcome};
use super::{Conn, Value};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, DraftOutcome, Timestamp};
use crate::row;

row! {
    /// A ticket that came in.
    pub struct Came {
        pub date_created: Timestamp,
        pub topic_ids: String,
        /// When somebody first answered.
        pub first_answer: Option<Timestamp>,
    }
}

/// The tickets that pass the filter.
pub async fn came(conn: &mut Conn, customer: CustomerId, filter: &Filter) -> Result<Vec<Came>> {
    let clause = filter.clause(customer);
    let sql = format!(
        "SELECT t.date_created, t.topic_ids,
                (SELECT MIN(m.message_date) FROM ticket_messages m
                 WHERE m.customer_id = t.customer_id AND m.ticket_id = t.ticket_id
                 AND NOT m.incoming AND NOT m.is_internal AND NOT m.is_draft)
         FROM tickets t WHERE {}",
        clause.sql
    );
    conn.query(&sql, &clause.params).await
}

/// When each of these tickets came, was closed, and whose it is.
pub async fn closed(
    conn: &mut Conn,
    customer: CustomerId,
    filter: &Filter,
) -> Result<Vec<(Timestamp, Option<Timestamp>, CustomerRepId)>> {
    let clause = filter.clause(customer);
    let sql =
        format!("SELECT t.date_created, t.close_date, t.customer_rep_id FROM tickets t WHERE {}", clause.sql);
    conn.query(&sql, &clause.params).await
}

/// When each of these tickets came.
pub async fn dates(conn: &mut Conn, customer: CustomerId, filter: &Filter) -> Result<Vec<i64>> {
    let clause = filter.clause(customer);
    let sql = format!("SELECT t.date_created FROM tickets t WHERE {}", clause.sql);
    let rows: Vec<(i64,)> = conn.query(&sql, &clause.params).await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// From and to, and what of tickets the filter says.
fn messages<'a>(
    filter: &'a Filter,
    customer: CustomerId,
    column: &str,
    span: (Timestamp, Timestamp),
) -> Clause<'a> {
    let mut clause = filter.clause(customer);
    clause.and(&format!("{column} >= $"), span.0);
    clause.and(&format!("{column} <= $"), span.1);
    clause
}

/// How many drafts of this time became what.
pub async fn drafts(
    conn: &mut Conn,
    customer: CustomerId,
    filter: &Filter,
    span: (Timestamp, Timestamp),
    outcome: DraftOutcome,
) -> Result<u64> {
    let clause = messages(filter, customer, "m.ai_response_date_time", span);
    let sql = format!(
        "SELECT COUNT(*) FROM ticket_messages m
         JOIN tickets t ON t.customer_id = m.customer_id AND t.ticket_id = m.ticket_id
         JOIN tickets k ON k.customer_id = m.customer_id AND k.ticket_id = m.ticket_id
         WHERE m.customer_id = $1 AND m.ai_generated_response IS NOT NULL AND {} AND {}",
        clause.sql,
        draft_outcome(outcome)
    );
    let (n,): (i64,) = conn.query_one(&sql, &clause.params).await?;
    Ok(n.unsigned_abs())
}

/// How many drafts of this time reps liked, and disliked.
pub async fn draft_ratings(
    conn: &mut Conn,
    customer: CustomerId,
    filter: &Filter,
    span: (Timestamp, Timestamp),
) -> Result<(u64, u64)> {
    let clause = messages(filter, customer, "m.ai_response_date_time", span);
    let sql = format!(
        "SELECT COUNT(CASE WHEN m.is_liked = TRUE THEN 1 END), COUNT(CASE WHEN m.is_liked = FALSE THEN 1 END)
         FROM ticket_messages m
         JOIN tickets t ON t.customer_id = m.customer_id AND t.ticket_id = m.ticket_id
         WHERE m.customer_id = $1 AND m.ai_generated_response IS NOT NULL AND {}",
        clause.sql
    );
    let (liked, disliked): (i64, i64) = conn.query_one(&sql, &clause.params).await?;
    Ok((liked.unsigned_abs(), disliked.unsigned_abs()))
}

row! {
    /// What a rep did.
    pub struct RepAnswers {
        pub customer_rep_id: CustomerRepId,
        pub answers: i64,
        pub tickets: i64,
    }
}

/// The answers that each rep sent in this time.
pub async fn answers_by_rep(
    conn: &mut Conn,
    customer: CustomerId,
    filter: &Filter,
    span: (Timestamp, Timestamp),
) -> Result<Vec<RepAnswers>> {
    let clause = messages(filter, customer, "m.message_date", span);
    let params: &[Value<'_>] = &clause.params;
    let sql = format!(
        "SELECT m.customer_rep_id, COUNT(*), COUNT(DISTINCT m.ticket_id) FROM ticket_messages m
         JOIN tickets t ON t.customer_id = m.customer_id AND t.ticket_id = m.ticket_id
         WHERE m.customer_id = $1 AND NOT m.incoming AND NOT m.is_internal AND NOT m.is_draft
           AND m.customer_rep_id IS NOT NULL AND {} GROUP BY m.customer_rep_id ORDER BY m.customer_rep_id",
        clause.sql
    );
    conn.query(&sql, params).await
}
