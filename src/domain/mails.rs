//! Mail that belongs to no ticket message: password resets, escalations. It is queued in the transaction
//! that wants it sent, and goes out once.

use crate::app::App;
use crate::domain::transport;
use crate::error::Result;
use crate::model::{CustomerId, DeliveryStatus, job};
use crate::store::mails::{self as store, Mail};
use crate::store::{Tx, jobs};

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
