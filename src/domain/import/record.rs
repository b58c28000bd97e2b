//! What a line of an import file says: `docs/IMPORT.md` describes it.

use serde::Deserialize;
use serde_json::Value;

use crate::model::{SenderType, Timestamp};

/// A ticket with its messages.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct TicketRecord {
    #[serde(rename = "externalID")]
    pub external_id: Option<String>,
    pub subject: Option<String>,
    /// Name or id.
    pub channel: Option<Value>,
    pub status: Option<String>,
    pub date_created: Option<Timestamp>,
    pub close_date: Option<Timestamp>,
    /// Address of the end user.
    pub end_user: Option<String>,
    pub end_user_name: Option<String>,
    /// Username.
    pub assignee: Option<String>,
    pub escalated: Option<bool>,
    pub is_spam: Option<bool>,
    pub custom_fields_data: Option<Value>,
    pub summary: Option<String>,
    pub messages: Option<Vec<MessageRecord>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct MessageRecord {
    #[serde(rename = "externalID")]
    pub external_id: Option<String>,
    pub sender_type: Option<SenderType>,
    pub date: Option<Timestamp>,
    pub from_address: Option<String>,
    pub from_name: Option<String>,
    pub to_address: Option<String>,
    pub subject: Option<String>,
    pub text: Option<String>,
    pub html: Option<String>,
    pub is_internal: Option<bool>,
    /// Names.
    pub topics: Option<Vec<String>>,
    /// Username.
    pub rep: Option<String>,
}
