//! `/api/ticketMessageTopics`, and the list of a message's topics as a person sets it.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::Id;
use super::problem::Problem;
use super::reply::Reply;
use super::ticket_messages::out::MessageTopicOut;
use crate::app::App;
use crate::domain::message_topics as domain;
use crate::error::{Error, Result};
use crate::model::{CustomerRepId, MessageId, MessageTopicId, TopicId};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create_ticket_message_topic, delete_ticket_message_topic))
        .routes(routes!(correct_ticket_message_topics))
}

/// The topics that a message is about.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrectTopicsIn {
    /// All of them; an empty list says that it is about none.
    #[schema(example = json!([1, 2, 3]))]
    topic_ids: Option<Vec<TopicId>>,
}

#[derive(Deserialize, ToSchema)]
pub struct MessageTopicIn {
    #[serde(rename = "messageID")]
    message_id: Option<MessageId>,
    #[serde(rename = "topicID")]
    topic_id: Option<TopicId>,
    /// Who chose it; the caller where it is not given.
    #[serde(rename = "customerRepID")]
    customer_rep_id: Option<CustomerRepId>,
}

#[derive(Deserialize, ToSchema)]
pub struct MessageTopicRemovalIn {
    #[serde(rename = "ticketMessageTopicID")]
    ticket_message_topic_id: Option<MessageTopicId>,
    #[serde(rename = "customerRepID")]
    customer_rep_id: Option<CustomerRepId>,
}

/// Replaces the topics of a message; those that are new are marked as corrected.
#[utoipa::path(post, path = "/api/ticketMessages/{id}/correct-topics", tag = "TicketMessages", params(("id" = i64, Path)), request_body = CorrectTopicsIn,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn correct_ticket_message_topics(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<CorrectTopicsIn>,
) -> Result<Response> {
    caller.may_write()?;
    let topics = input.topic_ids.ok_or_else(|| Error::invalid("topicIds", "is required"))?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                domain::correct(tx, &caller, MessageId(id), topics).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

/// Adds a topic to a message. 200 where it has it already.
#[utoipa::path(post, path = "/api/ticketMessageTopics", tag = "TicketMessages", request_body = MessageTopicIn,
    responses((status = 200, body = MessageTopicOut), (status = 201, body = MessageTopicOut), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_ticket_message_topic(
    State(app): State<App>,
    Change { caller, input, guard }: Change<MessageTopicIn>,
) -> Result<Response> {
    caller.may_write()?;
    let message = input.message_id.ok_or_else(|| Error::invalid("messageID", "is required"))?;
    let topic = input.topic_id.ok_or_else(|| Error::invalid("topicID", "is required"))?;
    let handle = app.clone();
    guard
        .write(&handle, caller.customer, move |tx, _| {
            Box::pin(async move {
                let (link, is_new) =
                    domain::add(tx, &app, &caller, message, topic, input.customer_rep_id).await?;
                let refs = app.refs.current(tx, caller.customer).await?;
                let out = MessageTopicOut::new(&refs, link);
                // It has no address of its own: its message shows it.
                if is_new {
                    Reply::created(format!("/api/ticketMessages/{message}"), &out)
                } else {
                    Reply::ok(&out)
                }
            })
        })
        .await
}

/// Takes a topic off its message.
#[utoipa::path(delete, path = "/api/ticketMessageTopics", tag = "TicketMessages", request_body = MessageTopicRemovalIn,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn delete_ticket_message_topic(
    State(app): State<App>,
    Change { caller, input, guard }: Change<MessageTopicRemovalIn>,
) -> Result<Response> {
    caller.may_write()?;
    let id =
        input.ticket_message_topic_id.ok_or_else(|| Error::invalid("ticketMessageTopicID", "is required"))?;
    let handle = app.clone();
    guard
        .write(&handle, caller.customer, move |tx, _| {
            Box::pin(async move {
                domain::remove(tx, &app, &caller, id, input.customer_rep_id).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
