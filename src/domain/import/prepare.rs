//! Checks a record and makes a conversation of it, with the names in it looked up.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::Options;
use super::record::{MessageRecord, TicketRecord};
use crate::app::App;
use crate::domain::bulk::{Conversation, blank_message, blank_ticket};
use crate::domain::end_users::normalise_uid;
use crate::domain::topics::{self, TopicChange};
use crate::domain::{fields, tickets};
use crate::error::{Error, Result};
use crate::model::ticket::{CLOSED, ESCALATED, OPEN, canonical_status};
use crate::model::{
    Actor, ChannelId, ChannelType, CustomerId, CustomerRepId, DeliveryStatus, Message, Refs, SenderType,
    Ticket, TopicId, UidType,
};
use crate::store::{bulk, refs};

const LONGEST_ID: usize = 200;

/// A ticket that can be imported.
pub struct Prepared {
    pub external_id: String,
    /// Of each message of the conversation.
    pub message_ids: Vec<String>,
    pub conversation: Conversation,
    pub uid: Option<Uid>,
    pub end_user_name: Option<String>,
}

/// An address of an end user.
pub struct Uid {
    pub uid: String,
    pub key: String,
    pub kind: UidType,
}

/// Knows the names of the tenant.
pub struct Preparer {
    customer: CustomerId,
    options: Options,
    refs: Refs,
    reps: HashMap<String, CustomerRepId>,
    topics: HashMap<String, TopicId>,
    pub topics_made: BTreeSet<String>,
}

type Channel = (ChannelId, ChannelType);

impl Preparer {
    pub async fn new(app: &App, customer: CustomerId, options: Options) -> Result<Self> {
        let mut conn = app.store.read().await?;
        let refs = refs::load(&mut conn, customer).await?;
        let reps = bulk::reps_by_username(&mut conn, customer).await?;
        let topics = refs.topics.iter().map(|(id, name)| (name.to_lowercase(), *id)).collect();
        Ok(Self { customer, options, refs, reps, topics, topics_made: BTreeSet::new() })
    }

    /// An error of the kind `Invalid` is one of the record.
    pub async fn prepare(&mut self, app: &App, line: u64, record: TicketRecord) -> Result<Prepared> {
        let external_id = required_id("externalID", record.external_id.as_deref())?;
        let channel = self.channel(record.channel.as_ref())?;
        let records = record.messages.unwrap_or_default();
        let (mut messages, mut message_ids) = (Vec::with_capacity(records.len()), Vec::new());
        let mut taken = HashSet::new();
        for (index, mut record) in records.into_iter().enumerate() {
            let field = |name: &str| format!("messages[{index}].{name}");
            let given = record.external_id.take().unwrap_or_else(|| (index + 1).to_string());
            // A number within its ticket is enough: the ticket's id goes before it.
            let id = required_id(&field("externalID"), Some(&given))?;
            let id = format!("{external_id}\n{id}");
            if !taken.insert(id.clone()) {
                return Err(Error::invalid(field("externalID"), "is that of another message of this ticket"));
            }
            message_ids.push(id);
            let topics = record.topics.take().unwrap_or_default();
            let message = self.message(channel, record, &field)?;
            let topics = self.topics(app, &field("topics"), topics).await?;
            messages.push((message, topics));
        }
        let (mut sorted, mut ids): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
        let mut order: Vec<_> = messages.into_iter().zip(message_ids).collect();
        order.sort_by_key(|it| it.0.0.message_date);
        for (message, id) in order {
            sorted.push(message);
            ids.push(id);
        }
        let uid = record.end_user.as_deref().map(|it| normal_uid(it, channel.1)).transpose()?;
        let created = record.date_created.or_else(|| sorted.first().map(|it| it.0.message_date));
        let created = created.ok_or_else(|| {
            Error::invalid(
                "dateCreated",
                format!("is missing, and the ticket of line {line} has no message to take it from"),
            )
        })?;
        let status = record.status.as_deref().unwrap_or(OPEN);
        let status = canonical_status(status)
            .ok_or_else(|| Error::invalid("status", "must have 1 to 50 characters"))?;
        let mut ticket = blank_ticket(channel, created, status);
        ticket.subject = record.subject;
        ticket.summary = record.summary;
        ticket.is_spam = record.is_spam.unwrap_or_default();
        ticket.customer_rep_id = self.rep("assignee", record.assignee.as_deref())?.unwrap_or_default();
        ticket.custom_fields_data = custom_fields(record.custom_fields_data)?;
        ticket.uid = uid.as_ref().map(|it| it.uid.clone());
        set_state(&mut ticket, record.escalated.unwrap_or_default(), sorted.last().map(|it| &it.0));
        if let Some(closed) = record.close_date.filter(|_| ticket.is_closed) {
            ticket.close_date = Some(closed);
        }
        for (message, _) in &mut sorted {
            message.uid = ticket.uid.clone();
        }
        Ok(Prepared {
            external_id,
            message_ids: ids,
            conversation: Conversation { ticket, messages: sorted, documents: Vec::new() },
            uid,
            end_user_name: record.end_user_name,
        })
    }

    fn channel(&self, given: Option<&Value>) -> Result<Channel> {
        let text = match given {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return Err(Error::invalid("channel", "is required: the name or the id of a channel")),
        };
        let by_name = self.refs.channels.iter().filter(|it| it.1.0.to_lowercase() == text.to_lowercase());
        let mut fitting: Vec<Channel> = by_name.map(|(id, it)| (*id, it.1)).collect();
        if fitting.is_empty() {
            let id = text.parse().map(ChannelId).ok();
            fitting.extend(id.and_then(|id| self.refs.channels.get(&id).map(|it| (id, it.1))));
        }
        match fitting.as_slice() {
            [channel] => Ok(*channel),
            [] => Err(Error::invalid("channel", format!("{text:?} is no name and no id of a channel"))),
            _ => Err(Error::invalid("channel", format!("{text:?} is the name of several: give the id"))),
        }
    }

    fn rep(&self, field: &str, given: Option<&str>) -> Result<Option<CustomerRepId>> {
        let Some(username) = given.map(str::trim).filter(|it| !it.is_empty()) else { return Ok(None) };
        let found = self.reps.get(&username.to_lowercase());
        found
            .map(|it| Some(*it))
            .ok_or_else(|| Error::invalid(field, format!("{username:?} is no username of a rep")))
    }

    fn message(
        &self,
        channel: Channel,
        record: MessageRecord,
        field: &impl Fn(&str) -> String,
    ) -> Result<Message> {
        let date = record.date.ok_or_else(|| Error::invalid(field("date"), "is required"))?;
        let sender = record.sender_type.unwrap_or(SenderType::EndUser);
        let read = record.html.as_deref().filter(|_| record.text.is_none());
        let text = record.text.or_else(|| read.map(answerpal_mail::html_text));
        let mut message = blank_message(channel, date, sender, text);
        if let Some(html) = read.filter(|_| message.incoming) {
            let subject = record.subject.as_deref().unwrap_or_default();
            message.message = answerpal_mail::reply_of(subject, false, None, Some(html)).or(message.message);
            message.preview = message.message.as_deref().map(tickets::preview);
        }
        message.html_body = record.html;
        message.is_internal = record.is_internal.unwrap_or_default();
        message.customer_rep_id = self.rep(&field("rep"), record.rep.as_deref())?;
        message.subject = record.subject;
        message.from_name = record.from_name;
        if matches!(channel.1, ChannelType::Phone | ChannelType::WhatsApp) {
            message.from_number = record.from_address.clone();
            message.to_number = record.to_address.clone();
        }
        message.from_address = record.from_address;
        message.to_address = record.to_address;
        if !message.incoming && !message.is_internal && sender != SenderType::System {
            message.delivery_status = Some(DeliveryStatus::Sent);
        }
        Ok(message)
    }

    async fn topics(&mut self, app: &App, field: &str, names: Vec<String>) -> Result<Vec<TopicId>> {
        let mut topics = Vec::with_capacity(names.len());
        for name in names.iter().map(|it| it.trim()).filter(|it| !it.is_empty()) {
            let topic = match self.topics.get(&name.to_lowercase()) {
                Some(topic) => *topic,
                None if self.options.create_topics => self.make_topic(app, name).await?,
                None => {
                    let message = format!("{name:?} is no topic: make it first, or give --create-topics");
                    return Err(Error::invalid(field, message));
                }
            };
            if !topics.contains(&topic) {
                topics.push(topic);
            }
        }
        Ok(topics)
    }

    async fn make_topic(&mut self, app: &App, name: &str) -> Result<TopicId> {
        let topic = if self.options.dry_run {
            fields::name("topics", name, 200)?;
            TopicId(-1 - self.topics.len() as i64)
        } else {
            let change = TopicChange { name: Some(name.to_owned()), description: None };
            let customer = self.customer;
            let made = app.store.write(move |tx| {
                Box::pin(async move { topics::create(tx, customer, Actor::System, change).await })
            });
            made.await?.topic_id
        };
        self.topics_made.insert(name.to_owned());
        self.topics.insert(name.to_lowercase(), topic);
        Ok(topic)
    }
}

fn required_id(field: &str, given: Option<&str>) -> Result<String> {
    fields::name(field, given.unwrap_or_default(), LONGEST_ID)
}

/// An address in the form that end users are found by, and what it is.
fn normal_uid(text: &str, channel: ChannelType) -> Result<Uid> {
    let (uid, key, kind) = normalise_uid(text, None).map_err(|why| Error::invalid("endUser", why))?;
    let kind = match (kind, channel) {
        (UidType::Phone, ChannelType::WhatsApp) => UidType::WhatsApp,
        (UidType::Other, ChannelType::Chat) => UidType::Chat,
        (UidType::Other, ChannelType::Teams) => UidType::Teams,
        _ => kind,
    };
    Ok(Uid { uid, key, kind })
}

fn custom_fields(given: Option<Value>) -> Result<Option<String>> {
    match given {
        None => Ok(None),
        Some(Value::Object(it)) => Ok(Some(Value::Object(it).to_string())),
        Some(_) => Err(Error::invalid("customFieldsData", "must be a JSON object")),
    }
}

/// Brings the flags in line with the status, as every change of a ticket does.
fn set_state(ticket: &mut Ticket, escalated: bool, last: Option<&Message>) {
    ticket.is_closed = ticket.status == CLOSED;
    ticket.escalated = escalated || ticket.status == ESCALATED;
    if ticket.escalated && !ticket.is_closed {
        ticket.status = ESCALATED.into();
    }
    if ticket.is_closed {
        ticket.close_date = Some(last.map_or(ticket.date_created, |it| it.message_date));
    }
}
