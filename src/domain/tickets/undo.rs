//! Taking back an action on many tickets: each gets the state that it had, unless somebody has changed it
//! since. What was deleted stays deleted.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::caller::Caller;
use crate::domain::events::note;
use crate::domain::{notifications, spam_lessons};
use crate::error::Result;
use crate::model::{BulkUndoId, CustomerRepId, Event, Ticket, TicketId, Timestamp};
use crate::store::reps::access;
use crate::store::{Tx, bulk_undos, tickets as store};

/// How long an action may be undone.
pub const LIFE: Duration = Duration::from_secs(10 * 60);

/// What actions on many tickets change of one.
#[derive(Serialize, Deserialize, PartialEq, Eq, Clone)]
struct State {
    status: String,
    rep: CustomerRepId,
    escalated: bool,
    is_spam: bool,
    is_closed: bool,
    close_date: Option<Timestamp>,
}

impl State {
    fn of(ticket: &Ticket) -> Self {
        Self {
            status: ticket.status.clone(),
            rep: ticket.customer_rep_id,
            escalated: ticket.escalated,
            is_spam: ticket.is_spam,
            is_closed: ticket.is_closed,
            close_date: ticket.close_date,
        }
    }

    fn applied(self, ticket: &Ticket) -> Ticket {
        Ticket {
            status: self.status,
            customer_rep_id: self.rep,
            escalated: self.escalated,
            is_spam: self.is_spam,
            is_closed: self.is_closed,
            close_date: self.close_date,
            ..ticket.clone()
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    ticket: TicketId,
    before: State,
    after: State,
}

/// Keeps what an action changed.
pub(super) async fn keep(
    tx: &mut Tx,
    caller: &Caller,
    changed: &[(Ticket, Ticket)],
) -> Result<Option<BulkUndoId>> {
    if changed.is_empty() {
        return Ok(None);
    }
    let kept: Vec<Kept> = changed
        .iter()
        .map(|(before, after)| Kept {
            ticket: after.ticket_id,
            before: State::of(before),
            after: State::of(after),
        })
        .collect();
    let expires_at = Timestamp(tx.now.0 + LIFE.as_micros() as i64);
    let states = serde_json::to_string(&kept)?;
    bulk_undos::insert(tx, caller.customer, caller.rep, &states, expires_at).await.map(Some)
}

/// What an undo did.
pub struct Undone {
    pub restored: Vec<TicketId>,
    /// Changed by somebody since, or gone: left alone.
    pub skipped: Vec<TicketId>,
}

/// Takes back an action of the caller, once. `NotFound` for one that is unknown, another's, or too old.
pub async fn undo(tx: &mut Tx, caller: &Caller, undo: BulkUndoId) -> Result<Undone> {
    let (customer, now) = (caller.customer, tx.now);
    let states = bulk_undos::get(tx, customer, caller.rep, undo, now).await?;
    let kept: Vec<Kept> = serde_json::from_str(&states)?;
    let ids = kept.iter().map(|it| it.ticket.0).collect();
    let tickets = store::lock_many(tx, customer, ids).await?;
    let mut tickets: HashMap<TicketId, Ticket> = tickets.into_iter().map(|it| (it.ticket_id, it)).collect();
    let mut reps: HashMap<CustomerRepId, bool> = HashMap::new();
    let (mut changed, mut skipped) = (Vec::new(), Vec::new());
    for Kept { ticket: id, before, after } in kept {
        let ticket = tickets.remove(&id).filter(|it| State::of(it) == after);
        // A rep may be gone or deactivated by now.
        let assignable = before.rep == after.rep || can_have(tx, caller, before.rep, &mut reps).await?;
        match ticket.filter(|_| assignable) {
            Some(ticket) => {
                let restored = before.applied(&ticket);
                changed.push((ticket, restored));
            }
            None => skipped.push(id),
        }
    }
    store::update_many(tx, customer, &changed).await?;
    let events: Vec<Event> =
        changed.iter().filter_map(|(before, after)| super::updated(before, after)).collect();
    note(tx, customer, caller.actor(), &events).await?;
    let changes = changed.iter().map(|it| (&it.0, &it.1));
    notifications::assigned(tx, customer, caller.actor(), changes.clone()).await?;
    spam_lessons::marked(tx, customer, caller.actor(), changes).await?;
    bulk_undos::delete(tx, customer, undo).await?;
    Ok(Undone { restored: changed.iter().map(|it| it.1.ticket_id).collect(), skipped })
}

async fn can_have(
    tx: &mut Tx,
    caller: &Caller,
    rep: CustomerRepId,
    known: &mut HashMap<CustomerRepId, bool>,
) -> Result<bool> {
    if let Some(known) = known.get(&rep) {
        return Ok(*known);
    }
    let can =
        rep == CustomerRepId(0) || access(tx, caller.customer, rep).await?.is_some_and(|it| it.0.is_active);
    known.insert(rep, can);
    Ok(can)
}
