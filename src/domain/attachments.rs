//! Files of messages: adding, removing, and what becomes of their content.

use serde_json::json;

use crate::crypto::MasterKey;
use crate::domain::events::note;
use crate::error::{Error, Result};
use crate::model::job::DELETE_OBJECTS;
use crate::model::{Actor, AttachmentId, CustomerId, Event, Message, SenderType, Timestamp};
use crate::store::attachments::{self as store, Attachment};
use crate::store::{Tx, jobs};

/// A backup under way may still read content for this long after its row is gone.
const KEPT_MICROS: i64 = 3600 * 1_000_000;
/// No upload takes longer.
const UPLOAD_MICROS: i64 = 24 * KEPT_MICROS;

/// The public address of a file: unguessable, and good for as long as the file is there.
pub fn access_token(key: &MasterKey, attachment: &Attachment) -> String {
    key.id_token("file", attachment.customer_id.0, attachment.attachment_id.0)
}

/// What an upload found out about its content.
#[derive(Clone)]
pub struct NewFile {
    /// For display; sanitised already.
    pub name: String,
    pub content_type: &'static str,
    pub size: u64,
    pub sha256: String,
    pub object_key: String,
    pub content_id: Option<String>,
}

/// Has the content under these keys removed an hour later, unless an attachment refers to it then.
pub async fn forget_objects(tx: &mut Tx, customer: CustomerId, keys: Vec<String>) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let due = Timestamp(tx.now.0 + KEPT_MICROS);
    store::doom(tx, customer, &keys, due).await?;
    jobs::enqueue(tx, customer, DELETE_OBJECTS, customer.0, due, None).await
}

/// Before content is written: a periodic duty removes what has not become an attachment in a day.
pub async fn reserve_object(tx: &mut Tx, customer: CustomerId, key: String) -> Result<()> {
    let due = Timestamp(tx.now.0 + UPLOAD_MICROS);
    store::doom(tx, customer, &[key], due).await
}

/// Adds a file whose content is written and whose key is reserved. The message's ticket is locked in
/// this transaction. 409 where the message has `most` files.
pub async fn add(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    message: &Message,
    file: NewFile,
    most: u64,
) -> Result<Attachment> {
    if store::count(tx, customer, message.message_id).await? >= most {
        return Err(Error::Conflict(format!("A message may have at most {most} files.")));
    }
    let by_end_user = message.sender_type == SenderType::EndUser;
    let mut attachment = Attachment {
        attachment_id: AttachmentId(0),
        customer_id: customer,
        message_id: message.message_id,
        file_name: file.name,
        content_type: file.content_type.into(),
        file_size_bytes: i64::try_from(file.size).unwrap_or(i64::MAX),
        sha256: file.sha256,
        object_key: file.object_key,
        content_id: file.content_id,
        is_end_user_provided: by_end_user,
        is_customer_rep_provided: !by_end_user,
        created_at: tx.now,
    };
    attachment.attachment_id = store::insert(tx, &attachment).await?;
    store::spare(tx, customer, &attachment.object_key).await?;
    store::refresh_flag(tx, customer, message.ticket_id, message.message_id).await?;
    note(tx, customer, actor, &[event("attachment.created", message, &attachment)]).await?;
    Ok(attachment)
}

/// Removes a file. The message's ticket is locked in this transaction.
pub async fn remove(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    message: &Message,
    attachment: Attachment,
) -> Result<()> {
    store::delete(tx, customer, attachment.attachment_id).await?;
    store::refresh_flag(tx, customer, message.ticket_id, message.message_id).await?;
    note(tx, customer, actor, &[event("attachment.deleted", message, &attachment)]).await?;
    forget_objects(tx, customer, vec![attachment.object_key]).await
}

fn event(action: &'static str, message: &Message, attachment: &Attachment) -> Event {
    Event {
        action,
        entity: "attachment",
        entity_id: attachment.attachment_id.0,
        ticket: Some(message.ticket_id),
        message: Some(message.message_id),
        changes: Some(json!({ "fileName": attachment.file_name, "sha256": attachment.sha256 })),
    }
}
