//! One action on many tickets: all or nothing.

use std::collections::HashSet;

use super::change::check_assignee;
use super::undo;
use crate::domain::attachments::forget_objects;
use crate::domain::caller::Caller;
use crate::domain::events::note;
use crate::domain::{notifications, spam_lessons, topic_examples};
use crate::error::{Error, Result};
use crate::model::ticket::{CLOSED, OPEN, canonical_status};
use crate::model::{Actor, BulkUndoId, CustomerRepId, Event, Ticket, TicketId, Timestamp};
use crate::store::{Tx, tickets as store};

/// Most tickets of one action.
pub const MOST: usize = 10_000;
/// So many unknown ids are named.
const NAMED: usize = 100;

/// What is done to each ticket.
pub enum Action {
    Close,
    Reopen,
    Assign(CustomerRepId),
    Escalate(bool),
    Spam(bool),
    SetStatus(String),
    Delete,
}

const NAMES: &str =
    "close, open, reopen, assign, unassign, escalate, deescalate, spam, notSpam, delete, setStatus";

impl Action {
    /// Reads an action's name in any case, with what it needs.
    pub fn parse(name: &str, rep: Option<CustomerRepId>, status: Option<&str>) -> Result<Self> {
        Ok(match name.trim().to_ascii_lowercase().as_str() {
            "close" => Self::Close,
            "open" | "reopen" => Self::Reopen,
            "assign" => {
                Self::Assign(rep.ok_or_else(|| Error::invalid("customerRepID", "is required to assign"))?)
            }
            "unassign" => Self::Assign(CustomerRepId(0)),
            "escalate" => Self::Escalate(true),
            "deescalate" => Self::Escalate(false),
            "spam" => Self::Spam(true),
            "notspam" => Self::Spam(false),
            "delete" => Self::Delete,
            "setstatus" => {
                let status = status.ok_or_else(|| Error::invalid("status", "is required to set it"))?;
                let status = canonical_status(status);
                Self::SetStatus(
                    status.ok_or_else(|| Error::invalid("status", "must have 1 to 50 characters"))?,
                )
            }
            _ => return Err(Error::invalid("action", format!("must be one of {NAMES}"))),
        })
    }

    fn applied(&self, before: &Ticket, now: Timestamp) -> Ticket {
        let mut after = before.clone();
        match self {
            Self::Close => after.set_status(CLOSED.into(), now),
            Self::Reopen if before.is_closed => after.set_closed(false, now),
            Self::Reopen => after.set_status(OPEN.into(), now),
            Self::Assign(rep) => after.customer_rep_id = *rep,
            Self::Escalate(escalated) => after.set_escalated(*escalated, now),
            Self::Spam(spam) => after.is_spam = *spam,
            Self::SetStatus(status) => after.set_status(status.clone(), now),
            Self::Delete => {}
        }
        after
    }
}

/// Does it to every one of these tickets. Ids that are unknown, or that the caller does not see, are
/// named in a 404, and nothing changes. What may be undone has an id.
pub async fn bulk(
    tx: &mut Tx,
    caller: &Caller,
    ids: Vec<i64>,
    action: &Action,
) -> Result<Option<BulkUndoId>> {
    let customer = caller.customer;
    if let Action::Assign(rep) = action {
        check_assignee(tx, customer, *rep).await?;
    }
    let wanted: HashSet<i64> = ids.iter().copied().collect();
    let mut tickets = store::lock_many(tx, customer, wanted.iter().copied().collect()).await?;
    tickets.retain(|it| caller.sees_ticket_of(it.customer_rep_id));
    if tickets.len() != wanted.len() {
        return Err(unknown(ids, &tickets));
    }
    if matches!(action, Action::Delete) {
        let ids: Vec<TicketId> = tickets.iter().map(|it| it.ticket_id).collect();
        topic_examples::forget_tickets(tx, customer, ids.clone()).await?;
        spam_lessons::outlive(tx, customer, ids, Vec::new()).await?;
        let keys = store::delete_many(tx, customer, &tickets).await?;
        let events: Vec<Event> = tickets.iter().map(super::deleted).collect();
        note(tx, customer, caller.actor(), &events).await?;
        forget_objects(tx, customer, keys).await?;
        return Ok(None);
    }
    change_many(tx, caller.actor(), caller, tickets, action).await
}

async fn change_many(
    tx: &mut Tx,
    actor: Actor,
    caller: &Caller,
    tickets: Vec<Ticket>,
    action: &Action,
) -> Result<Option<BulkUndoId>> {
    let now = tx.now;
    let changed: Vec<(Ticket, Ticket)> = tickets
        .into_iter()
        .map(|before| {
            let after = action.applied(&before, now);
            (before, after)
        })
        .filter(|(before, after)| before != after)
        .collect();
    store::update_many(tx, caller.customer, &changed).await?;
    let events: Vec<Event> =
        changed.iter().filter_map(|(before, after)| super::updated(before, after)).collect();
    note(tx, caller.customer, actor, &events).await?;
    let changes = changed.iter().map(|it| (&it.0, &it.1));
    notifications::assigned(tx, caller.customer, actor, changes.clone()).await?;
    spam_lessons::marked(tx, caller.customer, actor, changes).await?;
    undo::keep(tx, caller, &changed).await
}

fn unknown(ids: Vec<i64>, found: &[Ticket]) -> Error {
    let found: HashSet<i64> = found.iter().map(|it| it.ticket_id.0).collect();
    let mut seen = HashSet::new();
    let missing: Vec<String> = ids
        .into_iter()
        .filter(|it| !found.contains(it) && seen.insert(*it))
        .map(|it| it.to_string())
        .collect();
    let more = missing.len().saturating_sub(NAMED);
    let named = missing[..missing.len() - more].join(", ");
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Error::Missing(format!("There are no tickets {named}{more}. Nothing was changed."))
}
