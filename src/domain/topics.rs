//! Topics: what messages are about.

use crate::domain::events::{Changes, note};
use crate::domain::{refs, topic_examples};
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, Event, TopicId};
use crate::store::topics::{self as store, Topic, TopicFields};
use crate::store::{Tx, topic_examples as example_store};

const LONGEST_NAME: usize = 200;
const TAKEN: &str = "There is a topic with this name already.";

/// What a change of a topic gives; None leaves the field as it is.
pub struct TopicChange {
    pub name: Option<String>,
    pub description: Option<String>,
}

fn valid_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(Error::invalid("name", format!("must have 1 to {LONGEST_NAME} characters")));
    }
    Ok(name.to_owned())
}

pub async fn create(tx: &mut Tx, customer: CustomerId, actor: Actor, change: TopicChange) -> Result<Topic> {
    let name = change.name.ok_or_else(|| Error::invalid("name", "is required"))?;
    let fields = TopicFields { name: valid_name(&name)?, description: change.description };
    let topic = store::insert(tx, customer, &fields).await.map_err(|it| it.or_conflict(TAKEN))?;
    refs::changed(tx, customer).await?;
    note(tx, customer, actor, &[Event::new("topic.created", "topic", topic.0)]).await?;
    store::get(tx, customer, topic).await
}

pub async fn update(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    topic: TopicId,
    change: TopicChange,
) -> Result<Topic> {
    let before = store::get(tx, customer, topic).await?;
    let fields = TopicFields {
        name: change.name.map_or(Ok(before.name.clone()), |it| valid_name(&it))?,
        description: change.description.or_else(|| before.description.clone()),
    };
    let mut changes = Changes::default();
    changes.compare("name", &before.name, &fields.name);
    changes.compare("description", &before.description, &fields.description);
    if changes.is_empty() {
        return Ok(before);
    }
    store::update(tx, customer, topic, &fields).await.map_err(|it| it.or_conflict(TAKEN))?;
    refs::changed(tx, customer).await?;
    note(tx, customer, actor, &[Event::new("topic.updated", "topic", topic.0).with(changes.into_value())])
        .await?;
    store::get(tx, customer, topic).await
}

/// 409 while messages have it that people gave it to: what was learned from them would be lost. What detection gave
/// goes with it.
pub async fn delete(tx: &mut Tx, customer: CustomerId, actor: Actor, topic: TopicId) -> Result<()> {
    // What is being given at this moment is seen below, and deleted too.
    store::lock(tx, customer, topic).await?;
    if store::is_set_by_people(tx, customer, topic).await? {
        return Err(Error::Conflict("People gave messages this topic: take it off them first.".into()));
    }
    let examples = example_store::ids_of_topic(tx, customer, topic).await?;
    topic_examples::forget(tx, customer, examples).await?;
    store::delete(tx, customer, topic).await?;
    refs::changed(tx, customer).await?;
    note(tx, customer, actor, &[Event::new("topic.deleted", "topic", topic.0)]).await
}
