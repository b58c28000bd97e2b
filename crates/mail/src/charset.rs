//! Text in an encoding that nobody declared, or that was declared wrongly.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use crate::split_words;

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
    let mut whole = if std::str::from_utf8(&raw[..end]).is_ok() {
        match split_words::joined(&raw[..end]) {
            Cow::Borrowed(_) => return Cow::Borrowed(raw),
            Cow::Owned(joined) => joined,
        }
    } else {
        let head = guessed(&with_whole_words(&raw[..end])).into_owned();
        split_words::joined(head.as_bytes()).into_owned()
    };
    whole.extend_from_slice(&raw[end..]);
    Cow::Owned(whole)
}

/// Words that say their charset (`=?iso-8859-1?Q?…?=`) with the letters in them escaped that ought to be: else
/// they would be read in a charset that they are not in any more.
fn with_whole_words(head: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(head.len());
    let mut rest = head;
    while let Some(at) = rest.windows(2).position(|it| it == b"=?") {
        let (before, word) = rest.split_at(at);
        out.extend_from_slice(before);
        let Some((start, length)) = quoted_word(word) else {
            out.extend_from_slice(&word[..2]);
            rest = &word[2..];
            continue;
        };
        out.extend_from_slice(&word[..start]);
        for byte in &word[start..length] {
            match byte {
                0x80.. => out.extend_from_slice(format!("={byte:02X}").as_bytes()),
                other => out.push(*other),
            }
        }
        rest = &word[length..];
    }
    out.extend_from_slice(rest);
    out
}

/// Where the text of a word of Q begins, and where it ends; None where it is no such word.
fn quoted_word(word: &[u8]) -> Option<(usize, usize)> {
    /// RFC 2047 says 75; programs write longer ones.
    const LONGEST: usize = 1000;
    let line = word.iter().take(LONGEST).position(|it| matches!(it, b'\r' | b'\n'));
    let word = &word[..line.unwrap_or(word.len().min(LONGEST))];
    let charset = 2 + word[2..].iter().position(|it| *it == b'?')?;
    let is_quoted = matches!(word.get(charset + 1..charset + 3), Some(b"Q?" | b"q?"));
    let start = charset + 3;
    let text = word.get(start..).filter(|_| is_quoted)?;
    let end = text.windows(2).position(|it| it == b"?=")?;
    Some((start, start + end))
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
        let raw = b"Subject: =?iso-8859-1?Q?Fr\xf6sche?= =?\nTo: \xe4\n\nb\xf6dy";
        assert_eq!(
            with_readable_headers(raw).as_ref(),
            b"Subject: =?iso-8859-1?Q?Fr=F6sche?= =?\nTo: \xc3\xa4\n\nb\xf6dy"
        );
        let raw = b"Subject: Gr\xfc\xdfe\n\nb\xf6dy";
        assert_eq!(with_readable_headers(raw).as_ref(), b"Subject: Gr\xc3\xbc\xc3\x9fe\n\nb\xf6dy");
    }

    #[test]
    fn control_characters_go_and_lines_end_one_way() {
        assert_eq!(clean("a\0b\r\nc\rd\u{7}\te"), "ab\nc\nd\te");
    }
}
