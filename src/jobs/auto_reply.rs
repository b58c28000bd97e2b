//! Sends a draft by itself, where everything still allows it when its delay is over.

use super::JobError;
use crate::app::App;
use crate::domain::auto_replies;
use crate::model::{CustomerId, MessageId};

pub async fn run(app: &App, customer: CustomerId, message: i64) -> Result<(), JobError> {
    if let Some(why) = auto_replies::send(app, customer, MessageId(message)).await? {
        tracing::info!(%customer, message, why, "no automatic answer was sent");
    }
    Ok(())
}
