//! Channels: where conversations come in and answers go out.

pub mod dkim;
mod mail;

pub use mail::MailChange;

use serde_json::Value;

use crate::app::App;
use crate::domain::events::{Changes, note};
use crate::domain::{fields, refs, secrets};
use crate::error::{Error, Result};
use crate::model::{
    Actor, Channel, ChannelId, ChannelType, CustomerId, Event, MailSecrets, MailServer, MailSettings,
    Security,
};
use crate::store::channels::{self as store, ChannelFields};
use crate::store::{Tx, mail_imports, mailboxes};

const LONGEST_NAME: usize = 200;
const LONGEST_SETTING: usize = 255;
const LONGEST_DETAILS: usize = 64 * 1024;

/// What a change of a channel gives; None leaves the field as it is, an empty text clears it.
#[derive(Default)]
pub struct ChannelChange {
    pub channel_type: Option<ChannelType>,
    pub name: Option<String>,
    pub is_active: Option<bool>,
    pub email_address: Option<String>,
    pub hostnames: Option<String>,
    pub phone_number: Option<String>,
    pub is_default_translation_channel: Option<bool>,
    pub auto_retrieve_emails: Option<bool>,
    pub connection_details: Option<Value>,
    pub imap: MailServerChange,
    pub smtp: MailServerChange,
    pub mail: MailChange,
}

#[derive(Default)]
pub struct MailServerChange {
    pub server: Option<String>,
    pub port: Option<i64>,
    pub username: Option<String>,
    pub password: Option<String>,
    pub use_ssl: Option<bool>,
    pub security: Option<Security>,
}

/// The passwords of a channel's mailboxes, decrypted.
pub fn mail_secrets(app: &App, channel: &Channel) -> Result<MailSecrets> {
    secrets::open(app, channel.secrets.as_deref())
}

pub async fn create(
    tx: &mut Tx,
    app: &App,
    customer: CustomerId,
    actor: Actor,
    change: ChannelChange,
) -> Result<Channel> {
    let channel_type = change.channel_type.ok_or_else(|| Error::invalid("channelType", "is required"))?;
    if change.name.is_none() {
        return Err(Error::invalid("name", "is required"));
    }
    let blank = ChannelFields {
        channel_type,
        name: String::new(),
        is_active: true,
        email_address: None,
        hostnames: None,
        phone_number: None,
        is_default_translation_channel: false,
        auto_retrieve_emails: false,
        connection_details: None,
        settings: MailSettings::default(),
        secrets: None,
    };
    let (fields, _) = applied(app, blank, change)?;
    let channel = store::insert(tx, customer, &app.random.token(), &fields).await?;
    settle(tx, customer, channel, &fields).await?;
    note(tx, customer, actor, &[Event::new("channel.created", "channel", channel.0)]).await?;
    store::get(tx, customer, channel).await
}

pub async fn update(
    tx: &mut Tx,
    app: &App,
    customer: CustomerId,
    actor: Actor,
    before: Channel,
    change: ChannelChange,
) -> Result<Channel> {
    let channel = before.channel_id;
    let (fields, secrets_changed) = applied(app, fields_of(&before), change)?;
    let changes = differences(&before, &fields, secrets_changed);
    if changes.is_empty() {
        return Ok(before);
    }
    if fields.channel_type != before.channel_type && store::has_tickets(tx, customer, channel).await? {
        return Err(Error::Conflict("Tickets are in this channel, so its channelType stays.".into()));
    }
    store::update(tx, customer, channel, &fields).await?;
    settle(tx, customer, channel, &fields).await?;
    let event = Event::new("channel.updated", "channel", channel.0).with(changes.into_value());
    note(tx, customer, actor, &[event]).await?;
    store::get(tx, customer, channel).await
}

/// A channel as it would be with a change, not stored: to try its mail servers. `kept` is the one that is
/// there.
pub fn tried(
    app: &App,
    customer: CustomerId,
    kept: Option<Channel>,
    mut change: ChannelChange,
) -> Result<Channel> {
    let kept = match kept {
        Some(kept) => kept,
        None => {
            change.name = Some("new".into());
            Channel::blank(customer, ChannelType::Email)
        }
    };
    let (fields, _) = applied(app, fields_of(&kept), change)?;
    Ok(Channel {
        email_address: fields.email_address,
        settings: fields.settings,
        secrets: fields.secrets,
        ..kept
    })
}

/// 409 while tickets are in it: they would lose where they came from.
pub async fn delete(tx: &mut Tx, customer: CustomerId, actor: Actor, channel: ChannelId) -> Result<()> {
    if store::has_tickets(tx, customer, channel).await? {
        let why = "Tickets are in this channel: delete them first, or set isActive to false.";
        return Err(Error::Conflict(why.into()));
    }
    store::delete(tx, customer, channel).await?;
    mailboxes::delete(tx, customer, channel).await?;
    mail_imports::delete(tx, customer, channel).await?;
    refs::changed(tx, customer).await?;
    note(tx, customer, actor, &[Event::new("channel.deleted", "channel", channel.0)]).await
}

async fn settle(tx: &mut Tx, customer: CustomerId, channel: ChannelId, fields: &ChannelFields) -> Result<()> {
    if fields.is_default_translation_channel {
        store::clear_other_defaults(tx, customer, channel).await?;
    }
    refs::changed(tx, customer).await
}

fn fields_of(channel: &Channel) -> ChannelFields {
    ChannelFields {
        channel_type: channel.channel_type,
        name: channel.name.clone(),
        is_active: channel.is_active,
        email_address: channel.email_address.clone(),
        hostnames: channel.hostnames.clone(),
        phone_number: channel.phone_number.clone(),
        is_default_translation_channel: channel.is_default_translation_channel,
        auto_retrieve_emails: channel.auto_retrieve_emails,
        connection_details: channel.connection_details.clone(),
        settings: channel.settings.clone(),
        secrets: channel.secrets.clone(),
    }
}

/// `fields` with the change, and whether a secret is another one now.
fn applied(app: &App, mut fields: ChannelFields, change: ChannelChange) -> Result<(ChannelFields, bool)> {
    let is_new = fields.name.is_empty();
    if let Some(name) = change.name {
        fields.name = fields::name("name", &name, LONGEST_NAME)?;
    }
    fields.channel_type = change.channel_type.unwrap_or(fields.channel_type);
    fields.is_active = change.is_active.unwrap_or(fields.is_active);
    fields.email_address =
        fields::checked(change.email_address, &fields.email_address, |it| fields::email("emailAddress", it))?;
    fields.hostnames =
        fields::checked(change.hostnames, &fields.hostnames, |it| fields::hostnames("hostnames", it))?
            .filter(|it| !it.is_empty());
    fields.phone_number =
        fields::checked(change.phone_number, &fields.phone_number, |it| fields::phone("phoneNumber", it))?;
    fields.is_default_translation_channel =
        change.is_default_translation_channel.unwrap_or(fields.is_default_translation_channel);
    fields.auto_retrieve_emails = change.auto_retrieve_emails.unwrap_or(fields.auto_retrieve_emails);
    if let Some(details) = change.connection_details {
        if details.to_string().len() > LONGEST_DETAILS {
            return Err(Error::invalid("connectionDetails", "must have at most 64 kB"));
        }
        fields.connection_details = Some(details);
    }
    let before: MailSecrets = secrets::open(app, fields.secrets.as_deref())?;
    let after = MailSecrets {
        imap_password: password("imapPassword", change.imap.password.clone(), before.imap_password.clone())?,
        smtp_password: password("smtpPassword", change.smtp.password.clone(), before.smtp_password.clone())?,
        dkim_key: before.dkim_key.clone(),
    };
    let had_mailbox = fields.settings.imap.server.is_some();
    fields.settings.imap = server(IMAP, change.imap, &fields.settings.imap)?;
    fields.settings.smtp = server(SMTP, change.smtp, &fields.settings.smtp)?;
    let live = change.mail.shadow == Some(false) && is_new;
    change.mail.apply(&mut fields.settings)?;
    if !had_mailbox && fields.settings.imap.server.is_some() && !live {
        // What a new mailbox brings in is looked at before anything goes out.
        fields.settings.sending.shadow = true;
    }
    let changed = before != after;
    if changed {
        fields.secrets = Some(secrets::seal(app, &after)?);
    }
    Ok((fields, changed))
}

/// The API's names of a mail server's settings.
struct ServerNames {
    server: &'static str,
    port: &'static str,
    username: &'static str,
}

const IMAP: ServerNames = ServerNames { server: "imapServer", port: "imapPort", username: "imapUsername" };
const SMTP: ServerNames = ServerNames { server: "smtpServer", port: "smtpPort", username: "smtpUsername" };

/// Port 0 clears the port.
fn server(names: ServerNames, change: MailServerChange, before: &MailServer) -> Result<MailServer> {
    let port = match change.port {
        None => before.port,
        Some(0) => None,
        Some(port) => {
            let port = u16::try_from(port);
            Some(port.map_err(|_| Error::invalid(names.port, "must be 1 to 65535"))?)
        }
    };
    Ok(MailServer {
        server: fields::checked(change.server, &before.server, |it| fields::hostname(names.server, it))?,
        port,
        username: fields::text(names.username, change.username, &before.username, LONGEST_SETTING)?,
        use_ssl: change.use_ssl.or(before.use_ssl),
        security: change.security.or(before.security),
    })
}

fn password(field: &str, given: Option<String>, before: Option<String>) -> Result<Option<String>> {
    if given.as_ref().is_some_and(|it| it.chars().count() > LONGEST_SETTING) {
        return Err(Error::invalid(field, format!("must have at most {LONGEST_SETTING} characters")));
    }
    Ok(secrets::changed(given, before))
}

/// What the audit trail says of a change: connection details and secrets only that they changed.
fn differences(before: &Channel, after: &ChannelFields, secrets_changed: bool) -> Changes {
    let mut changes = Changes::default();
    changes.compare("channelType", &before.channel_type, &after.channel_type);
    changes.compare("name", &before.name, &after.name);
    changes.compare("isActive", &before.is_active, &after.is_active);
    changes.compare("emailAddress", &before.email_address, &after.email_address);
    changes.compare("hostnames", &before.hostnames, &after.hostnames);
    changes.compare("phoneNumber", &before.phone_number, &after.phone_number);
    changes.compare(
        "isDefaultTranslationChannel",
        &before.is_default_translation_channel,
        &after.is_default_translation_channel,
    );
    changes.compare("autoRetrieveEmails", &before.auto_retrieve_emails, &after.auto_retrieve_emails);
    changes.compare("imap", &before.settings.imap, &after.settings.imap);
    changes.compare("smtp", &before.settings.smtp, &after.settings.smtp);
    changes.compare("fetch", &before.settings.fetch, &after.settings.fetch);
    changes.compare("spam", &before.settings.spam, &after.settings.spam);
    changes.compare("sending", &before.settings.sending, &after.settings.sending);
    changes.compare("inbound", &before.settings.inbound, &after.settings.inbound);
    changes.hidden("connectionDetails", before.connection_details != after.connection_details);
    changes.hidden("secrets", secrets_changed);
    changes
}
