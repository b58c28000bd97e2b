//! What a client gives of a ticket, and the state that follows from it.

use serde_json::Value;

use crate::domain::end_users::{self, normalise_uid};
use crate::domain::{custom_fields, fields};
use crate::error::{Error, Result};
use crate::model::ticket::{CLOSED, canonical_status};
use crate::model::{
    Actor, ChannelId, ChannelType, CustomerId, CustomerRepId, EndUserId, Ticket, TicketId, Timestamp, UidType,
};
use crate::store::{Tx, channels, reps, search, tickets as store};

const LONGEST_SUBJECT: usize = 1000;
const LONGEST_SUMMARY: usize = 20_000;
const LONGEST_SHORT: usize = 320;
const LONGEST_CUSTOM_FIELDS: usize = 64 * 1024;
/// Readers of JSON stop at 128.
pub const MOST_NESTED: usize = 60;

/// What a change of a ticket gives. None leaves the field as it is, Some(None) clears it.
#[derive(Default)]
pub struct TicketChange {
    pub subject: Option<Option<String>>,
    pub channel: Option<ChannelId>,
    /// Both names of the channel's word, as far as they are given; Some(None) is its own.
    pub channel_types: [Option<Option<ChannelType>>; 2],
    pub end_user: Option<Option<EndUserId>>,
    pub status: Option<String>,
    pub custom_fields_data: Option<Option<Value>>,
    /// 0 is nobody.
    pub rep: Option<CustomerRepId>,
    pub escalated: Option<bool>,
    pub is_spam: Option<bool>,
    pub is_closed: Option<bool>,
    pub close_date: Option<Option<Timestamp>>,
    pub uid: Option<Option<String>>,
    pub preview: Option<Option<String>>,
    pub summary: Option<Option<String>>,
    pub twilio_call_sid: Option<Option<String>>,
}

/// Makes a ticket that has no message yet.
pub async fn create(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    mut change: TicketChange,
) -> Result<TicketId> {
    let channel = change.channel.ok_or_else(|| Error::invalid("channelID", "is required"))?;
    let blank = Ticket::new(channel, own_type(tx, customer, channel).await?, tx.now);
    if let (Some(Some(uid)), None) = (&change.uid, change.end_user.flatten())
        && !uid.trim().is_empty()
    {
        let uid_type = uid_type(uid, blank.channel_type);
        let (found, _) = end_users::find_or_make(tx, customer, actor, uid, uid_type, None, true).await?;
        change.end_user = Some(Some(found));
    }
    let mut ticket = apply(tx, customer, &blank, change).await?;
    if let (None, Some(end_user)) = (&ticket.uid, ticket.end_user_id) {
        ticket.uid = store::primary_uid(tx, customer, end_user).await?;
    }
    ticket.ticket_id = super::insert(tx, customer, actor, &ticket).await?;
    let names = match ticket.end_user_id {
        Some(_) => search::end_user_texts(tx, customer, ticket.ticket_id).await?,
        None => Vec::new(),
    };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    super::index_new(tx, customer, &ticket, None, &names, None);
    Ok(ticket.ticket_id)
}

/// What an address is where it does not look like mail or a number: what the channel's addresses are.
fn uid_type(uid: &str, channel: ChannelType) -> Option<UidType> {
    let looks_like = normalise_uid(uid, None).map_or(UidType::Other, |it| it.2);
    match (channel, looks_like) {
        (ChannelType::WhatsApp, UidType::Phone) => Some(UidType::WhatsApp),
        (ChannelType::Chat, UidType::Other) => Some(UidType::Chat),
        (ChannelType::Teams, UidType::Other) => Some(UidType::Teams),
        _ => None,
    }
}

/// Changes a ticket that is locked in this transaction.
pub async fn update(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    before: &Ticket,
    change: TicketChange,
) -> Result<()> {
    let after = apply(tx, customer, before, change).await?;
    super::change(tx, customer, actor, before, &after).await?;
    let is_found_by = |it: &Ticket| (it.subject.clone(), it.uid.clone(), it.end_user_id);
    if is_found_by(before) != is_found_by(&after) {
        super::reindex(tx, customer, after.ticket_id).await?;
    }
    Ok(())
}

/// The state that `change` leads to. 400 names the field that refers to nothing or does not fit.
async fn apply(
    tx: &mut Tx,
    customer: CustomerId,
    before: &Ticket,
    mut change: TicketChange,
) -> Result<Ticket> {
    let mut after = before.clone();
    apply_state(&mut after, before, &change, tx.now)?;
    if let Some(channel) = change.channel
        && channel != before.channel_id
    {
        after.channel_type = own_type(tx, customer, channel).await?;
        after.channel_id = channel;
    }
    // The word is the channel's. Clients send back what they read: the word of before contradicts nothing.
    for (field, given) in ["channelType", "channel"].into_iter().zip(change.channel_types) {
        let Some(word) = given.filter(|it| *it != Some(before.channel_type)) else { continue };
        let own = own_type(tx, customer, after.channel_id).await?;
        if word.is_some_and(|it| it != own) {
            return Err(Error::invalid(field, format!("must be {own}, as the channel is")));
        }
        after.channel_type = own;
    }
    if let Some(end_user) = change.end_user
        && end_user != before.end_user_id
    {
        if let Some(end_user) = end_user
            && !store::end_user_exists(tx, customer, end_user).await?
        {
            return Err(Error::invalid("endUserID", "does not exist"));
        }
        after.end_user_id = end_user;
    }
    if let Some(rep) = change.rep
        && rep != before.customer_rep_id
    {
        check_assignee(tx, customer, rep).await?;
        after.customer_rep_id = rep;
    }
    after.is_spam = change.is_spam.unwrap_or(before.is_spam);
    if let Some(data) = change.custom_fields_data.take() {
        let text = custom_fields_text(data.as_ref())?;
        if let Some(data) = data.filter(|_| text != before.custom_fields_data) {
            custom_fields::check_values(tx, customer, &data).await?;
        }
        after.custom_fields_data = text;
    }
    apply_texts(&mut after, change)?;
    Ok(after)
}

fn apply_texts(after: &mut Ticket, change: TicketChange) -> Result<()> {
    if let Some(text) = change.subject {
        after.subject = limited("subject", text, LONGEST_SUBJECT)?;
    }
    if let Some(text) = change.uid {
        let text = text.map_or(Ok(None), |it| short("uid", it))?;
        after.uid = text.map(|it| normalise_uid(&it, None).map_or(it, |normal| normal.0));
    }
    if let Some(text) = change.preview {
        after.preview = text.map(|it| super::preview(&it)).filter(|it| !it.is_empty());
    }
    if let Some(text) = change.summary {
        after.summary = limited("summary", text, LONGEST_SUMMARY)?;
    }
    if let Some(text) = change.twilio_call_sid {
        after.twilio_call_sid = text.map_or(Ok(None), |it| short("twilio_CallSid", it))?;
    }
    Ok(())
}

/// Status, escalated, isClosed and closeDate together. What equals the state before is not meant as a
/// change; of what contradicts itself, closing wins over escalating, and that over another open status.
fn apply_state(after: &mut Ticket, before: &Ticket, change: &TicketChange, now: Timestamp) -> Result<()> {
    let status = match &change.status {
        Some(text) => Some(
            canonical_status(text).ok_or_else(|| Error::invalid("status", "must have 1 to 50 characters"))?,
        ),
        None => None,
    };
    let status = status.filter(|it| *it != before.status);
    let closed = change.is_closed.filter(|it| *it != before.is_closed);
    let escalated = change.escalated.filter(|it| *it != before.escalated);
    let closing = status.as_deref() == Some(CLOSED) || closed == Some(true);
    let says_open = change.status.is_some() || change.is_closed.is_some();
    if let Some(status) = status {
        after.set_status(status, now);
    }
    match escalated {
        Some(escalated) if closing => after.escalated = escalated,
        Some(escalated) => after.set_escalated(escalated, now),
        None => {}
    }
    if let Some(closed) = closed {
        after.set_closed(closed, now);
    }
    match change.close_date {
        Some(Some(date)) if date != before.close_date.unwrap_or(Timestamp(0)) || closing => {
            if !after.is_closed && !says_open {
                after.set_closed(true, now);
            }
            if after.is_closed {
                after.close_date = Some(date);
            }
        }
        Some(None) if before.is_closed && !says_open => after.set_closed(false, now),
        _ => {}
    }
    Ok(())
}

async fn own_type(tx: &mut Tx, customer: CustomerId, channel: ChannelId) -> Result<ChannelType> {
    let found = channels::channel_type(tx, customer, channel).await?;
    found.ok_or_else(|| Error::invalid("channelID", "does not exist"))
}

/// 400 where tickets cannot be given to this rep. 0 is nobody.
pub async fn check_assignee(tx: &mut Tx, customer: CustomerId, rep: CustomerRepId) -> Result<()> {
    if rep == CustomerRepId(0) {
        return Ok(());
    }
    match reps::access(tx, customer, rep).await? {
        Some((access, _)) if access.is_active => Ok(()),
        Some(_) => Err(Error::invalid("customerRepID", "is not active")),
        None => Err(Error::invalid("customerRepID", "does not exist")),
    }
}

fn custom_fields_text(data: Option<&Value>) -> Result<Option<String>> {
    let Some(data) = data else { return Ok(None) };
    if !data.is_object() {
        return Err(Error::invalid("customFieldsData", "must be an object"));
    }
    if nesting(data) > MOST_NESTED {
        return Err(Error::invalid("customFieldsData", format!("may be nested {MOST_NESTED} deep at most")));
    }
    let text = data.to_string();
    if text.len() > LONGEST_CUSTOM_FIELDS {
        return Err(Error::invalid(
            "customFieldsData",
            format!("must have at most {LONGEST_CUSTOM_FIELDS} bytes"),
        ));
    }
    Ok(Some(text))
}

/// How deep objects and lists stand in each other; beyond what is allowed it counts no further.
pub fn nesting(value: &Value) -> usize {
    fn deeper(value: &Value, depth: usize) -> usize {
        let below = |it: &Value| deeper(it, depth + 1);
        match value {
            _ if depth > MOST_NESTED + 1 => depth,
            Value::Object(members) => members.values().map(below).max().unwrap_or(depth + 1),
            Value::Array(items) => items.iter().map(below).max().unwrap_or(depth + 1),
            _ => depth,
        }
    }
    deeper(value, 0)
}

fn limited(field: &str, text: Option<String>, longest: usize) -> Result<Option<String>> {
    match text.filter(|it| !it.trim().is_empty()) {
        Some(text) if text.chars().count() > longest => {
            Err(Error::invalid(field, format!("must have at most {longest} characters")))
        }
        text => Ok(text),
    }
}

fn short(field: &str, text: String) -> Result<Option<String>> {
    fields::text(field, Some(text), &None, LONGEST_SHORT)
}
