//! What messages are about.

use const_format::formatcp;

use super::{Conn, Tx, Value};
use crate::error::Result;
use crate::model::{
    CustomerId, CustomerRepId, Message, MessageId, MessageTopicId, TicketId, Timestamp, TopicId,
};
use crate::{params, row};

row! {
    /// One topic of one message.
    #[derive(Clone, Debug)]
    pub struct MessageTopic {
        pub ticket_message_topic_id: MessageTopicId,
        pub message_id: MessageId,
        pub ticket_id: TicketId,
        pub topic_id: TopicId,
        pub confidence: Option<f64>,
        pub corrected: bool,
        pub correction_date: Option<Timestamp>,
        pub corrected_by_customer_rep_id: Option<CustomerRepId>,
    }
}

/// Those of several messages, in the order they came.
pub async fn of_messages(
    conn: &mut Conn,
    customer: CustomerId,
    messages: Vec<i64>,
) -> Result<Vec<MessageTopic>> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    conn.query(
        formatcp!(
            "SELECT {} FROM message_topics t WHERE t.customer_id = $1 AND t.message_id = ANY($2)
             ORDER BY t.message_id, t.ticket_message_topic_id",
            MessageTopic::COLUMNS
        ),
        params![customer, messages],
    )
    .await
}

pub async fn get(conn: &mut Conn, customer: CustomerId, id: MessageTopicId) -> Result<MessageTopic> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM message_topics t WHERE t.customer_id = $1 AND t.ticket_message_topic_id = $2",
            MessageTopic::COLUMNS
        ),
        params![customer, id],
    )
    .await
}

/// Adds topics that a person chose.
pub async fn insert_corrected(
    tx: &mut Tx,
    customer: CustomerId,
    message: &Message,
    topics: &[TopicId],
    rep: CustomerRepId,
) -> Result<()> {
    let now = tx.now;
    let rows: Vec<Value<'_>> = topics
        .iter()
        .flat_map(|topic| {
            [
                customer.into(),
                message.message_id.into(),
                message.ticket_id.into(),
                (*topic).into(),
                true.into(),
                now.into(),
                rep.into(),
            ]
        })
        .collect();
    let columns = [
        "customer_id",
        "message_id",
        "ticket_id",
        "topic_id",
        "corrected",
        "correction_date",
        "corrected_by_customer_rep_id",
    ];
    tx.insert_many("message_topics", &columns, &rows).await
}

/// Adds topics that detection found, with how probable each is.
pub async fn insert_detected(
    tx: &mut Tx,
    customer: CustomerId,
    message: &Message,
    topics: &[(TopicId, f64)],
) -> Result<()> {
    let rows: Vec<Value<'_>> = topics
        .iter()
        .flat_map(|(topic, confidence)| {
            [
                customer.into(),
                message.message_id.into(),
                message.ticket_id.into(),
                (*topic).into(),
                (*confidence).into(),
                false.into(),
            ]
        })
        .collect();
    let columns = ["customer_id", "message_id", "ticket_id", "topic_id", "confidence", "corrected"];
    tx.insert_many("message_topics", &columns, &rows).await
}

pub async fn set_confidence(
    tx: &mut Tx,
    customer: CustomerId,
    message: MessageId,
    topic: TopicId,
    confidence: f64,
) -> Result<()> {
    tx.execute(
        "UPDATE message_topics SET confidence = $4 WHERE customer_id = $1 AND message_id = $2 AND topic_id = $3",
        params![customer, message, topic, confidence],
    )
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, customer: CustomerId, ids: Vec<i64>) -> Result<()> {
    tx.execute(
        "DELETE FROM message_topics WHERE customer_id = $1 AND ticket_message_topic_id = ANY($2)",
        params![customer, ids],
    )
    .await?;
    Ok(())
}
