//! A ticket, and the rules that keep its state consistent.

use super::{ChannelId, ChannelType, CustomerRepId, EndUserId, MessageId, TicketId, Timestamp};
use crate::row;

pub const OPEN: &str = "Open";
pub const ESCALATED: &str = "Escalated";
pub const CLOSED: &str = "Closed";
/// The statuses of tickets that are not closed, but for those of a tenant's own.
pub const UNCLOSED: [&str; 3] = [OPEN, "Pending", ESCALATED];
const CANONICAL: [&str; 4] = [OPEN, "Pending", ESCALATED, CLOSED];
const LONGEST_STATUS: usize = 50;

/// The four canonical words in their spelling, whatever case they came in; other words as they are.
/// None where it is empty or longer than 50 characters.
pub fn canonical_status(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_STATUS {
        return None;
    }
    let canonical = CANONICAL.iter().find(|it| it.eq_ignore_ascii_case(text));
    Some(canonical.map_or_else(|| text.to_owned(), |it| (*it).to_owned()))
}

row! {
    /// A ticket as it is stored. `customer_rep_id` 0 is nobody.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Ticket {
        pub ticket_id: TicketId,
        pub date_created: Timestamp,
        pub status: String,
        pub subject: Option<String>,
        pub channel_id: ChannelId,
        pub channel_type: ChannelType,
        pub end_user_id: Option<EndUserId>,
        pub customer_rep_id: CustomerRepId,
        pub escalated: bool,
        pub is_spam: bool,
        pub is_closed: bool,
        pub close_date: Option<Timestamp>,
        pub last_message_date: Timestamp,
        pub last_end_user_message_id: Option<MessageId>,
        pub uid: Option<String>,
        pub preview: Option<String>,
        pub summary: Option<String>,
        /// Comma-separated ids, oldest first.
        pub topic_ids: String,
        pub comment_count: i64,
        /// JSON text, as given.
        pub custom_fields_data: Option<String>,
        pub twilio_call_sid: Option<String>,
    }
}

impl Ticket {
    /// An open ticket with nothing in it yet.
    pub fn new(channel_id: ChannelId, channel_type: ChannelType, now: Timestamp) -> Self {
        Self {
            ticket_id: TicketId(0),
            date_created: now,
            status: OPEN.into(),
            subject: None,
            channel_id,
            channel_type,
            end_user_id: None,
            customer_rep_id: CustomerRepId(0),
            escalated: false,
            is_spam: false,
            is_closed: false,
            close_date: None,
            last_message_date: now,
            last_end_user_message_id: None,
            uid: None,
            preview: None,
            summary: None,
            topic_ids: String::new(),
            comment_count: 0,
            custom_fields_data: None,
            twilio_call_sid: None,
        }
    }

    /// Sets the status word and what follows from it.
    pub fn set_status(&mut self, status: String, now: Timestamp) {
        self.is_closed = status == CLOSED;
        if self.is_closed {
            self.close_date = self.close_date.or(Some(now));
        } else {
            self.close_date = None;
            self.escalated = status == ESCALATED;
        }
        self.status = status;
    }

    pub fn set_closed(&mut self, closed: bool, now: Timestamp) {
        if closed {
            self.set_status(CLOSED.into(), now);
        } else if self.is_closed {
            let status = if self.escalated { ESCALATED } else { OPEN };
            self.set_status(status.into(), now);
        }
    }

    /// Escalating reopens; taking it back leaves an escalated ticket open.
    pub fn set_escalated(&mut self, escalated: bool, now: Timestamp) {
        if escalated {
            self.set_status(ESCALATED.into(), now);
        } else if self.status == ESCALATED {
            self.set_status(OPEN.into(), now);
        } else {
            self.escalated = false;
        }
    }
}
