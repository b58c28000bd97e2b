//! `/api/ticketMessages/{id}/stages`: how the pipeline went for a message.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::Id;
use super::problem::Problem;
use super::reply::json;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::messages;
use crate::error::{Error, Result};
use crate::model::{MessageId, MessageStage, StageStatus, Timestamp};
use crate::store::message_stages as store;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_ticket_message_stages))
}

/// How one stage of the pipeline went for one message.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageStageOut {
    #[schema(example = "topics")]
    stage: String,
    /// `Pending` with a reason waits for another try.
    status: StageStatus,
    /// Why it was skipped, stopped the others, failed, or waits.
    #[schema(example = "the tenant has no topics")]
    reason: Option<String>,
    /// What explains the outcome; each stage has its own.
    #[schema(value_type = Option<Object>)]
    evidence: Option<serde_json::Value>,
    tries: i64,
    #[schema(value_type = String, format = DateTime)]
    ended_at: Timestamp,
}

impl TryFrom<MessageStage> for MessageStageOut {
    type Error = Error;

    fn try_from(it: MessageStage) -> Result<Self> {
        Ok(Self {
            stage: it.stage,
            status: it.status,
            reason: it.reason,
            evidence: it.evidence.map(|it| serde_json::from_str(&it)).transpose()?,
            tries: it.tries,
            ended_at: it.ended_at,
        })
    }
}

/// The stages of the pipeline that have begun for a message, in the order they ended.
#[utoipa::path(get, path = "/api/ticketMessages/{id}/stages", tag = "TicketMessages", params(("id" = i64, Path)),
    responses((status = 200, body = Vec<MessageStageOut>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list_ticket_message_stages(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    messages::visible(&mut conn, &caller, MessageId(id)).await?;
    let stages = store::of_message(&mut conn, caller.customer, MessageId(id)).await?;
    json(&stages.into_iter().map(MessageStageOut::try_from).collect::<Result<Vec<_>>>()?)
}
