//! What goes out of a message: previews, answers, composed messages, forwards.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::Change;
use super::extract::Id;
use super::problem::Problem;
use super::reply::{Reply, json};
use crate::app::App;
use crate::domain::delivery::{self as domain, Composition, Forward, Prepared};
use crate::domain::{fields, messages};
use crate::error::{Error, Result};
use crate::model::MessageId;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(preview_answer))
        .routes(routes!(send_answer))
        .routes(routes!(send_new_message))
        .routes(routes!(forward_message))
        .routes(routes!(undo_send))
        .routes(routes!(resend_message))
}

/// What was done, in a sentence.
#[derive(Serialize, ToSchema)]
pub struct DoneOut {
    #[schema(example = "Message sent successfully.")]
    pub message: &'static str,
}

const SENT: DoneOut = DoneOut { message: "Message sent successfully." };

/// An answer to look at before it is sent.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct PreviewOut {
    /// HTML with the caller's signature, without links that tell who opened it.
    preview: String,
}

/// A message that was taken back.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnsentOut {
    #[schema(example = "The message is a draft again.")]
    message: &'static str,
    /// The draft.
    #[serde(rename = "messageID")]
    message_id: MessageId,
}

#[derive(Deserialize, ToSchema)]
pub struct PreviewIn {
    /// Text or HTML; the prepared answer where it is not given.
    preview: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SendIn {
    /// Text or HTML to send in place of the prepared answer.
    #[schema(example = "Thank you for your patience. Please reset your password.")]
    modified_answer: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SendNewIn {
    /// Addresses separated by commas; the conversation's where it is not given.
    to_address: Option<String>,
    cc_address: Option<String>,
    bcc_address: Option<String>,
    subject: Option<String>,
    text_body: Option<String>,
    html_body: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForwardIn {
    /// Addresses separated by commas.
    #[schema(example = "warehouse@example.com")]
    to_address: Option<String>,
    to_addresses: Option<Vec<String>>,
    cc_address: Option<String>,
    /// Stands above the forwarded message.
    comment: Option<String>,
    subject: Option<String>,
}

/// The final HTML of an answer.
#[utoipa::path(post, path = "/api/ticketMessages/{id}/preview", tag = "TicketMessages", params(("id" = i64, Path)), request_body = PreviewIn,
    responses((status = 200, body = PreviewOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn preview_answer(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, .. }: Change<PreviewIn>,
) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    let message = messages::visible(&mut conn, &caller, MessageId(id)).await?;
    let given = input.preview.as_deref().filter(|it| !it.trim().is_empty());
    let answer = given
        .or_else(|| domain::prepared(&message))
        .ok_or_else(|| Error::invalid("preview", "is required: no answer is prepared"))?;
    let signature =
        domain::signature_of(&mut conn, caller.customer, caller.rep, message.lang.as_deref()).await?;
    json(&PreviewOut { preview: domain::body(answer, signature.as_ref()).html })
}

/// Sends the prepared answer, or the one given, in the ticket's channel.
#[utoipa::path(post, path = "/api/ticketMessages/{id}/send", tag = "TicketMessages", params(("id" = i64, Path)), request_body = SendIn,
    responses((status = 200, body = DoneOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)))]
async fn send_answer(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<SendIn>,
) -> Result<Response> {
    caller.may_write()?;
    let id = MessageId(id);
    let given = input.modified_answer;
    let prepared = Prepared::answer(&mut *app.store.read().await?, &caller, id, given.clone()).await;
    let handle = app.clone();
    guard
        .write(&handle, caller.customer, move |tx, _| {
            Box::pin(async move {
                domain::send(tx, &app, &caller, id, given, prepared).await?;
                Reply::ok(&SENT)
            })
        })
        .await
}

/// Sends a composed message in the ticket of this one: this one itself where it is a draft.
#[utoipa::path(post, path = "/api/ticketMessages/{id}/send-new", tag = "TicketMessages", params(("id" = i64, Path)), request_body = SendNewIn,
    responses((status = 200, body = DoneOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)))]
async fn send_new_message(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<SendNewIn>,
) -> Result<Response> {
    caller.may_write()?;
    let id = MessageId(id);
    let content = [input.html_body, input.text_body, input.message];
    let composition = Composition {
        to_address: input.to_address,
        cc_address: input.cc_address,
        bcc_address: input.bcc_address,
        subject: input.subject,
        content: content.into_iter().flatten().find(|it| !it.trim().is_empty()),
    }
    .checked()?;
    let prepared = composition.prepared(&mut *app.store.read().await?, &caller, id).await;
    let handle = app.clone();
    guard
        .write(&handle, caller.customer, move |tx, _| {
            Box::pin(async move {
                domain::send_new(tx, &app, &caller, id, composition, prepared).await?;
                Reply::ok(&SENT)
            })
        })
        .await
}

/// Forwards a message with its files by mail. The end user does not see the forward.
#[utoipa::path(post, path = "/api/ticketMessages/{id}/send-forward", tag = "TicketMessages", params(("id" = i64, Path)), request_body = ForwardIn,
    responses((status = 200, body = DoneOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn forward_message(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, input, guard }: Change<ForwardIn>,
) -> Result<Response> {
    caller.may_write()?;
    let id = MessageId(id);
    let given: Vec<String> =
        input.to_address.into_iter().chain(input.to_addresses.unwrap_or_default()).collect();
    let to = domain::addresses("toAddress", &given.join(","))?;
    if to.is_empty() {
        return Err(Error::invalid("toAddress", "is required"));
    }
    let forward = Forward {
        to,
        cc: domain::addresses("ccAddress", &input.cc_address.unwrap_or_default())?,
        comment: input.comment,
        subject: input.subject.map(|it| fields::name("subject", &it, 1000)).transpose()?,
    };
    let read = messages::visible(&mut *app.store.read().await?, &caller, id).await;
    let composed = read.map(|message| {
        let body = forward.body(&message);
        (message, body)
    });
    let handle = app.clone();
    guard
        .write(&handle, caller.customer, move |tx, _| {
            Box::pin(async move {
                domain::forward(tx, &app, &caller, id, forward, composed).await?;
                Reply::ok(&SENT)
            })
        })
        .await
}

/// Takes back what was just sent: it is a draft again. `{id}` is the message, or the one that it answers.
#[utoipa::path(post, path = "/api/ticketMessages/{id}/undo-send", tag = "TicketMessages", params(("id" = i64, Path)),
    responses((status = 200, body = UnsentOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn undo_send(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_write()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let message_id = domain::undo(tx, &caller, MessageId(id)).await?;
                Reply::ok(&UnsentOut { message: "The message is a draft again.", message_id })
            })
        })
        .await
}

/// Sends again what failed, came back or may not have arrived, under the same Message-ID.
#[utoipa::path(post, path = "/api/ticketMessages/{id}/resend", tag = "TicketMessages", params(("id" = i64, Path)),
    responses((status = 200, body = DoneOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)))]
async fn resend_message(
    State(app): State<App>,
    Id(id): Id,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_write()?;
    guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                domain::resend(tx, &caller, MessageId(id)).await?;
                Reply::ok(&SENT)
            })
        })
        .await
}
