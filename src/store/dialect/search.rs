//! How the engines are asked for words.

use super::Dialect;

/// Which tickets are ranked, by parameters.
pub(in crate::store) enum Among {
    /// Those that have all of these terms.
    Terms(Vec<String>),
    /// Those of these ids, where [`Dialect::ranks_by_ids`].
    Hits(String),
}

impl Dialect {
    /// The ids of the tickets that have all terms, each once. `terms` are parameters, `$1` the tenant.
    pub(in crate::store) fn search_hits(self, terms: &[String]) -> String {
        match self {
            Self::Sqlite => {
                format!(
                    "SELECT rowid AS ticket_id FROM ticket_search WHERE ticket_search MATCH {}",
                    terms.join("")
                )
            }
            Self::Postgres => {
                let of_term = |it: &String| {
                    format!(
                        "SELECT DISTINCT ticket_id FROM ticket_search
                         WHERE customer_id = $1 AND words @@ CAST({it} AS TEXT)::tsquery"
                    )
                };
                terms.iter().map(of_term).collect::<Vec<_>>().join(" INTERSECT ")
            }
        }
    }

    /// Conditions that a ticket `t` has all terms, to be asked ticket by ticket.
    pub(in crate::store) fn search_probe(self, terms: &[String]) -> String {
        let of_term = |it: &String| match self {
            Self::Sqlite => format!(
                " AND (SELECT 1 FROM ticket_search WHERE ticket_search MATCH {it} AND rowid = t.ticket_id)"
            ),
            Self::Postgres => format!(
                " AND (SELECT bool_or(s.words @@ CAST({it} AS TEXT)::tsquery) FROM ticket_search s
                   WHERE s.customer_id = $1 AND s.ticket_id = t.ticket_id)"
            ),
        };
        terms.iter().map(of_term).collect()
    }

    /// Whether what has been found is ranked by its ids, without finding it again.
    pub(in crate::store) fn ranks_by_ids(self) -> bool {
        self == Self::Postgres
    }

    /// Tickets with a score, the best being the least. `any` is a parameter with the terms joined by `|`.
    pub(in crate::store) fn search_ranked(self, any: &str, among: &Among) -> String {
        let among = match (self, among) {
            (Self::Sqlite, Among::Hits(_)) => "NULL".into(),
            (Self::Sqlite, Among::Terms(terms)) => terms.join(""),
            (Self::Postgres, Among::Hits(ids)) => format!("= ANY({ids})"),
            (Self::Postgres, Among::Terms(terms)) => format!("IN ({})", self.search_hits(terms)),
        };
        match self {
            Self::Sqlite => format!(
                "SELECT rowid AS ticket_id, rank AS score FROM ticket_search
                 WHERE ticket_search MATCH {among} AND {any} IS NOT NULL"
            ),
            Self::Postgres => format!(
                "SELECT s.ticket_id, -SUM(ts_rank(s.words, CAST({any} AS TEXT)::tsquery)) AS score
                 FROM ticket_search s WHERE s.customer_id = $1 AND s.ticket_id {among} GROUP BY s.ticket_id"
            ),
        }
    }

    /// Inserts the documents of many tickets: tenant, tickets, chunks, documents. None where they are
    /// inserted as rows, of the columns `rowid` and `words`.
    pub(in crate::store) fn insert_search_documents(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(
                "INSERT INTO ticket_search (customer_id, ticket_id, chunk, words)
                 SELECT $1, d.ticket, d.chunk, d.words::tsvector
                 FROM unnest(CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[]), CAST($4 AS TEXT[]))
                      AS d (ticket, chunk, words)",
            ),
        }
    }

    /// Parameters: tenant, tickets.
    pub(in crate::store) fn delete_search_documents_of_many(self) -> &'static str {
        match self {
            Self::Sqlite => "DELETE FROM ticket_search WHERE rowid = ANY($2)",
            Self::Postgres => "DELETE FROM ticket_search WHERE customer_id = $1 AND ticket_id = ANY($2)",
        }
    }
}
