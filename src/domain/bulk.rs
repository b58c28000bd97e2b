//! Whole conversations at once, with all that follows from them: state of the ticket, counters, topics,
//! search index. For imports and test data: no jobs, nothing goes out.

use crate::domain::tickets::{join_topics, preview, search_parts};
use crate::error::Result;
use crate::model::{
    ChannelId, ChannelType, CustomerId, CustomerRepId, Message, MessageId, SenderType, Ticket, TicketId,
    Timestamp, TopicId,
};
use crate::store::bulk::{self as store, MessageTopic};
use crate::store::dialect::Dialect;
use crate::store::search::MessageTexts;
use crate::store::{Tx, search};

/// A ticket to be made, its messages in the order of their dates.
pub struct Conversation {
    pub ticket: Ticket,
    pub messages: Vec<(Message, Vec<TopicId>)>,
    /// What search keeps of it: see [`Conversation::index`].
    pub documents: Vec<String>,
}

impl Conversation {
    /// Makes what search keeps of it. `names` are names and addresses of the end user.
    pub fn index(&mut self, dialect: Dialect, customer: CustomerId, names: &[String]) {
        let texts: Vec<MessageTexts> = self.messages.iter().map(|it| texts(&it.0)).collect();
        let ticket = &self.ticket;
        let parts = search_parts(ticket.subject.as_deref(), ticket.uid.as_deref(), names, &texts);
        self.documents = dialect.search_documents(customer, &parts);
    }
}

/// A ticket without anything yet.
pub fn blank_ticket(channel: (ChannelId, ChannelType), created: Timestamp, status: String) -> Ticket {
    Ticket {
        ticket_id: TicketId(0),
        date_created: created,
        status,
        subject: None,
        channel_id: channel.0,
        channel_type: channel.1,
        end_user_id: None,
        customer_rep_id: CustomerRepId(0),
        escalated: false,
        is_spam: false,
        is_closed: false,
        close_date: None,
        last_message_date: created,
        last_end_user_message_id: None,
        uid: None,
        preview: None,
        summary: None,
        topic_ids: String::new(),
        comment_count: 0,
        custom_fields_data: None,
        twilio_call_sid: None,
    }
}

/// A message with a text only.
pub fn blank_message(
    channel: (ChannelId, ChannelType),
    date: Timestamp,
    sender_type: SenderType,
    text: Option<String>,
) -> Message {
    Message {
        preview: text.as_deref().map(preview),
        text_body: text.clone(),
        message: text,
        ..Message::new(channel.0, channel.1, sender_type, date)
    }
}

/// Inserts conversations; their tickets and messages have their ids afterwards. The tickets keep the
/// state that they come with. Each is indexed already.
pub async fn insert(tx: &mut Tx, customer: CustomerId, conversations: &mut [Conversation]) -> Result<()> {
    give_ids(tx, conversations).await?;
    conversations.iter_mut().for_each(settle);
    let tickets: Vec<&Ticket> = conversations.iter().map(|it| &it.ticket).collect();
    store::insert_tickets(tx, customer, &tickets).await?;
    let messages: Vec<&Message> =
        conversations.iter().flat_map(|it| it.messages.iter().map(|it| &it.0)).collect();
    store::insert_messages(tx, customer, &messages).await?;
    let (mut message_topics, mut ticket_topics) = (Vec::new(), Vec::new());
    for it in conversations.iter() {
        let ticket = it.ticket.ticket_id;
        for (message, topics) in &it.messages {
            let message = message.message_id;
            message_topics.extend(topics.iter().map(|topic| MessageTopic { ticket, message, topic: *topic }));
        }
        ticket_topics.extend(topics_of(it).into_iter().map(|topic| (ticket, topic)));
    }
    store::insert_topics(tx, customer, &message_topics, &ticket_topics).await?;
    let documents =
        conversations.iter_mut().map(|it| (it.ticket.ticket_id, std::mem::take(&mut it.documents)));
    let documents = documents.collect();
    search::bulk::insert_many(tx, customer, documents).await
}

async fn give_ids(tx: &mut Tx, conversations: &mut [Conversation]) -> Result<()> {
    let count = conversations.iter().map(|it| it.messages.len()).sum();
    let ticket_ids = store::reserve_ids(tx, "tickets", "ticket_id", conversations.len()).await?;
    let mut message_ids = store::reserve_ids(tx, "ticket_messages", "message_id", count).await?.into_iter();
    for (it, id) in conversations.iter_mut().zip(ticket_ids) {
        it.ticket.ticket_id = TicketId(id);
        for ((message, _), id) in it.messages.iter_mut().zip(message_ids.by_ref()) {
            message.message_id = MessageId(id);
            message.ticket_id = it.ticket.ticket_id;
        }
    }
    Ok(())
}

/// What a ticket says of its messages.
fn settle(conversation: &mut Conversation) {
    conversation.ticket.topic_ids = join_topics(&topics_of(conversation));
    let ticket = &mut conversation.ticket;
    for (message, _) in &conversation.messages {
        ticket.last_message_date = ticket.last_message_date.max(message.message_date);
        if !message.is_internal {
            ticket.preview = message.preview.clone();
        }
        if message.sender_type == SenderType::EndUser {
            ticket.last_end_user_message_id = Some(message.message_id);
        }
    }
}

/// Each once, in the order of the messages.
fn topics_of(conversation: &Conversation) -> Vec<TopicId> {
    let mut topics = Vec::new();
    for topic in conversation.messages.iter().flat_map(|it| &it.1) {
        if !topics.contains(topic) {
            topics.push(*topic);
        }
    }
    topics
}

fn texts(message: &Message) -> MessageTexts {
    MessageTexts {
        subject: message.subject.clone(),
        message: message.message.clone(),
        text_body: message.text_body.clone(),
        from_name: message.from_name.clone(),
        from_address: message.from_address.clone(),
        to_address: message.to_address.clone(),
    }
}
