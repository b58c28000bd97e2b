//! Encoded words (RFC 2047) between which a character is split: against the rules and common.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;

/// What one word is read to at most; RFC 2047 says 75 bytes.
const LONGEST: usize = 1000;

/// A header block in which words of UTF-8 that only make sense together are one word.
pub fn joined(head: &[u8]) -> Cow<'_, [u8]> {
    if !head.windows(4).any(|it| it.eq_ignore_ascii_case(b"=?ut")) {
        return Cow::Borrowed(head);
    }
    let mut out = Vec::new();
    let mut rest = head;
    while let Some(at) = rest.windows(2).position(|it| it == b"=?") {
        let (before, word) = rest.split_at(at);
        out.extend_from_slice(before);
        let Some((length, text)) = together(word) else {
            out.extend_from_slice(&word[..2]);
            rest = &word[2..];
            continue;
        };
        out.extend_from_slice(b"=?utf-8?Q?");
        for byte in text {
            match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => out.push(byte),
                other => out.extend_from_slice(format!("={other:02X}").as_bytes()),
            }
        }
        out.extend_from_slice(b"?=");
        rest = &word[length..];
    }
    if out.is_empty() {
        return Cow::Borrowed(head);
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// The words from here on whose bytes are text only together: how long they are, and the bytes.
fn together(head: &[u8]) -> Option<(usize, Vec<u8>)> {
    let (mut length, mut text) = word(head)?;
    let mut words = 1;
    while std::str::from_utf8(&text).is_err_and(|it| it.error_len().is_none()) {
        let space = head[length..].iter().position(|it| !matches!(it, b' ' | b'\t' | b'\r' | b'\n'))?;
        let (more, bytes) = word(&head[length + space..])?;
        length += space + more;
        text.extend_from_slice(&bytes);
        words += 1;
    }
    (words > 1).then_some((length, text))
}

/// The word of UTF-8 that is here: how long it is, and its bytes.
fn word(head: &[u8]) -> Option<(usize, Vec<u8>)> {
    let line = head.iter().take(LONGEST).position(|it| matches!(it, b'\r' | b'\n'));
    let line = std::str::from_utf8(&head[..line.unwrap_or(head.len().min(LONGEST))]).ok()?;
    let mut pieces = line.strip_prefix("=?")?.splitn(3, '?');
    let (charset, encoding, text) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let text = &text[..text.find("?=")?];
    let language = charset.find('*').unwrap_or(charset.len());
    if !["utf-8", "utf8"].iter().any(|it| charset[..language].eq_ignore_ascii_case(it)) {
        return None;
    }
    let bytes = match encoding {
        "B" | "b" => base64_decode(text.as_bytes())?,
        "Q" | "q" => unquoted(text)?,
        _ => return None,
    };
    Some((2 + charset.len() + 1 + encoding.len() + 1 + text.len() + 2, bytes))
}

fn unquoted(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'_' => out.push(b' '),
            b'=' => {
                let digits = [bytes.next()?, bytes.next()?];
                out.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
            }
            other => out.push(other),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(head: &str) -> String {
        String::from_utf8(joined(head.as_bytes()).into_owned()).unwrap_or_default()
    }

    #[test]
    fn a_character_is_whole_again() {
        assert_eq!(
            of("Subject: =?UTF-8?B?R3LD?=\r\n =?utf-8?B?vA==?= x\r\n"),
            "Subject: =?utf-8?Q?Gr=C3=BC?= x\r\n"
        );
        assert_eq!(
            of("=?utf-8*de?q?a_=C3?= =?utf8?B?vMM=?=\n\t=?utf-8?Q?=9F?="),
            "=?utf-8?Q?a=20=C3=BC=C3=9F?="
        );
    }

    #[test]
    fn what_is_whole_stays() {
        for head in [
            "Subject: =?utf-8?Q?Gr=C3=BC?= =?utf-8?Q?=C3=9F?=\n",
            "=?utf-8?Q?=C3?= and =?utf-8?Q?=BC?=",
            "=?utf-8?Q?=C3?=",
            "=?utf-8?Q?=FF?= =?utf-8?Q?=BC?=",
            "=?utf-8?Q?=C3?= =?iso-8859-1?Q?=BC?=",
            "=?utf-8?B?%?= =?utf-8?Q?=C?= =?utf =?",
        ] {
            assert_eq!(of(head), head);
        }
    }
}
