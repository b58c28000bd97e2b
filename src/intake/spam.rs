//! Is it spam? The tenant's own filter says, with what SpamAssassin said as one piece of its evidence. The verdict
//! names what spoke for it and against it.

use answerpal_mail::spam::{SpamScore, told};
use serde_json::{Value, json};

use super::Outcome;
use super::filters::{self, Filter};
use crate::app::App;
use crate::domain::spam_lessons::{self as domain, THRESHOLD};
use crate::model::job::JobError;
use crate::model::{ChannelType, CustomerId, Message};

pub async fn run(app: &App, customer: CustomerId, message: &Message) -> Result<Outcome, JobError> {
    if message.channel_type != ChannelType::Email || !message.incoming {
        return Ok(Outcome::skipped("only e-mail is looked at for spam"));
    }
    if !domain::is_filtered(app, customer, message).await? {
        return Ok(Outcome::skipped(domain::UNFILTERED));
    }
    let opinion = domain::opinion(&mut *app.store.read().await?, customer, message.message_id).await?;
    let features = domain::features_of(app, customer, message.clone(), opinion).await?;
    let filter = filters::current(app, customer).await?;
    let score = filter.model.score(&features);
    let is_spam = score.probability >= THRESHOLD;
    let result = if is_spam { "spam" } else { "wanted" };
    metrics::counter!("answerpal_spam_verdicts_total", "result" => result).increment(1);
    Ok(Outcome::done().explained(evidence(&score, &filter)).with(move |_, _, mut message| {
        Box::pin(async move {
            message.is_spam_ai = Some(is_spam);
            Ok(message)
        })
    }))
}

fn evidence(score: &SpamScore, filter: &Filter) -> Value {
    let rounded = |it: f64| (it * 10_000.0).round() / 10_000.0;
    let tags: Vec<Value> = score
        .tags
        .iter()
        .map(|(feature, share)| json!({ "tag": feature, "says": told(feature), "share": rounded(*share) }))
        .collect();
    json!({
        "isSpam": score.probability >= THRESHOLD,
        "probability": rounded(score.probability),
        "ownProbability": rounded(score.own_probability),
        "threshold": THRESHOLD,
        "lessons": filter.lessons,
        "takenOn": filter.taken_on,
        "tags": tags,
    })
}
