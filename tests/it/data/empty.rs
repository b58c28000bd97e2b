//! An installation that nobody has set up yet.

use std::path::Path;
use std::sync::Arc;

use answerpal::app::App;
use answerpal::clock::{Clock, Random};
use answerpal::config::Config;
use answerpal::domain::backup::{self, Manifest};
use answerpal::error::Error;
use answerpal::model::Timestamp;
use tempfile::TempDir;

use crate::support::{Database, Engine};

/// An installation without a tenant.
pub struct Empty {
    pub config: Config,
    pub folder: TempDir,
    database: Database,
}

impl Empty {
    pub async fn new(engine: Engine) -> Option<Self> {
        let database = Database::new(engine).await?;
        let folder = TempDir::new().unwrap();
        let config = Config {
            data_dir: folder.path().to_owned(),
            database_url: database.url.clone(),
            connections: 2,
            ..Config::default()
        };
        Some(Self { config, folder, database })
    }

    pub async fn restore(&self, archive: &Path, force: bool) -> Result<Manifest, Error> {
        backup::restore(&self.config, Clock::fixed(Timestamp(0)), archive, force, Arc::new(())).await
    }

    pub async fn open(&self) -> App {
        App::open(self.config.clone(), Clock::fixed(Timestamp(0)), Random::seeded(3)).await.unwrap()
    }

    pub async fn remove(mut self, app: App) {
        app.store.close().await;
        self.database.remove().await;
    }
}
