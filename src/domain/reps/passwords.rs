//! Passwords: how they are kept, changed and reset.

use crate::app::App;
use crate::domain::events::note;
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, CustomerRepId, Event};
use crate::store::reps::profiles;
use crate::store::{Tx, password_resets};

const SHORTEST_PASSWORD: usize = 8;
const LONGEST_PASSWORD: usize = 256;

/// The hash to keep of a new password. Slow on purpose, so never inside a transaction.
pub async fn hash_password(app: &App, password: &str) -> Result<String> {
    hash_password_of(app, "password", password).await
}

/// As [`hash_password`], for a password that came in another field.
pub async fn hash_password_of(app: &App, field: &str, password: &str) -> Result<String> {
    if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&password.chars().count()) {
        let message = format!("must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters");
        return Err(Error::invalid(field, message));
    }
    app.credentials.hash(&app.random, password).await
}

/// Sets a password; every token of the rep and every link for a new password ends.
pub async fn set(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    rep: CustomerRepId,
    hash: &str,
) -> Result<()> {
    profiles::set_password(tx, customer, rep, hash).await?;
    profiles::end_tokens(tx, customer, rep).await?;
    password_resets::forget(tx, customer, rep).await?;
    note(tx, customer, actor, &[Event::new("customerRep.passwordChanged", "customerRep", rep.0)]).await
}
