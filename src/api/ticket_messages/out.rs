//! What is answered of a message.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::mail;
use crate::api::custom_fields::CustomFieldOut;
use crate::app::App;
use crate::domain::{delivery, html};
use crate::error::Result;
use crate::model::{
    ChannelId, CustomerId, CustomerRepId, DeliveryStatus, Message, MessageId, MessageTopicId, Refs,
    SenderType, StageStatus, TicketId, Timestamp, TopicId,
};
use crate::store::Conn;
use crate::store::message_topics::{self, MessageTopic};

/// A topic of a message.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageTopicOut {
    #[serde(rename = "ticketMessageTopicID")]
    ticket_message_topic_id: MessageTopicId,
    #[serde(rename = "messageID")]
    message_id: MessageId,
    #[serde(rename = "topicID")]
    topic_id: TopicId,
    topic_name: String,
    /// From 0 to 1; null where a person chose it.
    confidence: Option<f64>,
    /// A person chose it.
    corrected: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    correction_date: Option<Timestamp>,
    #[serde(rename = "correctedByCustomerRepID")]
    corrected_by_customer_rep_id: Option<CustomerRepId>,
    corrected_by_customer_rep_name: Option<String>,
}

impl MessageTopicOut {
    pub fn new(refs: &Refs, topic: MessageTopic) -> Self {
        let rep = topic.corrected_by_customer_rep_id;
        Self {
            ticket_message_topic_id: topic.ticket_message_topic_id,
            message_id: topic.message_id,
            topic_id: topic.topic_id,
            topic_name: refs.topics.get(&topic.topic_id).cloned().unwrap_or_default(),
            confidence: topic.confidence,
            corrected: topic.corrected,
            correction_date: topic.correction_date,
            corrected_by_customer_rep_id: rep,
            corrected_by_customer_rep_name: rep.and_then(|it| refs.reps.get(&it).cloned()),
        }
    }
}

/// A message in full.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageOut {
    #[serde(rename = "messageID")]
    message_id: MessageId,
    #[serde(rename = "ticketID")]
    ticket_id: TicketId,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
    sender_type: SenderType,
    #[serde(rename = "customerRepID")]
    customer_rep_id: Option<CustomerRepId>,
    customer_rep_name: Option<String>,
    /// What a person reads: without quoted history and signature.
    #[schema(example = "I can't log in to my account.")]
    message: Option<String>,
    subject: Option<String>,
    from_address: Option<String>,
    to_address: Option<String>,
    cc_address: Option<String>,
    bcc_address: Option<String>,
    from_name: Option<String>,
    is_opened: bool,
    #[schema(value_type = String, format = DateTime)]
    message_date: Timestamp,
    uid: Option<String>,
    status: Option<String>,
    #[serde(rename = "channelID")]
    channel_id: ChannelId,
    channel_name: Option<String>,
    #[serde(rename = "customerID")]
    customer_id: CustomerId,
    preview: Option<String>,
    body_preview: Option<String>,
    page_screenshot: Option<String>,
    #[serde(rename = "pageURL")]
    page_url: Option<String>,
    #[serde(rename = "pageHTML")]
    page_html: Option<String>,
    /// Sanitised.
    html_body: Option<String>,
    text_body: Option<String>,
    has_attachment: bool,
    is_escalated: bool,
    #[serde(rename = "aI_FeedbackComment")]
    ai_feedback_comment: Option<String>,
    headers: Option<Value>,
    is_bounced: bool,
    /// Message-ID.
    message_identifier: Option<String>,
    email_address: Option<String>,
    incoming: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_open_date: Option<Timestamp>,
    #[serde(rename = "twilio_CallSid")]
    twilio_call_sid: Option<String>,
    from_number: Option<String>,
    to_number: Option<String>,
    #[serde(rename = "aISpamStatus")]
    ai_spam_status: Option<StageStatus>,
    #[serde(rename = "aITopicsStatus")]
    ai_topics_status: Option<StageStatus>,
    #[serde(rename = "aIReplyStatus")]
    ai_reply_status: Option<StageStatus>,
    #[serde(rename = "aI_GeneratedResponse")]
    ai_generated_response: Option<String>,
    #[serde(rename = "aI_ModifiedResponse")]
    ai_modified_response: Option<String>,
    #[serde(rename = "aI_ResponseDateTime")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ai_response_date_time: Option<Timestamp>,
    is_liked: Option<bool>,
    ai_prompt: Option<String>,
    #[serde(rename = "emailTemplateID")]
    email_template_id: Option<i64>,
    is_known_end_user: Option<bool>,
    is_spam_spam_assassin: Option<bool>,
    #[serde(rename = "isSpamAI")]
    is_spam_ai: Option<bool>,
    additional_info: Option<Value>,
    #[serde(rename = "replyToMessageID")]
    reply_to_message_id: Option<MessageId>,
    topics: Vec<MessageTopicOut>,
    actions: Vec<MessageActionOut>,
    custom_fields_data: Option<Value>,
    custom_field_definitions: Vec<CustomFieldOut>,
    lang: Option<String>,
    citations: Vec<CitationOut>,
    confidence: Option<f64>,
    delivery_status: Option<DeliveryStatus>,
    /// What the mail server said last.
    delivery_detail: Option<String>,
    /// A queued message can be taken back until then.
    #[schema(value_type = Option<String>, format = DateTime)]
    undo_until: Option<Timestamp>,
    is_internal: bool,
    is_draft: bool,
    /// It may not be from whom it says: DMARC failed or could not be asked, or it was written in a chat without
    /// proof. `mail` says which.
    is_unverified: bool,
    /// The reply that answered it.
    #[serde(rename = "answeredByMessageID")]
    answered_by_message_id: Option<MessageId>,
    /// Of a message that came by mail: why it is in this ticket, and what was found out about it.
    mail: Option<mail::MailOut>,
    /// The public token of a sent reply: for its feedback page and for escalating it.
    ticket_token: Option<String>,
}

/// An action of a message.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageActionOut {
    #[serde(rename = "ticketMessageActionID")]
    ticket_message_action_id: i64,
    #[serde(rename = "messageID")]
    message_id: MessageId,
    #[serde(rename = "actionID")]
    action_id: i64,
    action_name: String,
    #[schema(value_type = String, format = DateTime)]
    date_assigned: Timestamp,
    status: String,
    priority: i64,
}

/// What a draft rests on.
#[derive(Serialize, serde::Deserialize, ToSchema)]
pub struct CitationOut {
    #[serde(rename = "documentID")]
    /// 0: the note that the agent gave along.
    document_id: i64,
    title: String,
    quote: String,
    /// Where the quote begins in the document, in characters.
    start: i64,
    end: i64,
    score: f64,
    /// The sentence of the reply that rests on it.
    #[serde(default)]
    sentence: Option<String>,
}

/// The HTML body of a message, ready to be served.
pub fn safe_html(message: &Message) -> Option<String> {
    message.html_body.as_deref().map(html::sanitised)
}

/// The message in full.
pub async fn full(conn: &mut Conn, app: &App, customer: CustomerId, message: Message) -> Result<MessageOut> {
    let html = safe_html(&message);
    let refs = app.refs.current(conn, customer).await?;
    let topics = message_topics::of_messages(conn, customer, vec![message.message_id.0]).await?;
    let id = message.message_id;
    let html = mail::with_files(conn, &app.key, customer, id, html).await?;
    let came_by = if message.incoming || message.message_identifier.is_some() {
        mail::of_message(conn, customer, id).await?
    } else {
        None
    };
    Ok(MessageOut { mail: came_by, ..message_out(app, customer, &refs, message, html, &topics)? })
}

/// As [`full`], of what is at hand. The HTML is sanitised already: that does not belong into a
/// transaction.
pub fn message_out(
    app: &App,
    customer: CustomerId,
    refs: &Refs,
    message: Message,
    html_body: Option<String>,
    topics: &[MessageTopic],
) -> Result<MessageOut> {
    let json = |text: Option<String>| text.map(|it| serde_json::from_str(&it)).transpose();
    let email_address =
        if message.incoming { message.from_address.clone() } else { message.to_address.clone() };
    Ok(MessageOut {
        mail: None,
        ticket_token: delivery::reply_token(app, customer, &message),
        undo_until: delivery::undo_until(app, &message),
        is_unverified: message.unverified,
        message_id: message.message_id,
        ticket_id: message.ticket_id,
        date_created: message.date_created,
        sender_type: message.sender_type,
        customer_rep_id: message.customer_rep_id,
        customer_rep_name: message.customer_rep_id.and_then(|it| refs.reps.get(&it).cloned()),
        message: message.message,
        subject: message.subject,
        from_address: message.from_address,
        to_address: message.to_address,
        cc_address: message.cc_address,
        bcc_address: message.bcc_address,
        from_name: message.from_name,
        is_opened: message.is_opened,
        message_date: message.message_date,
        uid: message.uid,
        status: message.status,
        channel_id: message.channel_id,
        channel_name: refs.channels.get(&message.channel_id).map(|it| it.0.clone()),
        customer_id: customer,
        body_preview: message.preview.clone(),
        preview: message.preview,
        page_screenshot: message.page_screenshot,
        page_url: message.page_url,
        page_html: message.page_html.as_deref().map(html::sanitised),
        html_body,
        text_body: message.text_body,
        has_attachment: message.has_attachment,
        is_escalated: message.is_escalated,
        ai_feedback_comment: message.ai_feedback_comment,
        headers: json(message.headers)?,
        is_bounced: message.is_bounced,
        message_identifier: message.message_identifier,
        email_address,
        incoming: message.incoming,
        last_open_date: message.last_open_date,
        twilio_call_sid: message.twilio_call_sid,
        from_number: message.from_number,
        to_number: message.to_number,
        ai_spam_status: message.ai_spam_status,
        ai_topics_status: message.ai_topics_status,
        ai_reply_status: message.ai_reply_status,
        ai_generated_response: message.ai_generated_response,
        ai_modified_response: message.ai_modified_response,
        ai_response_date_time: message.ai_response_date_time,
        is_liked: message.is_liked,
        ai_prompt: message.ai_prompt,
        email_template_id: message.email_template_id,
        is_known_end_user: message.is_known_end_user,
        is_spam_spam_assassin: message.is_spam_spam_assassin,
        is_spam_ai: message.is_spam_ai,
        additional_info: json(message.additional_info)?,
        reply_to_message_id: message.reply_to_message_id,
        topics: topics.iter().map(|it| MessageTopicOut::new(refs, it.clone())).collect(),
        actions: Vec::new(),
        custom_fields_data: json(message.custom_fields_data)?,
        custom_field_definitions: refs.fields.iter().cloned().map(CustomFieldOut::from).collect(),
        lang: message.lang,
        citations: message.citations.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default(),
        confidence: message.confidence,
        delivery_status: message.delivery_status,
        delivery_detail: message.delivery_detail,
        is_internal: message.is_internal,
        is_draft: message.is_draft,
        answered_by_message_id: message.answered_by_message_id,
    })
}
