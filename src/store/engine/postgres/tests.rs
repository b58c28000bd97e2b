use std::task::Poll;
use std::time::Instant;

use super::*;
use crate::store::testing::postgres_server;

/// The server's own database with so many connections to it, and another one to look on; None where there is
/// no PostgreSQL.
async fn database(connections: usize) -> Option<(Database, Database)> {
    let url = postgres_server()?;
    Some((Database::open(&url, connections).unwrap(), Database::open(&url, 1).unwrap()))
}

/// Waits until so many statements with the mark are at work; fails after half a minute.
async fn until_at_work(looking_on: &mut Connection, mark: &str, wanted: i64) {
    let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()
               AND position(CAST($1 AS TEXT) IN query) > 0";
    let begun = Instant::now();
    loop {
        let at_work: i64 = looking_on.query(sql, &[mark.into()]).await.unwrap()[0].get(0);
        if at_work == wanted {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{at_work} at work, not {wanted}");
    }
}

async fn ask(conn: &mut Connection, n: i64) -> Result<i64> {
    let rows = conn.query("SELECT CAST($1 AS BIGINT)", &[n.into()]).await?;
    Ok(rows[0].get(0))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_ends_with_those_who_wait_for_it() {
    let Some((database, other)) = database(1).await else { return };
    let mut looking_on = other.connection().await.unwrap();
    for begin in [None, Some("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")] {
        let mark = format!("left by {} in {begin:?}", std::process::id());
        let mut conn = database.connection().await.unwrap();
        if let Some(begin) = begin {
            conn.begin(begin);
        }
        let sql = format!("SELECT pg_sleep(600) /* {mark} */");
        {
            let mut left = std::pin::pin!(conn.query(&sql, &[]));
            tokio::select! {
                _ = &mut left => panic!("nobody sleeps so short"),
                () = until_at_work(&mut looking_on, &mark, 1) => {}
            }
        }
        match begin {
            Some(_) => conn.discard(),
            None => drop(conn),
        }
        until_at_work(&mut looking_on, &mark, 0).await;
        assert_eq!(ask(&mut database.connection().await.unwrap(), 7).await.unwrap(), 7);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_next_gets_their_own_rows() {
    let Some((database, _)) = database(1).await else { return };
    // Left at any stage: while it is prepared, while it runs, while its rows come.
    for polls in 0..120 {
        let mut conn = database.connection().await.unwrap();
        {
            let sql = format!("SELECT -i FROM generate_series(1, 3000) i /* {} */", polls % 40);
            let mut left = std::pin::pin!(conn.query(&sql, &[]));
            for _ in 0..polls % 12 {
                if let Poll::Ready(all) = futures::poll!(&mut left) {
                    assert_eq!(all.unwrap().len(), 3000);
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        drop(conn);
        let mut conn = database.connection().await.unwrap();
        for n in [polls, 1000 + polls] {
            assert_eq!(ask(&mut conn, n).await.unwrap(), n);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_opened_ahead_where_there_is_a_server() {
    let nowhere = Database::open("postgres://nobody@127.0.0.1:1/none", 4).unwrap();
    nowhere.open_connections().await;
    assert_eq!(nowhere.pool.status().size, 0);
    let Some((database, _)) = database(4).await else { return };
    let held = database.connection().await.unwrap();
    database.open_connections().await;
    drop(held);
    let status = database.pool.status();
    assert_eq!((status.size, status.available), (4, 4));
    // Nobody waits for those who hold them all.
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(database.connection().await.unwrap());
    }
    database.open_connections().await;
}
