//! Forwarding a message, with its files, to people outside the conversation.

use std::fmt::Write;

use super::compose::Body;
use super::{check_live, outgoing, queue};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::events::note;
use crate::domain::{html, messages, tickets};
use crate::error::{Error, Result};
use crate::model::{Event, Message, MessageId};
use crate::store::{Tx, attachments, channels};

/// Who gets it, and what is said with it.
pub struct Forward {
    /// Checked; at least one.
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub comment: Option<String>,
    pub subject: Option<String>,
}

impl Forward {
    /// The comment above the message. To be put together before the transaction.
    pub fn body(&self, message: &Message) -> Body {
        let comment = self.comment.as_deref().map(str::trim).unwrap_or_default();
        let mut head = String::from("---------- Forwarded message ----------\n");
        for (name, value) in [
            ("From", message.from_name.as_deref().or(message.from_address.as_deref())),
            ("To", message.to_address.as_deref()),
            ("Subject", message.subject.as_deref()),
        ] {
            if let Some(value) = value {
                let _ = writeln!(head, "{name}: {value}");
            }
        }
        let _ = write!(head, "Date: {}", message.message_date);
        let text = message.text_body.as_deref().or(message.message.as_deref()).unwrap_or_default();
        let original = match &message.html_body {
            Some(html) => html::sanitised(html),
            None => html::from_text(text),
        };
        let html = format!(
            "{}{}<blockquote>{original}</blockquote>",
            html::from_text(comment),
            html::from_text(&head)
        );
        let text = format!("{comment}\n\n{head}\n\n{text}");
        Body { message: text.trim().to_owned(), text: text.trim().to_owned(), html }
    }
}

/// Forwards a message. The forward is internal to the ticket: the end user does not see it.
pub async fn forward(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: MessageId,
    forward: Forward,
    composed: Result<(Message, Body)>,
) -> Result<MessageId> {
    let (ticket, original) = messages::lock(tx, caller, id).await?;
    let (read, body) = composed?;
    if (&read.html_body, &read.text_body) != (&original.html_body, &original.text_body) {
        return Err(Error::Conflict("The message has just changed: read it again.".into()));
    }
    check_live(&channels::get(tx, caller.customer, ticket.channel_id).await?)?;
    let refs = app.refs.current(tx, caller.customer).await?;
    let mut message = outgoing(tx, app, caller.customer, &ticket).await?;
    message.is_internal = true;
    message.customer_rep_id = Some(caller.rep);
    message.from_name = refs.reps.get(&caller.rep).cloned();
    message.to_address = Some(forward.to.join(", "));
    message.cc_address = (!forward.cc.is_empty()).then(|| forward.cc.join(", "));
    let subject = original.subject.as_deref().or(ticket.subject.as_deref()).unwrap_or_default();
    message.subject = Some(forward.subject.unwrap_or_else(|| format!("Fwd: {subject}")));
    message.preview = Some(tickets::preview(&body.message));
    message.message = Some(body.message);
    message.text_body = Some(body.text);
    message.html_body = Some(body.html);
    message.has_attachment = original.has_attachment;
    message.message_id = messages::add(tx, caller.customer, caller.actor(), &ticket, &message).await?;
    for mut file in attachments::list(tx, caller.customer, id).await? {
        // The same content under both messages.
        file.message_id = message.message_id;
        file.created_at = tx.now;
        attachments::insert(tx, &file).await?;
    }
    let event = Event::message("ticketMessage.forwarded", ticket.ticket_id, id).with(serde_json::json!({
        "messageID": message.message_id, "toAddress": message.to_address, "ccAddress": message.cc_address,
    }));
    note(tx, caller.customer, caller.actor(), &[event]).await?;
    queue(tx, app, caller.customer, &message).await?;
    Ok(message.message_id)
}
