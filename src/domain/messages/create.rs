//! A message as an integration or a rep gives it, into a ticket that is there or one made for it.

use std::sync::Arc;

use super::checks::{check_language, check_lengths, check_recipients};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::claim::Claim;
use crate::domain::{custom_fields, end_users, notifications, ticket_summaries, tickets};
use crate::error::{Error, Result};
use crate::model::{
    ChannelId, ChannelType, CustomerId, CustomerRepId, EndUserId, Message, Refs, SenderType, Ticket,
    TicketId, Timestamp, UidType, ticket,
};
use crate::store::arrivals::{self, Address, Arrival};
use crate::store::dialect::Dialect;
use crate::store::search::bulk;
use crate::store::{Tx, end_users as end_user_store, tickets as ticket_store};

/// What is given of a new message. The message's own ids, channel, sender and times are not read.
pub struct Draft {
    pub message: Message,
    pub ticket: Option<TicketId>,
    pub channel: Option<ChannelId>,
    pub channel_type: Option<ChannelType>,
    pub sender_type: Option<SenderType>,
    pub incoming: Option<bool>,
    /// What search finds a ticket by that it begins, as far as it was made ahead.
    pub document: Option<String>,
}

impl Draft {
    /// Checks what needs no database and fills in what follows from what is given. To be called before
    /// the transaction, because reading HTML takes its time.
    pub fn prepared(mut self) -> Result<Self> {
        let message = &mut self.message;
        check_lengths(message)?;
        check_language(message)?;
        for body in
            [&mut message.message, &mut message.text_body, &mut message.html_body, &mut message.subject]
        {
            if body.as_ref().is_some_and(|it| it.trim().is_empty()) {
                *body = None;
            }
        }
        let is_reply = self.ticket.is_some() || message.reply_to_message_id.is_some();
        message.sender_type = self.sender_type.unwrap_or(match self.incoming {
            Some(false) => SenderType::CustomerRep,
            _ => SenderType::EndUser,
        });
        message.incoming = self.incoming.unwrap_or(message.sender_type == SenderType::EndUser);
        // What is no mail has no history below it, but whatever is HTML may.
        let may_quote =
            message.html_body.is_some() || self.channel_type.is_none_or(|it| it == ChannelType::Email);
        if message.incoming && message.message.is_none() && may_quote {
            message.message = written(message, is_reply);
        }
        fill_texts(message);
        if message.message.is_none() && message.subject.is_none() {
            return Err(Error::invalid("message", "is required, or textBody, htmlBody or subject"));
        }
        Ok(self)
    }
}

impl Draft {
    /// Makes what search finds a new ticket by, where that can be done before the transaction.
    #[must_use]
    pub fn indexed(mut self, dialect: Dialect, customer: CustomerId) -> Self {
        if self.ticket.is_none() {
            let uid = self.message.uid.clone().or_else(|| contact(&self.message).map(|it| it.1));
            self.document = tickets::document_ahead(dialect, customer, &self.message, uid.as_deref());
        }
        self
    }
}

/// What its sender wrote, of the bodies: without quoted history and signature, as of a mail.
fn written(message: &Message, is_reply: bool) -> Option<String> {
    let subject = message.subject.as_deref().unwrap_or_default();
    answerpal_mail::reply_of(subject, is_reply, message.text_body.as_deref(), message.html_body.as_deref())
}

/// `textBody` and `message` from what else there is, and the preview.
pub(super) fn fill_texts(message: &mut Message) {
    if message.text_body.is_none() {
        let html = message.html_body.as_deref().map(answerpal_mail::html_text);
        message.text_body = html.or_else(|| message.message.clone());
    }
    if message.message.is_none() {
        message.message.clone_from(&message.text_body);
    }
    message.preview = message.message.as_deref().or(message.subject.as_deref()).map(tickets::preview);
}

/// A message as it is stored, with the names that it refers to.
pub struct Created {
    pub message: Message,
    pub refs: Arc<Refs>,
}

/// Stores it.
pub async fn create(tx: &mut Tx, app: &App, claim: &Claim, draft: Draft) -> Result<Created> {
    let Draft { mut message, ticket, channel, channel_type, document, .. } = draft;
    let now = tx.now;
    (message.date_created, message.message_date) = (now, now);
    message.customer_rep_id = (message.sender_type == SenderType::CustomerRep).then_some(claim.caller().rep);
    if message.incoming {
        message.received();
    }
    if ticket.is_none() && message.reply_to_message_id.is_none() {
        return begin(tx, app, claim, message, (channel, channel_type), document).await;
    }
    let caller = &claim.confirm_in(tx, app, None).await?;
    let refs = app.refs.current(tx, caller.customer).await?;
    check_values(&refs, &message)?;
    let answered = match message.reply_to_message_id {
        Some(id) => Some(super::visible(tx, caller, id).await.map_err(|it| it.unknown("replyToMessageID"))?),
        None => None,
    };
    if let Some(ticket) = ticket {
        if answered.is_some_and(|it| it.ticket_id != ticket) {
            return Err(Error::invalid("replyToMessageID", "is in another ticket"));
        }
        let ticket = lock_visible(tx, caller, ticket).await.map_err(|it| it.unknown("ticketID"))?;
        return add(tx, caller, refs, ticket, message, channel, channel_type).await;
    }
    if let Some(answered) = answered {
        let (channel, kind) = checked_channel(&refs, channel, channel_type)?;
        let contact = contact(&message).map(|it| it.1);
        let ticket = lock_visible(tx, caller, answered.ticket_id).await?;
        if belongs(tx, caller.customer, &ticket, kind, contact.as_deref()).await? {
            return add(tx, caller, refs, ticket, message, Some(channel), channel_type).await;
        }
        message.reply_to_message_id = None;
    }
    begin(tx, app, claim, message, (channel, channel_type), document).await
}

fn check_values(refs: &Refs, message: &Message) -> Result<()> {
    match &message.custom_fields_data {
        Some(values) => custom_fields::check_against(&refs.fields, &serde_json::from_str(values)?),
        None => Ok(()),
    }
}

/// The first message of a conversation of its own. The names at hand are taken for the newest until the
/// statement that says who wrote also says whether they are.
async fn begin(
    tx: &mut Tx,
    app: &App,
    claim: &Claim,
    mut message: Message,
    (channel, given): (Option<ChannelId>, Option<ChannelType>),
    document: Option<String>,
) -> Result<Created> {
    let customer = claim.caller().customer;
    let mut refs = match app.refs.kept(customer) {
        Some(refs) => refs,
        None => app.refs.current(tx, customer).await?,
    };
    let (address, arrival) = loop {
        let address = addressed(&mut message, &refs, channel, given);
        let known = address.as_ref().ok().and_then(Option::as_ref);
        let arrival = arrivals::arrive_from(tx, customer, known, refs.version).await?;
        if arrival.refs_version == refs.version {
            break (address, arrival);
        }
        refs = app.refs.current(tx, customer).await?;
    };
    let caller = &claim.confirm_in(tx, app, Some(arrival.refs_version)).await?;
    let mut document = document;
    let found = match address? {
        Some(address) => {
            // The index was made ahead with the address as it was written.
            document = document.filter(|_| contact(&message).is_some_and(|it| it.1 == address.0));
            message.uid = Some(address.0.clone());
            Some(sender(tx, caller, &message, address, &arrival).await?)
        }
        None => None,
    };
    if message.incoming {
        message.is_known_end_user = Some(found.as_ref().is_some_and(|it| it.known));
    }
    message.message_id = arrival.message_id;
    let mut ticket = new_ticket(&message, tx.now);
    ticket.ticket_id = arrival.ticket_id;
    ticket.end_user_id = found.as_ref().map(|it| it.id);
    let names: Vec<&str> = found.iter().flat_map(|it| it.names.iter().map(String::as_str)).collect();
    tx.nothing_can_fail();
    super::open_ticket(tx, customer, caller.actor(), &mut ticket, &mut message, &names, document).await?;
    Ok(Created { message, refs })
}

/// Checks what the message refers to, sets its channel, and gives the end user's address in one form.
fn addressed(
    message: &mut Message,
    refs: &Refs,
    channel: Option<ChannelId>,
    given: Option<ChannelType>,
) -> Result<Option<Address>> {
    let (channel, kind) = checked_channel(refs, channel, given)?;
    (message.channel_id, message.channel_type) = (channel, kind);
    check_recipients(message)?;
    check_values(refs, message)?;
    let Some((field, uid)) = contact(message) else { return Ok(None) };
    let address = end_users::normalise_uid(&uid, uid_type(kind, &uid));
    address.map(Some).map_err(|why| Error::invalid(field, why))
}

async fn lock_visible(tx: &mut Tx, caller: &Caller, ticket: TicketId) -> Result<Ticket> {
    let ticket = ticket_store::lock(tx, caller.customer, ticket).await?;
    if caller.sees_ticket_of(ticket.customer_rep_id) { Ok(ticket) } else { Err(Error::NotFound) }
}

/// Adds it to a ticket that is locked in this transaction.
async fn add(
    tx: &mut Tx,
    caller: &Caller,
    refs: Arc<Refs>,
    ticket: Ticket,
    mut message: Message,
    channel: Option<ChannelId>,
    channel_type: Option<ChannelType>,
) -> Result<Created> {
    (message.channel_id, message.channel_type) =
        checked_channel(&refs, Some(channel.unwrap_or(ticket.channel_id)), channel_type)?;
    check_recipients(&message)?;
    message.ticket_id = ticket.ticket_id;
    if message.incoming && message.is_known_end_user.is_none() {
        message.is_known_end_user =
            Some(end_user_store::of_ticket(tx, caller.customer, &ticket).await?.is_some());
    }
    message.uid = kept_uid(&message).or_else(|| ticket.uid.clone());
    message.message_id = super::add(tx, caller.customer, caller.actor(), &ticket, &message).await?;
    if !message.incoming && !message.is_draft {
        let now = tx.now;
        ticket_summaries::said(tx, caller.customer, &message, now).await?;
    }
    notifications::mentioned(tx, caller, &ticket, &message).await?;
    Ok(Created { message, refs })
}

fn checked_channel(
    refs: &Refs,
    channel: Option<ChannelId>,
    given: Option<ChannelType>,
) -> Result<(ChannelId, ChannelType)> {
    let channel =
        channel.ok_or_else(|| Error::invalid("channelID", "is required where there is no ticketID"))?;
    let (_, kind) =
        refs.channels.get(&channel).ok_or_else(|| Error::invalid("channelID", "does not exist"))?;
    if given.is_some_and(|it| it != *kind) {
        return Err(Error::invalid("channel", format!("must be {kind}, as the channel of channelID is")));
    }
    Ok((channel, *kind))
}

/// The address of the end user, who wrote it or whom it is for, and the field that names it.
fn contact(message: &Message) -> Option<(&'static str, String)> {
    let (address, number) = if message.incoming {
        (("fromAddress", &message.from_address), ("fromNumber", &message.from_number))
    } else {
        (("toAddress", &message.to_address), ("toNumber", &message.to_number))
    };
    [("uid", &message.uid), address, number].into_iter().find_map(|(field, value)| {
        let uid = bare(value.as_deref()?);
        (!uid.is_empty()).then(|| (field, uid.to_owned()))
    })
}

/// The end user's address in its one form; as it was written where it is none.
fn kept_uid(message: &Message) -> Option<String> {
    let (_, uid) = contact(message)?;
    Some(end_users::normalise_uid(&uid, uid_type(message.channel_type, &uid)).map_or(uid, |it| it.0))
}

/// The first address of a field, without the name before it.
fn bare(addresses: &str) -> &str {
    if let Some((_, rest)) = addresses.split_once('<')
        && let Some((address, _)) = rest.split_once('>')
    {
        return address.trim();
    }
    addresses.split([',', ';']).next().unwrap_or_default().trim()
}

/// The end user of a new conversation.
struct Found {
    id: EndUserId,
    known: bool,
    /// Names and addresses that search finds them by.
    names: Vec<String>,
}

/// What an address in a channel of this type is, where it does not say so itself.
fn uid_type(channel: ChannelType, uid: &str) -> Option<UidType> {
    match channel {
        ChannelType::Email => Some(UidType::Email),
        ChannelType::WhatsApp if !uid.contains('@') => Some(UidType::WhatsApp),
        ChannelType::Teams if !uid.contains('@') => Some(UidType::Teams),
        _ => None,
    }
}

/// Finds or makes who wrote it, or whom it is for.
async fn sender(
    tx: &mut Tx,
    caller: &Caller,
    message: &Message,
    address: Address,
    arrival: &Arrival,
) -> Result<Found> {
    let (customer, actor) = (caller.customer, caller.actor());
    let name = message.from_name.as_deref().filter(|_| message.incoming);
    let new = arrival.new_end_user_id;
    let id = match arrival.end_user_id {
        Some(id) if name.is_none() || arrival.end_user_name.is_some() => id,
        None if arrival.is_taken || tx.dialect().has_one_writer() => {
            tx.nothing_can_fail();
            if !arrival.is_taken {
                end_user_store::insert_free_uid(tx, customer, new, &address).await?;
            }
            end_users::make(tx, customer, actor, new, &address.0, name).await?;
            // What is known of a new one is in the message.
            return Ok(Found { id: new, known: false, names: Vec::new() });
        }
        // It has no name yet, or another transaction has just made it.
        _ => end_users::find_or_make(tx, customer, actor, &address.0, Some(address.2), name, true).await?.0,
    };
    let names = bulk::end_user_texts(tx, customer, vec![id.0]).await?;
    Ok(Found { id, known: true, names: names.into_iter().map(|it| it.1).collect() })
}

/// Whether a ticket is the conversation of whoever has this address.
async fn belongs(
    tx: &mut Tx,
    customer: CustomerId,
    ticket: &Ticket,
    channel: ChannelType,
    contact: Option<&str>,
) -> Result<bool> {
    let Some(contact) = contact else { return Ok(false) };
    if ticket.uid.as_deref().is_some_and(|it| ticket_store::uid_key(it) == ticket_store::uid_key(contact)) {
        return Ok(true);
    }
    let Ok((_, key, _)) = end_users::normalise_uid(contact, uid_type(channel, contact)) else {
        return Ok(false);
    };
    let found = end_user_store::find_uid(tx, customer, &key).await?;
    Ok(found.is_some_and(|it| ticket.end_user_id == Some(it.end_user_id)))
}

fn new_ticket(message: &Message, now: Timestamp) -> Ticket {
    Ticket {
        ticket_id: TicketId(0),
        date_created: now,
        status: ticket::OPEN.into(),
        subject: message.subject.clone(),
        channel_id: message.channel_id,
        channel_type: message.channel_type,
        end_user_id: None,
        customer_rep_id: CustomerRepId(0),
        escalated: false,
        is_spam: false,
        is_closed: false,
        close_date: None,
        last_message_date: now,
        last_end_user_message_id: None,
        uid: message.uid.clone(),
        preview: None,
        summary: None,
        topic_ids: String::new(),
        comment_count: 0,
        custom_fields_data: None,
        twilio_call_sid: message.twilio_call_sid.clone(),
    }
}
