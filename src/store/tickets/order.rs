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
    pub(super) source: Source,
    nulls: bool,
    /// The column's value in a row, where it is there and never null.
    key: Option<fn(&Ticket) -> Value<'static>>,
}

/// What has all tickets in the order of a property.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Source {
    /// The ids themselves.
    Rows,
    /// An index in which the property follows the tenant. Not every engine has all of them.
    Index(&'static str),
    /// An index in the order of the ids that has the property, and what tells the plain lists apart: less to
    /// read than the tickets, all of which have to be sorted. It costs writes less than one in order.
    Beside(&'static str),
    /// The property has few values, and the counters know them.
    Values(Values),
}

/// A property of few values, as the counters have it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Values {
    Status,
    Channel,
    ChannelType,
    Rep,
    Escalated,
    Spam,
    Closed,
}

const fn plain(
    name: &'static str,
    column: &'static str,
    source: Source,
    key: fn(&Ticket) -> Value<'static>,
) -> Sort {
    Sort { name, column, join: "", source, nulls: false, key: Some(key) }
}

const fn nullable(name: &'static str, column: &'static str, source: Source) -> Sort {
    Sort { name, column, join: "", source, nulls: true, key: None }
}

/// By a name that is not the ticket's own: joined, because PostgreSQL would look it up for each of them.
const fn joined(name: &'static str, values: Values, join: &'static str) -> Sort {
    Sort { name, column: "LOWER(n.name)", join, source: Source::Values(values), nulls: true, key: None }
}

/// Every scalar property of a ticket as it is answered; the first is the default. Texts that people
/// write sort by their first 100 characters, without regard to case.
pub static SORTS: [Sort; 20] = [
    plain("lastMessageDate", "t.last_message_date", Source::Index("tickets_recent"), |it| {
        it.last_message_date.into()
    }),
    plain("dateCreated", "t.date_created", Source::Index("tickets_created"), |it| it.date_created.into()),
    plain("ticketID", "t.ticket_id", Source::Rows, |it| it.ticket_id.into()),
    plain("status", "t.status", Source::Values(Values::Status), |it| it.status.clone().into()),
    nullable("subject", "LOWER(SUBSTR(t.subject, 1, 100))", Source::Index("tickets_subject")),
    plain("channelID", "t.channel_id", Source::Values(Values::Channel), |it| it.channel_id.into()),
    plain("channel", "t.channel_type", Source::Values(Values::ChannelType), |it| it.channel_type.into()),
    plain("channelType", "t.channel_type", Source::Values(Values::ChannelType), |it| it.channel_type.into()),
    joined(
        "channelName",
        Values::Channel,
        " LEFT JOIN channels n ON n.customer_id = t.customer_id AND n.channel_id = t.channel_id",
    ),
    nullable("endUserID", "t.end_user_id", Source::Index("tickets_end_user")),
    plain("customerRepID", "t.customer_rep_id", Source::Values(Values::Rep), |it| it.customer_rep_id.into()),
    joined(
        "customerRepName",
        Values::Rep,
        " LEFT JOIN customer_reps n ON n.customer_id = t.customer_id AND n.customer_rep_id = t.customer_rep_id",
    ),
    plain("escalated", "t.escalated", Source::Values(Values::Escalated), |it| it.escalated.into()),
    plain("isSpam", "t.is_spam", Source::Values(Values::Spam), |it| it.is_spam.into()),
    plain("isClosed", "t.is_closed", Source::Values(Values::Closed), |it| it.is_closed.into()),
    nullable("closeDate", "t.close_date", Source::Index("tickets_closed")),
    nullable("lastEndUserMessageID", "t.last_end_user_message_id", Source::Index("tickets_question")),
    nullable("uid", "t.uid_key", Source::Index("tickets_uid")),
    nullable("preview", "LOWER(SUBSTR(t.preview, 1, 100))", Source::Beside("tickets_ids")),
    nullable("summary", "LOWER(SUBSTR(t.summary, 1, 100))", Source::Index("tickets_summary")),
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

    /// By id alone.
    pub(super) fn by_id(descending: bool) -> Self {
        Self { sort: &SORTS[2], descending }
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

    /// The same of rows that have the column's value as `sorted`, or of few values the place of theirs.
    pub(super) fn of_page(self) -> String {
        self.of("p.sorted")
    }

    /// The order of the values alone.
    pub(super) fn of_values(self) -> String {
        self.of_value(self.sort.column)
    }

    fn of_value(self, column: &str) -> String {
        let nulls = match (self.sort.nulls, self.descending) {
            (false, _) => "",
            (true, false) => " NULLS FIRST",
            (true, true) => " NULLS LAST",
        };
        format!("{column} {}{nulls}", self.direction())
    }

    pub(super) fn direction(self) -> &'static str {
        if self.descending { "DESC" } else { "ASC" }
    }

    fn of(self, column: &str) -> String {
        format!("{}, t.ticket_id {}", self.of_value(column), self.direction())
    }
}
