//! What the audit trail tells of a change, and who made it.

use serde_json::Value;

use super::{CustomerRepId, MessageId, TicketId};

/// Who did what an event tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Actor {
    Rep(CustomerRepId),
    /// A customer, through a chat or a link.
    EndUser,
    /// The server itself: jobs, the command line.
    System,
}

impl Actor {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rep(_) => "CustomerRep",
            Self::EndUser => "EndUser",
            Self::System => "System",
        }
    }

    pub fn rep(self) -> Option<CustomerRepId> {
        match self {
            Self::Rep(rep) => Some(rep),
            _ => None,
        }
    }
}

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
