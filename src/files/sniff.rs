//! What content is, by its first bytes. What a client says about it is not believed.

/// So much of the beginning decides.
pub const HEAD: usize = 8 * 1024;

const TEXT: &str = "text/plain";
const SVG: &str = "image/svg+xml";
const UNKNOWN: &str = "application/octet-stream";

/// The types that a browser may show in place; they cannot run anything.
const INLINE: [&str; 6] = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", TEXT];

/// The media type of content that begins with `head` (its first [`HEAD`] bytes, or all).
pub fn content_type(head: &[u8]) -> &'static str {
    // Seals, keys and certificates begin alike, and only some of them are certificates to be installed.
    let known = infer::get(head).map(|it| it.mime_type()).filter(|it| *it != "application/x-x509-ca-cert");
    match known {
        Some(known) if !known.starts_with("text/") => known,
        known => match (known, text(head)) {
            (_, Some(text)) if text.contains("<svg") => SVG,
            (Some(known), _) => known,
            (None, Some(_)) => TEXT,
            (None, None) => UNKNOWN,
        },
    }
}

/// Whether a browser may show it in place.
pub fn is_inline(content_type: &str) -> bool {
    INLINE.contains(&content_type)
}

/// As a header says it.
pub fn header(content_type: &str) -> &str {
    if content_type == TEXT { "text/plain; charset=utf-8" } else { content_type }
}

/// The head as text, where it is UTF-8 (a character may be cut at its end) without control characters.
fn text(head: &[u8]) -> Option<&str> {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && head.len() >= HEAD => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let plain = |it: char| !it.is_control() || matches!(it, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}');
    text.chars().all(plain).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_speaks_for_itself() {
        let mut cut = vec![b'a'; HEAD - 1];
        cut.push(0xc3);
        let cases: [(&[u8], &str); 13] = [
            (b"\x89PNG\r\n\x1a\n....", "image/png"),
            (b"\xff\xd8\xff\xe0....", "image/jpeg"),
            (b"GIF89a....", "image/gif"),
            (b"RIFF....WEBPVP8 ", "image/webp"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"Hello, \xc3\xa9t\xc3\xa9\n", TEXT),
            (b"<!DOCTYPE html><script>alert(1)</script>", "text/html"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", SVG),
            (b"<?xml version='1.0'?><svg/>", SVG),
            (b"\x00\x01\x02\x03", UNKNOWN),
            (b"0\x82\x01\x02\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x02", UNKNOWN),
            (b"-----BEGIN PGP MESSAGE-----\n\nhQEM", TEXT),
            (&cut, TEXT),
        ];
        for (head, expected) in cases {
            assert_eq!(content_type(head), expected, "{}", String::from_utf8_lossy(head));
        }
        assert!(!is_inline(SVG) && !is_inline("text/html") && is_inline(TEXT));
        assert_eq!(content_type(b""), TEXT);
    }
}
