//! The files of a mail into the object store, within the limits for files. What does not fit is named in
//! the message's notes and stays in the original.

use answerpal_mail::{Mail, Part};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::crypto;
use crate::domain::attachments::{NewFile, reserve_object};
use crate::error::Result;
use crate::files::{names, sniff};
use crate::model::CustomerId;

const LONGEST_CONTENT_ID: usize = 255;

/// Writes them, under keys that are reserved: until a message has them they are on their way out again.
/// What is left out goes to `notes`.
pub async fn keep(
    app: &App,
    customer: CustomerId,
    mail: &Mail,
    notes: &mut Vec<String>,
) -> Result<Vec<NewFile>> {
    let (most, limit) = (app.config.max_files_per_message as usize, app.config.max_file_bytes);
    let mut kept = Vec::new();
    let mut beyond = 0;
    for part in &mail.parts {
        if part.content.len() as u64 > limit {
            let name = names::sanitise(part.name.as_deref().unwrap_or_default());
            notes.push(format!("{name} is larger than {limit} bytes: it is in the original only."));
        } else if kept.len() == most {
            beyond += 1;
        } else {
            kept.push(keep_one(app, customer, part).await?);
        }
    }
    if beyond > 0 {
        notes.push(format!("{beyond} more files are in the original only: a message keeps {most}."));
    }
    Ok(kept)
}

async fn keep_one(app: &App, customer: CustomerId, part: &Part) -> Result<NewFile> {
    let folder = crypto::hex(&app.random.bytes::<1>());
    let object_key = format!("{customer}/{folder}/{}", app.random.token());
    let reserved = object_key.clone();
    app.store.write(move |tx| Box::pin(async move { reserve_object(tx, customer, reserved).await })).await?;
    let mut upload = app.files.upload(&object_key).await?;
    upload.write(&part.content).await?;
    upload.finish().await?;
    let head = &part.content[..part.content.len().min(sniff::HEAD)];
    Ok(NewFile {
        name: name_of(part),
        content_type: sniff::content_type(head),
        size: part.content.len() as u64,
        sha256: crypto::hex(&Sha256::digest(&part.content)),
        object_key,
        content_id: part
            .content_id
            .as_deref()
            .map(|it| it.chars().take(LONGEST_CONTENT_ID).collect())
            .filter(|it: &String| !it.is_empty()),
    })
}

/// The name that it has, else one that says what it is.
fn name_of(part: &Part) -> String {
    if let Some(name) = part.name.as_deref().filter(|it| !it.trim().is_empty()) {
        return names::sanitise(name);
    }
    match part.content_type.as_str() {
        "text/calendar" => "invitation.ics".into(),
        "message/rfc822" => "mail.eml".into(),
        "message/delivery-status" => "delivery-status.txt".into(),
        "text/rfc822-headers" => "headers.txt".into(),
        "text/html" => "part.html".into(),
        "application/pgp-signature" => "signature.asc".into(),
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "smime.p7s".into(),
        other => match other.split_once('/') {
            Some(("image", kind)) => names::sanitise(&format!("image.{kind}")),
            _ => "part".into(),
        },
    }
}
