//! Moves an address to an end user.

use serde_json::json;

use super::uids::texts;
use super::{normalise_uid, reindex};
use crate::domain::events::note;
use crate::domain::tickets;
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, EndUserId, EndUserUid, EndUserUidId, Event, Ticket, UidType};
use crate::store::{Tx, end_users as store, tickets as ticket_store};

/// What is to be assigned, and to whom.
pub struct Assignment {
    pub uid: String,
    pub end_user: EndUserId,
    pub uid_type: Option<UidType>,
    pub is_primary: Option<bool>,
}

/// Gives the uid to the end user, whoever had it; the tickets of that address follow. Answers the uid
/// and whether it is new to the tenant.
pub async fn assign(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    given: Assignment,
) -> Result<(EndUserUid, bool)> {
    let end_user = given.end_user;
    store::lock(tx, customer, end_user).await.map_err(|it| it.unknown("endUserID"))?;
    let (uid, uid_key, uid_type) =
        normalise_uid(&given.uid, given.uid_type).map_err(|why| Error::invalid("uid", why))?;
    let found = store::find_uid(tx, customer, &uid_key).await?;
    let owner = found.as_ref().map(|it| it.end_user_id).filter(|it| *it != end_user);
    let mut row = EndUserUid {
        end_user_uid_id: EndUserUidId(0),
        end_user_id: end_user,
        uid,
        uid_key,
        uid_type,
        is_primary: false,
    };
    if let Some(found) = &found {
        row.end_user_uid_id = found.end_user_uid_id;
        row.uid_type = given.uid_type.unwrap_or(found.uid_type);
        row.is_primary = found.is_primary && owner.is_none();
        store::update_uid(tx, customer, &row).await?;
    } else {
        let id = store::insert_uid(tx, customer, &row).await?;
        row.end_user_uid_id = id.ok_or_else(|| Error::Conflict("The uid was made meanwhile.".into()))?;
    }
    let chosen = given.is_primary.map(|it| (row.end_user_uid_id, it));
    settle(tx, customer, end_user, chosen).await?;
    if let Some(owner) = owner {
        settle(tx, customer, owner, None).await?;
    }
    let moved = json!({ "uid": row.uid, "endUserID": { "from": owner, "to": end_user } });
    note(tx, customer, actor, &[Event::new("endUser.uidAssigned", "endUser", end_user.0).with(moved)])
        .await?;
    follow(tx, customer, actor, &row).await?;
    for changed in owner.into_iter().chain([end_user]) {
        reindex(tx, customer, changed).await?;
    }
    let uids = store::uids_of(tx, customer, vec![end_user.0]).await?;
    let row = uids.into_iter().find(|it| it.end_user_uid_id == row.end_user_uid_id);
    Ok((row.ok_or(Error::NotFound)?, found.is_none()))
}

/// Sees to it that one uid is primary and that the list's search knows them.
async fn settle(
    tx: &mut Tx,
    customer: CustomerId,
    end_user: EndUserId,
    chosen: Option<(EndUserUidId, bool)>,
) -> Result<()> {
    let before = store::uids_of(tx, customer, vec![end_user.0]).await?;
    let mut after = before.clone();
    if let Some((id, is_primary)) = chosen {
        for uid in &mut after {
            let is_chosen = uid.end_user_uid_id == id;
            uid.is_primary = if is_chosen { is_primary } else { uid.is_primary && !is_primary };
        }
    }
    if !after.iter().any(|it| it.is_primary)
        && let Some(first) = after.first_mut()
    {
        first.is_primary = true;
    }
    for uid in after.iter().filter(|it| !before.contains(it)) {
        store::update_uid(tx, customer, uid).await?;
    }
    let row = store::get(tx, customer, end_user).await?;
    store::update(tx, customer, &row, &texts(&after)).await
}

async fn follow(tx: &mut Tx, customer: CustomerId, actor: Actor, uid: &EndUserUid) -> Result<()> {
    let ids = store::tickets_to_follow(tx, customer, &uid.uid_key, uid.end_user_id).await?;
    for before in ticket_store::lock_many(tx, customer, ids).await? {
        let after = Ticket { end_user_id: Some(uid.end_user_id), ..before.clone() };
        tickets::change(tx, customer, actor, &before, &after).await?;
    }
    Ok(())
}
