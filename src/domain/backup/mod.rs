//! Backup and restore of a whole installation: every tenant, every table, every file.
//!
//! An archive is a `.tar.zst` of `tables/<name>.jsonl` (one JSON array a row, in the order of the
//! columns that the manifest lists), `files/<object key>`, `secret.key` where it was asked for, and
//! `manifest.json` at the end with the checksums of all of them. Nothing in it depends on the engine, so
//! that an installation on SQLite can be restored into PostgreSQL and back. What is derived from other
//! tables (full-text index, counters) is not in it, but built anew.

mod archive;
mod create;
mod restore;
mod rows;
mod verify;

pub use create::create;
pub use restore::restore;
pub use verify::verify;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::store::dump::Column;

/// The version of the format that this program writes and reads.
pub const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const KEY: &str = "secret.key";
/// Rows read or written at once.
const CHUNK: usize = 200;

/// What an archive holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    pub format: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// The version of the database schema.
    pub schema: i64,
    /// When its snapshot was taken: ISO 8601, UTC.
    pub created: String,
    /// Which master key its secrets are encrypted with.
    pub key_fingerprint: String,
    pub with_key: bool,
    pub tables: Vec<TableEntry>,
    pub files: Vec<FileEntry>,
    /// Files that the database names and the file store did not have.
    pub missing_files: Vec<String>,
}

impl Manifest {
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|it| it.rows).sum()
    }

    pub fn file_bytes(&self) -> u64 {
        self.files.iter().map(|it| it.bytes).sum()
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableEntry {
    pub name: String,
    pub columns: Vec<Column>,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
    /// The sum of the rows' digests: the same in whatever order an engine gives them.
    pub digest: String,
    /// The last id that was given in this table, where it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_id: Option<i64>,
}

impl TableEntry {
    fn path(&self) -> String {
        format!("tables/{}.jsonl", self.name)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileEntry {
    pub key: String,
    pub bytes: u64,
    pub sha256: String,
}

impl FileEntry {
    fn path(&self) -> String {
        format!("files/{}", self.key)
    }
}

fn damaged(archive: &Path, why: impl std::fmt::Display) -> Error {
    Error::invalid(archive.display().to_string(), format!("is damaged: {why}"))
}

fn unreadable(archive: &Path, why: impl std::fmt::Display) -> Error {
    Error::invalid(archive.display().to_string(), format!("cannot be read: {why}"))
}
