//! Pages of a ticket's messages, without the columns that only a single message is answered with.

use std::collections::HashMap;

use const_format::formatcp;

use crate::error::{Error, Result};
use crate::model::{
    ChannelId, CustomerId, CustomerRepId, DeliveryStatus, MessageId, MessageTopicId, SenderType, TicketId,
    Timestamp, TopicId,
};
use crate::store::{Columns, Conn, FromRow, tickets};
use crate::{params, row};

row! {
    /// What a list says of a message.
    pub struct ListedMessage {
        pub message_id: MessageId,
        pub ticket_id: TicketId,
        pub date_created: Timestamp,
        pub sender_type: SenderType,
        pub customer_rep_id: Option<CustomerRepId>,
        pub message: Option<String>,
        pub subject: Option<String>,
        pub from_address: Option<String>,
        pub to_address: Option<String>,
        pub from_name: Option<String>,
        pub is_opened: bool,
        pub message_date: Timestamp,
        pub uid: Option<String>,
        pub status: Option<String>,
        pub channel_id: ChannelId,
        pub preview: Option<String>,
        pub page_screenshot: Option<String>,
        pub page_url: Option<String>,
        pub html_body: Option<String>,
        pub text_body: Option<String>,
        pub has_attachment: bool,
        pub is_escalated: bool,
        pub ai_feedback_comment: Option<String>,
        pub is_internal: bool,
        pub is_draft: bool,
        pub delivery_status: Option<DeliveryStatus>,
        pub unverified: bool,
    }
}

/// The columns a list may be sorted by: the API's name and ours.
pub const SORTS: &[(&str, &str)] = &[
    ("messageDate", "t.message_date"),
    ("messageID", "t.message_id"),
    ("ticketID", "t.ticket_id"),
    ("dateCreated", "t.date_created"),
    ("senderType", "t.sender_type"),
    ("customerRepID", "t.customer_rep_id"),
    ("message", "LOWER(t.message)"),
    ("subject", "LOWER(t.subject)"),
    ("fromAddress", "LOWER(t.from_address)"),
    ("toAddress", "LOWER(t.to_address)"),
    ("fromName", "LOWER(t.from_name)"),
    ("isOpened", "t.is_opened"),
    ("uid", "LOWER(t.uid)"),
    ("status", "LOWER(t.status)"),
    ("channelID", "t.channel_id"),
    ("preview", "LOWER(t.preview)"),
    ("pageScreenshot", "LOWER(t.page_screenshot)"),
    ("pageURL", "LOWER(t.page_url)"),
    ("isUnverified", "t.unverified"),
    ("htmlBody", "LOWER(t.html_body)"),
    ("textBody", "LOWER(t.text_body)"),
    ("hasAttachment", "t.has_attachment"),
    ("isEscalated", "t.is_escalated"),
    ("aI_FeedbackComment", "LOWER(t.ai_feedback_comment)"),
    ("isInternal", "t.is_internal"),
    ("isDraft", "t.is_draft"),
    ("deliveryStatus", "t.delivery_status"),
];

/// A message with its topics: (link, topic), oldest first.
pub struct Listed {
    pub message: ListedMessage,
    pub topics: Vec<(MessageTopicId, TopicId)>,
}

/// A message whose topics are the row's last column.
struct WithTopics(Listed);

impl FromRow for WithTopics {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        let message = ListedMessage::from_row(columns)?;
        let links: Option<String> = columns.take()?;
        let mut topics: Vec<_> = parts(links.as_deref()).map(|(_, topic)| topic).collect();
        topics.sort_unstable();
        Ok(Self(Listed { message, topics }))
    }
}

/// A ticket, and before it the topics of its messages.
struct TicketWithTopics(HashMap<MessageId, Vec<(MessageTopicId, TopicId)>>, tickets::Listed);

impl FromRow for TicketWithTopics {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        let links: Option<String> = columns.take()?;
        let mut topics: HashMap<_, Vec<_>> = HashMap::new();
        for (message, topic) in parts(links.as_deref()) {
            topics.entry(message).or_default().push(topic);
        }
        topics.values_mut().for_each(|it| it.sort_unstable());
        Ok(Self(topics, tickets::Listed::from_row(columns)?))
    }
}

const LINKS: &str = "string_agg(CAST(p.message_id AS TEXT) || ':' || CAST(p.ticket_message_topic_id AS TEXT)
     || ':' || CAST(p.topic_id AS TEXT), ',') FROM message_topics p WHERE p.customer_id = t.customer_id";

/// What [`LINKS`] made.
fn parts(links: Option<&str>) -> impl Iterator<Item = (MessageId, (MessageTopicId, TopicId))> {
    links.into_iter().flat_map(|it| it.split(',')).filter_map(|it| {
        let mut numbers = it.split(':').map(str::parse);
        let mut next = || numbers.next()?.ok();
        Some((MessageId(next()?), (MessageTopicId(next()?), TopicId(next()?))))
    })
}

const OF_TICKET: &str = "FROM ticket_messages t WHERE t.customer_id = $1 AND t.ticket_id = $2";

/// `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn page(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<Listed>> {
    let sql = format!(
        "SELECT {}, (SELECT {LINKS} AND p.message_id = t.message_id) {OF_TICKET}
         ORDER BY {order}, t.message_id LIMIT $3 OFFSET $4",
        ListedMessage::COLUMNS
    );
    let found: Vec<WithTopics> = conn.query(&sql, params![customer, ticket, limit, offset]).await?;
    Ok(found.into_iter().map(|it| it.0).collect())
}

/// A ticket with the topics of all its messages, which are read once.
pub(in crate::store) const TICKET_WITH_TOPICS: &str =
    formatcp!("SELECT (SELECT {LINKS} AND p.ticket_id = t.ticket_id), {} {}", tickets::LISTED, tickets::ONE);

/// A ticket's first messages, oldest first, in one round trip with the ticket.
pub async fn with_ticket(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
    limit: i64,
) -> Result<(tickets::Listed, Vec<Listed>)> {
    let sql = formatcp!(
        "SELECT {} {OF_TICKET} ORDER BY t.message_date, t.message_id LIMIT $3",
        ListedMessage::COLUMNS
    );
    let (mut found, messages): (Vec<TicketWithTopics>, Vec<ListedMessage>) = conn
        .query_both((TICKET_WITH_TOPICS, params![customer, ticket]), (sql, params![customer, ticket, limit]))
        .await?;
    let TicketWithTopics(mut topics, listed) = found.pop().ok_or(Error::NotFound)?;
    let messages = messages
        .into_iter()
        .map(|message| Listed { topics: topics.remove(&message.message_id).unwrap_or_default(), message });
    Ok((listed, messages.collect()))
}

pub async fn count(conn: &mut Conn, customer: CustomerId, ticket: TicketId) -> Result<u64> {
    let (n,): (i64,) = conn
        .query_one(
            "SELECT COUNT(*) FROM ticket_messages WHERE customer_id = $1 AND ticket_id = $2",
            params![customer, ticket],
        )
        .await?;
    Ok(n.unsigned_abs())
}
