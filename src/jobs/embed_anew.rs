//! Makes all vectors of a tenant in the way that its settings say, and uses that way from then on. What
//! was set before is used until then.

use crate::app::App;
use crate::domain::ai_settings as domain;
use crate::intake;
use crate::model::CustomerId;
use crate::model::job::JobError;

pub async fn run(app: &App, customer: CustomerId, _: i64) -> Result<(), JobError> {
    let Some(done) = intake::embed_anew(app, customer).await? else { return Ok(()) };
    app.store.write(move |tx| Box::pin(async move { domain::switched(tx, customer, &done).await })).await?;
    Ok(())
}
