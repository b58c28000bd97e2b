//! Pages of tickets: the ids come from a covering index, then only the page's rows are read. Totals of
//! the plain views come from the counters.

use crate::error::Result;
use crate::model::{
    ChannelType, CustomerId, CustomerRepId, CustomerType, EndUserId, Ticket, Timestamp, TopicId,
};
use crate::params;
use crate::store::{Columns, Conn, FromRow, Value};

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

/// In which order, by one column; ties are broken by id in the same direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Order {
    /// A column of `tickets`, or an expression over it, with the alias `t`.
    pub column: &'static str,
    pub descending: bool,
}

/// A ticket on a page, with what the page shows of its end user.
pub struct Listed {
    pub ticket: Ticket,
    pub end_user: Option<ListedEndUser>,
    /// The version of the names it refers to, read with it.
    pub refs_version: i64,
}

#[derive(Clone, Debug)]
pub struct ListedEndUser {
    pub end_user_id: EndUserId,
    pub name: Option<String>,
    pub firstname: Option<String>,
    pub lastname: Option<String>,
    pub company: Option<String>,
    pub lang: Option<String>,
    pub customer_type: Option<CustomerType>,
}

impl FromRow for Listed {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self> {
        let ticket = Ticket::from_row(columns)?;
        let refs_version = columns.take()?;
        let end_user_id: Option<EndUserId> = columns.take()?;
        let end_user = match end_user_id {
            Some(end_user_id) => Some(ListedEndUser {
                end_user_id,
                name: columns.take()?,
                firstname: columns.take()?,
                lastname: columns.take()?,
                company: columns.take()?,
                lang: columns.take()?,
                customer_type: columns.take()?,
            }),
            None => None,
        };
        Ok(Self { ticket, end_user, refs_version })
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
        for (column, wanted) in [
            ("t.is_spam", filter.is_spam),
            ("t.is_closed", filter.is_closed),
            ("t.escalated", filter.escalated),
        ] {
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
    fn is_counted(&self) -> bool {
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

/// How many tickets, exactly.
pub async fn count(conn: &mut Conn, customer: CustomerId, filter: &Filter) -> Result<u64> {
    let (n,): (i64,) = if filter.is_counted() {
        let mut clause = Clause::new(customer);
        clause.counted(filter);
        let sql =
            format!("SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM ticket_counts t WHERE {}", clause.sql);
        conn.query_one(&sql, &clause.params).await?
    } else {
        let clause = filter.clause(customer);
        conn.query_one(&format!("SELECT COUNT(*) FROM tickets t WHERE {}", clause.sql), &clause.params)
            .await?
    };
    Ok(n.max(0) as u64)
}

/// What a page reads of each ticket; `$1` is the tenant.
pub(in crate::store) const LISTED: &str = const_format::formatcp!(
    "{}, (SELECT refs_version FROM customers WHERE customer_id = $1),
     e.end_user_id, e.name, e.firstname, e.lastname, e.company, e.lang, e.customer_type",
    Ticket::COLUMNS
);
pub(in crate::store) const LISTED_FROM: &str =
    "JOIN tickets t ON t.customer_id = $1 AND t.ticket_id = p.ticket_id
     LEFT JOIN end_users e ON e.customer_id = $1 AND e.end_user_id = t.end_user_id";

/// A page. `after` is the sort value and id of the last ticket of the page before, where it is known:
/// then nothing is skipped over.
pub async fn list(
    conn: &mut Conn,
    customer: CustomerId,
    filter: &Filter,
    order: Order,
    limit: i64,
    offset: i64,
) -> Result<Vec<Listed>> {
    let mut clause = filter.clause(customer);
    let direction = if order.descending { "DESC" } else { "ASC" };
    let by = format!("{} {direction}, t.ticket_id {direction}", order.column);
    let limit = clause.param(limit);
    let offset = clause.param(offset);
    let sql = format!(
        "SELECT {LISTED} FROM
         (SELECT t.ticket_id FROM tickets t WHERE {} ORDER BY {by} LIMIT {limit} OFFSET {offset}) p
         {LISTED_FROM} ORDER BY {by}",
        clause.sql
    );
    conn.query(&sql, &clause.params).await
}

/// One ticket as a page shows it.
pub async fn listed(conn: &mut Conn, customer: CustomerId, ticket: crate::model::TicketId) -> Result<Listed> {
    let sql = const_format::formatcp!(
        "SELECT {LISTED} FROM tickets t
         LEFT JOIN end_users e ON e.customer_id = $1 AND e.end_user_id = t.end_user_id
         WHERE t.customer_id = $1 AND t.ticket_id = $2"
    );
    conn.query_one(sql, params![customer, ticket]).await
}
