//! Carries a message of a ticket out in its channel.

use super::outbox;
use crate::app::App;
use crate::domain::channels::dkim;
use crate::domain::delivery;
use crate::domain::transport::{self, Route};
use crate::error::Error;
use crate::model::job::JobError;
use crate::model::{CustomerId, DeliveryStatus, Message, MessageId, Timestamp};
use crate::store::{channels, messages};

/// How often a held message looks whether its channel is live.
const LOOK_AGAIN: i64 = 60_000_000;

pub async fn run(app: &App, customer: CustomerId, message_id: i64) -> Result<(), JobError> {
    let id = MessageId(message_id);
    let found = messages::get(&mut *app.store.read().await?, customer, id).await;
    let message = match found {
        Ok(message) => message,
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if message.delivery_status != Some(DeliveryStatus::Queued) {
        return Ok(());
    }
    if delivery::goes_by_mail(&message) {
        return mail(app, customer, &message).await;
    }
    // The visitor reads it where it is.
    app.store
        .write(move |tx| {
            Box::pin(
                async move { delivery::settled(tx, customer, &message, DeliveryStatus::Sent, None).await },
            )
        })
        .await?;
    Ok(())
}

async fn mail(app: &App, customer: CustomerId, message: &Message) -> Result<(), JobError> {
    let channel = channels::get(&mut *app.store.read().await?, customer, message.channel_id).await;
    let channel = match channel {
        Ok(channel) => channel,
        Err(Error::NotFound) => {
            let parcel = outbox::of_message(customer, message, Route::Sink, None);
            return Ok(parcel
                .settle(app, DeliveryStatus::Failed, Some("Its channel is not there any more."))
                .await?);
        }
        Err(error) => return Err(error.into()),
    };
    let parcel = outbox::of_message(
        customer,
        message,
        transport::of_channel(app, &channel)?,
        dkim::key(app, &channel)?,
    );
    let Some(progress) = parcel.pending(app).await? else { return Ok(()) };
    if channel.settings.sending.shadow {
        let until = Timestamp(app.clock.now().0 + LOOK_AGAIN);
        return parcel.hold(app, until, "Held back: the channel is in shadow mode.".into()).await;
    }
    match delivery::of_message(app, customer, &channel, message).await {
        Ok(mail) => parcel.carry(app, &progress, &mail).await,
        Err(Error::TooLarge(why)) => Ok(parcel.settle(app, DeliveryStatus::Failed, Some(&why)).await?),
        Err(error) => Err(error.into()),
    }
}
