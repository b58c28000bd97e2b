//! Attachments' content over an object store: a local folder by default, S3-compatible for scale.

use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::config::Config;
use crate::error::{Error, Result};

/// The object store.
#[derive(Clone)]
pub struct Files(Arc<dyn ObjectStore>);

impl Files {
    pub fn open(config: &Config) -> Result<Self> {
        if let Some(url) = &config.files_url {
            return Self::open_s3(url);
        }
        let folder = config.data_dir.join("files");
        std::fs::create_dir_all(&folder)?;
        let local = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self(Arc::new(local)))
    }

    /// `s3://bucket/prefix`; keys, region and endpoint come from the usual `AWS_*` variables.
    fn open_s3(url: &str) -> Result<Self> {
        let wrong = |why: String| Error::invalid("files-url", why);
        let parsed = url.parse().map_err(|_| wrong("must look like s3://bucket/prefix".into()))?;
        let options = std::env::vars().filter(|(name, _)| name.starts_with("AWS_"));
        let options = options.map(|(name, value)| (name.to_ascii_lowercase(), value));
        let (store, prefix) =
            object_store::parse_url_opts(&parsed, options).map_err(|it| wrong(it.to_string()))?;
        Ok(Self(Arc::new(object_store::prefix::PrefixStore::new(store, prefix))))
    }

    /// Whether the store answers.
    pub async fn check(&self) -> Result<()> {
        match self.0.head(&"readiness".into()).await {
            Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes content; there may be none under this key.
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self.0.delete(&key.into()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub fn store(&self) -> &dyn ObjectStore {
        self.0.as_ref()
    }
}
