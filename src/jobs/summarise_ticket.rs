//! Renews the summary of a ticket that was answered.

use crate::app::App;
use crate::domain::ticket_summaries as domain;
use crate::intake::summary;
use crate::model::job::JobError;
use crate::model::{CustomerId, TicketId};

pub async fn run(app: &App, customer: CustomerId, ticket: i64) -> Result<(), JobError> {
    let id = TicketId(ticket);
    let summary::Made::Summary(made) = summary::of_ticket(app, customer, id).await? else { return Ok(()) };
    app.store
        .write(move |tx| Box::pin(async move { domain::keep_of(tx, customer, id, &made).await }))
        .await?;
    Ok(())
}
