//! `answerpal apikey`: credentials of programs.

use std::process::ExitCode;

use clap::Subcommand;

use super::Context;
use crate::domain::api_keys::{self, NewApiKey};
use crate::error::{Error, Result};
use crate::model::Actor;
use crate::store::bulk;

#[derive(Subcommand)]
pub enum ApikeyCommand {
    /// Make a key and print it, this once
    Create {
        /// Id or hostname of the tenant; the only one where nothing is given
        #[arg(long)]
        customer: Option<String>,
        /// What the key is for
        #[arg(long)]
        name: String,
        /// Some of read, write, settings, users, metrics, comma-separated; all that the rep may do where nothing is given
        #[arg(long, value_delimiter = ',')]
        scopes: Vec<String>,
        /// Username of the rep that the key acts as
        #[arg(long, value_name = "USERNAME")]
        rep: String,
    },
}

pub async fn run(context: &Context, command: ApikeyCommand) -> Result<ExitCode> {
    let ApikeyCommand::Create { customer, name, scopes, rep } = command;
    let app = context.existing().await?;
    let mut conn = app.store.read().await?;
    let customer = bulk::find_customer(&mut conn, customer.as_deref()).await?;
    let reps = bulk::reps_by_username(&mut conn, customer).await?;
    drop(conn);
    let rep = *reps
        .get(&rep.trim().to_lowercase())
        .ok_or_else(|| Error::invalid("rep", format!("{rep:?} is no username of a rep of this tenant")))?;
    let new = NewApiKey { name, rep, scopes, expires_at: None };
    let (made, key) = api_keys::create(&app, customer, Actor::System, new).await?;
    app.store.close().await;
    context.print(
        &format!("{key}\nKeep it now: it is stored nowhere in this form."),
        &serde_json::json!({ "apiKeyID": made.api_key_id, "key": key }),
    );
    Ok(ExitCode::SUCCESS)
}
