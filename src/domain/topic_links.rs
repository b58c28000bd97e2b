//! Links of topics to the channels they come up in and the documents that answer them.

use serde_json::json;

use crate::domain::events::note;
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, Event, TopicId};
use crate::store::Tx;
use crate::store::topic_links::{self as store, Link, Links};

const MOST_LINKS: usize = 10_000;

/// What topics are linked to, in the words of the API.
#[derive(Clone, Copy)]
pub struct Kind {
    pub links: Links,
    /// Of events.
    entity: &'static str,
    created: &'static str,
    deleted: &'static str,
    /// The field of one, and of many.
    pub field: &'static str,
    pub fields: &'static str,
}

pub const CHANNELS: Kind = Kind {
    links: store::CHANNELS,
    entity: "topicChannel",
    created: "topicChannel.created",
    deleted: "topicChannel.deleted",
    field: "channelID",
    fields: "channelIDs",
};
pub const DOCUMENTS: Kind = Kind {
    links: store::DOCUMENTS,
    entity: "topicDocument",
    created: "topicDocument.created",
    deleted: "topicDocument.deleted",
    field: "documentID",
    fields: "documentIDs",
};

/// Links each topic with each of the others.
pub struct Wanted {
    pub topics: Vec<i64>,
    pub others: Vec<i64>,
    /// The fields that gave them, for errors.
    pub topic_field: &'static str,
    pub other_field: &'static str,
}

/// Links; what is linked already stays as it is. Gives the links in the order wanted, and whether one of
/// them is new.
pub async fn link(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    kind: Kind,
    wanted: &[Wanted],
) -> Result<(Vec<Link>, bool)> {
    let pairs: usize = wanted.iter().map(|it| it.topics.len().saturating_mul(it.others.len())).sum();
    if pairs > MOST_LINKS {
        return Err(Error::invalid(kind.fields, format!("must make at most {MOST_LINKS} links")));
    }
    check(tx, customer, kind, wanted).await?;
    let (mut links, mut events) = (Vec::with_capacity(pairs), Vec::new());
    for wanted in wanted {
        for topic in wanted.topics.iter().copied().map(TopicId) {
            for other in wanted.others.iter().copied() {
                let made = store::insert(tx, customer, kind.links, topic, other).await?;
                links.push(match made {
                    Some(id) => Link { id, topic, other },
                    None => store::find(tx, customer, kind.links, topic, other).await?,
                });
                let about = json!({ "topicID": topic, kind.field: other });
                events.extend(made.map(|id| Event::new(kind.created, kind.entity, id).with(about)));
            }
        }
    }
    note(tx, customer, actor, &events).await?;
    Ok((links, !events.is_empty()))
}

/// 400 names the field of an id that is not there.
async fn check(tx: &mut Tx, customer: CustomerId, kind: Kind, wanted: &[Wanted]) -> Result<()> {
    let topics = wanted.iter().flat_map(|it| it.topics.iter().copied()).collect();
    let others = wanted.iter().flat_map(|it| it.others.iter().copied()).collect();
    let topics = store::known_topics(tx, customer, topics).await?;
    let others = store::known_others(tx, customer, kind.links, others).await?;
    let unknown = |field: &str, id: &i64| Err(Error::invalid(field, format!("does not exist: {id}")));
    for wanted in wanted {
        if let Some(id) = wanted.topics.iter().find(|it| topics.binary_search(it).is_err()) {
            return unknown(wanted.topic_field, id);
        }
        if let Some(id) = wanted.others.iter().find(|it| others.binary_search(it).is_err()) {
            return unknown(wanted.other_field, id);
        }
    }
    Ok(())
}

pub async fn unlink(tx: &mut Tx, customer: CustomerId, actor: Actor, kind: Kind, link: Link) -> Result<()> {
    store::delete(tx, customer, kind.links, link.id).await?;
    let about = json!({ "topicID": link.topic, kind.field: link.other });
    note(tx, customer, actor, &[Event::new(kind.deleted, kind.entity, link.id).with(about)]).await
}
