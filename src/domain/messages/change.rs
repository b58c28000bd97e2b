//! Changing and deleting messages.

use super::checks::{check_language, check_lengths, check_recipients};
use super::create::fill_texts;
use crate::domain::events::{Changes, note};
use crate::domain::{attachments, custom_fields, spam_lessons, ticket_summaries, tickets, topic_examples};
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, DeliveryStatus, Event, Message, Ticket, TicketId};
use crate::store::{Tx, messages as store, tickets as ticket_store};

/// What a change of a message gives: None leaves the field as it is, an empty text clears it.
#[derive(Default)]
pub struct MessageChange {
    pub subject: Option<String>,
    pub message: Option<String>,
    pub text_body: Option<String>,
    pub html_body: Option<String>,
    pub from_address: Option<String>,
    pub from_name: Option<String>,
    pub to_address: Option<String>,
    pub cc_address: Option<String>,
    pub bcc_address: Option<String>,
    pub is_draft: Option<bool>,
    pub is_opened: Option<bool>,
    pub uid: Option<String>,
    pub lang: Option<String>,
    pub ai_modified_response: Option<String>,
    /// JSON text.
    pub custom_fields_data: Option<String>,
    /// JSON text.
    pub additional_info: Option<String>,
    /// What the sender of another body wrote; found by [`MessageChange::prepared`].
    pub written: Option<String>,
}

impl MessageChange {
    /// Another HTML or text body is another text to read. To be called before the transaction, because
    /// reading HTML takes its time.
    #[must_use]
    pub fn prepared(mut self) -> Self {
        if self.message.is_none() {
            self.written =
                answerpal_mail::reply_of("", false, self.text_body.as_deref(), self.html_body.as_deref());
        }
        if self.text_body.is_none() {
            self.text_body = self.html_body.as_deref().map(answerpal_mail::html_text);
        }
        self
    }

    /// The text that a person reads of another body: of what came in what its sender wrote, but a forwarded
    /// mail keeps what it forwards.
    fn read(&mut self, before: &Message) -> Option<String> {
        let subject = self.subject.as_deref().or(before.subject.as_deref()).unwrap_or_default();
        let is_whole = !before.incoming || answerpal_mail::is_forward(subject);
        let written = self.written.take().filter(|_| !is_whole);
        self.message.take().or(written).or_else(|| self.text_body.clone())
    }

    fn applied(mut self, before: &Message) -> Message {
        let mut after = before.clone();
        self.message = self.read(before);
        for (given, kept) in [
            (self.subject, &mut after.subject),
            (self.message, &mut after.message),
            (self.text_body, &mut after.text_body),
            (self.html_body, &mut after.html_body),
            (self.from_address, &mut after.from_address),
            (self.from_name, &mut after.from_name),
            (self.to_address, &mut after.to_address),
            (self.cc_address, &mut after.cc_address),
            (self.bcc_address, &mut after.bcc_address),
            (self.uid, &mut after.uid),
            (self.lang, &mut after.lang),
            (self.ai_modified_response, &mut after.ai_modified_response),
            (self.custom_fields_data, &mut after.custom_fields_data),
            (self.additional_info, &mut after.additional_info),
        ] {
            if let Some(text) = given {
                *kept = (!text.trim().is_empty()).then_some(text);
            }
        }
        after.is_draft = self.is_draft.unwrap_or(after.is_draft);
        after.is_opened = self.is_opened.unwrap_or(after.is_opened);
        if (&after.message, &after.subject) != (&before.message, &before.subject) {
            fill_texts(&mut after);
        }
        after
    }
}

/// Changes a message whose ticket is locked in this transaction. 409 where the content of a sent one
/// would change.
pub async fn update(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    ticket: &Ticket,
    before: &Message,
    change: MessageChange,
) -> Result<()> {
    let after = change.applied(before);
    check_lengths(&after)?;
    if before.lang != after.lang {
        check_language(&after)?;
    }
    let recipients = |it: &Message| [it.to_address.clone(), it.cc_address.clone(), it.bcc_address.clone()];
    if recipients(before) != recipients(&after) {
        check_recipients(&after)?;
    }
    if before.delivery_status.is_some() && content(before) != content(&after) {
        return Err(Error::Conflict("What was sent cannot change any more.".into()));
    }
    if after.is_draft && !before.is_draft {
        return Err(Error::Conflict("A message that is no draft cannot become one.".into()));
    }
    if before.custom_fields_data != after.custom_fields_data
        && let Some(values) = &after.custom_fields_data
    {
        custom_fields::check_values(tx, customer, &serde_json::from_str(values)?).await?;
    }
    let changes = differences(before, &after);
    if changes.is_empty() {
        return Ok(());
    }
    store::update(tx, customer, before, &after).await?;
    let event = Event::message("ticketMessage.updated", ticket.ticket_id, before.message_id);
    note(tx, customer, actor, &[event.with(changes.into_value())]).await?;
    if content(before) == content(&after) {
        return Ok(());
    }
    let now = tx.now;
    if !after.is_draft {
        ticket_summaries::said(tx, customer, &after, now).await?;
    }
    if before.is_draft && !after.is_draft {
        let reopened = tickets::with_message(ticket, after.message_id, &after, now);
        tickets::change(tx, customer, actor, ticket, &reopened).await?;
    } else {
        settle(tx, customer, actor, ticket).await?;
    }
    tickets::reindex(tx, customer, ticket.ticket_id).await
}

/// What a recipient gets to see.
fn content(message: &Message) -> impl PartialEq + '_ {
    (
        [&message.subject, &message.message, &message.text_body, &message.html_body],
        [&message.from_address, &message.from_name, &message.to_address],
        [&message.cc_address, &message.bcc_address],
        message.is_draft,
    )
}

/// Bodies are named, not told: the trail outlives them.
fn differences(before: &Message, after: &Message) -> Changes {
    let mut changes = Changes::default();
    changes.compare("subject", &before.subject, &after.subject);
    changes.hidden("message", before.message != after.message);
    changes.hidden("textBody", before.text_body != after.text_body);
    changes.hidden("htmlBody", before.html_body != after.html_body);
    changes.hidden("aI_ModifiedResponse", before.ai_modified_response != after.ai_modified_response);
    changes.compare("fromAddress", &before.from_address, &after.from_address);
    changes.compare("fromName", &before.from_name, &after.from_name);
    changes.compare("toAddress", &before.to_address, &after.to_address);
    changes.compare("ccAddress", &before.cc_address, &after.cc_address);
    changes.compare("bccAddress", &before.bcc_address, &after.bcc_address);
    changes.compare("isDraft", &before.is_draft, &after.is_draft);
    changes.compare("isOpened", &before.is_opened, &after.is_opened);
    changes.compare("uid", &before.uid, &after.uid);
    changes.compare("lang", &before.lang, &after.lang);
    changes.compare("customFieldsData", &before.custom_fields_data, &after.custom_fields_data);
    changes.hidden("additionalInfo", before.additional_info != after.additional_info);
    changes
}

/// Brings what a ticket says of its messages in line with them.
pub async fn settle(tx: &mut Tx, customer: CustomerId, actor: Actor, before: &Ticket) -> Result<()> {
    let (date, preview) = store::newest(tx, customer, before.ticket_id).await?;
    let last = ticket_store::last_end_user_message(tx, customer, before.ticket_id).await?;
    let after = Ticket {
        last_message_date: date.unwrap_or(before.date_created),
        preview,
        last_end_user_message_id: last,
        ..before.clone()
    };
    tickets::change(tx, customer, actor, before, &after).await
}

/// Deletes a message whose ticket is locked in this transaction, with its files, topics and comments.
pub async fn delete(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    ticket: &Ticket,
    message: &Message,
) -> Result<()> {
    let id: TicketId = ticket.ticket_id;
    topic_examples::forget_message(tx, customer, message).await?;
    spam_lessons::outlive(tx, customer, Vec::new(), vec![message.message_id]).await?;
    let (keys, comments) = store::delete(tx, customer, message).await?;
    attachments::forget_objects(tx, customer, keys).await?;
    if message.delivery_status.is_some_and(|it| it != DeliveryStatus::Sent) {
        store::unanswer(tx, customer, id, message.message_id).await?;
    }
    note(tx, customer, actor, &[Event::message("ticketMessage.deleted", id, message.message_id)]).await?;
    let mut before = ticket.clone();
    if comments > 0 {
        before.comment_count -= comments;
        ticket_store::update(tx, customer, ticket, &before).await?;
    }
    settle(tx, customer, actor, &before).await?;
    tickets::topics_changed(tx, customer, actor, id).await?;
    ticket_summaries::deleted(tx, customer, id).await?;
    tickets::reindex(tx, customer, id).await
}
