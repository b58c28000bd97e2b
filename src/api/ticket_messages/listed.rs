//! What a list answers of a message.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::mail;
use crate::crypto::MasterKey;
use crate::domain::html;
use crate::error::Result;
use crate::model::{
    ChannelId, CustomerId, CustomerRepId, DeliveryStatus, MessageId, MessageTopicId, Refs, SenderType,
    TicketId, Timestamp,
};
use crate::store::Conn;
use crate::store::attachments::{self, Attachment};
use crate::store::messages::Listed;

/// A topic as a list of messages names it.
#[derive(Serialize, ToSchema)]
pub struct ListedTopicOut {
    #[serde(rename = "ticketMessageTopicID")]
    ticket_message_topic_id: MessageTopicId,
    #[serde(rename = "topicName")]
    #[schema(example = "Login Issues")]
    topic_name: String,
}

/// A message in a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedMessageOut {
    #[serde(rename = "messageID")]
    message_id: MessageId,
    #[serde(rename = "ticketID")]
    ticket_id: TicketId,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
    sender_type: SenderType,
    #[serde(rename = "customerRepID")]
    customer_rep_id: Option<CustomerRepId>,
    /// What a person reads: without quoted history and signature.
    #[schema(example = "I can't log in to my account.")]
    message: Option<String>,
    subject: Option<String>,
    from_address: Option<String>,
    to_address: Option<String>,
    from_name: Option<String>,
    is_opened: bool,
    #[schema(value_type = String, format = DateTime)]
    message_date: Timestamp,
    uid: Option<String>,
    status: Option<String>,
    #[serde(rename = "channelID")]
    channel_id: ChannelId,
    preview: Option<String>,
    page_screenshot: Option<String>,
    #[serde(rename = "pageURL")]
    page_url: Option<String>,
    /// Sanitised.
    html_body: Option<String>,
    text_body: Option<String>,
    has_attachment: bool,
    is_escalated: bool,
    #[serde(rename = "aI_FeedbackComment")]
    ai_feedback_comment: Option<String>,
    /// A note that the end user does not see.
    is_internal: bool,
    is_draft: bool,
    delivery_status: Option<DeliveryStatus>,
    /// It may not be from whom it says: DMARC failed or could not be asked, or it was written in a chat without
    /// proof. `mail` of the message says which.
    is_unverified: bool,
    topics: Vec<ListedTopicOut>,
}

impl ListedMessageOut {
    /// Puts the addresses of each message's own files into its HTML.
    pub async fn show_files(
        items: &mut [Self],
        conn: &mut Conn,
        key: &MasterKey,
        customer: CustomerId,
    ) -> Result<()> {
        let shows = |it: &&mut Self| it.has_attachment && mail::shows_files(it.html_body.as_deref());
        let mut items: Vec<&mut Self> = items.iter_mut().filter(shows).collect();
        if items.is_empty() {
            return Ok(());
        }
        let ids = items.iter().map(|it| it.message_id.0).collect();
        let mut files: HashMap<MessageId, Vec<Attachment>> = HashMap::new();
        for file in attachments::list_many(conn, customer, ids).await? {
            files.entry(file.message_id).or_default().push(file);
        }
        for item in &mut items {
            let own = files.remove(&item.message_id).unwrap_or_default();
            item.html_body = item.html_body.take().map(|it| mail::shown(key, &own, &it));
        }
        Ok(())
    }

    pub fn new(refs: &Refs, Listed { message, topics }: Listed) -> Self {
        let topics = topics.into_iter().map(|(link, topic)| ListedTopicOut {
            ticket_message_topic_id: link,
            topic_name: refs.topics.get(&topic).cloned().unwrap_or_default(),
        });
        Self {
            message_id: message.message_id,
            ticket_id: message.ticket_id,
            date_created: message.date_created,
            sender_type: message.sender_type,
            customer_rep_id: message.customer_rep_id,
            message: message.message,
            subject: message.subject,
            from_address: message.from_address,
            to_address: message.to_address,
            from_name: message.from_name,
            is_opened: message.is_opened,
            message_date: message.message_date,
            uid: message.uid,
            status: message.status,
            channel_id: message.channel_id,
            preview: message.preview,
            page_screenshot: message.page_screenshot,
            page_url: message.page_url,
            html_body: message.html_body.as_deref().map(html::sanitised),
            text_body: message.text_body,
            has_attachment: message.has_attachment,
            is_escalated: message.is_escalated,
            ai_feedback_comment: message.ai_feedback_comment,
            is_internal: message.is_internal,
            is_draft: message.is_draft,
            delivery_status: message.delivery_status,
            is_unverified: message.unverified,
            topics: topics.collect(),
        }
    }
}
