//! Tenants.

use crate::app::App;
use crate::domain::caller::Actor;
use crate::domain::events::{Event, note};
use crate::error::{Error, Result};
use crate::model::{CustomerId, CustomerRepId, Role};
use crate::store::customers as store;

use super::reps::{self, NewRep};

/// A tenant with its first Administrator.
pub struct NewCustomer {
    pub name: String,
    pub hostname: Option<String>,
    pub username: String,
    pub password: String,
}

/// Makes a tenant and its Administrator.
pub async fn create(app: &App, new: NewCustomer) -> Result<(CustomerId, CustomerRepId)> {
    let password_hash = reps::hash_password(app, &new.password).await?;
    let hostname = new.hostname.map(|it| it.trim().to_lowercase()).filter(|it| !it.is_empty());
    if new.name.trim().is_empty() {
        return Err(Error::invalid("name", "is required"));
    }
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let customer = store::insert(tx, new.name.trim(), hostname.as_deref())
                    .await
                    .map_err(|it| it.or_conflict("Another tenant has this hostname."))?;
                let rep = NewRep {
                    name: Some(new.username.clone()),
                    username: new.username,
                    role: Role::Administrator,
                    password_hash,
                    ..NewRep::default()
                };
                let rep = reps::insert(tx, customer, Actor::System, &rep).await?;
                note(tx, customer, Actor::System, &[Event::new("customer.created", "customer", customer.0)])
                    .await?;
                Ok((customer, rep))
            })
        })
        .await
}
