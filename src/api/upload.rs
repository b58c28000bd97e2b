//! A file that comes as `multipart/form-data`: streamed to the object store while its digest and its
//! type are found out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::body::HttpBody;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use axum::http::request::Parts;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::extract::drain;
use crate::app::App;
use crate::crypto;
use crate::domain::attachments::{NewFile, reserve_object};
use crate::error::{Error, Result};
use crate::files::{names, sniff};
use crate::model::CustomerId;

const LONGEST_CONTENT_ID: usize = 255;
/// A body that says nothing for so long has been given up by its sender.
const SILENCE: Duration = Duration::from_secs(60);

/// Receives the first field `file`, and `contentId` where it is there. Its content is written, under a
/// key that is reserved.
pub async fn receive(app: &App, customer: CustomerId, parts: Parts, body: Body) -> Result<NewFile> {
    let over = Arc::new(AtomicBool::new(false));
    let received = match open(app, parts, body, &over).await {
        Ok(multipart) => read_fields(app, customer, multipart).await,
        Err(error) => Err(error),
    };
    within(app, &over, received)
}

/// Receives the first field `file` into a file of the machine. Gives the name it came under.
pub async fn receive_into(app: &App, parts: Parts, body: Body, file: &mut tokio::fs::File) -> Result<String> {
    let over = Arc::new(AtomicBool::new(false));
    let received = match open(app, parts, body, &over).await {
        Ok(multipart) => copy_file(app, multipart, file).await,
        Err(error) => Err(error),
    };
    within(app, &over, received)
}

async fn open(app: &App, parts: Parts, body: Body, over: &Arc<AtomicBool>) -> Result<Multipart> {
    if !is_multipart(&parts) {
        let empty = body.is_end_stream();
        drain(body).await;
        return Err(if empty {
            missing()
        } else {
            Error::UnsupportedMediaType("The body must be multipart/form-data.".into())
        });
    }
    let request = Request::from_parts(parts, limited(body, app.config.max_upload_bytes, over.clone()));
    Multipart::from_request(request, app).await.map_err(|error| Error::invalid("body", error.body_text()))
}

/// What was received, unless the request was too large.
fn within<T>(app: &App, over: &AtomicBool, received: Result<T>) -> Result<T> {
    if over.load(Ordering::Acquire) {
        let limit = app.config.max_upload_bytes;
        return Err(Error::TooLarge(format!("A request with files may have at most {limit} bytes.")));
    }
    received
}

async fn copy_file(app: &App, mut multipart: Multipart, file: &mut tokio::fs::File) -> Result<String> {
    let mut found = None;
    while let Some(mut field) = multipart.next_field().await.map_err(malformed)? {
        if found.is_some() || !field.name().is_some_and(|it| it.eq_ignore_ascii_case("file")) {
            skip(field).await?;
            continue;
        }
        found = Some(name_of(&field));
        let mut size = 0;
        while let Some(chunk) = field.chunk().await.map_err(malformed)? {
            size += chunk.len() as u64;
            if size > app.config.max_file_bytes {
                skip(field).await?;
                return Err(too_large(app));
            }
            file.write_all(&chunk).await?;
        }
    }
    found.ok_or_else(missing)
}

fn too_large(app: &App) -> Error {
    Error::TooLarge(format!("A file may have at most {} bytes.", app.config.max_file_bytes))
}

async fn read_fields(app: &App, customer: CustomerId, mut multipart: Multipart) -> Result<NewFile> {
    let mut file: Option<NewFile> = None;
    let mut content_id = None;
    while let Some(field) = multipart.next_field().await.map_err(malformed)? {
        match field.name().map(str::to_ascii_lowercase).as_deref() {
            Some("file") if file.is_none() => file = Some(store_file(app, customer, field).await?),
            Some("contentid") => content_id = Some(read_content_id(field).await?),
            _ => skip(field).await?,
        }
    }
    let file = file.ok_or_else(missing)?;
    Ok(NewFile { content_id: content_id.filter(|it| !it.is_empty()), ..file })
}

async fn store_file(app: &App, customer: CustomerId, mut field: Field<'_>) -> Result<NewFile> {
    let name = name_of(&field);
    let token = app.random.token();
    let object_key = format!("{customer}/{}/{token}", crypto::hex(&app.random.bytes::<1>()));
    let reserved = object_key.clone();
    let mut upload = app.files.upload(&object_key).await?;
    app.store.write(move |tx| Box::pin(async move { reserve_object(tx, customer, reserved).await })).await?;
    let (mut size, mut digest, mut head) = (0, Sha256::new(), Vec::new());
    while let Some(chunk) = field.chunk().await.map_err(malformed)? {
        size += chunk.len() as u64;
        if size > app.config.max_file_bytes {
            drop(upload);
            skip(field).await?;
            return Err(too_large(app));
        }
        head.extend_from_slice(&chunk[..chunk.len().min(sniff::HEAD - head.len())]);
        digest.update(&chunk);
        upload.write(&chunk).await?;
    }
    upload.finish().await?;
    Ok(NewFile {
        name,
        content_type: sniff::content_type(&head),
        size,
        sha256: crypto::hex(&digest.finalize()),
        object_key,
        content_id: None,
    })
}

/// The name of a file, for display. `filename*` counts before `filename`, as it does in ASP.NET Core.
fn name_of(field: &Field<'_>) -> String {
    let disposition = field.headers().get(header::CONTENT_DISPOSITION).and_then(|it| it.to_str().ok());
    let extended = disposition.and_then(names::extended);
    names::sanitise(extended.as_deref().or(field.file_name()).unwrap_or_default())
}

async fn read_content_id(mut field: Field<'_>) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(malformed)? {
        bytes.extend_from_slice(&chunk[..chunk.len().min(4 * LONGEST_CONTENT_ID + 1 - bytes.len())]);
    }
    let wrong =
        || Error::invalid("contentId", format!("must be text of at most {LONGEST_CONTENT_ID} characters"));
    let text = String::from_utf8(bytes).map_err(|_| wrong())?;
    let text = text.trim();
    if text.chars().count() > LONGEST_CONTENT_ID || text.chars().any(char::is_control) {
        return Err(wrong());
    }
    Ok(text.to_owned())
}

/// Reads a field to its end, so that the client reads the answer; what a request may have bounds it.
async fn skip(mut field: Field<'_>) -> Result<()> {
    while field.chunk().await.map_err(malformed)?.is_some() {}
    Ok(())
}

fn is_multipart(parts: &Parts) -> bool {
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("multipart/form-data")
}

/// The body up to `limit` bytes. More of it is drained, then `over` is set.
fn limited(mut body: Body, limit: usize, over: Arc<AtomicBool>) -> Body {
    Body::from_stream(async_stream::stream! {
        let mut left = limit;
        loop {
            let Ok(next) = tokio::time::timeout(SILENCE, body.frame()).await else {
                yield Err(axum::Error::new(Error::invalid("body", "stopped coming")));
                return;
            };
            let data = match next.map(|it| it.map(|it| it.into_data())) {
                None => return,
                Some(Ok(Err(_trailers))) => continue,
                Some(Ok(Ok(data))) => data,
                Some(Err(error)) => {
                    yield Err(error);
                    return;
                }
            };
            let Some(rest) = left.checked_sub(data.len()) else {
                over.store(true, Ordering::Release);
                drain(body).await;
                return;
            };
            left = rest;
            yield Ok(data);
            // The multipart reader takes all that is ready into its buffer: one piece at a time is.
            tokio::task::yield_now().await;
        }
    })
}

fn missing() -> Error {
    Error::invalid("file", "is required: a field of this name in multipart/form-data")
}

#[expect(clippy::needless_pass_by_value, reason = "it is the function of a map_err")]
fn malformed(error: MultipartError) -> Error {
    Error::invalid("body", format!("is no complete multipart/form-data: {}", error.body_text()))
}
