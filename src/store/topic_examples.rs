//! What people taught about topics.

use std::collections::HashMap;

use const_format::formatcp;

use super::reps::NAME_OF_REP;
use super::{Conn, Tx, Value};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, ExampleId, MessageId, TicketId, TopicExample, TopicId};
use crate::params;

/// Inserts an example with its topics; its `example_id` is not read.
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    example: &TopicExample,
    topics: &[TopicId],
) -> Result<ExampleId> {
    let mut columns = vec!["customer_id"];
    columns.extend(&TopicExample::NAMES[1..]);
    let mut values: Vec<Value<'_>> = vec![customer.into()];
    values.extend(example.values().into_iter().skip(1));
    let id = ExampleId(tx.insert_row("topic_examples", "example_id", &columns, &values).await?);
    let rows: Vec<Value<'_>> =
        topics.iter().flat_map(|it| [customer.into(), id.into(), (*it).into()]).collect();
    tx.insert_many("topic_example_topics", &["customer_id", "example_id", "topic_id"], &rows).await?;
    Ok(id)
}

pub async fn get(conn: &mut Conn, customer: CustomerId, id: ExampleId) -> Result<TopicExample> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM topic_examples t WHERE t.customer_id = $1 AND t.example_id = $2 AND NOT t.is_forgotten",
            TopicExample::COLUMNS
        ),
        params![customer, id],
    )
    .await
}

/// What a message taught.
pub async fn of_message(
    conn: &mut Conn,
    customer: CustomerId,
    message: MessageId,
) -> Result<Option<TopicExample>> {
    conn.query_opt(
        formatcp!(
            "SELECT {} FROM topic_examples t WHERE t.customer_id = $1 AND t.message_id = $2 AND NOT t.is_forgotten",
            TopicExample::COLUMNS
        ),
        params![customer, message],
    )
    .await
}

/// What changed after a version, forgotten ones included, in the order of their versions.
pub async fn after(conn: &mut Conn, customer: CustomerId, version: i64) -> Result<Vec<TopicExample>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM topic_examples t WHERE t.customer_id = $1 AND t.version > $2
             ORDER BY t.version, t.example_id",
            TopicExample::COLUMNS
        ),
        params![customer, version],
    )
    .await
}

/// Messages whose topic came with an import and that taught nothing yet: the newest of a topic from one
/// message on.
pub async fn imported_of_topic(
    conn: &mut Conn,
    customer: CustomerId,
    topic: TopicId,
    first: MessageId,
    limit: i64,
) -> Result<Vec<MessageId>> {
    let rows: Vec<(MessageId,)> = conn
        .query(
            "SELECT l.message_id FROM message_topics l
             JOIN ticket_messages m ON m.customer_id = l.customer_id AND m.message_id = l.message_id
             WHERE l.customer_id = $1 AND l.topic_id = $2 AND l.message_id >= $3
             AND l.confidence IS NULL AND NOT l.corrected AND m.incoming AND NOT m.topics_corrected
             AND NOT EXISTS (SELECT 1 FROM topic_examples e
                WHERE e.customer_id = l.customer_id AND e.message_id = l.message_id)
             ORDER BY l.message_id DESC LIMIT $4",
            params![customer, topic, first, limit],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Some of them by their ids, without forgotten ones.
pub async fn by_ids(conn: &mut Conn, customer: CustomerId, ids: Vec<i64>) -> Result<Vec<TopicExample>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM topic_examples t WHERE t.customer_id = $1 AND t.example_id = ANY($2)
             AND NOT t.is_forgotten",
            TopicExample::COLUMNS
        ),
        params![customer, ids],
    )
    .await
}

/// The topics of examples that changed after a version.
pub async fn topics_after(
    conn: &mut Conn,
    customer: CustomerId,
    version: i64,
) -> Result<HashMap<ExampleId, Vec<TopicId>>> {
    let rows: Vec<(ExampleId, TopicId)> = conn
        .query(
            "SELECT l.example_id, l.topic_id FROM topic_example_topics l
             JOIN topic_examples t ON t.customer_id = l.customer_id AND t.example_id = l.example_id
             WHERE l.customer_id = $1 AND t.version > $2 ORDER BY l.example_id, l.topic_id",
            params![customer, version],
        )
        .await?;
    Ok(grouped(rows))
}

/// The topics of some examples.
pub async fn topics_of(
    conn: &mut Conn,
    customer: CustomerId,
    ids: Vec<i64>,
) -> Result<HashMap<ExampleId, Vec<TopicId>>> {
    let rows: Vec<(ExampleId, TopicId)> = conn
        .query(
            "SELECT example_id, topic_id FROM topic_example_topics
             WHERE customer_id = $1 AND example_id = ANY($2) ORDER BY example_id, topic_id",
            params![customer, ids],
        )
        .await?;
    Ok(grouped(rows))
}

fn grouped(rows: Vec<(ExampleId, TopicId)>) -> HashMap<ExampleId, Vec<TopicId>> {
    let mut topics: HashMap<ExampleId, Vec<TopicId>> = HashMap::new();
    for (example, topic) in rows {
        topics.entry(example).or_default().push(topic);
    }
    topics
}

/// Which examples are listed.
#[derive(Clone, Copy)]
pub struct Which {
    /// Of one topic, of none (`TopicId(0)`), or of all.
    pub topic: Option<TopicId>,
    /// The role sees this rep's and nobody's tickets only.
    pub limited_to: Option<CustomerRepId>,
}

impl Which {
    /// Whoever may see them.
    pub fn of(topic: Option<TopicId>) -> Self {
        Self { topic, limited_to: None }
    }

    fn clause(self) -> String {
        let of_topic = match self.topic {
            None => "$2 >= CAST(0 AS BIGINT)",
            Some(TopicId(0)) => {
                "$2 = 0 AND NOT EXISTS (SELECT 1 FROM topic_example_topics l
                 WHERE l.customer_id = t.customer_id AND l.example_id = t.example_id)"
            }
            Some(_) => {
                "EXISTS (SELECT 1 FROM topic_example_topics l WHERE l.customer_id = t.customer_id
                 AND l.example_id = t.example_id AND l.topic_id = $2)"
            }
        };
        format!(
            "t.customer_id = $1 AND NOT t.is_forgotten AND {of_topic}
             AND (CAST($3 AS BIGINT) < 0 OR t.message_id IS NULL OR EXISTS (
             SELECT 1 FROM ticket_messages m
             JOIN tickets k ON k.customer_id = m.customer_id AND k.ticket_id = m.ticket_id
             WHERE m.customer_id = t.customer_id AND m.message_id = t.message_id
             AND k.customer_rep_id IN (0, CAST($3 AS BIGINT))))"
        )
    }

    fn values(self, customer: CustomerId) -> Vec<Value<'static>> {
        let topic = self.topic.map_or(0, |it| it.0);
        vec![customer.into(), topic.into(), self.limited_to.map_or(-1, |it| it.0).into()]
    }
}

/// The columns a list may be sorted by: the API's name and ours.
pub const SORTS: &[(&str, &str)] = &[
    ("exampleID", "t.example_id"),
    ("messageID", "t.message_id"),
    ("text", "LOWER(t.text)"),
    ("lang", "LOWER(t.lang)"),
    ("customerRepID", "t.customer_rep_id"),
    ("customerRepName", NAME_OF_REP),
    ("dateCreated", "t.created_at"),
];

/// A page of what is known. `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn page(
    conn: &mut Conn,
    customer: CustomerId,
    which: Which,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<TopicExample>> {
    let sql = format!(
        "SELECT {} FROM topic_examples t WHERE {} ORDER BY {order}, t.example_id LIMIT $4 OFFSET $5",
        TopicExample::COLUMNS,
        which.clause()
    );
    let mut values = which.values(customer);
    values.extend([limit.into(), offset.into()]);
    conn.query(&sql, &values).await
}

pub async fn count(conn: &mut Conn, customer: CustomerId, which: Which) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM topic_examples t WHERE {}", which.clause());
    let (count,): (i64,) = conn.query_one(&sql, &which.values(customer)).await?;
    Ok(count.unsigned_abs())
}

/// Ids of the examples of a topic.
pub async fn ids_of_topic(conn: &mut Conn, customer: CustomerId, topic: TopicId) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = conn
        .query(
            "SELECT example_id FROM topic_example_topics WHERE customer_id = $1 AND topic_id = $2",
            params![customer, topic],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Ids of what the messages of some tickets taught.
pub async fn ids_of_tickets(
    conn: &mut Conn,
    customer: CustomerId,
    tickets: Vec<TicketId>,
) -> Result<Vec<i64>> {
    let tickets: Vec<i64> = tickets.into_iter().map(|it| it.0).collect();
    let rows: Vec<(i64,)> = conn
        .query(
            "SELECT e.example_id FROM ticket_messages m
             JOIN topic_examples e ON e.customer_id = m.customer_id AND e.message_id = m.message_id
             WHERE m.customer_id = $1 AND m.ticket_id = ANY($2) AND NOT e.is_forgotten",
            params![customer, tickets],
        )
        .await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Forgets examples: their marks stay, their texts do not.
pub async fn forget(tx: &mut Tx, customer: CustomerId, ids: Vec<i64>, version: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM topic_example_topics WHERE customer_id = $1 AND example_id = ANY($2)",
        params![customer, ids.as_slice()],
    )
    .await?;
    tx.execute(
        "UPDATE topic_examples SET is_forgotten = TRUE, text = '', text_hash = '', message_id = NULL, version = $3
         WHERE customer_id = $1 AND example_id = ANY($2)",
        params![customer, ids.as_slice(), version],
    )
    .await?;
    Ok(())
}
