//! What is given of a message.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::messages::{Draft, MessageChange};
use crate::model::{ChannelId, ChannelType, Message, MessageId, SenderType, TicketId, Timestamp};

/// A new message.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageIn {
    /// Where it belongs. `create-new` finds or makes a ticket without it.
    #[serde(rename = "ticketID")]
    pub ticket_id: Option<TicketId>,
    /// The type of the channel, where given the one of `channelID`.
    #[serde(alias = "channelType")]
    channel: Option<ChannelType>,
    /// The ticket's where it is not given; required to make a ticket.
    #[serde(rename = "channelID")]
    #[schema(example = 1)]
    channel_id: Option<ChannelId>,
    /// True unless `senderType` says otherwise.
    incoming: Option<bool>,
    #[schema(example = "anna@example.com")]
    from_address: Option<String>,
    from_name: Option<String>,
    to_address: Option<String>,
    cc_address: Option<String>,
    bcc_address: Option<String>,
    from_number: Option<String>,
    to_number: Option<String>,
    #[schema(example = "Login not working")]
    subject: Option<String>,
    #[schema(example = "I can't log in to my account.")]
    text_body: Option<String>,
    html_body: Option<String>,
    /// From `textBody` or `htmlBody` where it is not given.
    message: Option<String>,
    page_screenshot: Option<String>,
    #[serde(rename = "pageURL")]
    page_url: Option<String>,
    #[serde(rename = "pageHTML")]
    page_html: Option<String>,
    /// `EndUser` for an incoming message, else `CustomerRep`.
    sender_type: Option<SenderType>,
    is_opened: Option<bool>,
    additional_info: Option<Value>,
    custom_fields_data: Option<Value>,
    /// The address the conversation belongs to; the end user's address or number where it is not given.
    uid: Option<String>,
    #[serde(rename = "replyToMessageID")]
    reply_to_message_id: Option<MessageId>,
    is_draft: Option<bool>,
    /// A note that the end user never sees.
    is_internal: Option<bool>,
    lang: Option<String>,
    #[serde(rename = "twilio_CallSid")]
    twilio_call_sid: Option<String>,
}

impl From<MessageIn> for Draft {
    fn from(input: MessageIn) -> Self {
        let sender = input.sender_type.unwrap_or(SenderType::EndUser);
        let unknown = (ChannelId(0), ChannelType::Email, Timestamp(0));
        let message = Message {
            from_address: input.from_address,
            from_name: input.from_name,
            to_address: input.to_address,
            cc_address: input.cc_address,
            bcc_address: input.bcc_address,
            from_number: input.from_number,
            to_number: input.to_number,
            subject: input.subject,
            text_body: input.text_body,
            html_body: input.html_body,
            message: input.message,
            page_screenshot: input.page_screenshot,
            page_url: input.page_url,
            page_html: input.page_html,
            is_opened: input.is_opened.unwrap_or_default(),
            additional_info: input.additional_info.map(|it| it.to_string()),
            custom_fields_data: input.custom_fields_data.map(|it| it.to_string()),
            uid: input.uid,
            reply_to_message_id: input.reply_to_message_id,
            is_draft: input.is_draft.unwrap_or_default(),
            is_internal: input.is_internal.unwrap_or_default(),
            lang: input.lang,
            twilio_call_sid: input.twilio_call_sid,
            ..Message::new(unknown.0, unknown.1, sender, unknown.2)
        };
        Self {
            message,
            ticket: input.ticket_id,
            channel: input.channel_id,
            channel_type: input.channel,
            sender_type: input.sender_type,
            incoming: input.incoming,
            document: None,
        }
    }
}

/// A change of a message: what is left out stays, an empty text clears.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageChangeIn {
    #[serde(rename = "aI_ModifiedResponse")]
    ai_modified_response: Option<String>,
    html_body: Option<String>,
    text_body: Option<String>,
    message: Option<String>,
    subject: Option<String>,
    from_address: Option<String>,
    from_name: Option<String>,
    to_address: Option<String>,
    cc_address: Option<String>,
    bcc_address: Option<String>,
    /// A draft becomes a message by false; the other way is a conflict.
    is_draft: Option<bool>,
    is_opened: Option<bool>,
    uid: Option<String>,
    lang: Option<String>,
    custom_fields_data: Option<Value>,
    additional_info: Option<Value>,
}

impl From<MessageChangeIn> for MessageChange {
    fn from(input: MessageChangeIn) -> Self {
        Self {
            subject: input.subject,
            message: input.message,
            text_body: input.text_body,
            html_body: input.html_body,
            from_address: input.from_address,
            from_name: input.from_name,
            to_address: input.to_address,
            cc_address: input.cc_address,
            bcc_address: input.bcc_address,
            is_draft: input.is_draft,
            is_opened: input.is_opened,
            uid: input.uid,
            lang: input.lang,
            ai_modified_response: input.ai_modified_response,
            custom_fields_data: input.custom_fields_data.map(|it| it.to_string()),
            additional_info: input.additional_info.map(|it| it.to_string()),
            ..Self::default()
        }
    }
}
