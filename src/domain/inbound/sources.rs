//! Where archived mail is read from: mbox files, maildirs, single files.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use answerpal_mail::Mbox;

use crate::error::{Error, Result};
use crate::store::mail_imports::Reached;

/// Folders in folders are followed so deep.
const DEEPEST: usize = 20;
/// Bytes that a file, and a place in it, are known by.
const KNOWN_BY: u64 = 4096;

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
    /// Where it begins, in a file that can be gone on with: everything before it is done with it.
    pub reached: Option<(String, Reached)>,
}

/// What an mbox file is known by, whatever it is called and however much is added to it. None where it is so
/// short that reading it again costs nothing.
pub fn source(file: &Path) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    File::open(file)?.take(KNOWN_BY).read_to_end(&mut head)?;
    Ok((head.len() as u64 == KNOWN_BY).then(|| answerpal_mail::digest(&head)))
}

/// What stands before a place of a file.
pub fn mark(file: &mut File, position: u64) -> io::Result<String> {
    let start = position.saturating_sub(KNOWN_BY);
    file.seek(SeekFrom::Start(start))?;
    let mut before = Vec::new();
    file.take(position - start).read_to_end(&mut before)?;
    Ok(answerpal_mail::digest(&before))
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

/// Reads the mails of one file from a place where one begins. `take` gives false to stop.
pub fn read(archive: Archive, file: &Path, from: u64, most: usize, mut take: impl FnMut(Archived) -> bool) {
    let place = file.display().to_string();
    let opened = File::open(file).and_then(|mut it| it.seek(SeekFrom::Start(from)).map(|_| it));
    let opened = match opened {
        Ok(opened) => opened,
        Err(error) => {
            take(left_out(place, format!("It cannot be read: {error}."), 1));
            return;
        }
    };
    if archive != Archive::Mbox {
        take(Archived { place, raw: whole(opened, most), steps: 1, reached: None });
        return;
    }
    let mut known = Places::of(file);
    let mut at = from;
    for entry in Mbox::at(BufReader::with_capacity(256 * 1024, opened), from, most) {
        let archived = match entry {
            Ok(entry) => {
                let steps = entry.end - at;
                at = entry.end;
                let raw = if entry.is_cut { Err(too_large(most)) } else { Ok(entry.raw) };
                let place = format!("{place} at byte {}", entry.offset);
                Archived { place, raw, steps, reached: known.at(entry.offset) }
            }
            Err(error) => {
                take(left_out(place, format!("It cannot be read further: {error}."), 0));
                return;
            }
        };
        if !take(archived) {
            return;
        }
    }
    if at == 0 {
        let why = "There is no mail in it: an mbox begins with a line \"From sender date\".";
        take(left_out(place, why.into(), 0));
    }
}

fn left_out(place: String, why: String, steps: u64) -> Archived {
    Archived { place, raw: Err(why), steps, reached: None }
}

/// Tells the places of a file that can be gone on with.
struct Places(Option<(String, File)>);

impl Places {
    fn of(file: &Path) -> Self {
        // A file that cannot be read here is one that is read from its start the next time.
        let known = source(file).ok().flatten();
        Self(known.and_then(|it| Some((it, File::open(file).ok()?))))
    }

    fn at(&mut self, offset: u64) -> Option<(String, Reached)> {
        let (source, file) = self.0.as_mut()?;
        let position = i64::try_from(offset).ok()?;
        let mark = mark(file, offset).ok()?;
        Some((source.clone(), Reached { position, mark }))
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
