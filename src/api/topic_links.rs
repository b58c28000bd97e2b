//! `/api/TopicChannels` and `/api/TopicDocuments`: what both do.

mod channels;
mod documents;

use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;

use super::change::{Change, Nothing};
use super::list::{Listing, REFERENCE_LIST};
use super::reply::{Page, Reply, json, single};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::topic_links::{self as domain, Kind, Wanted};
use crate::error::{Error, Result};
use crate::model::TopicId;
use crate::store::topic_links::{self as store, Filter, Link};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(channels::routes()).merge(documents::routes())
}

/// What is answered of one kind of link.
trait Out: Serialize + From<Link> + Send + 'static {
    const KIND: Kind;
    const PATH: &'static str;
    type In: DeserializeOwned + Into<Given> + Send;
}

/// What a body says, whatever the kind: one or many of each.
struct Given {
    topic: Option<i64>,
    topics: Option<Vec<i64>>,
    other: Option<i64>,
    others: Option<Vec<i64>>,
}

impl Given {
    fn is_bulk(&self) -> bool {
        self.topics.is_some() || self.others.is_some()
    }

    fn wanted(self, kind: Kind) -> Result<Wanted> {
        let topic_field = if self.topics.is_some() { "topicIDs" } else { "topicID" };
        let other_field = if self.others.is_some() { kind.fields } else { kind.field };
        let topics = self.topics.or(self.topic.map(|it| vec![it]));
        let others = self.others.or(self.other.map(|it| vec![it]));
        Ok(Wanted {
            topics: topics.ok_or_else(|| Error::invalid(topic_field, "is required"))?,
            others: others.ok_or_else(|| Error::invalid(other_field, "is required"))?,
            topic_field,
            other_field,
        })
    }
}

struct Paged {
    number: Option<answerpal_wire::paging::PageNumber>,
    size: Option<answerpal_wire::paging::PageNumber>,
    sort_by: Option<String>,
    sort_order: Option<String>,
}

async fn list<O: Out>(app: &App, caller: &Caller, paged: Paged, filter: Filter) -> Result<Response> {
    caller.may_read()?;
    let listing = Listing::new(paged.number, paged.size, REFERENCE_LIST);
    let (customer, links) = (caller.customer, O::KIND.links);
    let sorts = links.sorts;
    let order =
        listing.order(paged.sort_by.as_deref(), paged.sort_order.as_deref(), sorts, (sorts[0].0, false))?;
    let mut conn = app.store.read().await?;
    let items =
        store::list(&mut conn, customer, links, filter, &order, listing.limit(), listing.offset()).await?;
    let total = store::count(&mut conn, customer, links, filter).await?;
    json(&Page::new(items.into_iter().map(O::from).collect(), total, &listing))
}

async fn get<O: Out>(app: &App, caller: &Caller, id: i64, headers: &HeaderMap) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    single(headers, &O::from(store::get(&mut conn, caller.customer, O::KIND.links, id).await?))
}

async fn create<O: Out>(app: &App, change: Change<Value>) -> Result<Response> {
    let Change { caller, input, guard } = change;
    caller.may_manage_settings()?;
    let (given, is_bulk): (Vec<Given>, bool) = if input.is_array() {
        let many: Vec<O::In> = answerpal_wire::from_value(input)?;
        (many.into_iter().map(Into::into).collect(), true)
    } else {
        let one: O::In = answerpal_wire::from_value(input)?;
        let one = one.into();
        let is_bulk = one.is_bulk();
        (vec![one], is_bulk)
    };
    let wanted = given.into_iter().map(|it| it.wanted(O::KIND)).collect::<Result<Vec<_>>>()?;
    guard
        .write(app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let (links, is_new) =
                    domain::link(tx, caller.customer, caller.actor(), O::KIND, &wanted).await?;
                match links.as_slice() {
                    [link] if !is_bulk => {
                        let location = format!("{}/{}", O::PATH, link.id);
                        answer(is_new, location, &O::from(*link))
                    }
                    links => {
                        let out: Vec<O> = links.iter().copied().map(O::from).collect();
                        answer(is_new, O::PATH.to_owned(), &out)
                    }
                }
            })
        })
        .await
}

fn answer(is_new: bool, location: String, out: &impl Serialize) -> Result<Reply> {
    if is_new { Reply::created(location, out) } else { Reply::ok(out) }
}

async fn delete<O: Out>(app: &App, id: i64, change: Change<Nothing>) -> Result<Response> {
    let Change { caller, guard, .. } = change;
    caller.may_manage_settings()?;
    guard
        .write(app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let link = store::get(tx, caller.customer, O::KIND.links, id).await?;
                guard.check(&O::from(link))?;
                domain::unlink(tx, caller.customer, caller.actor(), O::KIND, link).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

/// By what it links. 404 where the two are not linked.
async fn delete_pair<O: Out>(app: &App, change: Change<O::In>) -> Result<Response> {
    let Change { caller, input, guard } = change;
    caller.may_manage_settings()?;
    let given: Given = input.into();
    let topic = TopicId(given.topic.ok_or_else(|| Error::invalid("topicID", "is required"))?);
    let other = given.other.ok_or_else(|| Error::invalid(O::KIND.field, "is required"))?;
    guard
        .write(app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let link = store::find(tx, caller.customer, O::KIND.links, topic, other).await?;
                guard.check(&O::from(link))?;
                domain::unlink(tx, caller.customer, caller.actor(), O::KIND, link).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
