//! The spam filters of this process, made of what each tenant's people taught and of the mail that they took on. A
//! copy is used only at the revision that the store has now: what one process learns, all know with their next
//! message.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use answerpal_mail::spam::{Lesson, SpamModel};

use crate::app::App;
use crate::domain::spam_lessons as domain;
use crate::error::Result;
use crate::model::CustomerId;
use crate::store::spam_lessons as store;

/// Tenants whose filters are kept at a time.
const KEPT: usize = 200;
/// Newest lessons that a filter is made of.
const LESSONS: i64 = 5000;

/// What a tenant's filter knows.
pub struct Filter {
    pub model: SpamModel,
    /// Marks that it is made of.
    pub lessons: usize,
    /// Mails that people took on, which it is made of besides.
    pub taken_on: usize,
}

#[derive(Default)]
pub struct Filters(Mutex<HashMap<CustomerId, (i64, Arc<Filter>)>>);

/// The filter of a tenant as it is to be now.
pub async fn current(app: &App, customer: CustomerId) -> Result<Arc<Filter>> {
    // Of one state, so that a filter does not count as newer than what it is made of.
    let mut conn = app.store.snapshot().await?;
    let revision = store::revision(&mut conn, customer).await?;
    if let Some(known) = app.knowledge.filters.get(customer, revision) {
        return Ok(known);
    }
    let kept = store::numbers(&mut conn, customer, LESSONS).await?;
    drop(conn);
    // Marks tell what is spam; what is not is told by what people do with the rest.
    let taken_on =
        if kept.iter().any(|it| it.1) { domain::taken_on(app, customer).await? } else { Vec::new() };
    let made = tokio::task::spawn_blocking(move || {
        let read = |(numbers, is_spam): (Vec<u8>, bool)| Some((Lesson::from_bytes(&numbers)?, is_spam));
        let mut lessons: Vec<(Lesson, bool)> = kept.into_iter().filter_map(read).collect();
        let (marks, besides) = (lessons.len(), taken_on.len());
        lessons.extend(taken_on.into_iter().map(|it| (it, false)));
        Filter { model: SpamModel::taught(&lessons), lessons: marks, taken_on: besides }
    });
    let filter = Arc::new(made.await?);
    app.knowledge.filters.put(customer, revision, filter.clone());
    Ok(filter)
}

impl Filters {
    fn get(&self, customer: CustomerId, revision: i64) -> Option<Arc<Filter>> {
        let filters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        filters.get(&customer).filter(|it| it.0 == revision).map(|it| it.1.clone())
    }

    fn put(&self, customer: CustomerId, revision: i64, filter: Arc<Filter>) {
        let mut filters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !filters.contains_key(&customer) && filters.len() >= KEPT {
            // Whichever: the next message of that tenant makes it again.
            let other = filters.keys().next().copied();
            other.map(|it| filters.remove(&it));
        }
        filters.insert(customer, (revision, filter));
    }
}
