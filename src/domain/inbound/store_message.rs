//! The transaction that makes a message of a mail: who wrote it, where it belongs, its files, and why.

use answerpal_mail::{Address, AutoKind, Mail, Protection};
use serde_json::json;

use super::addresses::{key, list};
use super::evidence::Evidence;
use super::process::{Processed, Read};
use super::thread::{self, Placement, Sender, identifier};
use crate::app::App;
use crate::domain::attachments::{self, NewFile};
use crate::domain::caller::Actor;
use crate::domain::events::{Event, note};
use crate::domain::{delivery, end_users, messages, tickets};
use crate::error::{Error, Result};
use crate::model::stage::{STAGES, StageState};
use crate::model::{
    Channel, ChannelType, CustomerId, DeliveryStatus, EndUserId, MailState, Message, MessageId,
    ReceivedMailId, SenderType, StageStatus, Ticket, Timestamp, UidType, job,
};
use crate::store::received_mails::{self as store, Outcome, ReceivedMail};
use crate::store::search::bulk;
use crate::store::{Tx, channels, inbound, jobs, messages as message_store, tickets as ticket_store};

const SECOND_MICROS: i64 = 1_000_000;
/// Nobody sent e-mail before.
const FIRST_MAIL: i64 = 0;
/// Message-IDs of one mail that later mails are found by.
const MOST_REFERENCES: usize = 50;
/// Bytes of headers that a message keeps.
const HEADER_BYTES: usize = 64 * 1024;
/// The header by which an installation knows its own mail.
const SENT_BY: &str = "X-AnswerPal-Sent-By";

/// Who a mail counts as written by.
struct Author {
    address: Option<String>,
    name: Option<String>,
    /// It was sent from one of the tenant's own addresses, by other means than this program.
    is_ours: bool,
}

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
    if let Some(other) = same_mail(tx, customer, &channel, read).await? {
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
    message.unverified = is_forged;
    let contact = contact(&read.mail, &author, &own);
    let found = end_user(tx, customer, contact.as_ref(), is_forged, &mut message).await?;
    let sender = Sender {
        key: author.address.as_deref().map(key).unwrap_or_default(),
        // Of mail in our own name the ticket is the recipient's.
        end_user: found.as_ref().map(|it| it.0).filter(|_| !is_forged),
        is_forged,
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
    } else if read.mail.header(SENT_BY).is_some_and(|it| it.trim() == app.key.fingerprint()) {
        evidence.automatic = Some(AutoKind::Generated.as_str().into());
        evidence.automatic_because = Some("it was sent by this installation".into());
    }
    evidence
}

/// The message that is this mail already, and whether it came in (else it was sent from here).
async fn same_mail(
    tx: &mut Tx,
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
        if !other.incoming {
            return Ok(Some((other.message_id, false)));
        }
        // Programs that give several mails one Message-ID are not to lose any.
        let same_sender = other.from_address.as_deref().is_some_and(|it| key(it) == from);
        let same_date = read.mail.date.is_some_and(|it| Some(it) == date_of(other.headers.as_deref()));
        if same_sender && same_date {
            return Ok(Some((other.message_id, true)));
        }
    }
    Ok(None)
}

/// The `Date` among the headers that a message keeps, in seconds.
fn date_of(headers: Option<&str>) -> Option<i64> {
    let headers: serde_json::Value = serde_json::from_str(headers?).ok()?;
    let date = headers.get("Date").or_else(|| headers.get("date"))?.as_str()?;
    answerpal_mail::parse(format!("Date: {date}\n\n").as_bytes(), &answerpal_mail::Limits::default())?.date
}

/// `From`, else who else says to have sent it. A form on a website writes in our own name or in that of a
/// robot, and names the person in `Reply-To`.
fn author(mail: &Mail, own: &[String]) -> Author {
    let is_own = |it: &Address| own.contains(&key(&it.address));
    let return_path = mail.header("Return-Path").map(|it| it.trim_matches(['<', '>', ' ']).to_owned());
    let return_path =
        return_path.filter(|it| it.contains('@')).map(|address| Address { name: None, address });
    let from = mail.from.first().or(mail.sender.as_ref()).or(mail.reply_to.first()).or(return_path.as_ref());
    let Some(from) = from else { return Author { address: None, name: None, is_ours: false } };
    let local = from.address.split('@').next().unwrap_or_default().to_lowercase();
    let is_robot =
        ["noreply", "no-reply", "donotreply", "do-not-reply"].iter().any(|it| local.starts_with(it));
    let person = mail.reply_to.first().filter(|it| (is_own(from) || is_robot) && !is_own(it));
    let author = person.unwrap_or(from);
    Author {
        address: Some(author.address.chars().take(1000).collect()),
        name: author.name.as_ref().map(|it| it.chars().take(300).collect()),
        is_ours: is_own(author) && mail.to.iter().chain(&mail.cc).any(|it| !is_own(it)),
    }
}

/// The person that the conversation is with: who wrote it, or whom we wrote to.
fn contact(mail: &Mail, author: &Author, own: &[String]) -> Option<Address> {
    if author.is_ours {
        return mail.to.iter().chain(&mail.cc).find(|it| !own.contains(&key(&it.address))).cloned();
    }
    author.address.clone().map(|address| Address { name: author.name.clone(), address })
}

fn as_message(
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

/// A report about a message of ours goes to that message, which then shows that it came back.
#[expect(clippy::too_many_arguments, reason = "they are the parts of one mail")]
async fn report(
    tx: &mut Tx,
    app: &App,
    customer: CustomerId,
    channel: &Channel,
    row: &ReceivedMail,
    read: &Read,
    message: &mut Message,
    evidence: &mut Evidence,
    files: &[NewFile],
) -> Result<Option<Processed>> {
    let Some(report) = &read.report else { return Ok(None) };
    let original = match &report.original {
        Some(id) => {
            inbound::named(tx, customer, vec![identifier(id)]).await?.into_iter().find(|it| !it.incoming)
        }
        None => None,
    };
    let of_token = read.mail.recipients().find_map(|it| crate::domain::reply_tokens::find(app, it));
    let ticket = original.as_ref().map(|it| it.ticket_id);
    let ticket = ticket.or(of_token.filter(|it| it.0 == customer).map(|it| it.1));
    let Some(ticket) = ticket else { return Ok(None) };
    let ticket = match ticket_store::lock(tx, customer, ticket).await {
        Ok(ticket) => ticket,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    message.sender_type = SenderType::System;
    message.incoming = true;
    message.ticket_id = ticket.ticket_id;
    message.channel_id = channel.channel_id;
    message.reply_to_message_id = original.as_ref().map(|it| it.message_id);
    if let (Some(original), true) = (&original, report.is_failure) {
        let sent = message_store::get(tx, customer, original.message_id).await?;
        delivery::bounced(tx, customer, &sent, &told(report)).await?;
    }
    let id = messages::add(tx, customer, Actor::System, &ticket, message).await?;
    evidence.rule = "report".into();
    evidence.because = match &original {
        Some(it) => format!("It is a report about message {}.", it.message_id),
        None => format!("It is a report that came to the reply address of ticket {}.", ticket.ticket_id),
    };
    evidence.ticket_id = Some(ticket.ticket_id.0);
    evidence.other_message_id = original.map(|it| it.message_id.0);
    finish(tx, customer, row, read, message, id, files, evidence).await?;
    Ok(Some(Processed::Message(id)))
}

/// What a delivery report says, for people.
fn told(report: &answerpal_mail::Report) -> String {
    let said = report.diagnostic.as_ref().or(report.status.as_ref());
    said.map_or_else(|| "The mail came back.".to_owned(), ToString::to_string)
}

/// The end user with the contact's address, whether they were known, and what search finds them by.
async fn end_user(
    tx: &mut Tx,
    customer: CustomerId,
    contact: Option<&Address>,
    is_forged: bool,
    message: &mut Message,
) -> Result<Option<(EndUserId, Vec<String>)>> {
    let Some(contact) = contact else { return Ok(None) };
    let name = contact.name.as_deref();
    let found = end_users::find_or_make(
        tx,
        customer,
        Actor::EndUser,
        &contact.address,
        Some(UidType::Email),
        name,
        !is_forged,
    )
    .await;
    let (id, known) = match found {
        Ok(found) => found,
        // What is no address of a person: the message keeps what it says.
        Err(Error::Invalid { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    message.uid = Some(contact.address.clone());
    if message.incoming {
        message.is_known_end_user = Some(known);
    }
    let texts = if known { bulk::end_user_texts(tx, customer, vec![id.0]).await? } else { Vec::new() };
    Ok(Some((id, texts.into_iter().map(|it| it.1).collect())))
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

/// Files, references, and the end of the raw mail's own story.
#[expect(clippy::too_many_arguments, reason = "they are the parts of one mail")]
async fn finish(
    tx: &mut Tx,
    customer: CustomerId,
    row: &ReceivedMail,
    read: &Read,
    message: &Message,
    id: MessageId,
    files: &[NewFile],
    evidence: &Evidence,
) -> Result<()> {
    let stored = Message { message_id: id, ..message.clone() };
    for file in files {
        attachments::add(tx, customer, Actor::EndUser, &stored, file.clone(), u64::MAX).await?;
    }
    let ancestors = read.mail.ancestors();
    let known: Vec<String> = ancestors.into_iter().take(MOST_REFERENCES).map(str::to_owned).collect();
    store::insert_references(tx, customer, message.ticket_id, id, &known).await?;
    settle(tx, customer, row, read, evidence, Some(id)).await
}

async fn settle(
    tx: &mut Tx,
    customer: CustomerId,
    row: &ReceivedMail,
    read: &Read,
    evidence: &Evidence,
    message: Option<MessageId>,
) -> Result<()> {
    let evidence = serde_json::to_string(evidence)?;
    let list = thread::list_of(&read.mail);
    let outcome = Outcome {
        state: MailState::Processed,
        reason: None,
        evidence: &evidence,
        message_identifier: read.mail.message_id.as_deref(),
        mail_list: list.as_deref(),
        message,
    };
    store::settle(tx, customer, row.received_mail_id, &outcome).await?;
    if row.is_history {
        jobs::withdraw(tx, customer, job::PROCESS_MAIL, row.received_mail_id.0).await?;
    }
    Ok(())
}
