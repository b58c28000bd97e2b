//! Removes content that no attachment refers to, once it is due.

use crate::app::App;
use crate::error::Result;
use crate::model::CustomerId;
use crate::model::job::JobError;
use crate::store::attachments as store;

const BATCH: i64 = 100;

pub async fn run(app: &App, customer: CustomerId, _: i64) -> Result<(), JobError> {
    Ok(delete_due(app, customer).await?)
}

/// For every tenant: what uploads reserved and never used has no job of its own.
pub async fn run_for_all(app: &App) -> Result<()> {
    let now = app.clock.now();
    for customer in store::tenants_with_due(&mut *app.store.read().await?, now).await? {
        delete_due(app, customer).await?;
    }
    Ok(())
}

async fn delete_due(app: &App, customer: CustomerId) -> Result<()> {
    loop {
        let due = store::due(&mut *app.store.read().await?, customer, app.clock.now(), BATCH).await?;
        if due.is_empty() {
            return Ok(());
        }
        let mut done = Vec::with_capacity(due.len());
        for (doomed, key, referred_to) in due {
            if !referred_to {
                app.files.delete(&key).await?;
            }
            done.push(doomed);
        }
        app.store
            .write(move |tx| Box::pin(async move { store::forget_doomed(tx, customer, done).await }))
            .await?;
    }
}
