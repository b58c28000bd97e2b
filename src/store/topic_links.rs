//! Links of topics to channels and documents.

use super::{Columns, Conn, FromRow, Tx};
use crate::error::Result;
use crate::model::{CustomerId, TopicId};
use crate::params;

/// Where the links of one kind are.
#[derive(Clone, Copy)]
pub struct Links {
    table: &'static str,
    id: &'static str,
    /// The column, and the table, of what topics are linked to.
    other: &'static str,
    others: &'static str,
    /// The columns a list may be sorted by: the API's name and ours. The first is the link's id.
    pub sorts: &'static [(&'static str, &'static str)],
}

pub const CHANNELS: Links = Links {
    table: "topic_channels",
    id: "topic_channel_id",
    other: "channel_id",
    others: "channels",
    sorts: &[
        ("topicChannelID", "t.topic_channel_id"),
        ("topicID", "t.topic_id"),
        ("channelID", "t.channel_id"),
    ],
};
pub const DOCUMENTS: Links = Links {
    table: "topic_documents",
    id: "topic_document_id",
    other: "document_id",
    others: "documents",
    sorts: &[
        ("topicDocumentID", "t.topic_document_id"),
        ("topicID", "t.topic_id"),
        ("documentID", "t.document_id"),
    ],
};

/// One link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    pub id: i64,
    pub topic: TopicId,
    /// The channel or document.
    pub other: i64,
}

impl FromRow for Link {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(Self { id: columns.take()?, topic: columns.take()?, other: columns.take()? })
    }
}

/// What a list is narrowed to.
#[derive(Clone, Copy, Default)]
pub struct Filter {
    pub topic: Option<i64>,
    pub other: Option<i64>,
}

impl Links {
    fn columns(self) -> String {
        format!("t.{}, t.topic_id, t.{}", self.id, self.other)
    }

    fn clause(self) -> String {
        format!(
            "t.customer_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR t.topic_id = $2)
             AND (CAST($3 AS BIGINT) IS NULL OR t.{} = $3)",
            self.other
        )
    }
}

/// `order` is one of the kind's `sorts` with its direction; ties are broken by id.
pub async fn list(
    conn: &mut Conn,
    customer: CustomerId,
    links: Links,
    filter: Filter,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<Link>> {
    let sql = format!(
        "SELECT {} FROM {} t WHERE {} ORDER BY {order}, t.{} LIMIT $4 OFFSET $5",
        links.columns(),
        links.table,
        links.clause(),
        links.id
    );
    conn.query(&sql, params![customer, filter.topic, filter.other, limit, offset]).await
}

pub async fn count(conn: &mut Conn, customer: CustomerId, links: Links, filter: Filter) -> Result<u64> {
    let sql = format!("SELECT COUNT(*) FROM {} t WHERE {}", links.table, links.clause());
    let (n,): (i64,) = conn.query_one(&sql, params![customer, filter.topic, filter.other]).await?;
    Ok(n as u64)
}

pub async fn get(conn: &mut Conn, customer: CustomerId, links: Links, id: i64) -> Result<Link> {
    let sql = format!(
        "SELECT {} FROM {} t WHERE t.customer_id = $1 AND t.{} = $2",
        links.columns(),
        links.table,
        links.id
    );
    conn.query_one(&sql, params![customer, id]).await
}

/// The link between these two; `NotFound` without one.
pub async fn find(
    conn: &mut Conn,
    customer: CustomerId,
    links: Links,
    topic: TopicId,
    other: i64,
) -> Result<Link> {
    let sql = format!(
        "SELECT {} FROM {} t WHERE t.customer_id = $1 AND t.topic_id = $2 AND t.{} = $3",
        links.columns(),
        links.table,
        links.other
    );
    conn.query_one(&sql, params![customer, topic, other]).await
}

/// Links the two; None where they are linked already.
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    links: Links,
    topic: TopicId,
    other: i64,
) -> Result<Option<i64>> {
    let Links { table, id, other: column, .. } = links;
    let sql = format!(
        "INSERT INTO {table} (customer_id, topic_id, {column}) VALUES ($1, $2, $3)
         ON CONFLICT (customer_id, topic_id, {column}) DO NOTHING RETURNING {id}"
    );
    let row: Option<(i64,)> = tx.query_opt(&sql, params![customer, topic, other]).await?;
    Ok(row.map(|it| it.0))
}

pub async fn delete(tx: &mut Tx, customer: CustomerId, links: Links, id: i64) -> Result<()> {
    let sql = format!("DELETE FROM {} WHERE customer_id = $1 AND {} = $2", links.table, links.id);
    tx.execute(&sql, params![customer, id]).await?;
    Ok(())
}

/// Which of these topics there are. They stay until the transaction ends.
pub async fn known_topics(tx: &mut Tx, customer: CustomerId, ids: Vec<i64>) -> Result<Vec<i64>> {
    let sql = "SELECT topic_id FROM topics WHERE customer_id = $1 AND topic_id = ANY($2) ORDER BY topic_id FOR UPDATE";
    let rows: Vec<(i64,)> = tx.query(sql, params![customer, ids]).await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Which of these channels or documents there are. They stay until the transaction ends.
pub async fn known_others(
    tx: &mut Tx,
    customer: CustomerId,
    links: Links,
    ids: Vec<i64>,
) -> Result<Vec<i64>> {
    let Links { other, others, .. } = links;
    let sql = format!(
        "SELECT {other} FROM {others} WHERE customer_id = $1 AND {other} = ANY($2) ORDER BY {other} FOR UPDATE"
    );
    let rows: Vec<(i64,)> = tx.query(&sql, params![customer, ids]).await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}
