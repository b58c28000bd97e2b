//! Signing mail (DKIM, RFC 6376): `rsa-sha256`, both canonicalisations relaxed.

use std::fmt::Write;

use answerpal_wire::time::Timestamp;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// What is signed, where it is there. `from` twice: nobody adds a second one.
const SIGNED: [&str; 13] = [
    "from",
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "reply-to",
    "mime-version",
    "content-type",
    "auto-submitted",
];
/// DNS holds texts of at most so many bytes.
const LONGEST_TEXT: usize = 255;

/// The key of a domain. Its DNS record has the public half.
pub struct DkimKey {
    pub domain: String,
    pub selector: String,
    pair: RsaKeyPair,
}

/// A new private key: PKCS #8, in base64.
pub fn generate() -> Result<String, String> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| "no key can be made")?;
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| "the key cannot be written")?;
    Ok(STANDARD.encode(der.as_ref()))
}

impl DkimKey {
    /// `key` is what [`generate`] gave.
    pub fn new(domain: &str, selector: &str, key: &str) -> Result<Self, String> {
        let der = STANDARD.decode(key).map_err(|_| "the DKIM key cannot be read")?;
        let pair = RsaKeyPair::from_pkcs8(&der).map_err(|_| "the DKIM key cannot be used")?;
        Ok(Self { domain: domain.to_owned(), selector: selector.to_owned(), pair })
    }

    /// Where the DNS record belongs.
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// The text of the DNS record (RFC 6376 section 3.6.1), in one piece.
    pub fn record(&self) -> Result<String, String> {
        let public = AsDer::<PublicKeyX509Der<'_>>::as_der(self.pair.public_key());
        let public = public.map_err(|_| "the public key cannot be written")?;
        Ok(format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public.as_ref())))
    }

    /// The mail with its signature before it.
    pub fn sign(&self, mail: &[u8], now: Timestamp) -> Result<Vec<u8>, String> {
        let (head, body) = split(mail);
        let headers = headers(head);
        let (names, signed) = selected(&headers);
        let mut field = format!(
            "v=1; a=rsa-sha256; c=relaxed/relaxed; d={}; s={}; t={};\r\n h={};\r\n bh={};\r\n b=",
            self.domain,
            self.selector,
            now.0 / 1_000_000,
            names.join(":"),
            STANDARD.encode(Sha256::digest(relaxed_body(body))),
        );
        let mut input = signed;
        input.push_str(relaxed_header("DKIM-Signature", &field).trim_end());
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature)
            .map_err(|_| "the mail cannot be signed")?;
        let signature = STANDARD.encode(signature);
        for (index, letter) in signature.char_indices() {
            if index > 0 && index % 70 == 0 {
                field.push_str("\r\n  ");
            }
            field.push(letter);
        }
        Ok([format!("DKIM-Signature: {field}\r\n").as_bytes(), mail].concat())
    }
}

/// A DNS text in pieces, as zone files write it.
pub fn in_pieces(record: &str) -> String {
    let mut out = String::new();
    for piece in record.as_bytes().chunks(LONGEST_TEXT) {
        let _ =
            write!(out, "{}\"{}\"", if out.is_empty() { "" } else { " " }, String::from_utf8_lossy(piece));
    }
    out
}

fn split(mail: &[u8]) -> (&[u8], &[u8]) {
    match mail.windows(4).position(|it| it == b"\r\n\r\n") {
        Some(at) => (&mail[..at + 2], &mail[at + 4..]),
        None => (mail, &[]),
    }
}

/// Name and value, as they are written, in the order of the mail.
fn headers(head: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(head);
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive("\r\n") {
        if line.starts_with([' ', '\t']) {
            if let Some(last) = found.last_mut() {
                last.1.push_str(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            found.push((name.to_owned(), value.to_owned()));
        }
    }
    found
}

/// The names that are signed, and what they stand for: of a name that is there twice the last first.
fn selected(headers: &[(String, String)]) -> (Vec<&'static str>, String) {
    let mut rest: Vec<&(String, String)> = headers.iter().collect();
    let (mut names, mut signed) = (Vec::new(), String::new());
    for name in SIGNED {
        match rest.iter().rposition(|it| it.0.eq_ignore_ascii_case(name)) {
            Some(at) => {
                let (name_as_written, value) = rest.remove(at);
                names.push(name);
                signed.push_str(&relaxed_header(name_as_written, value));
            }
            // A name without a header says that there is none.
            None if name == "from" => names.push(name),
            None => {}
        }
    }
    (names, signed)
}

/// RFC 6376 section 3.4.2.
fn relaxed_header(name: &str, value: &str) -> String {
    let value: Vec<&str> = value.split([' ', '\t', '\r', '\n']).filter(|it| !it.is_empty()).collect();
    format!("{}:{}\r\n", name.trim().to_ascii_lowercase(), value.join(" "))
}

/// RFC 6376 section 3.4.4.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(body.len());
    let mut blank = 0;
    let mut lines = body.split(|it| *it == b'\n').peekable();
    while let Some(line) = lines.next() {
        if lines.peek().is_none() && line.is_empty() {
            break;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut relaxed = Vec::with_capacity(line.len());
        for byte in line {
            match byte {
                b' ' | b'\t' if relaxed.last() == Some(&b' ') => {}
                b' ' | b'\t' => relaxed.push(b' '),
                other => relaxed.push(*other),
            }
        }
        if relaxed.last() == Some(&b' ') {
            relaxed.pop();
        }
        if relaxed.is_empty() {
            blank += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut blank) {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(&relaxed);
        out.extend_from_slice(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    #[test]
    fn canonical_forms_are_those_of_the_rfc() {
        // RFC 6376 section 3.4.5.
        assert_eq!(relaxed_header("A", " X\r\n"), "a:X\r\n");
        assert_eq!(relaxed_header("B ", " Y\t\r\n\tZ  \r\n"), "b:Y Z\r\n");
        assert_eq!(relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
        assert_eq!(relaxed_body(b""), b"");
        assert_eq!(relaxed_body(b"\r\n\r\n"), b"");
        assert_eq!(relaxed_body(b"a\r\n\r\nb"), b"a\r\n\r\nb\r\n");
        // Of an empty body, section 3.4.4.
        assert_eq!(
            STANDARD.encode(Sha256::digest(relaxed_body(b""))),
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
    }

    #[test]
    fn a_signed_mail_proves_its_header() {
        let key = DkimKey::new("example.com", "desk", &generate().unwrap()).unwrap();
        let mail = b"From: a@example.com\r\nSubject: Hi\r\n there\r\n\r\nBody \r\n\r\n";
        let signed = String::from_utf8(key.sign(mail, Timestamp(5_000_000)).unwrap()).unwrap();
        assert!(signed.ends_with(std::str::from_utf8(mail).unwrap()));
        let (field, _) = signed.split_once("From: a@").unwrap();
        assert!(field.contains("h=from:from:subject;") && field.contains("t=5;"), "{field}");
        let (before, signature) = field.split_once(" b=").unwrap();
        let signature = STANDARD.decode(signature.split_whitespace().collect::<String>()).unwrap();
        let unsigned = relaxed_header("DKIM-Signature", &before["DKIM-Signature:".len()..]);
        let input = format!("from:a@example.com\r\nsubject:Hi there\r\n{} b=", unsigned.trim_end());
        let record = key.record().unwrap();
        let public = STANDARD.decode(record.split_once("p=").unwrap().1).unwrap();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public);
        public.verify(input.as_bytes(), &signature).unwrap();
        assert!(
            key.record_name() == "desk._domainkey.example.com"
                && in_pieces(&record).matches('"').count() == 4
        );
    }
}
