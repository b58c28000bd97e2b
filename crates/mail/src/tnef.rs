//! `winmail.dat`: what Outlook wraps rich mail in (MS-OXTNEF). Text, HTML and files are taken out.

use crate::mail::Part;

const SIGNATURE: u32 = 0x223e_9f78;
const BODY: u32 = 0x0002_800c;
const MESSAGE_PROPS: u32 = 0x0006_9003;
const ATTACHMENT_START: u32 = 0x0006_9002;
const ATTACHMENT_TITLE: u32 = 0x0001_8010;
const ATTACHMENT_DATA: u32 = 0x0006_800f;
const ATTACHMENT_PROPS: u32 = 0x0006_9005;
const MOST_FILES: usize = 500;
const MOST_PROPS: usize = 10_000;

/// What was inside.
#[derive(Debug, Default)]
pub struct Unwrapped {
    pub text: Option<String>,
    pub html: Option<String>,
    /// As it is written, a byte a character.
    pub rtf: Option<String>,
    pub files: Vec<Part>,
}

/// Takes a `winmail.dat` apart; None where it is none. One that is cut gives what is there.
pub fn unwrap(data: &[u8]) -> Option<Unwrapped> {
    let mut reader = Reader(data);
    if reader.u32()? != SIGNATURE {
        return None;
    }
    reader.take(2)?;
    let mut out = Unwrapped::default();
    while let Some((id, data)) = reader.attribute() {
        match id {
            BODY => out.text = Some(text(data)),
            MESSAGE_PROPS => {
                for (prop, data) in properties(data) {
                    match prop {
                        0x1000 => out.text = Some(data.text()),
                        0x1013 => out.html = Some(data.text()),
                        0x1009 => out.rtf = crate::rtf::unpacked(data.bytes),
                        _ => {}
                    }
                }
            }
            ATTACHMENT_START if out.files.len() < MOST_FILES => {
                out.files.push(Part { content_type: "application/octet-stream".into(), ..Part::default() })
            }
            _ => {
                if let Some(file) = out.files.last_mut() {
                    attachment(file, id, data);
                }
            }
        }
    }
    Some(out)
}

fn attachment(file: &mut Part, id: u32, data: &[u8]) {
    match id {
        ATTACHMENT_TITLE => file.name = file.name.take().or_else(|| Some(text(data))),
        ATTACHMENT_DATA => file.content = data.to_vec(),
        ATTACHMENT_PROPS => {
            for (prop, data) in properties(data) {
                match prop {
                    0x3707 => file.name = Some(data.text()),
                    0x370e => file.content_type = data.text().to_lowercase(),
                    0x3712 => file.content_id = Some(data.text().trim_matches(['<', '>']).to_owned()),
                    0x3701 if file.content.is_empty() => file.content = data.bytes.to_vec(),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// Bytes of a text that ends with NUL.
fn text(data: &[u8]) -> String {
    let end = data.iter().position(|it| *it == 0).unwrap_or(data.len());
    crate::charset::clean(&crate::charset::guessed(&data[..end]))
}

struct Property<'a> {
    kind: u16,
    bytes: &'a [u8],
}

impl Property<'_> {
    fn text(&self) -> String {
        if self.kind == 0x1f {
            let units: Vec<u16> = self
                .bytes
                .chunks_exact(2)
                .map(|it| u16::from_le_bytes([it[0], it[1]]))
                .take_while(|it| *it != 0)
                .collect();
            return crate::charset::clean(&String::from_utf16_lossy(&units));
        }
        text(self.bytes)
    }
}

fn properties(data: &[u8]) -> Vec<(u16, Property<'_>)> {
    let mut reader = Reader(data);
    let mut found = Vec::new();
    let Some(count) = reader.u32() else { return found };
    for _ in 0..(count as usize).min(MOST_PROPS) {
        match reader.property() {
            Some(it) => found.push(it),
            None => break,
        }
    }
    found
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2).map(|it| u16::from_le_bytes([it[0], it[1]]))
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4).map(|it| u32::from_le_bytes([it[0], it[1], it[2], it[3]]))
    }

    fn attribute(&mut self) -> Option<(u32, &'a [u8])> {
        self.take(1)?;
        let id = self.u32()?;
        let length = self.u32()? as usize;
        let data = self.take(length)?;
        self.take(2)?;
        Some((id, data))
    }

    /// Values stand on multiples of four bytes.
    fn padded(&mut self, length: usize) -> Option<&'a [u8]> {
        let data = self.take(length)?;
        self.take(length.wrapping_neg() % 4)?;
        Some(data)
    }

    fn property(&mut self) -> Option<(u16, Property<'a>)> {
        let kind = self.u16()?;
        let id = self.u16()?;
        if id >= 0x8000 {
            self.take(16)?;
            if self.u32()? == 0 {
                self.take(4)?;
            } else {
                let length = self.u32()? as usize;
                self.padded(length)?;
            }
        }
        let single = kind & 0x0fff;
        let many = kind & 0x1000 != 0;
        let fixed = match single {
            2 | 3 | 4 | 0xa | 0xb => Some(4),
            5 | 6 | 7 | 0x14 | 0x40 => Some(8),
            0x48 => Some(16),
            _ => None,
        };
        let count = if many || fixed.is_none() { self.u32()? as usize } else { 1 };
        let mut bytes: &[u8] = &[];
        for _ in 0..count.min(MOST_PROPS) {
            bytes = match fixed {
                Some(length) => self.take(length)?,
                None => {
                    let length = self.u32()? as usize;
                    self.padded(length)?
                }
            };
        }
        Some((id, Property { kind: single, bytes }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(id: u32, data: &[u8]) -> Vec<u8> {
        let mut out = vec![1];
        out.extend(id.to_le_bytes());
        out.extend((data.len() as u32).to_le_bytes());
        out.extend(data);
        out.extend([0, 0]);
        out
    }

    fn example() -> Vec<u8> {
        let mut props = 1_u32.to_le_bytes().to_vec();
        props.extend(0x1f_u16.to_le_bytes());
        props.extend(0x3707_u16.to_le_bytes());
        props.extend(1_u32.to_le_bytes());
        let name: Vec<u8> = "Ünï.txt\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        props.extend((name.len() as u32).to_le_bytes());
        props.extend(&name);
        [
            SIGNATURE.to_le_bytes().as_slice(),
            &[1, 0],
            &attribute(BODY, b"My bag\0"),
            &attribute(ATTACHMENT_START, &[0; 14]),
            &attribute(ATTACHMENT_TITLE, b"UN~1.TXT\0"),
            &attribute(ATTACHMENT_DATA, b"content"),
            &attribute(ATTACHMENT_PROPS, &props),
        ]
        .concat()
    }

    #[test]
    fn files_and_text_come_out() {
        let out = unwrap(&example()).unwrap();
        assert_eq!(out.text.as_deref(), Some("My bag"));
        assert_eq!(out.files.len(), 1);
        assert_eq!(
            (out.files[0].name.as_deref(), out.files[0].content.as_slice()),
            (Some("Ünï.txt"), b"content".as_slice())
        );
    }

    #[test]
    fn what_is_cut_or_is_none_does_no_harm() {
        let whole = example();
        for length in 0..whole.len() {
            let _ = unwrap(&whole[..length]);
        }
        assert!(unwrap(b"From: a").is_none());
    }
}
