//! Pages of tickets: the ids come from a covering index, then only the page's rows are read. Totals of
//! the plain views come from the counters.

use super::branches::branches;
use super::filter::{Clause, Filter};
use super::order::{Order, Source};
use super::part::Part;
use super::ways::{self, Piece};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, CustomerType, EndUserId, Ticket, TicketId};
use crate::store::dialect::Dialect;
use crate::store::search::Words;
use crate::store::{Columns, Conn, FromRow, Value};
use crate::{params, row};

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

/// How many tickets, exactly.
pub async fn count(conn: &mut Conn, customer: CustomerId, filter: &Filter) -> Result<u64> {
    let (sql, params) = count_statement(customer, filter);
    let (n,): (i64,) = conn.query_one(&sql, &params).await?;
    Ok(n.max(0) as u64)
}

fn count_statement(customer: CustomerId, filter: &Filter) -> (String, Vec<Value<'_>>) {
    if !filter.is_counted() {
        let clause = filter.clause(customer);
        return (format!("SELECT COUNT(*) FROM tickets t WHERE {}", clause.sql), clause.params);
    }
    let mut clause = Clause::new(customer);
    clause.counted(filter);
    let sum = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM ticket_counts t WHERE ";
    (format!("{sum}{}", clause.sql), clause.params)
}

/// Those of some tickets that pass the filter, in no order.
pub async fn passing(
    conn: &mut Conn,
    customer: CustomerId,
    filter: &Filter,
    tickets: Vec<i64>,
) -> Result<Vec<TicketId>> {
    let (sql, params) = passing_statement(customer, filter, tickets);
    let rows: Vec<(TicketId,)> = conn.query(&sql, &params).await?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

fn passing_statement(customer: CustomerId, filter: &Filter, tickets: Vec<i64>) -> (String, Vec<Value<'_>>) {
    let mut clause = filter.clause(customer);
    let tickets = clause.param(tickets);
    let sql =
        format!("SELECT t.ticket_id FROM tickets t WHERE t.ticket_id = ANY({tickets}) AND {}", clause.sql);
    (sql, clause.params)
}

/// A page and how many tickets there are, exactly.
pub async fn page(
    conn: &mut Conn,
    customer: CustomerId,
    filter: &Filter,
    order: Order,
    part: &Part,
) -> Result<(Vec<Listed>, u64)> {
    let filters = branches(filter, order, false);
    if filters.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let dialect = conn.dialect();
    let one = match filters.as_slice() {
        [one] if ways::are_for(filter, order, dialect) => Some(one),
        _ => None,
    };
    let all = one.and_then(|one| ways::of_all(one, order, part));
    if let (Some(one), None) = (one, &all)
        && let (Some(pieces), total) = ways::pieces(conn, customer, one, order, part).await?
    {
        return Ok((list_pieces(conn, customer, &pieces, order, part).await?, total));
    }
    let (sql, params) = match all {
        Some(piece) => pieces_statement(customer, &[piece], order, part, dialect),
        None => statement(customer, &filters, None, order, part, dialect),
    };
    let (count_sql, count_params) = count_statement(customer, filter);
    let (listed, total) = conn.query_both((&sql, &params), (&count_sql, &count_params)).await?;
    let total: i64 = total.first().map_or(0, |it: &(i64,)| it.0);
    Ok((listed, total.max(0) as u64))
}

/// As [`count`], but no further than `most` where the rows have to be counted.
pub async fn count_to(conn: &mut Conn, customer: CustomerId, filter: &Filter, most: i64) -> Result<u64> {
    if filter.is_counted() {
        return count(conn, customer, filter).await;
    }
    let mut clause = filter.clause(customer);
    let most = clause.param(most);
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT t.ticket_id FROM tickets t WHERE {} LIMIT {most}) found",
        clause.sql
    );
    let (n,): (i64,) = conn.query_one(&sql, &clause.params).await?;
    Ok(n.unsigned_abs())
}

row! {
    /// Tickets that a rep's views tell apart, and how many there are of them.
    pub struct View {
        pub is_mine: bool,
        pub is_unassigned: bool,
        pub is_spam: bool,
        pub escalated: bool,
        pub is_closed: bool,
        pub n: i64,
    }
}

/// What the counters say of a rep's views.
pub async fn views(
    conn: &mut Conn,
    customer: CustomerId,
    rep: CustomerRepId,
    limited_to: Option<CustomerRepId>,
) -> Result<Vec<View>> {
    let filter = Filter { limited_to, ..Filter::default() };
    let mut clause = Clause::new(customer);
    clause.counted(&filter);
    let rep = clause.param(rep);
    let sql = format!(
        "SELECT t.customer_rep_id = {rep}, t.customer_rep_id = 0, t.is_spam, t.escalated, t.is_closed,
                CAST(SUM(t.n) AS BIGINT)
         FROM ticket_counts t WHERE {} GROUP BY 1, 2, 3, 4, 5",
        clause.sql
    );
    conn.query(&sql, &clause.params).await
}

/// How many tickets pass the filter and have the words, exactly.
pub async fn count_found(
    conn: &mut Conn,
    customer: CustomerId,
    filter: &Filter,
    words: Words<'_>,
) -> Result<u64> {
    let mut clause = filter.clause(customer);
    let from = words.condition(&mut clause, customer, conn.dialect());
    count_rows(conn, &from, clause).await
}

async fn count_rows(conn: &mut Conn, from: &str, clause: Clause<'_>) -> Result<u64> {
    let sql = format!("SELECT COUNT(*) FROM {from} WHERE {}", clause.sql);
    let (n,): (i64,) = conn.query_one(&sql, &clause.params).await?;
    Ok(n.unsigned_abs())
}

/// What a page reads of each ticket; `$1` is the tenant.
pub(in crate::store) const LISTED: &str = const_format::formatcp!(
    "{}, (SELECT refs_version FROM customers WHERE customer_id = $1),
     e.end_user_id, e.name, e.firstname, e.lastname, e.company, e.lang, e.customer_type",
    Ticket::COLUMNS
);
/// The page's ids `p` come first: CROSS JOIN keeps SQLite from walking all tickets in the list's order.
pub(in crate::store) const LISTED_FROM: &str = "CROSS JOIN tickets t
     LEFT JOIN end_users e ON e.customer_id = $1 AND e.end_user_id = t.end_user_id
     WHERE t.customer_id = $1 AND t.ticket_id = p.ticket_id";

/// A page of the tickets that pass the filter and have the words, if any.
pub async fn list(
    conn: &mut Conn,
    customer: CustomerId,
    filter: &Filter,
    words: Option<Words<'_>>,
    order: Order,
    part: &Part,
) -> Result<Vec<Listed>> {
    let filters = branches(filter, order, words.is_some_and(Words::is_a_set));
    if filters.is_empty() {
        return Ok(Vec::new());
    }
    let (sql, params) = statement(customer, &filters, words, order, part, conn.dialect());
    conn.query(&sql, &params).await
}

/// The same where the ways of reading were chosen.
async fn list_pieces(
    conn: &mut Conn,
    customer: CustomerId,
    pieces: &[Piece],
    order: Order,
    part: &Part,
) -> Result<Vec<Listed>> {
    if pieces.is_empty() {
        return Ok(Vec::new());
    }
    let (sql, params) = pieces_statement(customer, pieces, order, part, conn.dialect());
    conn.query(&sql, &params).await
}

fn pieces_statement<'a>(
    customer: CustomerId,
    pieces: &[Piece],
    order: Order,
    part: &Part,
    dialect: Dialect,
) -> (String, Vec<Value<'a>>) {
    let (ids, params) = ways::statement(customer, pieces, order, part.limit, dialect);
    let by = match order.sort.source {
        Source::Values(_) => format!("p.sorted, t.ticket_id {}", order.direction()),
        _ => order.of_page(),
    };
    (format!("SELECT {LISTED} FROM ({ids}) p {LISTED_FROM} ORDER BY {by}"), params)
}

/// The ids come from one scan of an index in the order of the list, or from several that are merged.
fn statement<'a>(
    customer: CustomerId,
    filters: &'a [Filter],
    words: Option<Words<'_>>,
    order: Order,
    part: &Part,
    dialect: Dialect,
) -> (String, Vec<Value<'a>>) {
    let (mut scans, params) = scans(customer, filters, words, order, part, dialect);
    let by = order.of_page();
    if let ([_], Some(ids)) = (scans.as_slice(), scans.first()) {
        return (format!("SELECT {LISTED} FROM ({ids}) p {LISTED_FROM} ORDER BY {by}"), params);
    }
    let direction = if order.descending { "DESC" } else { "ASC" };
    for (number, scan) in scans.iter_mut().enumerate() {
        *scan = format!("SELECT * FROM ({scan}) s{number}");
    }
    let mut clause = Clause { sql: scans.join(" UNION ALL "), params };
    let (limit, offset) = (part.limit, clause.param(part.offset));
    let ids = format!(
        "{} ORDER BY sorted {direction}, ticket_id {direction} LIMIT {limit} OFFSET {offset}",
        clause.sql
    );
    (format!("SELECT {LISTED} FROM ({ids}) p {LISTED_FROM} ORDER BY {by}"), clause.params)
}

/// A statement for the ids of each filter, in the order of the list and long enough for the part.
fn scans<'a>(
    customer: CustomerId,
    filters: &'a [Filter],
    words: Option<Words<'_>>,
    order: Order,
    part: &Part,
    dialect: Dialect,
) -> (Vec<String>, Vec<Value<'a>>) {
    let (column, by) = (order.sort.column, order.sql());
    let merged = filters.len() > 1;
    let mut params: Vec<Value<'a>> = vec![customer.into()];
    let mut scans = Vec::with_capacity(filters.len());
    for filter in filters {
        let mut clause = Clause { sql: "t.customer_id = $1".into(), params };
        clause.counted(filter);
        clause.uncounted(filter);
        let from = match words {
            Some(words) => words.condition(&mut clause, customer, dialect),
            None => "tickets t".into(),
        };
        if let Some((value, id)) = &part.after {
            let compare = if order.descending { "<" } else { ">" };
            let (value, id) = (clause.param(value.clone()), clause.param(*id));
            clause.sql.push_str(&format!(" AND ({column}, t.ticket_id) {compare} ({value}, {id})"));
        }
        // As a number, because PostgreSQL plans for a tenth of the rows where the limit is a parameter.
        let limit = if merged {
            clause.param(part.limit.saturating_add(part.offset))
        } else {
            part.limit.to_string()
        };
        let skip = if merged { String::new() } else { format!(" OFFSET {}", clause.param(part.offset)) };
        scans.push(format!(
            "SELECT t.ticket_id, {column} AS sorted FROM {from}{} WHERE {} ORDER BY {by} LIMIT {limit}{skip}",
            order.sort.join, clause.sql
        ));
        params = clause.params;
    }
    (scans, params)
}

/// Where the columns of one ticket come from.
pub(in crate::store) const ONE: &str = "FROM tickets t
     LEFT JOIN end_users e ON e.customer_id = $1 AND e.end_user_id = t.end_user_id
     WHERE t.customer_id = $1 AND t.ticket_id = $2";

/// One ticket as a page shows it.
pub async fn listed(conn: &mut Conn, customer: CustomerId, ticket: crate::model::TicketId) -> Result<Listed> {
    conn.query_one(const_format::formatcp!("SELECT {LISTED} {ONE}"), params![customer, ticket]).await
}

#[cfg(test)]
mod plans;
