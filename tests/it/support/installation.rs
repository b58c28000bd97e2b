//! An installation of its own for one test: fixed clock, seeded randomness, one tenant with its
//! Administrator.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use answerpal::app::App;
use answerpal::clock::{Clock, Random};
use answerpal::config::Config;
use answerpal::domain::customers::{self, NewCustomer};
use answerpal::model::{CustomerId, Timestamp};
use answerpal::{jobs, store};
use serde_json::json;
use tempfile::TempDir;

use super::client::Client;
use super::database::{Database, Engine};

pub const PASSWORD: &str = "correct horse battery";

/// 2026-03-02T09:00:00Z, a Monday.
const START: i64 = 1_772_442_000_000_000;

pub struct Installation {
    pub app: App,
    pub clock: Clock,
    pub engine: Engine,
    /// The Administrator of the first tenant.
    pub admin: Client,
    pub customer: CustomerId,
    folder: TempDir,
    database: Database,
    unfinished_allowed: AtomicBool,
}

impl Installation {
    /// None where the engine is not there.
    pub async fn new(engine: Engine) -> Option<Self> {
        Self::with(engine, |_| ()).await
    }

    /// With other settings.
    pub async fn with(engine: Engine, change: impl FnOnce(&mut Config)) -> Option<Self> {
        let mut this = Self::open(engine, change).await?;
        (this.customer, this.admin) = tenant(&this.app, &this.nobody(), "acme", "admin").await;
        Some(this)
    }

    /// Without a tenant; its `admin` is nobody.
    pub async fn empty(engine: Engine) -> Option<Self> {
        Self::open(engine, |_| ()).await
    }

    async fn open(engine: Engine, change: impl FnOnce(&mut Config)) -> Option<Self> {
        let database = Database::new(engine).await?;
        let folder = TempDir::new().unwrap();
        let clock = Clock::fixed(Timestamp(START));
        let mut config = Config {
            data_dir: folder.path().to_owned(),
            database_url: database.url.clone(),
            connections: 4,
            program: Some(env!("CARGO_BIN_EXE_answerpal").into()),
            public_url: Some("https://desk.example.com".into()),
            undo_seconds: 0,
            // Nothing is asked about example domains.
            dns_servers: Some("off".into()),
            ..Config::default()
        };
        change(&mut config);
        let app = App::open(config, clock.clone(), Random::seeded(7)).await.unwrap();
        let router = answerpal::api::router(app.clone());
        let (customer, admin) = (CustomerId(0), Client::new(router, None));
        Some(Self {
            app,
            clock,
            engine,
            admin,
            customer,
            folder,
            database,
            unfinished_allowed: AtomicBool::new(false),
        })
    }

    /// Without credentials.
    pub fn nobody(&self) -> Client {
        self.admin.with_authorization(None)
    }

    /// Another tenant and its Administrator.
    pub async fn other_tenant(&self) -> (CustomerId, Client) {
        tenant(&self.app, &self.nobody(), "other", "other-admin").await
    }

    /// Signs a rep in.
    pub async fn login(&self, username: &str, password: &str) -> Client {
        login(&self.nobody(), username, password).await
    }

    /// Runs every job that is due and what those enqueue, and seals the events.
    pub async fn run_jobs(&self) {
        jobs::run_until_idle(&self.app).await.unwrap();
    }

    /// Kinds of the jobs that wait or run, with how many.
    pub async fn unfinished_jobs(&self) -> Vec<(String, i64)> {
        unfinished(&self.app).await
    }

    /// Jobs may be left over when the test ends.
    pub fn allow_unfinished_jobs(&self) {
        self.unfinished_allowed.store(true, Ordering::Relaxed);
    }

    /// Another process on the same PostgreSQL, with the same clock and key.
    pub async fn second_process(&self) -> App {
        App::open(self.app.config.clone(), self.clock.clone(), Random::seeded(8)).await.unwrap()
    }

    /// Waits for what another task brings about; fails after ten seconds.
    pub async fn eventually(&self, mut happened: impl AsyncFnMut() -> bool) {
        for _ in 0..1000 {
            if happened().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it did not happen within ten seconds");
    }

    /// Runs SQL behind the application's back.
    pub async fn tamper(&self, sql: &str) {
        match self.database_url() {
            Some(url) => super::database::execute(url, sql).await,
            None => {
                let conn = rusqlite::Connection::open(self.folder.path().join("answerpal.db")).unwrap();
                conn.execute_batch(sql).unwrap();
            }
        }
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        let mut conn = self.app.store.read().await.unwrap();
        #[expect(clippy::disallowed_methods, reason = "a look behind the application's back")]
        let (count,) = conn
            .query_one::<(i64,)>(&format!("SELECT count(*) FROM {table}"), answerpal::params![])
            .await
            .unwrap();
        count
    }

    /// The number of the tenant's last sealed event.
    pub async fn last_seq(&self) -> i64 {
        let mut conn = self.app.store.read().await.unwrap();
        store::events::heads(&mut conn, vec![self.customer.0]).await.unwrap()[0].last_event_seq
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The database's address, for another process on it.
    pub fn database_url(&self) -> Option<&str> {
        self.database.url.as_deref()
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        let mut database = std::mem::replace(&mut self.database, Database::none());
        let app = self.app.clone();
        let check = !self.unfinished_allowed.load(Ordering::Relaxed) && !std::thread::panicking();
        // The test's runtime is busy with the test: cleaning up has its own.
        let cleaned = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async move {
                let mut unfinished = if check { unfinished(&app).await } else { Vec::new() };
                // Tests of other things need not wait for the pipeline of their messages and documents.
                let aside = ["index_document", "learn_imported", "learn_spam", "summarise_ticket"];
                unfinished.retain(|it| !it.0.starts_with("intake_") && !aside.contains(&it.0.as_str()));
                app.store.close().await;
                database.remove().await;
                unfinished
            })
        });
        let unfinished = cleaned.join().unwrap();
        assert!(
            unfinished.is_empty(),
            "the test left jobs over (run_jobs, or allow_unfinished_jobs): {unfinished:?}"
        );
    }
}

async fn unfinished(app: &App) -> Vec<(String, i64)> {
    store::jobs::unfinished(&mut app.store.read().await.unwrap()).await.unwrap()
}

async fn tenant(app: &App, nobody: &Client, name: &str, username: &str) -> (CustomerId, Client) {
    let new = NewCustomer {
        name: name.into(),
        hostname: Some(format!("{name}.example.com")),
        username: username.into(),
        password: PASSWORD.into(),
    };
    let customer = customers::create(app, new).await.unwrap().0;
    (customer, login(nobody, username, PASSWORD).await)
}

async fn login(nobody: &Client, username: &str, password: &str) -> Client {
    let answer = nobody
        .post("/api/Auth/login", json!({ "username": username, "password": password }))
        .await
        .expect(200);
    let token = answer["token"].as_str().unwrap();
    nobody.with_authorization(Some(format!("Bearer {token}")))
}
