//! The transaction that makes a message of a mail: who wrote it, where it belongs, its files, and why.

use answerpal_mail::{AutoKind, Protection};
use serde_json::json;

use super::addresses::key;
use super::author::{author, contact, end_user};
use super::evidence::Evidence;
use super::message::as_message;
use super::read::Read;
use super::returned::report;
use super::settle::{Processed, finish, settle};
use super::thread::{self, Placement, Sender, identifier};
use crate::app::App;
use crate::domain::attachments::NewFile;
use crate::domain::events::note;
use crate::domain::messages;
use crate::error::Result;
use crate::model::stage::{STAGES, StageState};
use crate::model::{
    Actor, Channel, ChannelType, CustomerId, EndUserId, Event, MailState, Message, MessageId, ReceivedMailId,
    SenderType, StageStatus, Ticket,
};
use crate::store::received_mails::{self as store, ReceivedMail};
use crate::store::{Tx, channels, inbound, messages as message_store};

/// The header by which an installation knows its own mail.
const SENT_BY: &str = "X-AnswerPal-Sent-By";

/// Stores the message of a mail, in a ticket that it belongs to or a new one.
pub async fn store_message(
    tx: &mut Tx,
    app: &App,
    customer: CustomerId,
    id: ReceivedMailId,
    read: &Read,
    files: &[NewFile],
) -> Result<Processed> {
    let row = store::lock(tx, customer, id).await?;
    if row.state != MailState::Received {
        return Ok(Processed::Already);
    }
    let channel = channels::lock(tx, customer, row.channel_id).await?;
    let mut evidence = known(read, app);
    if let Some(other) = same_mail(tx, app, customer, &channel, read).await? {
        evidence.rule = if other.1 { "copy" } else { "own" }.into();
        evidence.because = match other.1 {
            true => format!("It is another copy of message {}.", other.0),
            false => format!("It is message {}, which was sent from here, come back.", other.0),
        };
        evidence.other_message_id = Some(other.0.0);
        settle(tx, customer, &row, read, &evidence, None).await?;
        return Ok(Processed::Nothing);
    }
    let own = inbound::own_addresses(tx, customer).await?;
    let author = author(&read.mail, &own);
    let mut message = as_message(tx.now, &channel, &row, read, &author);
    if let Some(done) =
        report(tx, app, customer, &channel, &row, read, &mut message, &mut evidence, files).await?
    {
        return Ok(done);
    }
    let is_forged = read.authentication.as_ref().is_some_and(|it| it.is_forged());
    let is_unsure = read.authentication.as_ref().is_some_and(|it| it.is_unsure());
    message.unverified = is_forged || is_unsure;
    let contact = contact(&read.mail, &author, &own);
    let found = end_user(tx, customer, contact.as_ref(), message.unverified, &mut message).await?;
    let sender = Sender {
        key: author.address.as_deref().map(key).unwrap_or_default(),
        // Of mail in our own name the ticket is the recipient's.
        end_user: found.as_ref().map(|it| it.0).filter(|_| !message.unverified),
        is_forged,
        is_unsure,
        list: thread::list_of(&read.mail),
    };
    evidence.sender = author.address.clone();
    let placement = thread::place(tx, app, customer, &channel, &read.mail, &sender).await?;
    stages(&mut message, &row, &evidence, placement.ticket.is_some());
    let message_id = add(tx, customer, &mut message, &placement, found.as_ref(), &row).await?;
    evidence.ticket_id = Some(message.ticket_id.0);
    placed(&mut evidence, placement);
    finish(tx, customer, &row, read, &message, message_id, files, &evidence).await?;
    Ok(Processed::Message(message_id))
}

/// What is known of a mail wherever it goes.
fn known(read: &Read, app: &App) -> Evidence {
    let mut evidence = Evidence {
        authentication: read.authentication.clone(),
        protection: read.mail.protection.map(|it| match it {
            Protection::Signed => "Signed".into(),
            Protection::Encrypted => "Encrypted".into(),
        }),
        notes: read.mail.notes.clone(),
        ..Evidence::default()
    };
    if let Some(automatic) = &read.automatic {
        evidence.automatic = Some(automatic.kind.as_str().into());
        evidence.automatic_because = Some(automatic.because.clone());
    } else if is_from_here(read, app) {
        evidence.automatic = Some(AutoKind::Generated.as_str().into());
        evidence.automatic_because = Some("it was sent by this installation".into());
    }
    evidence
}

/// The message that is this mail already, and whether it came in (else it was sent from here).
async fn same_mail(
    tx: &mut Tx,
    app: &App,
    customer: CustomerId,
    channel: &Channel,
    read: &Read,
) -> Result<Option<(MessageId, bool)>> {
    let Some(id) = &read.mail.message_id else { return Ok(None) };
    let from = read.mail.from.first().map(|it| key(&it.address)).unwrap_or_default();
    for other in inbound::named(tx, customer, vec![identifier(id)]).await? {
        if other.channel_id != channel.channel_id {
            continue;
        }
        // Programs that give several mails one Message-ID are not to lose any.
        let same_sender = other.from_address.as_deref().is_some_and(|it| key(it) == from);
        if !other.incoming {
            if same_sender || is_from_here(read, app) {
                return Ok(Some((other.message_id, false)));
            }
            continue;
        }
        let same_date = read.mail.date.is_some_and(|it| Some(it) == date_of(other.headers.as_deref()));
        if same_sender && same_date {
            let message = message_store::get(tx, customer, other.message_id).await?;
            if says_the_same(&message, read) {
                return Ok(Some((other.message_id, true)));
            }
        }
    }
    Ok(None)
}

/// Whether an installation with this key wrote it.
fn is_from_here(read: &Read, app: &App) -> bool {
    read.mail.header(SENT_BY).is_some_and(|it| it.trim() == app.key.fingerprint())
}

/// Whether one has all that the other says: lists put a word before the subject and lines under the text.
fn says_the_same(message: &Message, read: &Read) -> bool {
    let has = |one: Option<&str>, other: Option<&str>| {
        let letters = |it: Option<&str>| -> String {
            it.unwrap_or_default().chars().filter(|it| it.is_alphanumeric()).collect()
        };
        let (one, other) = (letters(one), letters(other));
        let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
        long.contains(&short) && (!short.is_empty() || long.is_empty())
    };
    has(message.subject.as_deref(), read.mail.subject.as_deref())
        && has(message.message.as_deref(), read.text.as_deref())
}

/// The `Date` among the headers that a message keeps, in seconds.
fn date_of(headers: Option<&str>) -> Option<i64> {
    let headers: serde_json::Value = serde_json::from_str(headers?).ok()?;
    let date = headers.get("Date").or_else(|| headers.get("date"))?.as_str()?;
    answerpal_mail::parse(format!("Date: {date}\n\n").as_bytes(), &answerpal_mail::Limits::default())?.date
}

/// What the pipeline is to do with it: nothing with history, no answer to a program.
fn stages(message: &mut Message, row: &ReceivedMail, evidence: &Evidence, joins: bool) {
    let all = |message: &mut Message, status| {
        for state in STAGES.iter().filter_map(|it| it.state) {
            message.set_stage(state, status);
        }
    };
    if row.is_history || !message.incoming {
        all(message, StageStatus::Skipped);
        return;
    }
    message.received();
    match evidence.automatic.as_deref() {
        // An absence is no answer: it neither reopens the ticket nor wants one.
        Some("reply" | "report") if joins => {
            message.sender_type = SenderType::System;
            all(message, StageStatus::Skipped);
        }
        Some(_) => message.set_stage(StageState::Reply, StageStatus::Skipped),
        None => {}
    }
}

async fn add(
    tx: &mut Tx,
    customer: CustomerId,
    message: &mut Message,
    placement: &Placement,
    found: Option<&(EndUserId, Vec<String>)>,
    row: &ReceivedMail,
) -> Result<MessageId> {
    if let Some(linked) = placement.linked.filter(|_| placement.ticket.is_none()) {
        message.additional_info =
            Some(json!({ "linkedTicketID": linked, "linkReason": placement.because }).to_string());
    }
    let actor = if message.incoming { Actor::EndUser } else { Actor::System };
    if let Some(ticket) = &placement.ticket {
        message.ticket_id = ticket.ticket_id;
        message.message_id = messages::add(tx, customer, actor, ticket, message).await?;
        return Ok(message.message_id);
    }
    let mut ticket = Ticket::new(message.channel_id, ChannelType::Email, tx.now);
    ticket.subject.clone_from(&message.subject);
    ticket.uid.clone_from(&message.uid);
    ticket.end_user_id = found.map(|it| it.0);
    if row.is_history {
        ticket.date_created = message.message_date;
    }
    let names: Vec<&str> = found.iter().flat_map(|it| it.1.iter().map(String::as_str)).collect();
    let id = messages::open_ticket(tx, customer, actor, &mut ticket, message, &names, None).await?;
    if let Some(linked) = placement.linked {
        let event = Event::ticket("ticket.linked", ticket.ticket_id)
            .with(json!({ "linkedTicketID": linked, "reason": placement.because }));
        note(tx, customer, Actor::System, &[event]).await?;
    }
    Ok(id)
}

fn placed(evidence: &mut Evidence, placement: Placement) {
    evidence.rule = placement.rule.into();
    evidence.because = placement.because;
    evidence.looked_at = placement.looked_at;
    if placement.ticket.is_none() {
        evidence.linked_ticket_id = placement.linked.map(|it| it.0);
    }
}
