//! Mail that belongs to no ticket message: password resets, escalations. It is queued in the transaction
//! that wants it sent, and goes out once.

use serde_json::json;

use crate::app::App;
use crate::domain::events::note;
use crate::domain::transport;
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, DeliveryStatus, Event, job};
use crate::store::mails::{self as store, Mail};
use crate::store::{Tx, jobs, outbox};

/// A Message-ID that no other mail has.
pub fn message_identifier(app: &App) -> String {
    format!("<{}@{}>", app.random.token(), transport::host_name(app))
}

/// Puts a mail together, its body encrypted. To be called before the transaction.
pub fn compose(app: &App, kind: &str, to: &str, subject: &str, body: &str) -> Result<Mail> {
    Ok(Mail {
        kind: kind.to_owned(),
        to_address: to.to_owned(),
        subject: subject.to_owned(),
        body: app.key.seal(&app.random, body.as_bytes())?,
        message_identifier: message_identifier(app),
        delivery_status: DeliveryStatus::Queued,
    })
}

/// Queues it: once the transaction is committed it goes out, whatever happens.
pub async fn queue(tx: &mut Tx, customer: CustomerId, mail: &Mail) -> Result<i64> {
    let id = store::insert(tx, customer, mail).await?;
    let now = tx.now;
    jobs::enqueue(tx, customer, job::DELIVER_MAIL, id, now, Some(&id.to_string())).await?;
    Ok(id)
}

/// Sends again what failed or may not have arrived, under the same Message-ID; what waits for another try is
/// tried now.
pub async fn resend(tx: &mut Tx, customer: CustomerId, actor: Actor, id: i64) -> Result<()> {
    let before = store::get(tx, customer, id).await?.delivery_status;
    if before == DeliveryStatus::Queued {
        return match jobs::hurry(tx, customer, job::DELIVER_MAIL, id).await? {
            true => Ok(()),
            false => Err(Error::Conflict("This mail is on its way just now.".into())),
        };
    }
    if !outbox::requeue(tx, customer, outbox::Kind::Mail, id).await? {
        return Err(Error::Conflict("Only what failed or is unconfirmed can be sent again.".into()));
    }
    // One that was given up would be replayed beside this one.
    jobs::forget_ended(tx, customer, job::DELIVER_MAIL, id).await?;
    let event = Event::new("mail.resent", "mail", id)
        .with(json!({ "deliveryStatus": { "from": before, "to": DeliveryStatus::Queued } }));
    note(tx, customer, actor, &[event]).await?;
    let now = tx.now;
    jobs::enqueue(tx, customer, job::DELIVER_MAIL, id, now, None).await
}

/// Takes a mail out of the outbox: what waits does not go out, and what failed or may have arrived is done
/// with. 409 while it is on its way, and for what arrived.
pub async fn cancel(tx: &mut Tx, customer: CustomerId, actor: Actor, id: i64) -> Result<()> {
    let status = store::get(tx, customer, id).await?.delivery_status;
    match status {
        // A job that runs is not removed: whoever comes first decides.
        DeliveryStatus::Queued if jobs::cancel(tx, customer, job::DELIVER_MAIL, id).await? => {}
        DeliveryStatus::Queued => return Err(Error::Conflict("This mail is on its way just now.".into())),
        DeliveryStatus::Sent => return Err(Error::Conflict("This mail was sent.".into())),
        DeliveryStatus::Failed | DeliveryStatus::Unconfirmed | DeliveryStatus::Bounced => {
            jobs::forget_ended(tx, customer, job::DELIVER_MAIL, id).await?;
        }
    }
    store::delete(tx, customer, id).await?;
    let event = Event::new("mail.cancelled", "mail", id)
        .with(json!({ "deliveryStatus": { "from": status, "to": null } }));
    note(tx, customer, actor, &[event]).await
}
