//! SQLite: one writer thread with group commit, and a set of readers that run in place.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use answerpal_wire::time::Timestamp;
use futures::FutureExt;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{OpenFlags, ToSql};
use tokio::sync::oneshot;

use super::{BoxFuture, Conn, Inner, Last, Tx};
use crate::error::{Error, Result};
use crate::store::dialect::Dialect;
use crate::store::value::Value;

/// Most writes that share one commit: bounds how long the first of them waits.
const GROUP: usize = 128;
/// Writes waiting beyond this make their callers wait, which is the back-pressure.
const WAITING: usize = 4096;
/// Pages of the write-ahead log after which they go into the database file.
const CHECKPOINT: i32 = 2000;
/// Pages of it at which the writer stops and brings them in itself (64 MB).
const LONGEST_WAL: i32 = 16_000;

/// What the readers that are at work keep of the file, together. A memory map would hold more, but every
/// page touched through one counts as the program's, once for each connection.
const READERS_KIB: i64 = 48_000;

fn parallelism() -> i64 {
    std::thread::available_parallelism().map_or(2, |it| it.get() as i64)
}

pub struct Connection {
    conn: rusqlite::Connection,
    translated: HashMap<String, String>,
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
        Ok(Self { conn, translated: HashMap::new() })
    }

    fn with_statement<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        run: impl FnOnce(&mut rusqlite::Statement<'_>) -> Result<T>,
    ) -> Result<T> {
        if !self.translated.contains_key(sql) {
            if self.translated.len() > 1000 {
                self.translated.clear();
            }
            self.translated.insert(sql.to_owned(), Dialect::translate_to_sqlite(sql));
        }
        let mut statement = self.conn.prepare_cached(&self.translated[sql])?;
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
        Ok(self.conn.execute_batch(sql)?)
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
    readers: Mutex<Vec<Connection>>,
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

    pub fn reader(&self) -> Result<Connection> {
        let kept = self.readers.lock().map_err(poisoned)?.pop();
        kept.map_or_else(|| Connection::open(&self.path), Ok)
    }

    pub fn give_back(&self, mut conn: Connection, in_snapshot: bool) {
        if in_snapshot && !conn.conn.is_autocommit() && conn.execute_batch("COMMIT").is_err() {
            return;
        }
        if let Ok(mut readers) = self.readers.lock()
            && readers.len() < self.keep
        {
            readers.push(conn);
        }
    }

    pub async fn write<T, F>(&self, now: Timestamp, work: F) -> Result<(T, bool)>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let (conn, run, last) = in_savepoint(conn, now, work);
            let done: Done = Box::new(move |committed: Committed| {
                // A caller that went away needs no answer.
                let _ = answer.send(match committed {
                    Ok(()) => run,
                    Err(detail) => Err(Error::Unavailable(detail)),
                });
            });
            (conn, last, done)
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
        self.conn.execute_batch("PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 33554432;")?;
        let mut last = 0;
        self.conn.wal_hook(Some(move |wal: &mut rusqlite::hooks::Wal, pages| {
            last = last.min(pages);
            if pages >= LONGEST_WAL {
                wal.checkpoint()?;
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

type Committed = Result<(), String>;
type Done = Box<dyn FnOnce(Committed) + Send>;
type Job = Box<dyn FnOnce(Conn) -> (Conn, Vec<Last>, Done) + Send>;

/// A future of statements on SQLite is ready at its first poll.
pub fn complete<T>(future: BoxFuture<'_, Result<T>>) -> Result<T> {
    future
        .now_or_never()
        .unwrap_or_else(|| Err(Error::internal("a database closure waited for something else")))
}

fn in_savepoint<T, F>(conn: Conn, now: Timestamp, work: F) -> (Conn, Result<(T, bool)>, Vec<Last>)
where
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>>,
{
    let mut tx = Tx::new(conn, now);
    let result = simple(&mut tx.conn, "SAVEPOINT request").and_then(|()| {
        catch_unwind(AssertUnwindSafe(|| complete(work(&mut tx))))
            .unwrap_or_else(|_| Err(Error::internal("a database closure panicked")))
    });
    let end = match &result {
        Ok(_) => simple(&mut tx.conn, "RELEASE request"),
        Err(_) => {
            simple(&mut tx.conn, "ROLLBACK TO request").and_then(|()| simple(&mut tx.conn, "RELEASE request"))
        }
    };
    let Tx { conn, wakes, last, .. } = tx;
    let result = result.and_then(|answer| end.map(|()| (answer, wakes)));
    let last = if result.is_ok() { last } else { Vec::new() };
    (conn, result, last)
}

fn simple(conn: &mut Conn, sql: &str) -> Result<()> {
    match &mut conn.0 {
        Inner::Sqlite(conn) => conn.execute(sql, &[]).map(drop),
        Inner::Postgres(_) => Err(closed()),
    }
}

fn autocommit(conn: &Conn) -> bool {
    matches!(&conn.0, Inner::Sqlite(conn) if conn.conn.is_autocommit())
}

/// Takes what is waiting, runs each write in a savepoint, commits once, then answers all.
fn run_writer(conn: Connection, jobs: &Receiver<Job>) {
    let mut conn = Conn(Inner::Sqlite(conn));
    while let Ok(first) = jobs.recv() {
        let mut group: Vec<Done> = Vec::with_capacity(16);
        let mut last: Vec<Last> = Vec::new();
        let mut outcome: Committed = simple(&mut conn, "BEGIN IMMEDIATE").map_err(unavailable);
        let mut next = Some(first);
        while let Some(job) = next {
            let (returned, at_end, done) = job(conn);
            conn = returned;
            last.extend(at_end);
            group.push(done);
            // A full disk rolls the whole transaction back on its own.
            if outcome.is_err() || autocommit(&conn) || group.len() == GROUP {
                break;
            }
            next = jobs.try_recv().ok();
        }
        if outcome.is_ok() {
            outcome = if autocommit(&conn) {
                Err("The database cannot write now: its disk may be full.".into())
            } else {
                finish(&mut conn, last).map_err(unavailable)
            };
        }
        if outcome.is_err() && !autocommit(&conn) && simple(&mut conn, "ROLLBACK").is_err() {
            tracing::error!("a failed transaction could not be rolled back");
        }
        for done in group {
            done(outcome.clone());
        }
    }
}

/// Runs what was left for the end, then commits.
fn finish(conn: &mut Conn, last: Vec<Last>) -> Result<()> {
    if let Inner::Sqlite(conn) = &mut conn.0 {
        for (sql, params) in last.into_iter().flat_map(Last::statements) {
            conn.execute(&sql, &params)?;
        }
    }
    simple(conn, "COMMIT")
}

fn unavailable(error: Error) -> String {
    tracing::error!(%error, "the database cannot commit");
    "The database cannot write now: its disk may be full.".into()
}
