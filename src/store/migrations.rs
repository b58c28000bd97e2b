//! Brings the schema up to date: plain SQL per engine, with matching numbers, each applied once.
//! A shipped file is never edited: its digest is kept and compared.

use sha2::{Digest, Sha256};

use super::dialect::Dialect;
use super::engine::{Store, Tx};
use crate::error::{Error, Result};
use crate::params;

struct Migration {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal),* $(,)?) => {
        &[$(Migration {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        }),*]
    };
}

const MIGRATIONS: &[Migration] = migrations![
    1 "0001_schema",
    2 "0002_core",
    3 "0003_intake",
    4 "0004_drafts",
    5 "0005_inbound_mail",
    6 "0006_mail_transport",
    7 "0007_dashboard",
    8 "0008_spam",
    9 "0009_mail_imports",
    10 "0010_draft_ratings",
    11 "0011_ticket_summaries",
    12 "0012_fewer_writes",
    13 "0013_topics_with_tickets",
    14 "0014_one_order_of_texts",
    15 "0015_even_writes",
    16 "0016_sorted_lists",
    18 "0018_one_active_rule",
];

/// Any number: the processes that start together on one PostgreSQL take turns by it.
const LOCK: i64 = 7_221_446_905;

/// The version of the schema that this program writes.
pub fn schema_version() -> i64 {
    MIGRATIONS.last().map_or(0, |it| it.version)
}

impl Store {
    /// Applies what is missing, all in one transaction. How many were applied.
    pub async fn migrate(&self) -> Result<usize> {
        self.write(|tx| Box::pin(apply(tx))).await
    }
}

async fn apply(tx: &mut Tx) -> Result<usize> {
    let dialect = tx.dialect();
    if dialect == Dialect::Postgres {
        tx.execute_batch(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
    }
    tx.execute_batch(
        "CREATE TABLE IF NOT EXISTS schema_migrations (
            version BIGINT PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, applied_at BIGINT NOT NULL)",
    )
    .await?;
    let done: Vec<(i64, String)> =
        tx.query("SELECT version, digest FROM schema_migrations ORDER BY version", params![]).await?;
    if done.last().is_some_and(|(version, _)| *version > schema_version()) {
        return Err(Error::internal("the database was written by a newer version: start that one"));
    }
    let mut applied = 0;
    for migration in MIGRATIONS {
        let sql = match dialect {
            Dialect::Sqlite => migration.sqlite,
            Dialect::Postgres => migration.postgres,
        };
        let digest = crate::crypto::hex(&Sha256::digest(sql));
        match done.iter().find(|(version, _)| *version == migration.version) {
            Some((_, was)) if *was == digest => {}
            Some(_) => {
                return Err(Error::internal(format!("migration {} was edited after it ran", migration.name)));
            }
            None => {
                tx.execute_batch(sql).await?;
                let now = tx.now;
                tx.execute(
                    "INSERT INTO schema_migrations (version, name, digest, applied_at) VALUES ($1, $2, $3, $4)",
                    params![migration.version, migration.name, digest, now],
                )
                .await?;
                applied += 1;
            }
        }
    }
    Ok(applied)
}
