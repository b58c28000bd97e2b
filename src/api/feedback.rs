//! What people say about answers: with credentials by the message's id, without by the token of a reply.

mod page;

use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use page::routes as page_routes;

use super::change::{Change, Guard};
use super::delivery::DoneOut;
use super::extract::{Id, Query, Text, check_json, read_body};
use super::problem::Problem;
use super::reply::{Reply, json};
use crate::app::App;
use crate::domain::feedback::{self as domain, Escalation};
use crate::domain::{fields, messages};
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerRepId, MessageId};
use crate::store::{messages as message_store, tickets as ticket_store};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(escalate_message))
        .routes(routes!(escalate_message_by_id))
        .routes(routes!(rate_reply))
        .routes(routes!(open_pixel))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EscalateIn {
    #[schema(example = "User is very upset and needs urgent help.")]
    feedback_comment: Option<String>,
    /// With credentials: who gets the conversation by mail. By a token: kept as a contact.
    #[schema(example = "manager@example.com")]
    email: Option<String>,
}

impl EscalateIn {
    fn checked(self) -> Result<Escalation> {
        let email = self.email.filter(|it| !it.trim().is_empty());
        Ok(Escalation {
            comment: domain::checked_comment("feedbackComment", self.feedback_comment)?,
            email: email.map(|it| fields::email("email", it.trim())).transpose()?,
        })
    }
}

const ESCALATED: DoneOut = DoneOut { message: "Ticket escalated" };

/// Hands the conversation to people. The id is a message's, or without credentials the token of a reply.
#[utoipa::path(post, path = "/api/ticketMessages/{id}/escalate", tag = "TicketMessages", params(("id" = String, Path)), request_body = EscalateIn,
    security((), ("bearer" = []), ("basic" = [])),
    responses((status = 200, body = DoneOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn escalate_message(State(app): State<App>, Text(id): Text, request: Request) -> Result<Response> {
    if id.bytes().all(|it| it.is_ascii_digit()) {
        let change = Change::from_request(request, &app).await?;
        let id = id.parse().ok().filter(|it| *it > 0).ok_or(Error::NotFound)?;
        return by_id(app, MessageId(id), change).await;
    }
    let (parts, body) = request.into_parts();
    let bytes = read_body(body, app.config.max_json_bytes).await?;
    check_json(&parts.headers, &bytes)?;
    let input: EscalateIn = answerpal_wire::from_json(&bytes)?;
    let escalation = input.checked()?;
    let link = domain::question_of(&mut *app.store.read().await?, &id, app.clock.now()).await?;
    let mut guard = Guard::new(&parts.headers, &parts.method, parts.uri.path(), "token")?;
    guard.set_body(&bytes);
    guard
        .write(&app, link.customer, move |tx, _| {
            Box::pin(async move {
                domain::throttled(tx, "escalate", &id, domain::five_an_hour).await?;
                let (ticket, message) = messages::lock_any(tx, link.customer, link.message).await?;
                domain::escalate(tx, link.customer, Actor::EndUser, &ticket, &message, escalation, None)
                    .await?;
                Reply::ok(&ESCALATED)
            })
        })
        .await
}

/// Hands the conversation to people.
#[utoipa::path(post, path = "/api/ticketMessages/{id}/escalate-by-id", tag = "TicketMessages", params(("id" = i64, Path)), request_body = EscalateIn,
    responses((status = 200, body = DoneOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)))]
async fn escalate_message_by_id(
    State(app): State<App>,
    Id(id): Id,
    change: Change<EscalateIn>,
) -> Result<Response> {
    by_id(app, MessageId(id), change).await
}

async fn by_id(app: App, id: MessageId, change: Change<EscalateIn>) -> Result<Response> {
    let Change { caller, input, guard } = change;
    caller.may_write()?;
    let escalation = input.checked()?;
    let mail = match &escalation.email {
        Some(to) => {
            let comment = escalation.comment.as_deref();
            let mut conn = app.store.read().await?;
            Some(domain::escalation_mail(&mut conn, &app, &caller, id, to, comment).await)
        }
        None => None,
    };
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let (ticket, message) = messages::lock(tx, &caller, id).await?;
                let mail = mail.transpose()?;
                domain::escalate(tx, caller.customer, caller.actor(), &ticket, &message, escalation, mail)
                    .await?;
                Reply::ok(&ESCALATED)
            })
        })
        .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LikeQuery {
    /// Whether the answer helped.
    #[param(value_type = bool, required = true)]
    like: Option<bool>,
}

/// Whom a visitor can talk to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LikedOut {
    /// Whether a person can take over now.
    agent_available: bool,
    #[schema(example = "John")]
    customer_rep_name: Option<String>,
}

/// Keeps whether a reply helped, by its token; the last click counts.
#[utoipa::path(get, path = "/api/ticketMessages/{id}/like-dislike", tag = "TicketMessages", params(("id" = String, Path), LikeQuery), security(()),
    responses((status = 200, body = LikedOut), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn rate_reply(
    State(app): State<App>,
    Text(token): Text,
    Query(query): Query<LikeQuery>,
) -> Result<Response> {
    let liked = query.like.ok_or_else(|| Error::invalid("like", "is required"))?;
    let mut conn = app.store.read().await?;
    let link = domain::reply_of(&mut conn, &token, app.clock.now()).await?;
    app.store
        .write(move |tx| {
            Box::pin(
                async move { domain::like(tx, link.customer, Actor::EndUser, link.message, liked).await },
            )
        })
        .await?;
    let message = message_store::get(&mut conn, link.customer, link.message).await?;
    let ticket = ticket_store::get(&mut conn, link.customer, message.ticket_id).await?;
    let refs = app.refs.current(&mut conn, link.customer).await?;
    let assigned = Some(ticket.customer_rep_id).filter(|it| *it != CustomerRepId(0));
    let rep = assigned.or(message.customer_rep_id);
    json(&LikedOut {
        agent_available: domain::agent_available(&mut conn, link.customer).await?,
        customer_rep_name: rep.and_then(|it| refs.reps.get(&it).cloned()),
    })
}

/// One transparent point.
const PIXEL: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// The pixel in a mail: notes that it was opened.
#[utoipa::path(get, path = "/api/ticketMessages/{id}/open.gif", tag = "TicketMessages", params(("id" = String, Path)), security(()),
    responses((status = 200, description = "A 1×1 image", content_type = "image/gif"), (status = 404, body = Problem)))]
async fn open_pixel(State(app): State<App>, Text(token): Text) -> Result<Response> {
    domain::open(&app, &token).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/gif")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, PIXEL).into_response())
}
