//! What is it about?

use super::Outcome;
use crate::app::App;
use crate::jobs::JobError;
use crate::model::{CustomerId, Message};

pub async fn run(app: &App, customer: CustomerId, _: &Message) -> Result<Outcome, JobError> {
    let refs = app.refs.current(&mut *app.store.read().await?, customer).await?;
    if refs.topics.is_empty() {
        return Ok(Outcome::skipped("the tenant has no topics"));
    }
    Ok(Outcome::skipped("topic detection is not set up"))
}
