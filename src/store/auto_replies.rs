//! Where answers may go out by themselves, and those that did.

use const_format::formatcp;

use super::{Conn, Tx, Value};
use crate::error::{Error, Result};
use crate::model::{AutoReplyRuleId, ChannelId, CustomerId, MessageId, Timestamp, TopicId};
use crate::{params, row};

row! {
    /// A rule as it is stored.
    #[derive(Clone, Debug, PartialEq)]
    pub struct AutoReplyRule {
        pub auto_reply_rule_id: AutoReplyRuleId,
        /// None: every channel.
        pub channel_id: Option<ChannelId>,
        /// None: every topic, and messages without one.
        pub topic_id: Option<TopicId>,
        pub is_active: bool,
        /// The share of answers that may be wrong.
        pub most_wrong: f64,
        pub least_confidence: f64,
        pub delay_minutes: i64,
        pub most_per_day: i64,
        pub created_at: Timestamp,
    }
}

/// All of a tenant, oldest first.
pub async fn list(conn: &mut Conn, customer: CustomerId) -> Result<Vec<AutoReplyRule>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM auto_reply_rules t WHERE t.customer_id = $1 ORDER BY t.auto_reply_rule_id",
            AutoReplyRule::COLUMNS
        ),
        params![customer],
    )
    .await
}

pub async fn get(conn: &mut Conn, customer: CustomerId, id: AutoReplyRuleId) -> Result<AutoReplyRule> {
    conn.query_one(
        formatcp!(
            "SELECT {} FROM auto_reply_rules t WHERE t.customer_id = $1 AND t.auto_reply_rule_id = $2",
            AutoReplyRule::COLUMNS
        ),
        params![customer, id],
    )
    .await
}

/// Inserts a rule; its id is not read.
pub async fn insert(tx: &mut Tx, customer: CustomerId, rule: &AutoReplyRule) -> Result<AutoReplyRuleId> {
    let mut columns = vec!["customer_id"];
    columns.extend(&AutoReplyRule::NAMES[1..]);
    let mut values: Vec<Value<'_>> = vec![customer.into()];
    values.extend(rule.values().into_iter().skip(1));
    tx.insert_row("auto_reply_rules", "auto_reply_rule_id", &columns, &values).await.map(AutoReplyRuleId)
}

pub async fn update(tx: &mut Tx, customer: CustomerId, rule: &AutoReplyRule) -> Result<()> {
    tx.execute(
        "UPDATE auto_reply_rules SET channel_id = $3, topic_id = $4, is_active = $5, most_wrong = $6,
         least_confidence = $7, delay_minutes = $8, most_per_day = $9
         WHERE customer_id = $1 AND auto_reply_rule_id = $2",
        params![
            customer,
            rule.auto_reply_rule_id,
            rule.channel_id,
            rule.topic_id,
            rule.is_active,
            rule.most_wrong,
            rule.least_confidence,
            rule.delay_minutes,
            rule.most_per_day
        ],
    )
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, customer: CustomerId, id: AutoReplyRuleId) -> Result<()> {
    let sql = "DELETE FROM auto_reply_rules WHERE customer_id = $1 AND auto_reply_rule_id = $2";
    if tx.execute(sql, params![customer, id]).await? == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// How many answers a rule has sent since a time.
pub async fn sent_since(
    conn: &mut Conn,
    customer: CustomerId,
    rule: AutoReplyRuleId,
    since: Timestamp,
) -> Result<i64> {
    let (count,): (i64,) = conn
        .query_one(
            "SELECT count(*) FROM auto_replies WHERE customer_id = $1 AND auto_reply_rule_id = $2 AND sent_at > $3",
            params![customer, rule, since],
        )
        .await?;
    Ok(count)
}

/// Notes that a message was answered by a rule.
pub async fn note(
    tx: &mut Tx,
    customer: CustomerId,
    message: MessageId,
    rule: AutoReplyRuleId,
    reply: MessageId,
    confidence: f64,
) -> Result<()> {
    let now = tx.now;
    tx.execute(
        "INSERT INTO auto_replies (customer_id, message_id, auto_reply_rule_id, reply_message_id, confidence, sent_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![customer, message, rule, reply, confidence, now],
    )
    .await?;
    Ok(())
}
