//! `answerpal dead-letters`: mails that could not be read, and jobs that were given up.

mod letter;

use std::collections::HashSet;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use self::letter::{Letter, LetterId};
use super::Context;
use crate::app::App;
use crate::domain::{inbound, jobs};
use crate::error::{Error, Result};
use crate::model::job::{DEAD, PROCESS_MAIL};
use crate::model::{Actor, MailState};
use crate::store::{Conn, bulk, customers, jobs as job_store, received_mails};

/// Letters of one tenant that are listed.
const LISTED: i64 = 10_000;

#[derive(Subcommand)]
pub enum DeadLettersCommand {
    /// List them all, oldest first
    List {
        /// Id or hostname of a tenant; all where nothing is given
        #[arg(long)]
        customer: Option<String>,
    },
    /// Tell all that is known of one, and how its mail begins
    Show {
        /// As the list prints it: mail-12 or job-34
        id: String,
    },
    /// Give the raw file of a mail
    Raw {
        /// As the list prints it: mail-12
        id: String,
        /// The file to write, which must not be there yet; the output of the command where nothing is given
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Read mails again, run jobs again with all their retries
    Replay(Chosen),
    /// Take them off the list for good: the file of a mail goes with it, what a job was about stays as it is
    Delete {
        /// As the list prints them: mail-12, job-34
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
}

#[derive(clap::Args)]
pub struct Chosen {
    /// As the list prints them: mail-12, job-34
    #[arg(required_unless_present = "all", value_name = "ID")]
    ids: Vec<String>,
    /// Everything that the list has
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    /// With --all: id or hostname of a tenant; all where nothing is given
    #[arg(long, requires = "all")]
    customer: Option<String>,
}

pub async fn run(context: &Context, command: DeadLettersCommand) -> Result<ExitCode> {
    let app = context.existing().await?;
    match command {
        DeadLettersCommand::List { customer } => list(context, &app, customer.as_deref()).await?,
        DeadLettersCommand::Show { id } => show(context, &app, &id).await?,
        DeadLettersCommand::Raw { id, output } => raw(context, &app, &id, output).await?,
        DeadLettersCommand::Replay(chosen) => replay(context, &app, chosen).await?,
        DeadLettersCommand::Delete { ids } => delete(context, &app, &ids).await?,
    }
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn list(context: &Context, app: &App, customer: Option<&str>) -> Result<()> {
    let (letters, left_off) = all(&mut *app.store.read().await?, customer).await?;
    let json: Vec<_> = letters.iter().map(Letter::json).collect();
    context.print(&letter::table(&letters, left_off), &json!({ "deadLetters": json, "leftOff": left_off }));
    Ok(())
}

/// What there is, and how much more.
async fn all(conn: &mut Conn, customer: Option<&str>) -> Result<(Vec<Letter>, u64)> {
    let tenants = match customer {
        Some(_) => vec![bulk::find_customer(conn, customer).await?],
        None => customers::ids(conn).await?,
    };
    let (mut letters, mut left_off) = (Vec::new(), 0);
    for tenant in tenants {
        let mails = received_mails::list_dead(conn, tenant, received_mails::OLDEST_FIRST, LISTED, 0).await?;
        left_off += received_mails::count_dead(conn, tenant).await? - mails.len() as u64;
        // A mail whose job was given up is one letter.
        let told: HashSet<i64> = mails.iter().map(|it| it.received_mail_id.0).collect();
        let jobs = job_store::list_dead(conn, tenant, job_store::OLDEST_FIRST, LISTED, 0).await?;
        left_off += job_store::count_dead(conn, tenant).await? - jobs.len() as u64;
        letters.extend(mails.into_iter().map(Letter::Mail));
        let jobs = jobs.into_iter().filter(|it| it.kind != PROCESS_MAIL || !told.contains(&it.subject_id));
        letters.extend(jobs.map(Letter::Job));
    }
    letters.sort_by_key(Letter::since);
    Ok((letters, left_off))
}

/// The dead letter with an id as it was typed; the error says what to do instead.
async fn find(conn: &mut Conn, id: &str) -> Result<Letter> {
    match LetterId::parse(id)? {
        LetterId::Mail(number) => match received_mails::find_any(conn, number).await? {
            Some(mail) if mail.state == MailState::Dead => Ok(Letter::Mail(mail)),
            Some(mail) => Err(match mail.message_id {
                Some(message) => no_letter(
                    id,
                    &format!("was read: it is message {message} (answerpal explain message {message})"),
                ),
                None => no_letter(id, "is no dead letter (any more)"),
            }),
            None => Err(no_letter(id, "is not there")),
        },
        LetterId::Job(number) => match job_store::find_any(conn, number).await? {
            Some(job) if job.state == DEAD => Ok(Letter::Job(job)),
            Some(job) => Err(no_letter(id, &format!("is {}, not dead", job.state))),
            None => Err(no_letter(id, "is not there")),
        },
    }
}

fn no_letter(id: &str, why: &str) -> Error {
    Error::Missing(format!("{id} {why}. What there is: answerpal dead-letters list"))
}

async fn show(context: &Context, app: &App, id: &str) -> Result<()> {
    let letter = find(&mut *app.store.read().await?, id).await?;
    let begin = match &letter {
        Letter::Mail(mail) => match inbound::content(app, mail).await {
            Ok(content) => Some(letter::beginning(&content)),
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        },
        Letter::Job(_) => None,
    };
    let mut json = letter.json();
    if let (Some(begin), Some(members)) = (&begin, json.as_object_mut()) {
        members.insert("begins".into(), json!(begin));
    }
    context.print(&letter.told(begin.as_deref()), &json);
    Ok(())
}

async fn raw(context: &Context, app: &App, id: &str, output: Option<PathBuf>) -> Result<()> {
    let Letter::Mail(mail) = find(&mut *app.store.read().await?, id).await? else {
        return Err(Error::invalid("id", "must be of a mail: a job has no file"));
    };
    let content = inbound::content(app, &mail).await.map_err(|it| match it {
        Error::NotFound => {
            Error::Missing(format!("The file of {id} is gone: all that is left is to delete it."))
        }
        other => other,
    })?;
    let Some(path) = output else {
        let mut out = std::io::stdout().lock();
        // What a mail has in it may change a terminal, and is nothing for who reads JSON.
        if context.json || out.is_terminal() {
            return Err(Error::invalid("output", "is needed: --output FILE (or a pipe, without --json)"));
        }
        out.write_all(&content)?;
        return Ok(out.flush()?);
    };
    let mut file = std::fs::File::create_new(&path)
        .map_err(|it| Error::invalid("output", format!("cannot be written, {}: {it}", path.display())))?;
    file.write_all(&content)?;
    context.print(
        &format!("Wrote {} ({} bytes).", path.display(), content.len()),
        &json!({ "id": id, "file": path, "sizeBytes": content.len() }),
    );
    Ok(())
}

async fn replay(context: &Context, app: &App, chosen: Chosen) -> Result<()> {
    let letters = match chosen.all {
        true => all(&mut *app.store.read().await?, chosen.customer.as_deref()).await?.0,
        false => found(app, &chosen.ids).await?,
    };
    let ids: Vec<_> = letters.iter().map(|it| it.id().to_string()).collect();
    for letter in letters {
        let id = letter.id();
        let again = app.store.write(move |tx| {
            Box::pin(async move {
                let (tenant, actor) = (letter.tenant(), Actor::System);
                match letter.id() {
                    LetterId::Mail(id) => inbound::replay(tx, tenant, actor, id).await,
                    LetterId::Job(id) => jobs::replay(tx, tenant, actor, id).await,
                }
            })
        });
        again.await.map_err(|it| refused(id, it))?;
    }
    let text = match ids.as_slice() {
        [] => "There are no dead letters.".to_owned(),
        ids => format!(
            "Tried again, by a server or worker that runs on this database, within seconds: {}.\nWhat fails again is listed again: answerpal dead-letters list",
            ids.join(", ")
        ),
    };
    context.print(&text, &json!({ "replayed": ids }));
    Ok(())
}

async fn delete(context: &Context, app: &App, ids: &[String]) -> Result<()> {
    let letters = found(app, ids).await?;
    let ids: Vec<_> = letters.iter().map(|it| it.id().to_string()).collect();
    for letter in letters {
        let id = letter.id();
        let gone = app.store.write(move |tx| {
            Box::pin(async move {
                let (tenant, actor) = (letter.tenant(), Actor::System);
                match letter.id() {
                    LetterId::Mail(id) => inbound::discard(tx, tenant, actor, id).await,
                    LetterId::Job(id) => jobs::discard(tx, tenant, actor, id).await,
                }
            })
        });
        gone.await.map_err(|it| refused(id, it))?;
    }
    context.print(&format!("Deleted {}.", ids.join(", ")), &json!({ "deleted": ids }));
    Ok(())
}

/// All of them, or an error before anything was changed.
async fn found(app: &App, ids: &[String]) -> Result<Vec<Letter>> {
    let mut conn = app.store.read().await?;
    let mut letters: Vec<Letter> = Vec::with_capacity(ids.len());
    for id in ids {
        let letter = find(&mut conn, id).await?;
        if letters.iter().all(|it| it.id() != letter.id()) {
            letters.push(letter);
        }
    }
    Ok(letters)
}

/// Somebody else was faster.
fn refused(id: LetterId, error: Error) -> Error {
    match error {
        Error::NotFound | Error::Conflict(_) => no_letter(&id.to_string(), "is no dead letter any more"),
        other => other,
    }
}
