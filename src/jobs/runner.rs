//! Runs jobs: any number at a time, in any number of processes on one database.
//!
//! A job is leased, not locked: while it runs no transaction is open, a heartbeat extends the lease, and
//! a job whose lease ran out is begun again by whoever sees it first.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};

use super::KINDS;
use super::jitter::jittered;
use crate::app::App;
use crate::domain::audit;
use crate::error::Result;
use crate::model::Timestamp;
use crate::model::job::{Job, JobError};
use crate::store::jobs as store;

/// Jobs that one process runs at a time.
const AT_ONCE: usize = 16;
const LEASE: Duration = Duration::from_secs(60);
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Wake-ups that come this close together are one.
const COALESCE: Duration = Duration::from_millis(5);
/// What is under way when the workers stop has this long, then another worker gets it.
const GRACE: Duration = Duration::from_secs(8);
/// Retries before a job is a dead letter, and the wait before the first.
const RETRIES: i64 = 10;
const FIRST_WAIT: Duration = Duration::from_secs(5);

/// The workers of this process.
pub struct Workers {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts the workers of this process.
pub fn start(app: &App) -> Workers {
    app.workers.beat();
    let (stop, stopped) = watch::channel(false);
    let tasks = vec![
        tokio::spawn(run_jobs(app.clone(), stopped.clone())),
        tokio::spawn(super::seal_events::run(app.clone(), stopped.clone())),
        tokio::spawn(super::duties::run(app.clone(), stopped.clone())),
        tokio::spawn(super::watch_mailboxes::run(app.clone(), stopped)),
    ];
    Workers { stop, tasks }
}

impl Workers {
    /// Takes no more work, and returns when what is under way has ended or was given back.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a worker did not stop cleanly");
            }
        }
    }
}

/// Runs every due job, and what those enqueue, until nothing is due, and seals the events: for tests
/// with a fixed clock.
pub async fn run_until_idle(app: &App) -> Result<()> {
    let worker = app.random.token();
    loop {
        let jobs = claim(app, &worker, 1).await?;
        if jobs.is_empty() {
            audit::seal_waiting(app, "until idle").await?;
            return Ok(());
        }
        for job in jobs {
            execute(app.clone(), worker.clone(), job).await;
        }
    }
}

struct Running {
    attempts: i64,
    task: AbortHandle,
}

async fn run_jobs(app: App, mut stopped: watch::Receiver<bool>) {
    let worker = app.random.token();
    let mut tasks: JoinSet<i64> = JoinSet::new();
    let mut running: HashMap<i64, Running> = HashMap::new();
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !*stopped.borrow() {
        // From here on no wake-up is missed.
        let woken = app.store.woken();
        let room = AT_ONCE - tasks.len();
        match claim(&app, &worker, room).await {
            Ok(jobs) => {
                app.workers.beat();
                for job in jobs {
                    let (id, attempts) = (job.job_id, job.attempts);
                    let task = execute(app.clone(), worker.clone(), job).map(move |()| id);
                    running.insert(id, Running { attempts, task: tasks.spawn(task) });
                }
            }
            Err(error) => tracing::warn!(%error, "no jobs can be claimed now"),
        }
        tokio::select! {
            _ = stopped.changed() => {}
            () = async { woken.await; tokio::time::sleep(COALESCE).await }, if tasks.len() < AT_ONCE => {}
            Some(ended) = tasks.join_next() => {
                match ended {
                    Ok(id) => { running.remove(&id); }
                    Err(_) => running.retain(|_, it| !it.task.is_finished()),
                }
            }
            _ = heartbeat.tick() => beat(&app, &worker, &mut running).await,
            () = tokio::time::sleep(jittered(&app, Duration::from_secs(1))) => {}
        }
    }
    finish(&app, &worker, tasks).await;
    app.workers.stop();
}

/// Extends the leases; a run that lost its own is stopped, because another has begun the job again.
async fn beat(app: &App, worker: &str, running: &mut HashMap<i64, Running>) {
    if running.is_empty() {
        return;
    }
    let ids: Vec<i64> = running.keys().copied().collect();
    let name = worker.to_owned();
    let until = after(app.clock.now(), LEASE);
    let extended =
        app.store.write(move |tx| Box::pin(async move { store::extend(tx, &name, ids, until).await })).await;
    match extended {
        Ok(kept) => {
            for (id, run) in running.iter() {
                // One that has just ended is not leased any more either.
                if !kept.contains(&(*id, run.attempts)) && !run.task.is_finished() {
                    tracing::warn!(job = id, "the lease of a job was lost");
                    run.task.abort();
                }
            }
        }
        Err(error) => tracing::warn!(%error, "leases could not be extended"),
    }
}

/// Waits for what is under way, then gives the rest back.
async fn finish(app: &App, worker: &str, mut tasks: JoinSet<i64>) {
    let deadline = Instant::now() + GRACE;
    while let Ok(Some(_)) = tokio::time::timeout_at(deadline, tasks.join_next()).await {}
    tasks.shutdown().await;
    let worker = worker.to_owned();
    let given = app.store.write(move |tx| Box::pin(async move { store::give_back(tx, &worker).await })).await;
    match given {
        Ok(0) => {}
        Ok(given) => tracing::info!(given, "unfinished jobs were given back"),
        Err(error) => tracing::warn!(%error, "unfinished jobs will be begun again when their leases end"),
    }
}

/// Claims due jobs. Looks before it writes, because most of the time there is nothing.
async fn claim(app: &App, worker: &str, most: usize) -> Result<Vec<Job>> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let now = app.clock.now();
    let kinds: Vec<String> = KINDS.iter().map(|it| (*it).to_owned()).collect();
    if !store::is_due(&mut *app.store.read().await?, &kinds, now).await? {
        return Ok(Vec::new());
    }
    let worker = worker.to_owned();
    app.store
        .write(move |tx| {
            Box::pin(async move {
                for dead in store::release_expired(tx, RETRIES).await? {
                    super::gave_up(tx, &dead, "its worker went away").await?;
                }
                let until = after(tx.now, LEASE);
                store::claim(tx, &worker, &kinds, most as i64, until).await
            })
        })
        .await
}

/// Runs one job and records how it ended.
async fn execute(app: App, worker: String, job: Job) {
    let outcome = match AssertUnwindSafe(super::run(&app, &job)).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(_) => Err(JobError::Retry("it panicked".into())),
    };
    let result = match &outcome {
        Ok(()) => "done",
        Err(JobError::Retry(_)) => "retry",
        Err(JobError::Fail(_)) => "failed",
        Err(JobError::Later(..)) => "later",
    };
    metrics::counter!("answerpal_jobs_total", "kind" => job.kind.clone(), "result" => result).increment(1);
    let (id, kind, attempts) = (job.job_id, job.kind.clone(), job.attempts);
    let recorded = app
        .store
        .write(move |tx| {
            Box::pin(async move {
                match outcome {
                    Ok(()) => store::complete(tx, &worker, &job).await,
                    Err(JobError::Later(run_at, why)) => {
                        store::postpone(tx, &worker, &job, run_at, &why).await
                    }
                    Err(JobError::Retry(error)) if job.attempts <= RETRIES => {
                        tracing::warn!(
                            job = id,
                            kind,
                            attempts,
                            error,
                            "a job failed and will be tried again"
                        );
                        let run_at = after(tx.now, wait(job.attempts));
                        store::retry(tx, &worker, &job, run_at, &error).await
                    }
                    Err(JobError::Retry(error) | JobError::Fail(error)) => {
                        tracing::error!(job = id, kind, attempts, error, "a job failed for good");
                        let buried = store::bury(tx, &worker, &job, &error).await?;
                        if buried {
                            super::gave_up(tx, &job, &error).await?;
                        }
                        Ok(buried)
                    }
                }
            })
        })
        .await;
    match recorded {
        Ok(true) => {}
        Ok(false) => tracing::warn!(job = id, "a job ended after its lease was lost"),
        Err(error) => {
            tracing::warn!(job = id, %error, "a job's end could not be recorded: it will run again")
        }
    }
}

/// The wait after the `attempts`th try.
fn wait(attempts: i64) -> Duration {
    FIRST_WAIT * 2_u32.pow(u32::try_from(attempts - 1).unwrap_or_default().min(20))
}

fn after(at: Timestamp, wait: Duration) -> Timestamp {
    Timestamp(at.0 + wait.as_micros() as i64)
}
