//! A ticket as clients send it.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::tickets::change::TicketChange;
use crate::model::{ChannelId, ChannelType, CustomerRepId, EndUserId, Timestamp};

/// The fields that may be given. Others are ignored, because clients send back what they read.
#[derive(Deserialize, ToSchema, Default)]
#[serde(rename_all = "camelCase")]
pub struct TicketIn {
    /// At most 1000 characters.
    #[schema(example = "Login not working")]
    subject: Option<String>,
    /// Required when it is made.
    #[serde(rename = "channelID")]
    #[schema(example = 2)]
    channel_id: Option<ChannelId>,
    /// The channel's own where it is not given.
    channel_type: Option<ChannelType>,
    /// The same as `channelType`.
    channel: Option<ChannelType>,
    #[serde(rename = "endUserID")]
    #[schema(example = 45)]
    end_user_id: Option<EndUserId>,
    /// 0 is nobody.
    #[serde(rename = "customerRepID")]
    customer_rep_id: Option<CustomerRepId>,
    /// At most 50 characters.
    #[schema(example = "Open")]
    status: Option<String>,
    escalated: Option<bool>,
    is_spam: Option<bool>,
    is_closed: Option<bool>,
    #[schema(value_type = Option<String>, format = DateTime)]
    close_date: Option<Timestamp>,
    /// Finds or makes the end user where `endUserID` is not given to a new ticket.
    uid: Option<String>,
    preview: Option<String>,
    summary: Option<String>,
    #[serde(rename = "twilio_CallSid")]
    twilio_call_sid: Option<String>,
    #[schema(value_type = Option<Object>)]
    custom_fields_data: Option<Value>,
}

impl TicketIn {
    /// The fields that a patch may change.
    pub const NAMES: &[&str] = &[
        "subject",
        "channelID",
        "channelType",
        "channel",
        "endUserID",
        "customerRepID",
        "status",
        "escalated",
        "isSpam",
        "isClosed",
        "closeDate",
        "uid",
        "preview",
        "summary",
        "twilio_CallSid",
        "customFieldsData",
    ];
}

impl From<TicketIn> for TicketChange {
    fn from(input: TicketIn) -> Self {
        Self {
            subject: input.subject.map(Some),
            channel: input.channel_id,
            channel_types: [input.channel_type.map(Some), input.channel.map(Some)],
            end_user: input.end_user_id.map(Some),
            status: input.status,
            custom_fields_data: input.custom_fields_data.map(Some),
            rep: input.customer_rep_id,
            escalated: input.escalated,
            is_spam: input.is_spam,
            is_closed: input.is_closed,
            close_date: input.close_date.map(Some),
            uid: input.uid.map(Some),
            preview: input.preview.map(Some),
            summary: input.summary.map(Some),
            twilio_call_sid: input.twilio_call_sid.map(Some),
        }
    }
}
