//! `/api/TopicChannels`.

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
use crate::domain::topic_links::{CHANNELS, Kind};
use crate::error::Result;
use crate::model::{ChannelId, TopicId};
use crate::store::topic_links::{Filter, Link};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_topic_channels, create_topic_channel, delete_topic_channel_pair))
        .routes(routes!(get_topic_channel, delete_topic_channel))
}

#[derive(Serialize, ToSchema)]
pub struct TopicChannelOut {
    #[serde(rename = "topicChannelID")]
    topic_channel_id: i64,
    #[serde(rename = "topicID")]
    topic_id: TopicId,
    #[serde(rename = "channelID")]
    channel_id: ChannelId,
}

impl From<Link> for TopicChannelOut {
    fn from(link: Link) -> Self {
        Self { topic_channel_id: link.id, topic_id: link.topic, channel_id: ChannelId(link.other) }
    }
}

impl Out for TopicChannelOut {
    const KIND: Kind = CHANNELS;
    const PATH: &'static str = "/api/TopicChannels";
    type In = TopicChannelIn;
}

/// One topic or many with one channel or many.
#[derive(Deserialize, ToSchema)]
pub struct TopicChannelIn {
    #[serde(rename = "topicID")]
    topic_id: Option<i64>,
    #[serde(rename = "topicIDs")]
    topic_ids: Option<Vec<i64>>,
    #[serde(rename = "channelID")]
    channel_id: Option<i64>,
    #[serde(rename = "channelIDs")]
    channel_ids: Option<Vec<i64>>,
}

impl From<TopicChannelIn> for Given {
    fn from(input: TopicChannelIn) -> Self {
        Self {
            topic: input.topic_id,
            topics: input.topic_ids,
            other: input.channel_id,
            others: input.channel_ids,
        }
    }
}

/// One, or a list of them.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it only describes the answer")]
enum TopicChannelsOut {
    One(TopicChannelOut),
    Many(Vec<TopicChannelOut>),
}

/// One, or a list of them.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it only describes the body")]
enum TopicChannelsIn {
    One(TopicChannelIn),
    Many(Vec<TopicChannelIn>),
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct TopicChannelQuery {
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
    /// Only those of this channel.
    channel_id: Option<i64>,
}

/// A page of links, oldest first.
#[utoipa::path(get, path = "/api/TopicChannels", tag = "Topics", params(TopicChannelQuery),
    responses((status = 200, body = Page<TopicChannelOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_topic_channels(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<TopicChannelQuery>,
) -> Result<Response> {
    let paged = Paged {
        number: query.page_number,
        size: query.page_size,
        sort_by: query.sort_by,
        sort_order: query.sort_order,
    };
    let filter = Filter { topic: query.topic_id, other: query.channel_id };
    super::list::<TopicChannelOut>(&app, &caller, paged, filter).await
}

/// One link.
#[utoipa::path(get, path = "/api/TopicChannels/{id}", tag = "Topics", params(("id" = i64, Path)),
    responses((status = 200, body = TopicChannelOut), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn get_topic_channel(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response> {
    super::get::<TopicChannelOut>(&app, &caller, id, &headers).await
}

/// Links topics with channels; what is linked already stays as it is. One pair gives one link, anything
/// else a list.
#[utoipa::path(post, path = "/api/TopicChannels", tag = "Topics", request_body = TopicChannelsIn,
    responses((status = 200, body = TopicChannelsOut, description = "They were linked already."), (status = 201, body = TopicChannelsOut),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_topic_channel(State(app): State<App>, change: Change<Value>) -> Result<Response> {
    super::create::<TopicChannelOut>(&app, change).await
}

/// Ends the link of the topic and the channel in the body.
#[utoipa::path(delete, path = "/api/TopicChannels", tag = "Topics", request_body = TopicChannelIn,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn delete_topic_channel_pair(
    State(app): State<App>,
    change: Change<TopicChannelIn>,
) -> Result<Response> {
    super::delete_pair::<TopicChannelOut>(&app, change).await
}

/// Ends a link.
#[utoipa::path(delete, path = "/api/TopicChannels/{id}", tag = "Topics", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem)))]
async fn delete_topic_channel(State(app): State<App>, Id(id): Id, change: Change) -> Result<Response> {
    super::delete::<TopicChannelOut>(&app, id, change).await
}
