//! Values that several resources take, checked and brought into one form.

use crate::error::{Error, Result};

/// Longest address of a mailbox (RFC 5321).
const LONGEST_EMAIL: usize = 254;
const LONGEST_HOSTNAME: usize = 253;

/// A text that must be there: trimmed, 1 to `longest` characters.
pub fn name(field: &str, text: &str, longest: usize) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > longest {
        return Err(Error::invalid(field, format!("must have 1 to {longest} characters")));
    }
    Ok(text.to_owned())
}

/// An optional text as a change gives it: None leaves what was there, an empty one clears it.
pub fn text(
    field: &str,
    given: Option<String>,
    before: &Option<String>,
    longest: usize,
) -> Result<Option<String>> {
    checked(given, before, |it| name(field, it, longest))
}

/// As [`text`], with a check of its own that gives the form to keep.
pub fn checked(
    given: Option<String>,
    before: &Option<String>,
    check: impl FnOnce(&str) -> Result<String>,
) -> Result<Option<String>> {
    match given {
        None => Ok(before.clone()),
        Some(text) if text.trim().is_empty() => Ok(None),
        Some(text) => check(text.trim()).map(Some),
    }
}

/// `name@host`, with the host in lower case.
pub fn email(field: &str, text: &str) -> Result<String> {
    let wrong = || Error::invalid(field, "must be an email address, for example help@example.com");
    let (local, host) = text.rsplit_once('@').ok_or_else(wrong)?;
    let odd = |it: char| it.is_whitespace() || it.is_control() || "\"(),:;<>@[\\]".contains(it);
    if local.is_empty() || local.len() > 64 || text.len() > LONGEST_EMAIL || local.contains(odd) {
        return Err(wrong());
    }
    let host = bare_host(host).ok_or_else(wrong)?;
    Ok(format!("{local}@{host}"))
}

/// `+` and digits; spaces, dots, hyphens, slashes and brackets between them are dropped.
pub fn phone(field: &str, text: &str) -> Result<String> {
    let kept: String = text.chars().filter(|it| !" .-/()\u{a0}".contains(*it)).collect();
    let digits = kept.strip_prefix('+').unwrap_or(&kept);
    if !(3..=15).contains(&digits.len()) || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return Err(Error::invalid(field, "must be a phone number, for example +49 30 123456"));
    }
    Ok(kept)
}

/// A host name or address in lower case, without scheme, port and path.
pub fn hostname(field: &str, text: &str) -> Result<String> {
    bare_host(text)
        .ok_or_else(|| Error::invalid(field, "must be a host name, for example support.example.com"))
}

/// Host names separated by commas, each with a port where it needs one; a scheme before and a slash
/// after are dropped.
pub fn hostnames(field: &str, text: &str) -> Result<String> {
    let mut hosts: Vec<String> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        let bare = part.split_once("://").map_or(part, |it| it.1).trim_end_matches('/');
        let (host, port) = match bare.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (bare, None),
        };
        let port = match port {
            Some(port) => format!(":{}", port.parse::<u16>().map_err(|_| bad_hostnames(field, part))?),
            None => String::new(),
        };
        let host = bare_host(host).ok_or_else(|| bad_hostnames(field, part))? + &port;
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    let joined = hosts.join(",");
    if joined.len() > 4000 {
        return Err(Error::invalid(field, "must have at most 4000 characters"));
    }
    Ok(joined)
}

fn bad_hostnames(field: &str, part: &str) -> Error {
    let message =
        format!("must be host names separated by commas, for example shop.example.com: {part:?} is none");
    Error::invalid(field, message)
}

fn bare_host(text: &str) -> Option<String> {
    let host = text.to_lowercase();
    let label = |it: &str| {
        !it.is_empty()
            && it.len() <= 63
            && !it.starts_with('-')
            && !it.ends_with('-')
            && it.chars().all(|it| it.is_alphanumeric() || it == '-' || it == '_')
    };
    (host.len() <= LONGEST_HOSTNAME && host.split('.').all(label)).then_some(host)
}

/// A language tag (RFC 5646) in lower case: `de`, `pt-br`.
pub fn language(field: &str, text: &str) -> Result<String> {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let letters = |it: &str| (2..=8).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_alphabetic());
    let subtag = |it: &str| (1..=8).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_alphanumeric());
    if text.len() <= 35 && letters(first) && parts.all(subtag) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(Error::invalid(field, "must be a language tag, for example de or pt-BR"))
}

/// The language of a tag without its region: `pt` of `pt-br`.
pub fn base_language(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or_default()
}

/// An `http` or `https` address without credentials in it and without a slash at the end.
pub fn web_address(field: &str, text: &str) -> Result<String> {
    let text = text.trim_end_matches('/');
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let authority = rest.map(|it| it.split(['/', '?', '#']).next().unwrap_or_default());
    let is_good = authority.is_some_and(|it| !it.is_empty() && !it.contains('@'));
    if !is_good || text.len() > 2000 || !text.bytes().all(|it| it.is_ascii_graphic()) {
        return Err(Error::invalid(field, "must be an address that starts with http:// or https://"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_brought_into_one_form() {
        assert_eq!(email("e", "Anna.B+x@Example.COM").unwrap(), "Anna.B+x@example.com");
        for wrong in ["anna", "@x.de", "a@", "a b@x.de", "a@x..de", "a@-x.de", "a\r\n@x.de", "<a@x.de>"] {
            assert!(email("e", wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(phone("p", "+49 (30) 123-456").unwrap(), "+4930123456");
        for wrong in ["12", "+", "call me", "+49+30123", "1234567890123456"] {
            assert!(phone("p", wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn hosts_lose_scheme_and_case() {
        let hosts = hostnames("h", "https://Shop.example.com/, localhost:3000,shop.example.com").unwrap();
        assert_eq!(hosts, "shop.example.com,localhost:3000");
        for wrong in ["a b", "x:99999", "*.example.com", "a..b", "https://a/b"] {
            assert!(hostnames("h", wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn language_tags_and_web_addresses() {
        assert_eq!(language("l", "pt-BR").unwrap(), "pt-br");
        assert!(language("l", "german please").is_err());
        assert_eq!(web_address("u", "https://llm.example.com/v1/").unwrap(), "https://llm.example.com/v1");
        assert!(web_address("u", "ftp://x").is_err() && web_address("u", "llm.example.com").is_err());
    }
}
