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

    /// Whether the score of the first hit costs as much as finding all of them.
    pub(in crate::store) fn ranking_reads_all_hits(self) -> bool {
        self == Self::Sqlite
    }

    /// Whether a list is walked in its order to find some of thousands of hits. PostgreSQL looks them up as
    /// fast, and plans for a walk by a guess of how many there are.
    pub fn walks_past_misses(self) -> bool {
        self == Self::Sqlite
    }

    /// The tickets that have all terms, each with its score (the best being the least) and how many rows of
    /// the index were found of it, no more rows than the limit. `any` is a parameter with the terms joined
    /// by `|`.
    pub(in crate::store) fn search_few(self, any: &str, terms: &[String], limit: &str) -> String {
        match (self, terms) {
            (Self::Sqlite, _) => format!(
                "SELECT rowid AS ticket_id, rank AS score, 1 FROM ticket_search
                 WHERE ticket_search MATCH {} AND {any} IS NOT NULL LIMIT {limit}",
                terms.join("")
            ),
            // Chunks without the one term would add nothing.
            (Self::Postgres, [term]) => format!(
                "SELECT s.ticket_id, -SUM(CAST(ts_rank(s.words, CAST({any} AS TEXT)::tsquery) AS DOUBLE PRECISION)), COUNT(*)
                 FROM (SELECT ticket_id, words FROM ticket_search
                       WHERE customer_id = $1 AND words @@ CAST({term} AS TEXT)::tsquery LIMIT {limit}) s
                 GROUP BY s.ticket_id"
            ),
            (Self::Postgres, terms) => format!(
                "SELECT s.ticket_id, -SUM(CAST(ts_rank(s.words, CAST({any} AS TEXT)::tsquery) AS DOUBLE PRECISION)), CAST(1 AS BIGINT)
                 FROM ticket_search s
                 WHERE s.customer_id = $1 AND s.ticket_id = ANY (ARRAY({} LIMIT {limit})) GROUP BY s.ticket_id",
                self.search_hits(terms)
            ),
        }
    }

    /// Tickets with a score, the best being the least. `any` is a parameter with the terms joined by `|`.
    pub(in crate::store) fn search_ranked(self, any: &str, terms: &[String]) -> String {
        match self {
            Self::Sqlite => format!(
                "SELECT rowid AS ticket_id, rank AS score FROM ticket_search
                 WHERE ticket_search MATCH {} AND {any} IS NOT NULL",
                terms.join("")
            ),
            Self::Postgres => format!(
                "SELECT s.ticket_id, -SUM(ts_rank(s.words, CAST({any} AS TEXT)::tsquery)) AS score
                 FROM ticket_search s WHERE s.customer_id = $1 AND s.ticket_id IN ({}) GROUP BY s.ticket_id",
                self.search_hits(terms)
            ),
        }
    }

    /// Merges what of the index has been written in small pieces, by as much as documents of $1 bytes make
    /// necessary. None where the engine does so beside the transactions.
    pub(in crate::store) fn merge_search(self) -> Option<&'static str> {
        match self {
            // Left to itself, FTS5 merges hundreds of pages in one transaction now and then. Documents of
            // 10,000 bytes are a page or less, which is written once more on each of about six levels.
            Self::Sqlite => {
                Some("INSERT INTO ticket_search (ticket_search, rank) VALUES ('merge', 16 + $1 / 1500)")
            }
            Self::Postgres => None,
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
