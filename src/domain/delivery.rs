//! Answers on their way out. What is accepted is a message of its own, queued in the same transaction
//! as its job: it survives a crash, and it goes out once.

pub mod automatic;
mod compose;
mod footer;
mod forward;
mod outgoing;
mod send;
mod undo;

pub use compose::{Body, Composed, addresses, body, prepared, signature_of};
pub use forward::{Forward, forward};
pub use outgoing::of_message;
pub use send::{Composition, Prepared, send, send_new};
pub use undo::{resend, undo};

use crate::app::App;
use crate::crypto;
use crate::domain::events::note;
use crate::domain::{reply_tokens, ticket_summaries, transport};
use crate::error::{Error, Result};
use crate::model::{
    Actor, Channel, ChannelId, ChannelType, CustomerId, DeliveryStatus, Event, Message, MessageId,
    SenderType, Ticket, TicketId, Timestamp, job,
};
use crate::store::{Conn, Tx, channels, jobs, message_tokens, messages, outbox};

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

/// Records what became of a message that was queued, and why; nothing where that is recorded already.
pub async fn settled(
    tx: &mut Tx,
    customer: CustomerId,
    message: &Message,
    status: DeliveryStatus,
    detail: Option<&str>,
) -> Result<()> {
    let id = message.message_id;
    if !outbox::settle(tx, customer, outbox::Kind::Message, id.0, status, detail).await? {
        return Ok(());
    }
    let mut changes =
        serde_json::json!({ "deliveryStatus": { "from": DeliveryStatus::Queued, "to": status } });
    if let Some(detail) = detail.filter(|_| status != DeliveryStatus::Sent) {
        changes["deliveryDetail"] = detail.into();
    }
    let event = Event::message("ticketMessage.delivered", message.ticket_id, id).with(changes);
    note(tx, customer, Actor::System, &[event]).await
}

/// Its job failed for good: nobody tries any more until somebody replays it, and people see that.
pub async fn gave_up(tx: &mut Tx, customer: CustomerId, id: MessageId) -> Result<()> {
    match messages::get(tx, customer, id).await {
        Ok(message) => {
            let progress = outbox::progress(tx, customer, outbox::Kind::Message, id.0).await?;
            let status = match progress.is_some_and(|it| it.delivery_begun_at.is_some()) {
                true => DeliveryStatus::Unconfirmed,
                false => DeliveryStatus::Failed,
            };
            settled(tx, customer, &message, status, Some("Its job was given up.")).await
        }
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

/// A mail that was sent came back: it is told on the message it is about. `detail` is what the delivery
/// report says. Nothing where that is told already.
pub async fn bounced(tx: &mut Tx, customer: CustomerId, message: &Message, detail: &str) -> Result<()> {
    if message.is_bounced {
        return Ok(());
    }
    let after = Message {
        is_bounced: true,
        delivery_status: Some(DeliveryStatus::Bounced),
        delivery_detail: Some(detail.to_owned()),
        ..message.clone()
    };
    messages::update(tx, customer, message, &after).await?;
    let event = Event::message("ticketMessage.bounced", message.ticket_id, message.message_id).with(
        serde_json::json!({
            "deliveryStatus": { "from": message.delivery_status, "to": DeliveryStatus::Bounced },
            "deliveryDetail": detail,
        }),
    );
    note(tx, customer, Actor::System, &[event]).await
}

/// 422 where nothing carries messages of this channel.
async fn check_transport(conn: &mut Conn, customer: CustomerId, ticket: &Ticket) -> Result<()> {
    match ticket.channel_type {
        ChannelType::Email => check_live(&channels::get(conn, customer, ticket.channel_id).await?),
        ChannelType::Chat => Ok(()),
        other => Err(Error::Unprocessable(format!("Messages cannot be sent in a {other} channel."))),
    }
}

/// 422 while the channel only looks on: nothing of its conversations goes out, to nobody.
pub async fn check_channel_live(conn: &mut Conn, customer: CustomerId, channel: ChannelId) -> Result<()> {
    check_live(&channels::get(conn, customer, channel).await?)
}

/// The same of a channel at hand.
fn check_live(channel: &Channel) -> Result<()> {
    if channel.settings.sending.shadow {
        let why = "This channel is in shadow mode: it imports and drafts, and sends nothing. Set its shadowMode to false to go live.";
        return Err(Error::Unprocessable(why.into()));
    }
    Ok(())
}

/// An outgoing message of a rep in the ticket's channel, queued for delivery.
async fn outgoing(tx: &mut Tx, app: &App, customer: CustomerId, ticket: &Ticket) -> Result<Message> {
    let now = tx.now;
    let mut message = Message::new(ticket.channel_id, ticket.channel_type, SenderType::CustomerRep, now);
    message.ticket_id = ticket.ticket_id;
    message.uid.clone_from(&ticket.uid);
    message.delivery_status = Some(DeliveryStatus::Queued);
    message.message_identifier = Some(message_identifier(app, customer, ticket.ticket_id));
    let channel = channels::get(tx, customer, ticket.channel_id).await?;
    message.from_address = channel.email_address;
    Ok(message)
}

/// A Message-ID that no other mail has and that names the ticket.
fn message_identifier(app: &App, customer: CustomerId, ticket: TicketId) -> String {
    let token = reply_tokens::of_ticket(app, customer, ticket);
    format!("<{token}.{}@{}>", app.random.token(), transport::host_name(app))
}

/// Until when a person may take back what they sent: it waits so long. None for what is not queued, not
/// carried by mail, or sent by nobody.
pub fn undo_until(app: &App, message: &Message) -> Option<Timestamp> {
    let waits = message.delivery_status == Some(DeliveryStatus::Queued)
        && message.channel_type == ChannelType::Email
        && message.sender_type == SenderType::CustomerRep;
    let seconds = i64::from(app.config.undo_seconds);
    (waits && seconds > 0).then(|| Timestamp(message.message_date.0 + seconds * 1_000_000))
}

/// Queues the delivery of a stored message and keeps the hashes of its links. What a person sends by mail
/// waits for as long as they may take it back.
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
    let due = undo_until(app, message).unwrap_or(now);
    ticket_summaries::said(tx, customer, message, due).await?;
    jobs::enqueue(tx, customer, job::DELIVER_MESSAGE, id.0, due, Some(&format!("deliver:{id}"))).await
}
