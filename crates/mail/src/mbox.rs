//! Mails of an mbox file, one after the other, without holding the file.

use std::io::{self, BufRead};

/// Reads an mbox. A separator is a line `From … <date>` after an empty line or at the start, so that a
/// sentence that begins with "From" stays in its mail. Quoted `>From` lines lose one `>`.
pub struct Mbox<R> {
    reader: R,
    line: Vec<u8>,
    has_line: bool,
    offset: u64,
    most: usize,
}

/// A mail with where in the file it begins.
pub struct Entry {
    pub offset: u64,
    /// Where the next one begins.
    pub end: u64,
    /// When the last server wrote it into the file, in the words of the separator.
    pub separator: String,
    pub raw: Vec<u8>,
    /// More than the most bytes that a mail may have: the rest was skipped.
    pub is_cut: bool,
}

impl<R: BufRead> Mbox<R> {
    /// Keeps at most `most` bytes of each mail.
    pub fn new(reader: R, most: usize) -> Self {
        Self { reader, line: Vec::new(), has_line: false, offset: 0, most }
    }

    /// The same of a reader that stands at this place of its file, where a mail begins.
    pub fn at(reader: R, offset: u64, most: usize) -> Self {
        Self { offset, ..Self::new(reader, most) }
    }

    /// Reads the next line into `line`; false at the end.
    fn advance(&mut self) -> io::Result<bool> {
        self.offset += self.line.len() as u64;
        self.line.clear();
        self.has_line = self.reader.read_until(b'\n', &mut self.line)? > 0;
        Ok(self.has_line)
    }

    fn next_entry(&mut self) -> io::Result<Option<Entry>> {
        while !self.has_line || !is_separator(&self.line) {
            if !self.advance()? {
                return Ok(None);
            }
        }
        let mut entry = Entry {
            offset: self.offset,
            end: 0,
            separator: String::from_utf8_lossy(&self.line).trim_end().to_owned(),
            raw: Vec::new(),
            is_cut: false,
        };
        let mut after_empty = false;
        while self.advance()? {
            if after_empty && is_separator(&self.line) {
                break;
            }
            after_empty = matches!(self.line.as_slice(), b"\n" | b"\r\n");
            let quotes = self.line.iter().take_while(|it| **it == b'>').count();
            let line = if quotes > 0 && self.line[quotes..].starts_with(b"From ") {
                &self.line[1..]
            } else {
                &self.line
            };
            if entry.raw.len() + line.len() <= self.most {
                entry.raw.extend_from_slice(line);
            } else {
                entry.is_cut = true;
            }
        }
        entry.end = self.offset;
        Ok(Some(entry))
    }
}

impl<R: BufRead> Iterator for Mbox<R> {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_entry().transpose()
    }
}

/// `From sender Tue Nov  3 09:00:00 2026`, with or without sender and zone.
fn is_separator(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let Ok(rest) = std::str::from_utf8(rest) else { return false };
    let words: Vec<&str> = rest.split_whitespace().collect();
    let has_time = words.iter().any(|it| {
        let parts: Vec<&str> = it.split(':').collect();
        (2..=3).contains(&parts.len())
            && parts.iter().all(|it| (1..=2).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_digit()))
    });
    let has_year = words.iter().any(|it| it.len() == 4 && it.bytes().all(|it| it.is_ascii_digit()));
    has_time && has_year
}

#[cfg(test)]
mod tests {
    use super::Mbox;

    fn read(text: &str) -> Vec<String> {
        let entries = Mbox::new(text.as_bytes(), 1000);
        entries.map(|it| String::from_utf8(it.unwrap().raw).unwrap()).collect()
    }

    #[test]
    fn mails_are_told_apart_by_dated_separators_only() {
        let file = "From a@b Tue Nov  3 09:00:00 2026\nSubject: 1\n\nFrom here on\n\nFrom me to you\n>From x\n>>From y\n\nFrom - Tue Nov  3 09:00:01 2026\nSubject: 2\n\nx\n";
        assert_eq!(
            read(file),
            ["Subject: 1\n\nFrom here on\n\nFrom me to you\nFrom x\n>From y\n\n", "Subject: 2\n\nx\n"]
        );
    }

    #[test]
    fn offsets_lead_to_the_mails() {
        let file = "From a@b Tue Nov  3 09:00:00 2026\nA: 1\n\n\nFrom a@b Tue Nov  3 09:00:00 2026\nA: 2\n";
        let entries: Vec<_> = Mbox::new(file.as_bytes(), 3).map(|it| it.unwrap()).collect();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].end, entries[1].offset);
        assert!(file[entries[1].offset as usize..].starts_with("From "));
        assert_eq!(entries[1].end, file.len() as u64);
        assert!(entries[0].is_cut);
        let second = entries[1].offset;
        let rest: Vec<_> =
            Mbox::at(&file.as_bytes()[second as usize..], second, 100).map(|it| it.unwrap()).collect();
        assert_eq!((rest.len(), rest[0].offset, rest[0].end), (1, second, file.len() as u64));
    }
}
