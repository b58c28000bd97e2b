//! What the bytes of an import file are: spreadsheets write other things than UTF-8.

use std::io::{Read, Seek, SeekFrom};

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

use crate::error::{Error, Result};

/// A file read as UTF-8, without its byte order mark.
pub type Decoded<R> = DecodeReaderBytes<R, Vec<u8>>;

/// Finds out the encoding of a whole file: by its byte order mark; else it is UTF-8, or the Windows code page of
/// the West where more bytes are no UTF-8 than make letters in it. A few bytes that are broken do not
/// make every letter of a file another one.
pub fn decoded<R: Read + Seek>(mut source: R) -> Result<(&'static Encoding, Decoded<R>)> {
    let encoding = found(&mut source)?;
    source.seek(SeekFrom::Start(0))?;
    let mut builder = DecodeReaderBytesBuilder::new();
    // What is UTF-8 is passed on as it is: a line that is broken is told, not mended.
    builder.utf8_passthru(true).strip_bom(true).bom_override(true);
    if encoding != UTF_8 {
        builder.encoding(Some(encoding));
    }
    Ok((encoding, builder.build(source)))
}

fn found(source: &mut impl Read) -> Result<&'static Encoding> {
    let mut buffer = vec![0; 1 << 16];
    let (mut begun, mut kept) = (false, 0);
    let (mut letters, mut broken) = (0_u64, 0_u64);
    loop {
        let read = match source.read(&mut buffer[kept..]) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            read => read.map_err(Error::from)?,
        };
        let bytes = &buffer[..kept + read];
        if !begun {
            begun = true;
            if let Some((encoding, _)) = Encoding::for_bom(bytes) {
                return Ok(encoding);
            }
        }
        // A letter may go on in what is read next.
        let tail = if read == 0 { 0 } else { unfinished(bytes) };
        let whole = &bytes[..bytes.len() - tail];
        for chunk in whole.utf8_chunks() {
            letters += chunk.valid().bytes().filter(|it| *it >= 0xc0).count() as u64;
            broken += u64::from(!chunk.invalid().is_empty());
        }
        if read == 0 {
            return Ok(if broken > letters { WINDOWS_1252 } else { UTF_8 });
        }
        let end = bytes.len();
        buffer.copy_within(end - tail..end, 0);
        kept = tail;
    }
}

/// How many bytes at the end begin a letter without ending it.
fn unfinished(bytes: &[u8]) -> usize {
    let last = bytes.utf8_chunks().last().map_or(&[] as &[u8], |it| it.invalid());
    let is_open = std::str::from_utf8(last).is_err_and(|it| it.error_len().is_none());
    if is_open { last.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn read(bytes: &[u8]) -> (&'static str, Vec<u8>) {
        let (encoding, mut decoded) = decoded(Cursor::new(bytes)).unwrap();
        let mut text = Vec::new();
        decoded.read_to_end(&mut text).unwrap();
        (encoding.name(), text)
    }

    fn wide(text: &str, mark: [u8; 2], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
    }

    #[test]
    fn files_of_spreadsheets_are_read_whatever_they_are_written_in() {
        let text = "Zoë paid 5 € for “crème brûlée” 🙂";
        assert_eq!(read(text.as_bytes()), ("UTF-8", text.into()));
        assert_eq!(read(format!("\u{feff}{text}").as_bytes()), ("UTF-8", text.into()));
        assert_eq!(read(&wide(text, [0xff, 0xfe], u16::to_le_bytes)), ("UTF-16LE", text.into()));
        assert_eq!(read(&wide(text, [0xfe, 0xff], u16::to_be_bytes)), ("UTF-16BE", text.into()));
        let text = text.trim_end_matches(['🙂', ' ']);
        let western = WINDOWS_1252.encode(text).0;
        assert_eq!(read(&western), ("windows-1252", text.into()));
        for plain in ["", "a", "plain"] {
            assert_eq!(read(plain.as_bytes()), ("UTF-8", plain.into()));
        }
    }

    #[test]
    fn a_broken_byte_does_not_make_other_letters_of_all() {
        let mut bytes = "Zoë, André, Noël".as_bytes().to_vec();
        bytes.push(0xeb);
        assert_eq!(read(&bytes), ("UTF-8", bytes.clone()));
    }

    #[test]
    fn letters_on_the_border_of_what_is_read_are_letters() {
        for before in 65_530..65_540 {
            let text = format!("{}€ë🙂", "a".repeat(before));
            assert_eq!(read(text.as_bytes()), ("UTF-8", text.into()), "{before}");
        }
    }
}
