//! All queries. Every function takes the connection first and the tenant second; the job queue and
//! what belongs to no tenant are the exceptions.
//!
//! `engine` runs statements on SQLite or PostgreSQL; `dialect` is the only place that says how the two
//! differ. Statements are written once, with `$n` parameters.
#![expect(clippy::disallowed_methods, reason = "this room is where statements may be run")]

pub mod ai_settings;
pub mod api_keys;
pub mod arrivals;
pub mod attachments;
pub mod auto_replies;
pub mod bulk;
pub mod bulk_undos;
pub mod canned_responses;
pub mod channels;
pub mod chat;
pub mod composer_drafts;
mod contains;
pub mod counts;
pub mod custom_fields;
pub mod customers;
pub mod dialect;
pub mod document_uses;
pub mod documents;
pub mod drafts;
pub mod dump;
pub mod end_user_merges;
pub mod end_users;
mod engine;
pub mod events;
pub mod feedback;
pub mod idempotency;
pub mod inbound;
pub mod jobs;
pub mod llm_usage;
pub mod mail_imports;
pub mod mailboxes;
pub mod mails;
pub mod message_stages;
pub mod message_tokens;
pub mod message_topics;
pub mod messages;
pub mod meta;
mod migrations;
pub mod notifications;
pub mod outbox;
pub mod passages;
pub mod password_resets;
pub mod presence;
pub mod received_mails;
pub mod refs;
pub mod reports;
pub mod reps;
pub mod saved_views;
pub mod search;
pub mod sessions;
pub mod spam_lessons;
#[cfg(test)]
mod testing;
pub mod text_vectors;
pub mod throttles;
pub mod ticket_summaries;
pub mod tickets;
mod tls;
pub mod topic_examples;
pub mod topic_links;
pub mod topics;
mod value;

pub use contains::Contains;
pub use engine::{BoxFuture, Conn, ReadConn, Rows, Store, StoreOptions, Tx};
pub use migrations::schema_version;
pub use value::{Columns, FromColumn, FromRow, Row, ToColumn, Value};

use crate::error::Result;

/// The insert of one row.
fn insert_one(table: &str, columns: &[&str]) -> String {
    engine::insert_sql(table, columns, columns.len())
}

/// Whether the database answers.
pub async fn ping(conn: &mut Conn) -> Result<(i64,)> {
    conn.query_one("SELECT 1 + 0 * count(*) FROM meta", crate::params![]).await
}
