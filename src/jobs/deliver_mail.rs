//! Carries a mail of `mails` out.

use super::outbox::Parcel;
use crate::app::App;
use crate::channels::email::compose::Outgoing;
use crate::domain::{html, transport};
use crate::error::Error;
use crate::model::job::JobError;
use crate::model::{CustomerId, DeliveryStatus};
use crate::store::mails;
use crate::store::outbox::Kind;

pub async fn run(app: &App, customer: CustomerId, mail_id: i64) -> Result<(), JobError> {
    let found = mails::get(&mut *app.store.read().await?, customer, mail_id).await;
    let mail = match found {
        Ok(mail) if mail.delivery_status != DeliveryStatus::Queued => return Ok(()),
        Ok(mail) => mail,
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let text = String::from_utf8(app.key.open(&mail.body)?)
        .map_err(|_| JobError::Fail("the body is not text".into()))?;
    let (from_address, route) = transport::of_tenant(&mut *app.store.read().await?, app, customer).await?;
    let parcel = Parcel { customer, kind: Kind::Mail, id: mail_id, message: None, route, dkim: None };
    let Some(progress) = parcel.pending(app).await? else { return Ok(()) };
    let outgoing = Outgoing {
        from_address,
        to: vec![mail.to_address],
        subject: mail.subject,
        message_id: mail.message_identifier,
        date: progress.since,
        html: Some(html::from_text(&text)),
        text,
        auto_submitted: Some("auto-generated"),
        sent_by: app.key.fingerprint(),
        ..Outgoing::default()
    };
    parcel.carry(app, &progress, &outgoing).await
}
