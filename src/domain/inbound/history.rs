//! Imports archived mail with its dates. What the channel has already is skipped, so the same archive twice
//! adds nothing, and after an interruption the same command goes on. Nothing is answered and nobody is told.

use std::path::PathBuf;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use tokio::sync::mpsc;

use super::receive::{Envelope, Incoming, receive};
use super::sources::{self, Archive, Archived};
use super::{Processed, process};
use crate::app::App;
use crate::domain::progress::Progress;
use crate::error::{Error, Result};
use crate::model::{ChannelId, CustomerId, MailSource, MailState, ReceivedMailId};
use crate::store::{inbound as store, received_mails};

/// Mails that are read ahead.
const AHEAD: usize = 64;
/// Mails that are kept at one time: their commits are one.
const TOGETHER: usize = 32;
/// What could not be imported, told one by one; more are counted.
const MOST_FAILURES: usize = 1000;

/// What an import did, or would do.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct History {
    pub dry_run: bool,
    /// Mails in the archive.
    pub mails: u64,
    pub messages_made: u64,
    pub tickets_made: u64,
    /// The channel had them already.
    pub there_already: u64,
    /// Other copies of mails in the archive, and mail that was sent from here.
    pub copies: u64,
    pub failed: u64,
    pub failures: Vec<Failure>,
}

/// A mail that was left out, or became a dead letter, and why.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    pub place: String,
    pub reason: String,
}

impl History {
    fn fail(&mut self, place: String, reason: String) {
        self.failed += 1;
        if self.failures.len() < MOST_FAILURES {
            self.failures.push(Failure { place, reason });
        }
    }
}

/// Imports an archive into a channel.
pub async fn import(
    app: &App,
    customer: CustomerId,
    channel: ChannelId,
    archive: Archive,
    path: PathBuf,
    dry_run: bool,
    progress: &dyn Progress,
) -> Result<History> {
    let (files, steps) = sources::files(archive, &path)?;
    progress.begin(if dry_run { "Checking" } else { "Importing" }, steps);
    let most = app.config.max_mail_bytes;
    let (sender, mut mails) = mpsc::channel::<Archived>(AHEAD);
    let reader = tokio::task::spawn_blocking(move || {
        for file in files {
            sources::read(archive, &file, most, |it| sender.blocking_send(it).is_ok());
        }
    });
    let before = count(app, customer).await?;
    let mut report = History { dry_run, ..History::default() };
    let mut batch = Vec::with_capacity(AHEAD);
    while mails.recv_many(&mut batch, TOGETHER).await > 0 {
        let mails = std::mem::take(&mut batch);
        let steps: u64 = mails.iter().map(|it| it.steps).sum();
        if dry_run {
            check(app, customer, channel, mails, &mut report).await?;
        } else {
            take_in(app, customer, channel, mails, &mut report).await?;
        }
        progress.advance(steps);
    }
    reader.await?;
    report.tickets_made = count(app, customer).await?.saturating_sub(before);
    Ok(report)
}

async fn count(app: &App, customer: CustomerId) -> Result<u64> {
    store::count_tickets(&mut *app.store.read().await?, customer).await
}

/// Keeps a batch of mails, several at a time, then makes their messages one after the other: threads are
/// found in the order of the archive.
async fn take_in(
    app: &App,
    customer: CustomerId,
    channel: ChannelId,
    mails: Vec<Archived>,
    report: &mut History,
) -> Result<()> {
    let kept: Vec<(String, Result<Kept, String>)> = stream::iter(mails)
        .map(|it| async move {
            let kept = match it.raw {
                Ok(raw) => Ok(keep(app, customer, channel, raw).await?),
                Err(why) => Err(why),
            };
            Ok::<_, Error>((it.place, kept))
        })
        .buffered(TOGETHER)
        .try_collect()
        .await?;
    for (place, kept) in kept {
        report.mails += 1;
        match kept {
            Ok(Kept::New(id)) => match process(app, customer, id).await? {
                Processed::Message(_) => report.messages_made += 1,
                Processed::Nothing => report.copies += 1,
                Processed::Already => report.there_already += 1,
                Processed::Dead(reason) => report.fail(place, reason),
            },
            Ok(Kept::Before) => report.there_already += 1,
            Err(why) => report.fail(place, why),
        }
    }
    Ok(())
}

enum Kept {
    New(ReceivedMailId),
    Before,
}

async fn keep(app: &App, customer: CustomerId, channel: ChannelId, raw: Vec<u8>) -> Result<Kept> {
    let incoming = Incoming {
        is_history: true,
        ..Incoming::new(Bytes::from(raw), MailSource::Import, Envelope::default())
    };
    let receipt = receive(app, customer, channel, incoming).await?;
    // One that an interrupted import kept has no message yet.
    let is_new = !receipt.is_duplicate || {
        let row = received_mails::get(&mut *app.store.read().await?, customer, receipt.id).await?;
        row.state == MailState::Received
    };
    Ok(if is_new { Kept::New(receipt.id) } else { Kept::Before })
}

/// What a batch would come to.
async fn check(
    app: &App,
    customer: CustomerId,
    channel: ChannelId,
    mails: Vec<Archived>,
    report: &mut History,
) -> Result<()> {
    let read = tokio::task::spawn_blocking(move || {
        let read = mails.into_iter().map(|it| {
            let found = it.raw.map(|raw| {
                let is_mail = answerpal_mail::parse(&raw, &answerpal_mail::Limits::default()).is_some();
                (answerpal_mail::identity(&raw), is_mail)
            });
            (it.place, found)
        });
        read.collect::<Vec<_>>()
    })
    .await?;
    let mut conn = app.store.read().await?;
    for (place, found) in read {
        report.mails += 1;
        match found {
            Ok((identity, true)) => {
                match received_mails::find(&mut conn, customer, channel, &identity).await? {
                    Some(_) => report.there_already += 1,
                    None => report.messages_made += 1,
                }
            }
            Ok((_, false)) => report.fail(place, "It is no mail: there is not one header in it.".into()),
            Err(why) => report.fail(place, why),
        }
    }
    Ok(())
}
