//! What people teach about topics: the stored examples are the truth, classifiers in memory are made of
//! them. What was learned can be seen, and forgotten again.

use answerpal_inference::language;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::crypto;
use crate::domain::events::note;
use crate::domain::messages;
use crate::error::{Error, Result};
use crate::model::{
    Actor, CustomerId, CustomerRepId, Event, ExampleId, Message, MessageId, TicketId, Timestamp,
    TopicExample, TopicId, job,
};
use crate::store::{Tx, ai_settings, jobs, message_topics, topic_examples as store};

/// What of a message is classified and learned from, in bytes at most.
const LONGEST: usize = 6000;

/// What says the topics of a message: its subject and its text. None where it says nothing.
pub fn text_of(message: &Message) -> Option<String> {
    let body = message.message.as_deref().or(message.text_body.as_deref()).unwrap_or_default().trim();
    let subject = message.subject.as_deref().map(bare_subject).unwrap_or_default();
    let told = subject.is_empty() || body.starts_with(subject.trim_end_matches('…'));
    let text = if told { body.to_owned() } else { format!("{subject}\n{body}") };
    let text = text.trim();
    (!text.is_empty()).then(|| text[..text.floor_char_boundary(LONGEST)].to_owned())
}

/// A subject without the marks of replies and forwards.
fn bare_subject(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some((mark, tail)) = rest.split_once(':') {
        let known = ["re", "aw", "antw", "fw", "fwd", "wg", "tr", "rv", "sv", "vs", "doorst"];
        if !known.contains(&mark.trim().to_lowercase().as_str()) {
            break;
        }
        rest = tail.trim();
    }
    rest
}

/// Which text a vector is of.
pub fn hash(text: &str) -> String {
    crypto::hex(&Sha256::digest(text)[..16])
}

/// The language of a text where it is sure.
pub fn language_of(text: &str) -> Option<&'static str> {
    language::detect(text).filter(|it| it.reliable && text.chars().count() >= 20).map(|it| it.code)
}

/// Learns that a message, locked in this transaction, has the topics that it has now.
pub async fn teach(tx: &mut Tx, customer: CustomerId, rep: CustomerRepId, message: &Message) -> Result<()> {
    let links = message_topics::of_messages(tx, customer, vec![message.message_id.0]).await?;
    let topics: Vec<TopicId> = links.iter().map(|it| it.topic_id).collect();
    let before = store::of_message(tx, customer, message.message_id).await?;
    let Some(text) = text_of(message) else { return Ok(()) };
    let text_hash = hash(&text);
    if let Some(before) = &before {
        let known = store::topics_of(tx, customer, vec![before.example_id.0]).await?;
        let mut known = known.get(&before.example_id).cloned().unwrap_or_default();
        let mut wanted = topics.clone();
        known.sort_unstable();
        wanted.sort_unstable();
        if before.text_hash == text_hash && known == wanted {
            return Ok(());
        }
    }
    let version = ai_settings::next_examples_version(tx, customer).await?;
    if let Some(before) = before {
        store::forget(tx, customer, vec![before.example_id.0], version).await?;
    }
    let example = TopicExample { customer_rep_id: Some(rep), ..example(tx, version, message, text) };
    store::insert(tx, customer, &example, &topics).await?;
    Ok(())
}

fn example(tx: &Tx, version: i64, message: &Message, text: String) -> TopicExample {
    TopicExample {
        example_id: ExampleId(0),
        version,
        is_forgotten: false,
        message_id: Some(message.message_id),
        text_hash: hash(&text),
        lang: language_of(&text).map(str::to_owned),
        text,
        customer_rep_id: None,
        created_at: tx.now,
    }
}

/// Learns from imported messages what topics they came with. One that a person has corrected since, that
/// taught already, or that is gone teaches nothing.
pub async fn teach_imported(tx: &mut Tx, customer: CustomerId, ids: Vec<MessageId>) -> Result<()> {
    let version = ai_settings::next_examples_version(tx, customer).await?;
    let mut taught = 0;
    for id in ids {
        let message = match messages::lock_any(tx, customer, id).await {
            Ok((_, message)) if !message.topics_corrected => message,
            Ok(_) | Err(Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        let links = message_topics::of_messages(tx, customer, vec![id.0]).await?;
        let topics: Vec<TopicId> = links.iter().map(|it| it.topic_id).collect();
        let Some(text) = text_of(&message).filter(|_| !topics.is_empty()) else { continue };
        if store::of_message(tx, customer, id).await?.is_none() {
            let example = example(tx, version, &message, text);
            store::insert(tx, customer, &example, &topics).await?;
            taught += 1;
        }
    }
    let event = Event::new("topicExamples.imported", "customer", customer.0);
    note(tx, customer, Actor::System, &[event.with(json!({ "examples": taught }))]).await
}

/// Lets what an import brought be learned, from this message on, after a while.
pub async fn learn_import(
    tx: &mut Tx,
    customer: CustomerId,
    first: MessageId,
    after: std::time::Duration,
) -> Result<()> {
    jobs::withdraw(tx, customer, job::LEARN_IMPORTED, first.0).await?;
    let due = Timestamp(tx.now.0 + after.as_micros() as i64);
    jobs::enqueue(tx, customer, job::LEARN_IMPORTED, first.0, due, None).await
}

/// Forgets one example. The topics of its message stay.
pub async fn unlearn(tx: &mut Tx, customer: CustomerId, actor: Actor, id: ExampleId) -> Result<()> {
    let example = store::get(tx, customer, id).await?;
    let topics = store::topics_of(tx, customer, vec![id.0]).await?.remove(&id).unwrap_or_default();
    forget(tx, customer, vec![id.0]).await?;
    let event =
        Event { message: example.message_id, ..Event::new("topicExample.forgotten", "topicExample", id.0) };
    note(tx, customer, actor, &[event.with(json!({ "topicIDs": topics }))]).await
}

/// Forgets examples, if there are any.
pub async fn forget(tx: &mut Tx, customer: CustomerId, ids: Vec<i64>) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let version = ai_settings::next_examples_version(tx, customer).await?;
    store::forget(tx, customer, ids, version).await
}

/// Forgets what the messages of tickets taught, which are about to be deleted: their texts go with them.
pub async fn forget_tickets(tx: &mut Tx, customer: CustomerId, tickets: Vec<TicketId>) -> Result<()> {
    let ids = store::ids_of_tickets(tx, customer, tickets).await?;
    forget(tx, customer, ids).await
}

/// Forgets what a message taught that is about to be deleted.
pub async fn forget_message(tx: &mut Tx, customer: CustomerId, message: &Message) -> Result<()> {
    let example = store::of_message(tx, customer, message.message_id).await?;
    forget(tx, customer, example.into_iter().map(|it| it.example_id.0).collect()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ChannelId, ChannelType, SenderType, Timestamp};

    fn text(subject: &str, body: &str) -> Option<String> {
        let mut message = Message::new(ChannelId(1), ChannelType::Email, SenderType::EndUser, Timestamp(0));
        message.subject = Some(subject.to_owned()).filter(|it| !it.is_empty());
        message.message = Some(body.to_owned()).filter(|it| !it.is_empty());
        text_of(&message)
    }

    #[test]
    fn a_message_says_its_subject_once() {
        for (subject, body, told) in [
            ("Refund", "Where is it?", Some("Refund\nWhere is it?")),
            ("Re: AW: Refund", "Where is it?", Some("Refund\nWhere is it?")),
            ("Where is", "Where is it?", Some("Where is it?")),
            ("", "Where is it?", Some("Where is it?")),
            ("Order 12: lost", "", Some("Order 12: lost")),
            ("Fwd:", " ", None),
        ] {
            assert_eq!(text(subject, body).as_deref(), told, "{subject}");
        }
        assert_eq!(text("", &"é".repeat(9000)).map(|it| it.len()), Some(LONGEST));
    }
}
