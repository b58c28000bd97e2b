//! Imports conversations from a file. What was imported is remembered by its external ids, in the
//! transaction that makes it: the same file twice adds nothing, and after a crash it goes on where it was.
//! Nothing goes out and no pipeline runs for imported tickets; the topics that messages come with are learned
//! in the background.

mod encoding;
mod load;
mod prepare;
mod read;
mod record;

use std::collections::BTreeSet;
use std::io::{Read, Seek};
use std::time::Duration;

use serde::Serialize;

use crate::app::App;
use crate::domain::progress::Progress;
use crate::domain::topic_examples;
use crate::error::{Error, Result};
use crate::model::{CustomerId, MessageId};

use load::load;
use prepare::{Prepared, Preparer};
pub use read::Format;

/// Tickets in one transaction.
const BATCH: usize = 100;
/// What an import has brought is learned so long after it began, should it never end.
const ABANDONED: Duration = Duration::from_secs(3600);
/// Failures told one by one; more are counted.
const MOST_FAILURES: usize = 1000;

#[derive(Clone, Copy, Default)]
pub struct Options {
    /// Check everything, write nothing.
    pub dry_run: bool,
    /// Make topics that the tenant does not have.
    pub create_topics: bool,
    /// Learn nothing from the topics that messages come with.
    pub no_learning: bool,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub dry_run: bool,
    /// What the file was read as: `UTF-8`, `UTF-16LE`, `UTF-16BE`, `windows-1252`.
    pub encoding: String,
    pub tickets_made: u64,
    pub messages_made: u64,
    pub end_users_made: u64,
    /// Topics made for `create_topics`.
    pub topics_made: BTreeSet<String>,
    /// Tickets that were there already and got messages that were not.
    pub tickets_extended: u64,
    /// Tickets that were there already, with all their messages.
    pub tickets_skipped: u64,
    pub tickets_failed: u64,
    pub failures: Vec<Failure>,
    /// The first message with topics that was made.
    #[serde(skip)]
    taught_from: Option<MessageId>,
}

/// A line that was left out, and why.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    pub line: u64,
    pub field: String,
    pub reason: String,
}

impl Report {
    fn fail(&mut self, line: u64, error: Error) -> Result<()> {
        let (field, reason) = match error {
            Error::Invalid { field, message } => (field, message),
            other => return Err(other),
        };
        self.tickets_failed += 1;
        if self.failures.len() < MOST_FAILURES {
            self.failures.push(Failure { line, field, reason });
        }
        Ok(())
    }

    fn add(&mut self, done: &load::Done) {
        self.tickets_made += done.tickets_made;
        self.messages_made += done.messages_made;
        self.end_users_made += done.end_users_made;
        self.tickets_extended += done.tickets_extended;
        self.tickets_skipped += done.tickets_skipped;
        self.taught_from = self.taught_from.or(done.taught_from);
    }
}

/// Imports `source` into a tenant. Lines that cannot be imported are reported and left out. `progress`
/// counts bytes.
pub async fn run(
    app: &App,
    customer: CustomerId,
    source: impl Read + Seek,
    format: Format,
    options: Options,
    progress: &dyn Progress,
) -> Result<Report> {
    let (encoding, source) = encoding::decoded(source)?;
    let mut report =
        Report { dry_run: options.dry_run, encoding: encoding.name().to_owned(), ..Report::default() };
    let mut preparer = Preparer::new(app, customer, options).await?;
    let mut batch: Vec<Prepared> = Vec::with_capacity(BATCH);
    let mut in_batch = BTreeSet::new();
    for item in read::read(source, format)? {
        let item = item?;
        let prepared = match item.record {
            Ok(record) => preparer.prepare(app, item.line, record).await,
            Err(error) => Err(error),
        };
        match prepared {
            Ok(prepared) => {
                if batch.len() == BATCH || !in_batch.insert(prepared.external_id.clone()) {
                    write(app, customer, std::mem::take(&mut batch), options, &mut report).await?;
                    in_batch = BTreeSet::from([prepared.external_id.clone()]);
                }
                batch.push(prepared);
            }
            Err(error) => report.fail(item.line, error)?,
        }
        progress.advance(item.bytes);
    }
    write(app, customer, batch, options, &mut report).await?;
    report.topics_made = preparer.topics_made;
    learn(app, customer, options, &report, Duration::ZERO).await?;
    Ok(report)
}

async fn write(
    app: &App,
    customer: CustomerId,
    batch: Vec<Prepared>,
    options: Options,
    report: &mut Report,
) -> Result<()> {
    let is_begun = report.taught_from.is_some();
    report.add(&load(app, customer, batch, options.dry_run).await?);
    if is_begun { Ok(()) } else { learn(app, customer, options, report, ABANDONED).await }
}

/// Lets topics be learned from what was imported, once that has ended.
async fn learn(
    app: &App,
    customer: CustomerId,
    options: Options,
    report: &Report,
    after: Duration,
) -> Result<()> {
    let Some(first) = report.taught_from.filter(|_| !options.no_learning) else { return Ok(()) };
    app.store
        .write(move |tx| {
            Box::pin(async move { topic_examples::learn_import(tx, customer, first, after).await })
        })
        .await
}
