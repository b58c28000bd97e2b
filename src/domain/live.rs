//! Live events: what open streams are told, and when.
//!
//! Streams follow the numbers of sealed events, so that none is skipped, whichever process wrote it. One
//! task a process looks where the chains of the tenants with open streams end: on wake-ups, and every
//! second besides. What is told and not kept goes the same way, without a number: who is on which ticket,
//! and that there is something new for some rep.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::domain::caller::Caller;
use crate::domain::presence;
use crate::error::{Error, Result};
use crate::model::{CustomerId, CustomerRepId, NotificationId, TicketId};
use crate::store::events::{self, Told};
use crate::store::presence::{self as presences, Present};
use crate::store::{Conn, Store, notifications};

/// Wake-ups that come this close together are one.
const COALESCE: Duration = Duration::from_millis(20);
const POLL: Duration = Duration::from_secs(1);

/// The open streams of this process.
#[derive(Clone, Default)]
pub struct Live(Arc<Mutex<Streams>>);

#[derive(Default)]
struct Streams {
    tenants: HashMap<CustomerId, watch::Sender<State>>,
    followed: bool,
    closed: bool,
}

/// What a tenant's streams follow.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct State {
    /// The number of the last sealed event.
    pub end: i64,
    /// Who is on which ticket, by ticket.
    pub present: Arc<Vec<Present>>,
    /// The newest notification of any rep.
    pub notified: NotificationId,
}

impl Live {
    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tenant's state, as it changes. It ends when the server stops.
    pub async fn follow(&self, store: &Store, customer: CustomerId) -> Result<watch::Receiver<State>> {
        let state = states(store, vec![customer.0]).await?.remove(&customer).ok_or(Error::NotFound)?;
        let mut streams = self.streams();
        if streams.closed {
            return Err(Error::Unavailable("The server is stopping.".into()));
        }
        let sender = streams.tenants.entry(customer).or_insert_with(|| watch::Sender::new(state.clone()));
        let followed = sender.subscribe();
        advance(sender, state);
        if !std::mem::replace(&mut streams.followed, true) {
            tokio::spawn(follow_all(self.clone(), store.clone()));
        }
        Ok(followed)
    }

    /// Ends all streams, and lets none begin.
    pub fn close(&self) {
        let mut streams = self.streams();
        streams.closed = true;
        streams.tenants.clear();
    }

    /// The tenants with open streams; none ends the task that follows them.
    fn tenants(&self) -> Vec<i64> {
        let mut streams = self.streams();
        streams.tenants.retain(|_, it| it.receiver_count() > 0);
        streams.followed = !streams.tenants.is_empty();
        streams.tenants.keys().map(|it| it.0).collect()
    }
}

fn advance(sender: &watch::Sender<State>, mut state: State) {
    sender.send_if_modified(|it| {
        // A reader that was slow brings nothing back.
        state.end = state.end.max(it.end);
        state.notified = state.notified.max(it.notified);
        let differs = *it != state;
        *it = state;
        differs
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
        match states(&store, tenants).await {
            Ok(states) => {
                let streams = live.streams();
                for (customer, state) in states {
                    if let Some(sender) = streams.tenants.get(&customer) {
                        advance(sender, state);
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

async fn states(store: &Store, tenants: Vec<i64>) -> Result<HashMap<CustomerId, State>> {
    let mut conn = store.read().await?;
    let heads = events::heads(&mut conn, tenants.clone()).await?;
    let mut states: HashMap<CustomerId, State> = heads
        .into_iter()
        .map(|it| (it.customer_id, State { end: it.last_event_seq, ..State::default() }))
        .collect();
    let mut present: HashMap<CustomerId, Vec<Present>> = HashMap::new();
    for window in presences::of_tenants(&mut conn, tenants.clone(), store.clock().now()).await? {
        present.entry(window.customer_id).or_default().push(window);
    }
    for (customer, windows) in present {
        if let Some(state) = states.get_mut(&customer) {
            state.present = Arc::new(presence::by_rep(windows));
        }
    }
    for (customer, newest) in notifications::newest(&mut conn, tenants).await? {
        if let Some(state) = states.get_mut(&customer) {
            state.notified = newest;
        }
    }
    Ok(states)
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

/// What a stream has told of who is where.
#[derive(Default)]
pub struct Shown(HashMap<TicketId, Vec<Present>>);

impl Shown {
    /// The tickets that others came to or left since, as far as the caller sees them, with who is there.
    pub async fn news(
        &mut self,
        conn: &mut Conn,
        caller: &Caller,
        present: &[Present],
    ) -> Result<Vec<(TicketId, Vec<Present>)>> {
        let mut now: HashMap<TicketId, Vec<Present>> = HashMap::new();
        for it in present {
            now.entry(it.ticket_id).or_default().push(it.clone());
        }
        if caller.limited_to().is_some() && !now.is_empty() {
            let tickets = now.keys().map(|it| it.0).collect();
            let reps: HashMap<_, _> =
                events::assignees(conn, caller.customer, tickets).await?.into_iter().collect();
            now.retain(|ticket, _| reps.get(ticket).is_some_and(|it| caller.sees_ticket_of(*it)));
        }
        let mut news: Vec<(TicketId, Vec<Present>)> = now
            .iter()
            .filter(|(it, who)| self.0.get(*it) != Some(*who))
            .map(|(it, who)| (*it, who.clone()))
            .collect();
        news.extend(self.0.keys().filter(|it| !now.contains_key(*it)).map(|it| (*it, Vec::new())));
        news.sort_by_key(|it| it.0);
        self.0 = now;
        Ok(news)
    }
}
