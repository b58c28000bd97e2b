//! Who looks at or answers a ticket just now, so that two do not answer at once. It is told, not kept: no
//! audit event, and a window that says nothing for a while is gone.

use std::time::Duration;

use crate::domain::caller::Caller;
use crate::domain::messages::visible_ticket;
use crate::error::{Error, Result};
use crate::model::{PresenceState, TicketId, Timestamp};
use crate::store::Tx;
use crate::store::presence::{self as store, Present};

/// A window that has not been heard of for so long is gone.
pub const LIFE: Duration = Duration::from_secs(45);
/// A window that is heard of again before this changes nothing in the database.
const FRESH: Duration = Duration::from_secs(15);
const LONGEST_CLIENT: usize = 64;

/// Checks the name that a window gives itself.
pub fn client(given: Option<String>) -> Result<String> {
    let client = given.unwrap_or_default();
    if client.len() > LONGEST_CLIENT {
        return Err(Error::invalid("clientID", format!("must have at most {LONGEST_CLIENT} bytes")));
    }
    Ok(client)
}

/// Says that a window of the caller is on a ticket; who else is there.
pub async fn announce(
    tx: &mut Tx,
    caller: &Caller,
    ticket: TicketId,
    client: &str,
    state: PresenceState,
) -> Result<Vec<Present>> {
    visible_ticket(tx, caller, ticket).await?;
    let now = tx.now;
    let window = (ticket, caller.rep, client);
    let before = store::find(tx, caller.customer, window, now).await?;
    let expires_at = Timestamp(now.0 + LIFE.as_micros() as i64);
    let is_news = before.is_none_or(|it| it.0 != state);
    if is_news || before.is_some_and(|it| expires_at.0 - it.1.0 >= FRESH.as_micros() as i64) {
        store::put(tx, caller.customer, window, state, expires_at).await?;
    }
    if is_news {
        tx.wake_workers();
    }
    store::of_ticket(tx, caller.customer, ticket, now).await.map(by_rep)
}

/// Says that a window of the caller is no longer on a ticket.
pub async fn leave(tx: &mut Tx, caller: &Caller, ticket: TicketId, client: &str) -> Result<()> {
    visible_ticket(tx, caller, ticket).await?;
    if store::delete(tx, caller.customer, (ticket, caller.rep, client)).await? > 0 {
        tx.wake_workers();
    }
    Ok(())
}

/// One for each rep and ticket: a rep who answers in one window is answering.
pub fn by_rep(windows: Vec<Present>) -> Vec<Present> {
    let mut reps: Vec<Present> = Vec::with_capacity(windows.len());
    for window in windows {
        let same = |it: &&mut Present| {
            it.ticket_id == window.ticket_id && it.customer_rep_id == window.customer_rep_id
        };
        match reps.iter_mut().find(same) {
            Some(rep) if rep.state == PresenceState::Viewing && window.state == PresenceState::Replying => {
                *rep = window;
            }
            Some(_) => {}
            None => reps.push(window),
        }
    }
    reps
}
