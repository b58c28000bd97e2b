//! How the engines are asked for words.

use super::Dialect;

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
                         WHERE customer_id = $1 AND words::tsvector @@ CAST({it} AS TEXT)::tsquery"
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
                " AND (SELECT bool_or(s.words::tsvector @@ CAST({it} AS TEXT)::tsquery) FROM ticket_search s
                   WHERE s.customer_id = $1 AND s.ticket_id = t.ticket_id)"
            ),
        };
        terms.iter().map(of_term).collect()
    }

    /// As [`Dialect::search_hits`], with a score, the best being the least. `any` is a parameter with
    /// the terms joined by `|`.
    pub(in crate::store) fn search_ranked(self, terms: &[String], any: &str) -> String {
        match self {
            Self::Sqlite => format!(
                "SELECT rowid AS ticket_id, rank AS score FROM ticket_search
                 WHERE ticket_search MATCH {} AND {any} IS NOT NULL",
                terms.join("")
            ),
            Self::Postgres => format!(
                "SELECT s.ticket_id, -SUM(ts_rank(s.words::tsvector, CAST({any} AS TEXT)::tsquery)) AS score
                 FROM ticket_search s WHERE s.customer_id = $1 AND s.ticket_id IN ({}) GROUP BY s.ticket_id",
                self.search_hits(terms)
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
