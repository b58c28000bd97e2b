//! `/api/SpamLessons`: what people taught about spam by marking tickets, to be seen and taken back.

use std::collections::HashMap;

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
use crate::domain::{messages, spam_lessons as domain};
use crate::error::Result;
use crate::model::{CustomerId, CustomerRepId, MessageId, SpamLesson, SpamLessonId, TicketId, Timestamp};
use crate::store::Conn;
use crate::store::spam_lessons::{self as store, Which};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_spam_lessons)).routes(routes!(delete_spam_lesson))
}

/// A mail that taught the spam filter.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpamLessonOut {
    #[serde(rename = "spamLessonID")]
    spam_lesson_id: SpamLessonId,
    /// Null, as is the message, where it is deleted: what spam taught outlives it.
    #[serde(rename = "ticketID")]
    ticket_id: Option<TicketId>,
    #[serde(rename = "messageID")]
    message_id: Option<MessageId>,
    subject: Option<String>,
    is_spam: bool,
    /// False until the filter has looked at the mail.
    is_learned: bool,
    #[serde(rename = "customerRepID")]
    customer_rep_id: CustomerRepId,
    customer_rep_name: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct LessonQuery {
    /// Of spam only, or of wanted mail only.
    #[param(value_type = Option<bool>)]
    is_spam: Option<bool>,
    #[param(value_type = Option<i64>)]
    page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    page_size: Option<answerpal_wire::paging::PageNumber>,
    /// Any plain property of the answered objects; the newest first where it is left out.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    sort_order: Option<String>,
}

/// What the spam filter was taught, newest first; an Agent is told of the tickets that they see.
#[utoipa::path(get, path = "/api/SpamLessons", tag = "Tickets", params(LessonQuery),
    responses((status = 200, body = Page<SpamLessonOut>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_spam_lessons(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<LessonQuery>,
) -> Result<Response> {
    caller.may_read()?;
    let listing = Listing::new(query.page_number, query.page_size, LIST);
    let order = listing.order(
        query.sort_by.as_deref(),
        query.sort_order.as_deref(),
        store::SORTS,
        ("spamLessonID", true),
    )?;
    let which = Which { is_spam: query.is_spam, limited_to: caller.limited_to() };
    let (mut conn, customer) = (app.store.read().await?, caller.customer);
    let lessons = store::page(&mut conn, customer, which, &order, listing.limit(), listing.offset()).await?;
    let total = store::count(&mut conn, customer, which).await?;
    let items = lessons_out(&app, &mut conn, customer, lessons).await?;
    json(&Page::new(items, total, &listing))
}

async fn lessons_out(
    app: &App,
    conn: &mut Conn,
    customer: CustomerId,
    lessons: Vec<SpamLesson>,
) -> Result<Vec<SpamLessonOut>> {
    let refs = app.refs.current(conn, customer).await?;
    let ids: Vec<i64> = lessons.iter().filter_map(|it| it.message_id).map(|it| it.0).collect();
    let subjects = store::subjects(conn, customer, ids).await?;
    let mut subjects: HashMap<MessageId, Option<String>> = subjects.into_iter().collect();
    Ok(lessons
        .into_iter()
        .map(|it| SpamLessonOut {
            spam_lesson_id: it.spam_lesson_id,
            ticket_id: it.ticket_id,
            message_id: it.message_id,
            subject: it.message_id.and_then(|it| subjects.remove(&it)).flatten(),
            is_spam: it.is_spam,
            is_learned: it.numbers.is_some(),
            customer_rep_name: refs.reps.get(&it.customer_rep_id).cloned(),
            customer_rep_id: it.customer_rep_id,
            date_created: it.created_at,
        })
        .collect())
}

/// Forgets what one mail taught the spam filter. Its ticket stays marked as it is.
#[utoipa::path(delete, path = "/api/SpamLessons/{id}", tag = "Tickets", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn delete_spam_lesson(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change<Nothing>,
) -> Result<Response> {
    caller.may_write()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let lesson = store::get(tx, caller.customer, SpamLessonId(id)).await?;
                if let Some(message) = lesson.message_id {
                    messages::visible(tx, &caller, message).await?;
                }
                domain::unlearn(tx, caller.customer, caller.actor(), SpamLessonId(id)).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}
