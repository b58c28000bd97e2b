//! Answers on their way out. What is accepted is a message of its own, queued in the same transaction
//! as its job: it survives a crash, and it goes out once.

mod compose;
mod forward;
mod send;

pub use compose::{Body, Composed, addresses, body, prepared, signature_of};
pub use forward::{Forward, forward};
pub use send::{Composition, Prepared, send, send_new};

use crate::app::App;
use crate::crypto;
use crate::domain::caller::Actor;
use crate::domain::events::{Event, note};
use crate::domain::html;
use crate::domain::mails::message_identifier;
use crate::error::{Error, Result};
use crate::model::{
    ChannelType, CustomerId, DeliveryStatus, Message, MessageId, SenderType, Ticket, Timestamp, job,
};
use crate::store::{Tx, channels, jobs, message_tokens, messages};

/// Links in a sent message work this long.
const TOKEN_MICROS: i64 = 365 * 24 * 3600 * 1_000_000;

/// The public token of a sent message: whoever has it may say something about it.
pub fn reply_token(app: &App, customer: CustomerId, message: &Message) -> Option<String> {
    let sent = message.delivery_status.is_some() && !message.is_internal;
    sent.then(|| app.key.id_token(message_tokens::REPLY, customer.0, message.message_id.0))
}

fn open_token(app: &App, customer: CustomerId, message: MessageId) -> String {
    app.key.id_token(message_tokens::OPEN, customer.0, message.0)
}

/// Whether it is carried by mail; what is not waits where the visitor reads it.
pub fn goes_by_mail(message: &Message) -> bool {
    message.channel_type == ChannelType::Email || message.is_internal
}

/// The HTML of a mail as it goes out, with its links. Kept nowhere: the tokens in it are secret.
pub fn mail_html(app: &App, customer: CustomerId, message: &Message) -> String {
    let mut html = match (&message.html_body, &message.text_body) {
        (Some(html), _) => html.clone(),
        (None, text) => html::from_text(text.as_deref().unwrap_or_default()),
    };
    if let Some(token) = reply_token(app, customer, message) {
        let url = app.config.public_url();
        let open = open_token(app, customer, message.message_id);
        html.push_str(&format!(
            "<p><a href=\"{url}/feedback/{token}\">Was this answer helpful?</a></p>\
             <img src=\"{url}/api/ticketMessages/{open}/open.gif\" width=\"1\" height=\"1\" alt=\"\">"
        ));
    }
    html
}

/// Records what became of a queued message; nothing where that is recorded already.
pub async fn delivered(
    tx: &mut Tx,
    customer: CustomerId,
    message: &Message,
    status: DeliveryStatus,
) -> Result<()> {
    if !messages::delivered(tx, customer, message.message_id, status).await? {
        return Ok(());
    }
    let event = Event::message("ticketMessage.delivered", message.ticket_id, message.message_id)
        .with(serde_json::json!({ "deliveryStatus": { "from": DeliveryStatus::Queued, "to": status } }));
    note(tx, customer, Actor::System, &[event]).await
}

/// Its job failed for good: nobody tries any more until somebody replays it, and people see that.
pub async fn gave_up(tx: &mut Tx, customer: CustomerId, id: MessageId) -> Result<()> {
    match messages::get(tx, customer, id).await {
        Ok(message) => delivered(tx, customer, &message, DeliveryStatus::Failed).await,
        Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Its job runs again. What was sent stays sent.
pub async fn queue_again(tx: &mut Tx, customer: CustomerId, actor: Actor, id: MessageId) -> Result<()> {
    let Some(ticket) = messages::queue_again(tx, customer, id).await? else { return Ok(()) };
    let event = Event::message("ticketMessage.queued", ticket, id).with(serde_json::json!({
        "deliveryStatus": { "from": DeliveryStatus::Failed, "to": DeliveryStatus::Queued }
    }));
    note(tx, customer, actor, &[event]).await
}

/// 422 where nothing carries messages of this type.
fn check_transport(channel_type: ChannelType) -> Result<()> {
    match channel_type {
        ChannelType::Email | ChannelType::Chat => Ok(()),
        other => Err(Error::Unprocessable(format!("Messages cannot be sent in a {other} channel."))),
    }
}

/// An outgoing message of a rep in the ticket's channel, queued for delivery.
async fn outgoing(tx: &mut Tx, app: &App, customer: CustomerId, ticket: &Ticket) -> Result<Message> {
    let now = tx.now;
    let mut message = Message::new(ticket.channel_id, ticket.channel_type, SenderType::CustomerRep, now);
    message.ticket_id = ticket.ticket_id;
    message.uid.clone_from(&ticket.uid);
    message.delivery_status = Some(DeliveryStatus::Queued);
    message.message_identifier = Some(message_identifier(app));
    let channel = channels::get(tx, customer, ticket.channel_id).await?;
    message.from_address = channel.email_address;
    Ok(message)
}

/// Queues the delivery of a stored message and keeps the hashes of its links.
async fn queue(tx: &mut Tx, app: &App, customer: CustomerId, message: &Message) -> Result<()> {
    let id = message.message_id;
    let now = tx.now;
    if let Some(token) = reply_token(app, customer, message) {
        let tokens = [
            (message_tokens::REPLY, crypto::token_hash(&token)),
            (message_tokens::OPEN, crypto::token_hash(&open_token(app, customer, id))),
        ];
        message_tokens::insert(tx, customer, id, &tokens, Timestamp(now.0 + TOKEN_MICROS)).await?;
    }
    jobs::enqueue(tx, customer, job::DELIVER_MESSAGE, id.0, now, Some(&format!("deliver:{id}"))).await
}
