//! The command line: one file per command.

mod apikey;
mod audit;
mod backup;
mod bench_data;
mod customer;
mod dead_letters;
mod doctor;
mod eval;
mod explain;
mod import;
mod import_mail;
mod migrate;
mod progress;
mod rep;
mod serve;
mod worker;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::app::{App, store_options};
use crate::clock::{Clock, Random};
use crate::config::{Config, Flags, ServeFlags};
use crate::error::{Error, Result};
use crate::store::{Store, StoreOptions, meta};

/// Self-hosted, AI-first customer-support ticket server.
#[derive(Parser)]
#[command(name = "answerpal", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    /// Print the result as JSON, for programs
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server, with its background workers
    Serve(ServeFlags),
    /// Run background work only, beside servers on the same database
    Worker,
    /// Bring the database's schema up to date
    Migrate,
    /// Check the settings and what the server needs, and say what is wrong
    Doctor,
    /// Check the audit trail
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Make and list tenants
    #[command(subcommand)]
    Customer(customer::CustomerCommand),
    /// Make reps, who sign in
    #[command(subcommand)]
    Rep(rep::RepCommand),
    /// Make API keys, for programs
    #[command(subcommand)]
    Apikey(apikey::ApikeyCommand),
    /// Say why something is as it is
    #[command(subcommand)]
    Explain(explain::ExplainCommand),
    /// See, replay and delete mails that could not be read and jobs that were given up
    #[command(subcommand)]
    DeadLetters(dead_letters::DeadLettersCommand),
    /// Bring conversations in from elsewhere
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Write everything (database and files) into one archive, while the server runs
    Backup(backup::BackupArgs),
    /// Put an archive back, on SQLite or PostgreSQL, whichever it was made on
    Restore(backup::RestoreArgs),
    /// Write a document, given as input, as markdown: what the server starts for each one
    #[command(hide = true)]
    ConvertFile {
        /// The name that the file came under
        #[arg(long, default_value = "")]
        name: String,
    },
    /// Measure how good topics and retrieval are
    #[command(subcommand)]
    Eval(eval::EvalCommand),
    /// Make tickets in bulk, for measuring
    BenchData(bench_data::BenchDataArgs),
}

/// What a command is given: the settings, and how to print.
pub struct Context {
    pub flags: Flags,
    pub json: bool,
}

impl Context {
    pub fn config(&self) -> Result<Config> {
        Config::load(&self.flags, &ServeFlags::default())
    }

    /// Opens the installation, making what it lacks.
    pub async fn open(&self) -> Result<App> {
        App::open(self.config()?, Clock::system(), Random::system()).await
    }

    /// Opens the installation that is there; makes none.
    ///
    /// # Errors
    /// `Invalid` where there is none, with how to make one.
    pub async fn existing(&self) -> Result<App> {
        let config = self.config()?;
        let none = |at: String| {
            let how = "make one with: answerpal serve (or: answerpal customer create …)";
            Err(Error::invalid("data-dir", format!("has no installation ({at}): {how}")))
        };
        let options = store_options(&config);
        if options.database_url.is_none() {
            if !options.sqlite_path.exists() {
                return none(format!("{} is not there", options.sqlite_path.display()));
            }
        } else {
            let store = Store::connect(&StoreOptions { connections: 1, ..options }, Clock::system())?;
            let version = meta::schema_version(&mut *store.read().await?).await?;
            store.close().await;
            if version.is_none() {
                return none("the database is empty".into());
            }
        }
        App::open(config, Clock::system(), Random::system()).await
    }

    /// Prints a result: `text` for a person, `json` for a program.
    pub fn print(&self, text: &str, json: &serde_json::Value) {
        println!("{}", if self.json { json.to_string() } else { text.to_owned() });
    }
}

pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let context = Context { flags: cli.flags, json: cli.json };
    start_log(context.flags.log_json.unwrap_or_default());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&context, &error.into()),
    };
    match runtime.block_on(run(&context, cli.command)) {
        Ok(code) => code,
        Err(error) => fail(&context, &error),
    }
}

async fn run(context: &Context, command: Command) -> Result<ExitCode> {
    match command {
        Command::Serve(flags) => serve::run(context, &flags).await,
        Command::Worker => worker::run(context).await,
        Command::Doctor => doctor::run(context).await,
        Command::Migrate => migrate::run(context).await,
        Command::Audit(command) => audit::run(context, command).await,
        Command::Customer(command) => customer::run(context, command).await,
        Command::BenchData(args) => bench_data::run(context, args).await,
        Command::ConvertFile { name } => crate::convert::convert_input(&name),
        Command::Apikey(command) => apikey::run(context, command).await,
        Command::Rep(command) => rep::run(context, command).await,
        Command::Eval(command) => eval::run(context, command).await,
        Command::Explain(command) => explain::run(context, command).await,
        Command::DeadLetters(command) => dead_letters::run(context, command).await,
        Command::Import(command) => import::run(context, command).await,
        Command::Backup(args) => backup::backup(context, args).await,
        Command::Restore(args) => backup::restore(context, args).await,
    }
}

fn fail(context: &Context, error: &crate::error::Error) -> ExitCode {
    if context.json {
        println!("{}", serde_json::json!({ "error": error.to_string() }));
    } else {
        eprintln!("answerpal: {error}");
    }
    ExitCode::FAILURE
}

fn start_log(json: bool) {
    let filter =
        EnvFilter::try_from_env("ANSWERPAL_LOG").unwrap_or_else(|_| EnvFilter::new("warn,answerpal=info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start (tests) keeps the first log.
    let _ = if json { log.json().try_init() } else { log.try_init() };
}
