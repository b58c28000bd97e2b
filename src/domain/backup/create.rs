//! Writes an archive of one snapshot.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use futures::StreamExt;
use object_store::ObjectStoreExt;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::archive::Archive;
use super::rows::{TableDigest, encode};
use super::{CHUNK, FORMAT, FileEntry, KEY, MANIFEST, Manifest, TableEntry, verify};
use crate::app::App;
use crate::crypto::hex;
use crate::domain::progress::Progress;
use crate::error::{Error, Result};
use crate::store::dump::{self, Table};
use crate::store::{Conn, schema_version};

/// Compression of what is put aside for a moment: fast.
const SPOOL_LEVEL: i32 = 1;

/// Writes `target`, replacing it only once the new archive is whole, on disk and verified. Other
/// processes may serve and write meanwhile: the archive holds one moment.
///
/// # Errors
/// `Invalid` where `target` cannot be written, or is something else than an archive, such as the database.
pub async fn create(app: &App, target: &Path, with_key: bool, progress: &dyn Progress) -> Result<Manifest> {
    let folder = folder_of(target);
    let cannot = |error: std::io::Error| {
        Error::invalid(target.display().to_string(), format!("cannot be written: {error}"))
    };
    if !may_be_replaced(target).map_err(cannot)? {
        let why = "is there and is no backup: it is not overwritten";
        return Err(Error::invalid(target.display().to_string(), why));
    }
    let part = tempfile::Builder::new().prefix(".answerpal-").suffix(".part").tempfile_in(&folder);
    let mut part: NamedTempFile = part.map_err(cannot)?;
    let manifest = write(app, part.as_file_mut(), &folder, with_key, progress).await?;
    part.as_file().sync_all().map_err(cannot)?;
    verify(part.path(), progress)?;
    part.persist(target).map_err(|it| cannot(it.error))?;
    File::open(&folder)?.sync_all()?;
    Ok(manifest)
}

/// Whether nothing is lost with what is there: nothing, an empty file, or an earlier archive.
fn may_be_replaced(target: &Path) -> std::io::Result<bool> {
    /// How what zstd compressed begins.
    const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    let is_file = match std::fs::metadata(target) {
        Ok(found) => found.is_file(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    if !is_file {
        return Ok(false);
    }
    let mut head = Vec::new();
    File::open(target)?.take(MAGIC.len() as u64).read_to_end(&mut head)?;
    Ok(head.is_empty() || head == MAGIC)
}

fn folder_of(target: &Path) -> PathBuf {
    target.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

async fn write(
    app: &App,
    out: &mut File,
    folder: &Path,
    with_key: bool,
    progress: &dyn Progress,
) -> Result<Manifest> {
    let now = app.clock.now();
    let mut archive = Archive::new(out, now)?;
    let mut conn = app.store.snapshot().await?;
    let tables = write_tables(&mut conn, &mut archive, folder, progress).await?;
    let keys = object_keys(&mut conn).await?;
    conn.finish().await?;
    let (files, missing_files) = write_files(app, &mut archive, keys, progress).await?;
    if with_key {
        archive.add(KEY, app.key.to_hex().as_bytes())?;
    }
    let manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").into(),
        schema: schema_version(),
        created: now.to_string(),
        key_fingerprint: app.key.fingerprint(),
        with_key,
        tables,
        files,
        missing_files,
    };
    archive.add(MANIFEST, &serde_json::to_vec_pretty(&manifest)?)?;
    archive.finish()?;
    Ok(manifest)
}

async fn write_tables(
    conn: &mut Conn,
    archive: &mut Archive<&mut File>,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<Vec<TableEntry>> {
    let tables = dump::tables(conn).await?;
    let last_ids = dump::last_ids(conn).await?;
    let mut rows = 0;
    for table in &tables {
        rows += dump::count(conn, table).await?;
    }
    progress.begin("Copying rows", rows);
    let mut entries = Vec::with_capacity(tables.len());
    for table in &tables {
        let mut spool = zstd::Encoder::new(tempfile::tempfile_in(folder)?, SPOOL_LEVEL)?;
        let mut entry = spool_table(conn, table, &mut spool, progress).await?;
        entry.last_id = last_ids.iter().find(|it| it.0 == table.name).map(|it| it.1);
        let mut spooled = spool.finish()?;
        spooled.rewind()?;
        copy(archive, &mut zstd::Decoder::new(spooled)?, &entry.path(), entry.bytes)?;
        entries.push(entry);
    }
    Ok(entries)
}

/// An entry of an archive tells its size before its content, so the rows are put aside first.
async fn spool_table(
    conn: &mut Conn,
    table: &Table,
    spool: &mut impl Write,
    progress: &dyn Progress,
) -> Result<TableEntry> {
    let (mut digest, mut sha256, mut bytes) = (TableDigest::default(), Sha256::new(), 0);
    let (mut after, mut line) = (None, Vec::new());
    loop {
        let rows = dump::rows_after(conn, table, after.as_deref(), CHUNK as i64).await?;
        for row in &rows {
            line.clear();
            encode(row, &mut line)?;
            digest.add(&line);
            sha256.update(&line);
            bytes += line.len() as u64;
            spool.write_all(&line)?;
        }
        progress.advance(rows.len() as u64);
        if rows.len() < CHUNK {
            break;
        }
        after = rows.last().map(|it| table.key_of(it));
    }
    Ok(TableEntry {
        name: table.name.clone(),
        columns: table.columns.clone(),
        rows: digest.rows,
        bytes,
        sha256: hex(&sha256.finalize()),
        digest: digest.to_hex(),
        last_id: None,
    })
}

fn copy(archive: &mut Archive<&mut File>, from: &mut impl Read, path: &str, size: u64) -> Result<String> {
    let mut entry = archive.begin(path, size)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return archive.end(entry);
        }
        archive.write(&mut entry, &buffer[..read])?;
    }
}

async fn object_keys(conn: &mut Conn) -> Result<Vec<String>> {
    let mut keys: Vec<String> = Vec::new();
    loop {
        let after = keys.last().cloned().unwrap_or_default();
        let more = dump::object_keys(conn, &after, 1000).await?;
        if more.is_empty() {
            return Ok(keys);
        }
        keys.extend(more);
    }
}

/// A file may be deleted between the snapshot and its turn: it is then listed as missing.
async fn write_files(
    app: &App,
    archive: &mut Archive<&mut File>,
    keys: Vec<String>,
    progress: &dyn Progress,
) -> Result<(Vec<FileEntry>, Vec<String>)> {
    progress.begin("Copying files", keys.len() as u64);
    let (mut files, mut missing) = (Vec::new(), Vec::new());
    for key in keys {
        match app.files.store().get(&key.as_str().into()).await {
            Ok(found) => files.push(write_file(archive, key, found).await?),
            Err(object_store::Error::NotFound { .. }) => missing.push(key),
            Err(error) => return Err(error.into()),
        }
        progress.advance(1);
    }
    Ok((files, missing))
}

async fn write_file(
    archive: &mut Archive<&mut File>,
    key: String,
    found: object_store::GetResult,
) -> Result<FileEntry> {
    let mut file = FileEntry { key, bytes: found.meta.size, sha256: String::new() };
    let mut entry = archive.begin(&file.path(), file.bytes)?;
    let mut content = found.into_stream();
    while let Some(bytes) = content.next().await {
        archive.write(&mut entry, &bytes?)?;
    }
    file.sha256 = archive.end(entry)?;
    Ok(file)
}
