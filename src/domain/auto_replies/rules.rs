//! The rules, and what was measured of the drafts that they are for.

use crate::domain::drafts::was_right;
use crate::domain::events::{Changes, note};
use crate::error::{Error, Result};
use crate::model::{Actor, AutoReplyRuleId, ChannelId, CustomerId, Event, Timestamp, TopicId};
use crate::store::auto_replies::{self as store, AutoReplyRule};
use crate::store::drafts::Fate;
use crate::store::{Conn, Tx, channels, drafts, topics};

/// What people made of drafts is looked at this far back.
const LOOKED_BACK: i64 = 90 * 24 * 3600 * 1_000_000;
const MOST_LOOKED_AT: i64 = 5000;
/// With fewer drafts nothing is measured.
const LEAST_MEASURED: usize = 30;

/// Why a rule cannot be active.
const TAKEN: &str = "Another active rule has this channelID and topicID: change that one, or set its isActive to false first.";

/// What a change of a rule gives; None leaves the field as it is.
#[derive(Clone, Debug, Default)]
pub struct RuleChange {
    /// 0: every channel.
    pub channel: Option<i64>,
    /// 0: every topic.
    pub topic: Option<i64>,
    pub is_active: Option<bool>,
    pub most_wrong: Option<f64>,
    pub least_confidence: Option<f64>,
    pub delay_minutes: Option<i64>,
    pub most_per_day: Option<i64>,
}

/// How drafts for a rule's messages fared with people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Drafts that people answered with, in some form, and answers that went out by themselves and were judged.
    pub drafts: usize,
    /// Those that they changed, or that end users complained of.
    pub wrong: usize,
    /// Above this confidence the error stays under the rule's limit, with 95 % certainty; None where too
    /// little is known.
    pub least_confidence: Option<f64>,
    /// The share of the drafts that are above it.
    pub coverage: f64,
}

pub async fn measured(
    conn: &mut Conn,
    customer: CustomerId,
    rule: &AutoReplyRule,
    now: Timestamp,
) -> Result<Measured> {
    let since = Timestamp(now.0 - LOOKED_BACK);
    let (channel, topic) = (rule.channel_id.map_or(0, |it| it.0), rule.topic_id.map_or(0, |it| it.0));
    let fates = drafts::fates(conn, customer, since, channel, topic, MOST_LOOKED_AT).await?;
    // What went out by itself says nothing until somebody has judged it.
    let is_judged = |it: &&Fate| !it.is_automatic || it.is_liked.is_some() || it.is_escalated;
    let outcomes: Vec<(f64, bool)> = fates
        .iter()
        .filter(|it| it.is_answered)
        .filter(is_judged)
        .map(|it| (it.confidence.unwrap_or_default(), was_right(it)))
        .collect();
    Ok(measure(outcomes, rule.most_wrong))
}

/// The lowest confidence above which the upper bound of the error is under `most_wrong`.
fn measure(mut outcomes: Vec<(f64, bool)>, most_wrong: f64) -> Measured {
    outcomes.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut wrong, mut best) = (0, None);
    for (index, (confidence, is_right)) in outcomes.iter().enumerate() {
        wrong += usize::from(!is_right);
        let count = index + 1;
        // Drafts of equal confidence stand and fall together.
        let ends = outcomes.get(count).is_none_or(|it| it.0 < *confidence);
        if ends && count >= LEAST_MEASURED && upper_bound(wrong, count) <= most_wrong {
            best = Some((*confidence, count));
        }
    }
    Measured {
        drafts: outcomes.len(),
        wrong,
        least_confidence: best.map(|it| it.0),
        coverage: best.map_or(0.0, |it| it.1 as f64 / outcomes.len() as f64),
    }
}

/// The upper end of the 95 % interval of a share (Wilson, one-sided).
fn upper_bound(wrong: usize, count: usize) -> f64 {
    let (n, z) = (count as f64, 1.645_f64);
    let share = wrong as f64 / n;
    let middle = share + z * z / (2.0 * n);
    let spread = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    (middle + spread) / (1.0 + z * z / n)
}

/// A rule that is not active, cautious until it is told otherwise.
fn new_rule(now: Timestamp) -> AutoReplyRule {
    AutoReplyRule {
        auto_reply_rule_id: AutoReplyRuleId(0),
        channel_id: None,
        topic_id: None,
        is_active: false,
        most_wrong: 0.05,
        least_confidence: 0.0,
        delay_minutes: 5,
        most_per_day: 50,
        created_at: now,
    }
}

pub async fn create(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    change: RuleChange,
) -> Result<AutoReplyRule> {
    let mut rule = applied(tx, customer, new_rule(tx.now), change).await?;
    rule.auto_reply_rule_id = store::insert(tx, customer, &rule).await.map_err(|it| it.or_conflict(TAKEN))?;
    let event = Event::new("autoReplyRule.created", "autoReplyRule", rule.auto_reply_rule_id.0);
    note(tx, customer, actor, &[event]).await?;
    Ok(rule)
}

pub async fn update(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    before: AutoReplyRule,
    change: RuleChange,
) -> Result<AutoReplyRule> {
    let after = applied(tx, customer, before.clone(), change).await?;
    let mut changes = Changes::default();
    changes.compare("channelID", &before.channel_id, &after.channel_id);
    changes.compare("topicID", &before.topic_id, &after.topic_id);
    changes.compare("isActive", &before.is_active, &after.is_active);
    changes.compare("mostWrong", &before.most_wrong, &after.most_wrong);
    changes.compare("leastConfidence", &before.least_confidence, &after.least_confidence);
    changes.compare("delayMinutes", &before.delay_minutes, &after.delay_minutes);
    changes.compare("mostPerDay", &before.most_per_day, &after.most_per_day);
    if changes.is_empty() {
        return Ok(after);
    }
    store::update(tx, customer, &after).await.map_err(|it| it.or_conflict(TAKEN))?;
    let event = Event::new("autoReplyRule.updated", "autoReplyRule", after.auto_reply_rule_id.0);
    note(tx, customer, actor, &[event.with(changes.into_value())]).await?;
    Ok(after)
}

pub async fn delete(tx: &mut Tx, customer: CustomerId, actor: Actor, id: AutoReplyRuleId) -> Result<()> {
    store::delete(tx, customer, id).await?;
    note(tx, customer, actor, &[Event::new("autoReplyRule.deleted", "autoReplyRule", id.0)]).await
}

async fn applied(
    tx: &mut Tx,
    customer: CustomerId,
    mut rule: AutoReplyRule,
    change: RuleChange,
) -> Result<AutoReplyRule> {
    if let Some(id) = change.channel {
        rule.channel_id = Some(ChannelId(id)).filter(|it| it.0 != 0);
        if let Some(channel) = rule.channel_id {
            channels::get(tx, customer, channel).await.map_err(|it| it.unknown("channelID"))?;
        }
    }
    if let Some(id) = change.topic {
        rule.topic_id = Some(TopicId(id)).filter(|it| it.0 != 0);
        if let Some(topic) = rule.topic_id {
            topics::get(tx, customer, topic).await.map_err(|it| it.unknown("topicID"))?;
        }
    }
    rule.is_active = change.is_active.unwrap_or(rule.is_active);
    rule.most_wrong = within("mostWrong", change.most_wrong, rule.most_wrong, 0.001, 0.5)?;
    rule.least_confidence =
        within("leastConfidence", change.least_confidence, rule.least_confidence, 0.0, 1.0)?;
    rule.delay_minutes = within("delayMinutes", change.delay_minutes, rule.delay_minutes, 0, 7 * 24 * 60)?;
    rule.most_per_day = within("mostPerDay", change.most_per_day, rule.most_per_day, 1, 100_000)?;
    Ok(rule)
}

fn within<T: PartialOrd + std::fmt::Display + Copy>(
    field: &str,
    given: Option<T>,
    before: T,
    least: T,
    most: T,
) -> Result<T> {
    match given {
        None => Ok(before),
        Some(it) if it >= least && it <= most => Ok(it),
        Some(_) => Err(Error::invalid(field, format!("must be between {least} and {most}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_keeps_the_error_under_its_limit() {
        assert_eq!(measure(vec![(0.9, true); 29], 0.5).least_confidence, None);
        assert_eq!(measure(vec![(0.9, true); 30], 0.05).least_confidence, None);
        let mut outcomes = vec![(0.9, true); 100];
        outcomes.extend(vec![(0.5, false); 50]);
        let found = measure(outcomes, 0.05);
        assert_eq!((found.least_confidence, found.drafts, found.wrong), (Some(0.9), 150, 50));
        assert!((found.coverage - 100.0 / 150.0).abs() < 1e-9);
        assert!(upper_bound(0, 30) > 0.05 && upper_bound(0, 100) < 0.05 && upper_bound(5, 100) > 0.05);
    }
}
