//! End users: who writes to the tenant, found by their addresses.

mod assign;
mod changes;
pub mod merges;
mod uid;
mod uids;

pub use assign::{Assignment, assign};
pub use changes::{EndUserChange, create, delete, detach_all, update};
pub use uid::normalise_uid;
pub use uids::UidChange;

use crate::app::App;
use crate::domain::events::{Changes, note};
use crate::domain::tickets;
use crate::error::{Error, Result};
use crate::model::{
    Actor, CustomerId, EndUser, EndUserId, EndUserUid, EndUserUidId, Event, TicketId, UidType, job,
};
use crate::store::{Tx, end_users as store, jobs};

const LONGEST_NAME: usize = 200;
const UID_TAKEN: &str = "This uid belongs to another end user: EndUserUIDs/assign moves it.";

/// The end user with this uid, made where there is none, and whether it was known before. An address
/// that is only claimed (`verified` false) never counts as known and changes nothing of who has it.
///
/// # Errors
/// `Invalid` for `uid` where it is no address of its type.
pub async fn find_or_make(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    uid: &str,
    uid_type: Option<UidType>,
    name: Option<&str>,
    verified: bool,
) -> Result<(EndUserId, bool)> {
    let (uid, key, uid_type) = normalise_uid(uid, uid_type).map_err(|why| Error::invalid("uid", why))?;
    let name = name.map(one_line).filter(|it| !it.is_empty());
    if let Some(found) = store::find_uid(tx, customer, &key).await? {
        let name = name.filter(|_| verified);
        return Ok((known(tx, customer, actor, found.end_user_id, name).await?, verified));
    }
    let end_user = EndUser { name: name.clone(), ..EndUser::new(tx.now) };
    let id = store::insert(tx, customer, &end_user, &[&uid]).await?;
    let row = EndUserUid {
        end_user_uid_id: EndUserUidId(0),
        end_user_id: id,
        uid,
        uid_key: key,
        uid_type,
        is_primary: true,
    };
    if store::insert_uid(tx, customer, &row).await?.is_some() {
        note(tx, customer, actor, &[Event::new("endUser.created", "endUser", id.0)]).await?;
        return Ok((id, false));
    }
    // Another transaction made it since it was looked for.
    store::delete(tx, customer, id).await?;
    let found = store::find_uid(tx, customer, &row.uid_key).await?;
    let found = found.ok_or_else(|| Error::Conflict(UID_TAKEN.into()))?;
    Ok((known(tx, customer, actor, found.end_user_id, name.filter(|_| verified)).await?, verified))
}

/// Makes the end user of an address that is theirs already, under the id that was set aside for them.
pub async fn make(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    id: EndUserId,
    uid: &str,
    name: Option<&str>,
) -> Result<()> {
    let name = name.map(one_line).filter(|it| !it.is_empty());
    let end_user = EndUser { end_user_id: id, name, ..EndUser::new(tx.now) };
    store::insert_as(tx, customer, &end_user, &[uid]).await?;
    note(tx, customer, actor, &[Event::new("endUser.created", "endUser", id.0)]).await
}

/// Gives an end user without a name the one that they write under.
async fn known(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    id: EndUserId,
    name: Option<String>,
) -> Result<EndUserId> {
    let Some(name) = name else { return Ok(id) };
    let before = store::get(tx, customer, id).await?;
    if before.name.is_some() {
        return Ok(id);
    }
    let before = store::lock(tx, customer, id).await?;
    let after = EndUser { name: Some(name), ..before.clone() };
    let mut changes = Changes::default();
    changes.compare("name", &before.name, &after.name);
    let uids = store::uids_of(tx, customer, vec![id.0]).await?;
    store::update(tx, customer, &after, &uids::texts(&uids)).await?;
    let event = Event::new("endUser.updated", "endUser", id.0).with(changes.into_value());
    note(tx, customer, actor, &[event]).await?;
    reindex(tx, customer, id).await?;
    Ok(id)
}

/// A name as mail and chat give it, on one line.
fn one_line(name: &str) -> String {
    let words: Vec<&str> = name.split(|it: char| it.is_whitespace() || it.is_control()).collect();
    let joined = words.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ");
    joined.chars().take(LONGEST_NAME).collect()
}

/// More tickets than this are indexed by a job: none of it may hold up what others write.
const AT_ONCE: usize = 50;

/// Lets search find the end user's tickets by their names and addresses of now.
async fn reindex(tx: &mut Tx, customer: CustomerId, end_user: EndUserId) -> Result<()> {
    let tickets = store::tickets_of(tx, customer, end_user).await?;
    if tickets.len() > AT_ONCE {
        let now = tx.now;
        return jobs::enqueue(tx, customer, job::INDEX_END_USER, end_user.0, now, None).await;
    }
    index(tx, customer, tickets).await
}

async fn index(tx: &mut Tx, customer: CustomerId, tickets: Vec<i64>) -> Result<()> {
    for ticket in tickets {
        match tickets::reindex(tx, customer, TicketId(ticket)).await {
            // It may have been deleted since.
            Ok(()) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// As a job: all tickets of an end user, however many.
pub async fn reindex_all(app: &App, customer: CustomerId, end_user: EndUserId) -> Result<()> {
    let tickets = store::tickets_of(&mut *app.store.read().await?, customer, end_user).await?;
    for some in tickets.chunks(AT_ONCE) {
        let some = some.to_vec();
        app.store.write(move |tx| Box::pin(async move { index(tx, customer, some).await })).await?;
    }
    Ok(())
}
