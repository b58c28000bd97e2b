//! End users that were made one, and what is needed to take it back.

use const_format::formatcp;

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, EndUser, EndUserId, EndUserMergeId, EndUserUid, Timestamp};
use crate::store::end_users::search_text;
use crate::{params, row};

row! {
    #[derive(Clone, Debug)]
    pub struct Merge {
        pub end_user_merge_id: EndUserMergeId,
        /// Who has everything now.
        pub end_user_id: EndUserId,
        /// Who is gone.
        pub merged_end_user_id: EndUserId,
        /// JSON.
        pub record: String,
        pub merged_by: Option<CustomerRepId>,
        pub created_at: Timestamp,
    }
}

pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    into: EndUserId,
    merged: EndUserId,
    record: &str,
    by: Option<CustomerRepId>,
) -> Result<EndUserMergeId> {
    let now = tx.now;
    let columns = ["customer_id", "end_user_id", "merged_end_user_id", "record", "merged_by", "created_at"];
    let values = params![customer, into, merged, record, by, now];
    tx.insert_row("end_user_merges", "end_user_merge_id", &columns, values).await.map(EndUserMergeId)
}

/// What was merged into an end user, the newest first.
pub async fn of(conn: &mut Conn, customer: CustomerId, end_user: EndUserId) -> Result<Vec<Merge>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM end_user_merges t WHERE t.customer_id = $1 AND t.end_user_id = $2
             ORDER BY t.end_user_merge_id DESC",
            Merge::COLUMNS
        ),
        params![customer, end_user],
    )
    .await
}

pub async fn get(
    conn: &mut Conn,
    customer: CustomerId,
    end_user: EndUserId,
    merge: EndUserMergeId,
) -> Result<Merge> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM end_user_merges t
             WHERE t.customer_id = $1 AND t.end_user_id = $2 AND t.end_user_merge_id = $3",
            Merge::COLUMNS
        ),
        params![customer, end_user, merge],
    )
    .await
}

pub async fn delete(tx: &mut Tx, customer: CustomerId, merge: EndUserMergeId) -> Result<u64> {
    tx.execute(
        "DELETE FROM end_user_merges WHERE customer_id = $1 AND end_user_merge_id = $2",
        params![customer, merge],
    )
    .await
}

/// What was merged into one is now merged into another.
pub async fn move_all(tx: &mut Tx, customer: CustomerId, from: EndUserId, into: EndUserId) -> Result<u64> {
    tx.execute(
        "UPDATE end_user_merges SET end_user_id = $3 WHERE customer_id = $1 AND end_user_id = $2",
        params![customer, from, into],
    )
    .await
}

/// Puts an end user back under the id that it had.
pub async fn restore(tx: &mut Tx, customer: CustomerId, end_user: &EndUser, uids: &[&str]) -> Result<()> {
    let mut columns = vec!["customer_id", "search_text"];
    columns.extend(EndUser::NAMES);
    let mut values = vec![customer.into(), search_text(end_user, uids).into()];
    values.extend(end_user.values());
    tx.insert_row("end_users", "end_user_id", &columns, &values).await?;
    Ok(())
}

/// The uids of these ids that an end user has.
pub async fn uids_with(
    conn: &mut Conn,
    customer: CustomerId,
    end_user: EndUserId,
    ids: Vec<i64>,
) -> Result<Vec<EndUserUid>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM end_user_uids t
             WHERE t.customer_id = $1 AND t.end_user_id = $2 AND t.end_user_uid_id = ANY($3)
             ORDER BY t.end_user_uid_id",
            EndUserUid::COLUMNS
        ),
        params![customer, end_user, ids],
    )
    .await
}

/// The tickets of an end user that are among these, or belong to one of these addresses.
pub async fn tickets_to_return(
    conn: &mut Conn,
    customer: CustomerId,
    end_user: EndUserId,
    tickets: Vec<i64>,
    keys: Vec<String>,
) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = conn
        .query(
            "SELECT ticket_id FROM tickets WHERE customer_id = $1 AND end_user_id = $2
             AND (ticket_id = ANY($3) OR uid_key = ANY($4)) ORDER BY ticket_id",
            params![customer, end_user, tickets, keys],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}
