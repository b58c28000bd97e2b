//! Which tickets, as conditions of a statement.

use crate::model::{ChannelType, CustomerId, CustomerRepId, EndUserId, Timestamp, TopicId};
use crate::store::Value;

/// Which tickets. Empty and None leave a property out of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    pub statuses: Vec<String>,
    pub rep: Option<CustomerRepId>,
    pub channel_type: Option<ChannelType>,
    pub channels: Vec<i64>,
    pub is_spam: Option<bool>,
    pub is_closed: Option<bool>,
    pub escalated: Option<bool>,
    /// An Agent sees unassigned tickets and their own.
    pub limited_to: Option<CustomerRepId>,
    /// A key of [`super::uid_key`].
    pub uid_key: Option<String>,
    pub end_user: Option<EndUserId>,
    pub topic: Option<TopicId>,
    pub created_from: Option<Timestamp>,
    pub created_to: Option<Timestamp>,
}

/// A `WHERE` clause under way: its text and its parameters.
pub(in crate::store) struct Clause<'a> {
    pub sql: String,
    pub params: Vec<Value<'a>>,
}

impl<'a> Clause<'a> {
    pub fn new(customer: CustomerId) -> Self {
        Self { sql: "t.customer_id = $1".into(), params: vec![customer.into()] }
    }

    /// Adds a condition; `$` in it stands for the parameter.
    pub fn and(&mut self, condition: &str, value: impl Into<Value<'a>>) {
        self.params.push(value.into());
        self.sql.push_str(" AND ");
        self.sql.push_str(&condition.replace('$', &format!("${}", self.params.len())));
    }

    pub fn param(&mut self, value: impl Into<Value<'a>>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len())
    }

    /// The conditions that the counters know.
    pub fn counted(&mut self, filter: &'a Filter) {
        match filter.statuses.as_slice() {
            [] => {}
            [one] => self.and("t.status = $", one),
            many => self.and("t.status = ANY($)", many.to_vec()),
        }
        if let Some(rep) = filter.rep {
            self.and("t.customer_rep_id = $", rep);
        }
        if let Some(rep) = filter.limited_to {
            self.and("t.customer_rep_id IN (0, $)", rep);
        }
        if let Some(channel_type) = filter.channel_type {
            self.and("t.channel_type = $", channel_type);
        }
        match filter.channels.as_slice() {
            [] => {}
            [one] => self.and("t.channel_id = $", *one),
            many => self.and("t.channel_id = ANY($)", many.to_vec()),
        }
        // Written as comparison, SQLite takes it for a column of an index; written bare, the other two
        // match the indexes of the tickets that have them.
        match filter.is_closed {
            Some(true) => self.sql.push_str(" AND t.is_closed = TRUE"),
            Some(false) => self.sql.push_str(" AND t.is_closed = FALSE"),
            None => {}
        }
        for (column, wanted) in [("t.is_spam", filter.is_spam), ("t.escalated", filter.escalated)] {
            match wanted {
                Some(true) => self.sql.push_str(&format!(" AND {column}")),
                Some(false) => self.sql.push_str(&format!(" AND NOT {column}")),
                None => {}
            }
        }
    }

    /// The conditions that only the rows know.
    pub fn uncounted(&mut self, filter: &'a Filter) {
        if let Some(key) = &filter.uid_key {
            self.and("t.uid_key = $", key);
        }
        if let Some(end_user) = filter.end_user {
            self.and("t.end_user_id = $", end_user);
        }
        if let Some(topic) = filter.topic {
            self.and(
                "EXISTS (SELECT 1 FROM ticket_topics p WHERE p.customer_id = t.customer_id
                 AND p.topic_id = $ AND p.ticket_id = t.ticket_id)",
                topic,
            );
        }
        if let Some(from) = filter.created_from {
            self.and("t.date_created >= $", from);
        }
        if let Some(to) = filter.created_to {
            self.and("t.date_created <= $", to);
        }
    }
}

impl Filter {
    /// Whether it lets every ticket through.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the counters know how many there are.
    pub fn is_counted(&self) -> bool {
        self.uid_key.is_none()
            && self.end_user.is_none()
            && self.topic.is_none()
            && self.created_from.is_none()
            && self.created_to.is_none()
    }

    pub(in crate::store) fn clause(&self, customer: CustomerId) -> Clause<'_> {
        let mut clause = Clause::new(customer);
        clause.counted(self);
        clause.uncounted(self);
        clause
    }
}
