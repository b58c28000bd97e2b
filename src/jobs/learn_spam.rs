//! Makes what the spam filter learns from the mails that people marked.

use crate::app::App;
use crate::domain::spam_lessons;
use crate::model::CustomerId;
use crate::model::job::JobError;

pub async fn run(app: &App, customer: CustomerId, _: i64) -> Result<(), JobError> {
    Ok(spam_lessons::learn(app, customer).await?)
}
