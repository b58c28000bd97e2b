//! Which ticket a mail belongs to. Rules in their order, the first that holds:
//!
//! 1. a reply token of ours, in any address it was sent to or any Message-ID it refers to;
//! 2. the Message-IDs it refers to, nearest first, among the messages that are known;
//! 3. messages that refer to it: it arrives after its answers;
//! 4. messages that refer to what it refers to, where nobody has the mail itself;
//! 5. where the channel allows it, a recent ticket of the same sender under the same subject.
//!
//! A rule holds only where the sender takes part in that ticket; otherwise the mail opens one that names
//! the other. Who may not be who they say join by the token alone, which those have who got our mail. A number
//! in a subject says nothing: anybody can write it.

use answerpal_mail::{Mail, thread_subject};

use super::addresses::{key, keys};
use super::evidence::Look;
use crate::app::App;
use crate::domain::reply_tokens;
use crate::error::{Error, Result};
use crate::model::{Channel, CustomerId, EndUserId, Ticket, TicketId, Timestamp};
use crate::store::inbound::{self as store, Named};
use crate::store::{Tx, end_users, tickets};

const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;
/// The rule that our own token leads to a ticket.
const TOKEN: &str = "token";
/// Message-IDs that are looked up.
const MOST_IDS: usize = 100;
/// What is kept of a value that was looked at.
const LONGEST_VALUE: usize = 200;

/// Who a mail is from, as far as threading asks.
pub struct Sender {
    /// As [`key`] gives it; empty where it has none.
    pub key: String,
    /// None where the address was not to be had or not to be trusted.
    pub end_user: Option<EndUserId>,
    /// Its domain says that the mail is forged.
    pub is_forged: bool,
    /// Its domain could not be asked.
    pub is_unsure: bool,
    /// `List-Id`, where it came through a list.
    pub list: Option<String>,
}

/// Where a mail belongs.
#[derive(Default)]
pub struct Placement {
    /// The ticket, locked in this transaction.
    pub ticket: Option<Ticket>,
    pub rule: &'static str,
    pub because: String,
    /// A ticket that a rule led to and the sender takes no part in.
    pub linked: Option<TicketId>,
    pub looked_at: Vec<Look>,
}

impl Placement {
    fn looked(&mut self, rule: &str, value: &str, ticket: Option<TicketId>, outcome: &str) {
        self.looked_at.push(Look {
            rule: rule.to_owned(),
            value: value.chars().take(LONGEST_VALUE).collect(),
            ticket_id: ticket.map(|it| it.0),
            outcome: outcome.to_owned(),
        });
    }
}

/// `<…>`, as messages keep their Message-ID.
pub fn identifier(id: &str) -> String {
    format!("<{id}>")
}

/// The value of `List-Id` that lists are told apart by.
pub fn list_of(mail: &Mail) -> Option<String> {
    let value = mail
        .header("List-Id")
        .or_else(|| mail.header("X-BeenThere"))
        .or_else(|| mail.header("X-Mailing-List"))?;
    let inner = value.rsplit_once('<').and_then(|it| it.1.split_once('>')).map_or(value, |it| it.0);
    Some(inner.trim().to_lowercase()).filter(|it| !it.is_empty())
}

/// Decides. `tx` holds the channel's lock, so that mails of one thread are placed one after the other.
pub async fn place(
    tx: &mut Tx,
    app: &App,
    customer: CustomerId,
    channel: &Channel,
    mail: &Mail,
    sender: &Sender,
) -> Result<Placement> {
    let mut placement = Placement::default();
    for (rule, value, ticket) in candidates(tx, app, customer, channel, mail, &mut placement).await? {
        if try_ticket(tx, customer, sender, &mut placement, rule, &value, ticket).await? {
            return Ok(placement);
        }
    }
    if let Some(ticket) = by_subject(tx, customer, channel, mail, sender, &mut placement).await? {
        let days = channel.settings.inbound.join_by_subject_days;
        placement.rule = "subject";
        placement.because = format!("The same sender wrote under this subject in the last {days} days.");
        placement.ticket = Some(ticket);
        return Ok(placement);
    }
    placement.rule = "new";
    placement.because = match placement.linked {
        Some(ticket) if sender.is_forged => {
            format!("It speaks of ticket {ticket}, but DMARC says that it is not from its sender.")
        }
        Some(ticket) if sender.is_unsure => {
            format!("It speaks of ticket {ticket}, but whether it is from its sender could not be found out.")
        }
        Some(ticket) => format!("It speaks of ticket {ticket}, but its sender takes no part in it."),
        None if placement.looked_at.is_empty() => "It refers to nothing.".into(),
        None => "Nothing that it refers to is known here.".into(),
    };
    Ok(placement)
}

/// The tickets that the rules lead to, in the order of the rules.
async fn candidates(
    tx: &mut Tx,
    app: &App,
    customer: CustomerId,
    channel: &Channel,
    mail: &Mail,
    placement: &mut Placement,
) -> Result<Vec<(&'static str, String, TicketId)>> {
    let mut found: Vec<(&'static str, String, TicketId)> = Vec::new();
    let ancestors: Vec<&str> = mail.ancestors().into_iter().take(MOST_IDS).collect();
    for text in mail.recipients().chain(ancestors.iter().copied()) {
        match reply_tokens::find(app, text) {
            Some((owner, ticket)) if owner == customer => found.push((TOKEN, text.to_owned(), ticket)),
            _ => {}
        }
    }
    let identifiers: Vec<String> = ancestors.iter().map(|it| identifier(it)).collect();
    let known = store::named(tx, customer, identifiers.clone()).await?;
    for id in &identifiers {
        let of_id: Vec<&Named> =
            known.iter().filter(|it| it.message_identifier.as_deref() == Some(id)).collect();
        if of_id.is_empty() {
            placement.looked("references", id, None, "not known here");
        }
        // A mail to several channels is known in each: this one's first.
        let (here, elsewhere): (Vec<&Named>, Vec<&Named>) =
            of_id.into_iter().partition(|it| it.channel_id == channel.channel_id);
        found.extend(here.into_iter().chain(elsewhere).map(|it| ("references", id.clone(), it.ticket_id)));
    }
    let own = mail.message_id.iter().cloned();
    let unknown = ancestors.iter().map(|it| (*it).to_owned());
    let ids: Vec<String> = own.chain(unknown).collect();
    for (id, ticket, _) in store::referring(tx, customer, ids).await? {
        let is_answer = mail.message_id.as_deref() == Some(&id);
        found.push((if is_answer { "answer" } else { "sibling" }, identifier(&id), ticket));
    }
    let mut seen = Vec::new();
    found.retain(|it| {
        let new = !seen.contains(&it.2);
        seen.push(it.2);
        new
    });
    Ok(found)
}

/// Takes the ticket where the sender takes part in it; else notes it as the one the mail speaks of.
async fn try_ticket(
    tx: &mut Tx,
    customer: CustomerId,
    sender: &Sender,
    placement: &mut Placement,
    rule: &'static str,
    value: &str,
    id: TicketId,
) -> Result<bool> {
    let ticket = match tickets::lock(tx, customer, id).await {
        Ok(ticket) => ticket,
        Err(Error::NotFound) => {
            placement.looked(rule, value, Some(id), "the ticket was deleted");
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    let barred = match sender {
        Sender { is_forged: true, .. } => Some("DMARC failed"),
        Sender { is_unsure: true, .. } if rule != TOKEN => Some("DMARC could not be checked"),
        _ => None,
    };
    let part = if barred.is_some() { None } else { part_taken(tx, customer, sender, &ticket).await? };
    let Some(part) = part else {
        let why = barred.unwrap_or("the sender takes no part in the ticket");
        placement.looked(rule, value, Some(id), why);
        placement.linked = placement.linked.or(Some(id));
        return Ok(false);
    };
    placement.looked(rule, value, Some(id), &format!("joined: {part}"));
    placement.rule = rule;
    placement.because = match rule {
        TOKEN => format!("It was sent to the reply address of ticket {id}, and {part}."),
        "references" => format!("It refers to a message of ticket {id}, and {part}."),
        "answer" => format!("A message of ticket {id} answers it, and {part}."),
        _ => format!("A message of ticket {id} answers the same mail, and {part}."),
    };
    placement.ticket = Some(ticket);
    Ok(true)
}

/// How the sender takes part in a ticket; None where they do not.
async fn part_taken(
    tx: &mut Tx,
    customer: CustomerId,
    sender: &Sender,
    ticket: &Ticket,
) -> Result<Option<&'static str>> {
    if sender.end_user.is_some() && sender.end_user == ticket.end_user_id {
        return Ok(Some("its sender is the end user"));
    }
    if !sender.key.is_empty() {
        if ticket.uid.as_deref().is_some_and(|it| key(it) == sender.key) {
            return Ok(Some("its sender is the end user"));
        }
        if let Some(end_user) = ticket.end_user_id {
            let uids = end_users::uids_of(tx, customer, vec![end_user.0]).await?;
            if uids.iter().any(|it| key(&it.uid) == sender.key) {
                return Ok(Some("its sender is the end user"));
            }
        }
        let lists = store::addresses(tx, customer, ticket.ticket_id).await?;
        if lists.iter().any(|list| keys(list).any(|it| it == sender.key)) {
            return Ok(Some("its sender wrote in it or was written to"));
        }
    }
    if let Some(list) = &sender.list
        && store::is_of_list(tx, customer, ticket.ticket_id, list).await?
    {
        return Ok(Some("both came through one mailing list"));
    }
    Ok(None)
}

/// A recent ticket of the sender under the same subject, where the channel allows it.
async fn by_subject(
    tx: &mut Tx,
    customer: CustomerId,
    channel: &Channel,
    mail: &Mail,
    sender: &Sender,
    placement: &mut Placement,
) -> Result<Option<Ticket>> {
    let days = channel.settings.inbound.join_by_subject_days;
    let subject = thread_subject(mail.subject.as_deref().unwrap_or_default());
    let Some(end_user) = sender.end_user.filter(|_| days > 0 && !subject.is_empty()) else {
        return Ok(None);
    };
    let since = Timestamp(tx.now.0 - i64::from(days) * DAY_MICROS);
    for (id, other) in store::recent_of(tx, customer, channel.channel_id, end_user, since).await? {
        if thread_subject(other.as_deref().unwrap_or_default()) == subject {
            placement.looked("subject", &subject, Some(id), "joined: the same sender and subject");
            return Ok(Some(tickets::lock(tx, customer, id).await?));
        }
    }
    placement.looked("subject", &subject, None, "no recent ticket of this sender has it");
    Ok(None)
}
