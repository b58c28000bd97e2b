//! Names of files: for display, and in headers. Content is never found by them.

use std::fmt::Write;

const LONGEST: usize = 255;
/// Of a name that is cut, so much of its end may be an extension worth keeping.
const LONGEST_EXTENSION: usize = 16;
const NAMELESS: &str = "file";

/// The name that a client gave, fit for display: without folders, control characters and those that
/// turn the direction of text (they hide extensions), at most 255 characters.
pub fn sanitise(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|it| !it.is_control() && !turns_text(*it)).collect();
    let clean = clean.trim().trim_matches('.').trim();
    if clean.is_empty() {
        return NAMELESS.into();
    }
    let length = clean.chars().count();
    if length <= LONGEST {
        return clean.to_owned();
    }
    let extension = match clean.rfind('.') {
        Some(at) if clean[at..].chars().count() <= LONGEST_EXTENSION => &clean[at..],
        _ => "",
    };
    let stem = clean.chars().take(LONGEST - extension.chars().count());
    stem.chain(extension.chars()).collect()
}

/// The name that a `Content-Disposition` has as `filename*` (RFC 5987). .NET writes one beside a `filename` that
/// nobody is to read.
pub fn extended(disposition: &str) -> Option<String> {
    let mut in_quotes = false;
    let mut escaped = false;
    let parameters = disposition.split(|it: char| {
        let ends = it == ';' && !in_quotes;
        in_quotes ^= it == '"' && !escaped;
        escaped = it == '\\' && !escaped;
        ends
    });
    let value = parameters.filter_map(|it| it.split_once('=')).find_map(|(name, value)| {
        name.trim().eq_ignore_ascii_case("filename*").then(|| value.trim().trim_matches('"'))
    })?;
    let mut pieces = value.splitn(3, '\'');
    let (charset, text) = (pieces.next()?, pieces.nth(1)?);
    let bytes: Vec<u8> = percent_encoding::percent_decode_str(text).collect();
    if charset.eq_ignore_ascii_case("iso-8859-1") {
        return Some(bytes.into_iter().map(char::from).collect());
    }
    String::from_utf8(bytes).ok().filter(|_| charset.eq_ignore_ascii_case("utf-8"))
}

fn turns_text(it: char) -> bool {
    matches!(it, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// A `Content-Disposition` with the name in both spellings (RFC 6266, RFC 5987).
pub fn disposition(inline: bool, name: &str) -> String {
    let kind = if inline { "inline" } else { "attachment" };
    let plain: String = name
        .chars()
        .map(|it| {
            let harmless = it.is_ascii_graphic() || it == ' ';
            if harmless && !matches!(it, '"' | '\\' | '%') { it } else { '_' }
        })
        .collect();
    let mut out = format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extended_name_is_read() {
        let of = |it: &str| extended(it);
        let dotnet = "form-data; name=file; filename=\"=?utf-8?B?w6kudHh0?=\"; filename*=utf-8''%C3%A9.txt";
        assert_eq!(of(dotnet).as_deref(), Some("é.txt"));
        assert_eq!(of("form-data; FILENAME* = iso-8859-1'fr'%E9").as_deref(), Some("é"));
        for nothing in [
            "form-data; name=\"file\"; filename=\"a; filename*=utf-8''b\"",
            "form-data; filename=\"a\\\"; filename*=utf-8''b\"",
            "form-data; filename*=utf-8''%FF",
            "form-data; filename*=b.txt",
            "form-data; filename*=koi8-r''b",
        ] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_name_loses_its_folders_and_what_cannot_be_seen() {
        for (given, kept) in [
            ("../../etc/passwd", "passwd"),
            (r"C:\Users\me\report.pdf", "report.pdf"),
            ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("..", "file"),
            ("", "file"),
            ("  Ünïcode 😀.png ", "Ünïcode 😀.png"),
        ] {
            assert_eq!(sanitise(given), kept, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let kept = sanitise(&format!("{}.jpeg", "ä".repeat(400)));
        assert_eq!(kept.chars().count(), 255);
        assert!(kept.ends_with("ä.jpeg"));
    }

    #[test]
    fn a_disposition_escapes_the_name() {
        assert_eq!(
            disposition(false, "a \"b\"; é.txt"),
            "attachment; filename=\"a _b_; _.txt\"; filename*=UTF-8''a%20%22b%22%3B%20%C3%A9.txt"
        );
    }
}
