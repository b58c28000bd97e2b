//! The packed model file: named sections, each aligned to 64 bytes. `scripts/pack-model` writes it.
//!
//! A release program carries it in its read-only data, from where pages come and go as they are needed; rows of
//! its tables are read from the program's file. Other builds read sections from the file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use crate::table::{self, Table};

const MAGIC: &[u8; 16] = b"answerpal-model2";
const NAME: usize = 48;
const ENTRY: usize = NAME + 16;

/// Why a model cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ModelError {
    /// The program was built without the model, and there is no file in its place.
    #[error(
        "the language model is not built into this program: run `make model` and build again, \
         or name the packed file in ANSWERPAL_MODEL ({0})"
    )]
    Missing(String),
    /// The file is there but is not what `make model` makes.
    #[error("the language model is damaged: {0}")]
    Damaged(String),
}

#[cfg(model_embedded)]
mod embedded {
    #[repr(C, align(64))]
    struct Aligned<T: ?Sized>(T);

    static MODEL: &Aligned<[u8]> = &Aligned(*include_bytes!(env!("ANSWERPAL_MODEL_FILE")));

    pub fn model() -> Option<&'static [u8]> {
        Some(&MODEL.0)
    }
}

#[cfg(not(model_embedded))]
mod embedded {
    pub fn model() -> Option<&'static [u8]> {
        None
    }
}

enum Source {
    /// With the file that it lies in, and where, if that is known.
    Embedded(&'static [u8], Option<(File, u64)>),
    File(Mutex<File>),
}

/// The sections of one packed file.
pub struct ModelFile {
    source: Source,
    sections: HashMap<String, (u64, usize)>,
}

impl ModelFile {
    /// The model of this program: built in, or else the file that `ANSWERPAL_MODEL` names, or else the one
    /// that the build knew of.
    pub fn open() -> Result<&'static Self, ModelError> {
        static MODEL: OnceLock<Result<ModelFile, ModelError>> = OnceLock::new();
        MODEL
            .get_or_init(|| match embedded::model() {
                Some(bytes) => Self::from_static(bytes),
                None => Self::from_file(&Self::path()),
            })
            .as_ref()
            .map_err(Clone::clone)
    }

    fn path() -> PathBuf {
        std::env::var_os("ANSWERPAL_MODEL").map_or_else(|| env!("ANSWERPAL_MODEL_FILE").into(), PathBuf::from)
    }

    fn from_static(bytes: &'static [u8]) -> Result<Self, ModelError> {
        let sections = directory(&mut &*bytes, bytes.len() as u64)?;
        Ok(Self { source: Source::Embedded(bytes, table::own_file(bytes)), sections })
    }

    fn from_file(path: &Path) -> Result<Self, ModelError> {
        let missing = |error| ModelError::Missing(format!("{}: {error}", path.display()));
        let mut file = File::open(path).map_err(missing)?;
        let length = file.metadata().map_err(missing)?.len();
        let sections = directory(&mut file, length)?;
        Ok(Self { source: Source::File(Mutex::new(file)), sections })
    }

    fn section(&self, name: &str) -> Result<(u64, usize), ModelError> {
        self.sections.get(name).copied().ok_or_else(|| ModelError::Damaged(format!("{name} is not in it")))
    }

    /// The bytes of a section.
    pub fn bytes(&self, name: &str) -> Result<Cow<'static, [u8]>, ModelError> {
        let (offset, length) = self.section(name)?;
        match &self.source {
            // The directory's reader has checked that sections lie within the file.
            Source::Embedded(bytes, _) => {
                Ok(Cow::Borrowed(&bytes[offset as usize..offset as usize + length]))
            }
            Source::File(file) => {
                let mut file = file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let mut out = vec![0; length];
                file.seek(SeekFrom::Start(offset))
                    .and_then(|_| file.read_exact(&mut out))
                    .map_err(|error| ModelError::Damaged(format!("{name}: {error}")))?;
                Ok(Cow::Owned(out))
            }
        }
    }

    /// A section of rows of so many bytes.
    pub fn table(&'static self, name: &str, row: usize) -> Result<Table, ModelError> {
        let bytes = self.bytes(name)?;
        if !bytes.len().is_multiple_of(row) {
            return Err(ModelError::Damaged(format!("{name} is not made of whole rows")));
        }
        let place = match &self.source {
            Source::Embedded(_, Some((file, start))) => Some((file, start + self.section(name)?.0)),
            _ => None,
        };
        Ok(Table::new(bytes, row, place))
    }

    /// A section of little-endian 32-bit numbers, in place where that is possible.
    pub fn words<T: bytemuck::Pod>(&self, name: &str) -> Result<Cow<'static, [T]>, ModelError> {
        let bytes = self.bytes(name)?;
        if !bytes.len().is_multiple_of(size_of::<T>()) {
            return Err(ModelError::Damaged(format!("{name} is not made of whole numbers")));
        }
        if let Cow::Borrowed(bytes) = bytes
            && let Ok(words) = bytemuck::try_cast_slice(bytes)
        {
            return Ok(Cow::Borrowed(words));
        }
        Ok(Cow::Owned(bytemuck::pod_collect_to_vec(&bytes)))
    }
}

fn directory(from: &mut impl Read, length: u64) -> Result<HashMap<String, (u64, usize)>, ModelError> {
    let damaged = |what: &str| ModelError::Damaged(what.to_owned());
    let mut head = [0; 20];
    from.read_exact(&mut head).map_err(|_| damaged("it is cut short"))?;
    let (magic, count) = head.split_at(16);
    if magic != MAGIC {
        return Err(damaged("it is not packed as this version packs it: run `make model` again"));
    }
    let count = u32::from_le_bytes([count[0], count[1], count[2], count[3]]);
    let mut sections = HashMap::new();
    for _ in 0..count.min(10_000) {
        let mut entry = [0; ENTRY];
        from.read_exact(&mut entry).map_err(|_| damaged("its directory is cut short"))?;
        let (name, place) = entry.split_at(NAME);
        let number = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&place[at..at + 8]);
            u64::from_le_bytes(bytes)
        };
        let (offset, size) = (number(0), number(8));
        if offset.checked_add(size).is_none_or(|end| end > length) {
            return Err(damaged("a section goes past its end"));
        }
        let name = String::from_utf8_lossy(name).trim_end_matches('\0').to_owned();
        sections.insert(name, (offset, size as usize));
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_files_are_refused() {
        assert!(matches!(directory(&mut &b"short"[..], 5), Err(ModelError::Damaged(_))));
        let mut file = MAGIC.to_vec();
        file.extend(1u32.to_le_bytes());
        let mut entry = b"name".to_vec();
        entry.resize(NAME, 0);
        entry.extend(100u64.to_le_bytes());
        entry.extend(u64::MAX.to_le_bytes());
        file.extend(&entry);
        assert!(matches!(directory(&mut &file[..], file.len() as u64), Err(ModelError::Damaged(_))));
        assert!(directory(&mut &file[..60], 60).is_err());
    }

    #[test]
    fn a_missing_file_says_what_to_do() {
        let error = ModelFile::from_file(Path::new("/nowhere/answerpal.model")).err().map(|e| e.to_string());
        assert!(
            error
                .is_some_and(|text| text.contains("make model") && text.contains("/nowhere/answerpal.model"))
        );
    }
}
