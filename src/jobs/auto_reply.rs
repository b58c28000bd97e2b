//! Sends a draft by itself, where everything still allows it when its delay is over.

use crate::app::App;
use crate::domain::auto_replies;
use crate::model::job::JobError;
use crate::model::{CustomerId, MessageId};

pub async fn run(app: &App, customer: CustomerId, message: i64) -> Result<(), JobError> {
    if let Some(why) = auto_replies::send(app, customer, MessageId(message)).await? {
        app.store
            .write(move |tx| {
                Box::pin(async move { auto_replies::not_sent(tx, customer, MessageId(message), &why).await })
            })
            .await?;
    }
    Ok(())
}
