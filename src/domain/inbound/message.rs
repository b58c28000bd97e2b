//! A mail as a message: its texts, addresses, headers, and when it was written.

use answerpal_mail::Mail;
use serde_json::json;

use super::addresses::list;
use super::author::Author;
use super::read::Read;
use super::thread::identifier;
use crate::domain::tickets;
use crate::model::{Channel, ChannelType, DeliveryStatus, Message, SenderType, Timestamp};
use crate::store::received_mails::ReceivedMail;

const SECOND_MICROS: i64 = 1_000_000;
/// Nobody sent e-mail before.
const FIRST_MAIL: i64 = 0;
/// Bytes of headers that a message keeps.
const HEADER_BYTES: usize = 64 * 1024;

/// The message, of no ticket yet.
pub fn as_message(
    now: Timestamp,
    channel: &Channel,
    row: &ReceivedMail,
    read: &Read,
    author: &Author,
) -> Message {
    let mail = &read.mail;
    let sender_type = if author.is_ours { SenderType::CustomerRep } else { SenderType::EndUser };
    let mut message = Message::new(channel.channel_id, ChannelType::Email, sender_type, now);
    message.message_date = date(mail, row, read, now);
    if row.is_history {
        message.date_created = message.message_date;
    }
    message.subject = mail.subject.as_deref().map(|it| it.chars().take(1000).collect());
    message.message.clone_from(&read.text);
    message.text_body.clone_from(&read.whole);
    message.html_body.clone_from(&mail.html);
    let shown = message.message.as_deref().or(message.subject.as_deref());
    message.preview = shown.map(tickets::preview);
    message.from_address.clone_from(&author.address);
    message.from_name.clone_from(&author.name);
    message.to_address = list(&mail.to);
    message.cc_address = list(&mail.cc);
    message.bcc_address = list(&mail.bcc);
    message.message_identifier = mail.message_id.as_deref().map(identifier);
    message.headers = Some(headers(mail));
    if author.is_ours {
        message.delivery_status = Some(DeliveryStatus::Sent);
    }
    message
}

/// When it was written: what came just now, when the server had it; of history, what the mail says.
fn date(mail: &Mail, row: &ReceivedMail, read: &Read, now: Timestamp) -> Timestamp {
    let of_seconds = |it: i64| Timestamp(it.saturating_mul(SECOND_MICROS));
    let told = [mail.date.map(of_seconds), mail.received.map(of_seconds)].into_iter().flatten();
    let server = read.envelope.received_at.map(Timestamp);
    let mut all: Box<dyn Iterator<Item = Timestamp>> = if row.is_history {
        Box::new(told.chain(server))
    } else {
        Box::new(server.into_iter().chain([row.received_at]))
    };
    all.find(|it| it.0 > FIRST_MAIL && *it <= now).unwrap_or(now)
}

/// The headers as one JSON object; of one that stands there several times, a list.
fn headers(mail: &Mail) -> String {
    let mut out = serde_json::Map::new();
    let mut left = HEADER_BYTES;
    for (name, value) in &mail.headers {
        let Some(rest) = left.checked_sub(name.len() + value.len()) else { break };
        left = rest;
        match out.get_mut(name) {
            None => {
                out.insert(name.clone(), json!(value));
            }
            Some(serde_json::Value::Array(all)) => all.push(json!(value)),
            Some(first) => *first = json!([first.take(), value]),
        }
    }
    serde_json::Value::Object(out).to_string()
}
