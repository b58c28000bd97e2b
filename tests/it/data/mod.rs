//! Backup, import and what else moves data in bulk.

mod backup;
mod bench_data;
mod commands;
mod demo;
mod empty;
mod import;
