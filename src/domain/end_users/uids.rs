//! Changes of an end user's uids, decided before anything is written.

use super::normalise_uid;
use crate::error::{Error, Result};
use crate::model::{CustomerId, EndUserId, EndUserUid, EndUserUidId, UidType};
use crate::store::tickets::uid_key;
use crate::store::{Tx, end_users as store};

const MOST_UIDS: usize = 200;

/// One item of the list that a client sends; None leaves what is there.
#[derive(Default)]
pub struct UidChange {
    pub id: Option<EndUserUidId>,
    pub uid: Option<String>,
    pub uid_type: Option<UidType>,
    pub is_primary: Option<bool>,
    pub is_deleted: bool,
}

/// The uids as they will be; those without an id are new.
pub struct Plan {
    pub after: Vec<EndUserUid>,
    deleted: Vec<i64>,
}

impl Plan {
    pub fn texts(&self) -> Vec<&str> {
        texts(&self.after)
    }
}

pub fn texts(uids: &[EndUserUid]) -> Vec<&str> {
    uids.iter().map(|it| it.uid.as_str()).collect()
}

/// What the list makes of the uids: items with an id or a known uid change, others are added, those
/// unmentioned stay. One is primary: the last that is set so, else the one before, else the first.
pub fn plan(end_user: EndUserId, before: &[EndUserUid], changes: Vec<UidChange>) -> Result<Plan> {
    let mut plan = Plan { after: before.to_vec(), deleted: Vec::new() };
    for (index, change) in changes.into_iter().enumerate() {
        plan.apply(end_user, index, change)?;
    }
    if plan.after.len() > MOST_UIDS {
        return Err(Error::invalid("uiDs", format!("must have at most {MOST_UIDS} entries")));
    }
    if !plan.after.iter().any(|it| it.is_primary)
        && let Some(first) = plan.after.first_mut()
    {
        first.is_primary = true;
    }
    Ok(plan)
}

impl Plan {
    fn apply(&mut self, end_user: EndUserId, index: usize, change: UidChange) -> Result<()> {
        let field = |name: &str| format!("uiDs[{index}].{name}");
        let at = self.find(&change);
        if change.is_deleted {
            if let Some(at) = at {
                self.deleted.push(self.after.remove(at).end_user_uid_id.0);
            }
            return Ok(());
        }
        if at.is_none() && change.id.is_some() {
            return Err(Error::invalid(field("endUserUIDID"), "does not exist"));
        }
        let known = at.map(|it| &self.after[it]);
        let text = change.uid.as_deref().or(known.map(|it| it.uid.as_str()));
        let text = text.ok_or_else(|| Error::invalid(field("uid"), "is required"))?;
        // The type stays with the address; another address has the type that it looks like.
        let known_type = known.filter(|it| it.uid_key == uid_key(text)).map(|it| it.uid_type);
        let (uid, uid_key, uid_type) = normalise_uid(text, change.uid_type.or(known_type))
            .map_err(|why| Error::invalid(field("uid"), why))?;
        let mut others = self.after.iter().enumerate().filter(|it| Some(it.0) != at);
        if others.any(|it| it.1.uid_key == uid_key) {
            return Err(Error::invalid(field("uid"), "is there twice"));
        }
        let is_primary = change.is_primary.unwrap_or_else(|| known.is_some_and(|it| it.is_primary));
        if is_primary {
            self.after.iter_mut().for_each(|it| it.is_primary = false);
        }
        let end_user_uid_id = known_id(at, &self.after);
        let changed =
            EndUserUid { end_user_uid_id, end_user_id: end_user, uid, uid_key, uid_type, is_primary };
        match at {
            Some(at) => self.after[at] = changed,
            None => self.after.push(changed),
        }
        Ok(())
    }

    /// Which of the uids an item speaks of.
    fn find(&self, change: &UidChange) -> Option<usize> {
        if let Some(id) = change.id {
            return self.after.iter().position(|it| it.end_user_uid_id == id);
        }
        let text = change.uid.as_deref()?;
        let plain = uid_key(text);
        let normal = normalise_uid(text, change.uid_type).ok().map(|it| it.1);
        self.after.iter().position(|it| it.uid_key == plain || Some(&it.uid_key) == normal.as_ref())
    }

    /// Writes what differs from before. 409 where a uid is another end user's.
    pub async fn write(&self, tx: &mut Tx, customer: CustomerId, before: &[EndUserUid]) -> Result<()> {
        store::delete_uids(tx, customer, self.deleted.clone()).await?;
        for uid in &self.after {
            if uid.end_user_uid_id == EndUserUidId(0) {
                let id = store::insert_uid(tx, customer, uid).await?;
                id.ok_or_else(|| Error::Conflict(super::UID_TAKEN.into()))?;
            } else if !before.contains(uid) {
                let written = store::update_uid(tx, customer, uid).await;
                written.map_err(|it| it.or_conflict(super::UID_TAKEN))?;
            }
        }
        Ok(())
    }
}

fn known_id(at: Option<usize>, uids: &[EndUserUid]) -> EndUserUidId {
    at.map_or(EndUserUidId(0), |it| uids[it].end_user_uid_id)
}
