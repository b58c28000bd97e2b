//! What follows from the verdict. A mail that is spam and begins a ticket takes it to the spam view: nothing is
//! drafted, answered or told for it. In a ticket that people here talk in, or that has other mail before it, a
//! verdict is shown and does nothing: wanted mail costs more there than spam.

use super::Outcome;
use crate::app::App;
use crate::domain::spam_lessons::{IT_IS_SPAM, ITS_TICKET_IS_SPAM, begins, hold};
use crate::error::Error;
use crate::model::job::JobError;
use crate::model::{CustomerId, Message};
use crate::store::tickets;

pub async fn run(app: &App, customer: CustomerId, message: &Message) -> Result<Outcome, JobError> {
    let mut conn = app.store.read().await?;
    let ticket = match tickets::get(&mut conn, customer, message.ticket_id).await {
        Err(Error::NotFound) => return Ok(Outcome::skipped("its ticket is gone")),
        other => other?,
    };
    if ticket.is_spam {
        return Ok(Outcome::stop(ITS_TICKET_IS_SPAM));
    }
    if message.is_spam_ai != Some(true) {
        return Ok(Outcome::done());
    }
    let id = message.message_id;
    if !begins(&mut conn, customer, &ticket, id).await? {
        return Ok(Outcome::done().because("it looks like spam, but it is part of a conversation"));
    }
    drop(conn);
    metrics::counter!("answerpal_spam_held_total").increment(1);
    Ok(Outcome::stop(IT_IS_SPAM).with(move |tx, ticket, message| {
        Box::pin(async move {
            hold(tx, customer, &ticket, id).await?;
            Ok(message)
        })
    }))
}
