//! `answerpal customer`: tenants.

use std::process::ExitCode;

use clap::Subcommand;

use super::Context;
use crate::domain::customers::{self, NewCustomer};
use crate::error::Result;

#[derive(Subcommand)]
pub enum CustomerCommand {
    /// Make a tenant with its Administrator
    Create {
        /// What the tenant is called
        #[arg(long)]
        name: String,
        /// Login name of the Administrator
        #[arg(long)]
        username: String,
        /// At least 8 characters
        #[arg(long, env = "ANSWERPAL_PASSWORD", hide_env_values = true)]
        password: String,
        /// Selects the tenant at login where several have the username
        #[arg(long)]
        hostname: Option<String>,
    },
}

pub async fn run(context: &Context, command: CustomerCommand) -> Result<ExitCode> {
    let CustomerCommand::Create { name, username, password, hostname } = command;
    let app = context.open().await?;
    let new = NewCustomer { name: name.clone(), hostname, username: username.clone(), password };
    let (customer, rep) = customers::create(&app, new).await?;
    app.store.close().await;
    context.print(
        &format!("Made customer {customer} ({name}) with Administrator {username:?} (rep {rep})."),
        &serde_json::json!({ "customerID": customer, "customerRepID": rep }),
    );
    Ok(ExitCode::SUCCESS)
}
