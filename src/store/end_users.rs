//! End users and their uids.

mod list;

pub use list::{SORTS, by_keys, count, list};

use std::sync::LazyLock;

use const_format::formatcp;

use super::arrivals::Address;
use super::{Conn, Tx, Value};
use crate::error::Result;
use crate::model::{CustomerId, EndUser, EndUserId, EndUserUid, EndUserUidId, Ticket};
use crate::params;

const GET: &str =
    formatcp!("SELECT {} FROM end_users t WHERE t.customer_id = $1 AND t.end_user_id = $2", EndUser::COLUMNS);

/// What the list is searched by.
pub fn search_text(end_user: &EndUser, uids: &[&str]) -> String {
    let texts =
        [&end_user.name, &end_user.firstname, &end_user.lastname, &end_user.company, &end_user.customer_ref];
    let mut parts: Vec<&str> = texts.into_iter().filter_map(|it| it.as_deref()).collect();
    parts.extend(uids);
    parts.join("\n").to_lowercase()
}

/// Inserts an end user with the uids that it is about to have; its `end_user_id` is not read.
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    end_user: &EndUser,
    uids: &[&str],
) -> Result<EndUserId> {
    let mut columns = vec!["customer_id", "search_text"];
    columns.extend(&EndUser::NAMES[1..]);
    let mut values = vec![customer.into(), search_text(end_user, uids).into()];
    values.extend(end_user.values().into_iter().skip(1));
    tx.insert_row("end_users", "end_user_id", &columns, &values).await.map(EndUserId)
}

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let columns: Vec<&str> =
        ["customer_id", "search_text"].into_iter().chain(EndUser::NAMES.iter().copied()).collect();
    super::insert_one("end_users", &columns)
});

/// As [`insert`], of one whose id was set aside for it.
pub async fn insert_as(tx: &mut Tx, customer: CustomerId, end_user: &EndUser, uids: &[&str]) -> Result<()> {
    let mut values = vec![customer.into(), search_text(end_user, uids).into()];
    values.extend(end_user.values());
    tx.send(&INSERT, &values).await
}

/// Writes every column, and what the search finds the end user by with these uids.
pub async fn update(tx: &mut Tx, customer: CustomerId, end_user: &EndUser, uids: &[&str]) -> Result<()> {
    let mut sql = String::from("UPDATE end_users SET search_text = $3");
    let mut values: Vec<Value<'_>> =
        vec![customer.into(), end_user.end_user_id.into(), search_text(end_user, uids).into()];
    for (name, value) in EndUser::NAMES.iter().zip(end_user.values()).skip(1) {
        values.push(value);
        sql.push_str(&format!(", {name} = ${}", values.len()));
    }
    sql.push_str(" WHERE customer_id = $1 AND end_user_id = $2");
    tx.execute(&sql, &values).await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, customer: CustomerId, end_user: EndUserId) -> Result<EndUser> {
    conn.query_one(GET, params![customer, end_user]).await
}

/// Whom a ticket names, where they are still there.
pub async fn of_ticket(conn: &mut Conn, customer: CustomerId, ticket: &Ticket) -> Result<Option<EndUser>> {
    match ticket.end_user_id {
        Some(end_user) => conn.query_opt(GET, params![customer, end_user]).await,
        None => Ok(None),
    }
}

/// For a change: other transactions wait until this one ends.
pub async fn lock(tx: &mut Tx, customer: CustomerId, end_user: EndUserId) -> Result<EndUser> {
    tx.query_one(formatcp!("{GET} FOR UPDATE"), params![customer, end_user]).await
}

/// The end user and its uids; tickets are detached before.
pub async fn delete(tx: &mut Tx, customer: CustomerId, end_user: EndUserId) -> Result<()> {
    for sql in [
        "DELETE FROM end_user_uids WHERE customer_id = $1 AND end_user_id = $2",
        "DELETE FROM end_user_merges WHERE customer_id = $1 AND end_user_id = $2",
        "DELETE FROM end_users WHERE customer_id = $1 AND end_user_id = $2",
    ] {
        tx.execute(sql, params![customer, end_user]).await?;
    }
    Ok(())
}

/// Those of several end users, oldest first.
pub async fn uids_of(conn: &mut Conn, customer: CustomerId, end_users: Vec<i64>) -> Result<Vec<EndUserUid>> {
    if end_users.is_empty() {
        return Ok(Vec::new());
    }
    conn.query(
        formatcp!(
            "SELECT {} FROM end_user_uids t WHERE t.customer_id = $1 AND t.end_user_id = ANY($2)
             ORDER BY t.end_user_uid_id",
            EndUserUid::COLUMNS
        ),
        params![customer, end_users],
    )
    .await
}

/// Whose uid this is.
pub async fn find_uid(conn: &mut Conn, customer: CustomerId, key: &str) -> Result<Option<EndUserUid>> {
    conn.query_opt(
        formatcp!(
            "SELECT {} FROM end_user_uids t WHERE t.customer_id = $1 AND t.uid_key = $2",
            EndUserUid::COLUMNS
        ),
        params![customer, key],
    )
    .await
}

/// Inserts a uid (its id is not read); None where the tenant has it already.
pub async fn insert_uid(tx: &mut Tx, customer: CustomerId, uid: &EndUserUid) -> Result<Option<EndUserUidId>> {
    let row: Option<(EndUserUidId,)> = tx
        .query_opt(
            "INSERT INTO end_user_uids (customer_id, end_user_id, uid, uid_key, uid_type, is_primary)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (customer_id, uid_key) DO NOTHING RETURNING end_user_uid_id",
            params![customer, uid.end_user_id, &uid.uid, &uid.uid_key, uid.uid_type, uid.is_primary],
        )
        .await?;
    Ok(row.map(|it| it.0))
}

/// As [`insert_uid`], of one that nobody can have.
pub async fn insert_free_uid(
    tx: &mut Tx,
    customer: CustomerId,
    end_user: EndUserId,
    (uid, key, uid_type): &Address,
) -> Result<()> {
    tx.send(
        "INSERT INTO end_user_uids (customer_id, end_user_id, uid, uid_key, uid_type, is_primary)
         VALUES ($1, $2, $3, $4, $5, TRUE)",
        params![customer, end_user, uid, key, *uid_type],
    )
    .await
}

pub async fn update_uid(tx: &mut Tx, customer: CustomerId, uid: &EndUserUid) -> Result<()> {
    tx.execute(
        "UPDATE end_user_uids SET end_user_id = $3, uid = $4, uid_key = $5, uid_type = $6, is_primary = $7
         WHERE customer_id = $1 AND end_user_uid_id = $2",
        params![
            customer,
            uid.end_user_uid_id,
            uid.end_user_id,
            &uid.uid,
            &uid.uid_key,
            uid.uid_type,
            uid.is_primary
        ],
    )
    .await?;
    Ok(())
}

pub async fn delete_uids(tx: &mut Tx, customer: CustomerId, ids: Vec<i64>) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    tx.execute(
        "DELETE FROM end_user_uids WHERE customer_id = $1 AND end_user_uid_id = ANY($2)",
        params![customer, ids],
    )
    .await?;
    Ok(())
}

/// Ids of an end user's tickets.
pub async fn tickets_of(conn: &mut Conn, customer: CustomerId, end_user: EndUserId) -> Result<Vec<i64>> {
    some_tickets_of(conn, customer, end_user, i64::MAX).await
}

/// As [`tickets_of`], so many at most.
pub async fn some_tickets_of(
    conn: &mut Conn,
    customer: CustomerId,
    end_user: EndUserId,
    most: i64,
) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = conn
        .query(
            "SELECT ticket_id FROM tickets WHERE customer_id = $1 AND end_user_id = $2 ORDER BY ticket_id LIMIT $3",
            params![customer, end_user, most],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Ids of the tickets of an address that are not this end user's.
pub async fn tickets_to_follow(
    conn: &mut Conn,
    customer: CustomerId,
    key: &str,
    end_user: EndUserId,
) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = conn
        .query(
            "SELECT ticket_id FROM tickets WHERE customer_id = $1 AND uid_key = $2
             AND (end_user_id IS NULL OR end_user_id <> $3) ORDER BY ticket_id",
            params![customer, key, end_user],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}
