//! `/api/TopicDocuments`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Given, Out, Paged};
use crate::api::change::Change;
use crate::api::extract::{Id, Query};
use crate::api::problem::Problem;
use crate::api::reply::Page;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::topic_links::{DOCUMENTS, Kind};
use crate::error::Result;
use crate::model::{DocumentId, TopicId};
use crate::store::topic_links::{Filter, Link};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_topic_documents, create_topic_document, delete_topic_document_pair))
        .routes(routes!(get_topic_document, delete_topic_document))
}

#[derive(Serialize, ToSchema)]
pub struct TopicDocumentOut {
    #[serde(rename = "topicDocumentID")]
    topic_document_id: i64,
    #[serde(rename = "topicID")]
    topic_id: TopicId,
    #[serde(rename = "documentID")]
    document_id: DocumentId,
}

impl From<Link> for TopicDocumentOut {
    fn from(link: Link) -> Self {
        Self { topic_document_id: link.id, topic_id: link.topic, document_id: DocumentId(link.other) }
    }
}

impl Out for TopicDocumentOut {
    const KIND: Kind = DOCUMENTS;
    const PATH: &'static str = "/api/TopicDocuments";
    type In = TopicDocumentIn;
}

/// One topic or many with one document or many.
#[derive(Deserialize, ToSchema)]
pub struct TopicDocumentIn {
    #[serde(rename = "topicID")]
    topic_id: Option<i64>,
    #[serde(rename = "topicIDs")]
    topic_ids: Option<Vec<i64>>,
    #[serde(rename = "documentID")]
    document_id: Option<i64>,
    #[serde(rename = "documentIDs")]
    document_ids: Option<Vec<i64>>,
}

impl From<TopicDocumentIn> for Given {
    fn from(input: TopicDocumentIn) -> Self {
        Self {
            topic: input.topic_id,
            topics: input.topic_ids,
            other: input.document_id,
            others: input.document_ids,
        }
    }
}

/// One, or a list of them.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it only describes the answer")]
enum TopicDocumentsOut {
    One(TopicDocumentOut),
    Many(Vec<TopicDocumentOut>),
}

/// One, or a list of them.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it only describes the body")]
enum TopicDocumentsIn {
    One(TopicDocumentIn),
    Many(Vec<TopicDocumentIn>),
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct TopicDocumentQuery {
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// Any plain property of the answered objects; the oldest first where it is left out.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
    /// Only those of this topic.
    topic_id: Option<i64>,
    /// Only those of this document.
    document_id: Option<i64>,
}

/// A page of links, oldest first.
#[utoipa::path(get, path = "/api/TopicDocuments", tag = "Topics", params(TopicDocumentQuery),
    responses((status = 200, body = Page<TopicDocumentOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_topic_documents(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<TopicDocumentQuery>,
) -> Result<Response> {
    let paged = Paged {
        number: query.page_number,
        size: query.page_size,
        sort_by: query.sort_by,
        sort_order: query.sort_order,
    };
    let filter = Filter { topic: query.topic_id, other: query.document_id };
    super::list::<TopicDocumentOut>(&app, &caller, paged, filter).await
}

/// One link.
#[utoipa::path(get, path = "/api/TopicDocuments/{id}", tag = "Topics", params(("id" = i64, Path)),
    responses((status = 200, body = TopicDocumentOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_topic_document(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response> {
    super::get::<TopicDocumentOut>(&app, &caller, id, &headers).await
}

/// Links topics with documents; what is linked already stays as it is. One pair gives one link, anything
/// else a list.
#[utoipa::path(post, path = "/api/TopicDocuments", tag = "Topics", request_body = TopicDocumentsIn,
    responses((status = 200, body = TopicDocumentsOut, description = "They were linked already."), (status = 201, body = TopicDocumentsOut),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_topic_document(State(app): State<App>, change: Change<Value>) -> Result<Response> {
    super::create::<TopicDocumentOut>(&app, change).await
}

/// Ends the link of the topic and the document in the body.
#[utoipa::path(delete, path = "/api/TopicDocuments", tag = "Topics", request_body = TopicDocumentIn,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn delete_topic_document_pair(
    State(app): State<App>,
    change: Change<TopicDocumentIn>,
) -> Result<Response> {
    super::delete_pair::<TopicDocumentOut>(&app, change).await
}

/// Ends a link.
#[utoipa::path(delete, path = "/api/TopicDocuments/{id}", tag = "Topics", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem)))]
async fn delete_topic_document(State(app): State<App>, Id(id): Id, change: Change) -> Result<Response> {
    super::delete::<TopicDocumentOut>(&app, id, change).await
}
