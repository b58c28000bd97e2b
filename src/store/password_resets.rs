//! Links for new passwords: only hashes of their tokens are kept.

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, Timestamp};
use crate::{params, row};

row! {
    /// An active rep with an address.
    pub struct Addressee {
        pub customer_id: CustomerId,
        pub customer_rep_id: CustomerRepId,
        pub username: String,
        pub email: String,
    }
}

/// Every active rep of any tenant with this address (lower case); of the tenant with `hostname` alone
/// where one is given. At most 20.
pub async fn addressees(conn: &mut Conn, email: &str, hostname: Option<&str>) -> Result<Vec<Addressee>> {
    let sql = format!(
        "SELECT {} FROM customer_reps t JOIN customers c ON c.customer_id = t.customer_id
         WHERE LOWER(t.email) = $1 AND t.is_active AND (CAST($2 AS TEXT) IS NULL OR c.hostname = $2)
         ORDER BY t.customer_rep_id LIMIT 20",
        Addressee::COLUMNS
    );
    conn.query(&sql, params![email, hostname]).await
}

pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    rep: CustomerRepId,
    token_hash: &str,
    expires_at: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO password_resets (token_hash, customer_id, customer_rep_id, expires_at) VALUES ($1, $2, $3, $4)",
        params![token_hash, customer, rep, expires_at],
    )
    .await?;
    Ok(())
}

/// Whose link it is, and their username in lower case; None where it is unknown, used or expired.
pub async fn find(
    conn: &mut Conn,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<(CustomerId, CustomerRepId, String)>> {
    conn.query_opt(
        "SELECT t.customer_id, t.customer_rep_id, r.username_key FROM password_resets t
         JOIN customer_reps r ON r.customer_id = t.customer_id AND r.customer_rep_id = t.customer_rep_id
         WHERE t.token_hash = $1 AND t.expires_at > $2 AND r.is_active",
        params![token_hash, now],
    )
    .await
}

/// Uses a link up; false where it was used before. Of two uses at once
/// one waits and comes second.
pub async fn take(tx: &mut Tx, customer: CustomerId, rep: CustomerRepId, token_hash: &str) -> Result<bool> {
    let taken = tx
        .execute(
            "DELETE FROM password_resets WHERE customer_id = $1 AND customer_rep_id = $2 AND token_hash = $3",
            params![customer, rep, token_hash],
        )
        .await?;
    Ok(taken == 1)
}

/// Ends every link of a rep.
pub async fn forget(tx: &mut Tx, customer: CustomerId, rep: CustomerRepId) -> Result<()> {
    tx.execute(
        "DELETE FROM password_resets WHERE customer_id = $1 AND customer_rep_id = $2",
        params![customer, rep],
    )
    .await?;
    Ok(())
}
