//! Mail that could not be read: visible, with the reason and the raw file, and tried again on request.

use serde_json::json;

use crate::domain::attachments::forget_objects;
use crate::domain::events::note;
use crate::error::{Error, Result};
use crate::model::job::{self, Job};
use crate::model::{Actor, CustomerId, Event, MailState, ReceivedMailId};
use crate::store::received_mails::{self as store, Outcome, ReceivedMail};
use crate::store::{Tx, jobs};

/// Puts it on the list of dead letters, with the reason.
pub async fn bury_in(tx: &mut Tx, customer: CustomerId, id: ReceivedMailId, reason: &str) -> Result<()> {
    let outcome = Outcome {
        state: MailState::Dead,
        reason: Some(reason),
        evidence: "{}",
        message_identifier: None,
        mail_list: None,
        message: None,
    };
    store::settle(tx, customer, id, &outcome).await?;
    let event = Event::new("receivedMail.died", "receivedMail", id.0);
    note(tx, customer, Actor::System, &[event.with(json!({ "reason": reason }))]).await
}

/// To be called in the transaction in which a job becomes a dead letter: its mail becomes one, too.
pub async fn gave_up(tx: &mut Tx, job: &Job, why: &str) -> Result<()> {
    if job.kind != job::PROCESS_MAIL {
        return Ok(());
    }
    let id = ReceivedMailId(job.subject_id);
    match store::lock(tx, job.customer_id, id).await {
        Ok(mail) if mail.state == MailState::Received => bury_in(tx, job.customer_id, id, why).await,
        Ok(_) | Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// To be called in the transaction in which a dead job runs again: its mail can be read then.
pub async fn revived(tx: &mut Tx, job: &Job) -> Result<()> {
    let id = ReceivedMailId(job.subject_id);
    match dead(tx, job.customer_id, id).await {
        Ok(_) => store::revive(tx, job.customer_id, id).await,
        Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Lets it be read again.
pub async fn replay(tx: &mut Tx, customer: CustomerId, actor: Actor, id: ReceivedMailId) -> Result<()> {
    dead(tx, customer, id).await?;
    store::revive(tx, customer, id).await?;
    jobs::forget_ended(tx, customer, job::PROCESS_MAIL, id.0).await?;
    let now = tx.now;
    jobs::enqueue(tx, customer, job::PROCESS_MAIL, id.0, now, None).await?;
    note(tx, customer, actor, &[Event::new("receivedMail.replayed", "receivedMail", id.0)]).await
}

/// Takes it off the list for good: its raw file goes, and the same mail is not taken in again.
pub async fn discard(tx: &mut Tx, customer: CustomerId, actor: Actor, id: ReceivedMailId) -> Result<()> {
    let mail = dead(tx, customer, id).await?;
    store::discard(tx, customer, id).await?;
    jobs::forget_ended(tx, customer, job::PROCESS_MAIL, id.0).await?;
    note(tx, customer, actor, &[Event::new("receivedMail.deleted", "receivedMail", id.0)]).await?;
    forget_objects(tx, customer, mail.object_key.into_iter().collect()).await
}

async fn dead(tx: &mut Tx, customer: CustomerId, id: ReceivedMailId) -> Result<ReceivedMail> {
    let mail = store::lock(tx, customer, id).await?;
    if mail.state == MailState::Dead { Ok(mail) } else { Err(Error::NotFound) }
}
