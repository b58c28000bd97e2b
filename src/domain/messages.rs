//! Messages: adding one to a ticket, changing and deleting it, with what that does to the ticket.

mod change;
mod checks;
mod create;

pub use change::{MessageChange, delete, settle, update};
pub use checks::check_recipients;
pub use create::{Created, Draft, create};

use std::collections::HashSet;

use crate::domain::caller::Caller;
use crate::domain::events::note;
use crate::domain::{intake, tickets};
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, Event, Message, MessageId, Ticket, TicketId};
use crate::store::{Conn, Tx, arrivals, messages as store, tickets as ticket_store};

/// A ticket that this caller sees; `NotFound` where it is not there or not theirs to see.
pub async fn visible_ticket(conn: &mut Conn, caller: &Caller, ticket: TicketId) -> Result<Ticket> {
    let ticket = ticket_store::get(conn, caller.customer, ticket).await?;
    if caller.sees_ticket_of(ticket.customer_rep_id) { Ok(ticket) } else { Err(Error::NotFound) }
}

/// A message of a ticket that this caller sees.
pub async fn visible(conn: &mut Conn, caller: &Caller, message: MessageId) -> Result<Message> {
    let message = store::get(conn, caller.customer, message).await?;
    if caller.limited_to().is_some() {
        visible_ticket(conn, caller, message.ticket_id).await?;
    }
    Ok(message)
}

/// Which of these messages are in tickets that this caller does not see.
pub async fn unseen(
    conn: &mut Conn,
    caller: &Caller,
    messages: impl Iterator<Item = MessageId>,
) -> Result<HashSet<MessageId>> {
    if caller.limited_to().is_none() {
        return Ok(HashSet::new());
    }
    let mut unseen: HashSet<MessageId> = messages.collect();
    let ids = unseen.iter().map(|it| it.0).collect();
    for (message, rep) in store::reps_of(conn, caller.customer, ids).await? {
        if caller.sees_ticket_of(rep) {
            unseen.remove(&message);
        }
    }
    Ok(unseen)
}

/// For a change: the message as it is once its ticket is locked in this transaction.
pub async fn lock(tx: &mut Tx, caller: &Caller, message: MessageId) -> Result<(Ticket, Message)> {
    let (ticket, message) = lock_any(tx, caller.customer, message).await?;
    if caller.sees_ticket_of(ticket.customer_rep_id) { Ok((ticket, message)) } else { Err(Error::NotFound) }
}

/// As [`lock`], whoever may see it.
pub async fn lock_any(tx: &mut Tx, customer: CustomerId, message: MessageId) -> Result<(Ticket, Message)> {
    let ticket = store::get(tx, customer, message).await?.ticket_id;
    let ticket = ticket_store::lock(tx, customer, ticket).await?;
    // Another transaction may have changed it while this one waited for the ticket.
    let message = store::get(tx, customer, message).await?;
    Ok((ticket, message))
}

/// Adds a message to a ticket that is locked in this transaction and has others already.
pub async fn add(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    ticket: &Ticket,
    message: &Message,
) -> Result<MessageId> {
    let id = store::insert(tx, customer, message).await?;
    intake::begin(tx, customer, id, message).await?;
    note(tx, customer, actor, &[Event::message("ticketMessage.created", ticket.ticket_id, id)]).await?;
    let now = tx.now;
    let after = tickets::with_message(ticket, id, message, now);
    tickets::change(tx, customer, actor, ticket, &after).await?;
    tickets::reindex(tx, customer, ticket.ticket_id).await?;
    Ok(id)
}

/// Makes a ticket together with its first message: one pass for each of the rows, the index and the
/// events, because this is what a busy desk does most. `names` are the end user's names and addresses,
/// `ahead` is what [`tickets::document_ahead`] made. Ids that were set aside for both are used.
pub async fn open_ticket(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    ticket: &mut Ticket,
    message: &mut Message,
    names: &[&str],
    ahead: Option<String>,
) -> Result<MessageId> {
    if ticket.ticket_id == TicketId(0) {
        let arrival = arrivals::arrive(tx, customer).await?;
        (ticket.ticket_id, message.message_id) = (arrival.ticket_id, arrival.message_id);
    }
    message.ticket_id = ticket.ticket_id;
    ticket.preview = message.preview.clone();
    ticket.last_message_date = message.message_date;
    *ticket = tickets::with_message(ticket, message.message_id, message, tx.now);
    ticket_store::insert_as(tx, customer, ticket).await?;
    store::insert_as(tx, customer, message).await?;
    intake::begin(tx, customer, message.message_id, message).await?;
    tickets::index_new(tx, customer, ticket, Some(message), names, ahead);
    let events = [
        Event::ticket("ticket.created", ticket.ticket_id),
        Event::message("ticketMessage.created", ticket.ticket_id, message.message_id),
    ];
    note(tx, customer, actor, &events).await?;
    Ok(message.message_id)
}
