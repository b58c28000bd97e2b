//! Writes a batch of conversations in one transaction, leaving out what an earlier import made.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::prepare::{Prepared, Uid};
use crate::app::App;
use crate::domain::bulk::{self, Conversation};
use crate::domain::events::note;
use crate::domain::tickets;
use crate::error::{Error, Result};
use crate::model::{
    Actor, CustomerId, EndUser, EndUserId, EndUserUid, EndUserUidId, Event, Message, MessageId, SenderType,
    TicketId, Timestamp, TopicId,
};
use crate::store::bulk::{self as store, MessageTopic};
use crate::store::{Conn, Tx, messages, search, tickets as ticket_store};

const TICKET: &str = "ticket";
const MESSAGE: &str = "message";

#[derive(Default)]
pub struct Done {
    pub tickets_made: u64,
    pub messages_made: u64,
    pub end_users_made: u64,
    pub tickets_extended: u64,
    pub tickets_skipped: u64,
    /// The first message with topics that was made.
    pub taught_from: Option<MessageId>,
}

/// What of a batch is not there yet.
struct Work {
    new: Vec<Prepared>,
    /// Tickets that are there, with the messages that are not.
    extend: Vec<(TicketId, Prepared)>,
    skipped: u64,
}

/// In a dry run, what would be done.
pub async fn load(app: &App, customer: CustomerId, batch: Vec<Prepared>, dry_run: bool) -> Result<Done> {
    if batch.is_empty() {
        return Ok(Done::default());
    }
    if !dry_run {
        return app.store.write(move |tx| Box::pin(async move { write(tx, customer, batch).await })).await;
    }
    let mut conn = app.store.read().await?;
    let work = divide(&mut conn, customer, batch).await?;
    let of = |all: &[Conversation]| all.iter().map(|it| it.messages.len() as u64).sum::<u64>();
    let keys: HashSet<String> =
        work.new.iter().filter_map(|it| it.uid.as_ref()).map(|it| it.key.clone()).collect();
    let known = store::end_users_of(&mut conn, customer, keys.iter().cloned().collect()).await?;
    let (new, extend): (Vec<_>, Vec<_>) = (
        work.new.into_iter().map(|it| it.conversation).collect(),
        work.extend.into_iter().map(|it| it.1.conversation).collect(),
    );
    Ok(Done {
        tickets_made: new.len() as u64,
        messages_made: of(&new) + of(&extend),
        end_users_made: (keys.len() - known.len()) as u64,
        tickets_extended: extend.len() as u64,
        tickets_skipped: work.skipped,
        taught_from: None,
    })
}

async fn divide(conn: &mut Conn, customer: CustomerId, batch: Vec<Prepared>) -> Result<Work> {
    let ids = batch.iter().map(|it| it.external_id.clone()).collect();
    let tickets = store::imported(conn, customer, TICKET, ids).await?;
    let there = batch.iter().filter(|it| tickets.contains_key(&it.external_id));
    let ids: Vec<String> = there.flat_map(|it| it.message_ids.iter().cloned()).collect();
    let messages =
        if ids.is_empty() { HashMap::new() } else { store::imported(conn, customer, MESSAGE, ids).await? };
    let mut work = Work { new: Vec::new(), extend: Vec::new(), skipped: 0 };
    for mut prepared in batch {
        let Some(ticket) = tickets.get(&prepared.external_id) else {
            work.new.push(prepared);
            continue;
        };
        let all = prepared.message_ids.into_iter().zip(prepared.conversation.messages);
        let (ids, added) = all.filter(|it| !messages.contains_key(&it.0)).unzip();
        (prepared.message_ids, prepared.conversation.messages) = (ids, added);
        if prepared.message_ids.is_empty() {
            work.skipped += 1;
        } else {
            work.extend.push((TicketId(*ticket), prepared));
        }
    }
    Ok(work)
}

async fn write(tx: &mut Tx, customer: CustomerId, batch: Vec<Prepared>) -> Result<Done> {
    let work = divide(tx, customer, batch).await?;
    let mut done = Done { tickets_skipped: work.skipped, ..Done::default() };
    let mut new = work.new;
    done.end_users_made = give_end_users(tx, customer, &mut new).await?;
    let ids: Vec<(String, Vec<String>)> =
        new.iter_mut().map(|it| (it.external_id.clone(), std::mem::take(&mut it.message_ids))).collect();
    let mut conversations: Vec<Conversation> = new.into_iter().map(|it| it.conversation).collect();
    bulk::insert(tx, customer, &mut conversations).await?;
    let (mut tickets, mut messages, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for ((ticket_id, message_ids), it) in ids.into_iter().zip(&conversations) {
        events.push(Event::ticket("ticket.imported", it.ticket.ticket_id));
        tickets.push((ticket_id, it.ticket.ticket_id.0));
        messages.extend(message_ids.into_iter().zip(it.messages.iter().map(|it| it.0.message_id.0)));
    }
    let taught = conversations.iter().flat_map(|it| &it.messages).filter(|it| !it.1.is_empty());
    done.taught_from = taught.map(|it| it.0.message_id).min();
    store::insert_imported(tx, customer, TICKET, &tickets).await?;
    store::insert_imported(tx, customer, MESSAGE, &messages).await?;
    note(tx, customer, Actor::System, &events).await?;
    (done.tickets_made, done.messages_made) = (tickets.len() as u64, messages.len() as u64);
    for (ticket, prepared) in work.extend {
        match extend(tx, customer, ticket, prepared).await? {
            (0, _) => done.tickets_skipped += 1,
            (added, taught_from) => {
                done.taught_from = done.taught_from.or(taught_from);
                done.tickets_extended += 1;
                done.messages_made += added;
            }
        }
    }
    Ok(done)
}

fn end_user(id: EndUserId, name: Option<String>, uid: &Uid, now: Timestamp) -> (EndUser, EndUserUid) {
    let uid = EndUserUid {
        end_user_uid_id: EndUserUidId(0),
        end_user_id: id,
        uid: uid.uid.clone(),
        uid_key: uid.key.clone(),
        uid_type: uid.kind,
        is_primary: true,
    };
    (EndUser { end_user_id: id, name, ..EndUser::new(now) }, uid)
}

/// Finds the end users of new tickets by their addresses, makes those that are missing, and gives each
/// conversation what search finds it by.
async fn give_end_users(tx: &mut Tx, customer: CustomerId, new: &mut [Prepared]) -> Result<u64> {
    let mut keys: Vec<String> =
        new.iter().filter_map(|it| it.uid.as_ref()).map(|it| it.key.clone()).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut known = store::end_users_of(tx, customer, keys.clone()).await?;
    keys.retain(|it| !known.contains_key(it));
    let ids = store::reserve_ids(tx, "end_users", "end_user_id", keys.len()).await?;
    let mut missing = Vec::with_capacity(keys.len());
    for (key, id) in keys.iter().zip(ids) {
        let of_key = |it: &&Prepared| it.uid.as_ref().is_some_and(|it| it.key == *key);
        let Some(first) = new.iter().find(of_key) else { continue };
        let Some(uid) = &first.uid else { continue };
        missing.push(end_user(EndUserId(id), first.end_user_name.clone(), uid, tx.now));
        known.insert(key.clone(), EndUserId(id));
    }
    store::insert_end_users(tx, customer, &missing).await?;
    let all = known.values().map(|it| it.0).collect();
    let mut names: HashMap<EndUserId, Vec<String>> = HashMap::new();
    for (end_user, name) in search::bulk::end_user_texts(tx, customer, all).await? {
        names.entry(end_user).or_default().push(name);
    }
    let dialect = tx.dialect();
    for it in new {
        let end_user = it.uid.as_ref().and_then(|it| known.get(&it.key).copied());
        it.conversation.ticket.end_user_id = end_user;
        let names = end_user.and_then(|it| names.get(&it)).map_or(&[][..], Vec::as_slice);
        it.conversation.index(dialect, customer, names);
    }
    Ok(missing.len() as u64)
}

/// Adds messages to a ticket that was imported before; a ticket that was deleted since stays deleted.
/// Gives how many, and the first of them that has topics.
async fn extend(
    tx: &mut Tx,
    customer: CustomerId,
    id: TicketId,
    prepared: Prepared,
) -> Result<(u64, Option<MessageId>)> {
    let before = match ticket_store::lock(tx, customer, id).await {
        Err(Error::NotFound) => return Ok((0, None)),
        other => other?,
    };
    let mut after = before.clone();
    let (mut made, mut taught_from) = (Vec::new(), None);
    for (external_id, (message, topics)) in
        prepared.message_ids.into_iter().zip(prepared.conversation.messages)
    {
        let message = Message { ticket_id: id, ..message };
        let message_id = messages::insert(tx, customer, &message).await?;
        insert_topics(tx, customer, id, message_id, &topics).await?;
        taught_from = taught_from.or(Some(message_id).filter(|_| !topics.is_empty()));
        if message.message_date >= after.last_message_date {
            after.last_message_date = message.message_date;
            after.preview = message.preview.clone().filter(|_| !message.is_internal).or(after.preview);
            if message.sender_type == SenderType::EndUser {
                after.last_end_user_message_id = Some(message_id);
            }
        }
        made.push((external_id, message_id.0));
    }
    ticket_store::update(tx, customer, &before, &after).await?;
    tickets::topics_changed(tx, customer, Actor::System, id).await?;
    tickets::reindex(tx, customer, id).await?;
    store::insert_imported(tx, customer, MESSAGE, &made).await?;
    let event = Event::ticket("ticket.imported", id).with(json!({ "messages": made.len() }));
    note(tx, customer, Actor::System, &[event]).await?;
    Ok((made.len() as u64, taught_from))
}

async fn insert_topics(
    tx: &mut Tx,
    customer: CustomerId,
    ticket: TicketId,
    message: crate::model::MessageId,
    topics: &[TopicId],
) -> Result<()> {
    let rows: Vec<MessageTopic> =
        topics.iter().map(|topic| MessageTopic { ticket, message, topic: *topic }).collect();
    store::insert_topics(tx, customer, &rows, &[]).await
}
