//! The audit events.

use super::{Tx, Value};
use crate::domain::caller::Actor;
use crate::domain::events::Event;
use crate::error::Result;
use crate::model::CustomerId;

const COLUMNS: &[&str] = &[
    "customer_id",
    "created_at",
    "actor_type",
    "actor_id",
    "action",
    "entity",
    "entity_id",
    "ticket_id",
    "message_id",
    "changes",
];

/// Inserts events, not yet sealed.
pub async fn insert(tx: &mut Tx, customer: CustomerId, actor: Actor, events: &[Event]) -> Result<()> {
    let now = tx.now;
    let mut rows: Vec<Value<'_>> = Vec::with_capacity(events.len() * COLUMNS.len());
    for event in events {
        rows.extend([
            customer.into(),
            now.into(),
            actor.as_str().into(),
            actor.rep().into(),
            event.action.into(),
            event.entity.into(),
            event.entity_id.into(),
            event.ticket.into(),
            event.message.into(),
            (&event.changes).into(),
        ]);
    }
    tx.insert_many("events", COLUMNS, &rows).await
}
