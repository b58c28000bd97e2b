//! `answerpal migrate`: brings the database's schema up to date, as every start does.

use std::process::ExitCode;

use super::Context;
use crate::clock::Clock;
use crate::error::Result;
use crate::store::{Store, StoreOptions};

pub async fn run(context: &Context) -> Result<ExitCode> {
    let config = context.config()?;
    let options = StoreOptions {
        database_url: config.database_url.clone(),
        sqlite_path: config.data_dir.join("answerpal.db"),
        connections: 1,
    };
    let store = Store::connect(&options, Clock::system())?;
    let applied = store.migrate().await?;
    let version = crate::store::schema_version();
    store.close().await;
    let text = match applied {
        0 => format!("The schema is up to date (version {version})."),
        1 => format!("Applied 1 migration: the schema is at version {version}."),
        n => format!("Applied {n} migrations: the schema is at version {version}."),
    };
    context.print(&text, &serde_json::json!({ "applied": applied, "version": version }));
    Ok(ExitCode::SUCCESS)
}
