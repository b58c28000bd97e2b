//! Which tickets, as conditions of a statement.

use crate::model::{ChannelType, CustomerId, CustomerRepId, DraftOutcome, EndUserId, Timestamp, TopicId};
use crate::store::Value;

/// Which tickets. Empty and None leave a property out of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    pub statuses: Vec<String>,
    pub rep: Option<CustomerRepId>,
    /// Any of these.
    pub reps: Vec<i64>,
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
    /// When it was closed, from and to.
    pub closed: Span,
    pub last_message: Span,
    /// What became of the AI's drafts in it.
    pub draft: Option<DraftOutcome>,
    /// When they were drafted.
    pub drafted: Span,
    /// What a rep said of one of them.
    pub draft_liked: Option<bool>,
    /// Who answered in it.
    pub answered_by: Option<CustomerRepId>,
    /// When somebody did.
    pub answered: Span,
}

/// From and to, both included.
pub type Span = (Option<Timestamp>, Option<Timestamp>);

/// What became of the draft of a message `m` in the ticket `k`, as conditions.
pub(in crate::store) fn draft_outcome(outcome: DraftOutcome) -> &'static str {
    match outcome {
        DraftOutcome::Unchanged => {
            "m.answered_by_message_id IS NOT NULL AND COALESCE(m.is_draft_used, TRUE)
             AND (m.ai_modified_response IS NULL OR m.ai_modified_response = m.ai_generated_response)"
        }
        DraftOutcome::Edited => {
            "m.answered_by_message_id IS NOT NULL AND COALESCE(m.is_draft_used, TRUE)
             AND m.ai_modified_response <> m.ai_generated_response"
        }
        DraftOutcome::Discarded => {
            "(CASE WHEN m.answered_by_message_id IS NOT NULL THEN m.is_draft_used = FALSE
              ELSE k.is_closed OR EXISTS (
                 SELECT 1 FROM ticket_messages a WHERE a.customer_id = m.customer_id AND a.ticket_id = m.ticket_id
                 AND a.message_date > m.ai_response_date_time
                 AND NOT a.incoming AND NOT a.is_internal AND NOT a.is_draft) END)"
        }
        DraftOutcome::Waiting => {
            "m.answered_by_message_id IS NULL AND NOT k.is_closed AND NOT EXISTS (
                 SELECT 1 FROM ticket_messages a WHERE a.customer_id = m.customer_id AND a.ticket_id = m.ticket_id
                 AND a.message_date > m.ai_response_date_time
                 AND NOT a.incoming AND NOT a.is_internal AND NOT a.is_draft)"
        }
    }
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
        if !filter.reps.is_empty() {
            self.and("t.customer_rep_id = ANY($)", filter.reps.clone());
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
        self.within("t.close_date", filter.closed);
        self.within("t.last_message_date", filter.last_message);
        self.drafted(filter);
        self.answered(filter);
    }

    fn within(&mut self, column: &str, span: Span) {
        if let Some(from) = span.0 {
            self.and(&format!("{column} >= $"), from);
        }
        if let Some(to) = span.1 {
            self.and(&format!("{column} <= $"), to);
        }
    }

    fn drafted(&mut self, filter: &Filter) {
        if filter.draft.is_none() && filter.draft_liked.is_none() && filter.drafted == (None, None) {
            return;
        }
        self.sql.push_str(
            " AND t.ticket_id IN (SELECT m.ticket_id FROM ticket_messages m
              JOIN tickets k ON k.customer_id = m.customer_id AND k.ticket_id = m.ticket_id
              WHERE m.customer_id = $1 AND m.ai_response_date_time IS NOT NULL
              AND m.ai_generated_response IS NOT NULL",
        );
        self.within("m.ai_response_date_time", filter.drafted);
        match filter.draft_liked {
            Some(true) => self.sql.push_str(" AND m.is_liked = TRUE"),
            Some(false) => self.sql.push_str(" AND m.is_liked = FALSE"),
            None => {}
        }
        if let Some(outcome) = filter.draft {
            self.sql.push_str(&format!(" AND {}", draft_outcome(outcome)));
        }
        self.sql.push(')');
    }

    fn answered(&mut self, filter: &Filter) {
        if filter.answered_by.is_none() && filter.answered == (None, None) {
            return;
        }
        self.sql.push_str(
            " AND t.ticket_id IN (SELECT m.ticket_id FROM ticket_messages m
              WHERE m.customer_id = $1 AND NOT m.incoming AND NOT m.is_internal AND NOT m.is_draft",
        );
        self.within("m.message_date", filter.answered);
        if let Some(rep) = filter.answered_by {
            self.and("m.customer_rep_id = $", rep);
        }
        self.sql.push(')');
    }
}

impl Filter {
    /// Whether it lets every ticket through.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the counters know how many there are.
    pub fn is_counted(&self) -> bool {
        *self == self.counted_part()
    }

    /// The same without what the counters do not know.
    pub fn counted_part(&self) -> Self {
        Self {
            statuses: self.statuses.clone(),
            rep: self.rep,
            reps: self.reps.clone(),
            channel_type: self.channel_type,
            channels: self.channels.clone(),
            is_spam: self.is_spam,
            is_closed: self.is_closed,
            escalated: self.escalated,
            limited_to: self.limited_to,
            ..Self::default()
        }
    }

    pub(in crate::store) fn clause(&self, customer: CustomerId) -> Clause<'_> {
        let mut clause = Clause::new(customer);
        clause.counted(self);
        clause.uncounted(self);
        clause
    }
}
