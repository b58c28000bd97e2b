//! The governor holds mail back that is too much for a minute. Who runs the tenant is told of it in the audit
//! trail, once an hour while it lasts; the outbox shows how much it holds.

use serde_json::json;

use crate::domain::events::note;
use crate::error::Result;
use crate::model::{Actor, CustomerId, Event, Timestamp};
use crate::store::{Tx, meta, outbox};

const HOUR_MICROS: i64 = 3600 * 1_000_000;

/// What a mail says that waits for its turn.
pub fn reason(most: i64) -> String {
    outbox::HELD.replace('%', &most.to_string())
}

/// Tells that mail of a tenant is held back, unless it was told within the hour. `turn` is any name that no other
/// call has.
pub async fn alert(tx: &mut Tx, customer: CustomerId, most: i64, turn: &str) -> Result<()> {
    let until = Timestamp(tx.now.0 + HOUR_MICROS);
    if !meta::take_lease(tx, &format!("governor:{customer}"), turn, until).await? {
        return Ok(());
    }
    let event = Event::new("outbox.held", "outbox", 0).with(json!({ "mailsPerMinute": most }));
    note(tx, customer, Actor::System, &[event]).await
}
