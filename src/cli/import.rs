//! `answerpal import`: conversations from elsewhere.

use std::fmt::Write;
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::Context;
use super::import_mail::{self, MailArgs};
use super::progress::Bar;
use crate::domain::import::{self, Format, Options, Report};
use crate::domain::inbound::Archive;
use crate::domain::progress::Progress;
use crate::error::{Error, Result};
use crate::store::bulk;

#[derive(Subcommand)]
pub enum ImportCommand {
    /// Tickets with their messages; the same file again adds only what is new (see docs/IMPORT.md)
    Tickets {
        /// JSON lines (.jsonl, a ticket a line) or CSV (.csv, a message a row)
        file: PathBuf,
        /// Id or hostname of the tenant; the only one where nothing is given
        #[arg(long)]
        customer: Option<String>,
        /// Check everything and write nothing
        #[arg(long)]
        dry_run: bool,
        /// Make topics that are not there
        #[arg(long)]
        create_topics: bool,
        /// Learn nothing from the topics that messages come with
        #[arg(long)]
        no_learning: bool,
    },
    /// Mail of an mbox file (or a folder of them), with its dates; twice adds nothing
    Mbox(MailArgs),
    /// Mail of a maildir, with its dates; twice adds nothing
    Maildir(MailArgs),
    /// Mail of a file (or a folder of them), one mail each, with its dates; twice adds nothing
    Eml(MailArgs),
}

/// Fails where a line could not be imported, after all the others were.
pub async fn run(context: &Context, command: ImportCommand) -> Result<ExitCode> {
    let (file, customer, options) = match command {
        ImportCommand::Tickets { file, customer, dry_run, create_topics, no_learning } => {
            (file, customer, Options { dry_run, create_topics, no_learning })
        }
        ImportCommand::Mbox(args) => return import_mail::run(context, Archive::Mbox, args).await,
        ImportCommand::Maildir(args) => return import_mail::run(context, Archive::Maildir, args).await,
        ImportCommand::Eml(args) => return import_mail::run(context, Archive::Eml, args).await,
    };
    let format = Format::of(&file)?;
    let cannot = |error: std::io::Error| {
        Error::invalid(file.display().to_string(), format!("cannot be read: {error}"))
    };
    let source = File::open(&file).map_err(cannot)?;
    let length = source.metadata().map_err(cannot)?.len();
    let app = context.existing().await?;
    let customer = bulk::find_customer(&mut *app.store.read().await?, customer.as_deref()).await?;
    let bar = Bar::new();
    bar.begin(if options.dry_run { "Checking" } else { "Importing" }, length);
    let report = import::run(&app, customer, source, format, options, &bar).await?;
    drop(bar);
    app.store.close().await;
    context.print(&told(&report), &serde_json::to_value(&report)?);
    Ok(if report.tickets_failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Failures shown to a person.
const SHOWN: usize = 20;

fn told(report: &Report) -> String {
    let verb = if report.dry_run { "Would make" } else { "Made" };
    let mut text = format!(
        "{verb} {} tickets, {} messages and {} end users. {} tickets were there already, {} of them got new messages.",
        report.tickets_made,
        report.messages_made,
        report.end_users_made,
        report.tickets_skipped + report.tickets_extended,
        report.tickets_extended,
    );
    if report.encoding != "UTF-8" {
        // Writing into a String cannot fail.
        let _ = write!(text, "\nThe file was read as {}: it is not UTF-8.", report.encoding);
    }
    if !report.topics_made.is_empty() {
        let names: Vec<&str> = report.topics_made.iter().map(String::as_str).collect();
        let _ = write!(text, "\n{verb} the topics {}.", names.join(", "));
    }
    if report.tickets_failed > 0 {
        let _ = write!(text, "\n{} tickets were left out:", report.tickets_failed);
        for failure in report.failures.iter().take(SHOWN) {
            let _ = write!(text, "\n  line {}: {} {}", failure.line, failure.field, failure.reason);
        }
        if report.tickets_failed as usize > SHOWN {
            text.push_str("\n  … (--json lists more)");
        }
        text.push_str(
            "\nCorrect these lines and import the same file again: the others are not added twice.",
        );
    }
    text
}
