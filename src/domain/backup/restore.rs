//! Puts an archive back.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use object_store::{ObjectStoreExt, PutPayload, WriteMultipart};

use super::rows::{TableDigest, decode, encode};
use super::verify::open;
use super::{CHUNK, Manifest, TableEntry, damaged, unreadable, verify};
use crate::app::{present_master_key, store_options, write_master_key};
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::MasterKey;
use crate::domain::progress::Progress;
use crate::domain::search_index;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::store::dump::{self, Table};
use crate::store::{Store, Tx, Value};

/// Batches of rows that are read ahead of the database.
const AHEAD: usize = 8;
/// A file up to this size is written at once.
const AT_ONCE: u64 = 5 * 1024 * 1024;

/// Puts `archive` in place of what is there, which must be nothing unless `force` is set. The archive is
/// verified first; rows are loaded and compared in one transaction, so a failure leaves the database
/// as it was.
pub async fn restore(
    config: &Config,
    clock: Clock,
    archive: &Path,
    force: bool,
    progress: Arc<dyn Progress>,
) -> Result<Manifest> {
    let (manifest, key) = verify(archive, progress.as_ref())?;
    std::fs::create_dir_all(&config.data_dir)?;
    let new_key = choose_key(config, &manifest, key)?;
    let store = Store::open(&store_options(config), clock).await?;
    let files = Files::open(config)?;
    refuse_unless_free(&store, force).await?;
    if let Some(key) = new_key {
        write_master_key(config, &key)?;
    }
    let old_files = present_files(&store).await?;
    put_files(&files, archive, &manifest, progress.as_ref()).await?;
    load(&store, archive.to_owned(), manifest.clone(), progress.clone()).await?;
    remove_files(&files, &manifest, old_files).await?;
    store.close().await;
    Ok(manifest)
}

/// The key to write, where the archive has it and there is none. Fails where the secrets could not be
/// read afterwards.
fn choose_key(config: &Config, manifest: &Manifest, carried: Option<MasterKey>) -> Result<Option<MasterKey>> {
    match present_master_key(config)? {
        Some(present) if present.fingerprint() == manifest.key_fingerprint => Ok(None),
        Some(_) => Err(Error::invalid(
            "secret-key",
            "is not the one that this backup was made with: give that one in ANSWERPAL_SECRET_KEY, or put its secret.key into the data folder in place of the present one",
        )),
        None if carried.is_some() => Ok(carried),
        None => Err(Error::invalid(
            "secret-key",
            "is needed, because this backup was made without --with-key: put the secret.key of that installation into the data folder, or give it in ANSWERPAL_SECRET_KEY",
        )),
    }
}

async fn refuse_unless_free(store: &Store, force: bool) -> Result<()> {
    let mut conn = store.read().await?;
    if dump::is_in_use(&mut conn, store.clock().now()).await? {
        return Err(Error::Conflict(
            "A server works on this database: stop it, wait a minute, then restore again.".into(),
        ));
    }
    if !force && dump::has_customers(&mut conn).await? {
        return Err(Error::Conflict(
            "This installation is not empty. To replace everything in it by the backup, repeat with --force."
                .into(),
        ));
    }
    Ok(())
}

async fn present_files(store: &Store) -> Result<Vec<String>> {
    let mut conn = store.read().await?;
    let mut keys: Vec<String> = Vec::new();
    loop {
        let after = keys.last().cloned().unwrap_or_default();
        let more = dump::object_keys(&mut conn, &after, 1000).await?;
        if more.is_empty() {
            return Ok(keys);
        }
        keys.extend(more);
    }
}

/// Files come first: those of a restore that failed later are in nobody's way.
async fn put_files(
    files: &Files,
    archive: &Path,
    manifest: &Manifest,
    progress: &dyn Progress,
) -> Result<()> {
    if manifest.files.is_empty() {
        return Ok(());
    }
    progress.begin("Putting files back", manifest.files.len() as u64);
    let file = File::open(archive).map_err(|it| unreadable(archive, it))?;
    let mut tar = open(archive, file)?;
    for entry in tar.entries().map_err(|it| damaged(archive, it))? {
        let mut entry = entry.map_err(|it| damaged(archive, it))?;
        let path = entry.path().map_err(|it| damaged(archive, it))?.display().to_string();
        if let Some(key) = path.strip_prefix("files/") {
            let size = entry.size();
            put_file(files, key, size, &mut entry).await?;
            progress.advance(1);
        }
    }
    Ok(())
}

async fn put_file(files: &Files, key: &str, size: u64, content: &mut impl Read) -> Result<()> {
    let path = object_store::path::Path::from(key);
    if size <= AT_ONCE {
        let mut bytes = Vec::with_capacity(size as usize);
        content.read_to_end(&mut bytes)?;
        files.store().put(&path, PutPayload::from(bytes)).await?;
        return Ok(());
    }
    let mut upload = WriteMultipart::new(files.store().put_multipart(&path).await?);
    let mut buffer = vec![0; 1024 * 1024];
    loop {
        let read = content.read(&mut buffer)?;
        if read == 0 {
            upload.finish().await?;
            return Ok(());
        }
        upload.wait_for_capacity(4).await?;
        upload.write(&buffer[..read]);
    }
}

/// Files that only the replaced database named.
async fn remove_files(files: &Files, manifest: &Manifest, old: Vec<String>) -> Result<()> {
    let kept: HashSet<&str> = manifest.files.iter().map(|it| it.key.as_str()).collect();
    for key in old.iter().filter(|it| !kept.contains(it.as_str())) {
        match files.store().delete(&key.as_str().into()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Rows of one table.
struct Batch {
    table: usize,
    values: Vec<Value<'static>>,
}

async fn load(
    store: &Store,
    archive: PathBuf,
    manifest: Manifest,
    progress: Arc<dyn Progress>,
) -> Result<()> {
    progress.begin("Loading rows", manifest.rows());
    let (sender, batches) = sync_channel(AHEAD);
    let tables = manifest.tables.clone();
    let reading = tokio::task::spawn_blocking(move || {
        if let Err(error) = read_tables(&archive, &tables, &sender) {
            // The other side has given up already.
            let _ = sender.send(Err(error));
        }
    });
    let loaded = store
        .write(move |tx| Box::pin(async move { load_all(tx, &manifest, batches, progress.as_ref()).await }))
        .await;
    reading.await?;
    loaded
}

fn read_tables(archive: &Path, tables: &[TableEntry], out: &SyncSender<Result<Batch>>) -> Result<()> {
    let file = File::open(archive).map_err(|it| unreadable(archive, it))?;
    let mut tar = open(archive, file)?;
    for entry in tar.entries().map_err(|it| damaged(archive, it))? {
        let entry = entry.map_err(|it| damaged(archive, it))?;
        let path = entry.path().map_err(|it| damaged(archive, it))?.display().to_string();
        if let Some(table) = tables.iter().position(|it| it.path() == path) {
            let wrong = |number: usize, why: String| damaged(archive, format!("{path} line {number} {why}"));
            let mut values = Vec::new();
            for (number, line) in BufReader::new(entry).split(b'\n').enumerate() {
                let line = line.map_err(|it| damaged(archive, it))?;
                decode(&line, &tables[table].columns, &mut values).map_err(|it| wrong(number + 1, it))?;
                if (number + 1).is_multiple_of(CHUNK)
                    && out.send(Ok(Batch { table, values: std::mem::take(&mut values) })).is_err()
                {
                    return Ok(());
                }
            }
            if !values.is_empty() && out.send(Ok(Batch { table, values })).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

async fn load_all(
    tx: &mut Tx,
    manifest: &Manifest,
    batches: Receiver<Result<Batch>>,
    progress: &dyn Progress,
) -> Result<()> {
    let present = matching_tables(tx, manifest).await?;
    dump::clear(tx).await?;
    while let Ok(batch) = batches.recv() {
        let Batch { table, values } = batch?;
        let entry = &manifest.tables[table];
        dump::insert(tx, &entry.name, &entry.columns, &values).await?;
        progress.advance((values.len() / entry.columns.len()) as u64);
    }
    for entry in &manifest.tables {
        if let Some(last) = entry.last_id {
            dump::set_last_id(tx, &entry.name, last).await?;
        }
    }
    progress.begin("Comparing rows", manifest.rows());
    for (table, entry) in present.iter().zip(&manifest.tables) {
        compare(tx, table, entry, progress).await?;
    }
    dump::rebuild_counts(tx).await?;
    let tickets = manifest.tables.iter().find(|it| it.name == "tickets").map_or(0, |it| it.rows);
    progress.begin("Building the search index", tickets);
    search_index::build(tx, progress).await
}

/// The database's tables in the manifest's order, with its order of columns.
async fn matching_tables(tx: &mut Tx, manifest: &Manifest) -> Result<Vec<Table>> {
    let present = dump::tables(tx).await?;
    let mut matching = Vec::with_capacity(present.len());
    for entry in &manifest.tables {
        let table = present.iter().find(|it| it.name == entry.name);
        let table = table.and_then(|it| it.ordered_as(&entry.columns));
        matching.push(table.ok_or_else(|| {
            Error::Conflict(format!(
                "The backup's table {} is not like this version's: restore it with the version {} that wrote it.",
                entry.name, manifest.program
            ))
        })?);
    }
    Ok(matching)
}

async fn compare(tx: &mut Tx, table: &Table, entry: &TableEntry, progress: &dyn Progress) -> Result<()> {
    let (mut digest, mut after, mut line) = (TableDigest::default(), None, Vec::new());
    loop {
        let rows = dump::rows_after(tx, table, after.as_deref(), CHUNK as i64).await?;
        for row in &rows {
            line.clear();
            encode(row, &mut line)?;
            digest.add(&line);
        }
        progress.advance(rows.len() as u64);
        if rows.len() < CHUNK {
            break;
        }
        after = rows.last().map(|it| table.key_of(it));
    }
    if digest.to_hex() != entry.digest || digest.rows != entry.rows {
        return Err(Error::internal(format!(
            "table {} did not arrive as it is in the backup; nothing was changed",
            table.name
        )));
    }
    Ok(())
}
