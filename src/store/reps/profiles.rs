//! Reps as the API shows them, with their default signature.

use const_format::concatcp;

use super::super::{Columns, Conn, FromRow, Tx, refs};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, Role};
use crate::params;

/// A rep.
#[derive(Clone, Debug)]
pub struct Rep {
    pub customer_rep_id: CustomerRepId,
    pub username: String,
    pub name: String,
    pub email: Option<String>,
    pub phone_number: Option<String>,
    pub other_details: Option<String>,
    pub role: Role,
    pub is_active: bool,
    pub is_available: bool,
    /// Of the signature that stands for every language without one of its own.
    pub signature_html: Option<String>,
    pub signature_text: Option<String>,
}

impl FromRow for Rep {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self {
            customer_rep_id: columns.take()?,
            username: columns.take()?,
            name: columns.take()?,
            email: columns.take()?,
            phone_number: columns.take()?,
            other_details: columns.take()?,
            role: columns.take()?,
            is_active: columns.take()?,
            is_available: columns.take()?,
            signature_html: columns.take()?,
            signature_text: columns.take()?,
        })
    }
}

const SELECT: &str = "SELECT t.customer_rep_id, t.username, t.name, t.email, t.phone_number, t.other_details,
    t.role, t.is_active, t.is_available, s.signature_html, s.signature_text
    FROM customer_reps t LEFT JOIN rep_signatures s
    ON s.customer_id = t.customer_id AND s.customer_rep_id = t.customer_rep_id AND s.lang = ''
    WHERE t.customer_id = $1";

/// The columns a list may be sorted by: the API's name and ours.
pub const SORTS: &[(&str, &str)] = &[
    ("customerRepID", "t.customer_rep_id"),
    ("username", "t.username_key"),
    ("name", "LOWER(t.name)"),
    ("email", "LOWER(COALESCE(t.email, ''))"),
    ("phoneNumber", "LOWER(COALESCE(t.phone_number, ''))"),
    ("otherDetails", "LOWER(COALESCE(t.other_details, ''))"),
    ("role", "t.role"),
    ("isActive", "t.is_active"),
    ("isAvailable", "t.is_available"),
    ("emailSignatureHTML", "LOWER(COALESCE(s.signature_html, ''))"),
    ("emailSignatureText", "LOWER(COALESCE(s.signature_text, ''))"),
];

/// `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn list(
    conn: &mut Conn,
    customer: CustomerId,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<Rep>> {
    let sql = format!("{SELECT} ORDER BY {order}, t.customer_rep_id LIMIT $2 OFFSET $3");
    conn.query(&sql, params![customer, limit, offset]).await
}

pub async fn count(conn: &mut Conn, customer: CustomerId) -> Result<u64> {
    let (n,): (i64,) = conn
        .query_one("SELECT COUNT(*) FROM customer_reps WHERE customer_id = $1", params![customer])
        .await?;
    Ok(n as u64)
}

/// Those that tickets can be given to, by name.
pub async fn assignable(conn: &mut Conn, customer: CustomerId) -> Result<Vec<Rep>> {
    let sql = concatcp!(SELECT, " AND t.is_active ORDER BY LOWER(t.name), t.customer_rep_id");
    conn.query(sql, params![customer]).await
}

pub async fn get(conn: &mut Conn, customer: CustomerId, rep: CustomerRepId) -> Result<Rep> {
    conn.query_one(concatcp!(SELECT, " AND t.customer_rep_id = $2"), params![customer, rep]).await
}

/// Writes what a rep is, but for id, password and signatures.
pub async fn update(tx: &mut Tx, customer: CustomerId, rep: &Rep) -> Result<()> {
    tx.execute(
        "UPDATE customer_reps SET username = $3, username_key = $4, name = $5, email = $6, phone_number = $7,
         other_details = $8, role = $9, is_active = $10, is_available = $11
         WHERE customer_id = $1 AND customer_rep_id = $2",
        params![
            customer,
            rep.customer_rep_id,
            &rep.username,
            rep.username.to_lowercase(),
            &rep.name,
            &rep.email,
            &rep.phone_number,
            &rep.other_details,
            rep.role,
            rep.is_active,
            rep.is_available
        ],
    )
    .await?;
    Ok(())
}

pub async fn set_password(tx: &mut Tx, customer: CustomerId, rep: CustomerRepId, hash: &str) -> Result<()> {
    tx.execute(
        "UPDATE customer_reps SET password_hash = $3 WHERE customer_id = $1 AND customer_rep_id = $2",
        params![customer, rep, hash],
    )
    .await?;
    Ok(())
}

/// Ends every token that the rep has. What a rep may do is kept in memory for one version of the tenant's
/// names, so that becomes another.
pub async fn end_tokens(tx: &mut Tx, customer: CustomerId, rep: CustomerRepId) -> Result<()> {
    refs::bump(tx, customer).await?;
    tx.execute(
        "UPDATE customer_reps SET token_version = token_version + 1 WHERE customer_id = $1 AND customer_rep_id = $2",
        params![customer, rep],
    )
    .await?;
    Ok(())
}

/// Whether an active Administrator is left without `rep`.
pub async fn has_other_administrator(
    conn: &mut Conn,
    customer: CustomerId,
    rep: CustomerRepId,
) -> Result<bool> {
    let found: Option<(i64,)> = conn
        .query_opt(
            "SELECT customer_rep_id FROM customer_reps
             WHERE customer_id = $1 AND customer_rep_id <> $2 AND role = $3 AND is_active LIMIT 1",
            params![customer, rep, Role::Administrator],
        )
        .await?;
    Ok(found.is_some())
}

/// The rep and everything that is only theirs.
pub async fn delete(tx: &mut Tx, customer: CustomerId, rep: CustomerRepId) -> Result<()> {
    for sql in [
        "DELETE FROM rep_signatures WHERE customer_id = $1 AND customer_rep_id = $2",
        "DELETE FROM api_keys WHERE customer_id = $1 AND customer_rep_id = $2",
        "DELETE FROM password_resets WHERE customer_id = $1 AND customer_rep_id = $2",
        "DELETE FROM rep_sessions WHERE customer_id = $1 AND customer_rep_id = $2",
        "DELETE FROM ticket_presence WHERE customer_id = $1 AND customer_rep_id = $2",
        "DELETE FROM composer_drafts WHERE customer_id = $1 AND customer_rep_id = $2",
        "DELETE FROM notifications WHERE customer_id = $1 AND customer_rep_id = $2",
        "DELETE FROM bulk_undos WHERE customer_id = $1 AND customer_rep_id = $2",
        "DELETE FROM saved_views WHERE customer_id = $1 AND customer_rep_id = $2 AND NOT is_shared",
        "DELETE FROM canned_responses WHERE customer_id = $1 AND customer_rep_id = $2 AND NOT is_shared",
        "UPDATE customers SET default_customer_rep_id = NULL WHERE customer_id = $1 AND default_customer_rep_id = $2",
        "DELETE FROM customer_reps WHERE customer_id = $1 AND customer_rep_id = $2",
    ] {
        tx.execute(sql, params![customer, rep]).await?;
    }
    Ok(())
}
