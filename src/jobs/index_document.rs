//! Makes the vectors of a document's passages, so that its first search need not.

use crate::app::App;
use crate::intake::retrieve;
use crate::model::job::JobError;
use crate::model::{CustomerId, DocumentId};

pub async fn run(app: &App, customer: CustomerId, document: i64) -> Result<(), JobError> {
    Ok(retrieve::embed_document(app, customer, DocumentId(document)).await?)
}
