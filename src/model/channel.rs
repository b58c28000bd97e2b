//! A channel: where conversations come in and answers go out.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ChannelId, ChannelType, CustomerId, Timestamp};
use crate::row;

row! {
    /// A channel as it is stored.
    #[derive(Clone, Debug)]
    pub struct Channel {
        pub channel_id: ChannelId,
        pub customer_id: CustomerId,
        pub channel_type: ChannelType,
        pub name: String,
        pub is_active: bool,
        pub email_address: Option<String>,
        /// Unguessable; names the channel in chat pages.
        pub token: String,
        /// Comma-separated: where a chat page of this channel may stand.
        pub hostnames: Option<String>,
        pub phone_number: Option<String>,
        pub is_default_translation_channel: bool,
        pub auto_retrieve_emails: bool,
        /// Free-form, as the client gave it.
        pub connection_details: Option<Value>,
        pub settings: MailSettings,
        /// Encrypted [`MailSecrets`].
        pub secrets: Option<Vec<u8>>,
        pub created_at: Timestamp,
    }
}

/// How mail of a channel is fetched and sent, without its secrets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MailSettings {
    pub imap: MailServer,
    pub smtp: MailServer,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MailServer {
    pub server: Option<String>,
    pub port: Option<u16>,
    pub username: Option<String>,
    pub use_ssl: Option<bool>,
}

crate::column_via!(MailSettings, String, |it| serde_json::from_str(&it)?);

impl crate::store::ToColumn for MailSettings {
    fn to_column(&self) -> crate::store::Value<'_> {
        serde_json::to_string(self).expect("plain fields always serialise").into()
    }
}

/// The passwords of a channel's mailboxes.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MailSecrets {
    pub imap_password: Option<String>,
    pub smtp_password: Option<String>,
}
