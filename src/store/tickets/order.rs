//! In which order tickets are listed.

use crate::model::Ticket;
use crate::store::Value;

/// A property to sort by.
#[derive(Debug)]
pub struct Sort {
    /// As the API names it.
    pub name: &'static str,
    /// A column of `tickets`, or an expression over it, with the alias `t`.
    pub(super) column: &'static str,
    /// What the column is joined from, where it is not of the tickets.
    pub(super) join: &'static str,
    nulls: bool,
    /// The column's value in a row, where it is there and never null.
    key: Option<fn(&Ticket) -> Value<'static>>,
}

const fn plain(name: &'static str, column: &'static str, key: fn(&Ticket) -> Value<'static>) -> Sort {
    Sort { name, column, join: "", nulls: false, key: Some(key) }
}

const fn nullable(name: &'static str, column: &'static str) -> Sort {
    Sort { name, column, join: "", nulls: true, key: None }
}

/// By a name that is not the ticket's own: joined, because PostgreSQL would look it up for each of them.
const fn joined(name: &'static str, join: &'static str) -> Sort {
    Sort { name, column: "LOWER(n.name)", join, nulls: true, key: None }
}

/// Every scalar property of a ticket as it is answered; the first is the default. Texts that people
/// write sort without regard to case.
pub static SORTS: [Sort; 20] = [
    plain("lastMessageDate", "t.last_message_date", |it| it.last_message_date.into()),
    plain("dateCreated", "t.date_created", |it| it.date_created.into()),
    plain("ticketID", "t.ticket_id", |it| it.ticket_id.into()),
    plain("status", "t.status", |it| it.status.clone().into()),
    nullable("subject", "LOWER(t.subject)"),
    plain("channelID", "t.channel_id", |it| it.channel_id.into()),
    plain("channel", "t.channel_type", |it| it.channel_type.into()),
    plain("channelType", "t.channel_type", |it| it.channel_type.into()),
    joined(
        "channelName",
        " LEFT JOIN channels n ON n.customer_id = t.customer_id AND n.channel_id = t.channel_id",
    ),
    nullable("endUserID", "t.end_user_id"),
    plain("customerRepID", "t.customer_rep_id", |it| it.customer_rep_id.into()),
    joined(
        "customerRepName",
        " LEFT JOIN customer_reps n ON n.customer_id = t.customer_id AND n.customer_rep_id = t.customer_rep_id",
    ),
    plain("escalated", "t.escalated", |it| it.escalated.into()),
    plain("isSpam", "t.is_spam", |it| it.is_spam.into()),
    plain("isClosed", "t.is_closed", |it| it.is_closed.into()),
    nullable("closeDate", "t.close_date"),
    nullable("lastEndUserMessageID", "t.last_end_user_message_id"),
    nullable("uid", "t.uid_key"),
    nullable("preview", "LOWER(t.preview)"),
    nullable("summary", "LOWER(t.summary)"),
];

/// By one property; ties are broken by id in the same direction.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub sort: &'static Sort,
    pub descending: bool,
}

impl Order {
    /// By last message, as lists are by default.
    pub fn by_last_message(descending: bool) -> Self {
        Self { sort: &SORTS[0], descending }
    }

    pub fn reversed(self) -> Self {
        Self { descending: !self.descending, ..self }
    }

    /// By the property of this name in any case.
    pub fn by(name: &str, descending: bool) -> Option<Self> {
        let sort = SORTS.iter().find(|it| it.name.eq_ignore_ascii_case(name))?;
        Some(Self { sort, descending })
    }

    pub fn is_by_last_message(self) -> bool {
        self.sort.name == SORTS[0].name
    }

    /// Where a ticket stands in this order, where its row tells.
    pub fn place(self, ticket: &Ticket) -> Option<Value<'static>> {
        self.sort.key.map(|it| it(ticket))
    }

    /// The engines differ in where nulls go: here they count as the least.
    pub(super) fn sql(self) -> String {
        self.of(self.sort.column)
    }

    /// The same of rows that have the column's value as `sorted`.
    pub(super) fn of_page(self) -> String {
        self.of("p.sorted")
    }

    fn of(self, column: &str) -> String {
        let direction = if self.descending { "DESC" } else { "ASC" };
        let nulls = match (self.sort.nulls, self.descending) {
            (false, _) => "",
            (true, false) => " NULLS FIRST",
            (true, true) => " NULLS LAST",
        };
        format!("{column} {direction}{nulls}, t.ticket_id {direction}")
    }
}
