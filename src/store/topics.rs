//! Topics.

use const_format::formatcp;

use super::{Conn, Tx};
use crate::error::Result;
use crate::model::{CustomerId, Timestamp, TopicId};
use crate::{params, row};

row! {
    /// What a message can be about.
    #[derive(Clone, Debug)]
    pub struct Topic {
        pub topic_id: TopicId,
        pub name: String,
        pub description: Option<String>,
        pub created_at: Timestamp,
    }
}

/// What is written of a topic.
pub struct TopicFields {
    pub name: String,
    pub description: Option<String>,
}

/// The columns a list may be sorted by: the API's name and ours.
pub const SORTS: &[(&str, &str)] = &[
    ("topicID", "t.topic_id"),
    ("name", "t.name_key"),
    ("description", "LOWER(t.description)"),
    ("dateCreated", "t.created_at"),
];

/// `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn list(
    conn: &mut Conn,
    customer: CustomerId,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<Topic>> {
    let sql = format!(
        "SELECT {} FROM topics t WHERE t.customer_id = $1 ORDER BY {order}, t.topic_id LIMIT $2 OFFSET $3",
        Topic::COLUMNS
    );
    conn.query(&sql, params![customer, limit, offset]).await
}

pub async fn count(conn: &mut Conn, customer: CustomerId) -> Result<u64> {
    let (n,): (i64,) =
        conn.query_one("SELECT COUNT(*) FROM topics WHERE customer_id = $1", params![customer]).await?;
    Ok(n as u64)
}

pub async fn get(conn: &mut Conn, customer: CustomerId, topic: TopicId) -> Result<Topic> {
    conn.query_one(
        formatcp!("SELECT {} FROM topics t WHERE t.customer_id = $1 AND t.topic_id = $2", Topic::COLUMNS),
        params![customer, topic],
    )
    .await
}

/// The topic of this name in any case.
pub async fn find_by_name(conn: &mut Conn, customer: CustomerId, name: &str) -> Result<Option<TopicId>> {
    let row: Option<(TopicId,)> = conn
        .query_opt(
            "SELECT topic_id FROM topics WHERE customer_id = $1 AND name_key = $2",
            params![customer, name.trim().to_lowercase()],
        )
        .await?;
    Ok(row.map(|it| it.0))
}

pub async fn insert(tx: &mut Tx, customer: CustomerId, fields: &TopicFields) -> Result<TopicId> {
    let now = tx.now;
    let (id,): (TopicId,) = tx
        .query_one(
            "INSERT INTO topics (customer_id, name, name_key, description, created_at)
             VALUES ($1, $2, $3, $4, $5) RETURNING topic_id",
            params![customer, &fields.name, fields.name.to_lowercase(), &fields.description, now],
        )
        .await?;
    Ok(id)
}

pub async fn update(tx: &mut Tx, customer: CustomerId, topic: TopicId, fields: &TopicFields) -> Result<()> {
    tx.execute(
        "UPDATE topics SET name = $3, name_key = $4, description = $5 WHERE customer_id = $1 AND topic_id = $2",
        params![customer, topic, &fields.name, fields.name.to_lowercase(), &fields.description],
    )
    .await?;
    Ok(())
}

/// Whether people gave it to messages, or left it on messages that they corrected.
pub async fn is_set_by_people(conn: &mut Conn, customer: CustomerId, topic: TopicId) -> Result<bool> {
    let (is_set,): (bool,) = conn
        .query_one(
            "SELECT EXISTS (SELECT 1 FROM message_topics p JOIN ticket_messages m
             ON m.customer_id = p.customer_id AND m.message_id = p.message_id
             WHERE p.customer_id = $1 AND p.topic_id = $2 AND (p.corrected OR m.topics_corrected))",
            params![customer, topic],
        )
        .await?;
    Ok(is_set)
}

/// Those of some topics that are there. They stay until the transaction ends, also where others ask for them too.
pub async fn existing(tx: &mut Tx, customer: CustomerId, topics: Vec<i64>) -> Result<Vec<TopicId>> {
    let rows: Vec<(TopicId,)> = tx
        .query(
            "SELECT topic_id FROM topics WHERE customer_id = $1 AND topic_id = ANY($2) ORDER BY topic_id FOR KEY SHARE",
            params![customer, topics],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Waits until nobody is about to give it to anything; from then on, until the transaction ends, nobody can.
pub async fn lock(tx: &mut Tx, customer: CustomerId, topic: TopicId) -> Result<()> {
    tx.query_one::<(TopicId,)>(
        "SELECT topic_id FROM topics WHERE customer_id = $1 AND topic_id = $2 FOR UPDATE",
        params![customer, topic],
    )
    .await?;
    Ok(())
}

/// The topic and its links to channels, documents and messages.
pub async fn delete(tx: &mut Tx, customer: CustomerId, topic: TopicId) -> Result<()> {
    for sql in [
        "DELETE FROM message_topics WHERE customer_id = $1 AND topic_id = $2",
        "DELETE FROM topic_channels WHERE customer_id = $1 AND topic_id = $2",
        "DELETE FROM topic_documents WHERE customer_id = $1 AND topic_id = $2",
        "DELETE FROM topics WHERE customer_id = $1 AND topic_id = $2",
    ] {
        tx.execute(sql, params![customer, topic]).await?;
    }
    Ok(())
}
