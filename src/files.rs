//! Attachments' content over an object store: a local folder by default, S3-compatible for scale.
//! Content is streamed both ways and never held whole.

pub mod names;
pub mod sniff;
pub mod thumbnail;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::TryStreamExt;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Config;
use crate::error::{Error, Result};

/// A disk takes any part; small ones keep memory low.
const LOCAL_PART: usize = 256 * 1024;
/// S3 refuses smaller parts (but the last).
const REMOTE_PART: usize = 5 * 1024 * 1024;
/// Uploads that hold a part in memory at one time; the others wait for their turn.
const UPLOADS_AT_ONCE: usize = 32;

/// The object store.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    /// Where they are, if that is here.
    folder: Option<PathBuf>,
    part: usize,
    uploads: Arc<Semaphore>,
}

impl Files {
    pub fn open(config: &Config) -> Result<Self> {
        if let Some(url) = &config.files_url {
            return Self::open_s3(url);
        }
        let folder = config.data_dir.join("files");
        std::fs::create_dir_all(&folder)?;
        let local = LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true);
        Ok(Self { folder: Some(folder), ..Self::over(Arc::new(local), LOCAL_PART) })
    }

    /// `s3://bucket/prefix`; keys, region and endpoint come from the usual `AWS_*` variables.
    fn open_s3(url: &str) -> Result<Self> {
        let wrong = |why: String| Error::invalid("files-url", why);
        let parsed = url.parse().map_err(|_| wrong("must look like s3://bucket/prefix".into()))?;
        let options = std::env::vars().filter(|(name, _)| name.starts_with("AWS_"));
        let options = options.map(|(name, value)| (name.to_ascii_lowercase(), value));
        let (store, prefix) =
            object_store::parse_url_opts(&parsed, options).map_err(|it| wrong(it.to_string()))?;
        Ok(Self::over(Arc::new(object_store::prefix::PrefixStore::new(store, prefix)), REMOTE_PART))
    }

    fn over(store: Arc<dyn ObjectStore>, part: usize) -> Self {
        Self { store, folder: None, part, uploads: Arc::new(Semaphore::new(UPLOADS_AT_ONCE)) }
    }

    /// Whether the store answers.
    pub async fn check(&self) -> Result<()> {
        match self.store.head(&"readiness".into()).await {
            Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Begins to write content; nothing is there under its key before [`Upload::finish`].
    pub async fn upload(&self, key: &str) -> Result<Upload> {
        let permit = self.uploads.clone().acquire_owned().await;
        Ok(Upload {
            store: self.store.clone(),
            path: key.into(),
            part: self.part,
            buffer: BytesMut::new(),
            parts: None,
            _permit: permit.map_err(|it| Error::internal(it.to_string()))?,
        })
    }

    /// Bytes of content that has at least `range.end` of them.
    pub async fn read(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, object_store::Result<Bytes>>> {
        if range.is_empty() {
            return Ok(Box::pin(futures::stream::empty()));
        }
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        Ok(self.store.get_opts(&key.into(), options).await?.into_stream())
    }

    /// Content of so many bytes, whole in memory.
    pub async fn read_whole(&self, key: &str, length: u64) -> Result<Vec<u8>> {
        let mut stream = self.read(key, 0..length).await?;
        let mut whole = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        while let Some(bytes) = stream.try_next().await? {
            whole.extend_from_slice(&bytes);
        }
        Ok(whole)
    }

    /// Removes content, and what an upload that never ended wrote beside it; there may be none under this
    /// key.
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self.store.delete(&key.into()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        match &self.folder {
            Some(folder) => remove_staged(&folder.join(key)).await,
            None => Ok(()),
        }
    }

    pub fn store(&self) -> &dyn ObjectStore {
        self.store.as_ref()
    }
}

/// The store writes parts into `{name}#1` and so on; a process that is killed leaves that behind.
async fn remove_staged(path: &std::path::Path) -> Result<()> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|it| it.to_str())) else {
        return Ok(());
    };
    let mut entries = match tokio::fs::read_dir(folder).await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    let staged = format!("{name}#");
    while let Some(entry) = entries.next_entry().await? {
        if entry.file_name().to_str().is_some_and(|it| it.starts_with(&staged)) {
            tokio::fs::remove_file(entry.path()).await?;
        }
    }
    Ok(())
}

/// Content that is being written. Dropped before it is finished, it leaves nothing.
pub struct Upload {
    store: Arc<dyn ObjectStore>,
    path: Path,
    part: usize,
    buffer: BytesMut,
    parts: Option<Box<dyn MultipartUpload>>,
    _permit: OwnedSemaphorePermit,
}

impl Upload {
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(self.part - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() == self.part {
                self.write_part().await?;
            }
        }
        Ok(())
    }

    /// Returns when the content is durable and can be read.
    pub async fn finish(mut self) -> Result<()> {
        if self.parts.is_none() {
            let whole = std::mem::take(&mut self.buffer).freeze();
            self.store.put(&self.path, whole.into()).await?;
            return Ok(());
        }
        if !self.buffer.is_empty() {
            self.write_part().await?;
        }
        if let Some(parts) = &mut self.parts {
            parts.complete().await?;
        }
        self.parts = None;
        Ok(())
    }

    async fn write_part(&mut self) -> Result<()> {
        let part = std::mem::take(&mut self.buffer).freeze();
        let parts = match &mut self.parts {
            Some(parts) => parts,
            None => self.parts.insert(self.store.put_multipart(&self.path).await?),
        };
        parts.put_part(part.into()).await?;
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let Some(mut parts) = self.parts.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            if let Err(error) = parts.abort().await {
                tracing::warn!(%error, "an upload that was cut off left parts in the file store");
            }
        });
    }
}
