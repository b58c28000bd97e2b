//! Reps: agents, supervisors and administrators of a tenant.

use crate::app::App;
use crate::domain::caller::Actor;
use crate::domain::events::{Event, note};
use crate::domain::refs;
use crate::error::{Error, Result};
use crate::model::{CustomerId, CustomerRepId, Role};
use crate::store::{Tx, reps as store};

const SHORTEST_PASSWORD: usize = 8;
const LONGEST_PASSWORD: usize = 256;

/// What a new rep has.
pub struct NewRep {
    pub username: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone_number: Option<String>,
    pub other_details: Option<String>,
    pub role: Role,
    pub password_hash: String,
}

impl Default for NewRep {
    fn default() -> Self {
        Self {
            username: String::new(),
            name: None,
            email: None,
            phone_number: None,
            other_details: None,
            role: Role::Agent,
            password_hash: String::new(),
        }
    }
}

/// The hash to keep of a new password. Slow on purpose, so never inside a transaction.
pub async fn hash_password(app: &App, password: &str) -> Result<String> {
    if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&password.chars().count()) {
        let message = format!("must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters");
        return Err(Error::invalid("password", message));
    }
    app.credentials.hash(&app.random, password).await
}

/// Makes a rep.
pub async fn insert(tx: &mut Tx, customer: CustomerId, actor: Actor, new: &NewRep) -> Result<CustomerRepId> {
    if new.username.trim().is_empty() || new.username.chars().count() > 200 {
        return Err(Error::invalid("username", "must have 1 to 200 characters"));
    }
    let rep = store::insert(tx, customer, new)
        .await
        .map_err(|it| it.or_conflict("There is a rep with this username already."))?;
    refs::changed(tx, customer).await?;
    note(tx, customer, actor, &[Event::new("customerRep.created", "customerRep", rep.0)]).await?;
    Ok(rep)
}
