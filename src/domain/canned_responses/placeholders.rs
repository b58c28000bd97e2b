//! `{{EndUserName}}` and its like in an answer to choose from.

use std::collections::BTreeSet;

use crate::domain::caller::Caller;
use crate::domain::html;
use crate::error::Result;
use crate::model::Ticket;
use crate::store::canned_responses::CannedResponse;
use crate::store::reps::profiles;
use crate::store::{Conn, customers, end_users};

/// What can be filled in, in the spelling of the documentation; read in any case.
pub const NAMES: [&str; 9] = [
    "EndUserName",
    "EndUserFirstname",
    "EndUserLastname",
    "EndUserCompany",
    "TicketID",
    "TicketSubject",
    "RepName",
    "RepEmail",
    "CustomerName",
];
/// Longest name looked for between the braces, spaces included.
const LONGEST_NAME: usize = 40;

/// An answer whose placeholders have the values of a ticket.
pub struct Filled {
    pub html: Option<String>,
    pub text: Option<String>,
    /// Placeholders that the ticket has no value for, or that there are none of: they stay for a person to
    /// replace.
    pub unfilled: Vec<String>,
}

/// Fills in what the ticket and the caller say.
pub async fn fill(
    conn: &mut Conn,
    caller: &Caller,
    ticket: &Ticket,
    response: &CannedResponse,
) -> Result<Filled> {
    let values = values(conn, caller, ticket).await?;
    let mut unfilled = BTreeSet::new();
    let plain = |it: &str| it.to_owned();
    let text = response.text_body.as_deref().map(|it| filled(it, &values, plain, &mut unfilled));
    let html = response.html_body.as_deref().map(|it| filled(it, &values, html::escaped, &mut unfilled));
    Ok(Filled { html, text, unfilled: unfilled.into_iter().collect() })
}

type Values = Vec<(&'static str, Option<String>)>;

async fn values(conn: &mut Conn, caller: &Caller, ticket: &Ticket) -> Result<Values> {
    let end_user = end_users::of_ticket(conn, caller.customer, ticket).await?;
    let rep = profiles::get(conn, caller.customer, caller.rep).await?;
    let tenant = customers::get(conn, caller.customer).await?;
    let of = |get: fn(&crate::model::EndUser) -> &Option<String>| {
        end_user.as_ref().and_then(|it| get(it).clone()).filter(|it| !it.trim().is_empty())
    };
    let (first, last) = (of(|it| &it.firstname), of(|it| &it.lastname));
    let both = [first.as_deref(), last.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let name = of(|it| &it.name).or_else(|| Some(both).filter(|it| !it.is_empty()));
    let values = [
        name,
        first,
        last,
        of(|it| &it.company),
        Some(ticket.ticket_id.to_string()),
        ticket.subject.clone(),
        Some(rep.name),
        rep.email,
        Some(tenant.name),
    ];
    Ok(NAMES.into_iter().zip(values).collect())
}

fn filled(
    text: &str,
    values: &Values,
    write: impl Fn(&str) -> String,
    unfilled: &mut BTreeSet<String>,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once("{{") {
        out.push_str(before);
        let end = tail.as_bytes().windows(2).take(LONGEST_NAME).position(|it| it == b"}}");
        let Some(end) = end else {
            out.push_str("{{");
            rest = tail;
            continue;
        };
        let name = tail[..end].trim();
        let value = values.iter().find(|it| it.0.eq_ignore_ascii_case(name)).and_then(|it| it.1.as_deref());
        match value {
            Some(value) => out.push_str(&write(value)),
            None => {
                unfilled.insert(name.to_owned());
                out.push_str(&text_of(&tail[..end]));
            }
        }
        rest = &tail[end + 2..];
    }
    out.push_str(rest);
    out
}

fn text_of(name: &str) -> String {
    format!("{{{{{name}}}}}")
}
