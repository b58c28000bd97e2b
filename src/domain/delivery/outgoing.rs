//! A stored message as the mail that goes out: addresses, thread, links at its end, files.

use answerpal_wire::time::Timestamp;

use super::footer;
use crate::app::App;
use crate::channels::email::compose::{Outgoing, OutgoingFile};
use crate::domain::attachments::access_token;
use crate::domain::{html, reply_tokens, transport};
use crate::error::{Error, Result};
use crate::model::{Channel, CustomerId, Message, SenderType};
use crate::store::attachments::Attachment;
use crate::store::{attachments, customers, messages};

/// A mail with many files is more than most servers take.
const MOST_BYTES: i64 = 40 * 1024 * 1024;

/// What goes out for a message of a ticket, its files read.
pub async fn of_message(
    app: &App,
    customer: CustomerId,
    channel: &Channel,
    message: &Message,
) -> Result<Outgoing> {
    let (thread, files, lang) = {
        let mut conn = app.store.read().await?;
        let thread = messages::thread(&mut conn, customer, message.ticket_id, message.message_id).await?;
        let files = attachments::list(&mut conn, customer, message.message_id).await?;
        let lang = match &message.lang {
            Some(lang) => Some(lang.clone()),
            None => customers::get(&mut conn, customer).await?.default_lang,
        };
        (thread, files, lang)
    };
    let sending = &channel.settings.sending;
    let from = message.from_address.clone().or_else(|| channel.email_address.clone());
    let from_address = match from {
        Some(address) => address,
        None => format!("no-reply@{}", transport::host_name(app)),
    };
    let reply_to = match &channel.email_address {
        Some(address) if sending.plus_addressing && !message.is_internal => {
            reply_tokens::reply_address(app, customer, message.ticket_id, address)
        }
        _ => None,
    };
    let answered = message.reply_to_message_id;
    let parent = thread.iter().rev().find(|it| Some(it.0) == answered);
    let parent = parent.or_else(|| thread.iter().rev().find(|it| it.1));
    let (text, html) = bodies(app, customer, channel, message, lang.as_deref(), &files);
    Ok(Outgoing {
        from_name: sending.sender_name.clone().or_else(|| message.from_name.clone()),
        from_address,
        to: list(message.to_address.as_deref()),
        cc: list(message.cc_address.as_deref()),
        bcc: list(message.bcc_address.as_deref()),
        reply_to,
        subject: message.subject.clone().unwrap_or_default(),
        message_id: bracketed(message.message_identifier.as_deref().unwrap_or_default()),
        in_reply_to: parent.filter(|_| !message.is_internal).map(|it| bracketed(&it.2)),
        references: if message.is_internal {
            Vec::new()
        } else {
            thread.iter().map(|it| bracketed(&it.2)).collect()
        },
        date: Timestamp(message.message_date.0),
        text,
        html: Some(html),
        files: read_files(app, &files).await?,
        auto_submitted: (message.sender_type != SenderType::CustomerRep).then_some("auto-replied"),
        sent_by: app.key.fingerprint(),
    })
}

/// A Message-ID as headers write it.
fn bracketed(id: &str) -> String {
    format!("<{}>", id.trim().trim_start_matches('<').trim_end_matches('>'))
}

fn list(addresses: Option<&str>) -> Vec<String> {
    let addresses = addresses.unwrap_or_default().split([',', ';']);
    addresses.map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// Text and HTML with their links. Kept nowhere: the tokens in them are secret.
fn bodies(
    app: &App,
    customer: CustomerId,
    channel: &Channel,
    message: &Message,
    lang: Option<&str>,
    files: &[Attachment],
) -> (String, String) {
    let mut text = message.text_body.clone().or_else(|| message.message.clone()).unwrap_or_default();
    let mut html = match &message.html_body {
        Some(html) => inlined(app, html, files),
        None => html::from_text(&text),
    };
    let token = super::reply_token(app, customer, message);
    if let Some(token) = token.filter(|_| channel.settings.sending.footer_links) {
        let links = footer::links(&app.config.public_url(), &token, lang);
        text.push_str(&links.text);
        html.push_str(&links.html);
    }
    if channel.settings.sending.track_opens && !message.is_internal {
        let (url, open) = (app.config.public_url(), super::open_token(app, customer, message.message_id));
        html.push_str(&format!(
            "<img src=\"{url}/api/ticketMessages/{open}/open.gif\" width=\"1\" height=\"1\" alt=\"\">"
        ));
    }
    let lang = html::escaped(lang.unwrap_or("en"));
    (
        text,
        format!(
            "<!DOCTYPE html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"></head><body>{html}</body></html>"
        ),
    )
}

/// The content id that a file goes by: its own, else one made of its id.
fn content_id(app: &App, file: &Attachment) -> String {
    match &file.content_id {
        Some(id) => id.trim_matches(['<', '>']).to_owned(),
        None => format!("file{}@{}", file.attachment_id, transport::host_name(app)),
    }
}

/// Images that are shown from this server become parts of the mail.
fn inlined(app: &App, html: &str, files: &[Attachment]) -> String {
    let mut html = html.to_owned();
    for file in files {
        let path = format!("/api/File/{}", access_token(&app.key, file));
        while let Some(at) = html.find(&path) {
            // The scheme and host before it, where there are any.
            let before = |it: char| it == '"' || it == '\'' || it == '>' || it.is_whitespace();
            let start = html[..at].rfind(before).map_or(at, |it| it + 1);
            let end = at + path.len();
            html.replace_range(start..end, &format!("cid:{}", content_id(app, file)));
        }
    }
    html
}

async fn read_files(app: &App, files: &[Attachment]) -> Result<Vec<OutgoingFile>> {
    let bytes: i64 = files.iter().map(|it| it.file_size_bytes).sum();
    if bytes > MOST_BYTES {
        return Err(Error::TooLarge(format!(
            "The files have {bytes} bytes together, {MOST_BYTES} may be sent."
        )));
    }
    let mut read = Vec::with_capacity(files.len());
    for file in files {
        read.push(OutgoingFile {
            name: file.file_name.clone(),
            content_type: file.content_type.clone(),
            content_id: Some(content_id(app, file)),
            bytes: app.files.read_whole(&file.object_key, file.file_size_bytes.unsigned_abs()).await?,
        });
    }
    Ok(read)
}
