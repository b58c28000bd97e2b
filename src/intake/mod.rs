//! The pipeline of an incoming message: one file per stage, run one after the other as durable jobs.
//!
//! `run(&App, CustomerId, &Message) -> Result<Outcome, JobError>` reads the message, asks models and the
//! network outside any transaction, and gives an outcome with what explains it. The runner commits the
//! outcome, its effect and the next stage's job together. A stage that is begun again after a crash
//! starts from the state it finds. The order stands in `model::stage`.

mod courtesies;
pub mod draft;
mod filters;
mod language;
pub mod minds;
mod post_spam;
mod pre_spam;
mod reply;
pub mod retrieve;
mod spaces;
mod spam;
pub mod summary;
pub mod topics;
mod trouble;
mod vectors;

use std::time::Duration;

pub use crate::domain::intake::Outcome;
pub use trouble::Trouble;

use crate::ai::embed::Embedding;
use crate::outbound::Outbound;

use crate::app::App;
use crate::domain::ai_settings::Used;
use crate::domain::intake as domain;
use crate::error::Error;
use crate::model::job::{self, Job, JobError};
use crate::model::stage::{self, Stage};
use crate::model::{CustomerId, Message, MessageId};
use crate::store::{BoxFuture, Tx, messages};

/// What this process knows of its tenants' topics and documents, made of what is stored, and what embeds
/// texts for it.
pub struct Knowledge {
    pub embedding: Embedding,
    courtesies: courtesies::Known,
    minds: minds::Minds,
    stocks: retrieve::Stocks,
    filters: filters::Filters,
    silence: pre_spam::Silence,
}

impl Knowledge {
    /// `patience` is how long an endpoint that embeds may be silent.
    pub fn new(outbound: Outbound, patience: Duration) -> Self {
        Self {
            embedding: Embedding::new(outbound, patience),
            courtesies: Default::default(),
            minds: Default::default(),
            stocks: Default::default(),
            filters: Default::default(),
            silence: Default::default(),
        }
    }
}

type Run = for<'a> fn(&'a App, CustomerId, &'a Message) -> BoxFuture<'a, Result<Outcome, JobError>>;

/// What runs each stage of `model::stage::STAGES`.
const RUNS: &[(&str, Run)] = &[
    (job::INTAKE_PRE_SPAM, |app, customer, message| Box::pin(pre_spam::run(app, customer, message))),
    (job::INTAKE_SPAM, |app, customer, message| Box::pin(spam::run(app, customer, message))),
    (job::INTAKE_POST_SPAM, |app, customer, message| Box::pin(post_spam::run(app, customer, message))),
    (job::INTAKE_TOPICS, |app, customer, message| Box::pin(topics::run(app, customer, message))),
    (job::INTAKE_REPLY, |app, customer, message| Box::pin(reply::run(app, customer, message))),
    (job::INTAKE_SUMMARY, |app, customer, message| Box::pin(summary::run(app, customer, message))),
];

/// Runs the stage that a job is for.
pub async fn run_job(app: &App, job: &Job) -> Result<(), JobError> {
    let unknown = || JobError::Fail(format!("there is no stage for the job {:?}", job.kind));
    let (stage, rest) = stage::of_job(&job.kind).ok_or_else(unknown)?;
    let run = RUNS.iter().find(|it| it.0 == job.kind).ok_or_else(unknown)?.1;
    let (customer, id, tries) = (job.customer_id, MessageId(job.subject_id), job.attempts);
    let Some(message) = load(app, customer, id, (stage, rest)).await? else { return Ok(()) };
    if stage.is_slow {
        app.store
            .write(move |tx| Box::pin(async move { domain::show_running(tx, customer, id, stage).await }))
            .await?;
    }
    match run(app, customer, &message).await {
        Ok(outcome) => {
            let place = (stage, rest);
            app.store
                .write(move |tx| {
                    Box::pin(async move { domain::end_stage(tx, customer, id, place, tries, outcome).await })
                })
                .await?;
            Ok(())
        }
        Err(JobError::Retry(why)) if tries >= stage.tries => Err(JobError::Fail(why)),
        Err(JobError::Retry(why)) => {
            let noted = why.clone();
            app.store
                .write(move |tx| {
                    Box::pin(async move { domain::note_retry(tx, customer, id, stage, tries, noted).await })
                })
                .await?;
            Err(JobError::Retry(why))
        }
        Err(error) => Err(error),
    }
}

/// The message; None where it is gone or the stage has ended for it.
async fn load(
    app: &App,
    customer: CustomerId,
    id: MessageId,
    (stage, rest): (&'static Stage, &'static [Stage]),
) -> Result<Option<Message>, JobError> {
    let mut conn = app.store.read().await?;
    let message = match messages::get(&mut conn, customer, id).await {
        Err(Error::NotFound) => return Ok(None),
        other => other?,
    };
    if !domain::has_ended(&mut conn, customer, id, stage).await? {
        return Ok(Some(message));
    }
    drop(conn);
    app.store.write(move |tx| Box::pin(async move { domain::pass(tx, customer, id, rest).await })).await?;
    Ok(None)
}

/// Makes all vectors of a tenant in the way that its settings say, where that is another one than is used
/// now; gives what it made them by.
pub async fn embed_anew(app: &App, customer: CustomerId) -> Result<Option<Used>, Trouble> {
    let reading = spaces::reading(app, &mut *app.store.read().await?, customer).await?;
    let Some((used, spaces)) = spaces::switching(app, &reading)? else { return Ok(None) };
    for space in spaces {
        retrieve::embed_all(app, customer, &space).await?;
    }
    Ok(Some(used))
}

/// To be called in the transaction in which a job becomes a dead letter: a stage that failed for good
/// shows on its message, and the next one begins.
pub async fn gave_up(tx: &mut Tx, job: &Job, why: &str) -> Result<(), Error> {
    let Some(stage) = stage::of_job(&job.kind) else { return Ok(()) };
    domain::give_up(tx, job.customer_id, MessageId(job.subject_id), stage, job.attempts, why).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_what_runs_it() {
        for stage in stage::STAGES {
            assert!(RUNS.iter().any(|it| it.0 == stage.job), "{} has nothing that runs it", stage.name);
        }
        assert_eq!(RUNS.len(), stage::STAGES.len());
    }
}
