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
        /// Of a message that was answered: whether the answer was made of the draft.
        pub is_draft_used: Option<bool>,
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
        /// What the mail server said last.
        pub delivery_detail: Option<String>,
        /// The reply that answered it.
        pub answered_by_message_id: Option<MessageId>,
        /// The sender's address was claimed, not proven (chat).
        pub unverified: bool,
    }
}

impl Message {
    /// A message that says nothing yet, by nobody in particular, in no ticket.
    pub fn new(
        channel_id: ChannelId,
        channel_type: ChannelType,
        sender_type: SenderType,
        now: Timestamp,
    ) -> Self {
        Self {
            message_id: MessageId(0),
            ticket_id: TicketId(0),
            date_created: now,
            message_date: now,
            sender_type,
            customer_rep_id: None,
            incoming: sender_type == SenderType::EndUser,
            is_internal: false,
            is_draft: false,
            status: None,
            channel_id,
            channel_type,
            subject: None,
            message: None,
            text_body: None,
            html_body: None,
            preview: None,
            uid: None,
            from_address: None,
            from_name: None,
            to_address: None,
            cc_address: None,
            bcc_address: None,
            from_number: None,
            to_number: None,
            twilio_call_sid: None,
            page_screenshot: None,
            page_url: None,
            page_html: None,
            headers: None,
            additional_info: None,
            custom_fields_data: None,
            lang: None,
            message_identifier: None,
            reply_to_message_id: None,
            email_template_id: None,
            is_opened: false,
            last_open_date: None,
            is_bounced: false,
            is_escalated: false,
            is_known_end_user: None,
            is_spam_spam_assassin: None,
            is_spam_ai: None,
            has_attachment: false,
            ai_spam_status: None,
            ai_topics_status: None,
            ai_reply_status: None,
            ai_generated_response: None,
            ai_modified_response: None,
            is_draft_used: None,
            ai_response_date_time: None,
            ai_prompt: None,
            ai_feedback_comment: None,
            is_liked: None,
            confidence: None,
            citations: None,
            topics_corrected: false,
            delivery_status: None,
            delivery_detail: None,
            answered_by_message_id: None,
            unverified: false,
        }
    }
}
