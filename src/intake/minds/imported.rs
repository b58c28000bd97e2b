//! Learns from imported messages whose topics were given with them: in the background, the newest of each
//! topic, so many that no topic drowns the others.

use std::collections::{BTreeSet, HashMap};

use crate::ai::embed::Space;
use crate::app::App;
use crate::domain::topic_examples::{self as domain, hash, language_of, text_of};
use crate::error::Error;
use crate::intake::vectors::{self, ALL, Kind, Wanted};
use crate::intake::{Trouble, spaces};
use crate::model::{CustomerId, MessageId};
use crate::store::{messages, topic_examples as store};

/// Examples that are learned from imports; and of one topic, with what was taught before.
const MOST: usize = 10_000;
const MOST_OF_TOPIC: usize = 200;
const LEAST_OF_TOPIC: usize = 20;
/// Messages in one transaction.
const BATCH: usize = 64;

/// Learns from what was imported from this message on.
pub async fn learn_imported(app: &App, customer: CustomerId, first: MessageId) -> Result<(), Trouble> {
    let mut conn = app.store.read().await?;
    let refs = app.refs.current(&mut conn, customer).await?;
    let each = (MOST / refs.topics.len().max(1)).clamp(LEAST_OF_TOPIC, MOST_OF_TOPIC) as u64;
    let mut ids = BTreeSet::new();
    for topic in refs.topics.keys() {
        let known = store::count(&mut conn, customer, store::Which::of(Some(*topic))).await?;
        let left = i64::try_from(each.saturating_sub(known)).unwrap_or_default();
        if left > 0 {
            ids.extend(store::imported_of_topic(&mut conn, customer, *topic, first, left).await?);
        }
    }
    drop(conn);
    let ids: Vec<MessageId> = ids.into_iter().collect();
    for batch in ids.chunks(BATCH) {
        // Their vectors first: once they are examples, no message waits for them.
        embed(app, customer, batch).await?;
        let batch = batch.to_vec();
        app.store
            .write(move |tx| Box::pin(async move { domain::teach_imported(tx, customer, batch).await }))
            .await?;
    }
    Ok(())
}

async fn embed(app: &App, customer: CustomerId, batch: &[MessageId]) -> Result<(), Trouble> {
    let mut conn = app.store.read().await?;
    let reading = spaces::reading(app, &mut conn, customer).await?;
    let mut texts = Vec::new();
    for id in batch {
        match messages::get(&mut conn, customer, *id).await {
            Ok(message) => texts.extend(text_of(&message)),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    drop(conn);
    let mut of: HashMap<String, (Space, Vec<&str>)> = HashMap::new();
    for text in &texts {
        let space = super::space(app, customer, &reading, language_of(text)).await?;
        of.entry(space.name().to_owned()).or_insert_with(|| (space, Vec::new())).1.push(text);
    }
    for (space, texts) in of.into_values() {
        let texts = texts.into_iter().map(|it| (hash(it), it)).collect();
        vectors::of(app, customer, &space, Wanted { kind: Kind::Example, texts, patience: ALL }).await?;
    }
    Ok(())
}
