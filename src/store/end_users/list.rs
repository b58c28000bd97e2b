//! The list of end users and its search.

use const_format::formatcp;

use super::super::Conn;
use super::super::contains::Contains;
use crate::error::Result;
use crate::model::{CustomerId, EndUser};
use crate::params;

/// The columns a list may be sorted by: the API's name and ours. Nothing sorts as an empty text, the
/// same on both engines.
pub const SORTS: &[(&str, &str)] = &[
    ("endUserID", "t.end_user_id"),
    ("firstname", "LOWER(COALESCE(t.firstname, ''))"),
    ("lastname", "LOWER(COALESCE(t.lastname, ''))"),
    ("name", "LOWER(COALESCE(t.name, ''))"),
    ("gender", "LOWER(COALESCE(t.gender, ''))"),
    ("otherContactDetails", "LOWER(COALESCE(t.other_contact_details, ''))"),
    ("customerRef", "LOWER(COALESCE(t.customer_ref, ''))"),
    ("customerType", "COALESCE(t.customer_type, '')"),
    ("country", "LOWER(COALESCE(t.country, ''))"),
    ("lang", "LOWER(COALESCE(t.lang, ''))"),
    ("company", "LOWER(COALESCE(t.company, ''))"),
    ("street", "LOWER(COALESCE(t.street, ''))"),
    ("houseNumber", "LOWER(COALESCE(t.house_number, ''))"),
    ("postalCode", "LOWER(COALESCE(t.postal_code, ''))"),
    ("city", "LOWER(COALESCE(t.city, ''))"),
    ("aIDocumentation", "LOWER(COALESCE(t.ai_documentation, ''))"),
];

/// `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn list(
    conn: &mut Conn,
    customer: CustomerId,
    search: &Contains,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<EndUser>> {
    let (clause, mut values) = search.clause(customer);
    values.extend([limit.into(), offset.into()]);
    let sql = format!(
        "SELECT {} FROM end_users t WHERE {clause} ORDER BY {order}, t.end_user_id LIMIT ${} OFFSET ${}",
        EndUser::COLUMNS,
        values.len() - 1,
        values.len()
    );
    conn.query(&sql, &values).await
}

pub async fn count(conn: &mut Conn, customer: CustomerId, search: &Contains) -> Result<u64> {
    let (clause, values) = search.clause(customer);
    let (n,): (i64,) =
        conn.query_one(&format!("SELECT COUNT(*) FROM end_users t WHERE {clause}"), &values).await?;
    Ok(n as u64)
}

/// The end users that have one of these uids.
pub async fn by_keys(conn: &mut Conn, customer: CustomerId, keys: Vec<String>) -> Result<Vec<EndUser>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM end_users t WHERE t.customer_id = $1 AND t.end_user_id IN
             (SELECT end_user_id FROM end_user_uids WHERE customer_id = $1 AND uid_key = ANY($2))
             ORDER BY t.end_user_id",
            EndUser::COLUMNS
        ),
        params![customer, keys],
    )
    .await
}
