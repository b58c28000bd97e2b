//! Changing, deactivating and deleting reps, so that a tenant always keeps an Administrator.

use crate::domain::events::{Changes, note};
use crate::domain::{fields, refs, tickets};
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, Event, Role};
use crate::store::Tx;
use crate::store::reps::profiles::{self as store, Rep};
use crate::store::reps::signatures::Signature;

use super::{LONGEST_DETAILS, LONGEST_NAME, TAKEN, signatures, valid_username};

/// What a change of a rep gives; None leaves the field as it is, an empty text clears it.
#[derive(Default)]
pub struct RepChange {
    pub username: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone_number: Option<String>,
    pub other_details: Option<String>,
    pub role: Option<Role>,
    pub is_active: Option<bool>,
    pub is_available: Option<bool>,
    pub signature_html: Option<String>,
    pub signature_text: Option<String>,
}

/// Changes a rep. Without `manages_users` (a rep who changes their own account) username, role and
/// activity stay.
pub async fn update(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    before: &Rep,
    change: RepChange,
    manages_users: bool,
) -> Result<()> {
    let after = applied(before, change)?;
    let guarded = |it: &Rep| (it.username.clone(), it.role, it.is_active);
    if !manages_users && guarded(before) != guarded(&after) {
        let why = "Only an Administrator may change username, role and isActive.";
        return Err(Error::Forbidden(why.into()));
    }
    let changes = differences(before, &after);
    if changes.is_empty() {
        return Ok(());
    }
    // First of all, because it locks the tenant: two Administrators cannot demote each other at once.
    refs::changed(tx, customer).await?;
    if is_administrator(before) && !is_administrator(&after) {
        keeps_an_administrator(tx, customer, actor, before).await?;
    }
    if before.is_active && !after.is_active {
        keeps_themselves(actor, before)?;
        store::end_tokens(tx, customer, before.customer_rep_id).await?;
    }
    store::update(tx, customer, &after).await.map_err(|it| it.or_conflict(TAKEN))?;
    let signature = Signature {
        lang: String::new(),
        signature_html: after.signature_html,
        signature_text: after.signature_text,
    };
    signatures::keep(tx, customer, before.customer_rep_id, &signature).await?;
    let event = Event::new("customerRep.updated", "customerRep", before.customer_rep_id.0);
    note(tx, customer, actor, &[event.with(changes.into_value())]).await
}

/// Activates or deactivates a rep.
pub async fn set_active(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    before: &Rep,
    active: bool,
) -> Result<()> {
    let change = RepChange { is_active: Some(active), ..RepChange::default() };
    update(tx, customer, actor, before, change, true).await
}

/// Deletes a rep; their tickets become nobody's.
pub async fn delete(tx: &mut Tx, customer: CustomerId, actor: Actor, rep: &Rep) -> Result<()> {
    refs::changed(tx, customer).await?;
    if is_administrator(rep) {
        keeps_an_administrator(tx, customer, actor, rep).await?;
    }
    keeps_themselves(actor, rep)?;
    tickets::unassign_all(tx, customer, actor, rep.customer_rep_id).await?;
    store::delete(tx, customer, rep.customer_rep_id).await?;
    let event = Event::new("customerRep.deleted", "customerRep", rep.customer_rep_id.0);
    note(tx, customer, actor, &[event]).await
}

fn is_administrator(rep: &Rep) -> bool {
    rep.role == Role::Administrator && rep.is_active
}

async fn keeps_an_administrator(tx: &mut Tx, customer: CustomerId, actor: Actor, rep: &Rep) -> Result<()> {
    if !store::has_other_administrator(tx, customer, rep.customer_rep_id).await? {
        return Err(Error::Conflict("The last active Administrator stays one.".into()));
    }
    keeps_themselves(actor, rep)
}

/// Nobody locks themselves out: another Administrator has to do it.
fn keeps_themselves(actor: Actor, rep: &Rep) -> Result<()> {
    if actor.rep() == Some(rep.customer_rep_id) {
        let why = "Nobody can deactivate, demote or delete themselves: another Administrator has to.";
        return Err(Error::Conflict(why.into()));
    }
    Ok(())
}

fn applied(before: &Rep, change: RepChange) -> Result<Rep> {
    Ok(Rep {
        customer_rep_id: before.customer_rep_id,
        username: change.username.map_or(Ok(before.username.clone()), |it| valid_username(&it))?,
        name: change.name.map_or(Ok(before.name.clone()), |it| fields::name("name", &it, LONGEST_NAME))?,
        email: fields::checked(change.email, &before.email, |it| fields::email("email", it))?,
        phone_number: fields::text("phoneNumber", change.phone_number, &before.phone_number, LONGEST_NAME)?,
        other_details: fields::text(
            "otherDetails",
            change.other_details,
            &before.other_details,
            LONGEST_DETAILS,
        )?,
        role: change.role.unwrap_or(before.role),
        is_active: change.is_active.unwrap_or(before.is_active),
        is_available: change.is_available.unwrap_or(before.is_available),
        signature_html: signatures::html(change.signature_html, &before.signature_html)?,
        signature_text: signatures::text(change.signature_text, &before.signature_text)?,
    })
}

fn differences(before: &Rep, after: &Rep) -> Changes {
    let mut changes = Changes::default();
    changes.compare("username", &before.username, &after.username);
    changes.compare("name", &before.name, &after.name);
    changes.compare("email", &before.email, &after.email);
    changes.compare("phoneNumber", &before.phone_number, &after.phone_number);
    changes.compare("otherDetails", &before.other_details, &after.other_details);
    changes.compare("role", &before.role, &after.role);
    changes.compare("isActive", &before.is_active, &after.is_active);
    changes.compare("isAvailable", &before.is_available, &after.is_available);
    changes.compare("emailSignatureHTML", &before.signature_html, &after.signature_html);
    changes.compare("emailSignatureText", &before.signature_text, &after.signature_text);
    changes
}
