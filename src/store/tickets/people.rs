//! Who a ticket is about.

use crate::error::Result;
use crate::model::{CustomerId, EndUserId};
use crate::params;
use crate::store::Conn;

pub async fn end_user_exists(conn: &mut Conn, customer: CustomerId, end_user: EndUserId) -> Result<bool> {
    let row: Option<(i64,)> = conn
        .query_opt(
            "SELECT CAST(1 AS BIGINT) FROM end_users WHERE customer_id = $1 AND end_user_id = $2",
            params![customer, end_user],
        )
        .await?;
    Ok(row.is_some())
}

/// The address that an end user is reached at.
pub async fn primary_uid(
    conn: &mut Conn,
    customer: CustomerId,
    end_user: EndUserId,
) -> Result<Option<String>> {
    let row: Option<(String,)> = conn
        .query_opt(
            "SELECT uid FROM end_user_uids WHERE customer_id = $1 AND end_user_id = $2
             ORDER BY is_primary DESC, end_user_uid_id LIMIT 1",
            params![customer, end_user],
        )
        .await?;
    Ok(row.map(|it| it.0))
}
