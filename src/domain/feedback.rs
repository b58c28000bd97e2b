//! What people say about answers: likes, comments, and the wish for a person to take over.

use std::fmt::Write;

use crate::app::App;
use crate::crypto;
use crate::domain::caller::Caller;
use crate::domain::events::{Changes, note};
use crate::domain::{delivery, mails, messages, tickets};
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, CustomerRepId, Event, Message, MessageId, Ticket, Timestamp};
use crate::store::mails::Mail;
use crate::store::{Conn, Tx, feedback as store, message_tokens, messages as message_store, throttles};

const HOUR_MICROS: i64 = 3600 * 1_000_000;
/// Characters of a comment.
pub const LONGEST_COMMENT: usize = 10_000;
/// Messages that an escalation mail tells, newest first.
const TOLD: i64 = 100;

/// What a public token stands for.
#[derive(Clone, Copy)]
pub struct Link {
    pub customer: CustomerId,
    pub message: MessageId,
}

/// The reply that a token of a sent reply or of a chat is about; of a chat the newest one.
pub async fn reply_of(conn: &mut Conn, token: &str, now: Timestamp) -> Result<Link> {
    let hash = crypto::token_hash(token);
    if let Some((customer, message)) = message_tokens::find(conn, message_tokens::REPLY, &hash, now).await? {
        return Ok(Link { customer, message });
    }
    let (customer, ticket) = message_tokens::find_chat(conn, &hash, now).await?.ok_or(Error::NotFound)?;
    let reply = message_store::newest_reply(conn, customer, ticket).await?;
    Ok(Link { customer, message: reply.ok_or(Error::NotFound)? })
}

/// What a token asks help with: as [`reply_of`], and in a chat that nobody answered yet its newest message.
pub async fn question_of(conn: &mut Conn, token: &str, now: Timestamp) -> Result<Link> {
    match reply_of(conn, token, now).await {
        Err(Error::NotFound) => {}
        other => return other,
    }
    let hash = crypto::token_hash(token);
    let (customer, ticket) = message_tokens::find_chat(conn, &hash, now).await?.ok_or(Error::NotFound)?;
    let newest = message_store::conversation(conn, customer, ticket, 1).await?.pop();
    Ok(Link { customer, message: newest.ok_or(Error::NotFound)?.message_id })
}

/// Counts a public call; 429 after `most` of them, for an hour.
pub async fn throttled(
    tx: &mut Tx,
    purpose: &str,
    token: &str,
    until: fn(Timestamp, i64) -> Timestamp,
) -> Result<()> {
    let name = format!("{purpose}:{}", crypto::token_hash(token));
    let now = tx.now;
    if let Some(until) = throttles::blocked_until(tx, &name, now).await? {
        let retry_after = ((until.0 - now.0) / 1_000_000).unsigned_abs() + 1;
        return Err(Error::TooMany { retry_after, detail: "Too many calls for this link.".into() });
    }
    throttles::fail(tx, &name, until).await
}

/// Five calls an hour.
pub fn five_an_hour(now: Timestamp, calls: i64) -> Timestamp {
    Timestamp(if calls % 5 == 0 { now.0 + HOUR_MICROS } else { 0 })
}

/// Thirty calls an hour.
pub fn thirty_an_hour(now: Timestamp, calls: i64) -> Timestamp {
    Timestamp(if calls % 30 == 0 { now.0 + HOUR_MICROS } else { 0 })
}

/// A comment as it is kept; None where it says nothing.
pub fn checked_comment(field: &str, comment: Option<String>) -> Result<Option<String>> {
    let comment = comment.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
    if comment.as_ref().is_some_and(|it| it.chars().count() > LONGEST_COMMENT) {
        return Err(Error::invalid(field, format!("must have at most {LONGEST_COMMENT} characters")));
    }
    Ok(comment)
}

/// Keeps whether the answer helped; the last click counts.
pub async fn like(tx: &mut Tx, customer: CustomerId, actor: Actor, id: MessageId, liked: bool) -> Result<()> {
    let (_, before) = messages::lock_any(tx, customer, id).await?;
    if before.is_liked == Some(liked) {
        return Ok(());
    }
    let mut changes = Changes::default();
    changes.compare("isLiked", &before.is_liked, &Some(liked));
    let after = Message { is_liked: Some(liked), ..before.clone() };
    message_store::update(tx, customer, &before, &after).await?;
    let event = Event::message("ticketMessage.rated", before.ticket_id, id).with(changes.into_value());
    note(tx, customer, actor, &[event]).await
}

/// Keeps a comment on an answer.
pub async fn comment(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    id: MessageId,
    comment: &str,
) -> Result<()> {
    let (ticket, before) = messages::lock_any(tx, customer, id).await?;
    let after = Message { ai_feedback_comment: Some(comment.to_owned()), ..before.clone() };
    message_store::update(tx, customer, &before, &after).await?;
    store::insert(tx, customer, &before, comment, None).await?;
    note(tx, customer, actor, &[Event::message("ticketMessage.commented", before.ticket_id, id)]).await?;
    let commented = Ticket { comment_count: ticket.comment_count + 1, ..ticket.clone() };
    tickets::change(tx, customer, actor, &ticket, &commented).await
}

/// What is said with an escalation.
#[derive(Default)]
pub struct Escalation {
    pub comment: Option<String>,
    /// Where the one who escalates can be reached, or who else is told.
    pub email: Option<String>,
}

/// Hands a conversation to people: marks message and ticket, keeps the comment, finds a rep where the
/// ticket has none, and sends `mail`; 422 for that while the ticket's channel sends nothing.
pub async fn escalate(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    ticket: &Ticket,
    before: &Message,
    escalation: Escalation,
    mail: Option<Mail>,
) -> Result<()> {
    if mail.is_some() {
        delivery::check_channel_live(tx, customer, ticket.channel_id).await?;
    }
    let Escalation { comment, email } = escalation;
    let mut after = Message { is_escalated: true, ..before.clone() };
    if comment.is_some() {
        after.ai_feedback_comment.clone_from(&comment);
    }
    message_store::update(tx, customer, before, &after).await?;
    if comment.is_some() || email.is_some() {
        store::insert(tx, customer, before, comment.as_deref().unwrap_or_default(), email.as_deref()).await?;
    }
    let mut changes = Changes::default();
    changes.compare("email", &None, &email);
    changes.hidden("feedbackComment", comment.is_some());
    let event = Event::message("ticketMessage.escalated", ticket.ticket_id, before.message_id);
    note(tx, customer, actor, &[event.with(changes.into_value())]).await?;
    let mut escalated = ticket.clone();
    escalated.set_escalated(true, tx.now);
    escalated.comment_count += i64::from(comment.is_some());
    if ticket.customer_rep_id == CustomerRepId(0)
        && let Some(rep) = helper(tx, customer).await?
    {
        escalated.customer_rep_id = rep;
    }
    tickets::change(tx, customer, actor, ticket, &escalated).await?;
    if let Some(mail) = mail {
        mails::queue(tx, customer, &mail).await?;
    }
    Ok(())
}

/// An available rep, else the tenant's default one.
async fn helper(conn: &mut Conn, customer: CustomerId) -> Result<Option<CustomerRepId>> {
    match store::available_rep(conn, customer).await? {
        Some(rep) => Ok(Some(rep)),
        None => store::default_rep(conn, customer).await,
    }
}

/// Whether a person can take over now.
pub async fn agent_available(conn: &mut Conn, customer: CustomerId) -> Result<bool> {
    Ok(store::available_rep(conn, customer).await?.is_some())
}

/// Notes that a reply was opened, by the token of its pixel.
pub async fn open(app: &App, token: &str) -> Result<()> {
    let hash = crypto::token_hash(token);
    let found =
        message_tokens::find(&mut *app.store.read().await?, message_tokens::OPEN, &hash, app.clock.now())
            .await?;
    let (customer, id) = found.ok_or(Error::NotFound)?;
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let (ticket, before) = messages::lock_any(tx, customer, id).await?;
                let after = Message { is_opened: true, last_open_date: Some(tx.now), ..before.clone() };
                message_store::update(tx, customer, &before, &after).await?;
                if before.is_opened {
                    return Ok(());
                }
                let event = Event::message("ticketMessage.opened", ticket.ticket_id, id);
                note(tx, customer, Actor::EndUser, &[event]).await
            })
        })
        .await
}

/// The mail that tells somebody of an escalation: the conversation without internal notes. To be
/// composed before the transaction.
pub async fn escalation_mail(
    conn: &mut Conn,
    app: &App,
    caller: &Caller,
    id: MessageId,
    to: &str,
    comment: Option<&str>,
) -> Result<Mail> {
    let message = messages::visible(conn, caller, id).await?;
    let ticket = messages::visible_ticket(conn, caller, message.ticket_id).await?;
    let mut body = String::new();
    if let Some(comment) = comment {
        let _ = write!(body, "{comment}\n\n");
    }
    let _ = writeln!(body, "Ticket {}: {}", ticket.ticket_id, ticket.subject.as_deref().unwrap_or_default());
    for told in message_store::conversation(conn, caller.customer, ticket.ticket_id, TOLD).await? {
        let sender = [&told.from_name, &told.from_address].into_iter().flatten().next();
        let sender = sender.map_or(told.sender_type.as_str(), String::as_str);
        let text = told.message.as_deref().or(told.subject.as_deref()).unwrap_or_default();
        let _ = write!(body, "\n--- {sender}, {}\n{text}\n", told.message_date);
    }
    let subject = ticket.subject.as_deref().unwrap_or_default();
    let subject = format!("Ticket {} was escalated: {subject}", ticket.ticket_id);
    mails::compose(app, "escalation", to, subject.trim_end_matches([':', ' ']), &body)
}
