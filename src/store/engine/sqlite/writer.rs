//! The writer's thread: group commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;

use answerpal_wire::time::Timestamp;
use futures::FutureExt;

use super::super::last::{self, Last};
use super::super::{BoxFuture, Conn, Inner, Tx};
use super::{Connection, GROUP, Savepoint, closed};
use crate::error::{Error, Result};

pub(super) type Committed = Result<(), String>;
pub(super) type Done = Box<dyn FnOnce(Committed) + Send>;
pub(super) type Job = Box<dyn FnOnce(Conn) -> (Conn, Ended, Done) + Send>;

/// How a write of a group ended.
pub(super) enum Ended {
    /// Well, or without a trace. With what it left for the end.
    Apart(Vec<Last>),
    /// With traces among those of the others.
    Tangled,
}

/// A future of statements on SQLite is ready at its first poll.
pub fn complete<T>(future: BoxFuture<'_, Result<T>>) -> Result<T> {
    future
        .now_or_never()
        .unwrap_or_else(|| Err(Error::internal("a database closure waited for something else")))
}

/// Runs a write so that it can be taken back without the others of its group.
pub(super) fn kept_apart<T, F>(conn: Conn, now: Timestamp, work: F) -> (Conn, Result<(T, bool)>, Ended)
where
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>>,
{
    let mut tx = Tx::new(conn, now);
    if let Inner::Sqlite(conn) = &mut tx.conn.0 {
        conn.savepoint.set(Savepoint::Due);
    }
    let result = catch_unwind(AssertUnwindSafe(|| complete(work(&mut tx))))
        .unwrap_or_else(|_| Err(Error::internal("a database closure panicked")));
    let Tx { mut conn, wakes, last, .. } = tx;
    let ended = match &mut conn.0 {
        Inner::Sqlite(conn) => conn.end_write(result.is_ok()),
        Inner::Postgres(_) => Err(closed()),
    };
    let is_apart = *ended.as_ref().unwrap_or(&false);
    let result = result.and_then(|answer| ended.map(|_| (answer, wakes)));
    match &result {
        Err(error) if !is_apart => {
            tracing::error!(%error, "a write failed whose traces cannot be told from the others'");
            (conn, result, Ended::Tangled)
        }
        Err(_) => (conn, result, Ended::Apart(Vec::new())),
        Ok(_) => (conn, result, Ended::Apart(last)),
    }
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

/// Takes what is waiting, keeps each write apart by a savepoint, commits once, then answers all.
pub(super) fn run_writer(conn: Connection, jobs: &Receiver<Job>) {
    let mut conn = Conn(Inner::Sqlite(conn));
    while let Ok(first) = jobs.recv() {
        let mut group: Vec<Done> = Vec::with_capacity(16);
        let mut last: Vec<Last> = Vec::new();
        let mut outcome: Committed = simple(&mut conn, "BEGIN IMMEDIATE").map_err(unavailable);
        let mut next = Some(first);
        while let Some(job) = next {
            let (returned, ended, done) = job(conn);
            conn = returned;
            group.push(done);
            match ended {
                Ended::Apart(at_end) => last.extend(at_end),
                // Where the transaction is gone already, that tells why.
                Ended::Tangled if autocommit(&conn) => {}
                Ended::Tangled => outcome = Err("A write failed; try again.".into()),
            }
            // A full disk rolls the whole transaction back on its own.
            if outcome.is_err() || autocommit(&conn) || group.len() == GROUP {
                break;
            }
            next = jobs.try_recv().ok();
        }
        if outcome.is_ok() {
            outcome = if autocommit(&conn) {
                Err("The database cannot write now: its disk may be full or read-only.".into())
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
        for (sql, params) in last::statements(last, last::powers_of_two) {
            conn.execute(&sql, &params)?;
        }
    }
    simple(conn, "COMMIT")
}

fn unavailable(error: Error) -> String {
    tracing::error!(%error, "the database cannot commit");
    "The database cannot write now: its disk may be full or read-only.".into()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use crate::clock::Clock;
    use crate::error::{Error, Result};
    use crate::params;
    use crate::store::{Store, StoreOptions, Tx};

    async fn store() -> (Store, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let options =
            StoreOptions { database_url: None, sqlite_path: folder.path().join("group.db"), connections: 1 };
        (Store::open(&options, Clock::system()).await.unwrap(), folder)
    }

    async fn put(tx: &mut Tx, name: &str) -> Result<()> {
        tx.send("INSERT INTO meta (name, value) VALUES ($1, '')", params![name]).await
    }

    async fn names(store: &Store) -> Vec<String> {
        let mut conn = store.read().await.unwrap();
        let rows: Vec<(String,)> =
            conn.query("SELECT name FROM meta WHERE name LIKE 'w%' ORDER BY name", params![]).await.unwrap();
        rows.into_iter().map(|it| it.0).collect()
    }

    /// Three writes that share a commit, of which the second fails after it has written.
    async fn group(store: &Store, waived: bool) -> [Result<()>; 3] {
        let (begin, begun) = mpsc::channel::<()>();
        let first = store.write(move |tx| {
            Box::pin(async move {
                // The others are waiting by then.
                begun.recv().unwrap();
                put(tx, "w1").await
            })
        });
        let second = store.write(move |tx| {
            Box::pin(async move {
                if waived {
                    tx.nothing_can_fail();
                }
                put(tx, "w2").await?;
                Err::<(), _>(Error::NotFound)
            })
        });
        let third = store.write(|tx| Box::pin(async move { put(tx, "w3").await }));
        let begin = async move {
            tokio::task::yield_now().await;
            begin.send(()).unwrap();
        };
        let (first, second, third, ()) = tokio::join!(first, second, third, begin);
        [first, second, third]
    }

    #[tokio::test]
    async fn a_write_that_fails_leaves_no_trace_among_the_others() {
        let (store, _folder) = store().await;
        let [first, second, third] = group(&store, false).await;
        assert!(first.is_ok() && third.is_ok());
        assert!(matches!(second, Err(Error::NotFound)));
        assert_eq!(names(&store).await, ["w1", "w3"]);
    }

    #[tokio::test]
    async fn a_write_without_a_savepoint_takes_its_group_with_it() {
        let (store, _folder) = store().await;
        for it in group(&store, true).await.into_iter().take(2) {
            assert!(matches!(it, Err(Error::Unavailable(_))), "{it:?}");
        }
        let names = names(&store).await;
        assert!(names.iter().all(|it| it == "w3"), "{names:?}");
        // The writer goes on.
        store.write(|tx| Box::pin(async move { put(tx, "w4").await })).await.unwrap();
    }

    #[tokio::test]
    async fn a_panic_is_one_write_s_own() {
        let (store, _folder) = store().await;
        let failed: Result<()> = store
            .write(|tx| {
                Box::pin(async move {
                    put(tx, "w1").await?;
                    panic!("on purpose")
                })
            })
            .await;
        assert!(failed.is_err());
        store.write(|tx| Box::pin(async move { put(tx, "w2").await })).await.unwrap();
        assert_eq!(names(&store).await, ["w2"]);
    }
}
