//! The summary of a ticket: the program's, renewed with each message, until a person writes one. Theirs
//! stays.

use serde_json::json;

use crate::domain::events::note;
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, Event, Message, Ticket, TicketId, Timestamp, job};
use crate::store::{Conn, Tx, jobs, ticket_summaries as store, tickets as ticket_store};

/// A summary that was just made.
#[derive(Clone, Debug)]
pub struct Summarised {
    pub text: String,
    /// The language model, or `extractive`.
    pub model: String,
}

/// Whether a person wrote the ticket's summary.
pub async fn is_peoples(conn: &mut Conn, customer: CustomerId, ticket: &Ticket) -> Result<bool> {
    let Some(summary) = &ticket.summary else { return Ok(false) };
    let made = store::of_ticket(conn, customer, ticket.ticket_id).await?;
    Ok(made.as_ref() != Some(summary))
}

/// Gives a ticket, locked in this transaction, its new summary. Nothing where a person wrote one.
pub async fn keep(tx: &mut Tx, customer: CustomerId, before: &Ticket, made: &Summarised) -> Result<()> {
    if before.summary.as_ref() == Some(&made.text) || is_peoples(tx, customer, before).await? {
        return Ok(());
    }
    store::put(tx, customer, before.ticket_id, &made.text, &made.model).await?;
    let after = Ticket { summary: Some(made.text.clone()), ..before.clone() };
    ticket_store::update(tx, customer, before, &after).await?;
    let event = Event::ticket("ticket.summarised", before.ticket_id);
    note(tx, customer, Actor::System, &[event.with(json!({ "model": made.model }))]).await
}

/// As [`keep`], for a ticket that may be gone.
pub async fn keep_of(tx: &mut Tx, customer: CustomerId, id: TicketId, made: &Summarised) -> Result<()> {
    match ticket_store::lock(tx, customer, id).await {
        Err(Error::NotFound) => Ok(()),
        ticket => keep(tx, customer, &ticket?, made).await,
    }
}

/// What was deleted is not told any more: the program's summary goes, and another is made of the rest.
pub async fn deleted(tx: &mut Tx, customer: CustomerId, id: TicketId) -> Result<()> {
    let Some(made) = store::of_ticket(tx, customer, id).await? else { return Ok(()) };
    store::delete(tx, customer, id).await?;
    let before = ticket_store::lock(tx, customer, id).await?;
    if before.summary.as_ref() == Some(&made) {
        let after = Ticket { summary: None, ..before.clone() };
        ticket_store::update(tx, customer, &before, &after).await?;
        let now = tx.now;
        jobs::enqueue(tx, customer, job::SUMMARISE_TICKET, id.0, now, None).await?;
    }
    Ok(())
}

/// What was answered, or says something else now, belongs in the summary, where the program keeps one: once
/// it cannot be taken back.
pub async fn said(tx: &mut Tx, customer: CustomerId, message: &Message, due: Timestamp) -> Result<()> {
    if message.is_internal || store::of_ticket(tx, customer, message.ticket_id).await?.is_none() {
        return Ok(());
    }
    jobs::enqueue(tx, customer, job::SUMMARISE_TICKET, message.ticket_id.0, due, None).await
}
