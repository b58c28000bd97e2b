//! `/api/TopicExamples`: what people taught about topics, to be seen and taken back.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::{Change, Nothing};
use super::extract::{Id, Query};
use super::list::{LIST, Listing};
use super::problem::Problem;
use super::reply::{Page, Reply, json};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::{messages, topic_examples as domain};
use crate::error::Result;
use crate::model::{CustomerRepId, ExampleId, MessageId, Timestamp, TopicExample, TopicId};
use crate::store::topic_examples::{self as store, Which};
use crate::store::{Conn, topics as topic_store};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_topic_examples))
        .routes(routes!(delete_topic_example))
        .routes(routes!(list_examples_of_topic))
}

/// What a person taught: a text and the topics that it is about.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExampleOut {
    #[serde(rename = "exampleID")]
    example_id: ExampleId,
    /// Null, as is the text, where its ticket is not the caller's to see.
    #[serde(rename = "messageID")]
    message_id: Option<MessageId>,
    /// What was read: the message without quoted history and signature.
    text: Option<String>,
    lang: Option<String>,
    /// None: such texts are about none of the topics.
    topics: Vec<ExampleTopicOut>,
    #[serde(rename = "customerRepID")]
    customer_rep_id: Option<CustomerRepId>,
    customer_rep_name: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
}

impl ExampleOut {
    pub fn id(&self) -> i64 {
        self.example_id.0
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExampleTopicOut {
    #[serde(rename = "topicID")]
    topic_id: TopicId,
    topic_name: Option<String>,
}

/// Examples as they are answered to this caller.
pub async fn examples_out(
    app: &App,
    conn: &mut Conn,
    caller: &Caller,
    examples: Vec<TopicExample>,
) -> Result<Vec<ExampleOut>> {
    let refs = app.refs.current(conn, caller.customer).await?;
    let ids = examples.iter().map(|it| it.example_id.0).collect();
    let mut topics = store::topics_of(conn, caller.customer, ids).await?;
    let unseen = messages::unseen(conn, caller, examples.iter().filter_map(|it| it.message_id)).await?;
    let named = |it: TopicId| ExampleTopicOut { topic_id: it, topic_name: refs.topics.get(&it).cloned() };
    Ok(examples
        .into_iter()
        .map(|it| ExampleOut {
            example_id: it.example_id,
            text: Some(it.text).filter(|_| it.message_id.is_none_or(|it| !unseen.contains(&it))),
            message_id: it.message_id.filter(|it| !unseen.contains(it)),
            lang: it.lang,
            topics: topics.remove(&it.example_id).unwrap_or_default().into_iter().map(named).collect(),
            customer_rep_id: it.customer_rep_id,
            customer_rep_name: it.customer_rep_id.and_then(|it| refs.reps.get(&it).cloned()),
            date_created: it.created_at,
        })
        .collect())
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct ExampleQuery {
    /// Examples of this topic; 0: of texts that are about none.
    #[param(value_type = Option<i64>)]
    topic_id: Option<TopicId>,
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// Any plain property of the answered objects; the newest first where it is left out.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// What was learned, newest first; an Agent is told of the tickets that they see.
#[utoipa::path(get, path = "/api/TopicExamples", tag = "Topics", params(ExampleQuery),
    responses((status = 200, body = Page<ExampleOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_topic_examples(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ExampleQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let listing = Listing::new(query.page_number, query.page_size, LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("exampleID", true),
    )?;
    page(&app, &caller, query.topic_id, &order, &listing).await
}

async fn page(
    app: &App,
    caller: &Caller,
    topic: Option<TopicId>,
    order: &str,
    listing: &Listing,
) -> Result<Response> {
    let which = Which { topic, limited_to: caller.limited_to() };
    let (mut conn, customer) = (app.store.read().await?, caller.customer);
    let examples = store::page(&mut conn, customer, which, order, listing.limit(), listing.offset()).await?;
    let total = store::count(&mut conn, customer, which).await?;
    let items = examples_out(app, &mut conn, caller, examples).await?;
    json(&Page::new(items, total, listing))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct PageQuery {
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// Any plain property of the answered objects; the newest first where it is left out.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// What was learned about one topic, newest first; an Agent is told of the tickets that they see.
#[utoipa::path(get, path = "/api/Topics/{id}/examples", tag = "Topics", params(("id" = i64, Path), PageQuery),
    responses((status = 200, body = Page<ExampleOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list_examples_of_topic(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<PageQuery>,
) -> Result<Response> {
    caller.may_read()?;
    topic_store::get(&mut *app.store.read().await?, caller.customer, TopicId(id)).await?;
    let listing = Listing::new(query.page_number, query.page_size, LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("exampleID", true),
    )?;
    page(&app, &caller, Some(TopicId(id)), &order, &listing).await
}

/// Forgets what was learned from one message. Its topics stay as they are.
#[utoipa::path(delete, path = "/api/TopicExamples/{id}", tag = "Topics", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn delete_topic_example(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change<Nothing>,
) -> Result<Response> {
    caller.may_write()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let example = store::get(tx, caller.customer, ExampleId(id)).await?;
                if let Some(message) = example.message_id {
                    messages::visible(tx, &caller, message).await?;
                }
                domain::unlearn(tx, caller.customer, caller.actor(), ExampleId(id)).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
