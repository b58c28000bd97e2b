//! Whole tables of all tenants, read and written without knowing their columns beforehand: what backup
//! and restore stand on. Belongs to no tenant, like the installation that it copies.

use serde::{Deserialize, Serialize};

use super::{Conn, Tx, Value};
use crate::error::{Error, Result};
use crate::model::Timestamp;
use crate::params;

/// What is not copied: what the program itself writes (`schema_migrations`), who works on what at the
/// moment (`leases`, `ticket_presence`), who is signed in (one that was signed out since must not come back), and what is derived from other tables and built anew.
const LEFT_OUT: [&str; 5] =
    ["schema_migrations", "leases", "rep_sessions", "ticket_presence", "ticket_counts"];
/// The full-text index, with the tables that SQLite keeps behind it.
const SEARCH: &str = "ticket_search";

/// What a column holds, the same on both engines.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Integer,
    Real,
    Boolean,
    Text,
    Blob,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

/// A table with its columns in the order of their declaration.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    /// The columns of the primary key, as places in `columns`.
    key: Vec<usize>,
}

/// A row: a value for each column of its table.
pub type DumpRow = Vec<Value<'static>>;

/// The tables to copy, by name.
pub async fn tables(conn: &mut Conn) -> Result<Vec<Table>> {
    let sql = conn.dialect().list_columns();
    let rows: Vec<(String, String, String, i64)> = conn.query(sql, params![]).await?;
    let mut tables: Vec<Table> = Vec::new();
    let mut places: Vec<(i64, usize)> = Vec::new();
    for (table, column, declared, place) in rows {
        if LEFT_OUT.contains(&table.as_str()) || table.starts_with(SEARCH) {
            continue;
        }
        if tables.last().is_none_or(|it| it.name != table) {
            places.clear();
            tables.push(Table { name: table, columns: Vec::new(), key: Vec::new() });
        }
        let Some(table) = tables.last_mut() else { continue };
        if place > 0 {
            places.push((place, table.columns.len()));
            places.sort_unstable();
            table.key = places.iter().map(|it| it.1).collect();
        }
        table.columns.push(Column { name: column, kind: kind(&table.name, &declared)? });
    }
    match tables.iter().find(|it| it.key.is_empty()) {
        Some(table) => Err(Error::internal(format!("table {} has no primary key", table.name))),
        None => Ok(tables),
    }
}

fn kind(table: &str, declared: &str) -> Result<Kind> {
    Ok(match declared {
        "integer" | "bigint" => Kind::Integer,
        "double precision" => Kind::Real,
        "boolean" => Kind::Boolean,
        "text" => Kind::Text,
        "blob" | "bytea" => Kind::Blob,
        other => return Err(Error::internal(format!("table {table} has a column of type {other}"))),
    })
}

impl Table {
    fn column_list(&self) -> String {
        self.columns.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn key_list(&self) -> String {
        self.key.iter().map(|it| self.columns[*it].name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The same table with its columns in this order; None where they are not the same ones.
    pub fn ordered_as(&self, columns: &[Column]) -> Option<Self> {
        let place = |name: &str| columns.iter().position(|it| it.name == name);
        let same = columns.len() == self.columns.len() && self.columns.iter().all(|it| columns.contains(it));
        let key: Option<Vec<usize>> = self.key.iter().map(|it| place(&self.columns[*it].name)).collect();
        key.filter(|_| same).map(|key| Self { name: self.name.clone(), columns: columns.to_vec(), key })
    }

    /// The primary key of one of its rows.
    pub fn key_of(&self, row: &DumpRow) -> DumpRow {
        self.key.iter().map(|it| row[*it].clone()).collect()
    }
}

pub async fn count(conn: &mut Conn, table: &Table) -> Result<u64> {
    let (n,): (i64,) = conn.query_one(&format!("SELECT COUNT(*) FROM {}", table.name), params![]).await?;
    Ok(n as u64)
}

/// The next rows in the order of the primary key, after the one with the key `after`.
pub async fn rows_after(
    conn: &mut Conn,
    table: &Table,
    after: Option<&[Value<'_>]>,
    limit: i64,
) -> Result<Vec<DumpRow>> {
    let (columns, key, name) = (table.column_list(), table.key_list(), &table.name);
    let mut values = after.map(<[Value<'_>]>::to_vec).unwrap_or_default();
    let condition = if values.is_empty() {
        String::new()
    } else {
        let marks: Vec<String> = (1..=values.len()).map(|it| format!("${it}")).collect();
        format!("WHERE ({key}) > ({})", marks.join(", "))
    };
    values.push(limit.into());
    let sql = format!("SELECT {columns} FROM {name} {condition} ORDER BY {key} LIMIT ${}", values.len());
    let mut rows: Vec<DumpRow> = conn.query(&sql, &values).await?;
    for value in rows.iter_mut().flat_map(|it| it.iter_mut().zip(&table.columns)) {
        if let (Value::Int(it), kind) = value {
            *value.0 = match kind.kind {
                Kind::Boolean => Value::Bool(*it != 0),
                Kind::Real => Value::Real(*it as f64),
                _ => continue,
            };
        }
    }
    Ok(rows)
}

/// Whether there is a tenant.
pub async fn has_customers(conn: &mut Conn) -> Result<bool> {
    let found: Option<(i64,)> =
        conn.query_opt("SELECT customer_id FROM customers LIMIT 1", params![]).await?;
    Ok(found.is_some())
}

/// Whether a process works on this database: its leases run on until after it ends.
pub async fn is_in_use(conn: &mut Conn, now: Timestamp) -> Result<bool> {
    let found: Option<(i64,)> =
        conn.query_opt("SELECT lease_until FROM leases WHERE lease_until > $1 LIMIT 1", params![now]).await?;
    Ok(found.is_some())
}

/// The objects that attachments and received mails refer to, each once, after `after`.
pub async fn object_keys(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = conn
        .query(
            "SELECT object_key FROM attachments WHERE object_key > $1
             UNION SELECT object_key FROM received_mails WHERE object_key > $1
             ORDER BY object_key LIMIT $2",
            params![after, limit],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Empties every table that is copied or derived.
pub async fn clear(tx: &mut Tx) -> Result<()> {
    for table in tables(tx).await? {
        tx.execute(&format!("DELETE FROM {}", table.name), params![]).await?;
    }
    tx.execute("DELETE FROM ticket_counts", params![]).await?;
    let clear_search = tx.dialect().clear_search();
    tx.execute(clear_search, params![]).await?;
    Ok(())
}

/// Inserts rows whose values stand in the order of `columns`, one row after the other.
pub async fn insert(tx: &mut Tx, table: &str, columns: &[Column], values: &[Value<'_>]) -> Result<()> {
    let names: Vec<&str> = columns.iter().map(|it| it.name.as_str()).collect();
    tx.insert_many(table, &names, values).await
}

/// The last id that each table gave, so that a deleted one is not given again.
pub async fn last_ids(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    conn.query(conn.dialect().list_last_ids(), params![]).await
}

/// Makes a table count its ids on from `last`.
pub async fn set_last_id(tx: &mut Tx, table: &str, last: i64) -> Result<()> {
    for sql in tx.dialect().set_last_id() {
        tx.execute(sql, params![table, last]).await?;
    }
    Ok(())
}

/// Counts the tickets of all tenants anew.
pub async fn rebuild_counts(tx: &mut Tx) -> Result<()> {
    tx.execute("DELETE FROM ticket_counts", params![]).await?;
    tx.execute(
        "INSERT INTO ticket_counts (customer_id, status, customer_rep_id, channel_id, channel_type, is_spam, escalated, is_closed, n)
         SELECT customer_id, status, customer_rep_id, channel_id, channel_type, is_spam, escalated, is_closed, COUNT(*)
         FROM tickets GROUP BY customer_id, status, customer_rep_id, channel_id, channel_type, is_spam, escalated, is_closed",
        params![],
    )
    .await?;
    Ok(())
}
