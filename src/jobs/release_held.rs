//! Lets the pipeline go on for a message that is no spam after all.

use crate::app::App;
use crate::domain::spam_lessons;
use crate::model::job::JobError;
use crate::model::{CustomerId, MessageId};

pub async fn run(app: &App, customer: CustomerId, message: i64) -> Result<(), JobError> {
    let id = MessageId(message);
    app.store.write(move |tx| Box::pin(async move { spam_lessons::go_on(tx, customer, id).await })).await?;
    Ok(())
}
