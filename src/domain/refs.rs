//! The small lists that tickets refer to (channels, reps, topics, custom fields), kept in memory per tenant. A copy is
//! used only while its version equals the one read with the rows that refer to it, because other
//! processes write too.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use crate::error::Result;
use crate::model::{CustomerId, Refs};
use crate::store::{Conn, Tx, refs as store};

#[derive(Default)]
pub struct RefsCache(RwLock<HashMap<CustomerId, Arc<Refs>>>);

impl RefsCache {
    /// The lists at `version`, or newer ones where they have changed since.
    pub async fn at(&self, conn: &mut Conn, customer: CustomerId, version: i64) -> Result<Arc<Refs>> {
        if let Ok(cache) = self.0.read()
            && let Some(refs) = cache.get(&customer)
            && refs.version == version
        {
            return Ok(refs.clone());
        }
        let refs = Arc::new(store::load(conn, customer).await?);
        if let Ok(mut cache) = self.0.write() {
            cache.insert(customer, refs.clone());
        }
        Ok(refs)
    }

    /// The copy that there is, of whichever version.
    pub fn kept(&self, customer: CustomerId) -> Option<Arc<Refs>> {
        self.0.read().ok()?.get(&customer).cloned()
    }

    /// The lists now.
    pub async fn current(&self, conn: &mut Conn, customer: CustomerId) -> Result<Arc<Refs>> {
        let version = store::version(conn, customer).await?;
        self.at(conn, customer, version).await
    }
}

/// To be called in every transaction that changes a channel, a rep, a topic or a custom field.
pub async fn changed(tx: &mut Tx, customer: CustomerId) -> Result<()> {
    store::bump(tx, customer).await
}
