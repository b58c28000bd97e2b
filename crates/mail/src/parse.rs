//! MIME to a [`Mail`]. Reading is `mail-parser`'s; what it leaves open (missing charsets, 8-bit headers,
//! bounds, which part is the body) is settled here.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{
    Address as Addresses, Encoding, HeaderName, Message, MessageParser, MessagePart, MimeHeaders, PartType,
};

use crate::charset::{clean, guessed, header_end, with_readable_headers};
use crate::mail::{Address, Mail, Part, Protection};

/// How much of a mail is read. What is beyond is named in [`Mail::notes`]; the raw file has it all.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one body, text or HTML.
    pub body: usize,
    /// Bytes of all headers that are kept.
    pub headers: usize,
    /// Parts that are kept as files.
    pub parts: usize,
    /// Message-IDs that are kept of one header, the newest.
    pub references: usize,
    /// Addresses that are kept of one header.
    pub addresses: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 1024 * 1024, headers: 128 * 1024, parts: 1000, references: 200, addresses: 500 }
    }
}

/// Mails enclosed in each other deeper than this are not taken apart: each level costs stack.
const MOST_ENCLOSED: usize = 100;
/// A missing boundary is looked for to the end of the mail: this bounds how often times how far.
const MOST_SEARCHED: usize = 4_000_000_000;
const LONGEST_HEADER: usize = 8 * 1024;
const LONGEST_ID: usize = 900;
/// Enclosed mails that are shown in place of a body.
const MOST_SHOWN: usize = 20;

/// Reads a raw mail; None where not one header of a mail is in it.
pub fn parse(raw: &[u8], limits: &Limits) -> Option<Mail> {
    let raw = without_envelope_line(raw);
    let readable = with_readable_headers(raw);
    let is_safe = is_safe(&readable);
    let parser = MessageParser::default();
    let message =
        if is_safe { parser.parse(readable.as_ref()) } else { parser.parse_headers(readable.as_ref()) };
    let message = message.filter(|it| !it.parts.is_empty() || !is_safe)?;
    let mut mail = Mail::default();
    if is_safe {
        read_head(&mut mail, &message, limits);
        if !is_mail(&mail) {
            return None;
        }
        read_bodies(&mut mail, &message, limits);
        read_parts(&mut mail, &message, limits);
        unwrap_outlook(&mut mail, limits);
        if mail.text.is_none() && mail.html.is_none() {
            mail.text = readable_part(&mail.parts, limits);
        }
        mail.protection = protection(&message, &mail);
    } else {
        let end = header_end(&readable);
        let head = MessageParser::default().parse(&readable[..end])?;
        read_head(&mut mail, &head, limits);
        let text = guessed(&readable[end..readable.len().min(end + limits.body)]).into_owned();
        mail.text = Some(limited(&mut mail.notes, "text", clean(&text), limits.body));
        mail.notes.push("Its parts are nested too deeply to be taken apart: see the original.".into());
    }
    Some(mail)
}

/// Whether one of the headers is there that mail has.
fn is_mail(mail: &Mail) -> bool {
    const KNOWN: [&str; 13] = [
        "from",
        "sender",
        "reply-to",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "received",
        "return-path",
        "mime-version",
        "content-type",
        "delivered-to",
    ];
    mail.headers.iter().any(|it| KNOWN.iter().any(|known| it.0.eq_ignore_ascii_case(known)))
}

/// Without the `From …` line that mbox files and some servers put above the headers.
fn without_envelope_line(raw: &[u8]) -> &[u8] {
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let start = raw.iter().position(|it| !matches!(it, b'\r' | b'\n')).unwrap_or(raw.len());
    let raw = &raw[start..];
    if raw.starts_with(b"From ") || raw.starts_with(b">From ") {
        let end = raw.iter().position(|it| *it == b'\n').map_or(raw.len(), |it| it + 1);
        return &raw[end..];
    }
    raw
}

/// Whether its structure can be read in bounded time and stack.
fn is_safe(raw: &[u8]) -> bool {
    let mut enclosed = 0;
    let mut boundaries: usize = 0;
    for line in raw.split(|it| *it == b'\n') {
        if line.len() < 8 || line.len() > 4096 {
            continue;
        }
        if contains(line, b"boundary") {
            boundaries += 1;
        }
        if contains(line, b"message/") || contains(line, b"multipart/digest") {
            enclosed += 1;
        }
    }
    enclosed <= MOST_ENCLOSED && boundaries.saturating_mul(raw.len()) <= MOST_SEARCHED
}

fn contains(line: &[u8], word: &[u8]) -> bool {
    line.windows(word.len()).any(|it| it.eq_ignore_ascii_case(word))
}

fn read_head(mail: &mut Mail, message: &Message<'_>, limits: &Limits) {
    mail.from = addresses(message.from(), limits);
    mail.sender = addresses(message.sender(), limits).into_iter().next();
    mail.reply_to = addresses(message.reply_to(), limits);
    mail.to = message.all_to().flat_map(|it| addresses(Some(it), limits)).take(limits.addresses).collect();
    mail.cc = message.all_cc().flat_map(|it| addresses(Some(it), limits)).take(limits.addresses).collect();
    mail.bcc = message.all_bcc().flat_map(|it| addresses(Some(it), limits)).take(limits.addresses).collect();
    mail.subject = message.subject().map(one_line).filter(|it| !it.is_empty());
    mail.date = message.date().and_then(timestamp);
    mail.received = message.received().and_then(|it| it.date()).as_ref().and_then(timestamp);
    let mut left = limits.headers;
    for (name, value) in message.headers_raw() {
        let value = truncated(&one_line(value), LONGEST_HEADER).to_owned();
        let Some(rest) = left.checked_sub(name.len() + value.len()) else {
            mail.notes.push("It has more headers than are kept: see the original.".into());
            break;
        };
        left = rest;
        mail.headers.push((clean(name), value));
    }
    let ids = |name: HeaderName<'_>| {
        let raw = message.root_part().headers.iter().rev().find(|it| it.name == name);
        let raw = raw.map(|it| &message.raw_message[it.offset_start as usize..it.offset_end as usize]);
        raw.map(|it| message_ids(&String::from_utf8_lossy(it))).unwrap_or_default()
    };
    mail.message_id = ids(HeaderName::MessageId).into_iter().next();
    mail.in_reply_to = ids(HeaderName::InReplyTo);
    mail.in_reply_to.truncate(limits.references);
    mail.references = ids(HeaderName::References);
    let many = mail.references.len().saturating_sub(limits.references);
    mail.references.drain(..many);
    for name in ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"] {
        let found: Vec<String> = mail.header_values(name).map(bare).filter(|it| it.contains('@')).collect();
        mail.delivered_to.extend(found.into_iter().take(limits.addresses));
    }
}

/// The address alone, in `<…>` or bare.
fn bare(text: &str) -> String {
    let inner = text.split_once('<').and_then(|it| it.1.split_once('>')).map_or(text, |it| it.0);
    inner.trim().to_owned()
}

fn addresses(list: Option<&Addresses<'_>>, limits: &Limits) -> Vec<Address> {
    let Some(list) = list else { return Vec::new() };
    let found = list.iter().filter_map(|it| {
        let name = it.name().map(one_line).filter(|it| !it.is_empty());
        match it.address() {
            Some(address) => Some(Address { name, address: one_line(address) }),
            // `From: someone@example.com` in quotes, or a name alone.
            None => name.map(|name| Address { name: None, address: name }),
        }
    });
    found.filter(|it| !it.address.is_empty()).take(limits.addresses).collect()
}

fn timestamp(date: &mail_parser::DateTime) -> Option<i64> {
    (date.is_valid() && date.year >= 1970).then(|| date.to_timestamp())
}

/// Message-IDs of a header, in their order, without brackets. Programs write sentences around them.
pub fn message_ids(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |id: String| {
        if !id.is_empty() && id.len() <= LONGEST_ID && !found.contains(&id) {
            found.push(id);
        }
    };
    if !text.contains('<') {
        let words = text.split(|it: char| it.is_whitespace() || it == ',' || it == '>');
        words
            .filter(|it| it.contains('@') || !text.trim().contains(' '))
            .for_each(|it| add(clean(it.trim())));
        return found;
    }
    for piece in text.split('<').skip(1) {
        let end = piece.find('>').unwrap_or(piece.len());
        add(clean(&piece[..end].split_whitespace().collect::<String>()));
    }
    found
}

fn read_bodies(mail: &mut Mail, message: &Message<'_>, limits: &Limits) {
    let (mut text, mut html) = (String::new(), String::new());
    let (mut has_text, mut has_html) = (false, false);
    for id in &message.text_body {
        if let Some(part) = message.part(*id)
            && let PartType::Text(body) = &part.body
        {
            has_text = true;
            append(&mut text, "\n\n", &readable_text(message, part, body), limits.body);
        }
    }
    for id in &message.html_body {
        let Some(part) = message.part(*id) else { continue };
        match &part.body {
            PartType::Html(body) => {
                has_html = true;
                append(&mut html, "\n<br>\n", &readable_text(message, part, body), limits.body);
            }
            PartType::Text(body) => {
                let body = readable_text(message, part, body);
                append(&mut html, "\n<br>\n", &format!("<div>{}</div>", as_html(&body)), limits.body);
            }
            PartType::InlineBinary(_) => {
                if let Some(id) = part.content_id() {
                    append(&mut html, "\n", &format!("<img src=\"cid:{}\">", as_html(id)), limits.body);
                }
            }
            _ => {}
        }
    }
    if has_text {
        mail.text = Some(limited(&mut mail.notes, "text", clean(&text), limits.body));
    }
    if has_html {
        mail.html = Some(limited(&mut mail.notes, "HTML", clean(&html), limits.body));
    }
}

fn append(all: &mut String, between: &str, more: &str, most: usize) {
    // One more byte than is kept tells that something was left out.
    if all.len() > most || more.trim().is_empty() {
        return;
    }
    if !all.is_empty() {
        all.push_str(between);
    }
    all.push_str(truncated(more, most + 1));
}

fn limited(notes: &mut Vec<String>, what: &str, text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    notes.push(format!("Its {what} is longer than {most} bytes: the rest is in the original."));
    truncated(&text, most).to_owned()
}

fn as_html(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    escaped.replace('\n', "<br>\n")
}

/// The text of a part; where it was declared in an encoding it is not in, in the one it looks like.
fn readable_text<'a>(message: &Message<'_>, part: &MessagePart<'_>, text: &'a str) -> Cow<'a, str> {
    if !text.contains('\u{fffd}') {
        return Cow::Borrowed(text);
    }
    match transfer_decoded(message, part) {
        Some(bytes) => Cow::Owned(guessed(&bytes).into_owned()),
        None => Cow::Borrowed(text),
    }
}

/// The content of a part as bytes, before any charset.
fn transfer_decoded<'a>(message: &'a Message<'_>, part: &MessagePart<'_>) -> Option<Cow<'a, [u8]>> {
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize)?;
    match part.encoding {
        Encoding::None => Some(Cow::Borrowed(raw)),
        Encoding::Base64 => base64_decode(raw).map(Cow::Owned),
        Encoding::QuotedPrintable => quoted_printable_decode(raw).map(Cow::Owned),
    }
}

fn read_parts(mail: &mut Mail, message: &Message<'_>, limits: &Limits) {
    for id in &message.attachments {
        let Some(part) = message.part(*id) else { continue };
        if mail.parts.len() >= limits.parts {
            let left = message.attachments.len() - mail.parts.len();
            mail.notes.push(format!("{left} more parts are in the original only."));
            break;
        }
        mail.parts.push(as_file(message, part));
    }
}

fn as_file(message: &Message<'_>, part: &MessagePart<'_>) -> Part {
    let content_type = match part.content_type() {
        Some(it) => format!("{}/{}", it.ctype(), it.subtype().unwrap_or("octet-stream")).to_lowercase(),
        None => "text/plain".into(),
    };
    let (content, name) = match &part.body {
        PartType::Text(text) | PartType::Html(text) => {
            // As it came, whatever its charset: a file is not rewritten.
            let bytes = transfer_decoded(message, part).unwrap_or(Cow::Borrowed(text.as_bytes()));
            (bytes.into_owned(), None)
        }
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => (bytes.to_vec(), None),
        PartType::Message(enclosed) => {
            let range = part.offset_body as usize..part.offset_end as usize;
            let content = match part.encoding {
                Encoding::None => message.raw_message.get(range).unwrap_or_default().to_vec(),
                _ => enclosed.raw_message.to_vec(),
            };
            (content, enclosed.subject().map(|it| format!("{}.eml", truncated(&one_line(it), 100))))
        }
        PartType::Multipart(_) => (Vec::new(), None),
    };
    Part {
        name: part.attachment_name().map(one_line).filter(|it| !it.is_empty()).or(name),
        content_id: part.content_id().map(|it| one_line(it.trim_matches(['<', '>']))),
        is_inline: part.content_disposition().is_some_and(|it| it.is_inline())
            || matches!(part.body, PartType::InlineBinary(_)),
        content_type,
        content,
    }
}

/// Puts what is in a `winmail.dat` in its place.
fn unwrap_outlook(mail: &mut Mail, limits: &Limits) {
    let is_wrapped = |it: &Part| {
        it.content_type.ends_with("/ms-tnef")
            || it.content_type.ends_with("/vnd.ms-tnef")
            || it.name.as_deref().is_some_and(|it| it.eq_ignore_ascii_case("winmail.dat"))
    };
    let Some(at) = mail.parts.iter().position(is_wrapped) else { return };
    let Some(inside) = crate::tnef::unwrap(&mail.parts[at].content) else { return };
    let has_text = mail.text.as_deref().is_some_and(|it| !it.trim().is_empty());
    if !has_text && mail.html.is_none() {
        let cut = |it: String| truncated(&it, limits.body).to_owned();
        mail.text = inside.text.map(cut).filter(|it| !it.trim().is_empty());
        mail.html = inside.html.map(cut).filter(|it| !it.trim().is_empty());
    }
    if !inside.files.is_empty() {
        mail.parts.remove(at);
        let room = limits.parts.saturating_sub(mail.parts.len());
        mail.parts.extend(inside.files.into_iter().take(room));
    }
}

/// What a person reads of a mail that has no text of its own: an invitation, or the mails it encloses.
fn readable_part(parts: &[Part], limits: &Limits) -> Option<String> {
    let calendar = parts.iter().find(|it| it.content_type == "text/calendar");
    if let Some(summary) = calendar.and_then(|it| crate::calendar::summary(&guessed(&it.content))) {
        return Some(summary);
    }
    let mut out = String::new();
    for part in parts.iter().filter(|it| it.content_type.starts_with("message/rfc822")).take(MOST_SHOWN) {
        let Some(message) = MessageParser::default().parse(&part.content) else { continue };
        let mut enclosed = Mail::default();
        read_head(&mut enclosed, &message, limits);
        read_bodies(&mut enclosed, &message, limits);
        let from = enclosed.from.first().map(|it| it.address.clone()).unwrap_or_default();
        let text =
            enclosed.text.or_else(|| enclosed.html.as_deref().map(crate::html::text)).unwrap_or_default();
        let subject = enclosed.subject.unwrap_or_default();
        append(
            &mut out,
            "\n\n",
            &format!("From: {from}\nSubject: {subject}\n\n{}", text.trim()),
            limits.body,
        );
    }
    let plain = parts.iter().find(|it| it.content_type == "text/plain");
    if let Some(plain) = plain.filter(|_| out.is_empty()) {
        append(&mut out, "", &guessed(&plain.content), limits.body);
    }
    (!out.trim().is_empty()).then(|| truncated(&clean(&out), limits.body).to_owned())
}

fn protection(message: &Message<'_>, mail: &Mail) -> Option<Protection> {
    for part in &message.parts {
        let Some(kind) = part.content_type() else { continue };
        let subtype = kind.subtype().unwrap_or_default().to_lowercase();
        let is_opaque = subtype == "pkcs7-mime" || subtype == "x-pkcs7-mime";
        let smime = kind.attribute("smime-type").unwrap_or_default().to_lowercase();
        if kind.ctype() == "multipart" && subtype == "encrypted" || is_opaque && !smime.starts_with("signed")
        {
            return Some(Protection::Encrypted);
        }
        if kind.ctype() == "multipart" && subtype == "signed" || is_opaque {
            return Some(Protection::Signed);
        }
    }
    let text = mail.text.as_deref().unwrap_or_default();
    if text.contains("-----BEGIN PGP MESSAGE-----") {
        return Some(Protection::Encrypted);
    }
    text.contains("-----BEGIN PGP SIGNED MESSAGE-----").then_some(Protection::Signed)
}

/// Without line ends and control characters.
fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|it: char| it.is_whitespace() || it.is_control()).filter(|it| !it.is_empty()).collect();
    words.join(" ")
}

/// The beginning, of at most so many bytes.
fn truncated(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
