//! Learns the topics that imported messages came with.

use crate::app::App;
use crate::intake::minds;
use crate::model::job::JobError;
use crate::model::{CustomerId, MessageId};

pub async fn run(app: &App, customer: CustomerId, first: i64) -> Result<(), JobError> {
    Ok(minds::learn_imported(app, customer, MessageId(first)).await?)
}
