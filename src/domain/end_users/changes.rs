//! End users made, changed and deleted by reps.

use serde_json::{Value, json};

use super::uids::{Plan, UidChange, plan, texts};
use super::{AT_ONCE, LONGEST_NAME, reindex};
use crate::app::App;
use crate::domain::events::{Changes, note};
use crate::domain::{fields, tickets};
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, CustomerType, EndUser, EndUserId, EndUserUid, Event, Ticket, job};
use crate::store::{Tx, end_users as store, jobs, tickets as ticket_store};

const LONGEST_DETAILS: usize = 10_000;
const LONGEST_DOCUMENTATION: usize = 100_000;

/// What a change of an end user gives; None leaves the field as it is, an empty text clears it.
#[derive(Default)]
pub struct EndUserChange {
    pub firstname: Option<String>,
    pub lastname: Option<String>,
    pub name: Option<String>,
    pub gender: Option<String>,
    pub other_contact_details: Option<String>,
    pub customer_ref: Option<String>,
    pub customer_type: Option<String>,
    pub country: Option<String>,
    pub lang: Option<String>,
    pub company: Option<String>,
    pub street: Option<String>,
    pub house_number: Option<String>,
    pub postal_code: Option<String>,
    pub city: Option<String>,
    pub ai_documentation: Option<String>,
    pub uids: Vec<UidChange>,
}

pub async fn create(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    mut change: EndUserChange,
) -> Result<EndUserId> {
    // What is new has no ids yet; clients copy them from elsewhere.
    change.uids.retain(|it| !it.is_deleted);
    change.uids.iter_mut().for_each(|it| it.id = None);
    let planned = plan(EndUserId(0), &[], std::mem::take(&mut change.uids))?;
    let end_user = applied(&EndUser::new(tx.now), change)?;
    let id = store::insert(tx, customer, &end_user, &planned.texts()).await?;
    let mut planned = planned;
    planned.after.iter_mut().for_each(|it| it.end_user_id = id);
    planned.write(tx, customer, &[]).await?;
    note(tx, customer, actor, &[Event::new("endUser.created", "endUser", id.0)]).await?;
    Ok(id)
}

pub async fn update(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    id: EndUserId,
    mut change: EndUserChange,
) -> Result<()> {
    let before = store::lock(tx, customer, id).await?;
    let uids = store::uids_of(tx, customer, vec![id.0]).await?;
    let planned = plan(id, &uids, std::mem::take(&mut change.uids))?;
    let after = applied(&before, change)?;
    let changes = differences(&before, &after, &uids, &planned);
    if changes.is_empty() {
        return Ok(());
    }
    planned.write(tx, customer, &uids).await?;
    store::update(tx, customer, &after, &planned.texts()).await?;
    note(tx, customer, actor, &[Event::new("endUser.updated", "endUser", id.0).with(changes.into_value())])
        .await?;
    if store::search_text(&before, &texts(&uids)) != store::search_text(&after, &planned.texts()) {
        reindex(tx, customer, id).await?;
    }
    Ok(())
}

/// Deletes an end user with its uids; its tickets stay, without it. Of many tickets a job takes it off: what
/// is answered of them does not name it any more, because it is not there.
pub async fn delete(tx: &mut Tx, customer: CustomerId, actor: Actor, id: EndUserId) -> Result<()> {
    let most = AT_ONCE as i64;
    let ids = store::some_tickets_of(tx, customer, id, most + 1).await?;
    let are_many = ids.len() > AT_ONCE;
    store::delete(tx, customer, id).await?;
    if are_many {
        let now = tx.now;
        jobs::enqueue(tx, customer, job::DETACH_END_USER, id.0, now, None).await?;
    } else {
        detach(tx, customer, actor, ids).await?;
    }
    note(tx, customer, actor, &[Event::new("endUser.deleted", "endUser", id.0)]).await
}

/// Takes an end user who is gone off some of their tickets.
async fn detach(tx: &mut Tx, customer: CustomerId, actor: Actor, tickets: Vec<i64>) -> Result<()> {
    for before in ticket_store::lock_many(tx, customer, tickets).await? {
        let after = Ticket { end_user_id: None, ..before.clone() };
        tickets::change(tx, customer, actor, &before, &after).await?;
        tickets::reindex(tx, customer, before.ticket_id).await?;
    }
    Ok(())
}

/// As a job: takes an end user who is gone off all their tickets, a few in each transaction.
pub async fn detach_all(app: &App, customer: CustomerId, id: EndUserId) -> Result<()> {
    loop {
        let detached = app
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let ids = store::some_tickets_of(tx, customer, id, AT_ONCE as i64).await?;
                    let some = !ids.is_empty();
                    detach(tx, customer, Actor::System, ids).await?;
                    Ok(some)
                })
            })
            .await?;
        if !detached {
            return Ok(());
        }
    }
}

fn applied(before: &EndUser, change: EndUserChange) -> Result<EndUser> {
    let text = |field, given, before: &Option<String>| fields::text(field, given, before, LONGEST_NAME);
    let mut after = EndUser {
        end_user_id: before.end_user_id,
        firstname: text("firstname", change.firstname, &before.firstname)?,
        lastname: text("lastname", change.lastname, &before.lastname)?,
        name: text("name", change.name, &before.name)?,
        gender: text("gender", change.gender, &before.gender)?,
        other_contact_details: fields::text(
            "otherContactDetails",
            change.other_contact_details,
            &before.other_contact_details,
            LONGEST_DETAILS,
        )?,
        customer_ref: text("customerRef", change.customer_ref, &before.customer_ref)?,
        customer_type: customer_type(change.customer_type, before.customer_type)?,
        country: text("country", change.country, &before.country)?,
        lang: text("lang", change.lang, &before.lang)?,
        company: text("company", change.company, &before.company)?,
        street: text("street", change.street, &before.street)?,
        house_number: text("houseNumber", change.house_number, &before.house_number)?,
        postal_code: text("postalCode", change.postal_code, &before.postal_code)?,
        city: text("city", change.city, &before.city)?,
        ai_documentation: fields::text(
            "aIDocumentation",
            change.ai_documentation,
            &before.ai_documentation,
            LONGEST_DOCUMENTATION,
        )?,
        created_at: before.created_at,
    };
    let was_composed = after.name == before.name && after.name == full_name(before);
    if after.name.is_none() || was_composed {
        after.name = full_name(&after);
    }
    Ok(after)
}

/// The name of an end user who was given none.
fn full_name(end_user: &EndUser) -> Option<String> {
    let parts: Vec<&str> =
        [&end_user.firstname, &end_user.lastname].into_iter().filter_map(|it| it.as_deref()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn customer_type(given: Option<String>, before: Option<CustomerType>) -> Result<Option<CustomerType>> {
    match given {
        None => Ok(before),
        Some(given) if given.trim().is_empty() => Ok(None),
        Some(given) => {
            let parsed = CustomerType::parse(&given);
            let wrong = || Error::invalid("customerType", "must be one of Lead, Customer, Partner");
            parsed.ok_or_else(wrong).map(Some)
        }
    }
}

fn differences(before: &EndUser, after: &EndUser, uids: &[EndUserUid], planned: &Plan) -> Changes {
    let mut changes = Changes::default();
    changes.compare("firstname", &before.firstname, &after.firstname);
    changes.compare("lastname", &before.lastname, &after.lastname);
    changes.compare("name", &before.name, &after.name);
    changes.compare("gender", &before.gender, &after.gender);
    changes.compare("otherContactDetails", &before.other_contact_details, &after.other_contact_details);
    changes.compare("customerRef", &before.customer_ref, &after.customer_ref);
    changes.compare("customerType", &before.customer_type, &after.customer_type);
    changes.compare("country", &before.country, &after.country);
    changes.compare("lang", &before.lang, &after.lang);
    changes.compare("company", &before.company, &after.company);
    changes.compare("street", &before.street, &after.street);
    changes.compare("houseNumber", &before.house_number, &after.house_number);
    changes.compare("postalCode", &before.postal_code, &after.postal_code);
    changes.compare("city", &before.city, &after.city);
    changes.compare("aIDocumentation", &before.ai_documentation, &after.ai_documentation);
    changes.compare("uiDs", &described(uids), &described(&planned.after));
    changes
}

fn described(uids: &[EndUserUid]) -> Vec<Value> {
    let describe =
        |it: &EndUserUid| json!({ "uid": it.uid, "uidType": it.uid_type, "isPrimary": it.is_primary });
    uids.iter().map(describe).collect()
}
