//! The audit trail: every change notes an event in its own transaction. A leased sealer numbers and
//! hash-chains them per tenant within a second.

use serde_json::Value;

use crate::error::Result;
use crate::model::{Actor, CustomerId, Event};
use crate::store::{Tx, events as store};

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
