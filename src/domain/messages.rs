//! Messages: adding one to a ticket, with what that does to the ticket.

use crate::domain::caller::Actor;
use crate::domain::events::{Event, note};
use crate::domain::tickets;
use crate::error::Result;
use crate::model::{CustomerId, Message, MessageId, Ticket};
use crate::store::{Tx, messages as store, tickets as ticket_store};

/// Adds a message to a ticket that is locked in this transaction and has others already.
pub async fn add(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    ticket: &Ticket,
    message: &Message,
) -> Result<MessageId> {
    let id = store::insert(tx, customer, message).await?;
    note(tx, customer, actor, &[Event::message("ticketMessage.created", ticket.ticket_id, id)]).await?;
    let now = tx.now;
    let after = tickets::with_message(ticket, id, message, now);
    tickets::change(tx, customer, actor, ticket, &after).await?;
    tickets::reindex(tx, customer, ticket.ticket_id).await?;
    Ok(id)
}

/// Makes a ticket together with its first message: one pass for each of the rows, the index and the
/// events, because this is what a busy desk does most. `names` are the end user's names and addresses.
pub async fn open_ticket(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    ticket: &mut Ticket,
    message: &mut Message,
    names: &[&str],
) -> Result<MessageId> {
    ticket.preview = message.preview.clone();
    ticket.last_message_date = message.message_date;
    ticket.ticket_id = ticket_store::insert(tx, customer, ticket).await?;
    message.ticket_id = ticket.ticket_id;
    message.message_id = store::insert(tx, customer, message).await?;
    let before = ticket.clone();
    *ticket = tickets::with_message(&before, message.message_id, message, tx.now);
    ticket_store::update(tx, customer, &before, ticket).await?;
    tickets::index_new(tx, customer, ticket, Some(message), names).await?;
    let events = [
        Event::ticket("ticket.created", ticket.ticket_id),
        Event::message("ticketMessage.created", ticket.ticket_id, message.message_id),
    ];
    note(tx, customer, actor, &events).await?;
    Ok(message.message_id)
}
