//! What is to be done now and then. The lease of a duty is its schedule: it is taken for the time until
//! the next run, so that of all processes one does it, once a period.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::delete_objects;
use super::jitter::jittered;
use crate::app::App;
use crate::error::Result;
use crate::model::Timestamp;
use crate::store::{
    BoxFuture, bulk_undos, chat, counts, idempotency, jobs, message_tokens, meta, notifications, outbox,
    presence, reps, sessions, text_vectors, throttles,
};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Done jobs are kept so long, for their deduplication.
const JOBS_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// So long a rep can read what they were told of.
const NOTIFICATIONS_KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

struct Duty {
    name: &'static str,
    every: Duration,
    run: for<'a> fn(&'a App) -> BoxFuture<'a, Result<()>>,
}

const DUTIES: &[Duty] = &[
    Duty {
        name: "fold_ticket_counts",
        every: Duration::from_secs(2),
        run: |app| Box::pin(fold_ticket_counts(app)),
    },
    Duty {
        name: "delete_objects",
        every: Duration::from_secs(600),
        run: |app| Box::pin(delete_objects::run_for_all(app)),
    },
    Duty { name: "purge", every: Duration::from_secs(600), run: |app| Box::pin(purge(app)) },
];

pub async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    let mut due = vec![Instant::now(); DUTIES.len()];
    while !*stopped.borrow() {
        for (duty, due) in DUTIES.iter().zip(&mut due) {
            if *due <= Instant::now() {
                *due = Instant::now() + duty.every;
                if let Err(error) = once(&app, duty).await {
                    tracing::warn!(duty = duty.name, %error, "a duty failed; its next turn comes");
                }
            }
        }
        tokio::select! {
            _ = stopped.changed() => {}
            () = tokio::time::sleep(jittered(&app, Duration::from_secs(1))) => {}
        }
    }
}

async fn once(app: &App, duty: &Duty) -> Result<()> {
    let (turn, every) = (app.random.token(), duty.every.as_micros() as i64);
    let name = duty.name;
    let mine = app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let until = Timestamp(tx.now.0 + every);
                meta::take_lease(tx, name, &turn, until).await
            })
        })
        .await?;
    if mine { (duty.run)(app).await } else { Ok(()) }
}

/// Adds up the counters of the tenants that have many deltas.
pub async fn fold_ticket_counts(app: &App) -> Result<()> {
    if !app.store.dialect().counts_are_deltas() {
        return Ok(());
    }
    for customer in counts::worth_folding(&mut *app.store.read().await?).await? {
        app.store.write(move |tx| Box::pin(async move { counts::fold(tx, customer).await })).await?;
    }
    Ok(())
}

/// Deletes what has had its time.
pub async fn purge(app: &App) -> Result<()> {
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let ago = |life: Duration| Timestamp(tx.now.0 - life.as_micros() as i64);
                let (now, day, week) = (tx.now, ago(DAY), ago(JOBS_KEPT));
                let told = ago(NOTIFICATIONS_KEPT);
                idempotency::delete_before(tx, day).await?;
                reps::delete_resets_before(tx, now).await?;
                throttles::delete_before(tx, day).await?;
                jobs::delete_done_before(tx, week).await?;
                text_vectors::delete_unused(tx).await?;
                chat::delete_expired(tx, now).await?;
                message_tokens::delete_expired(tx, now).await?;
                outbox::delete_sink_before(tx, week).await?;
                outbox::forget_turns_before(tx, day.0 / 60_000_000).await?;
                sessions::delete_expired(tx, now).await?;
                presence::delete_expired(tx, now).await?;
                bulk_undos::delete_expired(tx, now).await?;
                notifications::delete_before(tx, told).await?;
                Ok(())
            })
        })
        .await
}
