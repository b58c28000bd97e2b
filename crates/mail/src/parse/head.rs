//! The headers: addresses, dates, Message-IDs.

use std::collections::HashSet;

use mail_parser::{Address as Addresses, HeaderName, Message};

use super::{Limits, one_line, truncated};
use crate::charset::clean;
use crate::mail::{Address, Mail};

const LONGEST_HEADER: usize = 8 * 1024;
const LONGEST_ID: usize = 900;

/// Everything that the headers say.
pub fn read_head(mail: &mut Mail, message: &Message<'_>, limits: &Limits) {
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
    let mut seen: HashSet<String> = HashSet::new();
    let mut add = |id: String| {
        if !id.is_empty() && id.len() <= LONGEST_ID && seen.insert(id.clone()) {
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
