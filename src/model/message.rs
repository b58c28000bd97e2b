//! A message of a ticket.

use super::{
    ChannelId, ChannelType, CustomerRepId, DeliveryStatus, MessageId, SenderType, StageStatus, TicketId,
    Timestamp,
};
use crate::row;

row! {
    /// A message as it is stored, whole.
    #[derive(Clone, Debug)]
    pub struct Message {
        pub message_id: MessageId,
        pub ticket_id: TicketId,
        pub date_created: Timestamp,
        pub message_date: Timestamp,
        pub sender_type: SenderType,
        pub customer_rep_id: Option<CustomerRepId>,
        pub incoming: bool,
        pub is_internal: bool,
        pub is_draft: bool,
        pub status: Option<String>,
        pub channel_id: ChannelId,
        pub channel_type: ChannelType,
        pub subject: Option<String>,
        /// What a person reads: without quoted history and signature.
        pub message: Option<String>,
        pub text_body: Option<String>,
        /// As it came: sanitised when served.
        pub html_body: Option<String>,
        pub preview: Option<String>,
        pub uid: Option<String>,
        pub from_address: Option<String>,
        pub from_name: Option<String>,
        pub to_address: Option<String>,
        pub cc_address: Option<String>,
        pub bcc_address: Option<String>,
        pub from_number: Option<String>,
        pub to_number: Option<String>,
        pub twilio_call_sid: Option<String>,
        pub page_screenshot: Option<String>,
        pub page_url: Option<String>,
        pub page_html: Option<String>,
        /// JSON text.
        pub headers: Option<String>,
        /// JSON text.
        pub additional_info: Option<String>,
        /// JSON text.
        pub custom_fields_data: Option<String>,
        pub lang: Option<String>,
        pub message_identifier: Option<String>,
        pub reply_to_message_id: Option<MessageId>,
        pub email_template_id: Option<i64>,
        pub is_opened: bool,
        pub last_open_date: Option<Timestamp>,
        pub is_bounced: bool,
        pub is_escalated: bool,
        pub is_known_end_user: Option<bool>,
        pub is_spam_spam_assassin: Option<bool>,
        pub is_spam_ai: Option<bool>,
        pub has_attachment: bool,
        pub ai_spam_status: Option<StageStatus>,
        pub ai_topics_status: Option<StageStatus>,
        pub ai_reply_status: Option<StageStatus>,
        pub ai_generated_response: Option<String>,
        pub ai_modified_response: Option<String>,
        pub ai_response_date_time: Option<Timestamp>,
        pub ai_prompt: Option<String>,
        pub ai_feedback_comment: Option<String>,
        pub is_liked: Option<bool>,
        pub confidence: Option<f64>,
        /// JSON text.
        pub citations: Option<String>,
        /// A person set its topics, to none included: detection leaves them.
        pub topics_corrected: bool,
        pub delivery_status: Option<DeliveryStatus>,
        /// The reply that answered it.
        pub answered_by_message_id: Option<MessageId>,
        /// The sender's address was claimed, not proven (chat).
        pub unverified: bool,
    }
}
