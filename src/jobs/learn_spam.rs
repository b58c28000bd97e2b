//! Teaches the spam classifier what a person marked a ticket as.

use super::JobError;
use crate::app::App;
use crate::domain::spam;
use crate::model::{CustomerId, TicketId};

pub async fn run(app: &App, customer: CustomerId, ticket: i64) -> Result<(), JobError> {
    Ok(spam::learn(app, customer, TicketId(ticket)).await?)
}
