//! The audit events. Those that are not sealed yet are read across tenants, as the job queue is.

use const_format::formatcp;

use super::reps::NAME_OF_ACTOR;
use super::tickets::Clause;
use super::{Conn, Rows, Tx, Value};
use crate::error::Result;
use crate::model::{Actor, CustomerId, CustomerRepId, Event, MessageId, TicketId, Timestamp};
use crate::{params, row};

static ROWS: Rows = Rows {
    table: "events",
    columns: &[
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
    ],
    conflict: "",
};

row! {
    /// An event as it is stored.
    #[derive(Clone, Debug)]
    pub struct Recorded {
        pub event_id: i64,
        pub customer_id: CustomerId,
        pub created_at: Timestamp,
        pub actor_type: String,
        pub actor_id: Option<i64>,
        pub action: String,
        pub entity: String,
        pub entity_id: i64,
        pub ticket_id: Option<TicketId>,
        pub message_id: Option<MessageId>,
        /// JSON text, as it was written; none where there were none or they were erased.
        pub changes: Option<String>,
        pub changes_digest: Option<String>,
        /// Where the changes were erased: the proof that this program did it.
        pub erasure: Option<String>,
        /// Its number in the tenant's chain, once it is sealed.
        pub seq: Option<i64>,
        pub digest: Option<String>,
        pub hash: Option<String>,
    }
}

row! {
    /// The end of a tenant's chain.
    #[derive(Clone, Debug)]
    pub struct Head {
        pub customer_id: CustomerId,
        pub last_event_seq: i64,
        pub last_event_hash: String,
    }
}

row! {
    /// What a stream tells of a sealed event.
    #[derive(Clone, Debug)]
    pub struct Told {
        pub seq: i64,
        pub event_id: i64,
        pub created_at: Timestamp,
        pub actor_type: String,
        pub actor_id: Option<i64>,
        pub action: String,
        pub entity: String,
        pub entity_id: i64,
        pub ticket_id: Option<TicketId>,
        pub message_id: Option<MessageId>,
    }
}

/// Inserts events, not yet sealed, as the transaction ends.
pub fn insert(tx: &mut Tx, customer: CustomerId, actor: Actor, events: &[Event]) {
    let now = tx.now;
    let mut rows: Vec<Value<'static>> = Vec::with_capacity(events.len() * ROWS.columns.len());
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
            event.changes.as_ref().map(ToString::to_string).into(),
        ]);
    }
    tx.insert_at_end(&ROWS, rows);
}

/// The oldest events that are not sealed, of all tenants.
pub async fn unsealed(conn: &mut Conn, limit: i64) -> Result<Vec<Recorded>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM events t WHERE t.seq IS NULL ORDER BY t.event_id LIMIT $1",
            Recorded::COLUMNS
        ),
        params![limit],
    )
    .await
}

/// The ends of these tenants' chains.
pub async fn heads(conn: &mut Conn, customers: Vec<i64>) -> Result<Vec<Head>> {
    conn.query(
        formatcp!("SELECT {} FROM customers t WHERE t.customer_id = ANY($1)", Head::COLUMNS),
        params![customers],
    )
    .await
}

/// The ends of all chains.
pub async fn all_heads(conn: &mut Conn) -> Result<Vec<Head>> {
    conn.query(formatcp!("SELECT {} FROM customers t ORDER BY t.customer_id", Head::COLUMNS), params![]).await
}

/// Moves the end of a chain; false where somebody else has.
pub async fn advance(tx: &mut Tx, from: i64, to: &Head) -> Result<bool> {
    let advanced = tx
        .execute(
            "UPDATE customers SET last_event_seq = $3, last_event_hash = $4
             WHERE customer_id = $1 AND last_event_seq = $2",
            params![to.customer_id, from, to.last_event_seq, &to.last_event_hash],
        )
        .await?;
    Ok(advanced == 1)
}

/// Seals events in one statement: `rows` is a JSON array of
/// `[customer, event, seq, digest, hash, digest of the changes]`. How many were sealed.
pub async fn seal(tx: &mut Tx, rows: &str) -> Result<u64> {
    let sql = format!(
        "UPDATE events SET seq = v.seq, digest = v.digest, hash = v.hash, changes_digest = v.changes_digest
         FROM (SELECT CAST(value ->> 0 AS BIGINT) AS customer, CAST(value ->> 1 AS BIGINT) AS event,
                      CAST(value ->> 2 AS BIGINT) AS seq, value ->> 3 AS digest, value ->> 4 AS hash,
                      value ->> 5 AS changes_digest
               FROM {}) v
         WHERE events.customer_id = v.customer AND events.event_id = v.event AND events.seq IS NULL",
        tx.dialect().json_rows()
    );
    tx.execute(&sql, params![rows]).await
}

/// A tenant's sealed events after a number, in their order.
pub async fn after(conn: &mut Conn, customer: CustomerId, seq: i64, limit: i64) -> Result<Vec<Recorded>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM events t WHERE t.customer_id = $1 AND t.seq > $2 ORDER BY t.seq LIMIT $3",
            Recorded::COLUMNS
        ),
        params![customer, seq, limit],
    )
    .await
}

/// A tenant's sealed events after a number, in their order, without their changes.
pub async fn told_after(conn: &mut Conn, customer: CustomerId, seq: i64, limit: i64) -> Result<Vec<Told>> {
    conn.query(
        formatcp!(
            "SELECT {} FROM events t WHERE t.customer_id = $1 AND t.seq > $2 ORDER BY t.seq LIMIT $3",
            Told::COLUMNS
        ),
        params![customer, seq, limit],
    )
    .await
}

/// What the events of their deletion say of these tickets.
pub async fn deletions(
    conn: &mut Conn,
    customer: CustomerId,
    tickets: Vec<i64>,
) -> Result<Vec<(TicketId, Option<serde_json::Value>)>> {
    conn.query(
        "SELECT ticket_id, changes FROM events
         WHERE customer_id = $1 AND ticket_id = ANY($2) AND action = 'ticket.deleted'",
        params![customer, tickets],
    )
    .await
}

/// How many of all tenants wait to be sealed.
pub async fn count_unsealed(conn: &mut Conn) -> Result<i64> {
    let (count,): (i64,) = conn.query_one("SELECT count(*) FROM events WHERE seq IS NULL", params![]).await?;
    Ok(count)
}

/// The columns a list may be sorted by: the API's name and ours.
pub const SORTS: &[(&str, &str)] = &[
    ("eventID", "t.event_id"),
    ("seq", "t.seq"),
    ("date", "t.created_at"),
    ("actorType", "t.actor_type"),
    ("actorID", "t.actor_id"),
    ("actorName", NAME_OF_ACTOR),
    ("action", "t.action"),
    ("entity", "t.entity"),
    ("entityID", "t.entity_id"),
    ("ticketID", "t.ticket_id"),
    ("messageID", "t.message_id"),
];

/// A ticket's events. `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn of_ticket(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<Recorded>> {
    conn.query(&of_ticket_statement(order), params![customer, ticket, limit, offset]).await
}

pub(in crate::store) fn of_ticket_statement(order: &str) -> String {
    format!(
        "SELECT {} FROM events t WHERE t.customer_id = $1 AND t.ticket_id = $2
         ORDER BY {order}, t.event_id LIMIT $3 OFFSET $4",
        Recorded::COLUMNS
    )
}

pub async fn count_of_ticket(conn: &mut Conn, customer: CustomerId, ticket: TicketId) -> Result<u64> {
    let (count,): (i64,) = conn
        .query_one(
            "SELECT count(*) FROM events WHERE customer_id = $1 AND ticket_id = $2",
            params![customer, ticket],
        )
        .await?;
    Ok(count.unsigned_abs())
}

/// Erases what a ticket's events say of its changes; `proof` stays in their place. How many had any.
pub async fn erase_of_ticket(
    tx: &mut Tx,
    customer: CustomerId,
    ticket: TicketId,
    proof: &str,
) -> Result<u64> {
    tx.execute(
        "UPDATE events SET changes = NULL, erasure = $3
         WHERE customer_id = $1 AND ticket_id = $2 AND changes IS NOT NULL",
        params![customer, ticket, proof],
    )
    .await
}

/// Who has each of these tickets; those that are gone are left out.
pub async fn assignees(
    conn: &mut Conn,
    customer: CustomerId,
    tickets: Vec<i64>,
) -> Result<Vec<(TicketId, CustomerRepId)>> {
    conn.query(
        "SELECT ticket_id, customer_rep_id FROM tickets WHERE customer_id = $1 AND ticket_id = ANY($2)",
        params![customer, tickets],
    )
    .await
}

/// Which events; None and empty leave a property out of it.
#[derive(Default)]
pub struct EventFilter {
    pub actions: Vec<String>,
    pub entity: Option<String>,
    pub entity_id: Option<i64>,
    pub actor_type: Option<String>,
    pub actor_id: Option<CustomerRepId>,
    pub ticket: Option<TicketId>,
    pub message: Option<MessageId>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

impl EventFilter {
    fn clause(&self, customer: CustomerId) -> Clause<'_> {
        let mut clause = Clause::new(customer);
        if !self.actions.is_empty() {
            clause.and("t.action = ANY($)", self.actions.clone());
        }
        for (condition, text) in [("t.entity = $", &self.entity), ("t.actor_type = $", &self.actor_type)] {
            if let Some(text) = text {
                clause.and(condition, text);
            }
        }
        for (condition, number) in [
            ("t.entity_id = $", self.entity_id),
            ("t.actor_id = $", self.actor_id.map(|it| it.0)),
            ("t.ticket_id = $", self.ticket.map(|it| it.0)),
            ("t.message_id = $", self.message.map(|it| it.0)),
            ("t.created_at >= $", self.from.map(|it| it.0)),
            ("t.created_at <= $", self.to.map(|it| it.0)),
        ] {
            if let Some(number) = number {
                clause.and(condition, number);
            }
        }
        clause
    }
}

/// A tenant's events. `order` is one of [`SORTS`] with its direction; ties are broken by id.
pub async fn list(
    conn: &mut Conn,
    customer: CustomerId,
    filter: &EventFilter,
    order: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<Recorded>> {
    let (sql, params) = list_statement(customer, filter, order, limit, offset);
    conn.query(&sql, &params).await
}

pub(in crate::store) fn list_statement<'a>(
    customer: CustomerId,
    filter: &'a EventFilter,
    order: &str,
    limit: i64,
    offset: i64,
) -> (String, Vec<Value<'a>>) {
    let mut clause = filter.clause(customer);
    let (limit, offset) = (clause.param(limit), clause.param(offset));
    let sql = format!(
        "SELECT {} FROM events t WHERE {} ORDER BY {order}, t.event_id LIMIT {limit} OFFSET {offset}",
        Recorded::COLUMNS,
        clause.sql
    );
    (sql, clause.params)
}

pub async fn count(conn: &mut Conn, customer: CustomerId, filter: &EventFilter) -> Result<u64> {
    let clause = filter.clause(customer);
    let sql = format!("SELECT COUNT(*) FROM events t WHERE {}", clause.sql);
    let (n,): (i64,) = conn.query_one(&sql, &clause.params).await?;
    Ok(n.unsigned_abs())
}
