//! What a rep is told of: somebody mentioned them in an internal note, or gave them a ticket.

use crate::domain::caller::Caller;
use crate::error::Result;
use crate::model::{Actor, CustomerId, CustomerRepId, Message, NotificationKind, Role, Ticket, TicketId};
use crate::store::Tx;
use crate::store::notifications::{self as store, New};
use crate::store::reps::profiles::{self, Rep};

/// Tells the reps that a note mentions, as far as they see its ticket. Nobody is told of themselves.
pub async fn mentioned(tx: &mut Tx, caller: &Caller, ticket: &Ticket, note: &Message) -> Result<()> {
    let text = note.message.as_deref().or(note.text_body.as_deref()).unwrap_or_default();
    if !note.is_internal || note.is_draft || !text.contains('@') {
        return Ok(());
    }
    let reps = profiles::assignable(tx, caller.customer).await?;
    let sees = |it: &Rep| {
        it.role != Role::Agent
            || ticket.customer_rep_id == CustomerRepId(0)
            || ticket.customer_rep_id == it.customer_rep_id
    };
    let new: Vec<New> = mentions(text, &reps)
        .into_iter()
        .filter(|it| it.customer_rep_id != caller.rep && sees(it))
        .map(|it| New {
            rep: it.customer_rep_id,
            kind: NotificationKind::Mention,
            ticket: ticket.ticket_id,
            message: Some(note.message_id),
            actor: Some(caller.rep),
        })
        .collect();
    tell(tx, caller.customer, &new).await
}

/// Tells reps of tickets that somebody else gave them.
pub async fn assigned<'a>(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    changes: impl Iterator<Item = (&'a Ticket, &'a Ticket)>,
) -> Result<()> {
    let new: Vec<New> = changes
        .filter(|(before, after)| before.customer_rep_id != after.customer_rep_id)
        .map(|(_, after)| (after.customer_rep_id, after.ticket_id))
        .filter(|(rep, _)| *rep != CustomerRepId(0) && actor.rep() != Some(*rep))
        .map(|(rep, ticket): (CustomerRepId, TicketId)| New {
            rep,
            kind: NotificationKind::Assigned,
            ticket,
            message: None,
            actor: actor.rep(),
        })
        .collect();
    tell(tx, customer, &new).await
}

async fn tell(tx: &mut Tx, customer: CustomerId, new: &[New]) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    tx.wake_workers();
    store::insert(tx, customer, new).await
}

/// The reps whose username or name stands behind an `@`, in any case, each once. Of two that fit the longer
/// one is meant.
fn mentions<'a>(text: &str, reps: &'a [Rep]) -> Vec<&'a Rep> {
    let text = text.to_lowercase();
    let mut found: Vec<&Rep> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let is_address = text[..at].ends_with(|it: char| it.is_alphanumeric());
        let rest = &text[at + 1..];
        let fits = |name: &str| {
            let name = name.to_lowercase();
            let next = rest.strip_prefix(&name).map(|it| it.chars().next());
            let ends = next.is_some_and(|it| it.is_none_or(|it| !it.is_alphanumeric() && it != '_'));
            (ends && !name.is_empty()).then_some(name.len())
        };
        let best = reps.iter().filter_map(|it| Some((fits(&it.username).max(fits(&it.name))?, it)));
        if let Some((_, rep)) = best.max_by_key(|it| it.0)
            && !is_address
            && !found.iter().any(|it| it.customer_rep_id == rep.customer_rep_id)
        {
            found.push(rep);
        }
    }
    found
}
