//! The audit trail: every change notes an event in its own transaction. A leased sealer numbers and
//! hash-chains them per tenant within a second.

use serde_json::Value;

use crate::error::Result;
use crate::model::{CustomerId, MessageId, TicketId};
use crate::store::{Tx, events as store};

use super::caller::Actor;

/// What happened to one thing.
pub struct Event {
    /// `<entity>.<verb in the past>`, for example `ticket.created`.
    pub action: &'static str,
    pub entity: &'static str,
    pub entity_id: i64,
    pub ticket: Option<TicketId>,
    pub message: Option<MessageId>,
    /// `{"field": {"from": …, "to": …}}` or what else explains the change; never a secret.
    pub changes: Option<Value>,
}

impl Event {
    /// About something that belongs to no ticket.
    pub fn new(action: &'static str, entity: &'static str, entity_id: i64) -> Self {
        Self { action, entity, entity_id, ticket: None, message: None, changes: None }
    }

    pub fn ticket(action: &'static str, ticket: TicketId) -> Self {
        Self {
            action,
            entity: "ticket",
            entity_id: ticket.0,
            ticket: Some(ticket),
            message: None,
            changes: None,
        }
    }

    pub fn message(action: &'static str, ticket: TicketId, message: MessageId) -> Self {
        Self {
            action,
            entity: "ticketMessage",
            entity_id: message.0,
            ticket: Some(ticket),
            message: Some(message),
            changes: None,
        }
    }

    #[must_use]
    pub fn with(mut self, changes: Value) -> Self {
        self.changes = Some(changes);
        self
    }
}

/// Notes events of one change.
pub async fn note(tx: &mut Tx, customer: CustomerId, actor: Actor, events: &[Event]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    tx.wake_workers();
    store::insert(tx, customer, actor, events);
    Ok(())
}

/// Collects what differs between two states: `{"status": {"from": "Open", "to": "Closed"}}`.
#[derive(Default)]
pub struct Changes(serde_json::Map<String, Value>);

impl Changes {
    pub fn compare<T: serde::Serialize + PartialEq>(&mut self, field: &str, from: &T, to: &T) {
        if from != to {
            self.0.insert(field.to_owned(), serde_json::json!({ "from": from, "to": to }));
        }
    }

    /// Says that a field differs, not from what to what: for secrets.
    pub fn hidden(&mut self, field: &str, differs: bool) {
        if differs {
            self.0.insert(field.to_owned(), serde_json::json!({ "changed": true }));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}
