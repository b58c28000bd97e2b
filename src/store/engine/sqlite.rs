//! SQLite: one writer thread with group commit, and a set of readers that run in place.

mod writer;

use std::cell::Cell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{JoinHandle, ThreadId};
use std::time::Duration;

use answerpal_wire::time::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{OpenFlags, ToSql};
use tokio::sync::oneshot;

pub use writer::complete;
use writer::{Committed, Done, Job, kept_apart, run_writer};

use super::{BoxFuture, Tx};
use crate::error::{Error, Result};
use crate::store::dialect::Dialect;
use crate::store::value::Value;

/// Most writes that share one commit: bounds how long the first of them waits.
const GROUP: usize = 128;
/// Writes waiting beyond this make their callers wait, which is the back-pressure.
const WAITING: usize = 4096;
/// Pages of the write-ahead log after which they go into the database file.
const CHECKPOINT: i32 = 2000;
/// Pages of it at which the writer stops and brings the rest in itself, to begin anew (128 MB).
const LONGEST_WAL: i32 = 32_000;
/// Bytes of it that stay on disk, a little more than that: to write over what is there is one wait for the
/// disk, where a file that grows is another one for the file system.
const KEPT_WAL: i64 = 144_000_000;

/// What the readers that are at work keep of the file, together. A memory map would hold more, but every
/// page touched through one counts as the program's, once for each connection.
const READERS_KIB: i64 = 48_000;

fn parallelism() -> i64 {
    std::thread::available_parallelism().map_or(2, |it| it.get() as i64)
}

pub struct Connection {
    conn: rusqlite::Connection,
    translated: HashMap<String, String, foldhash::fast::RandomState>,
    savepoint: Cell<Savepoint>,
}

/// How a write of a group is kept apart from the others: a savepoint that is set when it first writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Savepoint {
    /// Nothing is to be kept apart.
    Off,
    /// It is set before the first statement that writes.
    Due,
    Set,
    /// The write said that nothing in it can fail.
    Waived,
}

impl Connection {
    fn open(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = rusqlite::Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(Duration::from_secs(10))?;
        conn.set_prepared_statement_cache_capacity(256);
        // Without it SQLite plans a statement again whenever a parameter changes that its plan looked at.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA temp_store = MEMORY;",
        )?;
        conn.pragma_update(None, "cache_size", -(READERS_KIB / parallelism()).clamp(4_000, 32_000))?;
        Ok(Self { conn, translated: HashMap::default(), savepoint: Cell::new(Savepoint::Off) })
    }

    fn with_statement<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        run: impl FnOnce(&mut rusqlite::Statement<'_>) -> Result<T>,
    ) -> Result<T> {
        let translated = match self.translated.get(sql) {
            Some(it) => it,
            None => {
                if self.translated.len() > 1000 {
                    self.translated.clear();
                }
                &*self.translated.entry(sql.to_owned()).or_insert_with(|| Dialect::translate_to_sqlite(sql))
            }
        };
        let mut statement = self.conn.prepare_cached(translated)?;
        if self.savepoint.get() == Savepoint::Due && !statement.readonly() {
            self.set_savepoint()?;
        }
        for (index, value) in params.iter().enumerate() {
            statement.raw_bind_parameter(index + 1, value)?;
        }
        run(&mut statement)
    }

    pub fn query<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut read: impl FnMut(&rusqlite::Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.with_statement(sql, params, |statement| {
            let mut rows = statement.raw_query();
            let mut out = Vec::new();
            while let Some(row) = rows.next()? {
                out.push(read(row)?);
            }
            Ok(out)
        })
    }

    pub fn query_first<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        read: impl FnOnce(&rusqlite::Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.with_statement(sql, params, |statement| {
            let mut rows = statement.raw_query();
            rows.next()?.map(read).transpose()
        })
    }

    pub fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64> {
        self.with_statement(sql, params, |statement| Ok(statement.raw_execute()? as u64))
    }

    pub fn execute_batch(&mut self, sql: &str) -> Result<()> {
        if self.savepoint.get() == Savepoint::Due {
            self.set_savepoint()?;
        }
        Ok(self.conn.execute_batch(sql)?)
    }

    fn set_savepoint(&self) -> Result<()> {
        self.conn.prepare_cached("SAVEPOINT request")?.raw_execute()?;
        self.savepoint.set(Savepoint::Set);
        Ok(())
    }

    /// The write at hand needs no savepoint, if it has none yet.
    pub fn without_savepoint(&mut self) {
        if self.savepoint.get() == Savepoint::Due {
            self.savepoint.set(Savepoint::Waived);
        }
    }

    /// Ends the write at hand: what it did stays, or goes. False where it cannot be told from the others'.
    fn end_write(&mut self, stays: bool) -> Result<bool> {
        match self.savepoint.replace(Savepoint::Off) {
            Savepoint::Set if stays => self.execute("RELEASE request", &[])?,
            Savepoint::Set => {
                self.execute("ROLLBACK TO request", &[])?;
                self.execute("RELEASE request", &[])?
            }
            Savepoint::Waived => return Ok(stays),
            Savepoint::Off | Savepoint::Due => 0,
        };
        Ok(true)
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let json = |text: serde_json::Result<String>| {
            text.map(ToSqlOutput::from)
                .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
        };
        Ok(match self {
            Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Int(it) => ToSqlOutput::Borrowed(ValueRef::Integer(*it)),
            Value::Real(it) => ToSqlOutput::Borrowed(ValueRef::Real(*it)),
            Value::Bool(it) => ToSqlOutput::Borrowed(ValueRef::Integer((*it).into())),
            Value::Text(it) => ToSqlOutput::Borrowed(ValueRef::Text(it.as_bytes())),
            Value::Blob(it) => ToSqlOutput::Borrowed(ValueRef::Blob(it)),
            Value::Ints(it) => json(serde_json::to_string(it))?,
            Value::Texts(it) => json(serde_json::to_string(it))?,
        })
    }
}

/// The way to the writer, and the threads that end after it.
type Writer = (SyncSender<Job>, [JoinHandle<()>; 2]);

/// A database file with its writer and readers.
pub struct Database {
    path: PathBuf,
    /// Each with the thread that it served last.
    readers: Mutex<Vec<(ThreadId, Connection)>>,
    keep: usize,
    writer: Mutex<Option<Writer>>,
}

impl Database {
    pub fn open(path: &Path, connections: usize) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut writer = Connection::open(path)?;
        let (nudge, nudged) = sync_channel(1);
        writer.prepare_for_writing(nudge)?;
        let file = path.to_owned();
        let checkpoints = std::thread::Builder::new()
            .name("sqlite-checkpoint".into())
            .spawn(move || run_checkpoints(&file, &nudged))?;
        let (sender, receiver) = sync_channel(WAITING);
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || run_writer(writer, &receiver))?;
        Ok(Self {
            path: path.to_owned(),
            readers: Mutex::default(),
            keep: connections,
            writer: Mutex::new(Some((sender, [thread, checkpoints]))),
        })
    }

    /// The one that this thread had last, where that is free: it was measured to answer sooner.
    pub fn reader(&self) -> Result<Connection> {
        let thread = std::thread::current().id();
        let mut readers = self.readers.lock().map_err(poisoned)?;
        if let Some(near) = readers.iter().rposition(|it| it.0 == thread) {
            return Ok(readers.swap_remove(near).1);
        }
        let kept = readers.pop();
        drop(readers);
        kept.map_or_else(|| Connection::open(&self.path), |it| Ok(it.1))
    }

    pub fn give_back(&self, mut conn: Connection, in_snapshot: bool) {
        if in_snapshot && !conn.conn.is_autocommit() && conn.execute("COMMIT", &[]).is_err() {
            return;
        }
        if let Ok(mut readers) = self.readers.lock()
            && readers.len() < self.keep
        {
            readers.push((std::thread::current().id(), conn));
        }
    }

    pub async fn write<T, F>(&self, now: Timestamp, work: F) -> Result<(T, bool)>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let (conn, run, ended) = kept_apart(conn, now, work);
            let done: Done = Box::new(move |committed: Committed| {
                // A caller that went away needs no answer.
                let _ = answer.send(match committed {
                    Ok(()) => run,
                    Err(detail) => Err(Error::Unavailable(detail)),
                });
            });
            (conn, ended, done)
        });
        let sender = self.writer.lock().map_err(poisoned)?.as_ref().map(|it| it.0.clone());
        let sender = sender.ok_or_else(closed)?;
        if let Err(full) = sender.try_send(job) {
            match full {
                std::sync::mpsc::TrySendError::Full(job) => {
                    tokio::task::spawn_blocking(move || sender.send(job)).await?.map_err(|_| closed())?;
                }
                std::sync::mpsc::TrySendError::Disconnected(_) => return Err(closed()),
            }
        }
        answered.await.map_err(|_| closed())?
    }

    pub async fn close(&self) {
        let Some((sender, threads)) = self.writer.lock().ok().and_then(|mut it| it.take()) else { return };
        drop(sender);
        let ended = tokio::task::spawn_blocking(move || threads.map(JoinHandle::join));
        if !ended.await.is_ok_and(|it| it.iter().all(std::thread::Result::is_ok)) {
            tracing::error!("the writer did not end cleanly");
        }
    }
}

fn poisoned<T>(_: T) -> Error {
    Error::internal("a database thread panicked")
}

fn closed() -> Error {
    Error::Unavailable("The server is stopping.".into())
}

impl Connection {
    /// The writer leaves checkpoints to a thread of their own, so that no write waits for the disk to take
    /// in more than its own pages; it helps where that thread falls far behind.
    fn prepare_for_writing(&mut self, nudge: SyncSender<()>) -> Result<()> {
        self.conn.execute_batch("PRAGMA cache_size = -16000;")?;
        self.conn.pragma_update(None, "journal_size_limit", KEPT_WAL)?;
        let mut last = 0;
        self.conn.wal_hook(Some(move |wal: &mut rusqlite::hooks::Wal, pages| {
            last = last.min(pages);
            if pages >= LONGEST_WAL {
                // The commit is done, so no failure here is one of it. Mostly that thread is at work just now.
                if let Err(error) = wal.checkpoint() {
                    tracing::debug!(%error, pages, "the writer could not checkpoint; its next commit tries again");
                }
            } else if pages - last >= CHECKPOINT {
                last = pages;
                // It is at work already where this is full.
                let _ = nudge.try_send(());
            }
            Ok(())
        }))?;
        Ok(())
    }
}

/// Brings what is committed into the database file whenever it is nudged, until the writer is gone.
fn run_checkpoints(path: &Path, nudged: &Receiver<()>) {
    let mut conn = None;
    while nudged.recv().is_ok() {
        let done = match &mut conn {
            Some(conn) => checkpoint(conn),
            None => Connection::open(path).and_then(|it| checkpoint(conn.insert(it))),
        };
        if let Err(error) = done {
            tracing::warn!(%error, "the database could not be checkpointed; the next write tries again");
        }
    }
}

fn checkpoint(conn: &mut Connection) -> Result<()> {
    conn.query_first("PRAGMA wal_checkpoint(PASSIVE)", &[], |_| Ok(())).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_has_the_reader_again_that_it_had() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("readers.db"), 4).unwrap();
        let (mut mine, another) = (database.reader().unwrap(), database.reader().unwrap());
        mine.execute_batch("CREATE TEMP TABLE mine (id INTEGER)").unwrap();
        let is_mine =
            |it: &mut Connection| it.query_first("SELECT COUNT(*) FROM mine", &[], |_| Ok(())).is_ok();
        assert!(is_mine(&mut mine));
        database.give_back(mine, false);
        std::thread::scope(|threads| {
            threads.spawn(|| database.give_back(another, false));
        });
        let mut again = database.reader().unwrap();
        assert!(is_mine(&mut again));
        // With none of its own left, a thread takes what there is.
        assert!(!is_mine(&mut database.reader().unwrap()));
        assert!(database.readers.lock().unwrap().is_empty());
    }
}
