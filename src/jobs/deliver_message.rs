//! Carries a message of a ticket out in its channel.

use super::JobError;
use crate::app::App;
use crate::channels::log_sink::{self, Outgoing};
use crate::domain::delivery;
use crate::error::Error;
use crate::model::{CustomerId, DeliveryStatus, Message, MessageId};
use crate::store::messages;

pub async fn run(app: &App, customer: CustomerId, message_id: i64) -> Result<(), JobError> {
    let id = MessageId(message_id);
    let message = match messages::get(&mut *app.store.read().await?, customer, id).await {
        Ok(message) => message,
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if message.delivery_status != Some(DeliveryStatus::Queued) {
        return Ok(());
    }
    let carried = if delivery::goes_by_mail(&message) { mail(app, customer, &message) } else { Ok(()) };
    let status = if carried.is_ok() { DeliveryStatus::Sent } else { DeliveryStatus::Failed };
    app.store
        .write(move |tx| Box::pin(async move { delivery::delivered(tx, customer, &message, status).await }))
        .await?;
    carried
}

fn mail(app: &App, customer: CustomerId, message: &Message) -> Result<(), JobError> {
    let missing = || JobError::Fail("the message has no address to go to".into());
    log_sink::deliver(&Outgoing {
        to: message.to_address.as_deref().ok_or_else(missing)?,
        subject: message.subject.as_deref().unwrap_or_default(),
        message_id: message.message_identifier.as_deref().unwrap_or_default(),
        body: &delivery::mail_html(app, customer, message),
    });
    Ok(())
}
