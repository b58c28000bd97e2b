//! What an end user wrote about before, told from the records.

mod phrases;

use std::collections::HashSet;

use answerpal_grounding::days;
use answerpal_wire::time::format as iso;

use super::split_topics;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::error::{Error, Result};
use crate::model::{Refs, TicketId, Timestamp, ticket};
use crate::store::tickets::{self as store, Past};
use phrases::Phrases;

/// So many subjects are named.
const NAMED: usize = 5;

/// A history, and the language it is told in (ISO 639-1).
pub struct History {
    pub text: String,
    pub lang: &'static str,
}

/// Told in the first of the languages that there are sentences of, else in English. The text is empty where the end
/// user has no other ticket that the caller sees.
pub async fn summary(app: &App, caller: &Caller, ticket: TicketId, languages: &[&str]) -> Result<History> {
    let phrases = phrases::first_of(languages.iter().copied());
    let mut conn = app.store.read().await?;
    let customer = caller.customer;
    let row = store::get(&mut conn, customer, ticket).await?;
    if !caller.sees_ticket_of(row.customer_rep_id) {
        return Err(Error::NotFound);
    }
    let past = store::past(&mut conn, customer, &row, caller.limited_to()).await?;
    let text = match past.as_slice() {
        [] => String::new(),
        past => tell(past, &*app.refs.current(&mut conn, customer).await?, phrases),
    };
    Ok(History { text, lang: phrases.lang })
}

/// `past` is newest first.
fn tell(past: &[Past], refs: &Refs, phrases: &Phrases) -> String {
    let (open, closed): (Vec<&Past>, Vec<&Past>) = past.iter().partition(|it| !it.is_closed);
    let since = past.iter().map(|it| it.date_created).min().unwrap_or(Timestamp(0));
    let last = past.iter().map(|it| it.last_message_date).max().unwrap_or(since);
    let (since, last) = (day(since, phrases), day(last, phrases));
    let n = past.len().to_string();
    let begun = match past.len() {
        1 => filled(phrases.one, &[&since]),
        store::MOST_PAST => filled(phrases.at_least, &[&n, &since]),
        _ => filled(phrases.several, &[&n, &since]),
    };
    let ended = match (closed.len(), open.len()) {
        (1, 0) => phrases.one_closed.to_owned(),
        (0, 1) => phrases.one_open.to_owned(),
        (_, 0) => phrases.all_closed.to_owned(),
        (0, _) => phrases.all_open.to_owned(),
        (closed, open) => filled(phrases.some_closed, &[&closed.to_string(), &open.to_string()]),
    };
    let mut told = vec![begun + &ended, filled(phrases.last_contact, &[&last])];
    let topics = topics(past, refs);
    if !topics.is_empty() {
        told.push(filled(phrases.about, &[&topics.join(", ")]));
    }
    let escalated = past.iter().filter(|it| it.escalated).count();
    if escalated > 0 {
        told.push(filled(phrases.escalated, &[&escalated.to_string()]));
    }
    if !open.is_empty() {
        told.push(filled(phrases.still_open, &[&named(&open, phrases, |it| status(it, phrases).to_owned())]));
    }
    if !closed.is_empty() {
        let ended = |it: &Past| match it.close_date {
            Some(at) => filled(phrases.closed_on, &[&day(at, phrases)]),
            None => phrases.closed.to_owned(),
        };
        told.push(filled(phrases.closed_last, &[&named(&closed, phrases, ended)]));
    }
    told.join(" ")
}

/// The phrase with each gap filled in its order.
fn filled(phrase: &str, with: &[&str]) -> String {
    let mut parts = phrase.split("{}");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.zip(with).fold(first, |text, (part, with)| text + with + part)
}

/// The first tickets with what is said of each.
fn named(tickets: &[&Past], phrases: &Phrases, said: impl Fn(&Past) -> String) -> String {
    let each = |it: &&Past| format!("#{} {} ({})", it.ticket_id, subject(it, phrases), said(it));
    let mut named: Vec<String> = tickets.iter().take(NAMED).map(each).collect();
    if tickets.len() > NAMED {
        named.push(filled(phrases.more, &[&(tickets.len() - NAMED).to_string()]));
    }
    named.join("; ")
}

fn status<'a>(ticket: &'a Past, phrases: &'a Phrases) -> &'a str {
    let known = ticket::UNCLOSED.iter().position(|it| *it == ticket.status);
    known.map_or(&ticket.status, |it| phrases.statuses[it])
}

/// Names with how many tickets were about them, the most frequent first.
fn topics(past: &[Past], refs: &Refs) -> Vec<String> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for ticket in past {
        let topics: HashSet<_> = split_topics(&ticket.topic_ids).collect();
        for name in topics.iter().filter_map(|it| refs.topics.get(it)) {
            match counts.iter_mut().find(|it| it.0 == name) {
                Some((_, count)) => *count += 1,
                None => counts.push((name, 1)),
            }
        }
    }
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    counts.into_iter().map(|(name, count)| format!("{name} ({count})")).collect()
}

fn subject(ticket: &Past, phrases: &Phrases) -> String {
    let text = ticket.subject.as_deref().or(ticket.preview.as_deref()).unwrap_or(phrases.no_subject);
    let [open, close] = phrases.quotes;
    let text: String = super::preview(text).chars().take(100).collect();
    format!("{open}{text}{close}")
}

fn day(at: Timestamp, phrases: &Phrases) -> String {
    days::written(phrases.lang, &iso(at.0).chars().take(10).collect::<String>())
}
