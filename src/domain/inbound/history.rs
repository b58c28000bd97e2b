//! Imports archived mail with its dates. What the channel has already is skipped, so the same archive twice
//! adds nothing, and after an interruption the same command goes on. Nothing is answered and nobody is told.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use tokio::sync::mpsc;

use super::Processed;
use super::process::process_together;
use super::receive::{Envelope, Incoming, receive};
use super::sources::{self, Archive, Archived};
use crate::app::App;
use crate::domain::progress::Progress;
use crate::error::{Error, Result};
use crate::model::{ChannelId, CustomerId, MailSource, MailState, ReceivedMailId};
use crate::store::mail_imports::{self, Reached};
use crate::store::{inbound as store, received_mails};

/// Mails that are read ahead.
const AHEAD: usize = 64;
/// Mails that are kept at one time: their commits are one.
const TOGETHER: usize = 32;
/// Mails whose messages are made in one transaction: their channel is locked as long as it takes.
const WRITTEN_TOGETHER: usize = 16;
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
    /// Bytes of mbox files that an import before this one was done with.
    pub bytes_skipped: u64,
}

/// How an archive is imported.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Check everything and write nothing.
    pub dry_run: bool,
    /// Read mbox files from their start, also where an import before this one was done with a part.
    pub from_start: bool,
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
    options: Options,
    progress: &dyn Progress,
) -> Result<History> {
    let dry_run = options.dry_run;
    let (files, steps) = sources::files(archive, &path)?;
    let goes_on = archive == Archive::Mbox && !dry_run && !options.from_start;
    let (files, bytes_skipped) = match goes_on {
        true => starts(app, customer, channel, files).await?,
        false => (files.into_iter().map(|it| (it, 0)).collect(), 0),
    };
    progress.begin(if dry_run { "Checking" } else { "Importing" }, steps - bytes_skipped);
    let most = app.config.max_mail_bytes;
    let (sender, mut mails) = mpsc::channel::<Archived>(AHEAD);
    let reader = tokio::task::spawn_blocking(move || {
        for (file, from) in files {
            sources::read(archive, &file, from, most, |it| sender.blocking_send(it).is_ok());
        }
    });
    let before = count(app, customer).await?;
    let mut run = Run { report: History { dry_run, bytes_skipped, ..History::default() }, left_out: false };
    let mut batch = Vec::with_capacity(AHEAD);
    while mails.recv_many(&mut batch, TOGETHER).await > 0 {
        let mails = std::mem::take(&mut batch);
        let steps: u64 = mails.iter().map(|it| it.steps).sum();
        if dry_run {
            check(app, customer, channel, mails, &mut run.report).await?;
        } else {
            take_in(app, customer, channel, mails, &mut run).await?;
        }
        progress.advance(steps);
    }
    reader.await?;
    run.report.tickets_made = count(app, customer).await?.saturating_sub(before);
    Ok(run.report)
}

async fn count(app: &App, customer: CustomerId) -> Result<u64> {
    store::count_tickets(&mut *app.store.read().await?, customer).await
}

/// Where each mbox file is to be read from, and how many bytes are left out so.
async fn starts(
    app: &App,
    customer: CustomerId,
    channel: ChannelId,
    files: Vec<PathBuf>,
) -> Result<(Vec<(PathBuf, u64)>, u64)> {
    let (mut starts, mut skipped) = (Vec::with_capacity(files.len()), 0);
    let mut conn = app.store.read().await?;
    for file in files {
        // What cannot be read is told when it is its turn.
        let source = sources::source(&file).ok().flatten();
        let reached = match source {
            Some(source) => mail_imports::get(&mut conn, customer, channel, &source).await?,
            None => None,
        };
        let from = reached.filter(|it| still_there(&file, it)).map_or(0, |it| it.position.unsigned_abs());
        skipped += from;
        starts.push((file, from));
    }
    Ok((starts, skipped))
}

fn still_there(file: &Path, reached: &Reached) -> bool {
    let mark = File::open(file).and_then(|mut it| sources::mark(&mut it, reached.position.unsigned_abs()));
    mark.is_ok_and(|it| it == reached.mark)
}

/// Keeps a batch of mails, several at a time, then makes their messages: threads are found in the order of the
/// archive.
async fn take_in(
    app: &App,
    customer: CustomerId,
    channel: ChannelId,
    mails: Vec<Archived>,
    run: &mut Run,
) -> Result<()> {
    let reached = reached_by(&mails, run.left_out);
    run.left_out |= mails.iter().any(|it| it.raw.is_err());
    let report = &mut run.report;
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
    let mut new: Vec<ReceivedMailId> = Vec::with_capacity(kept.len());
    for (_, kept) in &kept {
        match kept {
            Ok(Kept::New(id)) if !new.contains(id) => new.push(*id),
            _ => {}
        }
    }
    let mut done = HashMap::with_capacity(new.len());
    for ids in new.chunks(WRITTEN_TOGETHER) {
        done.extend(process_together(app, customer, ids).await?);
    }
    for (place, kept) in kept {
        report.mails += 1;
        match kept {
            // Of two with one identity the first has it.
            Ok(Kept::New(id)) => match done.remove(&id).unwrap_or(Processed::Already) {
                Processed::Message(_) => report.messages_made += 1,
                Processed::Nothing => report.copies += 1,
                Processed::Already => report.there_already += 1,
                Processed::Dead(reason) => report.fail(place, reason),
            },
            Ok(Kept::Before) => report.there_already += 1,
            Err(why) => report.fail(place, why),
        }
    }
    if reached.is_empty() {
        return Ok(());
    }
    app.store
        .write(move |tx| {
            Box::pin(async move {
                for (source, reached) in reached {
                    mail_imports::put(tx, customer, channel, &source, &reached).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Where each file stands before the last mail of a batch: a file that grows may have cut that one. Not
/// beyond what was left out, which the next import is to tell of again.
fn reached_by(mails: &[Archived], left_out: bool) -> HashMap<String, Reached> {
    let mut reached = HashMap::new();
    for mail in mails.iter().take_while(|it| !left_out && it.raw.is_ok()) {
        reached.extend(mail.reached.clone());
    }
    reached
}

/// An import under way.
struct Run {
    report: History,
    /// Some mail could not be kept at all.
    left_out: bool,
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
