//! Answers that no person sends: when one may go out, and sending it. Programs answer programs for ever
//! unless one of them stops: so this one does.

use super::{check_live, compose, outgoing, queue, send};
use crate::app::App;
use crate::domain::events::note;
use crate::domain::{messages, tickets};
use crate::error::{Error, Result};
use crate::model::{
    Actor, ChannelType, CustomerId, Event, Message, MessageId, SenderType, StageStatus, Ticket, TicketId,
    Timestamp,
};
use crate::store::{Conn, Tx, channels, messages as store};

const HOUR: i64 = 3600 * 1_000_000;

/// Why no automatic answer to this message may go out now; None where one may. `Unprocessable` and the
/// like are reasons, not errors.
pub async fn refusal(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: &Ticket,
    message: &Message,
    now: Timestamp,
) -> Result<Option<String>> {
    if !message.incoming || message.sender_type != SenderType::EndUser || message.is_draft {
        return Ok(Some("Only what an end user wrote is answered.".into()));
    }
    if message.answered_by_message_id.is_some() {
        return Ok(Some("It was answered already.".into()));
    }
    if ticket.is_spam {
        return Ok(Some("The ticket is spam.".into()));
    }
    if message.ai_reply_status == Some(StageStatus::Skipped) {
        return Ok(Some("It came from a program, or wants no answer.".into()));
    }
    let channel = channels::get(conn, customer, ticket.channel_id).await?;
    match ticket.channel_type {
        ChannelType::Email => {}
        ChannelType::Chat => return Ok(None),
        other => return Ok(Some(format!("Messages cannot be sent in a {other} channel."))),
    }
    if let Err(Error::Unprocessable(why)) = check_live(&channel) {
        return Ok(Some(why));
    }
    let Ok(to) = send::recipient(ticket, message) else {
        return Ok(Some("The conversation has no email address to answer to.".into()));
    };
    let most = i64::from(channel.settings.sending.auto_replies_per_hour);
    let since = Timestamp(now.0 - HOUR);
    if store::automatic_since(conn, customer, &to, since, most).await? >= most {
        return Ok(Some(format!("{to} got {most} automatic answers within an hour.")));
    }
    Ok(None)
}

/// Sends an answer that no person looked at, where one may go out; else the reason why not. `answer` is
/// text or HTML.
pub async fn send_automatic(
    tx: &mut Tx,
    app: &App,
    customer: CustomerId,
    id: MessageId,
    answer: &str,
) -> Result<Result<MessageId, String>> {
    let (ticket, original) = messages::lock_any(tx, customer, id).await?;
    let now = tx.now;
    if let Some(why) = refusal(tx, customer, &ticket, &original, now).await? {
        return Ok(Err(why));
    }
    let channel = channels::get(tx, customer, ticket.channel_id).await?;
    let body = compose::body(answer, None);
    let mut reply = outgoing(tx, app, customer, &ticket).await?;
    reply.sender_type = SenderType::AI;
    reply.incoming = false;
    reply.from_name = channel.settings.sending.sender_name.or(Some(channel.name));
    reply.preview = Some(tickets::preview(&body.message));
    reply.message = Some(body.message);
    reply.text_body = Some(body.text);
    reply.html_body = Some(body.html);
    reply.reply_to_message_id = Some(id);
    reply.lang.clone_from(&original.lang);
    reply.subject = Some(send::answer_subject(original.subject.as_deref().or(ticket.subject.as_deref())));
    if ticket.channel_type == ChannelType::Email {
        reply.to_address = Some(send::recipient(&ticket, &original)?);
    }
    reply.message_id = messages::add(tx, customer, Actor::System, &ticket, &reply).await?;
    let answered = Message { answered_by_message_id: Some(reply.message_id), ..original.clone() };
    store::update(tx, customer, &original, &answered).await?;
    note(tx, customer, Actor::System, &[answered_event(ticket.ticket_id, id, reply.message_id)]).await?;
    queue(tx, app, customer, &reply).await?;
    Ok(Ok(reply.message_id))
}

fn answered_event(ticket: TicketId, id: MessageId, reply: MessageId) -> Event {
    Event::message("ticketMessage.answered", ticket, id).with(serde_json::json!({ "replyMessageID": reply }))
}
