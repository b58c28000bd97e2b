//! The tenant's own spam classifier: what it says of a message, and what it learns from what people mark.

use std::collections::BTreeSet;

use answerpal_mail::spam::{SpamModel, features};
use answerpal_mail::{Address, Limits, Mail};

use crate::app::App;
use crate::domain::caller::Actor;
use crate::domain::inbound;
use crate::error::{Error, Result};
use crate::model::{CustomerId, Message, MessageId, Ticket, job};
use crate::store::spam as store;
use crate::store::{Conn, Tx, jobs, messages, received_mails, tickets};

/// From here on a message counts as spam.
pub const THRESHOLD: f64 = 0.9;

/// Lets the classifier learn from a ticket that a person marked, or took the mark from.
pub async fn marked(tx: &mut Tx, customer: CustomerId, actor: Actor, before: &Ticket, after: &Ticket) -> Result<()> {
    if before.is_spam == after.is_spam || actor.rep().is_none() {
        return Ok(());
    }
    let now = tx.now;
    jobs::enqueue(tx, customer, job::LEARN_SPAM, after.ticket_id.0, now, None).await
}

/// Marks a ticket as spam that this message began. One that people talk in is not taken out of sight for one
/// message.
pub async fn hold(tx: &mut Tx, customer: CustomerId, ticket: &Ticket, message: MessageId) -> Result<()> {
    let begins = store::first_message(tx, customer, ticket.ticket_id).await? == Some(message);
    if ticket.is_spam || !begins || ticket.customer_rep_id.0 != 0 {
        return Ok(());
    }
    let after = Ticket { is_spam: true, ..ticket.clone() };
    crate::domain::tickets::change(tx, customer, Actor::System, ticket, &after).await
}

/// What the classifier knows: what the tenant taught it, else what it began with.
pub async fn model(conn: &mut Conn, customer: CustomerId) -> Result<SpamModel> {
    Ok(decoded(store::model(conn, customer).await?))
}

fn decoded(kept: Option<Vec<u8>>) -> SpamModel {
    let bytes = kept.and_then(|it| zstd::decode_all(it.as_slice()).ok());
    bytes.and_then(|it| SpamModel::from_bytes(&it)).unwrap_or_else(SpamModel::prior)
}

/// The raw mail of a message, where it is kept.
pub async fn raw_of(app: &App, customer: CustomerId, message: MessageId) -> Result<Option<Vec<u8>>> {
    let mail = received_mails::of_message(&mut *app.store.read().await?, customer, message).await?;
    match mail {
        Some(mail) if mail.object_key.is_some() => inbound::content(app, &mail).await.map(Some),
        _ => Ok(None),
    }
}

/// What a message is told apart by: its mail where there is one, else its texts.
pub async fn features_of(message: &Message, raw: Option<Vec<u8>>) -> Result<BTreeSet<String>> {
    let message = message.clone();
    let found = tokio::task::spawn_blocking(move || {
        let mail = raw.and_then(|it| answerpal_mail::parse(&it, &Limits::default()));
        let mail = mail.unwrap_or_else(|| as_mail(&message));
        let text = message.text_body.or(message.message).unwrap_or_default();
        features(&mail, &text)
    });
    Ok(found.await?)
}

fn as_mail(message: &Message) -> Mail {
    let from = message.from_address.clone().map(|address| Address { name: message.from_name.clone(), address });
    Mail {
        from: from.into_iter().collect(),
        subject: message.subject.clone(),
        text: message.text_body.clone(),
        html: message.html_body.clone(),
        message_id: Some(String::new()),
        ..Mail::default()
    }
}

/// Teaches the classifier what a ticket is marked as, once for each change of the mark.
pub async fn learn(app: &App, customer: CustomerId, ticket: crate::model::TicketId) -> Result<()> {
    let mut conn = app.store.read().await?;
    let is_spam = match tickets::get(&mut conn, customer, ticket).await {
        Ok(ticket) => ticket.is_spam,
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    let Some(id) = store::first_message(&mut conn, customer, ticket).await? else { return Ok(()) };
    let message = messages::get(&mut conn, customer, id).await?;
    drop(conn);
    let raw = raw_of(app, customer, id).await?;
    let features = features_of(&message, raw).await?;
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let kept = store::lock_model(tx, customer).await?;
                if store::lesson(tx, customer, id).await? == Some(is_spam) {
                    return Ok(());
                }
                let mut model = decoded(kept);
                model.learn(&features, is_spam);
                let bytes = zstd::encode_all(model.to_bytes().as_slice(), 3)?;
                let examples = i64::try_from(model.examples).unwrap_or(i64::MAX);
                store::put_model(tx, customer, &bytes, examples).await?;
                store::put_lesson(tx, customer, id, is_spam).await
            })
        })
        .await
}
