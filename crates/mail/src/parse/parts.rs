//! What is no body: files, what `winmail.dat` wraps, enclosed mails, seals.

use std::borrow::Cow;

use mail_parser::{Encoding, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::bodies::{append, read_bodies, transfer_decoded};
use super::head::read_head;
use super::{Limits, one_line, truncated};
use crate::charset::{clean, guessed};
use crate::mail::{Mail, Part, Protection};

/// Enclosed mails that are shown in place of a body.
const MOST_SHOWN: usize = 20;

/// The parts that are files.
pub fn read_parts(mail: &mut Mail, message: &Message<'_>, limits: &Limits) {
    for id in &message.attachments {
        let Some(part) = message.part(*id) else { continue };
        // Says nothing but the version of its format (RFC 3156, section 4).
        if part.is_content_type("application", "pgp-encrypted") {
            continue;
        }
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
pub fn unwrap_outlook(mail: &mut Mail, limits: &Limits) {
    let is_wrapped = |it: &Part| {
        it.content_type.ends_with("/ms-tnef")
            || it.content_type.ends_with("/vnd.ms-tnef")
            || it.name.as_deref().is_some_and(|it| it.eq_ignore_ascii_case("winmail.dat"))
    };
    let Some(at) = mail.parts.iter().position(is_wrapped) else { return };
    let Some(mut inside) = crate::tnef::unwrap(&mail.parts[at].content) else { return };
    let has_text = mail.text.as_deref().is_some_and(|it| !it.trim().is_empty());
    if !has_text && mail.html.is_none() {
        let cut = |it: String| truncated(&it, limits.body).to_owned();
        mail.text = inside.text.map(cut).filter(|it| !it.trim().is_empty());
        mail.html = inside.html.map(cut).filter(|it| !it.trim().is_empty());
        if let Some(rtf) = inside.rtf.filter(|_| mail.text.is_none() && mail.html.is_none()) {
            let text = crate::rtf::text(&rtf);
            mail.text = Some(cut(text)).filter(|it| !it.is_empty());
            let content = rtf.chars().map(|it| u8::try_from(u32::from(it)).unwrap_or(b'?')).collect();
            inside.files.push(Part {
                name: Some("message.rtf".into()),
                content_type: "application/rtf".into(),
                content,
                ..Part::default()
            });
            mail.notes.push("It was written as Rich Text: message.rtf has it with its formatting.".into());
        }
    }
    if !inside.files.is_empty() {
        mail.parts.remove(at);
        let room = limits.parts.saturating_sub(mail.parts.len());
        mail.parts.extend(inside.files.into_iter().take(room));
    }
}

/// What a person reads of a mail that has no text of its own: an invitation, or the mails it encloses.
pub fn readable_part(parts: &[Part], limits: &Limits) -> Option<String> {
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
    // A body of parts that no boundary tells apart is shown as it is.
    let is_plain = |it: &&Part| it.content_type == "text/plain" || it.content_type.starts_with("multipart/");
    let plain = parts.iter().find(is_plain);
    if let Some(plain) = plain.filter(|_| out.is_empty()) {
        append(&mut out, "", &guessed(&plain.content), limits.body);
    }
    (!out.trim().is_empty()).then(|| truncated(&clean(&out), limits.body).to_owned())
}

/// Whether it is signed or encrypted.
pub fn protection(message: &Message<'_>, mail: &Mail) -> Option<Protection> {
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
