//! The only place that knows how the two engines differ. Everything else is written once, in the SQL
//! that both understand, with `$1` parameters and `= ANY($n)` for lists.

use std::fmt::Write;

use answerpal_text::Scope;

use crate::model::CustomerId;

/// Which engine runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// SQLite has no arrays, no row locks and writes its parameters `?1`.
    pub(super) fn translate_to_sqlite(sql: &str) -> String {
        let mut out = String::with_capacity(sql.len() + 32);
        let mut rest = sql;
        while let Some(at) = rest.find(['$', '=', 'F']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(tail) = rest.strip_prefix("= ANY($") {
                let digits = digits(tail);
                let _ = write!(out, "IN (SELECT value FROM json_each(?{}))", &tail[..digits]);
                rest = tail[digits..].strip_prefix(')').unwrap_or(&tail[digits..]);
            } else if let Some(tail) = rest.strip_prefix('$') {
                out.push('?');
                rest = tail;
            } else if let Some(tail) =
                rest.strip_prefix("FOR UPDATE SKIP LOCKED").or_else(|| rest.strip_prefix("FOR UPDATE"))
            {
                rest = tail;
            } else {
                let first = rest.chars().next().map_or(0, char::len_utf8);
                out.push_str(&rest[..first]);
                rest = &rest[first..];
            }
        }
        out.push_str(rest);
        out
    }

    /// Adds `n` to a row of the counters: in place on SQLite, as a delta on PostgreSQL (no hot row).
    pub fn add_ticket_count(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "INSERT INTO ticket_counts (customer_id, status, customer_rep_id, channel_id, channel_type, is_spam, escalated, is_closed, n)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                 ON CONFLICT (customer_id, status, customer_rep_id, channel_id, channel_type, is_spam, escalated, is_closed)
                 DO UPDATE SET n = n + excluded.n"
            }
            Self::Postgres => {
                "INSERT INTO ticket_counts (customer_id, status, customer_rep_id, channel_id, channel_type, is_spam, escalated, is_closed, n)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
            }
        }
    }

    /// What the search index keeps of a ticket's texts: one document on SQLite, chunks on PostgreSQL.
    pub fn search_documents(self, customer: CustomerId, parts: &[&str]) -> Vec<String> {
        let scope = Scope(customer.0);
        match self {
            Self::Sqlite => vec![answerpal_text::fts5_document(scope, parts)],
            Self::Postgres => answerpal_text::tsvector_documents(scope, parts),
        }
    }

    /// Parameters: tenant, ticket, chunk, document.
    pub(super) fn insert_search_document(self) -> &'static str {
        match self {
            Self::Sqlite => "INSERT INTO ticket_search (rowid, words) VALUES ($2, $4)",
            Self::Postgres => {
                "INSERT INTO ticket_search (customer_id, ticket_id, chunk, words) VALUES ($1, $2, $3, $4)"
            }
        }
    }

    /// Parameters: tenant, ticket.
    pub(super) fn delete_search_documents(self) -> &'static str {
        match self {
            Self::Sqlite => "DELETE FROM ticket_search WHERE rowid = $2",
            Self::Postgres => "DELETE FROM ticket_search WHERE customer_id = $1 AND ticket_id = $2",
        }
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::Dialect;

    #[test]
    fn translates_parameters_lists_and_locks() {
        assert_eq!(
            Dialect::translate_to_sqlite(
                "SELECT a FROM t WHERE b = $1 AND id = ANY($12) AND c = $2 FOR UPDATE"
            ),
            "SELECT a FROM t WHERE b = ?1 AND id IN (SELECT value FROM json_each(?12)) AND c = ?2 "
        );
    }
}
