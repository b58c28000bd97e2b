//! Makes a ticket's message of a raw mail.

use crate::app::App;
use crate::domain::inbound;
use crate::model::job::JobError;
use crate::model::{CustomerId, ReceivedMailId};

pub async fn run(app: &App, customer: CustomerId, id: i64) -> Result<(), JobError> {
    inbound::process(app, customer, ReceivedMailId(id)).await?;
    Ok(())
}
