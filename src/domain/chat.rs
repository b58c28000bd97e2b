//! Chat: what a visitor of a page may do. What they say about themselves is not proven, so it joins
//! nobody's record and nobody's history.

use serde_json::json;

use crate::crypto;
use crate::domain::{end_users, fields, messages, tickets};
use crate::error::{Error, Result};
use crate::model::{
    Actor, Channel, ChannelType, EndUserId, Message, MessageId, SenderType, Ticket, TicketId, Timestamp,
    UidType,
};
use crate::store::chat::{self as store, ChatSession};
use crate::store::{Tx, tickets as ticket_store};

/// A token ends when nobody used it for so long.
const UNUSED_MICROS: i64 = 30 * DAY_MICROS;
const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;
const LONGEST_NAME: usize = 200;
const LONGEST_MESSAGE: usize = 20_000;
const LONGEST_ADDRESS: usize = 2000;
const SUBJECT_CHARS: usize = 80;

/// What opens a conversation, checked.
pub struct Opening {
    name: Option<String>,
    email: Option<String>,
    uid: Option<String>,
    page_url: Option<String>,
    message: String,
}

impl Opening {
    pub fn new(
        name: Option<String>,
        email: Option<String>,
        uid: Option<String>,
        page_url: Option<String>,
        message: Option<String>,
    ) -> Result<Self> {
        Ok(Self {
            name: fields::text("name", name, &None, LONGEST_NAME)?,
            email: fields::checked(email, &None, |it| fields::email("email", it))?,
            uid: fields::text("uid", uid, &None, LONGEST_NAME)?,
            page_url: fields::text("pageURL", page_url, &None, LONGEST_ADDRESS)?,
            message: said(message)?,
        })
    }
}

/// The text of a message that must be there.
pub fn said(message: Option<String>) -> Result<String> {
    let message = message.ok_or_else(|| Error::invalid("message", "is required"))?;
    if message.contains('\0') {
        return Err(Error::invalid("message", "must not contain NUL characters"));
    }
    fields::name("message", &message, LONGEST_MESSAGE)
}

/// Refuses pages that the channel does not name. `origin` is the header of that name; without one the
/// channel must name no pages.
pub fn check_origin(channel: &Channel, origin: Option<&str>) -> Result<()> {
    let Some(hostnames) = channel.hostnames.as_deref().filter(|it| !it.is_empty()) else { return Ok(()) };
    if origin.and_then(host_of).is_some_and(|it| stands_in(hostnames, it)) {
        return Ok(());
    }
    Err(Error::Forbidden("This chat channel does not serve pages of this origin.".into()))
}

/// `shop.example.com:8080` of `https://shop.example.com:8080`.
pub fn host_of(origin: &str) -> Option<&str> {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"))?;
    (!host.is_empty() && !host.contains(['/', '@', ','])).then_some(host)
}

/// Whether a list names a host: without a port it means the host at any.
pub fn stands_in(hostnames: &str, host: &str) -> bool {
    let bare = host.rsplit_once(':').map_or(host, |it| it.0);
    let same = |it: &str| it.eq_ignore_ascii_case(host) || it.eq_ignore_ascii_case(bare);
    hostnames.split(',').any(|it| same(it.trim()))
}

/// A new conversation: always a new ticket, of a new end user. `token` opens it to its visitor;
/// `visitor` is what sets this visitor apart, random as well.
pub async fn open(
    tx: &mut Tx,
    channel: &Channel,
    opening: Opening,
    token: &str,
    visitor: &str,
) -> Result<(TicketId, MessageId)> {
    let (customer, now) = (channel.customer_id, tx.now);
    let uid = format!("chat:{visitor}");
    let (kind, name) = (Some(UidType::Chat), opening.name.as_deref());
    let (end_user, _) =
        end_users::find_or_make(tx, customer, Actor::EndUser, &uid, kind, name, false).await?;
    let mut message = visitor_message(channel, &opening.message, now);
    message.uid = Some(uid.clone());
    message.from_name = opening.name.clone();
    message.from_address = opening.email;
    message.page_url = opening.page_url;
    message.additional_info = opening.uid.map(|it| json!({ "claimedUID": it }).to_string());
    let mut ticket = new_ticket(channel, end_user, uid, &opening.message, now);
    message.subject = ticket.subject.clone();
    let names: Vec<&str> = opening.name.as_deref().into_iter().collect();
    let id =
        messages::open_ticket(tx, customer, Actor::EndUser, &mut ticket, &mut message, &names, None).await?;
    let session = ChatSession {
        token_hash: crypto::token_hash(token),
        customer_id: customer,
        ticket_id: ticket.ticket_id,
        channel_id: channel.channel_id,
        expires_at: Timestamp(now.0 + UNUSED_MICROS),
    };
    store::insert(tx, &session).await?;
    Ok((ticket.ticket_id, id))
}

fn new_ticket(channel: &Channel, end_user: EndUserId, uid: String, text: &str, now: Timestamp) -> Ticket {
    let mut ticket = Ticket::new(channel.channel_id, ChannelType::Chat, now);
    ticket.end_user_id = Some(end_user);
    ticket.uid = Some(uid);
    ticket.subject = Some(tickets::preview(text).chars().take(SUBJECT_CHARS).collect());
    ticket
}

fn visitor_message(channel: &Channel, text: &str, now: Timestamp) -> Message {
    let mut message = Message::new(channel.channel_id, ChannelType::Chat, SenderType::EndUser, now);
    message.text_body = Some(text.to_owned());
    message.message = Some(text.to_owned());
    message.preview = Some(tickets::preview(text));
    message.unverified = true;
    message.received();
    message
}

/// The visitor writes on; a closed ticket opens again.
pub async fn write(tx: &mut Tx, session: &ChatSession, channel: &Channel, text: &str) -> Result<Message> {
    let customer = session.customer_id;
    let ticket = ticket_store::lock(tx, customer, session.ticket_id).await?;
    let mut message = visitor_message(channel, text, tx.now);
    message.ticket_id = ticket.ticket_id;
    message.subject = ticket.subject.clone();
    message.uid = ticket.uid.clone();
    // It may have been deleted; then the visitor has no name any more.
    match store::first_message(tx, customer, session.ticket_id).await {
        Ok(first) => {
            message.from_name = first.from_name;
            message.from_address = first.from_address;
        }
        Err(Error::NotFound) => {}
        Err(error) => return Err(error),
    }
    message.message_id = messages::add(tx, customer, Actor::EndUser, &ticket, &message).await?;
    touch(tx, session).await?;
    Ok(message)
}

/// Whether using the token now has to be noted (once a day is enough).
pub fn is_stale(session: &ChatSession, now: Timestamp) -> bool {
    session.expires_at.0 < now.0 + UNUSED_MICROS - DAY_MICROS
}

/// The token lives on from now.
pub async fn touch(tx: &mut Tx, session: &ChatSession) -> Result<()> {
    let until = Timestamp(tx.now.0 + UNUSED_MICROS);
    store::extend(tx, &session.token_hash, until).await
}

/// What the idempotency keys of a tenant's visitors are scoped to.
pub fn identity(token: &str) -> String {
    format!("chat:{}", crypto::token_hash(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_compared_by_host() {
        for (hostnames, origin, fits) in [
            ("shop.example.com", "https://shop.example.com", true),
            ("shop.example.com", "http://SHOP.example.com:8080", true),
            ("a.example.com, shop.example.com", "https://shop.example.com", true),
            ("localhost:3000", "http://localhost:3000", true),
            ("localhost:3000", "http://localhost:3001", false),
            ("shop.example.com", "https://evil-shop.example.com", false),
            ("shop.example.com", "https://shop.example.com.evil.com", false),
            ("shop.example.com", "null", false),
        ] {
            assert_eq!(host_of(origin).is_some_and(|it| stands_in(hostnames, it)), fits, "{origin}");
        }
    }
}
