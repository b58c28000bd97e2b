//! The drafts that were made for messages.

use const_format::formatcp;

use super::{Conn, Tx, Value};
use crate::error::Result;
use crate::model::{
    CustomerId, CustomerRepId, DraftId, MessageId, SenderType, StageStatus, Timestamp, stage,
};
use crate::{params, row};

row! {
    /// A draft as it was made.
    #[derive(Clone, Debug)]
    pub struct Draft {
        pub draft_id: DraftId,
        pub message_id: MessageId,
        pub created_at: Timestamp,
        /// Who asked for it; None: the pipeline made it.
        pub customer_rep_id: Option<CustomerRepId>,
        pub model: String,
        pub lang: String,
        pub hint: Option<String>,
        pub reply: Option<String>,
        /// Why there is no reply.
        pub reason: Option<String>,
        pub confidence: Option<f64>,
        /// JSON text.
        pub citations: String,
        /// JSON text.
        pub left_out: String,
        /// What a person had made of it when the next one took its place.
        pub modified_reply: Option<String>,
        /// Whether a rep liked it.
        pub is_liked: Option<bool>,
        /// The rep who said so.
        pub rated_by: Option<CustomerRepId>,
    }
}

/// Inserts a draft; its `draft_id` is not read.
pub async fn insert(tx: &mut Tx, customer: CustomerId, draft: &Draft) -> Result<DraftId> {
    let mut columns = vec!["customer_id"];
    columns.extend(&Draft::NAMES[1..]);
    let mut values: Vec<Value<'_>> = vec![customer.into()];
    values.extend(draft.values().into_iter().skip(1));
    Ok(DraftId(tx.insert_row("drafts", "draft_id", &columns, &values).await?))
}

/// Those of a message, newest first.
pub async fn of_message(
    conn: &mut Conn,
    customer: CustomerId,
    message: MessageId,
    limit: i64,
) -> Result<Vec<Draft>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM drafts t WHERE t.customer_id = $1 AND t.message_id = $2
             ORDER BY t.draft_id DESC LIMIT $3",
            Draft::COLUMNS
        ),
        params![customer, message, limit],
    )
    .await
}

/// Keeps what a person had made of a message's newest draft.
pub async fn keep_modified(
    tx: &mut Tx,
    customer: CustomerId,
    message: MessageId,
    modified: &str,
) -> Result<()> {
    tx.execute(
        "UPDATE drafts SET modified_reply = $3 WHERE customer_id = $1 AND message_id = $2 AND draft_id =
         (SELECT max(draft_id) FROM drafts WHERE customer_id = $1 AND message_id = $2)",
        params![customer, message, modified],
    )
    .await?;
    Ok(())
}

/// Keeps what a rep said of a draft; None takes it back.
pub async fn rate(
    tx: &mut Tx,
    customer: CustomerId,
    draft: DraftId,
    is_liked: Option<bool>,
    rep: CustomerRepId,
) -> Result<()> {
    tx.execute(
        "UPDATE drafts SET is_liked = $3, rated_by = $4 WHERE customer_id = $1 AND draft_id = $2",
        params![customer, draft, is_liked, is_liked.map(|_| rep)],
    )
    .await?;
    Ok(())
}

row! {
    /// How a draft fared: what was drafted, what was sent, and what was said of it.
    #[derive(Clone, Debug)]
    pub struct Fate {
        pub message_id: MessageId,
        pub confidence: Option<f64>,
        pub drafted: String,
        /// What a person sent in its place.
        pub modified: Option<String>,
        pub is_answered: bool,
        /// Nobody looked at it before it went out.
        pub is_automatic: bool,
        /// False where a rep or the end user disliked it.
        pub is_liked: Option<bool>,
        pub is_escalated: bool,
    }
}

/// How many messages were looked at since a time and got no draft.
pub async fn count_skipped(conn: &mut Conn, customer: CustomerId, since: Timestamp) -> Result<i64> {
    let (count,) = conn
        .query_one(
            "SELECT COUNT(*) FROM message_stages s
             JOIN ticket_messages m ON m.customer_id = s.customer_id AND m.message_id = s.message_id
             WHERE s.customer_id = $1 AND s.stage = $3 AND s.status = $4 AND s.ended_at >= $2
               AND m.ai_generated_response IS NULL",
            params![customer, since, stage::REPLY.name, StageStatus::Skipped],
        )
        .await?;
    Ok(count)
}

/// The fates of drafts since a time, newest first, those of one channel and one topic where they are given
/// (0: any).
pub async fn fates(
    conn: &mut Conn,
    customer: CustomerId,
    since: Timestamp,
    channel: i64,
    topic: i64,
    limit: i64,
) -> Result<Vec<Fate>> {
    conn.query(
            "SELECT m.message_id, m.confidence, m.ai_generated_response, m.ai_modified_response,
                    m.answered_by_message_id IS NOT NULL, COALESCE(r.sender_type = $6, FALSE),
                    CASE WHEN m.is_liked = FALSE THEN FALSE ELSE COALESCE(r.is_liked, m.is_liked) END, COALESCE(r.is_escalated, FALSE)
             FROM ticket_messages m
             LEFT JOIN ticket_messages r ON r.customer_id = m.customer_id AND r.message_id = m.answered_by_message_id
             WHERE m.customer_id = $1 AND m.ai_generated_response IS NOT NULL AND m.ai_response_date_time >= $2
               AND (m.channel_id = $3 OR $3 = 0)
               AND ($4 = 0 OR EXISTS (SELECT 1 FROM message_topics p WHERE p.customer_id = m.customer_id
                                      AND p.message_id = m.message_id AND p.topic_id = $4))
             ORDER BY m.message_id DESC LIMIT $5",
            params![customer, since, channel, topic, limit, SenderType::AI],
    )
    .await
}
