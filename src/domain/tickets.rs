//! Tickets: one place decides what a change does to the state, the counters, the search index and the
//! audit trail.

pub mod bulk;
pub mod change;
pub mod history;
pub mod listing;
pub mod undo;

use serde_json::json;

use crate::domain::events::{Changes, note};
use crate::domain::{notifications, spam_lessons, topic_examples};
use crate::error::Result;
use crate::model::{
    Actor, CustomerId, CustomerRepId, Event, Message, MessageId, SenderType, Ticket, TicketId, Timestamp,
    TopicId,
};
use crate::store::dialect::Dialect;
use crate::store::{Tx, search, tickets as store};

/// First characters of the newest message.
const PREVIEW_CHARS: usize = 200;

/// The first 200 characters, on one line.
pub fn preview(text: &str) -> String {
    let mut out = String::with_capacity(PREVIEW_CHARS);
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() > 4 * PREVIEW_CHARS {
            break;
        }
    }
    out.chars().take(PREVIEW_CHARS).collect()
}

/// Inserts a ticket that has no message yet, and notes it. The caller indexes it: [`index_new`] once its
/// first message is there too, or [`reindex`].
pub async fn insert(tx: &mut Tx, customer: CustomerId, actor: Actor, ticket: &Ticket) -> Result<TicketId> {
    let id = store::insert(tx, customer, ticket).await?;
    note(tx, customer, actor, &[Event::ticket("ticket.created", id)]).await?;
    Ok(id)
}

/// Puts a new ticket with its first message into the search index. `names` are the end user's names and
/// addresses; `ahead` is what [`document_ahead`] made of everything else.
pub fn index_new(
    tx: &mut Tx,
    customer: CustomerId,
    ticket: &Ticket,
    message: Option<&Message>,
    names: &[&str],
    ahead: Option<String>,
) {
    if let Some(ahead) = ahead {
        let document = tx.dialect().complete_search_document(customer, ahead, names);
        return search::insert_documents(tx, customer, ticket.ticket_id, vec![document]);
    }
    let parts = parts_of_new(ticket.subject.as_deref(), ticket.uid.as_deref(), names, message);
    search::insert(tx, customer, ticket.ticket_id, &parts);
}

/// What search finds a new ticket by, as far as its first message tells: made outside of the transaction.
/// None where the engine wants everything at once.
pub fn document_ahead(
    dialect: Dialect,
    customer: CustomerId,
    message: &Message,
    uid: Option<&str>,
) -> Option<String> {
    let parts = parts_of_new(message.subject.as_deref(), uid, &[], Some(message));
    dialect.search_document_ahead(customer, &parts)
}

fn parts_of_new<'a>(
    subject: Option<&'a str>,
    uid: Option<&'a str>,
    names: &[&'a str],
    message: Option<&'a Message>,
) -> Vec<&'a str> {
    let mut parts: Vec<&str> = subject.into_iter().chain(uid).collect();
    parts.extend(names);
    if let Some(message) = message {
        let whole = message.text_body.as_deref().filter(|it| Some(*it) != message.message.as_deref());
        let texts = [
            message.subject.as_deref().filter(|it| Some(*it) != subject),
            message.message.as_deref(),
            whole,
            message.from_name.as_deref(),
            message.from_address.as_deref(),
            message.to_address.as_deref(),
        ];
        parts.extend(texts.into_iter().flatten());
    }
    parts
}

/// Indexes a ticket again, from its records.
pub async fn reindex(tx: &mut Tx, customer: CustomerId, ticket: TicketId) -> Result<()> {
    let row = store::get(tx, customer, ticket).await?;
    let names = search::end_user_texts(tx, customer, ticket).await?;
    let messages = search::message_texts(tx, customer, ticket).await?;
    let parts = search_parts(row.subject.as_deref(), row.uid.as_deref(), &names, &messages);
    search::replace(tx, customer, ticket, &parts);
    Ok(())
}

/// What search finds a ticket by.
pub fn search_parts<'a>(
    subject: Option<&'a str>,
    uid: Option<&'a str>,
    names: &'a [String],
    messages: &'a [search::MessageTexts],
) -> Vec<&'a str> {
    let mut parts: Vec<&str> = subject.into_iter().chain(uid).collect();
    parts.extend(names.iter().map(String::as_str));
    for message in messages {
        let whole = message.text_body.as_deref().filter(|it| Some(*it) != message.message.as_deref());
        let texts = [
            message.subject.as_deref().filter(|it| Some(*it) != subject),
            message.message.as_deref(),
            whole,
            message.from_name.as_deref(),
            message.from_address.as_deref(),
            message.to_address.as_deref(),
        ];
        parts.extend(texts.into_iter().flatten());
    }
    parts
}

/// Writes the new state of a ticket and notes what differs.
pub async fn change(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    before: &Ticket,
    after: &Ticket,
) -> Result<()> {
    store::update(tx, customer, before, after).await?;
    notifications::assigned(tx, customer, actor, std::iter::once((before, after))).await?;
    spam_lessons::marked(tx, customer, actor, std::iter::once((before, after))).await?;
    match updated(before, after) {
        Some(event) => note(tx, customer, actor, &[event]).await,
        None => Ok(()),
    }
}

/// The event that tells what differs; None where nothing that is told does.
fn updated(before: &Ticket, after: &Ticket) -> Option<Event> {
    let mut changes = Changes::default();
    changes.compare("subject", &before.subject, &after.subject);
    changes.compare("status", &before.status, &after.status);
    changes.compare("channelID", &before.channel_id, &after.channel_id);
    changes.compare("channelType", &before.channel_type, &after.channel_type);
    changes.compare("endUserID", &before.end_user_id, &after.end_user_id);
    changes.compare("customerRepID", &before.customer_rep_id, &after.customer_rep_id);
    changes.compare("escalated", &before.escalated, &after.escalated);
    changes.compare("isSpam", &before.is_spam, &after.is_spam);
    changes.compare("closeDate", &before.close_date, &after.close_date);
    changes.compare("uid", &before.uid, &after.uid);
    changes.compare("preview", &before.preview, &after.preview);
    changes.compare("summary", &before.summary, &after.summary);
    changes.compare("topicIDs", &before.topic_ids, &after.topic_ids);
    changes.compare("customFieldsData", &before.custom_fields_data, &after.custom_fields_data);
    if changes.is_empty() {
        return None;
    }
    Some(Event::ticket("ticket.updated", after.ticket_id).with(changes.into_value()))
}

/// What a new message does to its ticket: newest dates and preview, a closed one reopens for its end
/// user. Drafts and internal notes leave the preview alone. `before` is locked in this transaction.
pub fn with_message(before: &Ticket, id: MessageId, message: &Message, now: Timestamp) -> Ticket {
    let mut after = before.clone();
    if message.is_draft {
        return after;
    }
    if message.message_date >= after.last_message_date || after.preview.is_none() {
        after.last_message_date = after.last_message_date.max(message.message_date);
        if !message.is_internal {
            after.preview = message.preview.clone();
        }
    }
    if message.sender_type == SenderType::EndUser {
        after.last_end_user_message_id = Some(id);
        after.set_closed(false, now);
    }
    after
}

/// Deletes a ticket with all that is its own. Gives the object keys of its files, for the clean-up job.
pub async fn delete(tx: &mut Tx, customer: CustomerId, actor: Actor, ticket: &Ticket) -> Result<Vec<String>> {
    topic_examples::forget_tickets(tx, customer, vec![ticket.ticket_id]).await?;
    spam_lessons::outlive(tx, customer, vec![ticket.ticket_id], Vec::new()).await?;
    let keys = store::delete(tx, customer, ticket).await?;
    note(tx, customer, actor, &[deleted(ticket)]).await?;
    Ok(keys)
}

/// Says whose ticket it was: who may learn of it.
fn deleted(ticket: &Ticket) -> Event {
    let seen = json!({ "customerRepID": { "from": ticket.customer_rep_id, "to": null } });
    Event::ticket("ticket.deleted", ticket.ticket_id).with(seen)
}

/// Brings the ticket's list of topics in line with its messages'. To be called after each change of them.
pub async fn topics_changed(tx: &mut Tx, customer: CustomerId, actor: Actor, ticket: TicketId) -> Result<()> {
    let before = store::lock(tx, customer, ticket).await?;
    let topics = store::topics_of_messages(tx, customer, ticket).await?;
    let after = Ticket { topic_ids: join_topics(&topics), ..before.clone() };
    if after == before {
        return Ok(());
    }
    store::set_topics(tx, customer, ticket, &topics).await?;
    change(tx, customer, actor, &before, &after).await
}

pub fn join_topics(topics: &[TopicId]) -> String {
    topics.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

pub fn split_topics(topics: &str) -> impl Iterator<Item = TopicId> + '_ {
    topics.split(',').filter_map(|it| it.parse().ok()).map(TopicId)
}

/// Takes a rep off all their tickets.
pub async fn unassign_all(tx: &mut Tx, customer: CustomerId, actor: Actor, rep: CustomerRepId) -> Result<()> {
    let ids = store::of_rep(tx, customer, rep).await?;
    for before in store::lock_many(tx, customer, ids).await? {
        let after = Ticket { customer_rep_id: CustomerRepId(0), ..before.clone() };
        change(tx, customer, actor, &before, &after).await?;
    }
    Ok(())
}
