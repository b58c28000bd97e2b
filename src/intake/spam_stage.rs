//! Is it spam? SpamAssassin is asked where it is set up, and the tenant's own classifier always; the verdict
//! keeps what both said and why.

use serde_json::json;

use super::Outcome;
use crate::app::App;
use crate::channels::spamd;
use crate::domain::spam;
use crate::jobs::JobError;
use crate::model::{ChannelType, CustomerId, Message};

pub async fn run(app: &App, customer: CustomerId, message: &Message) -> Result<Outcome, JobError> {
    if message.channel_type != ChannelType::Email || !message.incoming {
        return Ok(Outcome::skipped("only e-mail is looked at for spam"));
    }
    let raw = spam::raw_of(app, customer, message.message_id).await?;
    let opinion = match (&app.config.spamd, &raw) {
        (Some(address), Some(raw)) if raw.len() <= spamd::LARGEST => {
            Some(spamd::ask(address, raw).await.map_err(JobError::Retry)?)
        }
        _ => None,
    };
    let features = spam::features_of(message, raw).await?;
    let model = spam::model(&mut *app.store.read().await?, customer).await?;
    let score = model.score(&features);
    let by_model = score.probability >= spam::THRESHOLD;
    let by_spamd = opinion.as_ref().map(|it| it.is_spam);
    // Each may be sure of itself; together they need less.
    let both = opinion.as_ref().is_some_and(|it| it.score >= 0.6 * it.threshold && score.probability >= 0.5);
    let is_spam = by_model || by_spamd == Some(true) || both;
    let evidence = json!({
        "isSpam": is_spam,
        "probability": score.probability,
        "tags": score.tags,
        "examples": model.examples,
        "spamAssassin": opinion.as_ref().map(|it| json!({ "score": it.score, "threshold": it.threshold, "rules": it.rules })),
    });
    let outcome = if is_spam { Outcome::stop("it is spam") } else { Outcome::done() };
    Ok(outcome.explained(evidence).with(move |tx, ticket, mut message| {
        Box::pin(async move {
            message.is_spam_ai = Some(by_model);
            message.is_spam_spam_assassin = by_spamd;
            if is_spam {
                spam::hold(tx, customer, &ticket, message.message_id).await?;
            }
            Ok(message)
        })
    }))
}
