//! Work that outlives a request: the registry of the jobs, one file for each, and what runs them.
//!
//! A job loads what it is about by id. It may be begun more than once (a worker can be lost at any
//! point), so each looks at the state it finds before it acts and marks what it did.

mod auto_reply;
pub mod delete_objects;
mod deliver_mail;
mod deliver_message;
mod detach_end_user;
pub mod duties;
mod embed_anew;
mod fetch_mail;
mod index_document;
mod index_end_user;
mod jitter;
mod learn_imported;
mod learn_spam;
pub mod mail_desk;
mod outbox;
mod process_mail;
mod pulse;
mod release_held;
mod runner;
mod seal_events;
mod summarise_ticket;
mod watch_mailboxes;

pub use pulse::Pulse;
pub use runner::{Workers, run_until_idle, start};

use crate::app::App;
use crate::error::Error;
use crate::model::job::{self, Job, JobError};
use crate::store::Tx;

/// In the transaction in which a job becomes a dead letter: what it was about shows that it failed.
async fn gave_up(tx: &mut Tx, job: &Job, why: &str) -> Result<(), Error> {
    crate::domain::jobs::gave_up(tx, job).await?;
    crate::domain::inbound::gave_up(tx, job, why).await?;
    crate::intake::gave_up(tx, job, why).await
}

macro_rules! registry {
    (jobs { $($kind:path => $module:ident,)* } stages { $($stage:path),* $(,)? }) => {
        /// What this version can run. Others are left to the versions that know them.
        pub const KINDS: &[&str] = &[$($kind,)* $($stage),*];

        async fn run(app: &App, job: &Job) -> Result<(), JobError> {
            match job.kind.as_str() {
                $($kind => $module::run(app, job.customer_id, job.subject_id).await,)*
                $($stage)|* => crate::intake::run_job(app, job).await,
                other => Err(JobError::Fail(format!("there is no job {other:?}"))),
            }
        }
    };
}

registry! {
    jobs {
        job::AUTO_REPLY => auto_reply,
        job::DELETE_OBJECTS => delete_objects,
        job::DELIVER_MAIL => deliver_mail,
        job::DELIVER_MESSAGE => deliver_message,
        job::EMBED_ANEW => embed_anew,
        job::INDEX_DOCUMENT => index_document,
        job::FETCH_MAIL => fetch_mail,
        job::PROCESS_MAIL => process_mail,
        job::INDEX_END_USER => index_end_user,
        job::DETACH_END_USER => detach_end_user,
        job::SUMMARISE_TICKET => summarise_ticket,
        job::LEARN_IMPORTED => learn_imported,
        job::LEARN_SPAM => learn_spam,
        job::RELEASE_HELD => release_held,
    }
    stages {
        job::INTAKE_PRE_SPAM, job::INTAKE_SPAM, job::INTAKE_POST_SPAM, job::INTAKE_TOPICS, job::INTAKE_REPLY,
        job::INTAKE_SUMMARY,
    }
}

#[cfg(test)]
mod tests {
    use super::KINDS;
    use crate::model::stage;

    #[test]
    fn every_stage_runs_as_a_job() {
        for stage in stage::STAGES {
            assert!(KINDS.contains(&stage.job), "{} is no kind of job", stage.job);
        }
    }
}
