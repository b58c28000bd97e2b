//! What a channel looks like over the API.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::channels::{self as domain, ChannelChange, MailChange, MailServerChange};
use crate::domain::secrets::masked;
use crate::error::Result;
use crate::model::{
    AfterFetch, Channel, ChannelId, ChannelType, CustomerId, MailSecrets, MailSettings, Security,
};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChannelOut {
    #[serde(rename = "channelID")]
    channel_id: ChannelId,
    #[serde(rename = "customerID")]
    customer_id: CustomerId,
    channel_type: ChannelType,
    #[schema(example = "Support mail")]
    name: String,
    is_active: bool,
    #[schema(example = "help@example.com")]
    email_address: Option<String>,
    /// Names the channel in chat pages.
    token: String,
    #[schema(example = "shop.example.com,www.example.com")]
    hostnames: Option<String>,
    phone_number: Option<String>,
    is_default_translation_channel: bool,
    auto_retrieve_emails: bool,
    /// Free-form; for Administrators only, null to others.
    connection_details: Option<Value>,
    imap_server: Option<String>,
    imap_port: Option<u16>,
    imap_username: Option<String>,
    /// Masked.
    #[schema(example = "••••••••")]
    imap_password: Option<&'static str>,
    #[serde(rename = "imapUseSSL")]
    imap_use_ssl: Option<bool>,
    imap_security: Option<Security>,
    /// The folder that is fetched from.
    #[schema(example = "INBOX")]
    imap_folder: String,
    /// What becomes of a mail there once it is stored.
    imap_after_fetch: AfterFetch,
    imap_move_to: Option<String>,
    smtp_server: Option<String>,
    smtp_port: Option<u16>,
    smtp_username: Option<String>,
    /// Masked.
    #[schema(example = "••••••••")]
    smtp_password: Option<&'static str>,
    #[serde(rename = "smtpUseSSL")]
    smtp_use_ssl: Option<bool>,
    smtp_security: Option<Security>,
    /// Mail comes in and is drafted for, and nothing goes out.
    shadow_mode: bool,
    /// Answers come back to an address with the ticket's token (`help+t-…@example.com`).
    plus_addressing: bool,
    track_opens: bool,
    /// Links to say how helpful an answer was, at its end.
    footer_links: bool,
    /// In place of the rep's name.
    sender_name: Option<String>,
    /// Most answers without a person to one sender in an hour.
    auto_replies_per_hour: u32,
    /// Mail of one sender under one subject joins a ticket of at most so many days; 0 never does.
    join_by_subject_days: u32,
    /// The name of the mail server in front of the mailbox whose `Authentication-Results` are believed.
    #[schema(example = "mx.example.com")]
    trusted_auth_server: Option<String>,
    /// Whether mail that comes in is looked at for spam.
    spam_filter: bool,
    /// What its mail is signed as; null where it is not signed.
    dkim_domain: Option<String>,
    dkim_selector: Option<String>,
}

impl ChannelOut {
    pub fn new(app: &App, caller: &Caller, channel: Channel) -> Result<Self> {
        let MailSecrets { imap_password, smtp_password, .. } = domain::mail_secrets(app, &channel)?;
        let MailSettings { imap, smtp, fetch, sending, inbound, spam } = channel.settings;
        let details = channel.connection_details.filter(|_| caller.may_manage_settings().is_ok());
        Ok(Self {
            channel_id: channel.channel_id,
            customer_id: channel.customer_id,
            channel_type: channel.channel_type,
            name: channel.name,
            is_active: channel.is_active,
            email_address: channel.email_address,
            token: channel.token,
            hostnames: channel.hostnames,
            phone_number: channel.phone_number,
            is_default_translation_channel: channel.is_default_translation_channel,
            auto_retrieve_emails: channel.auto_retrieve_emails,
            connection_details: details,
            imap_server: imap.server,
            imap_port: imap.port,
            imap_username: imap.username,
            imap_password: masked(imap_password.as_deref()),
            imap_use_ssl: imap.use_ssl,
            imap_security: imap.security,
            imap_folder: fetch.folder,
            imap_after_fetch: fetch.after,
            imap_move_to: fetch.move_to,
            smtp_server: smtp.server,
            smtp_port: smtp.port,
            smtp_username: smtp.username,
            smtp_password: masked(smtp_password.as_deref()),
            smtp_use_ssl: smtp.use_ssl,
            smtp_security: smtp.security,
            shadow_mode: sending.shadow,
            plus_addressing: sending.plus_addressing,
            track_opens: sending.track_opens,
            footer_links: sending.footer_links,
            sender_name: sending.sender_name,
            auto_replies_per_hour: sending.auto_replies_per_hour,
            join_by_subject_days: inbound.join_by_subject_days,
            trusted_auth_server: inbound.trusted_auth_server,
            spam_filter: spam.filter,
            dkim_domain: sending.dkim_domain,
            dkim_selector: sending.dkim_selector,
        })
    }
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChannelIn {
    /// Required when it is made; fixed once tickets are in it.
    channel_type: Option<ChannelType>,
    /// Required when it is made; at most 200 characters.
    name: Option<String>,
    is_active: Option<bool>,
    /// An empty text clears it, as with every text here.
    email_address: Option<String>,
    /// Comma-separated: the sites whose pages may open a chat.
    hostnames: Option<String>,
    phone_number: Option<String>,
    /// At most one channel of a tenant has it: setting it takes it from the other.
    is_default_translation_channel: Option<bool>,
    auto_retrieve_emails: Option<bool>,
    connection_details: Option<Value>,
    imap_server: Option<String>,
    /// 1 to 65535; 0 clears it.
    imap_port: Option<i64>,
    imap_username: Option<String>,
    /// Kept encrypted. The mask that was answered leaves it as it is.
    imap_password: Option<String>,
    /// True or not given: TLS, by STARTTLS on ports 25, 143, 587 and 2525. False: none.
    #[serde(rename = "imapUseSSL")]
    imap_use_ssl: Option<bool>,
    /// Wins over imapUseSSL.
    imap_security: Option<Security>,
    /// INBOX where it is not given.
    imap_folder: Option<String>,
    /// Mark (as read) where it is not given.
    imap_after_fetch: Option<AfterFetch>,
    /// Required where imapAfterFetch is Move.
    imap_move_to: Option<String>,
    smtp_server: Option<String>,
    /// 1 to 65535; 0 clears it.
    smtp_port: Option<i64>,
    smtp_username: Option<String>,
    /// Kept encrypted. The mask that was answered leaves it as it is.
    smtp_password: Option<String>,
    /// As imapUseSSL.
    #[serde(rename = "smtpUseSSL")]
    smtp_use_ssl: Option<bool>,
    /// Wins over smtpUseSSL.
    smtp_security: Option<Security>,
    /// A channel that is given its first mailbox begins with true; false sets it live.
    shadow_mode: Option<bool>,
    /// False where the mail server does not take `help+anything@` for `help@`.
    plus_addressing: Option<bool>,
    track_opens: Option<bool>,
    footer_links: Option<bool>,
    sender_name: Option<String>,
    /// 0 to 100.
    auto_replies_per_hour: Option<i64>,
    /// 0 to 365; 0, the default, never joins by subject.
    join_by_subject_days: Option<i64>,
    /// Only its `Authentication-Results` are believed. Without it SPF, DKIM and DMARC are checked here.
    trusted_auth_server: Option<String>,
    /// True where it is not given. False for a mailbox that spam is reported to.
    spam_filter: Option<bool>,
}

impl From<ChannelIn> for ChannelChange {
    fn from(input: ChannelIn) -> Self {
        Self {
            channel_type: input.channel_type,
            name: input.name,
            is_active: input.is_active,
            email_address: input.email_address,
            hostnames: input.hostnames,
            phone_number: input.phone_number,
            is_default_translation_channel: input.is_default_translation_channel,
            auto_retrieve_emails: input.auto_retrieve_emails,
            connection_details: input.connection_details,
            imap: MailServerChange {
                server: input.imap_server,
                port: input.imap_port,
                username: input.imap_username,
                password: input.imap_password,
                use_ssl: input.imap_use_ssl,
                security: input.imap_security,
            },
            smtp: MailServerChange {
                server: input.smtp_server,
                port: input.smtp_port,
                username: input.smtp_username,
                password: input.smtp_password,
                use_ssl: input.smtp_use_ssl,
                security: input.smtp_security,
            },
            mail: MailChange {
                folder: input.imap_folder,
                after: input.imap_after_fetch,
                move_to: input.imap_move_to,
                shadow: input.shadow_mode,
                plus_addressing: input.plus_addressing,
                track_opens: input.track_opens,
                footer_links: input.footer_links,
                sender_name: input.sender_name,
                auto_replies_per_hour: input.auto_replies_per_hour,
                join_by_subject_days: input.join_by_subject_days,
                trusted_auth_server: input.trusted_auth_server,
                spam_filter: input.spam_filter,
            },
        }
    }
}

/// The servers to try.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionIn {
    /// A channel that is there already: what is not given is its own, secrets too.
    #[serde(rename = "channelID")]
    pub channel_id: Option<i64>,
    imap_server: Option<String>,
    imap_port: Option<i64>,
    imap_username: Option<String>,
    imap_password: Option<String>,
    #[serde(rename = "imapUseSSL")]
    imap_use_ssl: Option<bool>,
    imap_security: Option<Security>,
    imap_folder: Option<String>,
    smtp_server: Option<String>,
    smtp_port: Option<i64>,
    smtp_username: Option<String>,
    smtp_password: Option<String>,
    #[serde(rename = "smtpUseSSL")]
    smtp_use_ssl: Option<bool>,
    smtp_security: Option<Security>,
    email_address: Option<String>,
}

impl From<ConnectionIn> for ChannelIn {
    fn from(it: ConnectionIn) -> Self {
        Self {
            imap_server: it.imap_server,
            imap_port: it.imap_port,
            imap_username: it.imap_username,
            imap_password: it.imap_password,
            imap_use_ssl: it.imap_use_ssl,
            imap_security: it.imap_security,
            imap_folder: it.imap_folder,
            smtp_server: it.smtp_server,
            smtp_port: it.smtp_port,
            smtp_username: it.smtp_username,
            smtp_password: it.smtp_password,
            smtp_use_ssl: it.smtp_use_ssl,
            smtp_security: it.smtp_security,
            email_address: it.email_address,
            ..Self::default()
        }
    }
}
