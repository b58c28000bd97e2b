//! Lists of tickets that reps named: their own, and those that all reps share.

use crate::domain::caller::Caller;
use crate::domain::events::{Changes, note};
use crate::domain::fields;
use crate::error::{Error, Result};
use crate::model::{Event, SavedViewId};
use crate::store::Tx;
use crate::store::saved_views::{self as store, SavedView};

const LONGEST_NAME: usize = 200;
const LONGEST_QUERY: usize = 4000;
/// Most that one rep sees: each costs a count.
const MOST: usize = 200;

/// What a change gives; None leaves the field as it is.
pub struct ViewChange {
    pub name: Option<String>,
    /// Checked already: a query of the list of tickets.
    pub query: Option<String>,
    pub is_shared: Option<bool>,
    pub position: Option<i64>,
}

pub async fn create(tx: &mut Tx, caller: &Caller, change: ViewChange) -> Result<SavedView> {
    let name = change.name.as_deref().ok_or_else(|| Error::invalid("name", "is required"))?;
    let query = change.query.clone().ok_or_else(|| Error::invalid("query", "is required"))?;
    if store::visible(tx, caller.customer, caller.rep).await?.len() >= MOST {
        return Err(Error::Conflict(format!("A rep sees at most {MOST} saved views.")));
    }
    let now = tx.now;
    let blank = SavedView {
        saved_view_id: SavedViewId(0),
        customer_rep_id: caller.rep,
        name: fields::name("name", name, LONGEST_NAME)?,
        query,
        is_shared: false,
        position: 0,
        created_at: now,
        changed_at: now,
    };
    let mut view = applied(caller, &blank, change)?;
    view.saved_view_id = store::insert(tx, caller.customer, &view).await?;
    let event = Event::new("savedView.created", "savedView", view.saved_view_id.0);
    note(tx, caller.customer, caller.actor(), &[event]).await?;
    Ok(view)
}

pub async fn update(
    tx: &mut Tx,
    caller: &Caller,
    before: &SavedView,
    change: ViewChange,
) -> Result<SavedView> {
    may_change(caller, before)?;
    let mut after = applied(caller, before, change)?;
    let mut changes = Changes::default();
    changes.compare("name", &before.name, &after.name);
    changes.compare("query", &before.query, &after.query);
    changes.compare("isShared", &before.is_shared, &after.is_shared);
    changes.compare("position", &before.position, &after.position);
    if changes.is_empty() {
        return Ok(after);
    }
    after.changed_at = tx.now;
    store::update(tx, caller.customer, &after).await?;
    let event = Event::new("savedView.updated", "savedView", after.saved_view_id.0);
    note(tx, caller.customer, caller.actor(), &[event.with(changes.into_value())]).await?;
    Ok(after)
}

pub async fn delete(tx: &mut Tx, caller: &Caller, view: &SavedView) -> Result<()> {
    may_change(caller, view)?;
    store::delete(tx, caller.customer, view.saved_view_id).await?;
    let event = Event::new("savedView.deleted", "savedView", view.saved_view_id.0);
    note(tx, caller.customer, caller.actor(), &[event]).await
}

/// What all reps share is a Supervisor's or an Administrator's to change.
fn may_change(caller: &Caller, view: &SavedView) -> Result<()> {
    if view.is_shared { caller.may_share() } else { Ok(()) }
}

fn applied(caller: &Caller, before: &SavedView, change: ViewChange) -> Result<SavedView> {
    let after = SavedView {
        name: match change.name {
            Some(name) => fields::name("name", &name, LONGEST_NAME)?,
            None => before.name.clone(),
        },
        query: change.query.unwrap_or_else(|| before.query.clone()),
        is_shared: change.is_shared.unwrap_or(before.is_shared),
        position: change.position.unwrap_or(before.position),
        ..before.clone()
    };
    if after.query.chars().count() > LONGEST_QUERY {
        return Err(Error::invalid("query", format!("must have at most {LONGEST_QUERY} characters")));
    }
    if after.is_shared {
        caller.may_share()?;
    }
    Ok(after)
}
