//! Reads an archive and compares everything in it with its manifest.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{FORMAT, KEY, MANIFEST, Manifest, damaged, unreadable};
use crate::crypto::{MasterKey, hex};
use crate::domain::progress::Progress;
use crate::error::{Error, Result};
use crate::store::schema_version;

/// Longest manifest that is read.
const LONGEST_MANIFEST: u64 = 1 << 30;

/// The manifest of a whole archive, and the master key where the archive carries it.
pub fn verify(archive: &Path, progress: &dyn Progress) -> Result<(Manifest, Option<MasterKey>)> {
    let file = File::open(archive).map_err(|it| unreadable(archive, it))?;
    let length = file.metadata().map_err(|it| unreadable(archive, it))?.len();
    progress.begin("Verifying", length);
    let mut tar = open(archive, Counting { file, progress })?;
    let (mut found, mut manifest, mut key) = (HashMap::new(), None, None);
    for entry in tar.entries().map_err(|it| damaged(archive, it))? {
        let mut entry = entry.map_err(|it| damaged(archive, it))?;
        let path = entry.path().map_err(|it| damaged(archive, it))?.display().to_string();
        match path.as_str() {
            MANIFEST => manifest = Some(read_manifest(archive, &mut entry)?),
            KEY => key = Some(read_key(archive, &mut entry)?),
            _ => {
                let checksum = checksum(&mut entry).map_err(|it| damaged(archive, it))?;
                if found.insert(path.clone(), checksum).is_some() {
                    return Err(damaged(archive, format!("it holds {path} twice")));
                }
            }
        }
    }
    // The tar ends before the compressed stream does: a cut there would go unseen.
    std::io::copy(&mut tar.into_inner(), &mut std::io::sink()).map_err(|it| damaged(archive, it))?;
    let manifest = manifest.ok_or_else(|| damaged(archive, "it has no manifest, so its end is missing"))?;
    compare(archive, &manifest, found)?;
    let fits = key.as_ref().map(MasterKey::fingerprint).is_none_or(|it| it == manifest.key_fingerprint);
    if !fits || manifest.with_key != key.is_some() {
        return Err(damaged(archive, "its secret.key is not the one of its manifest"));
    }
    Ok((manifest, key))
}

/// The entries of an archive.
pub fn open<R: Read>(archive: &Path, file: R) -> Result<tar::Archive<impl Read>> {
    let zstd = zstd::Decoder::new(file).map_err(|it| unreadable(archive, it))?;
    Ok(tar::Archive::new(BufReader::with_capacity(64 * 1024, zstd)))
}

fn read_manifest(archive: &Path, entry: &mut impl Read) -> Result<Manifest> {
    let mut text = Vec::new();
    entry.take(LONGEST_MANIFEST).read_to_end(&mut text).map_err(|it| damaged(archive, it))?;
    let value: serde_json::Value =
        serde_json::from_slice(&text).map_err(|it| damaged(archive, format!("manifest.json: {it}")))?;
    let (format, schema) = (value["format"].as_u64(), value["schema"].as_i64());
    if format != Some(FORMAT.into()) || schema != Some(schema_version()) {
        let program = value["program"].as_str().unwrap_or("another version");
        let message = format!(
            "was written by answerpal {program} with schema {}, and this is {} with schema {}: restore it with that version, then start this one on it",
            schema.unwrap_or_default(),
            env!("CARGO_PKG_VERSION"),
            schema_version()
        );
        return Err(Error::invalid(archive.display().to_string(), message));
    }
    serde_json::from_value(value).map_err(|it| damaged(archive, format!("manifest.json: {it}")))
}

fn read_key(archive: &Path, entry: &mut impl Read) -> Result<MasterKey> {
    let mut text = String::new();
    entry.take(1000).read_to_string(&mut text).map_err(|it| damaged(archive, it))?;
    MasterKey::parse(&text).ok_or_else(|| damaged(archive, "its secret.key holds no key"))
}

/// Length and SHA-256.
fn checksum(entry: &mut impl Read) -> std::io::Result<(u64, String)> {
    let (mut sha256, mut length, mut buffer) = (Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        let read = entry.read(&mut buffer)?;
        if read == 0 {
            return Ok((length, hex(&sha256.finalize())));
        }
        sha256.update(&buffer[..read]);
        length += read as u64;
    }
}

fn compare(archive: &Path, manifest: &Manifest, mut found: HashMap<String, (u64, String)>) -> Result<()> {
    let tables = manifest.tables.iter().map(|it| (it.path(), it.bytes, &it.sha256));
    let files = manifest.files.iter().map(|it| (it.path(), it.bytes, &it.sha256));
    for (path, bytes, sha256) in tables.chain(files) {
        match found.remove(&path) {
            None => return Err(damaged(archive, format!("{path} is missing"))),
            Some((length, digest)) if length != bytes || digest != *sha256 => {
                return Err(damaged(archive, format!("{path} does not have the checksum of its manifest")));
            }
            Some(_) => {}
        }
    }
    match found.keys().next() {
        Some(path) => Err(damaged(archive, format!("{path} is not in its manifest"))),
        None => Ok(()),
    }
}

/// Tells how much of the file has been read.
struct Counting<'a> {
    file: File,
    progress: &'a dyn Progress,
}

impl Read for Counting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}
