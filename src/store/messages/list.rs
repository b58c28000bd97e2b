//! Pages of a ticket's messages, without the columns that only a single message is answered with.

use const_format::formatcp;

use crate::error::{Error, Result};
use crate::model::{
    ChannelId, CustomerId, CustomerRepId, DeliveryStatus, MessageId, MessageTopicId, SenderType, TicketId,
    Timestamp, TopicId,
};
use crate::store::{Columns, Conn, FromRow, Value, tickets};
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
    ("message", "t.message"),
    ("subject", "t.subject"),
    ("fromAddress", "t.from_address"),
    ("toAddress", "t.to_address"),
    ("fromName", "t.from_name"),
    ("isOpened", "t.is_opened"),
    ("uid", "t.uid"),
    ("status", "t.status"),
    ("channelID", "t.channel_id"),
    ("preview", "t.preview"),
    ("pageScreenshot", "t.page_screenshot"),
    ("pageURL", "t.page_url"),
    ("isUnverified", "t.unverified"),
    ("htmlBody", "t.html_body"),
    ("textBody", "t.text_body"),
    ("hasAttachment", "t.has_attachment"),
    ("isEscalated", "t.is_escalated"),
    ("aI_FeedbackComment", "t.ai_feedback_comment"),
    ("isInternal", "t.is_internal"),
    ("isDraft", "t.is_draft"),
    ("deliveryStatus", "t.delivery_status"),
];

/// A message with its topics: (link, topic), oldest first.
pub struct Listed {
    pub message: ListedMessage,
    pub topics: Vec<(MessageTopicId, TopicId)>,
}

impl FromRow for Listed {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        let message = ListedMessage::from_row(columns)?;
        let topics: Option<String> = columns.take()?;
        let link = |text: &str| {
            let (link, topic) = text.split_once(':')?;
            Some((MessageTopicId(link.parse().ok()?), TopicId(topic.parse().ok()?)))
        };
        let mut topics: Vec<_> = topics.iter().flat_map(|it| it.split(',')).filter_map(link).collect();
        topics.sort_unstable();
        Ok(Self { message, topics })
    }
}

const SELECT: &str = formatcp!(
    "SELECT {}, (SELECT string_agg(CAST(p.ticket_message_topic_id AS TEXT) || ':' || CAST(p.topic_id AS TEXT), ',')
     FROM message_topics p WHERE p.customer_id = t.customer_id AND p.message_id = t.message_id)
     FROM ticket_messages t WHERE t.customer_id = $1 AND t.ticket_id = $2",
    ListedMessage::COLUMNS
);

/// `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn page(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<Listed>> {
    let sql = format!("{SELECT} ORDER BY {order}, t.message_id LIMIT $3 OFFSET $4");
    conn.query(&sql, params![customer, ticket, limit, offset]).await
}

/// A ticket's first messages, oldest first, in one round trip with the ticket.
pub async fn with_ticket(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
    limit: i64,
) -> Result<(tickets::Listed, Vec<Listed>)> {
    let sql = formatcp!("{SELECT} ORDER BY t.message_date, t.message_id LIMIT $3");
    let messages = (sql, params![customer, ticket, limit] as &[Value<'_>]);
    let one = (tickets::LISTED_ONE, params![customer, ticket] as &[Value<'_>]);
    let (mut found, messages) = conn.query_both(one, messages).await?;
    Ok((found.pop().ok_or(Error::NotFound)?, messages))
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
