//! Live events: what open streams are told, and when.
//!
//! Streams follow the numbers of sealed events, so that none is skipped, whichever process wrote it. One
//! task a process looks where the chains of the tenants with open streams end: on wake-ups, and every
//! second besides.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::domain::caller::Caller;
use crate::error::{Error, Result};
use crate::model::{CustomerId, CustomerRepId, TicketId};
use crate::store::events::{self, Told};
use crate::store::{Conn, Store};

/// Wake-ups that come this close together are one.
const COALESCE: Duration = Duration::from_millis(20);
const POLL: Duration = Duration::from_secs(1);

/// The open streams of this process.
#[derive(Clone, Default)]
pub struct Live(Arc<Mutex<Streams>>);

#[derive(Default)]
struct Streams {
    ends: HashMap<CustomerId, watch::Sender<i64>>,
    followed: bool,
    closed: bool,
}

impl Live {
    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the tenant's last sealed event, as it grows. It ends when the server stops.
    pub async fn follow(&self, store: &Store, customer: CustomerId) -> Result<watch::Receiver<i64>> {
        let heads = events::heads(&mut *store.read().await?, vec![customer.0]).await?;
        let end = heads.first().ok_or(Error::NotFound)?.last_event_seq;
        let mut streams = self.streams();
        if streams.closed {
            return Err(Error::Unavailable("The server is stopping.".into()));
        }
        let sender = streams.ends.entry(customer).or_insert_with(|| watch::Sender::new(end));
        let followed = sender.subscribe();
        advance(sender, end);
        if !std::mem::replace(&mut streams.followed, true) {
            tokio::spawn(follow_all(self.clone(), store.clone()));
        }
        Ok(followed)
    }

    /// Ends all streams, and lets none begin.
    pub fn close(&self) {
        let mut streams = self.streams();
        streams.closed = true;
        streams.ends.clear();
    }

    /// The tenants with open streams; none ends the task that follows them.
    fn tenants(&self) -> Vec<i64> {
        let mut streams = self.streams();
        streams.ends.retain(|_, it| it.receiver_count() > 0);
        streams.followed = !streams.ends.is_empty();
        streams.ends.keys().map(|it| it.0).collect()
    }
}

fn advance(sender: &watch::Sender<i64>, end: i64) {
    sender.send_if_modified(|it| {
        let grown = end > *it;
        *it = end.max(*it);
        grown
    });
}

async fn follow_all(live: Live, store: Store) {
    loop {
        // From here on no wake-up is missed.
        let woken = store.woken();
        let tenants = live.tenants();
        if tenants.is_empty() {
            return;
        }
        match ends(&store, tenants).await {
            Ok(heads) => {
                let streams = live.streams();
                for head in heads {
                    if let Some(sender) = streams.ends.get(&head.customer_id) {
                        advance(sender, head.last_event_seq);
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "live events have to wait for the database"),
        }
        tokio::select! {
            () = async { woken.await; tokio::time::sleep(COALESCE).await } => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

async fn ends(store: &Store, tenants: Vec<i64>) -> Result<Vec<events::Head>> {
    events::heads(&mut *store.read().await?, tenants).await
}

/// Some events after a number, and how far they reach.
pub struct Batch {
    pub events: Vec<Told>,
    pub last: i64,
    /// There may be more at once.
    pub more: bool,
}

/// The next events about tickets and messages that the caller may see. An Agent is told of tickets that
/// are unassigned or their own now, or were when they were deleted.
pub async fn next(conn: &mut Conn, caller: &Caller, after: i64, limit: i64) -> Result<Batch> {
    let mut told = events::told_after(conn, caller.customer, after, limit).await?;
    let (last, more) = (told.last().map_or(after, |it| it.seq), told.len() as i64 == limit);
    told.retain(|it| it.ticket_id.is_some());
    if caller.limited_to().is_some() {
        let seen = seen_tickets(conn, caller, &told).await?;
        told.retain(|it| it.ticket_id.is_some_and(|it| seen.contains(&it)));
    }
    Ok(Batch { events: told, last, more })
}

async fn seen_tickets(conn: &mut Conn, caller: &Caller, told: &[Told]) -> Result<Vec<TicketId>> {
    let mut tickets: Vec<i64> = told.iter().filter_map(|it| it.ticket_id).map(|it| it.0).collect();
    tickets.sort_unstable();
    tickets.dedup();
    let mut reps = events::assignees(conn, caller.customer, tickets.clone()).await?;
    tickets.retain(|it| !reps.iter().any(|(ticket, _)| ticket.0 == *it));
    if !tickets.is_empty() {
        for (ticket, changes) in events::deletions(conn, caller.customer, tickets).await? {
            if let Some(rep) = changes.and_then(|it| it["customerRepID"]["from"].as_i64()) {
                reps.push((ticket, CustomerRepId(rep)));
            }
        }
    }
    Ok(reps.into_iter().filter(|(_, rep)| caller.sees_ticket_of(*rep)).map(|it| it.0).collect())
}
