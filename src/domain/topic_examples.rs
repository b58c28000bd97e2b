//! What people teach about topics: the stored examples are the truth, classifiers in memory are made of
//! them. What was learned can be seen, and forgotten again.

use answerpal_inference::language;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::crypto;
use crate::domain::caller::Actor;
use crate::domain::events::{Event, note};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, ExampleId, Message, TicketId, TopicExample, TopicId};
use crate::store::{Tx, ai_settings, message_topics, topic_examples as store};

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
    let lang = language_of(&text).map(str::to_owned);
    let example = TopicExample {
        example_id: ExampleId(0),
        version,
        is_forgotten: false,
        message_id: Some(message.message_id),
        text,
        text_hash,
        lang,
        customer_rep_id: Some(rep),
        created_at: tx.now,
    };
    store::insert(tx, customer, &example, &topics).await?;
    Ok(())
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
