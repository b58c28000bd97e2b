//! Answers that go out by themselves: only where a rule allows it, only above the confidence that has kept
//! the measured error under the rule's limit, after a delay in which people may step in, never twice in a
//! row, and never to a machine.

mod rules;
mod words;

pub use rules::{RuleChange, create, delete, measured, update};

use serde_json::json;

use crate::app::App;
use crate::domain::events::note;
use crate::domain::fields::base_language;
use crate::domain::topic_examples::text_of;
use crate::domain::{delivery, messages};
use crate::error::{Error, Result};
use crate::model::{
    Actor, ChannelType, CustomerId, CustomerRepId, Event, Message, MessageId, SenderType, StageStatus,
    Ticket, Timestamp, TopicId, job,
};
use crate::store::auto_replies::{self as store, AutoReplyRule};
use crate::store::{Conn, Tx, drafts, jobs, message_topics, messages as message_store};

const MINUTE: i64 = 60 * 1_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// Messages that are looked back on for who answered last.
const LOOKED_BACK: i64 = 20;

/// To be called in the transaction that keeps a draft which nobody asked for: lets it be sent later, where
/// a rule allows it. Where it never may, people see why.
pub async fn consider(tx: &mut Tx, customer: CustomerId, message: &Message) -> Result<()> {
    if message.ai_generated_response.is_none() {
        return Ok(());
    }
    let Some(rule) = rule_for(tx, customer, message).await? else { return Ok(()) };
    let id = message.message_id;
    if let Some(why) = why_not_answered(message) {
        return not_sent(tx, customer, id, why).await;
    }
    let at = Timestamp(tx.now.0 + rule.delay_minutes * MINUTE);
    jobs::enqueue(tx, customer, job::AUTO_REPLY, id.0, at, Some(&format!("auto:{id}"))).await
}

/// The most exact active rule for a message: for its channel and topic, else its topic, else its channel.
async fn rule_for(conn: &mut Conn, customer: CustomerId, message: &Message) -> Result<Option<AutoReplyRule>> {
    let rules = store::list(conn, customer).await?;
    if rules.iter().all(|it| !it.is_active) {
        return Ok(None);
    }
    let topics = message_topics::of_messages(conn, customer, vec![message.message_id.0]).await?;
    let topics: Vec<TopicId> = topics.iter().map(|it| it.topic_id).collect();
    let fits = |rule: &AutoReplyRule| {
        rule.is_active
            && rule.channel_id.is_none_or(|it| it == message.channel_id)
            && rule.topic_id.is_none_or(|it| topics.contains(&it))
    };
    let exactness = |it: &AutoReplyRule| (it.topic_id.is_some(), it.channel_id.is_some());
    Ok(rules.into_iter().filter(fits).max_by_key(exactness))
}

/// Sends the draft of a message where everything still allows it; gives why not.
pub async fn send(app: &App, customer: CustomerId, id: MessageId) -> Result<Option<String>> {
    let handle = app.clone();
    let mut conn = app.store.read().await?;
    let message = match message_store::get(&mut conn, customer, id).await {
        Err(Error::NotFound) => return Ok(Some("the message is gone".into())),
        other => other?,
    };
    let Some(rule) = rule_for(&mut conn, customer, &message).await? else {
        return Ok(Some("no rule allows it".into()));
    };
    let measured = measured(&mut conn, customer, &rule, app.clock.now()).await?;
    let Some(threshold) = measured.least_confidence else {
        return Ok(Some("too few drafts were measured to keep the rule's limit".into()));
    };
    drop(conn);
    let threshold = threshold.max(rule.least_confidence);
    let drafted = message.ai_generated_response.unwrap_or_default();
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let (ticket, message) = messages::lock_any(tx, customer, id).await?;
                if message.ai_generated_response.as_ref() != Some(&drafted) {
                    return Ok(Some("the draft has changed".into()));
                }
                if let Some(why) = why_not(tx, customer, &ticket, &message, &rule, threshold).await? {
                    return Ok(Some(why.to_owned()));
                }
                match delivery::automatic::send_automatic(tx, &handle, customer, id, &drafted).await? {
                    Err(why) => Ok(Some(why)),
                    Ok(reply) => {
                        noted(tx, customer, &message, &rule, reply).await?;
                        Ok(None)
                    }
                }
            })
        })
        .await
}

/// Says why a draft did not go out by itself, for whoever looks at the ticket.
pub async fn not_sent(tx: &mut Tx, customer: CustomerId, id: MessageId, why: &str) -> Result<()> {
    let message = match message_store::get(tx, customer, id).await {
        Err(Error::NotFound) => return Ok(()),
        other => other?,
    };
    let event = Event::message("ticketMessage.notAnsweredAutomatically", message.ticket_id, id);
    note(tx, customer, Actor::System, &[event.with(json!({ "reason": why }))]).await
}

async fn noted(
    tx: &mut Tx,
    customer: CustomerId,
    message: &Message,
    rule: &AutoReplyRule,
    reply: MessageId,
) -> Result<()> {
    let confidence = message.confidence.unwrap_or_default();
    store::note(tx, customer, message.message_id, rule.auto_reply_rule_id, reply, confidence).await?;
    let changes = json!({
        "replyMessageID": reply, "autoReplyRuleID": rule.auto_reply_rule_id, "confidence": confidence,
    });
    let event = Event::message("ticketMessage.answeredAutomatically", message.ticket_id, message.message_id);
    note(tx, customer, Actor::System, &[event.with(changes)]).await
}

async fn why_not(
    tx: &mut Tx,
    customer: CustomerId,
    ticket: &Ticket,
    message: &Message,
    rule: &AutoReplyRule,
    threshold: f64,
) -> Result<Option<&'static str>> {
    if let Some(why) = why_not_answered(message) {
        return Ok(Some(why));
    }
    if message.ai_reply_status != Some(StageStatus::Done) || message.ai_modified_response.is_some() {
        return Ok(Some("a person has taken it on"));
    }
    if message.confidence.unwrap_or_default() < threshold {
        return Ok(Some("the draft is not sure enough"));
    }
    let newest = drafts::of_message(tx, customer, message.message_id, 1).await?.pop();
    let asked_in = message.lang.as_deref().map(base_language).unwrap_or_default();
    if newest.as_ref().is_none_or(|it| !base_language(&it.lang).eq_ignore_ascii_case(asked_in)) {
        return Ok(Some("the draft is in another language than the message"));
    }
    if newest.is_some_and(|it| it.reason.is_some()) {
        return Ok(Some("the draft does not answer all that is asked"));
    }
    if ticket.is_closed || ticket.is_spam || ticket.escalated || ticket.customer_rep_id != CustomerRepId(0) {
        return Ok(Some("the ticket is closed, spam, escalated or a person's"));
    }
    if ticket.last_end_user_message_id != Some(message.message_id) {
        return Ok(Some("the end user has written again"));
    }
    let newest = message_store::conversation(tx, customer, ticket.ticket_id, LOOKED_BACK).await?;
    if newest.iter().any(|it| !it.incoming && it.message_id > message.message_id) {
        return Ok(Some("somebody has answered"));
    }
    if newest.iter().find(|it| !it.incoming).is_some_and(|it| it.sender_type == SenderType::AI) {
        return Ok(Some("the answer before was automatic too"));
    }
    let since = Timestamp(tx.now.0 - DAY);
    if store::sent_since(tx, customer, rule.auto_reply_rule_id, since).await? >= rule.most_per_day {
        return Ok(Some("the rule has sent as many as it may in a day"));
    }
    Ok(None)
}

/// Why a message is not to be answered by a machine, whatever the rules.
fn why_not_answered(message: &Message) -> Option<&'static str> {
    let is_spam = message.is_spam_ai == Some(true) || message.is_spam_spam_assassin == Some(true);
    if !message.incoming || message.is_draft || message.answered_by_message_id.is_some() {
        return Some("it is answered, or no message of an end user");
    }
    if !matches!(message.channel_type, ChannelType::Email | ChannelType::Chat) {
        return Some("nothing carries messages of this channel");
    }
    if message.is_bounced || is_spam || is_by_a_machine(message) {
        return Some("it is spam, a bounce or from a machine");
    }
    if text_of(message).is_some_and(|it| words::want_a_person(&it)) {
        return Some("it complains or threatens: a person answers");
    }
    None
}

/// Whether the headers or the sender say that no person wrote it (RFC 3834, RFC 2919, and habit).
fn is_by_a_machine(message: &Message) -> bool {
    let headers = message.headers.as_deref().unwrap_or_default().to_lowercase();
    let has = |name: &str| headers.contains(&format!("\"{name}\""));
    let submitted =
        headers.split("\"auto-submitted\"").nth(1).map(|it| it.trim_start_matches([':', ' ', '[', '"', '{']));
    let auto = submitted.is_some_and(|it| !it.starts_with("no\""));
    let marked = [
        "list-id",
        "list-unsubscribe",
        "x-auto-response-suppress",
        "x-autoreply",
        "x-autorespond",
        "x-loop",
        "feedback-id",
    ];
    let bulk = headers.split("\"precedence\"").nth(1).is_some_and(|it| {
        ["bulk", "list", "junk", "auto_reply"]
            .iter()
            .any(|word| it.chars().take(24).collect::<String>().contains(word))
    });
    let from = message.from_address.as_deref().unwrap_or_default().to_lowercase();
    let local = from.split('@').next().unwrap_or_default().rsplit(['<', ' ']).next().unwrap_or_default();
    let nobody = [
        "mailer-daemon",
        "postmaster",
        "no-reply",
        "noreply",
        "donotreply",
        "do-not-reply",
        "bounce",
        "bounces",
    ];
    auto || bulk || marked.iter().any(|it| has(it)) || nobody.contains(&local)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ChannelId, ChannelType};

    #[test]
    fn machines_are_not_answered() {
        let mut message = Message::new(ChannelId(1), ChannelType::Email, SenderType::EndUser, Timestamp(0));
        message.from_address = Some("anna@example.com".into());
        assert!(!is_by_a_machine(&message));
        for headers in [
            r#"{"Auto-Submitted":"auto-replied"}"#,
            r#"[["Auto-Submitted", "auto-generated"]]"#,
            r#"{"Precedence":"bulk"}"#,
            r#"{"List-Id":"<x>"}"#,
            r#"{"X-Auto-Response-Suppress":"All"}"#,
        ] {
            message.headers = Some(headers.into());
            assert!(is_by_a_machine(&message), "{headers}");
        }
        message.headers = Some(r#"{"Auto-Submitted":"no","Precedence":"normal"}"#.into());
        assert!(!is_by_a_machine(&message));
        for from in ["MAILER-DAEMON@x.de", "No-Reply <noreply@shop.de>", "postmaster@x.de"] {
            message.from_address = Some(from.into());
            assert!(is_by_a_machine(&message), "{from}");
        }
    }
}
