//! What a search finds.

use answerpal_text::{Query, Scope};

use crate::error::Result;
use crate::model::CustomerId;
use crate::model::TicketId;
use crate::params;
use crate::row;
use crate::store::dialect::Dialect;
use crate::store::tickets::{Clause, Filter, LISTED, LISTED_FROM, Listed, Part};
use crate::store::{Conn, Value};

/// Tickets that have all words of a query.
#[derive(Clone, Copy)]
pub struct Words<'q> {
    pub query: &'q Query,
    pub reach: Reach,
}

/// How the words are asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All hits are fetched from the index first: right where they are few, or are to be counted.
    Set,
    /// All hits are fetched, and the list is walked in its order past the tickets that are none: right for
    /// the first of thousands, and to count among them.
    Among,
    /// Each ticket is looked up in the order of the list: right for the first of many hits.
    Each,
}

impl Words<'_> {
    pub fn is_a_set(self) -> bool {
        self.reach == Reach::Set
    }

    /// Adds its condition; gives what the tickets `t` are read from.
    pub(in crate::store) fn condition(
        self,
        clause: &mut Clause<'_>,
        customer: CustomerId,
        dialect: Dialect,
    ) -> String {
        let terms = terms(self.query, customer, dialect);
        let terms: Vec<String> = terms.into_iter().map(|it| clause.param(it)).collect();
        match self.reach {
            Reach::Set => {
                let (from, condition) = dialect.among_few_hits(&terms);
                clause.sql.push_str(&condition);
                from
            }
            Reach::Among => {
                clause.sql.push_str(&dialect.among_many_hits(&terms));
                "tickets t".into()
            }
            Reach::Each => {
                clause.sql.push_str(&dialect.search_probe(&terms));
                "tickets t".into()
            }
        }
    }
}

fn terms(query: &Query, customer: CustomerId, dialect: Dialect) -> Vec<String> {
    let scope = Scope(customer.0);
    match dialect {
        Dialect::Sqlite => vec![query.to_fts5(scope)],
        Dialect::Postgres => query.to_tsqueries(scope),
    }
}

/// How many tickets of the tenant have the words, counting no further than `most`.
pub async fn count_hits(conn: &mut Conn, customer: CustomerId, query: &Query, most: i64) -> Result<u64> {
    let dialect = conn.dialect();
    let mut clause = Clause::new(customer);
    let terms = terms(query, customer, dialect);
    let terms: Vec<String> = terms.into_iter().map(|it| clause.param(it)).collect();
    let most = clause.param(most);
    let sql = format!(
        "SELECT COUNT(*) FROM ({} LIMIT {most}) h WHERE CAST($1 AS BIGINT) IS NOT NULL",
        dialect.search_hits(&terms)
    );
    let (n,): (i64,) = conn.query_one(&sql, &clause.params).await?;
    Ok(n.unsigned_abs())
}

row! {
    /// A ticket that has the words.
    #[derive(Clone, Copy, Debug)]
    pub struct Hit {
        pub ticket_id: TicketId,
        /// The best has the least.
        pub score: f64,
    }
}

/// The tickets of the tenant that have the words, in no order, where they are no more than `most`.
pub async fn few_hits(
    conn: &mut Conn,
    customer: CustomerId,
    query: &Query,
    most: i64,
) -> Result<Option<Vec<Hit>>> {
    let dialect = conn.dialect();
    if dialect.ranking_reads_all_hits()
        && count_hits(conn, customer, query, most + 1).await? > most.unsigned_abs()
    {
        return Ok(None);
    }
    let mut clause = Clause::new(customer);
    let terms = terms(query, customer, dialect);
    let any = clause.param(terms.join(" | "));
    let terms: Vec<String> = terms.into_iter().map(|it| clause.param(it)).collect();
    let limit = clause.param(most + 1);
    let sql = dialect.search_few(&any, &terms, &limit);
    let rows: Vec<Hit> = conn.query(&sql, &clause.params).await?;
    Ok((rows.len() as i64 <= most).then(|| summed(rows)))
}

/// Each ticket once, with the sum of its scores.
fn summed(mut rows: Vec<Hit>) -> Vec<Hit> {
    rows.sort_by_key(|it| it.ticket_id);
    rows.dedup_by(|row, kept| {
        let is_same = row.ticket_id == kept.ticket_id;
        if is_same {
            kept.score += row.score;
        }
        is_same
    });
    rows
}

/// Tickets by their ids, in no order, and where excerpts of them may come from: one round trip.
pub async fn page(
    conn: &mut Conn,
    customer: CustomerId,
    tickets: Vec<i64>,
) -> Result<(Vec<Listed>, Vec<Excerpt>)> {
    if tickets.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let by_id = const_format::formatcp!(
        "SELECT {LISTED} FROM tickets t
         LEFT JOIN end_users e ON e.customer_id = $1 AND e.end_user_id = t.end_user_id
         WHERE t.customer_id = $1 AND t.ticket_id = ANY($2)"
    );
    let texts: &[Value<'_>] = params![customer, tickets.as_slice(), MOST_EXCERPTS];
    conn.query_both((by_id, &texts[..2]), (EXCERPTS, texts)).await
}

/// A page of what is found, best first.
pub async fn ranked(
    conn: &mut Conn,
    customer: CustomerId,
    filter: &Filter,
    query: &Query,
    best_first: bool,
    part: &Part,
) -> Result<Vec<Listed>> {
    let (sql, params) = ranked_statement(customer, filter, query, best_first, part, conn.dialect());
    conn.query(&sql, &params).await
}

/// Only the page's tickets are read where nothing is filtered out: the words are the tenant's own.
pub(in crate::store) fn ranked_statement<'a>(
    customer: CustomerId,
    filter: &'a Filter,
    query: &Query,
    best_first: bool,
    part: &Part,
    dialect: Dialect,
) -> (String, Vec<Value<'a>>) {
    let mut clause = filter.clause(customer);
    let terms = terms(query, customer, dialect);
    let any = clause.param(terms.join(" | "));
    let terms: Vec<String> = terms.into_iter().map(|it| clause.param(it)).collect();
    let (limit, offset) = (part.limit, clause.param(part.offset));
    let (score, id) = if best_first { ("ASC", "DESC") } else { ("DESC", "ASC") };
    let hits = dialect.search_ranked(&any, &terms);
    let passing = if filter.is_everything() {
        String::new()
    } else {
        format!("CROSS JOIN tickets t WHERE t.ticket_id = h.ticket_id AND {}", clause.sql)
    };
    let sql = format!(
        "SELECT {LISTED} FROM
         (SELECT h.ticket_id, h.score FROM ({hits}) h {passing}
          ORDER BY h.score {score}, h.ticket_id {id} LIMIT {limit} OFFSET {offset}) p
         {LISTED_FROM} ORDER BY p.score {score}, t.ticket_id {id}",
    );
    (sql, clause.params)
}

row! {
    /// Where an excerpt of a found message may come from.
    pub struct Excerpt {
        pub ticket_id: TicketId,
        pub subject: Option<String>,
        pub message: Option<String>,
        pub text_body: Option<String>,
        pub from_name: Option<String>,
        pub from_address: Option<String>,
        pub to_address: Option<String>,
    }
}

/// More of one page's messages are not looked at for excerpts.
const MOST_EXCERPTS: i64 = 5000;

const EXCERPTS: &str = "SELECT ticket_id, subject, SUBSTR(message, 1, 20000),
         CASE WHEN text_body <> message OR message IS NULL THEN SUBSTR(text_body, 1, 20000) END,
         from_name, from_address, to_address
     FROM ticket_messages WHERE customer_id = $1 AND ticket_id = ANY($2)
     ORDER BY ticket_id, message_date, message_id LIMIT $3";

/// The texts of the messages of several tickets, each oldest first.
pub async fn excerpts(conn: &mut Conn, customer: CustomerId, tickets: Vec<i64>) -> Result<Vec<Excerpt>> {
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    conn.query(EXCERPTS, params![customer, tickets, MOST_EXCERPTS]).await
}
