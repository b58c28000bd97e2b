//! Zip archives, read within bounds.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::{Kind, Refusal};

/// Most bytes that one part of an archive unpacks to.
const MOST_PART: u64 = 64 * 1024 * 1024;
/// Most bytes that the archive says it unpacks to.
const MOST_WHOLE: u64 = 256 * 1024 * 1024;
const MOST_PARTS: usize = 20_000;

pub type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Opens an archive whose parts, by its own account, are not too many and not too large.
pub fn open(content: &[u8]) -> Result<Archive<'_>, Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(content)).map_err(|it| refusal(&it))?;
    if archive.len() > MOST_PARTS {
        return Err(Refusal::TooLarge);
    }
    let mut whole = 0_u64;
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(|it| refusal(&it))?;
        if part.encrypted() {
            return Err(Refusal::Encrypted);
        }
        whole = whole.saturating_add(part.size());
    }
    if whole > MOST_WHOLE { Err(Refusal::TooLarge) } else { Ok(archive) }
}

fn refusal(error: &ZipError) -> Refusal {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Refusal::Encrypted,
        _ => Refusal::Broken("a zip archive"),
    }
}

/// A part as text; None where there is none of this name. What it unpacks to is counted, not believed.
pub fn part(archive: &mut Archive<'_>, name: &str) -> Result<Option<String>, Refusal> {
    let part = match archive.by_name(name) {
        Ok(part) => part,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(refusal(&error)),
    };
    let mut bytes = Vec::new();
    part.take(MOST_PART + 1).read_to_end(&mut bytes).map_err(|_| Refusal::Broken("a zip archive"))?;
    if bytes.len() as u64 > MOST_PART {
        return Err(Refusal::TooLarge);
    }
    crate::text::decode(&bytes).map(Some)
}

/// What an archive is, by the parts in it.
pub fn kind(content: &[u8]) -> Result<Kind, Refusal> {
    let archive = open(content)?;
    let has = |name: &str| archive.index_for_name(name).is_some();
    if has("word/document.xml") {
        Ok(Kind::Docx)
    } else if has("xl/workbook.xml") || has("xl/workbook.bin") || has("content.xml") {
        Ok(Kind::Sheet)
    } else {
        Err(Refusal::Unknown)
    }
}

/// What a file in Microsoft's older container is: names in it are UTF-16.
pub fn old_kind(content: &[u8]) -> Result<Kind, Refusal> {
    let has = |name: &str| {
        let wanted: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        content.windows(wanted.len()).any(|it| it == wanted)
    };
    if has("EncryptedPackage") || has("EncryptionInfo") {
        Err(Refusal::Encrypted)
    } else if has("WordDocument") {
        Err(Refusal::OldWord)
    } else if has("Workbook") || has("Book") {
        Ok(Kind::Sheet)
    } else {
        Err(Refusal::Unknown)
    }
}
