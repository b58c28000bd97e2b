//! What does SpamAssassin think of it? Asked before the own filter judges, where the operator has set one up. That
//! it is down, slow or says nothing sensible holds no mail back: the stage says so, and the next begins.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::json;

use super::Outcome;
use crate::app::App;
use crate::channels::spamd;
use crate::domain::spam_lessons::{UNFILTERED, is_filtered, raw_of};
use crate::model::job::JobError;
use crate::model::{CustomerId, Message};

/// Whoever did not answer in time is not asked for so long: mail is not to queue behind it.
const PAUSE: i64 = 30 * 1_000_000;

/// Until when SpamAssassin is not asked (microseconds since 1970).
#[derive(Default)]
pub struct Silence(AtomicI64);

pub async fn run(app: &App, customer: CustomerId, message: &Message) -> Result<Outcome, JobError> {
    if !is_filtered(app, customer, message).await? {
        return Ok(Outcome::skipped(UNFILTERED));
    }
    let Some(address) = &app.config.spamd else {
        return Ok(Outcome::skipped("no SpamAssassin is set up"));
    };
    let Some(raw) = raw_of(app, customer, message.message_id).await? else {
        return Ok(Outcome::skipped("there is no raw mail that SpamAssassin could be shown"));
    };
    if raw.len() > spamd::LARGEST {
        return Ok(Outcome::skipped(format!("SpamAssassin is not asked above {} bytes", spamd::LARGEST)));
    }
    let (silence, now) = (&app.knowledge.silence.0, app.clock.now().0);
    if now < silence.load(Ordering::Relaxed) {
        return Ok(unheard("it did not answer in time a moment ago"));
    }
    let patience = Duration::from_secs(app.config.spamd_seconds.into());
    match spamd::ask(address, &raw, patience).await {
        Ok(opinion) => {
            count(if opinion.is_spam { "spam" } else { "wanted" });
            Ok(heard(&opinion))
        }
        Err(error) => {
            count("unheard");
            if matches!(error, spamd::SpamdError::TimedOut(_)) {
                silence.store(now + PAUSE, Ordering::Relaxed);
            }
            tracing::warn!(address = %address, error = %error, "SpamAssassin gave no verdict");
            Ok(unheard(&error.to_string()))
        }
    }
}

fn count(result: &'static str) {
    metrics::counter!("answerpal_spamassassin_verdicts_total", "result" => result).increment(1);
}

fn unheard(why: &str) -> Outcome {
    Outcome::skipped(format!("SpamAssassin was not heard: {why}")).explained(json!({ "error": why }))
}

fn heard(opinion: &spamd::Opinion) -> Outcome {
    let is_spam = opinion.is_spam;
    let evidence = json!({
        "isSpam": is_spam,
        "score": opinion.score,
        "threshold": opinion.threshold,
        "rules": opinion.rules,
    });
    Outcome::done().explained(evidence).with(move |_, _, mut message| {
        Box::pin(async move {
            message.is_spam_spam_assassin = Some(is_spam);
            Ok(message)
        })
    })
}
