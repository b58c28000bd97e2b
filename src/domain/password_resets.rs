//! Forgotten passwords: a link by mail sets a new one.

use std::time::Duration;

use crate::app::App;
use crate::crypto;
use crate::domain::events::note;
use crate::domain::reps::passwords;
use crate::domain::texts::{self, ResetTexts, Texts};
use crate::domain::{login, mails};
use crate::error::{Error, Result};
use crate::model::{Actor, Event, Timestamp};
use crate::store::password_resets::{self as store, Addressee};
use crate::store::{Tx, customers, reps, throttles};

/// How long a link is good for.
const LINK_LIFE: Duration = Duration::from_secs(4 * 3600);
/// So many requests for one address are answered by a mail; then none is sent for an hour.
const MAILS: i64 = 5;
const PAUSE: Duration = Duration::from_secs(3600);
const LONGEST_EMAIL: usize = 254;

/// Queues a link for each active rep with this address, told in the first of `languages` that there are words in,
/// else in the tenant's. Tells nobody whether there is one, not even by its
/// time: whatever the address, the same is counted and written.
pub async fn request(app: &App, email: &str, hostname: Option<&str>, languages: &[&str]) -> Result<()> {
    let texts = languages.iter().copied().find_map(texts::of);
    let email = email.trim().to_lowercase();
    if email.is_empty() || email.len() > LONGEST_EMAIL {
        return Ok(());
    }
    let hostname = login::selecting(hostname);
    let state = app.clone();
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let throttle = format!("reset:{email}");
                let now = tx.now;
                if throttles::blocked_until(tx, &throttle, now).await?.is_some() {
                    return Ok(());
                }
                throttles::fail(tx, &throttle, paused_until).await?;
                let hostname = match hostname {
                    Some(hostname) if reps::is_hostname(tx, &hostname).await? => Some(hostname),
                    _ => None,
                };
                let addressees = store::addressees(tx, &email, hostname.as_deref()).await?;
                for addressee in &addressees {
                    send(tx, &state, addressee, texts).await?;
                }
                Ok(())
            })
        })
        .await
}

fn paused_until(now: Timestamp, requests: i64) -> Timestamp {
    if requests % MAILS == 0 { Timestamp(now.0 + PAUSE.as_micros() as i64) } else { now }
}

async fn send(tx: &mut Tx, app: &App, to: &Addressee, texts: Option<&Texts>) -> Result<()> {
    let token = app.random.token();
    let expires = Timestamp(tx.now.0 + LINK_LIFE.as_micros() as i64);
    let (customer, rep) = (to.customer_id, to.customer_rep_id);
    store::insert(tx, customer, rep, &crypto::token_hash(&token), expires).await?;
    let link = format!("{}/app/reset-password/{token}", app.config.public_url());
    let texts = match texts {
        Some(texts) => texts,
        None => texts::first_of(customers::get(tx, customer).await?.default_lang.as_deref()),
    };
    let ResetTexts { subject, who, link: sets, not_you } = &texts.reset;
    let body = format!("{who} {:?}.\n\n{sets}\n{link}\n\n{not_you}\n", to.username);
    let mail = mails::compose(app, "PasswordReset", &to.email, subject, &body)?;
    mails::queue(tx, customer, &mail).await?;
    let event = Event::new("customerRep.passwordResetRequested", "customerRep", rep.0);
    note(tx, customer, Actor::System, &[event]).await
}

/// Sets a new password by the token of a link, which works once.
pub async fn reset(app: &App, token: &str, password: Option<&str>) -> Result<()> {
    let token_hash = crypto::token_hash(token);
    let found = store::find(&mut *app.store.read().await?, &token_hash, app.clock.now()).await?;
    let (customer, rep, username_key) = found.ok_or(Error::NotFound)?;
    let password = password.ok_or_else(|| Error::invalid("newPassword", "is required"))?;
    let hash = passwords::hash_password_of(app, "newPassword", password).await?;
    app.store
        .write(move |tx| {
            Box::pin(async move {
                if !store::take(tx, customer, rep, &token_hash).await? {
                    return Err(Error::NotFound);
                }
                throttles::clear(tx, &login::throttle(&username_key)).await?;
                passwords::set(tx, customer, Actor::Rep(rep), rep, &hash).await
            })
        })
        .await
}
