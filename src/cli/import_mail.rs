//! `answerpal import mbox|maildir|eml`: real history from files.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use super::Context;
use super::progress::Bar;
use crate::domain::inbound::{self, Archive, History, Options};
use crate::error::{Error, Result};
use crate::model::ChannelId;
use crate::store::inbound as store;

/// What each of the three takes.
#[derive(clap::Args)]
pub struct MailArgs {
    /// The file, or the folder
    path: PathBuf,
    /// Id of the e-mail channel that it belongs to
    #[arg(long, value_name = "ID")]
    channel: i64,
    /// Check everything and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Read an mbox from its start, also where an import before this one was done with a part of it
    #[arg(long)]
    from_start: bool,
}

/// Fails where a mail could not be imported, after all the others were.
pub async fn run(context: &Context, archive: Archive, args: MailArgs) -> Result<ExitCode> {
    let app = context.existing().await?;
    let channel = ChannelId(args.channel);
    let customer = store::customer_of(&mut *app.store.read().await?, channel).await;
    let customer = customer.map_err(|it| match it {
        Error::NotFound => Error::invalid("channel", "does not exist"),
        other => other,
    })?;
    let options = Options { dry_run: args.dry_run, from_start: args.from_start };
    let bar = Bar::new();
    let history = inbound::import(&app, customer, channel, archive, args.path, options, &bar).await?;
    drop(bar);
    app.store.close().await;
    context.print(&told(&history), &serde_json::to_value(&history)?);
    Ok(if history.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Failures shown to a person.
const SHOWN: usize = 20;

fn told(history: &History) -> String {
    let verb = if history.dry_run { "Would make" } else { "Made" };
    let mut text = format!("{verb} {} messages of {} mails", history.messages_made, history.mails);
    // Writing into a String cannot fail.
    let _ = match history.dry_run {
        true => write!(text, "."),
        false => write!(text, " in {} new tickets and those that were there.", history.tickets_made),
    };
    let _ = write!(
        text,
        " {} were there already, {} are copies of others.",
        history.there_already, history.copies
    );
    if history.bytes_skipped > 0 {
        let _ = write!(
            text,
            "\n{} bytes were imported before and not read again (--from-start reads them).",
            history.bytes_skipped
        );
    }
    if history.failed > 0 {
        let _ = write!(text, "\n{} could not be read:", history.failed);
        for failure in history.failures.iter().take(SHOWN) {
            let _ = write!(text, "\n  {}: {}", failure.place, failure.reason);
        }
        if history.failed as usize > SHOWN {
            text.push_str("\n  … (--json lists more)");
        }
    }
    text
}
