//! Dead letters: what a job was about shows that it failed, and is queued again where somebody replays it.

use crate::domain::events::note;
use crate::domain::{delivery, inbound};
use crate::error::Result;
use crate::model::job::{DELIVER_MAIL, DELIVER_MESSAGE, Job, PROCESS_MAIL};
use crate::model::{Actor, CustomerId, DeliveryStatus, Event, MessageId};
use crate::store::{Tx, jobs as store, mails};

/// To be called in the transaction in which a job becomes a dead letter.
pub async fn gave_up(tx: &mut Tx, job: &Job) -> Result<()> {
    match job.kind.as_str() {
        DELIVER_MESSAGE => delivery::gave_up(tx, job.customer_id, MessageId(job.subject_id)).await,
        DELIVER_MAIL => mails::set_status(tx, job.customer_id, job.subject_id, DeliveryStatus::Failed).await,
        _ => Ok(()),
    }
}

/// Lets a dead job run again, with all its retries.
pub async fn replay(tx: &mut Tx, customer: CustomerId, actor: Actor, id: i64) -> Result<()> {
    let job = store::lock_dead(tx, customer, id).await?;
    store::revive(tx, customer, id).await?;
    match job.kind.as_str() {
        DELIVER_MESSAGE => {
            delivery::queue_again(tx, customer, actor, MessageId(job.subject_id)).await?;
        }
        DELIVER_MAIL => mails::set_status(tx, customer, job.subject_id, DeliveryStatus::Queued).await?,
        PROCESS_MAIL => inbound::revived(tx, &job).await?,
        _ => {}
    }
    note(tx, customer, actor, &[Event::new("job.replayed", "job", id)]).await
}

/// Takes a dead job off the list for good; what it was about stays as it is.
pub async fn discard(tx: &mut Tx, customer: CustomerId, actor: Actor, id: i64) -> Result<()> {
    store::lock_dead(tx, customer, id).await?;
    store::forget_dead(tx, customer, id).await?;
    note(tx, customer, actor, &[Event::new("job.deleted", "job", id)]).await
}
