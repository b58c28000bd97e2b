//! Databases of their own for tests: a file in a throw-away folder, or a database of the PostgreSQL that
//! `ANSWERPAL_TEST_DATABASE_URL` names.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::NoTls;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A database that exists for one test.
pub struct Database {
    pub url: Option<String>,
    name: Option<(String, String)>,
}

impl Database {
    /// Stands where there is nothing to remove.
    pub fn none() -> Self {
        Self { url: None, name: None }
    }

    /// None where PostgreSQL is wanted and not there: said loudly, and an error under CI.
    pub async fn new(engine: Engine) -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        if engine == Engine::Sqlite {
            return Some(Self::none());
        }
        let Ok(server) = std::env::var("ANSWERPAL_TEST_DATABASE_URL") else {
            assert!(
                std::env::var_os("CI").is_none(),
                "CI has no PostgreSQL: ANSWERPAL_TEST_DATABASE_URL is not set"
            );
            eprintln!("SKIPPED: no PostgreSQL here; run the tests by `make test`, which starts one");
            return None;
        };
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        execute(&server, &format!("CREATE DATABASE {name}")).await;
        let base = server.rsplit_once('/').unwrap().0;
        Some(Self { url: Some(format!("{base}/{name}")), name: Some((server, name)) })
    }

    /// Removes it; connections that are still open are cut.
    pub async fn remove(&mut self) {
        if let Some((server, name)) = self.name.take() {
            execute(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

pub async fn execute(server: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(server, NoTls).await.expect("PostgreSQL answers");
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.expect("the server takes it");
    drop(client);
    connection.await.unwrap().unwrap();
}
