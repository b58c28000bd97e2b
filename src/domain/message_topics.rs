//! What people say a message is about. They are right: detection leaves what they chose.

use serde_json::json;

use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::events::note;
use crate::domain::{messages, tickets, topic_examples};
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, CustomerRepId, Event, Message, MessageId, MessageTopicId, TopicId};
use crate::store::message_topics::{self as store, MessageTopic};
use crate::store::{Tx, messages as message_store, topics as topic_store};

/// Makes these the topics of a message, none included.
pub async fn correct(tx: &mut Tx, caller: &Caller, id: MessageId, mut topics: Vec<TopicId>) -> Result<()> {
    let (_, message) = messages::lock(tx, caller, id).await?;
    let there = topic_store::existing(tx, caller.customer, topics.iter().map(|it| it.0).collect()).await?;
    if let Some(unknown) = topics.iter().find(|it| !there.contains(it)) {
        return Err(Error::invalid("topicIds", format!("names topic {unknown}, which does not exist")));
    }
    topics.dedup();
    let before = store::of_messages(tx, caller.customer, vec![id.0]).await?;
    let gone: Vec<i64> = before
        .iter()
        .filter(|it| !topics.contains(&it.topic_id))
        .map(|it| it.ticket_message_topic_id.0)
        .collect();
    let mut new: Vec<TopicId> = Vec::new();
    for topic in &topics {
        if !new.contains(topic) && !before.iter().any(|it| it.topic_id == *topic) {
            new.push(*topic);
        }
    }
    store::delete(tx, caller.customer, gone).await?;
    store::insert_corrected(tx, caller.customer, &message, &new, caller.rep).await?;
    let from: Vec<TopicId> = before.iter().map(|it| it.topic_id).collect();
    changed(tx, caller, &message, json!({ "topicIDs": { "from": from, "to": topics } })).await
}

/// Adds one topic; gives the link, and whether it is new. `rep` says who chose it, the caller unless given.
pub async fn add(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: MessageId,
    topic: TopicId,
    rep: Option<CustomerRepId>,
) -> Result<(MessageTopic, bool)> {
    let (_, message) = messages::lock(tx, caller, id).await.map_err(|it| it.unknown("messageID"))?;
    let refs = app.refs.current(tx, caller.customer).await?;
    if topic_store::existing(tx, caller.customer, vec![topic.0]).await?.is_empty() {
        return Err(Error::invalid("topicID", "does not exist"));
    }
    let rep = known_rep(&refs.reps, rep)?.unwrap_or(caller.rep);
    let before = store::of_messages(tx, caller.customer, vec![id.0]).await?;
    if let Some(there) = before.into_iter().find(|it| it.topic_id == topic) {
        return Ok((there, false));
    }
    store::insert_corrected(tx, caller.customer, &message, &[topic], rep).await?;
    changed(tx, caller, &message, json!({ "topicIDs": { "added": topic } })).await?;
    let after = store::of_messages(tx, caller.customer, vec![id.0]).await?;
    let link = after.into_iter().find(|it| it.topic_id == topic).ok_or(Error::NotFound)?;
    Ok((link, true))
}

/// Takes one topic off its message.
pub async fn remove(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: MessageTopicId,
    rep: Option<CustomerRepId>,
) -> Result<()> {
    let unknown = |it: Error| it.unknown("ticketMessageTopicID");
    let link = store::get(tx, caller.customer, id).await.map_err(unknown)?;
    let (_, message) = messages::lock(tx, caller, link.message_id).await.map_err(unknown)?;
    let refs = app.refs.current(tx, caller.customer).await?;
    known_rep(&refs.reps, rep)?;
    store::delete(tx, caller.customer, vec![id.0]).await?;
    changed(tx, caller, &message, json!({ "topicIDs": { "removed": link.topic_id } })).await
}

fn known_rep(
    reps: &std::collections::HashMap<CustomerRepId, String>,
    rep: Option<CustomerRepId>,
) -> Result<Option<CustomerRepId>> {
    let rep = rep.filter(|it| it.0 != 0);
    if rep.is_some_and(|it| !reps.contains_key(&it)) {
        return Err(Error::invalid("customerRepID", "does not exist"));
    }
    Ok(rep)
}

async fn changed(tx: &mut Tx, caller: &Caller, message: &Message, changes: serde_json::Value) -> Result<()> {
    let after = Message { topics_corrected: true, ..message.clone() };
    message_store::update(tx, caller.customer, message, &after).await?;
    let event = Event::message("ticketMessage.topicsCorrected", message.ticket_id, message.message_id);
    note(tx, caller.customer, caller.actor(), &[event.with(changes)]).await?;
    tickets::topics_changed(tx, caller.customer, caller.actor(), message.ticket_id).await?;
    topic_examples::teach(tx, caller.customer, caller.rep, &after).await
}

/// Puts what detection found in the place of what it found before, most probable first. What a person
/// said stays, unless it is to be replaced. The message, locked in this transaction, is given as it is to
/// be written.
pub async fn detected(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    message: Message,
    found: &[(TopicId, f64)],
    replace_corrected: bool,
) -> Result<Message> {
    if message.topics_corrected && !replace_corrected {
        return Ok(message);
    }
    // One may have been deleted since it was found.
    let there = topic_store::existing(tx, customer, found.iter().map(|it| it.0.0).collect()).await?;
    let found: Vec<(TopicId, f64)> = found.iter().copied().filter(|it| there.contains(&it.0)).collect();
    let before = store::of_messages(tx, customer, vec![message.message_id.0]).await?;
    let stays = |it: &MessageTopic| !it.corrected && found.iter().any(|new| new.0 == it.topic_id);
    let gone: Vec<i64> =
        before.iter().filter(|it| !stays(it)).map(|it| it.ticket_message_topic_id.0).collect();
    let (staying, new): (Vec<_>, Vec<_>) =
        found.iter().copied().partition(|it| before.iter().any(|old| old.topic_id == it.0 && stays(old)));
    if !gone.is_empty() {
        store::delete(tx, customer, gone.clone()).await?;
    }
    for (topic, confidence) in staying {
        store::set_confidence(tx, customer, message.message_id, topic, confidence).await?;
    }
    store::insert_detected(tx, customer, &message, &new).await?;
    let message = Message { topics_corrected: false, ..message };
    if gone.is_empty() && new.is_empty() {
        return Ok(message);
    }
    let from: Vec<TopicId> = before.iter().map(|it| it.topic_id).collect();
    let to: Vec<TopicId> = found.iter().map(|it| it.0).collect();
    let event = Event::message("ticketMessage.topicsDetected", message.ticket_id, message.message_id);
    let event = event.with(json!({ "topicIDs": { "from": from, "to": to } }));
    note(tx, customer, actor, &[event]).await?;
    tickets::topics_changed(tx, customer, actor, message.ticket_id).await?;
    Ok(message)
}
