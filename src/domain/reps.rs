//! Reps: agents, supervisors and administrators of a tenant.

mod changes;
pub mod passwords;
pub mod signatures;

pub use changes::{RepChange, delete, set_active, update};
pub use passwords::hash_password;

use crate::domain::events::note;
use crate::domain::{fields, refs};
use crate::error::Result;
use crate::model::{Actor, CustomerId, CustomerRepId, Event, NewRep};
use crate::store::reps::signatures::Signature;
use crate::store::{Tx, reps as store};

const LONGEST_NAME: usize = 200;
const LONGEST_DETAILS: usize = 4000;
const TAKEN: &str = "There is a rep with this username already.";

/// Makes a rep.
pub async fn insert(tx: &mut Tx, customer: CustomerId, actor: Actor, new: &NewRep) -> Result<CustomerRepId> {
    let new = new.clone();
    let new = NewRep {
        username: valid_username(&new.username)?,
        name: fields::text("name", new.name, &None, LONGEST_NAME)?,
        email: fields::checked(new.email, &None, |it| fields::email("email", it))?,
        phone_number: fields::text("phoneNumber", new.phone_number, &None, LONGEST_NAME)?,
        other_details: fields::text("otherDetails", new.other_details, &None, LONGEST_DETAILS)?,
        ..new
    };
    let signature = Signature {
        lang: String::new(),
        signature_html: signatures::html(new.signature_html.clone(), &None)?,
        signature_text: signatures::text(new.signature_text.clone(), &None)?,
    };
    let rep = store::insert(tx, customer, &new).await.map_err(|it| it.or_conflict(TAKEN))?;
    signatures::keep(tx, customer, rep, &signature).await?;
    refs::changed(tx, customer).await?;
    note(tx, customer, actor, &[Event::new("customerRep.created", "customerRep", rep.0)]).await?;
    Ok(rep)
}

/// Control characters and a colon (HTTP Basic cannot carry it) are refused.
fn valid_username(username: &str) -> Result<String> {
    let username = fields::name("username", username, LONGEST_NAME)?;
    if username.contains(|it: char| it.is_control() || it == ':') {
        return Err(crate::error::Error::invalid(
            "username",
            "must not contain a colon or control characters",
        ));
    }
    Ok(username)
}
