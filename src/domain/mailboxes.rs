//! Mailboxes of channels: who fetches, how far it is read, and asking for a fetch.

use crate::app::App;
use crate::channels::email::imap::ImapServer;
use crate::channels::email::servers::ServerAddress;
use crate::domain::channels::mail_secrets;
use crate::domain::events::note;
use crate::domain::transport::IMAP_PORT;
use crate::error::{Error, Result};
use crate::model::{Actor, Channel, ChannelId, ChannelType, CustomerId, Event, Timestamp, job};
use crate::store::mailboxes::{self as store, MailboxState};
use crate::store::{Tx, channels, jobs, meta};

/// A fetcher that is gone is replaced after this time.
const LEASE_MICROS: i64 = 20 * 1_000_000;
const FIRST_WAIT: i64 = 5 * 1_000_000;
const LONGEST_WAIT: i64 = 600 * 1_000_000;

const UNREADABLE: &str =
    "The password of this mailbox cannot be opened: the master key is not the one that it was kept with.";

/// The mailbox of a channel; 409 where none is set, 503 where its password cannot be opened.
pub fn server(app: &App, channel: &Channel) -> Result<ImapServer> {
    let imap = &channel.settings.imap;
    let host = host(channel)?.to_owned();
    let secrets = mail_secrets(app, channel).map_err(|error| {
        tracing::error!(%error, channel = %channel.channel_id, "a channel's secrets cannot be opened");
        Error::Unavailable(UNREADABLE.into())
    })?;
    Ok(ImapServer {
        address: ServerAddress {
            host,
            port: imap.port.unwrap_or(IMAP_PORT),
            security: imap.security(IMAP_PORT),
        },
        username: imap.username.clone().or_else(|| channel.email_address.clone()).unwrap_or_default(),
        password: secrets.imap_password.unwrap_or_default(),
        folder: channel.settings.fetch.folder.clone(),
    })
}

fn host(channel: &Channel) -> Result<&str> {
    let host = channel.settings.imap.server.as_deref().filter(|_| channel.channel_type == ChannelType::Email);
    host.ok_or_else(|| Error::Conflict("This channel has no mailbox: set its imapServer.".into()))
}

/// Queues a fetch of one channel. Several that wait are one.
pub async fn request(tx: &mut Tx, customer: CustomerId, actor: Actor, channel: ChannelId) -> Result<()> {
    host(&channels::get(tx, customer, channel).await?)?;
    queue(tx, customer, actor, channel).await
}

/// Queues a fetch of every active mailbox; how many there are.
pub async fn request_all(tx: &mut Tx, customer: CustomerId, actor: Actor) -> Result<usize> {
    let mut queued = 0;
    for channel in channels::list(tx, customer).await? {
        if channel.is_active && host(&channel).is_ok() {
            queue(tx, customer, actor, channel.channel_id).await?;
            queued += 1;
        }
    }
    Ok(queued)
}

async fn queue(tx: &mut Tx, customer: CustomerId, actor: Actor, channel: ChannelId) -> Result<()> {
    let now = tx.now;
    if !jobs::is_waiting(tx, customer, job::FETCH_MAIL, channel.0).await? {
        jobs::enqueue(tx, customer, job::FETCH_MAIL, channel.0, now, None).await?;
    }
    note(tx, customer, actor, &[Event::new("channel.fetchRequested", "channel", channel.0)]).await
}

fn lease_name(customer: CustomerId, channel: ChannelId) -> String {
    format!("mailbox:{customer}:{channel}")
}

/// Makes this holder the mailbox's one fetcher for a while; false where another is.
pub async fn lease(app: &App, customer: CustomerId, channel: ChannelId, holder: &str) -> Result<bool> {
    let (name, holder) = (lease_name(customer, channel), holder.to_owned());
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let until = Timestamp(tx.now.0 + LEASE_MICROS);
                meta::take_lease(tx, &name, &holder, until).await
            })
        })
        .await
}

/// Lets another fetch at once.
pub async fn release(app: &App, customer: CustomerId, channel: ChannelId, holder: &str) -> Result<()> {
    let (name, holder) = (lease_name(customer, channel), holder.to_owned());
    app.store.write(move |tx| Box::pin(async move { meta::release_lease(tx, &name, &holder).await })).await
}

/// How far it is read; from the start where the folder is another one or is numbered anew.
pub async fn state(
    app: &App,
    customer: CustomerId,
    channel: ChannelId,
    folder: &str,
    uid_validity: u32,
) -> Result<MailboxState> {
    let kept = store::get(&mut *app.store.read().await?, customer, channel).await?.unwrap_or_default();
    if kept.folder == folder && kept.uid_validity == i64::from(uid_validity) {
        return Ok(kept);
    }
    if kept.uid_validity != 0 {
        tracing::warn!(%customer, %channel, folder, "the mailbox is numbered anew and is read from its start");
    }
    Ok(MailboxState { folder: folder.to_owned(), uid_validity: uid_validity.into(), last_uid: 0, ..kept })
}

/// Notes how far it is read.
pub async fn advanced(
    app: &App,
    customer: CustomerId,
    channel: ChannelId,
    state: MailboxState,
) -> Result<()> {
    app.store.write(move |tx| Box::pin(async move { store::put(tx, customer, channel, &state).await })).await
}

/// Notes that a fetch went to its end.
pub async fn fetched(
    app: &App,
    customer: CustomerId,
    channel: ChannelId,
    mut state: MailboxState,
) -> Result<()> {
    state.last_fetched_at = Some(app.clock.now());
    state.last_fetch_error = None;
    state.failures = 0;
    advanced(app, customer, channel, state).await
}

/// Notes why a fetch did not work, and when the next is due.
pub async fn failed(app: &App, customer: CustomerId, channel: ChannelId, why: &str) -> Result<Timestamp> {
    let why: String = why.chars().filter(|it| !it.is_control()).take(1000).collect();
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let mut state = store::get(tx, customer, channel).await?.unwrap_or_default();
                let doublings = u32::try_from(state.failures).unwrap_or_default().min(16);
                state.failures += 1;
                state.last_fetch_error = Some(why);
                state.next_fetch_at =
                    Timestamp(tx.now.0 + (FIRST_WAIT * 2_i64.pow(doublings)).min(LONGEST_WAIT));
                store::put(tx, customer, channel, &state).await?;
                Ok(state.next_fetch_at)
            })
        })
        .await
}
