//! What a raw mail becomes: a message in a new ticket or in the one it belongs to, or a dead letter that
//! says why.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::{StreamExt, TryStreamExt, stream};

use super::read::{Read, read};
use super::receive::Envelope;
use super::settle::Processed;
use super::store_message::store_message;
use super::{Authentication, bury_in, files};
use crate::app::App;
use crate::domain::attachments::NewFile;
use crate::error::{Error, Result};
use crate::model::{CustomerId, MailState, ReceivedMailId};
use crate::store::channels;
use crate::store::received_mails::{self as store, ReceivedMail};

/// Mails that are read at one time.
const READ_TOGETHER: usize = 4;

/// What is known of a mail before the transaction that makes its message.
enum Prepared {
    Ready(Ready),
    /// Nothing is left to do.
    Ended(Processed),
}

#[derive(Clone)]
struct Ready {
    id: ReceivedMailId,
    read: Arc<Read>,
    files: Arc<Vec<NewFile>>,
}

/// Reads a received mail and stores its message. Safe to repeat: a mail that has its message keeps it.
pub async fn process(app: &App, customer: CustomerId, id: ReceivedMailId) -> Result<Processed> {
    match prepare(app, customer, id).await? {
        Prepared::Ready(ready) => write(app, customer, ready).await,
        Prepared::Ended(done) => Ok(done),
    }
}

/// The same of several mails, in their order and in one transaction; one by one where one of them is refused, so
/// that it takes none along.
pub async fn process_together(
    app: &App,
    customer: CustomerId,
    ids: &[ReceivedMailId],
) -> Result<Vec<(ReceivedMailId, Processed)>> {
    let prepared: Vec<(ReceivedMailId, Prepared)> = stream::iter(ids.to_vec())
        .map(|id| async move { Ok::<_, Error>((id, prepare(app, customer, id).await?)) })
        .buffered(READ_TOGETHER)
        .try_collect()
        .await?;
    let (mut done, mut ready) = (Vec::with_capacity(ids.len()), Vec::with_capacity(ids.len()));
    for (id, prepared) in prepared {
        match prepared {
            Prepared::Ready(it) => ready.push(it),
            Prepared::Ended(it) => done.push((id, it)),
        }
    }
    match write_together(app, customer, ready.clone()).await {
        Ok(written) => done.extend(written),
        Err(error) => {
            tracing::debug!(%error, "mails that were to be stored together are stored one by one");
            for it in ready {
                done.push((it.id, write(app, customer, it).await?));
            }
        }
    }
    Ok(done)
}

async fn write_together(
    app: &App,
    customer: CustomerId,
    ready: Vec<Ready>,
) -> Result<Vec<(ReceivedMailId, Processed)>> {
    if ready.is_empty() {
        return Ok(Vec::new());
    }
    let handles = app.clone();
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let mut done = Vec::with_capacity(ready.len());
                for Ready { id, read, files } in ready {
                    done.push((id, store_message(tx, &handles, customer, id, &read, &files).await?));
                }
                Ok(done)
            })
        })
        .await
}

/// Everything that waits for files, the DNS or arithmetic.
async fn prepare(app: &App, customer: CustomerId, id: ReceivedMailId) -> Result<Prepared> {
    let row = match store::get(&mut *app.store.read().await?, customer, id).await {
        Ok(row) if row.state == MailState::Received => row,
        Ok(_) | Err(Error::NotFound) => return Ok(Prepared::Ended(Processed::Already)),
        Err(error) => return Err(error),
    };
    let raw = match content(app, &row).await {
        Ok(raw) => raw,
        Err(Error::NotFound) => {
            let dead = bury(app, customer, id, "Its raw file is not there.".into()).await?;
            return Ok(Prepared::Ended(dead));
        }
        Err(error) => return Err(error),
    };
    let envelope: Envelope =
        row.envelope.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
    let mut read = match read(raw.clone(), envelope).await {
        Ok(read) => read,
        Err(why) => return Ok(Prepared::Ended(bury(app, customer, id, why).await?)),
    };
    authenticate(app, customer, &row, raw, &mut read).await?;
    let mut notes = std::mem::take(&mut read.mail.notes);
    let files = files::keep(app, customer, &read.mail, &mut notes).await?;
    read.mail.notes = notes;
    for part in &mut read.mail.parts {
        part.content = Vec::new();
    }
    Ok(Prepared::Ready(Ready { id, read: Arc::new(read), files: Arc::new(files) }))
}

/// Takes what the trusted server found, else asks. History is not asked about: what the DNS says today is
/// not what it said then.
async fn authenticate(
    app: &App,
    customer: CustomerId,
    row: &ReceivedMail,
    raw: Bytes,
    read: &mut Read,
) -> Result<()> {
    let channel = match channels::get(&mut *app.store.read().await?, customer, row.channel_id).await {
        Ok(channel) => channel,
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    if let Some(trusted) = channel.settings.inbound.trusted_auth_server.as_deref() {
        read.authentication = Authentication::of_header(&read.mail, trusted);
    }
    if read.authentication.is_none() && !row.is_history {
        let checked = app.senders.check(raw, read.envelope.connection()).await;
        read.authentication = checked.map(Authentication::from);
    }
    Ok(())
}

/// The raw file, whole: reading MIME needs it so.
pub async fn content(app: &App, mail: &ReceivedMail) -> Result<Bytes> {
    let key = mail.object_key.as_deref().ok_or(Error::NotFound)?;
    let size = mail.size_bytes.unsigned_abs();
    let mut stream = app.files.read(key, 0..size).await?;
    let mut raw = BytesMut::with_capacity(usize::try_from(size).unwrap_or_default());
    while let Some(bytes) = stream.try_next().await? {
        raw.extend_from_slice(&bytes);
    }
    Ok(raw.freeze())
}

async fn write(app: &App, customer: CustomerId, ready: Ready) -> Result<Processed> {
    let Ready { id, read, files } = ready;
    let handles = app.clone();
    let written = app
        .store
        .write(move |tx| {
            Box::pin(async move { store_message(tx, &handles, customer, id, &read, &files).await })
        })
        .await;
    match written {
        // What the mail says is refused for good: trying again changes nothing.
        Err(Error::Invalid { field, message }) => {
            bury(app, customer, id, format!("Its {field} {message}.")).await
        }
        other => other,
    }
}

async fn bury(app: &App, customer: CustomerId, id: ReceivedMailId, reason: String) -> Result<Processed> {
    app.store
        .write(move |tx| {
            Box::pin(async move {
                bury_in(tx, customer, id, &reason).await?;
                Ok(Processed::Dead(reason))
            })
        })
        .await
}
