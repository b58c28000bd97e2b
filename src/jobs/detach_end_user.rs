//! Takes an end user who was deleted off their tickets, a few in each transaction.

use crate::app::App;
use crate::domain::end_users;
use crate::model::job::JobError;
use crate::model::{CustomerId, EndUserId};

pub async fn run(app: &App, customer: CustomerId, end_user: i64) -> Result<(), JobError> {
    Ok(end_users::detach_all(app, customer, EndUserId(end_user)).await?)
}
