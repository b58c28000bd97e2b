//! What people teach about spam by marking tickets, and taking marks back: the stored lessons are the truth,
//! filters in memory are made of them. A lesson can be seen, and forgotten again.

use std::collections::HashMap;

use answerpal_mail::spam::{Features, Lesson, SpamAssassin};
use answerpal_mail::{Address, Limits, Mail};
use bytes::Bytes;
use serde_json::json;

use crate::app::App;
use crate::domain::events::note;
use crate::domain::messages::lock_any;
use crate::domain::{inbound, intake, tickets};
use crate::error::{Error, Result};
use crate::model::{
    Actor, CustomerId, Event, Message, MessageId, SpamLessonId, Ticket, TicketId, job, stage,
};
use crate::store::spam_lessons::{self as store, Mark};
use crate::store::{Conn, Tx, channels, jobs, message_stages, messages, received_mails};

/// From here on a mail counts as spam: below it wanted mail is not held.
pub const THRESHOLD: f64 = 0.9;
/// Why the pipeline of a message ends: it was judged spam, or its ticket was before.
pub const IT_IS_SPAM: &str = "it is spam";
pub const ITS_TICKET_IS_SPAM: &str = "its ticket is spam";
/// Why a mail is not looked at.
pub const UNFILTERED: &str = "the channel's spam filter is off";
const REASONS: [&str; 2] = [IT_IS_SPAM, ITS_TICKET_IS_SPAM];

/// Mails that people took on from which a filter learns what is wanted here.
const TAKEN_ON: i64 = 40;
/// Lessons that one transaction completes.
const TOGETHER: i64 = 20;

/// Learns from tickets that a person marked or unmarked: from the mail that began each. A mark that goes back to
/// what was before takes its lesson back. What the filter had stopped goes on. The tickets are locked in this
/// transaction.
pub async fn marked<'a>(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    changes: impl Iterator<Item = (&'a Ticket, &'a Ticket)>,
) -> Result<()> {
    let marks: HashMap<TicketId, bool> = changes
        .filter(|(before, after)| before.is_spam != after.is_spam)
        .map(|(_, after)| (after.ticket_id, after.is_spam))
        .collect();
    let Some(rep) = actor.rep().filter(|_| !marks.is_empty()) else { return Ok(()) };
    for is_spam in marks.values() {
        let mark = if *is_spam { "spam" } else { "notSpam" };
        metrics::counter!("answerpal_spam_marks_total", "mark" => mark).increment(1);
    }
    let ids: Vec<i64> = marks.keys().map(|it| it.0).collect();
    let firsts = store::first_messages(tx, customer, ids).await?;
    let messages = firsts.iter().map(|it| it.1.0).collect();
    let known: HashMap<MessageId, (SpamLessonId, bool)> = store::of_messages(tx, customer, messages)
        .await?
        .into_iter()
        .map(|it| (it.1, (it.0, it.2)))
        .collect();
    let (mut new, mut taken_back) = (Vec::new(), Vec::new());
    for (ticket, message) in firsts {
        let is_spam = marks[&ticket];
        match known.get(&message) {
            None => new.push(Mark { ticket, message, is_spam }),
            Some((id, was)) if *was != is_spam => taken_back.push((*id, ticket, message)),
            Some(_) => {}
        }
    }
    forget(tx, customer, actor, &taken_back).await?;
    teach(tx, customer, actor, &new).await?;
    let wanted = marks.iter().filter(|it| !it.1).map(|it| it.0.0).collect();
    release(tx, customer, wanted).await?;
    match new.is_empty() {
        true => Ok(()),
        false => store::insert(tx, customer, rep, &new).await,
    }
}

async fn teach(tx: &mut Tx, customer: CustomerId, actor: Actor, marks: &[Mark]) -> Result<()> {
    if marks.is_empty() {
        return Ok(());
    }
    let events: Vec<Event> = marks
        .iter()
        .map(|it| {
            let event = Event::message("spamLesson.taught", it.ticket, it.message);
            event.with(json!({ "isSpam": it.is_spam }))
        })
        .collect();
    note(tx, customer, actor, &events).await?;
    let now = tx.now;
    jobs::enqueue(tx, customer, job::LEARN_SPAM, customer.0, now, None).await
}

async fn forget(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    lessons: &[(SpamLessonId, TicketId, MessageId)],
) -> Result<()> {
    if lessons.is_empty() {
        return Ok(());
    }
    store::delete(tx, customer, lessons.iter().map(|it| it.0.0).collect()).await?;
    store::revise(tx, customer).await?;
    let events: Vec<Event> =
        lessons.iter().map(|it| Event::message("spamLesson.forgotten", it.1, it.2)).collect();
    note(tx, customer, actor, &events).await
}

/// Lets the pipeline go on for the messages of tickets that are no spam after all.
async fn release(tx: &mut Tx, customer: CustomerId, tickets: Vec<i64>) -> Result<()> {
    if tickets.is_empty() {
        return Ok(());
    }
    let now = tx.now;
    for message in store::stopped_before(tx, customer, tickets, stage::TOPICS.name, &REASONS).await? {
        jobs::enqueue(tx, customer, job::RELEASE_HELD, message.0, now, None).await?;
    }
    Ok(())
}

/// The pipeline of a message that is no spam after all, unless it has become spam again.
pub async fn go_on(tx: &mut Tx, customer: CustomerId, id: MessageId) -> Result<()> {
    let (ticket, message) = match lock_any(tx, customer, id).await {
        Err(Error::NotFound) => return Ok(()),
        other => other?,
    };
    if ticket.is_spam {
        return Ok(());
    }
    intake::go_on(tx, customer, id, &message, &REASONS).await
}

/// Takes one lesson back. The mark of its ticket stays.
pub async fn unlearn(tx: &mut Tx, customer: CustomerId, actor: Actor, id: SpamLessonId) -> Result<()> {
    let lesson = store::get(tx, customer, id).await?;
    store::delete(tx, customer, vec![id.0]).await?;
    store::revise(tx, customer).await?;
    let event = Event::new("spamLesson.forgotten", "spamLesson", id.0);
    let event = Event { ticket: lesson.ticket_id, message: lesson.message_id, ..event };
    note(tx, customer, actor, &[event.with(json!({ "isSpam": lesson.is_spam }))]).await
}

/// For what is about to be deleted. What wanted mail taught goes with it; what spam taught is kept, as numbers that
/// do not say which mail it was: whoever empties the spam view does not want to begin anew.
pub async fn outlive(
    tx: &mut Tx,
    customer: CustomerId,
    tickets: Vec<TicketId>,
    messages: Vec<MessageId>,
) -> Result<()> {
    let tickets = tickets.into_iter().map(|it| it.0).collect();
    let messages = messages.into_iter().map(|it| it.0).collect();
    match store::outlive(tx, customer, tickets, messages).await? {
        0 => Ok(()),
        _ => store::revise(tx, customer).await,
    }
}

/// Marks a ticket as spam that this message began. One that people here talk in is not taken out of sight for a
/// message: gives whether it was marked.
pub async fn hold(tx: &mut Tx, customer: CustomerId, ticket: &Ticket, message: MessageId) -> Result<bool> {
    if ticket.is_spam || !begins(tx, customer, ticket, message).await? {
        return Ok(ticket.is_spam);
    }
    let after = Ticket { is_spam: true, ..ticket.clone() };
    tickets::change(tx, customer, Actor::System, ticket, &after).await?;
    Ok(true)
}

/// Whether mail of a message's channel is looked at for spam.
pub async fn is_filtered(app: &App, customer: CustomerId, message: &Message) -> Result<bool> {
    match channels::get(&mut *app.store.read().await?, customer, message.channel_id).await {
        Ok(channel) => Ok(channel.settings.spam.filter),
        Err(Error::NotFound) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Whether a message begins its ticket, and nobody here has taken it on or written in it.
pub async fn begins(
    conn: &mut Conn,
    customer: CustomerId,
    ticket: &Ticket,
    message: MessageId,
) -> Result<bool> {
    let firsts = store::first_messages(conn, customer, vec![ticket.ticket_id.0]).await?;
    let is_first = firsts.first().is_some_and(|it| it.1 == message);
    Ok(is_first
        && ticket.customer_rep_id.0 == 0
        && !store::is_answered(conn, customer, ticket.ticket_id).await?)
}

/// Makes what is learned of every mail that was marked since. Safe to repeat.
pub async fn learn(app: &App, customer: CustomerId) -> Result<()> {
    loop {
        let lessons = store::unlearned(&mut *app.store.read().await?, customer, TOGETHER).await?;
        if lessons.is_empty() {
            return Ok(());
        }
        let mut learned = Vec::new();
        for (id, message) in lessons {
            let numbers = match message {
                Some(message) => lesson_of(app, customer, message).await?.map(|it| it.to_bytes()),
                None => None,
            };
            learned.push((id, numbers));
        }
        app.store.write(move |tx| Box::pin(async move { complete(tx, customer, learned).await })).await?;
    }
}

async fn complete(
    tx: &mut Tx,
    customer: CustomerId,
    learned: Vec<(SpamLessonId, Option<Vec<u8>>)>,
) -> Result<()> {
    for (id, numbers) in learned {
        match numbers {
            Some(numbers) => store::put_numbers(tx, customer, id, &numbers).await?,
            None => store::delete(tx, customer, vec![id.0]).await?,
        }
    }
    store::revise(tx, customer).await
}

/// What the newest mails that people took on teach: they are wanted. Those that were marked are lessons already.
pub async fn taken_on(app: &App, customer: CustomerId) -> Result<Vec<Lesson>> {
    let mut conn = app.store.read().await?;
    let messages = store::taken_on(&mut conn, customer, TAKEN_ON).await?;
    let marked = store::of_messages(&mut conn, customer, messages.iter().map(|it| it.0).collect()).await?;
    drop(conn);
    let mut lessons = Vec::with_capacity(messages.len());
    for message in messages {
        if !marked.iter().any(|it| it.1 == message) {
            lessons.extend(lesson_of(app, customer, message).await?);
        }
    }
    Ok(lessons)
}

/// None where the message is gone.
async fn lesson_of(app: &App, customer: CustomerId, message: MessageId) -> Result<Option<Lesson>> {
    let mut conn = app.store.read().await?;
    let message = match messages::get(&mut conn, customer, message).await {
        Err(Error::NotFound) => return Ok(None),
        other => other?,
    };
    let opinion = opinion(&mut conn, customer, message.message_id).await?;
    drop(conn);
    let features = features_of(app, customer, message, opinion).await?;
    Ok(Some(Lesson::of(&features)))
}

/// What SpamAssassin said of a message, where it was asked.
pub async fn opinion(
    conn: &mut Conn,
    customer: CustomerId,
    message: MessageId,
) -> Result<Option<SpamAssassin>> {
    let noted = message_stages::get(conn, customer, message, stage::PRE_SPAM.name).await?;
    let Some(evidence) = noted.and_then(|it| it.evidence) else { return Ok(None) };
    let evidence: serde_json::Value = serde_json::from_str(&evidence)?;
    let number = |name: &str| evidence[name].as_f64();
    let (Some(score), Some(threshold)) = (number("score"), number("threshold")) else { return Ok(None) };
    let rules = evidence["rules"].as_array().into_iter().flatten();
    let rules = rules.filter_map(|it| it.as_str().map(str::to_owned)).collect();
    Ok(Some(SpamAssassin { score, threshold, rules }))
}

/// The raw mail of a message, where it is kept.
pub async fn raw_of(app: &App, customer: CustomerId, message: MessageId) -> Result<Option<Bytes>> {
    let mail = received_mails::of_message(&mut *app.store.read().await?, customer, message).await?;
    let Some(mail) = mail else { return Ok(None) };
    match inbound::content(app, &mail).await {
        Ok(raw) => Ok(Some(raw)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a message is told apart by: its mail where there is one, else its texts.
pub async fn features_of(
    app: &App,
    customer: CustomerId,
    message: Message,
    opinion: Option<SpamAssassin>,
) -> Result<Features> {
    let raw = raw_of(app, customer, message.message_id).await?;
    let found = tokio::task::spawn_blocking(move || {
        let mail = raw.and_then(|it| answerpal_mail::parse(&it, &Limits::default()));
        let mail = mail.unwrap_or_else(|| as_mail(&message));
        let text = message.text_body.or(message.message).unwrap_or_default();
        Features::of(&mail, &text, opinion.as_ref())
    });
    Ok(found.await?)
}

/// A message that did not come by mail, as far as it is one.
fn as_mail(message: &Message) -> Mail {
    let of = |name: Option<&String>, address: Option<&String>| -> Vec<Address> {
        let address = address.filter(|it| !it.is_empty()).cloned();
        address.map(|address| Address { name: name.cloned(), address }).into_iter().collect()
    };
    Mail {
        from: of(message.from_name.as_ref(), message.from_address.as_ref()),
        to: of(None, message.to_address.as_ref()),
        subject: message.subject.clone(),
        text: message.text_body.clone().or_else(|| message.message.clone()),
        html: message.html_body.clone(),
        // It was handed over without headers: their absence says nothing.
        message_id: Some(String::new()),
        ..Mail::default()
    }
}
