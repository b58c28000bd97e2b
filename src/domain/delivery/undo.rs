//! Taking back what was sent but is not on its way yet, and sending again what did not get there.

use super::compose::{signature_of, unsigned};
use crate::domain::caller::Caller;
use crate::domain::events::note;
use crate::domain::messages::{self, settle};
use crate::domain::tickets;
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, DeliveryStatus, Event, Message, MessageId, job};
use crate::store::{Tx, jobs, message_tokens, messages as store, outbox};

const GONE: &str = "This message is on its way already, or has arrived.";

/// Takes a message back that waits or failed: it is a draft again, and what it answered can be answered.
/// `id` is the message, or the one that it answers. 409 once it is on its way.
pub async fn undo(tx: &mut Tx, caller: &Caller, id: MessageId) -> Result<MessageId> {
    let (ticket, named) = messages::lock(tx, caller, id).await?;
    let sent = match named.answered_by_message_id {
        Some(reply) => store::get(tx, caller.customer, reply).await?,
        None => named,
    };
    let id = sent.message_id;
    if sent.delivery_status.is_none() {
        return Err(Error::Conflict("This message was not sent.".into()));
    }
    let progress = outbox::progress(tx, caller.customer, outbox::Kind::Message, id.0).await?;
    let untouched = progress.is_some_and(|it| it.delivery_begun_at.is_none() && it.delivered_to.is_none());
    let comes_back = match sent.delivery_status {
        // A job that runs is not removed: whoever comes first decides.
        Some(DeliveryStatus::Queued) => jobs::cancel(tx, caller.customer, job::DELIVER_MESSAGE, id.0).await?,
        // Nobody has it and nobody will.
        Some(DeliveryStatus::Failed) => {
            jobs::forget_ended(tx, caller.customer, job::DELIVER_MESSAGE, id.0).await?;
            true
        }
        _ => false,
    };
    if !untouched || !comes_back {
        return Err(Error::Conflict(GONE.into()));
    }
    message_tokens::delete(tx, caller.customer, id).await?;
    let mut draft = Message { is_draft: true, delivery_status: None, delivery_detail: None, ..sent.clone() };
    if let Some(rep) = sent.customer_rep_id {
        let signature = signature_of(tx, caller.customer, rep, sent.lang.as_deref()).await?;
        unsigned(&mut draft, signature.as_ref());
    }
    store::update(tx, caller.customer, &sent, &draft).await?;
    store::unanswer(tx, caller.customer, ticket.ticket_id, id).await?;
    let event = Event::message("ticketMessage.unsent", ticket.ticket_id, id)
        .with(serde_json::json!({ "deliveryStatus": { "from": sent.delivery_status, "to": null } }));
    note(tx, caller.customer, caller.actor(), &[event]).await?;
    settle(tx, caller.customer, caller.actor(), &ticket).await?;
    tickets::reindex(tx, caller.customer, ticket.ticket_id).await?;
    Ok(id)
}

/// Sends again what failed, came back, or may not have arrived, under the same Message-ID; what waits for
/// another try is tried now.
pub async fn resend(tx: &mut Tx, caller: &Caller, id: MessageId) -> Result<()> {
    let (ticket, message) = messages::lock(tx, caller, id).await?;
    super::check_transport(tx, caller.customer, &ticket).await?;
    queue_again(tx, caller.customer, caller.actor(), &message).await
}

async fn queue_again(tx: &mut Tx, customer: CustomerId, actor: Actor, message: &Message) -> Result<()> {
    let id = message.message_id;
    if message.delivery_status == Some(DeliveryStatus::Queued) {
        return match jobs::hurry(tx, customer, job::DELIVER_MESSAGE, id.0).await? {
            true => Ok(()),
            false => Err(Error::Conflict("This message is on its way just now.".into())),
        };
    }
    if !outbox::requeue(tx, customer, outbox::Kind::Message, id.0).await? {
        return Err(Error::Conflict(
            "Only what failed, came back or is unconfirmed can be sent again.".into(),
        ));
    }
    let event = Event::message("ticketMessage.resent", message.ticket_id, id).with(
        serde_json::json!({ "deliveryStatus": { "from": message.delivery_status, "to": DeliveryStatus::Queued } }),
    );
    note(tx, customer, actor, &[event]).await?;
    let now = tx.now;
    jobs::enqueue(tx, customer, job::DELIVER_MESSAGE, id.0, now, None).await
}
