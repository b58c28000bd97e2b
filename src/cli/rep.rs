//! `answerpal rep`: who may sign in.

use std::process::ExitCode;

use clap::Subcommand;

use super::Context;
use crate::domain::reps;
use crate::error::{Error, Result};
use crate::model::{Actor, NewRep, Role};
use crate::store::bulk;

#[derive(Subcommand)]
pub enum RepCommand {
    /// Make a rep
    Create {
        /// Id or hostname of the tenant; the only one where nothing is given
        #[arg(long)]
        customer: Option<String>,
        /// Login name
        #[arg(long)]
        username: String,
        /// As customers see it; the username where nothing is given
        #[arg(long)]
        name: Option<String>,
        /// Where the link of a password reset goes
        #[arg(long)]
        email: Option<String>,
        /// Administrator, Supervisor or Agent
        #[arg(long, default_value = "Agent")]
        role: String,
        /// At least 8 characters
        #[arg(long, env = "ANSWERPAL_PASSWORD", hide_env_values = true)]
        password: String,
    },
}

pub async fn run(context: &Context, command: RepCommand) -> Result<ExitCode> {
    let RepCommand::Create { customer, username, name, email, role, password } = command;
    let role = Role::parse(&role)
        .ok_or_else(|| Error::invalid("role", "must be Administrator, Supervisor or Agent"))?;
    let app = context.existing().await?;
    let customer = bulk::find_customer(&mut *app.store.read().await?, customer.as_deref()).await?;
    let password_hash = reps::hash_password(&app, &password).await?;
    let new = NewRep { username: username.clone(), name, email, role, password_hash, ..NewRep::default() };
    let rep = app
        .store
        .write(move |tx| Box::pin(async move { reps::insert(tx, customer, Actor::System, &new).await }))
        .await?;
    app.store.close().await;
    context.print(
        &format!("Made {role} {username:?} (rep {rep}) of customer {customer}."),
        &serde_json::json!({ "customerID": customer, "customerRepID": rep }),
    );
    Ok(ExitCode::SUCCESS)
}
