//! The draft of a reply, from the documents that fit; and whether it may go out by itself.

use serde_json::json;
use tokio::sync::mpsc;

use super::Outcome;
use super::draft::{self, DraftError, Wish};
use crate::app::App;
use crate::domain::auto_replies;
use crate::domain::drafts::{self, Drafted};
use crate::model::job::JobError;
use crate::model::{Actor, CustomerId, Message};

pub async fn run(app: &App, customer: CustomerId, message: &Message) -> Result<Outcome, JobError> {
    if message.answered_by_message_id.is_some() || message.ai_generated_response.is_some() {
        return Ok(Outcome::skipped("a person has taken it on"));
    }
    // Nobody listens to the pieces.
    let (pieces, _) = mpsc::unbounded_channel();
    match draft::make(app, customer, message, &Wish::default(), &pieces).await {
        Ok(drafted) => Ok(outcome(customer, drafted)),
        Err(DraftError::Llm(error)) if error.may_pass() => Err(JobError::Retry(error.to_string())),
        Err(DraftError::Llm(error)) => Err(JobError::Fail(error.to_string())),
        Err(DraftError::Other(error)) => Err(error.into()),
    }
}

fn outcome(customer: CustomerId, drafted: Drafted) -> Outcome {
    let outcome = match (&drafted.reply, &drafted.reason) {
        (Some(_), _) => Outcome::done(),
        (None, reason) => Outcome::skipped(reason.clone().unwrap_or_default()),
    };
    let evidence = json!({
        "model": drafted.model, "confidence": drafted.confidence, "leftOut": drafted.left_out,
        "documentIDs": drafted.citations.iter().map(|it| it.document_id).collect::<Vec<_>>(),
    });
    outcome.explained(evidence).with(move |tx, _, message| {
        Box::pin(async move {
            // Somebody was faster.
            if message.answered_by_message_id.is_some() || message.ai_generated_response.is_some() {
                return Ok(message);
            }
            let message = drafts::keep(tx, customer, Actor::System, message, drafted, None).await?;
            auto_replies::consider(tx, customer, &message).await?;
            Ok(message)
        })
    })
}
