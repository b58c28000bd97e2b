//! What a raw mail becomes: a message in a new ticket or in the one it belongs to, or a dead letter that
//! says why.

use std::sync::Arc;

use answerpal_mail::{Limits, Mail};
use bytes::BytesMut;
use futures::TryStreamExt;
use serde_json::json;

use crate::app::App;
use crate::domain::caller::Actor;
use crate::domain::events::{Event, note};
use crate::domain::{end_users, html, messages, tickets};
use crate::error::{Error, Result};
use crate::model::{
    Channel, ChannelType, CustomerId, EndUserId, MailState, Message, MessageId, ReceivedMailId, SenderType,
    Ticket, UidType,
};
use crate::store::received_mails::{self as store, Outcome, ReceivedMail};
use crate::store::{Tx, channels};

/// What became of a raw mail.
#[derive(Clone, Debug, PartialEq)]
pub enum Processed {
    /// It is this message.
    Message(MessageId),
    /// It was looked at before.
    Already,
    /// It cannot be read, and why.
    Dead(String),
}

/// Reads a received mail and stores its message. Safe to repeat: a mail that has its message keeps it.
pub async fn process(app: &App, customer: CustomerId, id: ReceivedMailId) -> Result<Processed> {
    let mail = match store::get(&mut *app.store.read().await?, customer, id).await {
        Ok(mail) if mail.state == MailState::Received => mail,
        Ok(_) | Err(Error::NotFound) => return Ok(Processed::Already),
        Err(error) => return Err(error),
    };
    let raw = content(app, &mail).await?;
    let parsed = tokio::task::spawn_blocking(move || answerpal_mail::parse(&raw, &Limits::default())).await?;
    let Some(parsed) = parsed else {
        return bury(app, customer, id, "It is no mail: there is not one header in it.".into()).await;
    };
    let parsed = Arc::new(parsed);
    app.store
        .write(move |tx| {
            let parsed = parsed.clone();
            Box::pin(async move { store_message(tx, customer, id, &parsed).await })
        })
        .await
}

/// The raw file, whole: reading MIME needs it so.
pub async fn content(app: &App, mail: &ReceivedMail) -> Result<Vec<u8>> {
    let key = mail.object_key.as_deref().ok_or(Error::NotFound)?;
    let size = mail.size_bytes.unsigned_abs();
    let mut stream = app.files.read(key, 0..size).await?;
    let mut raw = BytesMut::with_capacity(usize::try_from(size).unwrap_or_default());
    while let Some(bytes) = stream.try_next().await? {
        raw.extend_from_slice(&bytes);
    }
    Ok(raw.to_vec())
}

/// Puts it on the list of dead letters, with the reason.
pub async fn bury(app: &App, customer: CustomerId, id: ReceivedMailId, reason: String) -> Result<Processed> {
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let outcome = Outcome {
                    state: MailState::Dead,
                    reason: Some(&reason),
                    evidence: "{}",
                    message_identifier: None,
                    message: None,
                };
                store::settle(tx, customer, id, &outcome).await?;
                let event = Event::new("receivedMail.died", "receivedMail", id.0);
                note(tx, customer, Actor::System, &[event.with(json!({ "reason": reason }))]).await?;
                Ok(Processed::Dead(reason))
            })
        })
        .await
}

async fn store_message(
    tx: &mut Tx,
    customer: CustomerId,
    id: ReceivedMailId,
    mail: &Mail,
) -> Result<Processed> {
    let row = store::lock(tx, customer, id).await?;
    if row.state != MailState::Received {
        return Ok(Processed::Already);
    }
    let channel = channels::get(tx, customer, row.channel_id).await?;
    let mut message = as_message(tx, &channel, mail);
    let end_user = end_user(tx, customer, mail, &mut message).await?;
    message.received();
    let mut ticket = Ticket::new(channel.channel_id, ChannelType::Email, tx.now);
    ticket.subject.clone_from(&message.subject);
    ticket.uid.clone_from(&message.uid);
    ticket.end_user_id = end_user;
    let message = messages::open_ticket(tx, customer, Actor::EndUser, &mut ticket, &mut message, &[]).await?;
    let outcome = Outcome {
        state: MailState::Processed,
        reason: None,
        evidence: "{}",
        message_identifier: mail.message_id.as_deref(),
        message: Some(message),
    };
    store::settle(tx, customer, id, &outcome).await?;
    Ok(Processed::Message(message))
}

fn as_message(tx: &Tx, channel: &Channel, mail: &Mail) -> Message {
    let mut message = Message::new(channel.channel_id, ChannelType::Email, SenderType::EndUser, tx.now);
    message.subject = mail.subject.as_deref().map(|it| it.chars().take(1000).collect());
    message.text_body = mail.text.clone().or_else(|| mail.html.as_deref().map(html::to_text));
    message.html_body.clone_from(&mail.html);
    message.message = message.text_body.as_deref().map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
    message.preview = message.message.as_deref().or(message.subject.as_deref()).map(tickets::preview);
    let author = mail.from.first();
    message.from_address = author.map(|it| it.address.chars().take(1000).collect());
    message.from_name = author.and_then(|it| it.name.clone()).map(|it| it.chars().take(300).collect());
    message.message_identifier = mail.message_id.as_ref().map(|it| format!("<{it}>"));
    message
}

async fn end_user(
    tx: &mut Tx,
    customer: CustomerId,
    mail: &Mail,
    message: &mut Message,
) -> Result<Option<EndUserId>> {
    let Some(address) = message.from_address.clone() else { return Ok(None) };
    let name = mail.from.first().and_then(|it| it.name.as_deref());
    let found =
        end_users::find_or_make(tx, customer, Actor::EndUser, &address, Some(UidType::Email), name, true)
            .await;
    match found {
        Ok((id, known)) => {
            message.uid = Some(address);
            message.is_known_end_user = Some(known);
            Ok(Some(id))
        }
        Err(Error::Invalid { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
