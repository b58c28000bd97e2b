//! `/api/Topics`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::{Id, Query};
use super::list::{Listing, REFERENCE_LIST};
use super::problem::Problem;
use super::reply::{Page, Reply, json, single};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::topics::{self as domain, TopicChange};
use crate::error::Result;
use crate::model::TopicId;
use crate::store::topics::{self as store, Topic};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_topics, create_topic)).routes(routes!(
        get_topic,
        update_topic,
        delete_topic
    ))
}

#[derive(Serialize, ToSchema)]
pub struct TopicOut {
    #[serde(rename = "topicID")]
    topic_id: TopicId,
    #[schema(example = "Lost luggage")]
    name: String,
    description: Option<String>,
}

impl From<Topic> for TopicOut {
    fn from(topic: Topic) -> Self {
        Self { topic_id: topic.topic_id, name: topic.name, description: topic.description }
    }
}

#[derive(Deserialize, ToSchema)]
pub struct TopicIn {
    /// Required when it is made; at most 200 characters, unique in any case.
    name: Option<String>,
    /// What messages of this topic are about, in a sentence: topic detection reads it.
    description: Option<String>,
}

impl From<TopicIn> for TopicChange {
    fn from(input: TopicIn) -> Self {
        Self { name: input.name, description: input.description }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct TopicQuery {
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// `topicID`, `name`, `description` or `dateCreated`.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// Every topic of the tenant, by name.
#[utoipa::path(get, path = "/api/Topics", tag = "Topics", params(TopicQuery),
    responses((status = 200, body = Page<TopicOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_topics(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<TopicQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let listing = Listing::new(query.page_number, query.page_size, REFERENCE_LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("name", false),
    )?;
    let mut conn = app.store.read().await?;
    let items = store::list(&mut conn, caller.customer, &order, listing.limit(), listing.offset()).await?;
    let total = store::count(&mut conn, caller.customer).await?;
    json(&Page::new(items.into_iter().map(TopicOut::from).collect(), total, &listing))
}

/// One topic.
#[utoipa::path(get, path = "/api/Topics/{id}", tag = "Topics", params(("id" = i64, Path)),
    responses((status = 200, body = TopicOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_topic(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    single(&headers, &TopicOut::from(store::get(&mut conn, caller.customer, TopicId(id)).await?))
}

/// Makes a topic.
#[utoipa::path(post, path = "/api/Topics", tag = "Topics", request_body = TopicIn,
    responses((status = 201, body = TopicOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_topic(
    State(app): State<App>,
    Change { caller, input, guard }: Change<TopicIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let topic = domain::create(tx, caller.customer, caller.actor(), input.into()).await?;
                Reply::created(format!("/api/Topics/{}", topic.topic_id), &TopicOut::from(topic))
            })
        })
        .await
}

/// Changes the fields given.
#[utoipa::path(put, path = "/api/Topics/{id}", tag = "Topics", params(("id" = i64, Path)), request_body = TopicIn,
    responses((status = 200, body = TopicOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn update_topic(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<TopicIn>,
) -> Result<Response> {
    caller.may_manage_settings()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, TopicId(id)).await?;
                guard.check(&TopicOut::from(before))?;
                let topic =
                    domain::update(tx, caller.customer, caller.actor(), TopicId(id), input.into()).await?;
                Reply::ok(&TopicOut::from(topic))
            })
        })
        .await
}

/// Deletes a topic that no message has.
#[utoipa::path(delete, path = "/api/Topics/{id}", tag = "Topics", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn delete_topic(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_manage_settings()?;
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let before = store::get(tx, caller.customer, TopicId(id)).await?;
                guard.check(&TopicOut::from(before))?;
                domain::delete(tx, caller.customer, caller.actor(), TopicId(id)).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
