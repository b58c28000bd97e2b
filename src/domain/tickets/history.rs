//! What an end user wrote about before, told from the records.

use std::collections::HashSet;
use std::fmt::Write;

use answerpal_grounding::days;
use answerpal_wire::time::format as iso;

use super::split_topics;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::error::{Error, Result};
use crate::model::{Refs, TicketId, Timestamp};
use crate::store::tickets::{self as store, Past};

/// So many subjects are named.
const NAMED: usize = 5;

/// Empty where the end user has no other ticket that the caller sees.
pub async fn summary(app: &App, caller: &Caller, ticket: TicketId) -> Result<String> {
    let mut conn = app.store.read().await?;
    let customer = caller.customer;
    let row = store::get(&mut conn, customer, ticket).await?;
    if !caller.sees_ticket_of(row.customer_rep_id) {
        return Err(Error::NotFound);
    }
    let past = store::past(&mut conn, customer, &row, caller.limited_to()).await?;
    if past.is_empty() {
        return Ok(String::new());
    }
    let refs = app.refs.current(&mut conn, customer).await?;
    Ok(tell(&past, &refs))
}

/// `past` is newest first.
fn tell(past: &[Past], refs: &Refs) -> String {
    let (open, closed): (Vec<&Past>, Vec<&Past>) = past.iter().partition(|it| !it.is_closed);
    let since = past.iter().map(|it| it.date_created).min().unwrap_or(Timestamp(0));
    let last = past.iter().map(|it| it.last_message_date).max().unwrap_or(since);
    let mut told = match past.len() {
        store::MOST_PAST => format!("At least {} other tickets of this end user,", past.len()),
        1 => "One other ticket of this end user,".to_owned(),
        several => format!("{several} other tickets of this end user,"),
    };
    let (since, last) = (day(since), day(last));
    let _ =
        write!(told, " since {since}: {} closed, {} not. Last contact on {last}.", closed.len(), open.len());
    let topics = topics(past, refs);
    if !topics.is_empty() {
        let _ = write!(told, " About: {}.", topics.join(", "));
    }
    let escalated = past.iter().filter(|it| it.escalated).count();
    if escalated > 0 {
        let _ = write!(told, " Escalated: {escalated}.");
    }
    if !open.is_empty() {
        let named = named(&open, |it| format!("{} {} ({})", number(it), subject(it), it.status));
        let _ = write!(told, " Still open: {named}.");
    }
    if !closed.is_empty() {
        let ended = |it: &Past| {
            let on = it.close_date.map_or_else(String::new, |it| format!(" on {}", day(it)));
            format!("{} {} (closed{on})", number(it), subject(it))
        };
        let _ = write!(told, " Closed last: {}.", named(&closed, ended));
    }
    told
}

fn named(tickets: &[&Past], each: impl Fn(&Past) -> String) -> String {
    let named: Vec<String> = tickets.iter().take(NAMED).map(|it| each(it)).collect();
    let more = tickets.len() - named.len();
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    named.join("; ") + &more
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

fn number(ticket: &Past) -> String {
    format!("#{}", ticket.ticket_id)
}

fn subject(ticket: &Past) -> String {
    let text = ticket.subject.as_deref().or(ticket.preview.as_deref()).unwrap_or("without a subject");
    format!("“{}”", super::preview(text).chars().take(100).collect::<String>())
}

fn day(at: Timestamp) -> String {
    days::written("en", &iso(at.0).chars().take(10).collect::<String>())
}
