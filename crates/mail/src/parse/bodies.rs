//! The bodies: which parts are text, and in which letters.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};

use super::{Limits, flowed, truncated};
use crate::charset::{clean, guessed};
use crate::mail::Mail;

/// Text and HTML, of all the parts that are one body.
pub fn read_bodies(mail: &mut Mail, message: &Message<'_>, limits: &Limits) {
    let (mut text, mut html) = (String::new(), String::new());
    let (mut has_text, mut has_html) = (false, false);
    for id in &message.text_body {
        if let Some(part) = message.part(*id)
            && let PartType::Text(body) = &part.body
        {
            has_text = true;
            append(&mut text, "\n\n", &plain_text(message, part, body), limits.body);
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
                let body = plain_text(message, part, body);
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

/// Puts more after what is there, within the limit.
pub fn append(all: &mut String, between: &str, more: &str, most: usize) {
    // One more byte than is kept tells that something was left out.
    if all.len() > most || more.trim().is_empty() {
        return;
    }
    if !all.is_empty() {
        all.push_str(between);
    }
    all.push_str(truncated(more, most + 1));
}

/// What is kept of a text; a note says where it is not all.
pub fn limited(notes: &mut Vec<String>, what: &str, text: String, most: usize) -> String {
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

/// Plain text with its paragraphs whole.
fn plain_text<'a>(message: &Message<'_>, part: &MessagePart<'_>, text: &'a str) -> Cow<'a, str> {
    let text = readable_text(message, part, text);
    let says = |name: &str, value: &str| {
        let kind = part.content_type().and_then(|it| it.attribute(name));
        kind.is_some_and(|it| it.trim().eq_ignore_ascii_case(value))
    };
    if says("format", "flowed") { Cow::Owned(flowed::whole(&text, says("delsp", "yes"))) } else { text }
}

/// The text of a part; where it was declared in an encoding it is not in, in the one it looks like.
fn readable_text<'a>(message: &Message<'_>, part: &MessagePart<'_>, text: &'a str) -> Cow<'a, str> {
    let is_broken = text.contains('\u{fffd}');
    if !is_broken && (text.is_ascii() || !may_hide_utf8(part)) {
        return Cow::Borrowed(text);
    }
    let Some(bytes) = transfer_decoded(message, part) else { return Cow::Borrowed(text) };
    match std::str::from_utf8(&bytes) {
        Ok(utf8) => Cow::Owned(utf8.to_owned()),
        Err(_) if is_broken => Cow::Owned(guessed(&bytes).into_owned()),
        Err(_) => Cow::Borrowed(text),
    }
}

/// Whether what it was declared in takes any bytes for Western letters. What is UTF-8 from its beginning to its
/// end makes no words in these.
fn may_hide_utf8(part: &MessagePart<'_>) -> bool {
    const WESTERN: [&str; 6] = ["us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "latin1", "windows-1252"];
    let charset = part.content_type().and_then(|it| it.attribute("charset"));
    charset.is_none_or(|it| WESTERN.iter().any(|western| it.trim().eq_ignore_ascii_case(western)))
}

/// The content of a part as bytes, before any charset.
pub fn transfer_decoded<'a>(message: &'a Message<'_>, part: &MessagePart<'_>) -> Option<Cow<'a, [u8]>> {
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize)?;
    match part.encoding {
        Encoding::None => Some(Cow::Borrowed(raw)),
        Encoding::Base64 => base64_decode(raw).map(Cow::Owned),
        Encoding::QuotedPrintable => quoted_printable_decode(raw).map(Cow::Owned),
    }
}
