//! `answerpal worker`: background work only, beside servers on the same database.

use std::process::ExitCode;

use super::{Context, serve};
use crate::error::Result;
use crate::jobs;

pub async fn run(context: &Context) -> Result<ExitCode> {
    let app = context.open().await?;
    let notifier = app.clone();
    let notifier = tokio::spawn(async move { notifier.store.run_notifier().await });
    let workers = jobs::start(&app);
    tracing::info!("working");
    serve::terminated().await;
    workers.stop().await;
    notifier.abort();
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}
