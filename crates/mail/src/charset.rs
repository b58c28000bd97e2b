//! Text in an encoding that nobody declared, or that was declared wrongly.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

/// Bytes that are looked at to find the encoding out.
const LOOKED_AT: usize = 64 * 1024;

/// The bytes as text: UTF-8 where they are that, else in the encoding that they look like.
pub fn guessed(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(LOOKED_AT)], bytes.len() <= LOOKED_AT);
    let encoding = detector.guess(None, Utf8Detection::Allow);
    Cow::Owned(encoding.decode_without_bom_handling(bytes).0.into_owned())
}

/// The mail with its header block in UTF-8: raw 8-bit headers are against the rules and common.
pub fn with_readable_headers(raw: &[u8]) -> Cow<'_, [u8]> {
    let end = header_end(raw);
    if std::str::from_utf8(&raw[..end]).is_ok() {
        return Cow::Borrowed(raw);
    }
    let mut whole = guessed(&raw[..end]).into_owned().into_bytes();
    whole.extend_from_slice(&raw[end..]);
    Cow::Owned(whole)
}

/// Where the headers end: after the empty line, or at the end.
pub fn header_end(raw: &[u8]) -> usize {
    let mut at = 0;
    while at < raw.len() {
        let line = raw[at..].iter().position(|it| *it == b'\n').map_or(raw.len(), |it| at + it + 1);
        if matches!(&raw[at..line], b"\n" | b"\r\n") {
            return line;
        }
        at = line;
    }
    raw.len()
}

/// Without the characters that a database or a reader cannot take.
pub fn clean(text: &str) -> String {
    let bad = |it: char| it == '\0' || (it.is_control() && !matches!(it, '\n' | '\r' | '\t'));
    if !text.contains(bad) && !text.contains('\r') {
        return text.to_owned();
    }
    text.replace("\r\n", "\n").replace('\r', "\n").chars().filter(|it| !bad(*it)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_utf8_is_guessed() {
        assert_eq!(guessed(b"caf\xc3\xa9"), "café");
        assert_eq!(
            guessed(b"Sch\xf6ne Gr\xfc\xdfe aus K\xf6ln, f\xfcr dich"),
            "Schöne Grüße aus Köln, für dich"
        );
        let raw = b"Subject: Gr\xfc\xdfe\n\nb\xf6dy";
        assert_eq!(with_readable_headers(raw).as_ref(), b"Subject: Gr\xc3\xbc\xc3\x9fe\n\nb\xf6dy");
    }

    #[test]
    fn control_characters_go_and_lines_end_one_way() {
        assert_eq!(clean("a\0b\r\nc\rd\u{7}\te"), "ab\nc\nd\te");
    }
}
