//! Fetches a channel's mailbox once.

use std::time::Duration;

use tokio::time::Instant;

use crate::app::App;
use crate::channels::email::imap::{ImapServer, Mailbox, Summary, Trouble};
use crate::domain::inbound::{self, Envelope, Incoming};
use crate::domain::mailboxes;
use crate::error::{Error, Result};
use crate::model::job::JobError;
use crate::model::{Channel, ChannelId, CustomerId, MailSource, Timestamp};
use crate::store::channels;

/// So many mails are read between two notes of how far it is.
const NOTED_EVERY: usize = 20;
/// The lease is extended while a long mailbox is read.
const LEASED_EVERY: Duration = Duration::from_secs(5);
/// Another process reads it: look again then.
const LOOK_AGAIN: i64 = 20 * 1_000_000;

pub async fn run(app: &App, customer: CustomerId, channel: i64) -> Result<(), JobError> {
    let id = ChannelId(channel);
    let channel = match channels::get(&mut *app.store.read().await?, customer, id).await {
        Ok(channel) => channel,
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let server = match mailboxes::server(app, &channel) {
        // It has none any more.
        Err(Error::Conflict(_)) => return Ok(()),
        other => other.map_err(told),
    };
    let holder = app.random.token();
    if !mailboxes::lease(app, customer, id, &holder).await? {
        let until = Timestamp(app.clock.now().0 + LOOK_AGAIN);
        return Err(JobError::Later(until, "the mailbox is being read".into()));
    }
    let outcome = once(app, customer, &channel, server.as_ref(), &holder).await;
    mailboxes::release(app, customer, id, &holder).await?;
    match outcome {
        Ok(()) => Ok(()),
        // The reason stands on the channel; a person asks again, or the watcher does.
        Err(why) => {
            mailboxes::failed(app, customer, id, &why).await?;
            tracing::warn!(%customer, channel = %id, why, "a mailbox could not be fetched");
            Ok(())
        }
    }
}

async fn once(
    app: &App,
    customer: CustomerId,
    channel: &Channel,
    server: Result<&ImapServer, &String>,
    holder: &str,
) -> Result<(), String> {
    let mut mailbox = Mailbox::open(&app.network, server.map_err(Clone::clone)?).await?;
    let read = pass(app, customer, channel, &mut mailbox, holder).await;
    mailbox.close().await;
    read.map(|_| ())
}

/// Reads what is new in an open mailbox; how many mails that were. Each is durable before the mailbox is
/// told anything.
pub async fn pass(
    app: &App,
    customer: CustomerId,
    channel: &Channel,
    mailbox: &mut Mailbox,
    holder: &str,
) -> Result<usize, String> {
    let id = channel.channel_id;
    let fetch = &channel.settings.fetch;
    let mut state =
        mailboxes::state(app, customer, id, &fetch.folder, mailbox.uid_validity).await.map_err(told)?;
    let after = u32::try_from(state.last_uid).unwrap_or(u32::MAX);
    let uids = mailbox.newer(after).await.map_err(told)?;
    let mut leased = Instant::now();
    for (index, uid) in uids.iter().enumerate() {
        if leased.elapsed() > LEASED_EVERY {
            if !mailboxes::lease(app, customer, id, holder).await.map_err(told)? {
                return Err("another process reads this mailbox now".into());
            }
            leased = Instant::now();
        }
        if take(app, customer, channel, mailbox, *uid).await? {
            match mailbox.done_with(*uid, fetch.after, fetch.move_to.as_deref()).await {
                Ok(()) => {}
                Err(Trouble::Refused(why)) => {
                    tracing::warn!(%customer, channel = %id, uid, why, "a stored mail stays as it is in its mailbox");
                }
                Err(broken) => return Err(told(broken)),
            }
        }
        state.last_uid = i64::from(*uid);
        if index % NOTED_EVERY == NOTED_EVERY - 1 {
            mailboxes::advanced(app, customer, id, state.clone()).await.map_err(told)?;
        }
    }
    mailboxes::fetched(app, customer, id, state).await.map_err(told)?;
    Ok(uids.len())
}

fn told(error: impl ToString) -> String {
    error.to_string()
}

/// Stores one mail; true where it is whole. One that cannot be had is stood in for by a note of where it
/// is, and stays as it is in its mailbox.
async fn take(
    app: &App,
    customer: CustomerId,
    channel: &Channel,
    mailbox: &mut Mailbox,
    uid: u32,
) -> Result<bool, String> {
    let summary = match mailbox.summary(uid).await {
        Ok(Some(summary)) => summary,
        // Deleted since it was listed.
        Ok(None) => return Ok(false),
        Err(Trouble::Refused(why)) => {
            let summary = Summary { uid, size: 0, received_at: None };
            return stand_in(app, customer, channel, mailbox, &summary, &why).await;
        }
        Err(broken) => return Err(told(broken)),
    };
    let most = app.config.max_mail_bytes as u64;
    if summary.size > most {
        let why = format!("it has {} bytes, and {most} are taken", summary.size);
        return stand_in(app, customer, channel, mailbox, &summary, &why).await;
    }
    match mailbox.content(uid, most).await {
        Ok(Some(raw)) => {
            let incoming = Incoming::new(raw.into(), MailSource::Imap, envelope(channel, &summary));
            match inbound::receive(app, customer, channel.channel_id, incoming).await {
                Ok(_) => Ok(true),
                Err(Error::TooLarge(why)) => stand_in(app, customer, channel, mailbox, &summary, &why).await,
                Err(error) => Err(told(error)),
            }
        }
        Ok(None) => Ok(false),
        Err(Trouble::Refused(why)) => stand_in(app, customer, channel, mailbox, &summary, &why).await,
        Err(broken) => Err(told(broken)),
    }
}

fn envelope(channel: &Channel, summary: &Summary) -> Envelope {
    Envelope {
        recipients: channel.email_address.iter().cloned().collect(),
        received_at: summary.received_at,
        ..Envelope::default()
    }
}

/// A mail that says that there is one, with what can be had of its header.
async fn stand_in(
    app: &App,
    customer: CustomerId,
    channel: &Channel,
    mailbox: &mut Mailbox,
    summary: &Summary,
    why: &str,
) -> Result<bool, String> {
    let header = match mailbox.header(summary.uid).await {
        Ok(header) => header.unwrap_or_default(),
        Err(Trouble::Refused(_)) => Vec::new(),
        Err(broken) => return Err(told(broken)),
    };
    let folder = &channel.settings.fetch.folder;
    let validity = mailbox.uid_validity;
    let uid = summary.uid;
    tracing::warn!(%customer, channel = %channel.channel_id, uid, why, "a mail stays in its mailbox");
    let mut raw = kept_headers(&header);
    if raw.is_empty() {
        raw = format!(
            "From: mailbox@{host}\r\nSubject: A mail that cannot be fetched\r\nMessage-ID: <uid{uid}.{validity}@{host}>\r\n",
            host = crate::domain::transport::host_name(app),
        );
    }
    raw.push_str(&format!(
        "Content-Type: text/plain; charset=utf-8\r\n\r\n[This mail could not be fetched: {why}. \
         It is still in the mailbox, in the folder {folder} under the number {uid}.]\r\n"
    ));
    let mut incoming = Incoming::new(raw.into_bytes().into(), MailSource::Imap, envelope(channel, summary));
    incoming.identity = Some(format!("stand-in:{folder}:{validity}:{uid}"));
    inbound::receive(app, customer, channel.channel_id, incoming).await.map_err(told)?;
    Ok(false)
}

/// The header without what describes the content that is not there.
fn kept_headers(header: &[u8]) -> String {
    let text = String::from_utf8_lossy(header);
    let (mut out, mut kept) = (String::new(), false);
    for line in text.lines().filter(|it| !it.trim().is_empty()) {
        if !line.starts_with([' ', '\t']) {
            let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
            kept = line.contains(':') && !name.starts_with("content-") && name != "mime-version";
        }
        if kept {
            out.push_str(line.trim_end());
            out.push_str("\r\n");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::kept_headers;

    #[test]
    fn a_note_keeps_who_wrote_and_drops_how_it_was_packed() {
        let header = b"From: a@x\r\nContent-Type: multipart/mixed;\r\n boundary=x\r\nSubject: Long\r\n subject\r\nMIME-Version: 1.0\r\n\r\n";
        assert_eq!(kept_headers(header), "From: a@x\r\nSubject: Long\r\n subject\r\n");
    }
}
