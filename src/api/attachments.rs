//! `/api/ticketMessages/{id}/attachments`: the files of a message.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{DefaultBodyLimit, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::{Change, Guard};
use super::extract::{Id, Ids, drain};
use super::problem::Problem;
use super::reply::{Reply, json};
use super::upload::receive;
use crate::app::App;
use crate::crypto::MasterKey;
use crate::domain::attachments::{self as domain, NewFile};
use crate::domain::caller::Caller;
use crate::error::{Error, Result};
use crate::model::{AttachmentId, Message, MessageId, Timestamp};
use crate::store::attachments::{self as store, Attachment};
use crate::store::{Conn, Tx, messages, tickets};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_attachments, create_attachment))
        // It counts for itself, by the limits for files.
        .layer(DefaultBodyLimit::disable())
        .routes(routes!(delete_attachment))
}

/// A file of a message.
#[derive(Serialize, ToSchema)]
pub struct AttachmentOut {
    #[serde(rename = "ticketMessageAttachmentID")]
    attachment_id: AttachmentId,
    #[serde(rename = "messageID")]
    message_id: MessageId,
    /// For display only.
    #[serde(rename = "fileName")]
    #[schema(example = "receipt.pdf")]
    file_name: String,
    /// Found out from the content; what the sender said is not believed.
    #[serde(rename = "contentType")]
    #[schema(example = "application/pdf")]
    content_type: String,
    #[serde(rename = "fileSizeBytes")]
    file_size_bytes: i64,
    #[serde(rename = "createdDateTime")]
    #[schema(value_type = String, format = DateTime)]
    created_date_time: Timestamp,
    #[serde(rename = "isEndUserProvided")]
    is_end_user_provided: bool,
    #[serde(rename = "isCustomerRepProvided")]
    is_customer_rep_provided: bool,
    /// Opens `/api/File/{accessToken}` to whoever has it, until the file is deleted.
    #[serde(rename = "accessToken")]
    access_token: String,
    /// What the message's HTML calls it (`cid:`).
    #[serde(rename = "contentId")]
    content_id: Option<String>,
}

impl AttachmentOut {
    pub fn new(key: &MasterKey, it: Attachment) -> Self {
        Self {
            access_token: access_token(key, &it),
            attachment_id: it.attachment_id,
            message_id: it.message_id,
            file_name: it.file_name,
            content_type: it.content_type,
            file_size_bytes: it.file_size_bytes,
            created_date_time: it.created_at,
            is_end_user_provided: it.is_end_user_provided,
            is_customer_rep_provided: it.is_customer_rep_provided,
            content_id: it.content_id,
        }
    }
}

pub use crate::domain::attachments::access_token;

/// The form of an upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the form; the form is read as a stream")]
struct UploadForm {
    /// The first field of this name is taken.
    #[schema(format = Binary, value_type = String)]
    file: String,
    /// What the message's HTML calls it (`cid:`); at most 255 characters.
    #[schema(rename = "contentId")]
    content_id: Option<String>,
}

/// The files of a message, oldest first.
#[utoipa::path(get, path = "/api/ticketMessages/{id}/attachments", tag = "Attachments", params(("id" = i64, Path)),
    responses((status = 200, body = Vec<AttachmentOut>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list_attachments(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response> {
    caller.may_read()?;
    let mut conn = app.store.read().await?;
    visible(&mut conn, &caller, MessageId(id)).await?;
    let items = store::list(&mut conn, caller.customer, MessageId(id)).await?;
    json(&items.into_iter().map(|it| AttachmentOut::new(&app.key, it)).collect::<Vec<_>>())
}

/// Adds a file to a message: at most 25 MB, 50 files a message, 40 MB a request.
#[utoipa::path(post, path = "/api/ticketMessages/{id}/attachments", tag = "Attachments", params(("id" = i64, Path)),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, body = AttachmentOut), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn create_attachment(State(app): State<App>, request: Request) -> Result<Response> {
    let (mut parts, body) = request.into_parts();
    let (caller, id, mut guard) = match may_upload(&app, &mut parts).await {
        Ok(allowed) => allowed,
        Err(error) => {
            drain(body).await;
            return Err(error);
        }
    };
    let file = receive(&app, caller.customer, parts, body).await?;
    guard.set_body(&digest(&file));
    write(app, caller, id, guard, file).await
}

/// Everything that can be refused before the file comes.
async fn may_upload(app: &App, parts: &mut Parts) -> Result<(Caller, MessageId, Guard)> {
    let caller = Caller::from_request_parts(parts, app).await?;
    caller.may_write()?;
    let Id(id) = Id::from_request_parts(parts, app).await?;
    let guard = Guard::new(&parts.headers, &parts.method, parts.uri.path(), &caller.identity)?;
    visible(&mut *app.store.read().await?, &caller, MessageId(id)).await?;
    Ok((caller, MessageId(id), guard))
}

/// What a repeated upload has to have in common with the first.
fn digest(file: &NewFile) -> Vec<u8> {
    let mut digest = Sha256::new();
    for part in [&file.sha256, &file.name, file.content_id.as_deref().unwrap_or_default()] {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().to_vec()
}

async fn write(app: App, caller: Caller, id: MessageId, guard: Guard, file: NewFile) -> Result<Response> {
    let object_key = file.object_key.clone();
    let used = Arc::new(AtomicBool::new(false));
    let (in_use, key, most) = (used.clone(), app.key.clone(), app.config.max_files_per_message);
    let answer = guard
        .write(&app, caller.customer, move |tx, _| {
            Box::pin(async move {
                let message = locked(tx, &caller, id).await?;
                let actor = caller.actor();
                let added = domain::add(tx, caller.customer, actor, &message, file, most).await?;
                in_use.store(true, Ordering::Release);
                let out = AttachmentOut::new(&key, added);
                Reply::created(format!("/api/File/{}", out.access_token), &out)
            })
        })
        .await;
    // Refused, or a repeated upload that got the first one's answer. The reservation would see to it too.
    if !used.load(Ordering::Acquire) && app.files.delete(&object_key).await.is_err() {
        tracing::warn!(object_key, "content that is not needed was left for its reservation to remove");
    }
    answer
}

/// Deletes a file of a message; its content follows an hour later.
#[utoipa::path(delete, path = "/api/ticketMessages/{id}/attachments/{attachmentId}", tag = "Attachments",
    params(("id" = i64, Path), ("attachmentId" = i64, Path)),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
async fn delete_attachment(
    State(app): State<App>,
    Ids(id, attachment): Ids,
    Change { caller, guard, .. }: Change,
) -> Result<Response> {
    caller.may_write()?;
    let key = app.key.clone();
    guard
        .write(&app, caller.customer, move |tx, guard| {
            Box::pin(async move {
                let message = locked(tx, &caller, MessageId(id)).await?;
                let attachment =
                    store::get(tx, caller.customer, message.message_id, AttachmentId(attachment)).await?;
                guard.check(&AttachmentOut::new(&key, attachment.clone()))?;
                domain::remove(tx, caller.customer, caller.actor(), &message, attachment).await?;
                Ok(Reply::no_content())
            })
        })
        .await
}

/// 404 where the caller does not see the message's ticket.
async fn visible(conn: &mut Conn, caller: &Caller, message: MessageId) -> Result<Message> {
    let message = messages::get(conn, caller.customer, message).await?;
    let ticket = tickets::get(conn, caller.customer, message.ticket_id).await?;
    if caller.sees_ticket_of(ticket.customer_rep_id) { Ok(message) } else { Err(Error::NotFound) }
}

/// The same, with the ticket locked: files of a message are counted one after the other.
async fn locked(tx: &mut Tx, caller: &Caller, message: MessageId) -> Result<Message> {
    let message = messages::get(tx, caller.customer, message).await?;
    let ticket = tickets::lock(tx, caller.customer, message.ticket_id).await?;
    if caller.sees_ticket_of(ticket.customer_rep_id) { Ok(message) } else { Err(Error::NotFound) }
}
