//! Who asks, before it is confirmed: what a rep may do is kept in memory for one version of the tenant's
//! names, and every change of it (role, activity, password, signing out everywhere) makes another version.
//! A handler whose statements read that version anyway, as those of tickets do, needs no statement to know
//! who asks: the answer counts where the version is the one of the claim.

use std::collections::HashMap;
use std::sync::RwLock;

use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::credentials::{refused, rep_caller};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId};
use crate::store::{Tx, reps};

/// More reps than this are forgotten together.
const MOST_KNOWN: usize = 10_000;

/// What reps may do, with the version of their tenant's names that it was read with.
#[derive(Default)]
pub struct Known(RwLock<HashMap<CustomerRepId, (reps::Access, i64)>>);

impl Known {
    pub fn of(&self, customer: CustomerId, rep: CustomerRepId) -> Option<(reps::Access, i64)> {
        let known = self.0.read().ok()?;
        known.get(&rep).filter(|it| it.0.customer_id == customer).cloned()
    }

    pub fn keep(&self, access: reps::Access, version: i64) {
        let rep = access.customer_rep_id;
        if self.of(access.customer_id, rep).is_some_and(|it| it.1 >= version) {
            return;
        }
        if let Ok(mut known) = self.0.write() {
            if known.len() >= MOST_KNOWN {
                known.clear();
            }
            known.insert(rep, (access, version));
        }
    }

    fn forget(&self, rep: CustomerRepId) {
        if let Ok(mut known) = self.0.write() {
            known.remove(&rep);
        }
    }
}

/// A caller, confirmed or not.
#[derive(Clone)]
pub struct Claim {
    caller: Caller,
    /// What has to hold still, where it is not confirmed yet.
    unconfirmed: Option<(reps::Access, i64)>,
}

impl Claim {
    pub fn confirmed(caller: Caller) -> Self {
        Self { caller, unconfirmed: None }
    }

    pub(super) fn unconfirmed(access: reps::Access, version: i64) -> Self {
        Self { caller: rep_caller(&access), unconfirmed: Some((access, version)) }
    }

    /// The caller, if the claim holds: nothing may leave the server before [`Claim::check`] has said so.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Whether it holds at a version of the tenant's names.
    fn holds_at(&self, version: Option<i64>) -> bool {
        self.unconfirmed.as_ref().is_none_or(|it| Some(it.1) == version)
    }

    /// To be called once something was made for the claim's caller, with the version that was seen on the
    /// way, where one was. None where it may be answered; else the caller for whom it is to be made again.
    ///
    /// # Errors
    /// `Unauthorized` where the claim does not hold, whatever was made.
    pub async fn check(&self, app: &App, seen: Option<i64>) -> Result<Option<Caller>> {
        let Some((was, _)) = self.unconfirmed.as_ref().filter(|_| !self.holds_at(seen)) else {
            return Ok(None);
        };
        let mut conn = app.store.read().await?;
        let now = reps::access(&mut conn, was.customer_id, was.customer_rep_id).await?;
        let (now, version) = still_good(was, now)?;
        app.credentials.known.keep(now.clone(), version);
        Ok((now != *was).then(|| rep_caller(&now)))
    }

    /// The caller, asked of the database where the claim is not confirmed.
    pub async fn confirm(self, app: &App) -> Result<Caller> {
        let other = self.check(app, None).await?;
        Ok(other.unwrap_or(self.caller))
    }

    /// The caller as they are in this transaction, which saw this version.
    pub async fn confirm_in(&self, tx: &mut Tx, app: &App, seen: Option<i64>) -> Result<Caller> {
        let Some((was, _)) = self.unconfirmed.as_ref().filter(|_| !self.holds_at(seen)) else {
            return Ok(self.caller.clone());
        };
        // Not kept, because the transaction may not be committed: the next request asks.
        app.credentials.known.forget(was.customer_rep_id);
        let now = reps::access(tx, was.customer_id, was.customer_rep_id).await?;
        Ok(rep_caller(&still_good(was, now)?.0))
    }
}

/// What a rep may do now, where the token that stood for `was` is still good.
fn still_good(was: &reps::Access, now: Option<(reps::Access, i64)>) -> Result<(reps::Access, i64)> {
    now.filter(|(now, _)| now.is_active && now.token_version == was.token_version).ok_or_else(refused)
}
