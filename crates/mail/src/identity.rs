//! What makes a mail this one and no other, however often and on whichever way it arrives.

use sha2::{Digest, Sha256};

use crate::charset::header_end;

/// Headers that say what was written; what servers add on the way is left out.
const TOLD: [&str; 5] = ["message-id", "date", "from", "subject", "to"];

/// SHA-256 in hex.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The same for each copy of a mail, whatever servers wrote above it: made of its Message-ID, date, sender,
/// recipients, subject and body. Of a mail without a Message-ID, every byte counts.
pub fn identity(raw: &[u8]) -> String {
    let end = header_end(raw);
    let fields = told(&raw[..end]);
    if !fields.iter().any(|it| it.0 == "message-id") {
        return format!("raw:{}", digest(raw));
    }
    let mut hash = Sha256::new();
    for (name, value) in fields {
        hash.update(name);
        hash.update([0]);
        hash.update(value);
        hash.update([0]);
    }
    // Line ends and empty lines at the end differ by transport.
    let body = &raw[end..];
    let length = body.iter().rposition(|it| !it.is_ascii_whitespace()).map_or(0, |it| it + 1);
    for line in body[..length].split(|it| *it == b'\n') {
        hash.update(line.strip_suffix(b"\r").unwrap_or(line));
        hash.update([b'\n']);
    }
    format!("mail:{}", hex(&hash.finalize()))
}

/// The headers that count, unfolded, in a fixed order.
fn told(head: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut found: Vec<(&'static str, Vec<u8>)> = Vec::new();
    let mut current: Option<&'static str> = None;
    for line in head.split(|it| *it == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.first().is_some_and(|it| *it == b' ' || *it == b'\t') {
            if let (Some(_), Some(last)) = (current, found.last_mut()) {
                last.1.extend(line.iter().filter(|it| !it.is_ascii_whitespace()));
            }
            continue;
        }
        current = None;
        let Some(colon) = line.iter().position(|it| *it == b':') else { continue };
        let name = TOLD.iter().find(|it| line[..colon].trim_ascii().eq_ignore_ascii_case(it.as_bytes()));
        if let Some(name) = name.filter(|it| !found.iter().any(|found| found.0 == **it)) {
            let value = line[colon + 1..].iter().filter(|it| !it.is_ascii_whitespace()).copied().collect();
            found.push((name, value));
            current = Some(name);
        }
    }
    found.sort_by_key(|it| it.0);
    found
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::identity;

    #[test]
    fn copies_of_a_mail_are_one() {
        let mail = "Message-ID: <a@b>\nDate: x\nFrom: a@b\nSubject: A\n b\n\nHello\n";
        let copy = "Received: by c\r\nX-Spam: no\r\nFrom:  a@b\r\nMessage-ID: <a@b>\r\nDate: x\r\nSubject: A b\r\n\r\nHello\r\n\r\n";
        assert_eq!(identity(mail.as_bytes()), identity(copy.as_bytes()));
        assert_ne!(identity(mail.as_bytes()), identity(mail.replace("Hello", "Hallo").as_bytes()));
    }

    #[test]
    fn without_a_message_id_every_byte_counts() {
        assert_ne!(identity(b"Received: 1\nFrom: a\n\nx"), identity(b"Received: 2\nFrom: a\n\nx"));
    }
}
