//! Runs statements on either engine.
//!
//! Reads take a connection and run in place: on SQLite nothing in them ever waits, so a bounded query
//! costs no thread hop. Writes are closures: on SQLite one writer thread takes what is waiting, runs
//! each in a savepoint of its own and commits once for all (group commit); on PostgreSQL each is a
//! transaction.

mod postgres;
mod sqlite;

use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use answerpal_wire::time::Timestamp;
use tokio::sync::{Notify, Semaphore};

use super::dialect::Dialect;
use super::value::{Columns, FromRow, Row, Value};
use crate::clock::Clock;
use crate::error::{Error, Result};

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How to open a store.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// `postgres://…`; nothing means SQLite in the data folder.
    pub database_url: Option<String>,
    /// The SQLite file.
    pub sqlite_path: PathBuf,
    /// Most connections kept open.
    pub connections: usize,
}

/// One connection of either engine.
pub struct Conn(Inner);

enum Inner {
    Sqlite(sqlite::Connection),
    Postgres(postgres::Connection),
}

impl Conn {
    pub fn dialect(&self) -> Dialect {
        match &self.0 {
            Inner::Sqlite(_) => Dialect::Sqlite,
            Inner::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Every row.
    pub async fn query<T: FromRow>(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<T>> {
        match &mut self.0 {
            Inner::Sqlite(conn) => {
                conn.query(sql, params, |row| T::from_row(&mut Columns::new(Row::Sqlite(row))))
            }
            Inner::Postgres(conn) => {
                let rows = conn.query(sql, params).await?;
                rows.iter().map(|row| T::from_row(&mut Columns::new(Row::Postgres(row)))).collect()
            }
        }
    }

    /// The first row, if there is one.
    pub async fn query_opt<T: FromRow>(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Option<T>> {
        match &mut self.0 {
            Inner::Sqlite(conn) => {
                conn.query_first(sql, params, |row| T::from_row(&mut Columns::new(Row::Sqlite(row))))
            }
            Inner::Postgres(conn) => {
                let rows = conn.query(sql, params).await?;
                rows.first().map(|row| T::from_row(&mut Columns::new(Row::Postgres(row)))).transpose()
            }
        }
    }

    /// The first row; `NotFound` without one.
    pub async fn query_one<T: FromRow>(&mut self, sql: &str, params: &[Value<'_>]) -> Result<T> {
        self.query_opt(sql, params).await?.ok_or(Error::NotFound)
    }

    /// How many rows changed.
    pub async fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64> {
        match &mut self.0 {
            Inner::Sqlite(conn) => conn.execute(sql, params),
            Inner::Postgres(conn) => conn.execute(sql, params).await,
        }
    }

    /// Several statements without parameters (migrations, pragmas).
    pub async fn execute_batch(&mut self, sql: &str) -> Result<()> {
        match &mut self.0 {
            Inner::Sqlite(conn) => conn.execute_batch(sql),
            Inner::Postgres(conn) => conn.execute_batch(sql).await,
        }
    }

    /// Inserts one row; gives the id that the database chose for `id`.
    pub async fn insert_row(
        &mut self,
        table: &str,
        id: &str,
        columns: &[&str],
        values: &[Value<'_>],
    ) -> Result<i64> {
        let mut sql = format!("INSERT INTO {table} ({}) VALUES (", columns.join(", "));
        for index in 1..=columns.len() {
            sql.push_str(if index == 1 { "$" } else { ", $" });
            sql.push_str(&index.to_string());
        }
        sql.push_str(") RETURNING ");
        sql.push_str(id);
        let (id,): (i64,) = self.query_one(&sql, values).await?;
        Ok(id)
    }

    /// Inserts many rows in as few statements as the engine's parameter limit allows. `rows` holds the
    /// values row by row.
    pub async fn insert_many(&mut self, table: &str, columns: &[&str], rows: &[Value<'_>]) -> Result<()> {
        let width = columns.len();
        for chunk in rows.chunks((30_000 / width) * width) {
            let mut sql = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
            for (index, _) in chunk.iter().enumerate() {
                sql.push_str(match index % width {
                    0 if index == 0 => "($",
                    0 => "), ($",
                    _ => ", $",
                });
                sql.push_str(&(index + 1).to_string());
            }
            sql.push(')');
            self.execute(&sql, chunk).await?;
        }
        Ok(())
    }
}

/// A transaction, with what is to be done once it is committed.
pub struct Tx {
    conn: Conn,
    /// The time of the transaction: everything it writes carries this one.
    pub now: Timestamp,
    wakes: bool,
}

impl Tx {
    /// After the commit, wakes the workers: the transaction enqueued a job or wrote an event.
    pub fn wake_workers(&mut self) {
        self.wakes = true;
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    clock: Clock,
    wake: Arc<Wake>,
    heavy: Arc<Semaphore>,
}

#[derive(Clone)]
enum Engine {
    Sqlite(Arc<sqlite::Database>),
    Postgres(Arc<postgres::Database>),
}

/// Tells the workers of this process, and the notifier of the others, that there is something to do.
#[derive(Default)]
struct Wake {
    workers: Notify,
    others: Notify,
    pending: AtomicBool,
}

impl Store {
    /// Opens the database and brings its schema up to date.
    pub async fn open(options: &StoreOptions, clock: Clock) -> Result<Self> {
        let store = Self::connect(options, clock)?;
        store.migrate().await?;
        Ok(store)
    }

    /// Opens the database as it is.
    pub fn connect(options: &StoreOptions, clock: Clock) -> Result<Self> {
        let engine = match &options.database_url {
            Some(url) => Engine::Postgres(Arc::new(postgres::Database::open(url, options.connections)?)),
            None => {
                Engine::Sqlite(Arc::new(sqlite::Database::open(&options.sqlite_path, options.connections)?))
            }
        };
        Ok(Self { engine, clock, wake: Arc::default(), heavy: Arc::new(Semaphore::new(2)) })
    }

    pub fn dialect(&self) -> Dialect {
        match &self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// A connection for bounded reads. On SQLite each statement sees the newest commit; use
    /// [`Store::snapshot`] where several must see the same one.
    pub async fn read(&self) -> Result<ReadConn> {
        let conn = match &self.engine {
            Engine::Sqlite(database) => Conn(Inner::Sqlite(database.reader()?)),
            Engine::Postgres(database) => Conn(Inner::Postgres(database.connection().await?)),
        };
        Ok(ReadConn { conn: Some(conn), engine: self.engine.clone(), in_snapshot: false })
    }

    /// A connection whose statements all see one state of the database.
    pub async fn snapshot(&self) -> Result<ReadConn> {
        let mut conn = self.read().await?;
        let begin = match &self.engine {
            Engine::Sqlite(_) => "BEGIN",
            Engine::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        conn.begin(begin).await?;
        Ok(conn)
    }

    /// Runs work of unbounded cost (search, export) on a thread of its own, a few at a time, so that it
    /// never stands in the way of bounded requests.
    pub async fn heavy<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let permit =
            self.heavy.clone().acquire_owned().await.map_err(|it| Error::internal(it.to_string()))?;
        let mut conn = self.snapshot().await?;
        match &self.engine {
            Engine::Sqlite(_) => {
                tokio::task::spawn_blocking(move || {
                    let _permit = permit;
                    sqlite::complete(work(&mut conn))
                })
                .await?
            }
            Engine::Postgres(_) => {
                let answer = work(&mut conn).await;
                conn.finish().await?;
                answer
            }
        }
    }

    /// Runs `work` in one transaction. Nothing of it stays when it returns an error. On SQLite `work`
    /// must not wait for anything but its statements.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let now = self.clock.now();
        let (answer, wakes) = match &self.engine {
            Engine::Sqlite(database) => database.write(now, work).await?,
            Engine::Postgres(database) => database.write(now, work).await?,
        };
        if wakes {
            self.wake_workers();
        }
        Ok(answer)
    }

    fn wake_workers(&self) {
        self.wake.pending.store(true, Ordering::Release);
        self.wake.workers.notify_waiters();
        self.wake.others.notify_one();
    }

    /// Resolves once a transaction of any process, that ended after this call, may have left something
    /// to do.
    pub fn woken(&self) -> impl Future<Output = ()> + Send + '_ {
        self.wake.workers.notified()
    }

    /// Carries wake-ups between the processes of one PostgreSQL (NOTIFY, coalesced; LISTEN). Never
    /// returns there; returns at once on SQLite, which serves one process.
    pub async fn run_notifier(&self) {
        if let Engine::Postgres(database) = &self.engine {
            database.run_notifier(&self.wake).await;
        }
    }

    /// Waits until everything acknowledged is on disk and closes the writer.
    pub async fn close(&self) {
        if let Engine::Sqlite(database) = &self.engine {
            database.close().await;
        }
    }
}

/// A connection borrowed from the store.
pub struct ReadConn {
    conn: Option<Conn>,
    engine: Engine,
    in_snapshot: bool,
}

impl ReadConn {
    async fn begin(&mut self, sql: &str) -> Result<()> {
        self.in_snapshot = true;
        self.execute_batch(sql).await
    }

    /// Ends a snapshot early. On PostgreSQL a snapshot that is only dropped costs its connection.
    pub async fn finish(mut self) -> Result<()> {
        if std::mem::take(&mut self.in_snapshot) {
            self.execute_batch("COMMIT").await?;
        }
        Ok(())
    }
}

impl Deref for ReadConn {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        self.conn.as_ref().expect("a borrowed connection is there until it is dropped")
    }
}

impl DerefMut for ReadConn {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn.as_mut().expect("a borrowed connection is there until it is dropped")
    }
}

impl Drop for ReadConn {
    fn drop(&mut self) {
        match (self.conn.take().map(|it| it.0), &self.engine) {
            (Some(Inner::Sqlite(conn)), Engine::Sqlite(database)) => {
                database.give_back(conn, self.in_snapshot)
            }
            (Some(Inner::Postgres(conn)), _) if self.in_snapshot => conn.discard(),
            _ => {}
        }
    }
}
