//! An installation of its own for one test: fixed clock, seeded randomness, one tenant with its
//! Administrator.

use answerpal::app::App;
use answerpal::clock::{Clock, Random};
use answerpal::config::Config;
use answerpal::domain::customers::{self, NewCustomer};
use answerpal::model::{CustomerId, Timestamp};
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
}

impl Installation {
    /// None where the engine is not there.
    pub async fn new(engine: Engine) -> Option<Self> {
        Self::with(engine, |_| ()).await
    }

    /// With other settings.
    pub async fn with(engine: Engine, change: impl FnOnce(&mut Config)) -> Option<Self> {
        let database = Database::new(engine).await?;
        let folder = TempDir::new().unwrap();
        let clock = Clock::fixed(Timestamp(START));
        let mut config = Config {
            data_dir: folder.path().to_owned(),
            database_url: database.url.clone(),
            connections: 4,
            public_url: Some("https://desk.example.com".into()),
            ..Config::default()
        };
        change(&mut config);
        let app = App::open(config, clock.clone(), Random::seeded(7)).await.unwrap();
        let router = answerpal::api::router(app.clone());
        let nobody = Client::new(router, None);
        let (customer, admin) = tenant(&app, &nobody, "acme", "admin").await;
        Some(Self { app, clock, engine, admin, customer, folder, database })
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
        // The test's runtime is busy with the test: cleaning up has its own.
        let cleaned = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(
                async move {
                    app.store.close().await;
                    database.remove().await;
                },
            );
        });
        cleaned.join().unwrap();
    }
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
