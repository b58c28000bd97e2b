//! Writes a `.tar.zst` entry by entry, with the checksum of each.

use std::io::{self, BufWriter, Write};

use sha2::{Digest, Sha256};

use crate::crypto::hex;
use crate::error::{Error, Result};
use crate::model::Timestamp;

const BLOCK: u64 = 512;
/// A fair trade of size and speed for text.
const LEVEL: i32 = 3;

type Zstd<W> = zstd::Encoder<'static, BufWriter<W>>;

pub struct Archive<W: Write> {
    tar: tar::Builder<Zstd<W>>,
    modified: u64,
}

/// An entry that is being written: what it must have, and what it has had.
pub struct Entry {
    size: u64,
    written: u64,
    sha256: Sha256,
}

impl<W: Write> Archive<W> {
    pub fn new(out: W, now: Timestamp) -> Result<Self> {
        let mut zstd = zstd::Encoder::new(BufWriter::new(out), LEVEL)?;
        zstd.include_checksum(true)?;
        Ok(Self { tar: tar::Builder::new(zstd), modified: (now.0 / 1_000_000).max(0) as u64 })
    }

    /// Begins an entry of this size; the next writes are its content.
    pub fn begin(&mut self, path: &str, size: u64) -> Result<Entry> {
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(self.modified);
        header.set_entry_type(tar::EntryType::Regular);
        self.tar.append_data(&mut header, path, io::empty())?;
        Ok(Entry { size, written: 0, sha256: Sha256::new() })
    }

    pub fn write(&mut self, entry: &mut Entry, bytes: &[u8]) -> Result<()> {
        entry.written += bytes.len() as u64;
        entry.sha256.update(bytes);
        Ok(self.tar.get_mut().write_all(bytes)?)
    }

    /// Ends an entry; its SHA-256.
    pub fn end(&mut self, entry: Entry) -> Result<String> {
        if entry.written != entry.size {
            return Err(Error::internal("a file changed its size while it was copied: run the backup again"));
        }
        let padding = entry.size.next_multiple_of(BLOCK) - entry.size;
        self.tar.get_mut().write_all(&[0; BLOCK as usize][..padding as usize])?;
        Ok(hex(&entry.sha256.finalize()))
    }

    /// A small entry at once.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<String> {
        let mut entry = self.begin(path, bytes.len() as u64)?;
        self.write(&mut entry, bytes)?;
        self.end(entry)
    }

    /// Everything written, not yet on disk.
    pub fn finish(self) -> Result<W> {
        let buffered = self.tar.into_inner()?.finish()?;
        buffered.into_inner().map_err(|error| error.into_error().into())
    }
}
