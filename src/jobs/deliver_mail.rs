//! Carries a mail of `mails` out.

use super::JobError;
use crate::app::App;
use crate::channels::log_sink::{self, Outgoing};
use crate::error::Error;
use crate::model::{CustomerId, DeliveryStatus};
use crate::store::mails;

pub async fn run(app: &App, customer: CustomerId, mail_id: i64) -> Result<(), JobError> {
    let found = mails::get(&mut *app.store.read().await?, customer, mail_id).await;
    let mail = match found {
        Ok(mail) if mail.delivery_status == DeliveryStatus::Sent => return Ok(()),
        Ok(mail) => mail,
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let body = String::from_utf8(app.key.open(&mail.body)?)
        .map_err(|_| JobError::Fail("the body is not text".into()))?;
    log_sink::deliver(&Outgoing {
        to: &mail.to_address,
        subject: &mail.subject,
        message_id: &mail.message_identifier,
        body: &body,
    });
    app.store
        .write(move |tx| {
            Box::pin(async move { mails::set_status(tx, customer, mail_id, DeliveryStatus::Sent).await })
        })
        .await?;
    Ok(())
}
