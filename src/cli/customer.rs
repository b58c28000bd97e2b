//! `answerpal customer`: tenants.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};

use super::Context;
use crate::app::App;
use crate::domain::customers::{self, NewCustomer};
use crate::error::Result;
use crate::store::customers as store;

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
    /// Show the tenants
    List,
}

pub async fn run(context: &Context, command: CustomerCommand) -> Result<ExitCode> {
    let app = match command {
        CustomerCommand::Create { .. } => context.open().await?,
        CustomerCommand::List => context.existing().await?,
    };
    match command {
        CustomerCommand::Create { name, username, password, hostname } => {
            let new = NewCustomer { name: name.clone(), hostname, username: username.clone(), password };
            let (customer, rep) = customers::create(&app, new).await?;
            context.print(
                &format!("Made customer {customer} ({name}) with Administrator {username:?} (rep {rep})."),
                &json!({ "customerID": customer, "customerRepID": rep }),
            );
        }
        CustomerCommand::List => list(context, &app).await?,
    }
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn list(context: &Context, app: &App) -> Result<()> {
    let all = store::all(&mut *app.store.read().await?).await?;
    let line = |it: &store::Named| {
        format!("{}  {}  {}", it.customer_id, it.name, it.hostname.as_deref().unwrap_or("(no hostname)"))
    };
    let text = match all.as_slice() {
        [] => "There is no tenant yet.".to_owned(),
        all => all.iter().map(line).collect::<Vec<_>>().join("\n"),
    };
    let json: Vec<Value> = all
        .iter()
        .map(|it| json!({ "customerID": it.customer_id, "name": it.name, "hostname": it.hostname }))
        .collect();
    context.print(&text, &json!({ "customers": json }));
    Ok(())
}
