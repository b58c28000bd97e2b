//! The full-text index, built anew from the records.

use std::collections::HashMap;

use crate::domain::progress::Progress;
use crate::domain::tickets::search_parts;
use crate::error::Result;
use crate::model::{CustomerId, EndUserId, TicketId};
use crate::store::search::MessageTexts;
use crate::store::search::bulk::{self as store, TicketTexts};
use crate::store::{Tx, customers};

/// Tickets read and indexed at once.
const CHUNK: i64 = 500;

/// Indexes every ticket of every tenant. The index is empty.
pub async fn build(tx: &mut Tx, progress: &dyn Progress) -> Result<()> {
    for customer in customers::ids(tx).await? {
        let mut after = TicketId(0);
        loop {
            let tickets = store::tickets_after(tx, customer, after, CHUNK).await?;
            let Some(last) = tickets.last() else { break };
            after = last.ticket_id;
            index(tx, customer, &tickets).await?;
            progress.advance(tickets.len() as u64);
        }
    }
    Ok(())
}

async fn index(tx: &mut Tx, customer: CustomerId, tickets: &[TicketTexts]) -> Result<()> {
    let ids = tickets.iter().map(|it| it.ticket_id.0).collect();
    let mut messages: HashMap<TicketId, Vec<MessageTexts>> = HashMap::new();
    for (ticket, texts) in store::message_texts(tx, customer, ids).await? {
        messages.entry(ticket).or_default().push(texts);
    }
    let mut end_users: Vec<i64> = tickets.iter().filter_map(|it| it.end_user_id).map(|it| it.0).collect();
    end_users.sort_unstable();
    end_users.dedup();
    let mut names: HashMap<EndUserId, Vec<String>> = HashMap::new();
    for (end_user, name) in store::end_user_texts(tx, customer, end_users).await? {
        names.entry(end_user).or_default().push(name);
    }
    let dialect = tx.dialect();
    let mut documents = Vec::with_capacity(tickets.len());
    for ticket in tickets {
        let names = ticket.end_user_id.and_then(|it| names.get(&it)).map_or(&[][..], Vec::as_slice);
        let messages = messages.get(&ticket.ticket_id).map_or(&[][..], Vec::as_slice);
        let parts = search_parts(ticket.subject.as_deref(), ticket.uid.as_deref(), names, messages);
        documents.push((ticket.ticket_id, dialect.search_documents(customer, &parts)));
    }
    store::insert_many(tx, customer, documents).await
}
