//! Runs statements on either engine.
//!
//! Reads take a connection and run in place: on SQLite nothing in them ever waits, so a bounded query
//! costs no thread hop. Writes are closures: on SQLite one writer thread takes what is waiting, runs
//! each in a savepoint of its own and commits once for all (group commit); on PostgreSQL each is a
//! transaction.

mod last;
mod merged;
mod postgres;
mod sqlite;

use std::borrow::Cow;
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
use last::Last;
pub use last::Rows;

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
            Inner::Postgres(conn) => read_rows(&conn.query(sql, params).await?),
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

    /// The rows of two statements that do not need each other: on PostgreSQL one round trip.
    pub async fn query_both<A: FromRow, B: FromRow>(
        &mut self,
        (one, one_params): (&str, &[Value<'_>]),
        (other, other_params): (&str, &[Value<'_>]),
    ) -> Result<(Vec<A>, Vec<B>)> {
        match &mut self.0 {
            Inner::Sqlite(_) => {
                Ok((self.query(one, one_params).await?, self.query(other, other_params).await?))
            }
            Inner::Postgres(conn) => {
                let (ones, others) = conn.query_both((one, one_params), (other, other_params)).await?;
                Ok((read_rows(&ones)?, read_rows(&others)?))
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
        for chunk in rows.chunks(values_together(columns.len())) {
            self.execute(&insert_sql(table, columns, chunk.len()), chunk).await?;
        }
        Ok(())
    }
}

fn read_rows<T: FromRow>(rows: &[tokio_postgres::Row]) -> Result<Vec<T>> {
    rows.iter().map(|row| T::from_row(&mut Columns::new(Row::Postgres(row)))).collect()
}

/// As many values as fill whole rows within the engines' limit of parameters.
fn values_together(width: usize) -> usize {
    (30_000 / width) * width
}

/// One statement for so many values, row by row.
pub(in crate::store) fn insert_sql(table: &str, columns: &[&str], values: usize) -> String {
    let mut sql = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
    for index in 0..values {
        sql.push_str(match index % columns.len() {
            0 if index == 0 => "($",
            0 => "), ($",
            _ => ", $",
        });
        sql.push_str(&(index + 1).to_string());
    }
    sql.push(')');
    sql
}

/// A transaction, with what is to be done once it is committed.
pub struct Tx {
    conn: Conn,
    /// The time of the transaction: everything it writes carries this one.
    pub now: Timestamp,
    wakes: bool,
    last: Vec<Last>,
}

impl Tx {
    fn new(conn: Conn, now: Timestamp) -> Self {
        Self { conn, now, wakes: false, last: Vec::new() }
    }

    /// Runs a statement at the end of the transaction, in the order given. For what nothing in the
    /// transaction reads again and what cannot fail for a reason of its own (the index, the trail): on
    /// SQLite a failure takes the whole group with it. There these statements run outside the savepoint,
    /// because FTS5 writes a segment at each; on PostgreSQL they go out together with the commit.
    pub fn at_end(&mut self, sql: impl Into<Cow<'static, str>>, params: Vec<Value<'static>>) {
        self.last.push(Last::Statement(sql.into(), params));
    }

    /// Inserts rows at the end of the transaction, all of one table together: on SQLite with those of the
    /// writes that share the commit.
    pub fn insert_at_end(&mut self, into: &'static Rows, values: Vec<Value<'static>>) {
        self.last.push(Last::Rows(into, values));
    }

    /// Adds to a sum at the end of the transaction, once for what is added under one key. The key's values
    /// are the first parameters of the statement, what is added is the last.
    pub fn add_at_end(&mut self, sql: &'static str, key: Vec<Value<'static>>, n: i64) {
        self.last.push(Last::Sum(sql, key, n));
    }

    /// Says, before anything is written, that nothing of what follows fails for a reason of its own. SQLite
    /// then writes it without a savepoint, which would copy every page that changes; should it fail all the
    /// same, every write that shares the commit fails with it.
    pub fn nothing_can_fail(&mut self) {
        if let Inner::Sqlite(conn) = &mut self.conn.0 {
            conn.without_savepoint();
        }
    }

    /// Runs a statement whose outcome tells nothing. On PostgreSQL it is sent with the next one that is
    /// waited for, which also tells of its failure.
    pub async fn send(&mut self, sql: &str, params: &[Value<'_>]) -> Result<()> {
        match &mut self.conn.0 {
            Inner::Sqlite(conn) => conn.execute(sql, params).map(drop),
            Inner::Postgres(conn) => {
                conn.send(sql, params);
                Ok(())
            }
        }
    }

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
        // SQLite works on this machine's cores, PostgreSQL on those of its own.
        let mut heavy = 2;
        let engine = match &options.database_url {
            Some(url) => {
                heavy = (options.connections / 2).max(1);
                Engine::Postgres(Arc::new(postgres::Database::open(url, options.connections)?))
            }
            None => {
                Engine::Sqlite(Arc::new(sqlite::Database::open(&options.sqlite_path, options.connections)?))
            }
        };
        Ok(Self { engine, clock, wake: Arc::default(), heavy: Arc::new(Semaphore::new(heavy)) })
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
        conn.in_snapshot = true;
        match &mut conn.0 {
            Inner::Sqlite(conn) => conn.execute("BEGIN", &[]).map(drop)?,
            Inner::Postgres(conn) => conn.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        }
        Ok(conn)
    }

    /// For bounded reads that should see one state where that is cheap: on SQLite a snapshot.
    pub async fn light(&self) -> Result<ReadConn> {
        match &self.engine {
            Engine::Sqlite(_) => self.snapshot().await,
            Engine::Postgres(_) => self.read().await,
        }
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

    /// Opens the connections that there may be, so that the first requests find them made. Does nothing on
    /// SQLite, where one is made in no time.
    pub async fn open_connections(&self) {
        if let Engine::Postgres(database) = &self.engine {
            database.open_connections().await;
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
    /// Ends a snapshot early. On PostgreSQL a snapshot that is only dropped costs its connection.
    pub async fn finish(mut self) -> Result<()> {
        if std::mem::take(&mut self.in_snapshot) {
            match &mut self.0 {
                Inner::Sqlite(conn) => conn.execute("COMMIT", &[]).map(drop)?,
                Inner::Postgres(conn) => conn.end("COMMIT").await?,
            }
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
