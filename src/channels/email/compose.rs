//! A mail put together: headers, text and HTML, inline images and attachments.

use std::time::{Duration, UNIX_EPOCH};

use answerpal_wire::time::Timestamp;
use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, MultiPartKind, SinglePart};

/// A header line is at most 998 bytes (RFC 5322); this many ids of a long conversation fit in sight.
const MOST_REFERENCES: usize = 20;
/// Marks what this program sent, whoever brings it back.
pub const SENT_BY: &str = "X-AnswerPal-Sent-By";

/// A mail on its way out, of no protocol yet.
#[derive(Clone, Debug, Default)]
pub struct Outgoing {
    pub from_name: Option<String>,
    pub from_address: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    /// In the envelope only.
    pub bcc: Vec<String>,
    pub reply_to: Option<String>,
    pub subject: String,
    /// With its angle brackets; every try of one mail carries the same.
    pub message_id: String,
    pub in_reply_to: Option<String>,
    /// Oldest first.
    pub references: Vec<String>,
    pub date: Timestamp,
    pub text: String,
    pub html: Option<String>,
    pub files: Vec<OutgoingFile>,
    /// `auto-replied` or `auto-generated` (RFC 3834) where no person sent it.
    pub auto_submitted: Option<&'static str>,
    /// What [`SENT_BY`] says.
    pub sent_by: String,
}

#[derive(Clone, Debug)]
pub struct OutgoingFile {
    pub name: String,
    pub content_type: String,
    /// Shown in the text where it is named there.
    pub content_id: Option<String>,
    pub bytes: Vec<u8>,
}

impl Outgoing {
    /// Everybody who gets it, each once.
    pub fn recipients(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for address in self.to.iter().chain(&self.cc).chain(&self.bcc) {
            if !all.iter().any(|it| it.eq_ignore_ascii_case(address)) {
                all.push(address.clone());
            }
        }
        all
    }

    /// The mail as it goes over the wire, with CRLF. The error says what it lacks.
    pub fn to_bytes(&self) -> Result<Vec<u8>, String> {
        let from = mailbox(self.from_name.as_deref(), &self.from_address)?;
        let recipients = self.recipients().iter().map(|it| address(it)).collect::<Result<Vec<_>, _>>()?;
        let envelope = Envelope::new(Some(from.email.clone()), recipients).map_err(|it| it.to_string())?;
        let mut builder = Message::builder()
            .envelope(envelope)
            .from(from)
            .date(UNIX_EPOCH + Duration::from_micros(self.date.0.max(0).unsigned_abs()))
            .message_id(Some(self.message_id.clone()))
            .subject(one_line(&self.subject));
        for to in &self.to {
            builder = builder.to(mailbox(None, to)?);
        }
        for cc in &self.cc {
            builder = builder.cc(mailbox(None, cc)?);
        }
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(mailbox(self.from_name.as_deref(), reply_to)?);
        }
        if let Some(id) = self.in_reply_to.as_deref().filter(|it| is_message_id(it)) {
            builder = builder.in_reply_to(id.to_owned());
        }
        let references = shown(&self.references);
        if !references.is_empty() {
            builder = builder.references(references);
        }
        if let Some(kind) = self.auto_submitted {
            builder = builder
                .raw_header(raw("Auto-Submitted", kind))
                .raw_header(raw("X-Auto-Response-Suppress", "All"));
        }
        builder = builder.raw_header(raw(SENT_BY, &self.sent_by));
        let message = match self.body() {
            Part::Multi(part) => builder.multipart(part),
            Part::Single(part) => builder.singlepart(part),
        };
        Ok(message.map_err(|it| it.to_string())?.formatted())
    }

    fn body(&self) -> Part {
        let Some(html) = &self.html else {
            return self.mixed(Part::Single(SinglePart::plain(self.text.clone())), |_| false);
        };
        let inline = |file: &OutgoingFile| {
            file.content_id.as_ref().is_some_and(|it| html.contains(&format!("cid:{it}")))
        };
        let mut shown: Part = Part::Single(SinglePart::html(html.clone()));
        if self.files.iter().any(inline) {
            let mut related =
                self.multi(MultiPartKind::Related, "r").singlepart(SinglePart::html(html.clone()));
            for file in self.files.iter().filter(|it| inline(it)) {
                let id = file.content_id.clone().unwrap_or_default();
                related = related.singlepart(
                    Attachment::new_inline_with_name(id, file.name.clone())
                        .body(file.bytes.clone(), content_type(file)),
                );
            }
            shown = Part::Multi(related);
        }
        let both =
            self.multi(MultiPartKind::Alternative, "a").singlepart(SinglePart::plain(self.text.clone()));
        let both = match shown {
            Part::Single(part) => both.singlepart(part),
            Part::Multi(part) => both.multipart(part),
        };
        self.mixed(Part::Multi(both), inline)
    }

    /// With the files that are not shown in the text.
    fn mixed(&self, body: Part, shown: impl Fn(&OutgoingFile) -> bool) -> Part {
        let files: Vec<_> = self.files.iter().filter(|it| !shown(it)).collect();
        if files.is_empty() {
            return body;
        }
        let builder = MultiPart::builder().kind(MultiPartKind::Mixed).boundary(self.boundary("m"));
        let mut mixed = match body {
            Part::Single(part) => builder.singlepart(part),
            Part::Multi(part) => builder.multipart(part),
        };
        for file in files {
            mixed = mixed
                .singlepart(Attachment::new(file.name.clone()).body(file.bytes.clone(), content_type(file)));
        }
        Part::Multi(mixed)
    }

    fn multi(&self, kind: MultiPartKind, name: &str) -> MultiPart {
        MultiPart::builder().kind(kind).boundary(self.boundary(name)).build()
    }

    /// Of the mail's id, so that each try is the same to the byte. The `=_` can be in no encoded body.
    fn boundary(&self, name: &str) -> String {
        let id: String = self.message_id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
        format!("=_{name}_{id}")
    }
}

enum Part {
    Single(SinglePart),
    Multi(MultiPart),
}

fn content_type(file: &OutgoingFile) -> ContentType {
    ContentType::parse(&file.content_type)
        .unwrap_or_else(|_| ContentType::parse("application/octet-stream").expect("this is a content type"))
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), one_line(value))
}

/// Nothing that begins another header.
fn one_line(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect()
}

fn address(text: &str) -> Result<Address, String> {
    text.parse().map_err(|error| format!("{text} is no address that mail can go to: {error}"))
}

fn mailbox(name: Option<&str>, text: &str) -> Result<Mailbox, String> {
    let name = name.map(one_line).filter(|it| !it.trim().is_empty());
    Ok(Mailbox::new(name, address(text)?))
}

/// `<something@somewhere>`: what came from elsewhere may be anything.
pub fn is_message_id(id: &str) -> bool {
    let inner = id.strip_prefix('<').and_then(|it| it.strip_suffix('>'));
    inner.is_some_and(|it| {
        !it.is_empty()
            && it.len() <= 250
            && it.bytes().all(|it| it.is_ascii_graphic() && it != b'<' && it != b'>')
    })
}

/// The first, which names the conversation, and the newest.
fn shown(references: &[String]) -> String {
    let mut ids: Vec<&str> = Vec::new();
    for id in references.iter().map(String::as_str).filter(|it| is_message_id(it)) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.len() > MOST_REFERENCES {
        let newest = ids.len() - (MOST_REFERENCES - 1);
        ids.drain(1..newest);
    }
    ids.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Outgoing {
        Outgoing {
            from_name: Some("Zoë, Support".into()),
            from_address: "help@example.com".into(),
            to: vec!["anna@example.org".into()],
            bcc: vec!["boss@example.org".into()],
            subject: "Ünïcode\r\nBcc: all@example.org".into(),
            message_id: "<one@example.com>".into(),
            references: vec!["<first@x>".into(), "not an id".into(), "<evil@x>\r\nX: y".into()],
            date: Timestamp(1_772_442_000_000_000),
            text: "Grüße\n.\nEnde".into(),
            sent_by: "test".into(),
            ..Outgoing::default()
        }
    }

    #[test]
    fn nobody_adds_headers_and_blind_copies_stay_blind() {
        let text = String::from_utf8(mail().to_bytes().unwrap()).unwrap();
        assert!(!text.contains("boss@example.org") && !text.contains("\nBcc:"), "{text}");
        assert!(
            text.contains("References: <first@x>\r\n") && text.contains("Message-ID: <one@example.com>"),
            "{text}"
        );
        assert!(text.contains("Date: Mon, 02 Mar 2026 09:00:00 +0000"), "{text}");
        assert!(text.is_ascii());
        assert_eq!(mail().recipients(), ["anna@example.org", "boss@example.org"]);
    }

    #[test]
    fn images_of_the_text_are_inline_and_the_rest_is_attached() {
        let file = |name: &str, id: Option<&str>| OutgoingFile {
            name: name.into(),
            content_type: "image/png".into(),
            content_id: id.map(Into::into),
            bytes: vec![1, 2, 3],
        };
        let mail = Outgoing {
            html: Some("<p>Look: <img src=\"cid:pic@x\"></p>".into()),
            files: vec![
                file("pic.png", Some("pic@x")),
                file("other.png", Some("other@x")),
                file("Prüfung.png", None),
            ],
            ..mail()
        };
        let text = String::from_utf8(mail.to_bytes().unwrap()).unwrap();
        for part in ["multipart/mixed", "multipart/alternative", "multipart/related", "Content-ID: <pic@x>"] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert_eq!(text.matches("Content-Disposition: attachment").count(), 2);
        assert_eq!(text.matches("Content-Disposition: inline").count(), 1);
        assert_eq!(mail.to_bytes().unwrap(), text.as_bytes(), "each try is the same");
    }

    #[test]
    fn a_long_conversation_keeps_its_first_and_its_newest_ids() {
        let ids: Vec<String> = (0..100).map(|it| format!("<{it}@x>")).collect();
        let shown = shown(&ids);
        assert!(shown.starts_with("<0@x> <81@x> ") && shown.ends_with("<99@x>"), "{shown}");
    }
}
