//! Where archived mail is read from: mbox files, maildirs, single files.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use answerpal_mail::Mbox;

use crate::error::{Error, Result};

/// Folders in folders are followed so deep.
const DEEPEST: usize = 20;

/// The form of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archive {
    /// A file of mails one after the other, or a folder of such files.
    Mbox,
    /// A folder with `cur` and `new`, and those in it.
    Maildir,
    /// A file that is one mail, or a folder of such files.
    Eml,
}

/// A mail of an archive.
pub struct Archived {
    /// For a person: the file, and the place in it.
    pub place: String,
    /// The mail, or why it was left out.
    pub raw: Result<Vec<u8>, String>,
    /// Bytes of the archive up to its end, or 1 where files are counted.
    pub steps: u64,
}

/// The files of an archive, in a fixed order, and how many steps reading them has.
pub fn files(archive: Archive, path: &Path) -> Result<(Vec<PathBuf>, u64)> {
    let cannot =
        |error: io::Error| Error::invalid(path.display().to_string(), format!("cannot be read: {error}"));
    let is_folder = std::fs::metadata(path).map_err(cannot)?.is_dir();
    if archive == Archive::Maildir && !is_folder {
        return Err(Error::invalid(path.display().to_string(), "is no folder: a maildir is one"));
    }
    let mut found = Vec::new();
    if is_folder {
        collect(path, 0, &mut found).map_err(cannot)?;
    } else {
        found.push(path.to_owned());
    }
    if archive == Archive::Maildir {
        let in_maildir = |it: &PathBuf| {
            let folder = it.parent().and_then(Path::file_name).and_then(|it| it.to_str());
            matches!(folder, Some("cur" | "new"))
        };
        found.retain(in_maildir);
    }
    found.sort();
    let steps = match archive {
        Archive::Mbox => found.iter().filter_map(|it| it.metadata().ok()).map(|it| it.len()).sum(),
        _ => found.len() as u64,
    };
    Ok((found, steps))
}

/// Regular files, those whose names begin with a dot left out.
fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if depth > DEEPEST {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (kind, path) = (entry.file_type()?, entry.path());
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if kind.is_dir() {
            // Folders of a maildir begin with a dot.
            collect(&path, depth + 1, found)?;
        } else if kind.is_file() && !hidden {
            found.push(path);
        }
    }
    Ok(())
}

/// Reads the mails of one file. `take` gives false to stop.
pub fn read(archive: Archive, file: &Path, most: usize, mut take: impl FnMut(Archived) -> bool) {
    let place = file.display().to_string();
    let source = match File::open(file) {
        Ok(source) => source,
        Err(error) => {
            take(Archived { place, raw: Err(format!("It cannot be read: {error}.")), steps: 1 });
            return;
        }
    };
    if archive != Archive::Mbox {
        take(Archived { place, raw: whole(source, most), steps: 1 });
        return;
    }
    let mut at = 0;
    for entry in Mbox::new(BufReader::with_capacity(256 * 1024, source), most) {
        let archived = match entry {
            Ok(entry) => {
                let steps = entry.end - at;
                at = entry.end;
                let raw = if entry.is_cut { Err(too_large(most)) } else { Ok(entry.raw) };
                Archived { place: format!("{place} at byte {}", entry.offset), raw, steps }
            }
            Err(error) => {
                let raw = Err(format!("It cannot be read further: {error}."));
                take(Archived { place, raw, steps: 0 });
                return;
            }
        };
        if !take(archived) {
            return;
        }
    }
    if at == 0 {
        let raw = Err("There is no mail in it: an mbox begins with a line \"From sender date\".".into());
        take(Archived { place, raw, steps: 0 });
    }
}

fn whole(source: File, most: usize) -> Result<Vec<u8>, String> {
    let mut raw = Vec::new();
    match source.take(most as u64 + 1).read_to_end(&mut raw) {
        Ok(_) if raw.len() > most => Err(too_large(most)),
        Ok(_) => Ok(raw),
        Err(error) => Err(format!("It cannot be read: {error}.")),
    }
}

fn too_large(most: usize) -> String {
    format!("It is larger than {most} bytes.")
}
