//! A channel: where conversations come in and answers go out.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AfterFetch, ChannelId, ChannelType, CustomerId, Security, Timestamp};
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

impl Channel {
    /// One that is not stored, with nothing set.
    pub fn blank(customer_id: CustomerId, channel_type: ChannelType) -> Self {
        Self {
            channel_id: ChannelId(0),
            customer_id,
            channel_type,
            name: String::new(),
            is_active: true,
            email_address: None,
            token: String::new(),
            hostnames: None,
            phone_number: None,
            is_default_translation_channel: false,
            auto_retrieve_emails: false,
            connection_details: None,
            settings: MailSettings::default(),
            secrets: None,
            created_at: Timestamp(0),
        }
    }
}

/// How mail of a channel is fetched and sent, without its secrets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MailSettings {
    pub imap: MailServer,
    pub smtp: MailServer,
    pub fetch: FetchSettings,
    pub sending: SendSettings,
    pub inbound: InboundSettings,
    pub spam: SpamSettings,
}

/// How mail that comes in is read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InboundSettings {
    /// Mail of one sender under one subject joins a ticket of at most so many days; 0 never does.
    pub join_by_subject_days: u32,
    /// The name by which the mail server in front of the mailbox signs its `Authentication-Results`: only
    /// those are believed.
    pub trusted_auth_server: Option<String>,
}

/// Whether mail that comes in is looked at for spam.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpamSettings {
    pub filter: bool,
}

impl Default for SpamSettings {
    fn default() -> Self {
        Self { filter: true }
    }
}

/// What is fetched, and what becomes of it in the mailbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FetchSettings {
    pub folder: String,
    pub after: AfterFetch,
    /// Where fetched mail is moved to.
    pub move_to: Option<String>,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self { folder: "INBOX".into(), after: AfterFetch::Mark, move_to: None }
    }
}

/// How answers go out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SendSettings {
    /// Mail comes in and is drafted for, and nothing goes out.
    pub shadow: bool,
    /// The mail server takes `support+anything@` for `support@`.
    pub plus_addressing: bool,
    pub track_opens: bool,
    /// Links at the end of an answer: helpful, not helpful, a person please.
    pub footer_links: bool,
    /// In place of the rep's name.
    pub sender_name: Option<String>,
    pub dkim_domain: Option<String>,
    pub dkim_selector: Option<String>,
    /// Most answers without a person to one sender in an hour.
    pub auto_replies_per_hour: u32,
}

impl Default for SendSettings {
    fn default() -> Self {
        Self {
            shadow: false,
            plus_addressing: true,
            track_opens: false,
            footer_links: true,
            sender_name: None,
            dkim_domain: None,
            dkim_selector: None,
            auto_replies_per_hour: 5,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MailServer {
    pub server: Option<String>,
    pub port: Option<u16>,
    pub username: Option<String>,
    pub use_ssl: Option<bool>,
    /// Wins over `use_ssl`.
    pub security: Option<Security>,
}

impl MailServer {
    /// What is spoken on the port: as it is set, else what the port is for.
    pub fn security(&self, default_port: u16) -> Security {
        match (self.security, self.use_ssl, self.port.unwrap_or(default_port)) {
            (Some(security), ..) => security,
            (None, Some(false), _) => Security::None,
            (None, _, 25 | 143 | 587 | 2525) => Security::StartTLS,
            (None, ..) => Security::TLS,
        }
    }
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
    /// PKCS #8, in base64.
    pub dkim_key: Option<String>,
}
