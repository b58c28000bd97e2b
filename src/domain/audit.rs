//! The chain of the audit trail: sealing numbers the events of each tenant and links each to the one
//! before, so that an event that was altered, removed or slipped in later shows.
//!
//! An event's digest is keyed with the master key and covers its number, everything it says and a digest
//! of its changes; its hash covers its digest and the hash before. Whoever can write to the database but
//! has not the key cannot forge either. Because the digest of the changes stays, the changes themselves
//! (personal data) can be erased.

use std::collections::BTreeMap;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::crypto::{self, MasterKey};
use crate::domain::events::note;
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, Event, TicketId, Timestamp};
use crate::store::events::{self as store, Head, Recorded};
use crate::store::meta;

/// Events sealed in one transaction.
const BATCH: i64 = 500;
const LEASE: &str = "seal_events";
/// A sealer that is gone is replaced after this time.
const LEASE_MICROS: i64 = 2_000_000;

/// Seals what waits; gives how many. 0 while another sealer has the lease.
pub async fn seal_waiting(app: &App, holder: &str) -> Result<usize> {
    let mut sealed = 0;
    loop {
        let waiting = store::unsealed(&mut *app.store.read().await?, BATCH).await?;
        let last = waiting.len() < BATCH as usize;
        if waiting.is_empty() {
            return Ok(sealed);
        }
        match seal(app, holder, waiting).await? {
            0 => return Ok(sealed),
            more => sealed += more,
        }
        if last {
            return Ok(sealed);
        }
    }
}

/// Lets another sealer go on at once.
pub async fn release(app: &App, holder: &str) -> Result<()> {
    let holder = holder.to_owned();
    app.store.write(move |tx| Box::pin(async move { meta::release_lease(tx, LEASE, &holder).await })).await
}

/// Digests are made before the transaction; that the chain still ends where it did is checked in it.
async fn seal(app: &App, holder: &str, waiting: Vec<Recorded>) -> Result<usize> {
    let mut of_customer: BTreeMap<CustomerId, Vec<Recorded>> = BTreeMap::new();
    for event in waiting {
        of_customer.entry(event.customer_id).or_default().push(event);
    }
    let customers = of_customer.keys().map(|it| it.0).collect();
    let heads = store::heads(&mut *app.store.read().await?, customers).await?;
    let mut ends = Vec::with_capacity(heads.len());
    let mut rows = Vec::new();
    for head in heads {
        let mut end = head.clone();
        for event in of_customer.remove(&head.customer_id).unwrap_or_default() {
            end.last_event_seq += 1;
            let changes_digest = digest_of_changes(&app.key, event.changes.as_deref());
            let digest = digest(&app.key, &event, end.last_event_seq, changes_digest.as_deref());
            end.last_event_hash = link(&end.last_event_hash, &digest);
            rows.push(json!([
                event.customer_id,
                event.event_id,
                end.last_event_seq,
                digest,
                end.last_event_hash,
                changes_digest
            ]));
        }
        ends.push((head.last_event_seq, end));
    }
    let count = rows.len();
    let rows = serde_json::Value::Array(rows).to_string();
    let holder = holder.to_owned();
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let until = Timestamp(tx.now.0 + LEASE_MICROS);
                if !meta::take_lease(tx, LEASE, &holder, until).await? {
                    return Ok(0);
                }
                for (from, end) in &ends {
                    if !store::advance(tx, *from, end).await? {
                        return Err(Error::Conflict("Another sealer moved the chain on.".into()));
                    }
                }
                if store::seal(tx, &rows).await? != count as u64 {
                    return Err(Error::Conflict("Another sealer sealed these events.".into()));
                }
                // Streams wait for sealed events.
                tx.wake_workers();
                Ok(count)
            })
        })
        .await
}

fn digest_of_changes(key: &MasterKey, changes: Option<&str>) -> Option<String> {
    changes.map(|it| crypto::hex(&key.mac("event-changes", it.as_bytes())))
}

/// Over everything that an event says, as a JSON array.
fn digest(key: &MasterKey, event: &Recorded, seq: i64, changes_digest: Option<&str>) -> String {
    let content = json!([
        event.customer_id,
        seq,
        event.event_id,
        event.created_at.0,
        event.actor_type,
        event.actor_id,
        event.action,
        event.entity,
        event.entity_id,
        event.ticket_id,
        event.message_id,
        changes_digest,
    ]);
    crypto::hex(&key.mac("event", content.to_string().as_bytes()))
}

fn link(previous: &str, digest: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(digest);
    crypto::hex(&hash.finalize())
}

/// Marks erased changes: only the holder of the key can have erased them.
fn erasure(key: &MasterKey, customer: CustomerId, ticket: TicketId) -> String {
    crypto::hex(&key.mac("event-erasure", format!("{customer} {ticket}").as_bytes()))
}

/// Erases what the audit trail says of a ticket's changes, and notes that. Who did what, and when, stays;
/// the chain still holds.
pub async fn erase_changes(app: &App, customer: CustomerId, actor: Actor, ticket: TicketId) -> Result<u64> {
    let proof = erasure(&app.key, customer, ticket);
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let erased = store::erase_of_ticket(tx, customer, ticket, &proof).await?;
                note(tx, customer, actor, &[Event::ticket("ticket.erased", ticket)]).await?;
                Ok(erased)
            })
        })
        .await
}

/// What is wrong with a chain.
#[derive(Debug, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    #[serde(rename = "customerID")]
    pub customer: CustomerId,
    pub seq: i64,
    /// None where the event is missing.
    #[serde(rename = "eventID")]
    pub event: Option<i64>,
    pub what: String,
}

/// What a verification saw.
#[derive(Debug, Default, serde::Serialize)]
pub struct Report {
    pub customers: u64,
    /// Sealed events.
    pub events: u64,
    /// Of these, how many had their changes erased by this program.
    pub erased: u64,
    /// Events of the last second or so that are not sealed yet.
    pub unsealed: i64,
    pub findings: Vec<Finding>,
}

/// Follows every chain from its first event to its end.
pub async fn verify(app: &App) -> Result<Report> {
    let mut conn = app.store.snapshot().await?;
    let mut report = Report { unsealed: store::count_unsealed(&mut conn).await?, ..Report::default() };
    for head in store::all_heads(&mut conn).await? {
        report.customers += 1;
        let mut chain = Chain { key: &app.key, customer: head.customer_id, seq: 0, hash: String::new() };
        loop {
            let events = store::after(&mut conn, head.customer_id, chain.seq, 1000).await?;
            if events.is_empty() {
                break;
            }
            for event in &events {
                chain.follow(event, &mut report);
            }
        }
        chain.end(&head, &mut report);
    }
    conn.finish().await?;
    Ok(report)
}

struct Chain<'a> {
    key: &'a MasterKey,
    customer: CustomerId,
    seq: i64,
    hash: String,
}

impl Chain<'_> {
    fn finding(&self, seq: i64, event: Option<i64>, what: impl Into<String>) -> Finding {
        Finding { customer: self.customer, seq, event, what: what.into() }
    }

    fn follow(&mut self, event: &Recorded, report: &mut Report) {
        let seq = event.seq.unwrap_or_default();
        let stored = event.hash.clone().unwrap_or_default();
        report.events += 1;
        let gap = seq != self.seq + 1;
        for missing in (self.seq + 1..seq).take(100) {
            report.findings.push(self.finding(missing, None, "is missing"));
        }
        let digest = digest(self.key, event, seq, event.changes_digest.as_deref());
        let linked = link(&self.hash, &digest);
        let what = if event.digest.as_ref() != Some(&digest) {
            Some("was altered")
        } else if !self.changes_hold(event, report) {
            Some("had its changes altered or removed")
        } else if !gap && stored != linked {
            Some("does not follow from the event before it")
        } else {
            None
        };
        self.seq = seq;
        // After a break the chain goes on from what is stored, so that one fault is one finding.
        self.hash = if what.is_some() || gap { stored } else { linked };
        if let Some(what) = what {
            report.findings.push(self.finding(seq, Some(event.event_id), what));
        }
    }

    fn changes_hold(&self, event: &Recorded, report: &mut Report) -> bool {
        match (&event.changes, &event.erasure) {
            (None, Some(proof)) => {
                report.erased += 1;
                event.ticket_id.is_some_and(|it| *proof == erasure(self.key, self.customer, it))
            }
            (changes, _) => digest_of_changes(self.key, changes.as_deref()) == event.changes_digest,
        }
    }

    fn end(&self, head: &Head, report: &mut Report) {
        for missing in (self.seq + 1..=head.last_event_seq).take(100) {
            report.findings.push(self.finding(missing, None, "is missing"));
        }
        if self.seq > head.last_event_seq {
            report.findings.push(self.finding(
                head.last_event_seq + 1,
                None,
                "stands after the end of the chain",
            ));
        } else if self.seq == head.last_event_seq && self.hash != head.last_event_hash {
            report.findings.push(self.finding(
                self.seq,
                None,
                "is not the end that the tenant's record names",
            ));
        }
    }
}
