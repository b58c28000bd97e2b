//! Two records of one person made one, and taken apart again.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::reindex;
use super::uids::texts;
use crate::domain::events::note;
use crate::domain::tickets;
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, EndUser, EndUserId, EndUserMergeId, EndUserUid, Event, Ticket};
use crate::store::end_user_merges::{self as merge_store, Merge};
use crate::store::{Tx, end_users as store, tickets as ticket_store};

/// What is needed to take a merge back.
#[derive(Serialize, Deserialize)]
pub struct Record {
    pub end_user: EndUser,
    pub uids: Vec<EndUserUid>,
    tickets: Vec<i64>,
    /// The fields that the other one had from this one.
    filled: Vec<String>,
}

impl Record {
    pub fn of(merge: &Merge) -> Result<Self> {
        Ok(serde_json::from_str(&merge.record)?)
    }
}

macro_rules! fields {
    ($($name:ident),*) => {
        /// Takes from `other` what is not known of `it`; names what it took.
        fn fill(it: &mut EndUser, other: &EndUser) -> Vec<String> {
            let mut filled = Vec::new();
            $(if it.$name.is_none() && other.$name.is_some() {
                it.$name.clone_from(&other.$name);
                filled.push(stringify!($name).to_owned());
            })*
            filled
        }

        /// Gives back what [`fill`] took, as far as nobody has changed it since.
        fn unfill(it: &mut EndUser, other: &EndUser, filled: &[String]) {
            $(if it.$name == other.$name && filled.iter().any(|name| name == stringify!($name)) {
                it.$name = None;
            })*
        }
    };
}

fields!(
    firstname,
    lastname,
    name,
    gender,
    other_contact_details,
    customer_ref,
    customer_type,
    country,
    lang,
    company,
    street,
    house_number,
    postal_code,
    city,
    ai_documentation
);

/// Makes `merged` a part of `into`: its addresses and tickets move, what was not known is filled in, and its
/// own record goes.
pub async fn merge(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    into: EndUserId,
    merged: EndUserId,
) -> Result<EndUserMergeId> {
    let (before, other) = lock_both(tx, customer, into, merged).await?;
    let own = store::uids_of(tx, customer, vec![into.0]).await?;
    let uids = store::uids_of(tx, customer, vec![merged.0]).await?;
    let has_primary = own.iter().any(|it| it.is_primary);
    for uid in &uids {
        let is_primary = uid.is_primary && !has_primary;
        let moved = EndUserUid { end_user_id: into, is_primary, ..uid.clone() };
        store::update_uid(tx, customer, &moved).await?;
    }
    let ids = store::tickets_of(tx, customer, merged).await?;
    give(tx, customer, actor, ids.clone(), into).await?;
    let mut after = before.clone();
    let filled = fill(&mut after, &other);
    let all = store::uids_of(tx, customer, vec![into.0]).await?;
    store::update(tx, customer, &after, &texts(&all)).await?;
    let record = serde_json::to_string(&Record { end_user: other, uids, tickets: ids, filled })?;
    merge_store::move_all(tx, customer, merged, into).await?;
    let merge = merge_store::insert(tx, customer, into, merged, &record, actor.rep()).await?;
    store::delete(tx, customer, merged).await?;
    reindex(tx, customer, into).await?;
    let event = Event::new("endUser.merged", "endUser", into.0);
    note(tx, customer, actor, &[event.with(json!({ "mergedEndUserID": merged }))]).await?;
    Ok(merge)
}

/// In the order of their ids, so that two merges never wait for each other.
async fn lock_both(
    tx: &mut Tx,
    customer: CustomerId,
    into: EndUserId,
    merged: EndUserId,
) -> Result<(EndUser, EndUser)> {
    if into == merged {
        store::lock(tx, customer, into).await?;
        return Err(Error::invalid("endUserID", "must be another end user"));
    }
    let unknown = |it: Error| it.unknown("endUserID");
    // An unknown one in the path is told before one in the body.
    store::get(tx, customer, into).await?;
    if into < merged {
        let first = store::lock(tx, customer, into).await?;
        Ok((first, store::lock(tx, customer, merged).await.map_err(unknown)?))
    } else {
        let second = store::lock(tx, customer, merged).await.map_err(unknown)?;
        Ok((store::lock(tx, customer, into).await?, second))
    }
}

async fn give(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    ids: Vec<i64>,
    end_user: EndUserId,
) -> Result<()> {
    for before in ticket_store::lock_many(tx, customer, ids).await? {
        let after = Ticket { end_user_id: Some(end_user), ..before.clone() };
        tickets::change(tx, customer, actor, &before, &after).await?;
    }
    Ok(())
}

/// Takes a merge back: the merged end user has its id, its record, its addresses and its tickets again, and
/// the tickets that came to its addresses since. What was moved elsewhere since stays there.
pub async fn unmerge(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    from: EndUserId,
    merge: EndUserMergeId,
) -> Result<EndUserId> {
    let before = store::lock(tx, customer, from).await?;
    let merge =
        merge_store::get(tx, customer, from, merge).await.map_err(|it| it.unknown("endUserMergeID"))?;
    let record = Record::of(&merge)?;
    let restored = record.end_user.end_user_id;
    merge_store::restore(tx, customer, &record.end_user, &texts(&record.uids)).await?;
    let ids = record.uids.iter().map(|it| it.end_user_uid_id.0).collect();
    for uid in merge_store::uids_with(tx, customer, from, ids).await? {
        let was = record.uids.iter().find(|it| it.end_user_uid_id == uid.end_user_uid_id);
        let is_primary = was.is_some_and(|it| it.is_primary);
        store::update_uid(tx, customer, &EndUserUid { end_user_id: restored, is_primary, ..uid }).await?;
    }
    let uids = store::uids_of(tx, customer, vec![restored.0]).await?;
    store::update(tx, customer, &record.end_user, &texts(&uids)).await?;
    let keys = uids.iter().map(|it| it.uid_key.clone()).collect();
    let tickets = merge_store::tickets_to_return(tx, customer, from, record.tickets, keys).await?;
    give(tx, customer, actor, tickets, restored).await?;
    let mut after = before;
    unfill(&mut after, &record.end_user, &record.filled);
    let left = store::uids_of(tx, customer, vec![from.0]).await?;
    store::update(tx, customer, &after, &texts(&left)).await?;
    merge_store::delete(tx, customer, merge.end_user_merge_id).await?;
    reindex(tx, customer, from).await?;
    reindex(tx, customer, restored).await?;
    let event = Event::new("endUser.unmerged", "endUser", from.0);
    note(tx, customer, actor, &[event.with(json!({ "restoredEndUserID": restored }))]).await?;
    Ok(restored)
}
