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
                    let has = |row: &str| format!("{row}.words @@ CAST({it} AS TEXT)::tsquery");
                    format!(
                        "SELECT s.ticket_id FROM ticket_search s WHERE s.customer_id = $1 AND {}
                         AND (s.chunk = 0 OR NOT EXISTS (
                             SELECT 1 FROM ticket_search o WHERE o.customer_id = $1 AND o.ticket_id = s.ticket_id
                             AND o.chunk < s.chunk AND {}))",
                        has("s"),
                        has("o")
                    )
                };
                terms.iter().map(of_term).collect::<Vec<_>>().join(" INTERSECT ")
            }
        }
    }

    /// What the tickets `t` that are all of few hits are read from, and their condition.
    pub(in crate::store) fn among_few_hits(self, terms: &[String]) -> (String, String) {
        let hits = self.search_hits(terms);
        match self {
            // It keeps the order of a cross join: hits first.
            Self::Sqlite => {
                (format!("({hits}) h CROSS JOIN tickets t"), " AND t.ticket_id = h.ticket_id".into())
            }
            // Of an array it expects few elements, and looks each up. It knows no better of a join, and has
            // walked the list with all hits for each ticket.
            Self::Postgres => ("tickets t".into(), format!(" AND t.ticket_id = ANY (ARRAY({hits}))")),
        }
    }

    /// A condition of the tickets `t` that are any of many hits, for a list that is walked past the others.
    pub(in crate::store) fn among_many_hits(self, terms: &[String]) -> String {
        format!(" AND {}", self.among_many(&self.search_hits(terms)))
    }

    /// Conditions that a ticket `t` has all terms, to be asked ticket by ticket.
    pub(in crate::store) fn search_probe(self, terms: &[String]) -> String {
        let of_term = |it: &String| match self {
            Self::Sqlite => format!(
                " AND (SELECT 1 FROM ticket_search WHERE ticket_search MATCH {it} AND rowid = t.ticket_id)"
            ),
            Self::Postgres => format!(
                " AND (SELECT bool_or(s.words @@ (SELECT CAST({it} AS TEXT)::tsquery)) FROM ticket_search s
                   WHERE s.customer_id = $1 AND s.ticket_id = t.ticket_id)"
            ),
        };
        terms.iter().map(of_term).collect()
    }

    /// Whether the score of the first hit costs as much as finding all of them.
    pub(in crate::store) fn ranking_reads_all_hits(self) -> bool {
        self == Self::Sqlite
    }

    /// How many tickets are looked up one by one for what it costs to fetch so many hits.
    pub fn most_probes(self, hits: u64) -> u64 {
        match self {
            Self::Sqlite => 1_000,
            // The rows of the hits are all over their table.
            Self::Postgres => hits / 10,
        }
    }

    /// Rows of the index of the tickets that have all terms, each with its score (the best being the least):
    /// a ticket's is their sum. No more than the limit. `any` is a parameter with the terms joined by `|`.
    pub(in crate::store) fn search_few(self, any: &str, terms: &[String], limit: &str) -> String {
        match (self, terms) {
            (Self::Sqlite, _) => format!(
                "SELECT rowid AS ticket_id, rank AS score FROM ticket_search
                 WHERE ticket_search MATCH {} AND {any} IS NOT NULL LIMIT {limit}",
                terms.join("")
            ),
            // Chunks without the one term would add nothing.
            (Self::Postgres, [term]) => format!(
                "SELECT s.ticket_id, {} FROM ticket_search s
                 WHERE s.customer_id = $1 AND s.words @@ CAST({term} AS TEXT)::tsquery LIMIT {limit}",
                score(any)
            ),
            (Self::Postgres, terms) => format!(
                "SELECT s.ticket_id, SUM({}) FROM ticket_search s
                 WHERE s.customer_id = $1 AND s.ticket_id = ANY (ARRAY({} LIMIT {limit})) GROUP BY s.ticket_id",
                score(any),
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
                "SELECT s.ticket_id, SUM({}) AS score
                 FROM ticket_search s WHERE s.customer_id = $1 AND s.ticket_id IN ({}) GROUP BY s.ticket_id",
                score(any),
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

/// What PostgreSQL makes of a row's words. As a part of its own the query is read once, not for each row.
fn score(any: &str) -> String {
    format!("-CAST(ts_rank(s.words, (SELECT CAST({any} AS TEXT)::tsquery)) AS DOUBLE PRECISION)")
}
