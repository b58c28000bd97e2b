//! The only place that knows how the two engines differ. Everything else is written once, in the SQL
//! that both understand, with `$1` parameters and `= ANY($n)` for lists.

mod search;

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
            } else if let Some(tail) = ["FOR UPDATE SKIP LOCKED", "FOR UPDATE", "FOR KEY SHARE"]
                .iter()
                .find_map(|lock| rest.strip_prefix(lock))
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

    /// The database's own clock, in microseconds.
    pub fn clock(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT CAST(unixepoch('subsec') * 1000000 AS BIGINT)",
            Self::Postgres => "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)",
        }
    }

    /// Whether there is a table of this name.
    pub fn has_table(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1)",
            Self::Postgres => "SELECT to_regclass($1) IS NOT NULL",
        }
    }

    /// Whether a ticket count is the sum of deltas, to be folded now and then.
    pub fn counts_are_deltas(self) -> bool {
        self == Self::Postgres
    }

    /// The elements of the JSON array in the first parameter, as rows with a column `value`.
    pub fn json_rows(self) -> &'static str {
        match self {
            Self::Sqlite => "json_each($1)",
            Self::Postgres => "json_array_elements(CAST($1 AS TEXT)::json)",
        }
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

    /// As [`Dialect::search_documents`], where the one document may be made before everything of the ticket
    /// is known: None where it may not.
    pub fn search_document_ahead(self, customer: CustomerId, parts: &[&str]) -> Option<String> {
        (self == Self::Sqlite).then(|| answerpal_text::fts5_document(Scope(customer.0), parts))
    }

    /// A document that was made ahead, with what has become known of the ticket.
    pub fn complete_search_document(self, customer: CustomerId, ahead: String, parts: &[&str]) -> String {
        answerpal_text::extend_fts5_document(Scope(customer.0), ahead, parts)
    }

    /// Whether what a transaction found missing stays so until it ends.
    pub fn has_one_writer(self) -> bool {
        self == Self::Sqlite
    }

    /// Parameters: tenant, ticket, chunk, document.
    pub(super) fn insert_search_document(self) -> &'static str {
        match self {
            Self::Sqlite => "INSERT INTO ticket_search (rowid, words) VALUES ($2, $4)",
            Self::Postgres => {
                "INSERT INTO ticket_search (customer_id, ticket_id, chunk, words)
                 VALUES ($1, $2, $3, CAST($4 AS TEXT)::tsvector)"
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

    /// Every table with its columns, in order: table, column, declared type, place in the primary key
    /// (from 1; 0 is none).
    pub fn list_columns(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT m.name, c.name, lower(c.type), c.pk FROM sqlite_schema m JOIN pragma_table_info(m.name) c
                 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY m.name, c.cid"
            }
            Self::Postgres => {
                "SELECT CAST(r.relname AS TEXT), CAST(a.attname AS TEXT), format_type(a.atttypid, a.atttypmod),
                        COALESCE((SELECT k.place FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k (attnum, place)
                                  WHERE i.indrelid = r.oid AND i.indisprimary AND k.attnum = a.attnum), 0)
                 FROM pg_class r JOIN pg_attribute a ON a.attrelid = r.oid
                 WHERE r.relkind IN ('r', 'p') AND r.relnamespace = current_schema()::regnamespace
                   AND a.attnum > 0 AND NOT a.attisdropped
                 ORDER BY r.relname, a.attnum"
            }
        }
    }

    /// The tables that count their ids, with the last one given.
    pub fn list_last_ids(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT name, seq FROM sqlite_sequence ORDER BY name",
            Self::Postgres => {
                "SELECT CAST(c.table_name AS TEXT), COALESCE(s.last_value, 0)
                 FROM information_schema.columns c JOIN pg_sequences s ON s.schemaname = c.table_schema
                  AND quote_ident(s.schemaname) || '.' || quote_ident(s.sequencename)
                    = pg_get_serial_sequence(quote_ident(c.table_schema) || '.' || quote_ident(c.table_name), c.column_name)
                 WHERE c.table_schema = current_schema() AND c.is_identity = 'YES' ORDER BY 1"
            }
        }
    }

    /// Makes a table ($1) count its ids on from $2: statements to run one after the other.
    pub fn set_last_id(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[
                "UPDATE sqlite_sequence SET seq = $2 WHERE name = $1",
                "INSERT INTO sqlite_sequence (name, seq)
                 SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = $1)",
            ],
            Self::Postgres => {
                &["SELECT setval(pg_get_serial_sequence(quote_ident(c.table_schema) || '.' || quote_ident(c.table_name), c.column_name),
                                 GREATEST(CAST($2 AS BIGINT), 1), CAST($2 AS BIGINT) > 0)
                   FROM information_schema.columns c
                   WHERE c.table_schema = current_schema() AND c.table_name = CAST($1 AS TEXT) AND c.is_identity = 'YES'"]
            }
        }
    }

    /// An id of a table that is given to nobody else, as an expression. On SQLite the caller, who is the
    /// only writer, inserts a row with it before the next one is asked for.
    pub(super) fn next_id(self, table: &str, column: &str) -> String {
        match self {
            Self::Sqlite => {
                format!("COALESCE((SELECT seq FROM sqlite_sequence WHERE name = '{table}'), 0) + 1")
            }
            Self::Postgres => format!("nextval('{table}_{column}_seq')"),
        }
    }

    /// The next $3 ids of the table $1 with the id column $2.
    pub fn reserve_ids(self) -> &'static str {
        match self {
            // The caller is the only writer, and inserts them before it ends.
            Self::Sqlite => {
                "WITH RECURSIVE n (i) AS (SELECT 1 WHERE $3 > 0 AND $2 <> '' UNION ALL SELECT i + 1 FROM n WHERE i < $3)
                 SELECT i + COALESCE((SELECT seq FROM sqlite_sequence WHERE name = $1), 0) FROM n"
            }
            Self::Postgres => {
                "SELECT nextval(pg_get_serial_sequence(CAST($1 AS TEXT), CAST($2 AS TEXT)))
                 FROM generate_series(1, CAST($3 AS BIGINT))"
            }
        }
    }

    /// A member of the JSON object in a column, as text.
    pub(super) fn json_text(self, column: &str, member: &str) -> String {
        match self {
            Self::Sqlite => format!("({column} ->> '{member}')"),
            // In the order that the columns of text have.
            Self::Postgres => format!("((CAST({column} AS json) ->> '{member}') COLLATE \"C\")"),
        }
    }

    /// Makes a statement read the tickets `t` by this index, or in the order of their ids: what follows the
    /// table, and a condition.
    pub(super) fn read_tickets_by(self, index: Option<&str>) -> (String, &'static str) {
        match (self, index) {
            (Self::Sqlite, Some(index)) => (format!(" INDEXED BY {index}"), ""),
            // By its own condition this index serves nothing else. The table holds those of all tenants.
            (Self::Sqlite, None) => (" INDEXED BY tickets_ids".into(), " AND t.customer_id > 0"),
            (Self::Postgres, _) => (String::new(), ""),
        }
    }

    /// Whether the tickets have an index of this name.
    pub(super) fn has_index_of_tickets(self, name: &str) -> bool {
        let only_sqlite = ["tickets_subject", "tickets_summary", "tickets_question", "tickets_ids"];
        self == Self::Sqlite || !only_sqlite.contains(&name)
    }

    /// A condition of tickets `t` that are any of many, for a list that is walked past the others.
    pub(super) fn among_many(self, ids: &str) -> String {
        match self {
            // The plus keeps it from looking up each of them instead.
            Self::Sqlite => format!("+t.ticket_id IN ({ids})"),
            // What is asked of the answer keeps it from being made a join of.
            Self::Postgres => format!("(t.ticket_id IN ({ids})) IS TRUE"),
        }
    }

    /// Empties the full-text index of all tenants.
    pub fn clear_search(self) -> &'static str {
        match self {
            Self::Sqlite => "INSERT INTO ticket_search (ticket_search) VALUES ('delete-all')",
            Self::Postgres => "DELETE FROM ticket_search",
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
        assert_eq!(Dialect::translate_to_sqlite("SELECT a FROM t FOR KEY SHARE"), "SELECT a FROM t ");
    }
}
