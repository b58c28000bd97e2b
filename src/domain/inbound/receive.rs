//! Taking a raw mail in: the file first, then the row with its job. Nothing is acknowledged before both
//! are durable, and the same mail again changes nothing.

use std::net::IpAddr;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::channels::email::senders::Connection;
use crate::crypto;
use crate::domain::attachments::reserve_object;
use crate::error::{Error, Result};
use crate::model::{
    ChannelId, ChannelType, CustomerId, MailSource, MailState, ReceivedMailId, Timestamp, job,
};
use crate::store::received_mails::{self as store, ReceivedMail};
use crate::store::{attachments, channels, jobs};

const LONGEST_IDENTITY: usize = 255;
/// An import has made its message by then.
const IMPORT_MICROS: i64 = 15 * 60 * 1_000_000;

/// What the connection knew that the mail itself does not say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Envelope {
    /// `MAIL FROM`; an empty text is the null sender of reports. None where it is not known.
    pub mail_from: Option<String>,
    /// `RCPT TO`, or the address of the mailbox.
    pub recipients: Vec<String>,
    /// Who delivered it by SMTP.
    pub remote_ip: Option<IpAddr>,
    pub helo: Option<String>,
    /// When the server had it (`INTERNALDATE`), in microseconds since 1970.
    pub received_at: Option<i64>,
}

impl Envelope {
    /// Who handed it over, where that was its sender's own server.
    pub fn connection(&self) -> Option<Connection> {
        let (ip, mail_from) = (self.remote_ip?, self.mail_from.as_ref()?);
        let hello = self.helo.clone().unwrap_or_default();
        Some(Connection { ip, hello, mail_from: mail_from.trim_matches(['<', '>', ' ']).to_owned() })
    }
}

/// A raw mail that asks to be taken in.
pub struct Incoming {
    pub raw: Bytes,
    pub source: MailSource,
    /// What makes it this mail and no other in its channel. None takes its content
    /// ([`answerpal_mail::identity`]): the same mail fetched again, moved, or sent again after a lost
    /// answer is then still the same.
    pub identity: Option<String>,
    pub envelope: Envelope,
    /// From an archive: nothing is answered, and nobody is told.
    pub is_history: bool,
}

impl Incoming {
    /// A mail that has just arrived.
    pub fn new(raw: Bytes, source: MailSource, envelope: Envelope) -> Self {
        Self { raw, source, identity: None, envelope, is_history: false }
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub id: ReceivedMailId,
    /// The channel had this mail already.
    pub is_duplicate: bool,
}

/// Takes a raw mail in. When this returns it is durable, and it will become a message whatever happens.
///
/// # Errors
/// `NotFound` where the tenant has no such e-mail channel, `TooLarge` above the longest mail
/// (`max_mail_bytes`), `Unavailable` where it could not be kept: the mail is to be offered again.
pub async fn receive(
    app: &App,
    customer: CustomerId,
    channel: ChannelId,
    incoming: Incoming,
) -> Result<Receipt> {
    check(app, customer, channel, &incoming).await?;
    let Incoming { raw, source, identity, envelope, is_history } = incoming;
    let hashed = raw.clone();
    let (identity, sha256) = tokio::task::spawn_blocking(move || {
        let identity = identity.unwrap_or_else(|| answerpal_mail::identity(&hashed));
        (identity.chars().take(LONGEST_IDENTITY).collect::<String>(), answerpal_mail::digest(&hashed))
    })
    .await?;
    let known = store::find(&mut *app.store.read().await?, customer, channel, &identity).await?;
    if let Some(id) = known {
        return Ok(Receipt { id, is_duplicate: true });
    }
    let object_key = keep(app, customer, &raw).await?;
    let mail = ReceivedMail {
        received_mail_id: ReceivedMailId(0),
        customer_id: customer,
        channel_id: channel,
        identity,
        source,
        object_key: Some(object_key),
        size_bytes: i64::try_from(raw.len()).unwrap_or(i64::MAX),
        sha256,
        state: MailState::Received,
        reason: None,
        is_history,
        envelope: Some(serde_json::to_string(&envelope)?),
        evidence: None,
        message_identifier: None,
        mail_list: None,
        message_id: None,
        received_at: Timestamp(0),
        processed_at: None,
    };
    insert(app, mail).await
}

async fn check(app: &App, customer: CustomerId, channel: ChannelId, incoming: &Incoming) -> Result<()> {
    let limit = app.config.max_mail_bytes;
    if incoming.raw.len() > limit {
        return Err(Error::TooLarge(format!("A mail may have at most {limit} bytes.")));
    }
    let kind = channels::get(&mut *app.store.read().await?, customer, channel).await?.channel_type;
    if kind != ChannelType::Email {
        return Err(Error::invalid("channelID", "is no e-mail channel"));
    }
    Ok(())
}

/// Writes the content under a key of its own, which is reserved first: a crash leaves no orphan.
async fn keep(app: &App, customer: CustomerId, raw: &[u8]) -> Result<String> {
    let folder = crypto::hex(&app.random.bytes::<1>());
    let key = format!("{customer}/mail/{folder}/{}", app.random.token());
    let reserved = key.clone();
    app.store.write(move |tx| Box::pin(async move { reserve_object(tx, customer, reserved).await })).await?;
    let mut upload = app.files.upload(&key).await?;
    upload.write(raw).await?;
    upload.finish().await?;
    Ok(key)
}

/// Of several at once with one identity the first stays; the content of the others is left to its
/// reservation.
async fn insert(app: &App, mut mail: ReceivedMail) -> Result<Receipt> {
    app.store
        .write(move |tx| {
            Box::pin(async move {
                mail.received_at = tx.now;
                let Some(id) = store::insert(tx, &mail).await? else {
                    let first = store::find(tx, mail.customer_id, mail.channel_id, &mail.identity).await?;
                    let id = first.ok_or_else(|| Error::Unavailable("The mail could not be kept.".into()))?;
                    return Ok(Receipt { id, is_duplicate: true });
                };
                if let Some(key) = &mail.object_key {
                    attachments::spare(tx, mail.customer_id, key).await?;
                }
                // An import makes the message itself; the job is for one that is interrupted.
                let wait = if mail.is_history { IMPORT_MICROS } else { 0 };
                let due = Timestamp(tx.now.0 + wait);
                jobs::enqueue(tx, mail.customer_id, job::PROCESS_MAIL, id.0, due, None).await?;
                Ok(Receipt { id, is_duplicate: false })
            })
        })
        .await
}
