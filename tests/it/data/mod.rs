//! Backup, import and what else moves data in bulk.

mod backup;
mod import;
