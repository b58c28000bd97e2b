//! What is known of the mail that a message came by, and its HTML with the images that it brought along.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::attachments::access_token;
use crate::crypto::MasterKey;
use crate::domain::html;
use crate::domain::inbound::{Authentication, Evidence};
use crate::error::Result;
use crate::model::{CustomerId, MailSource, MessageId, ReceivedMailId};
use crate::store::attachments::{self, Attachment};
use crate::store::{Conn, received_mails};

/// The mail that a message came by.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailOut {
    #[serde(rename = "receivedMailID")]
    received_mail_id: ReceivedMailId,
    source: MailSource,
    /// Which rule put it into its ticket: `token`, `references`, `answer`, `sibling`, `subject`, `report` or
    /// `new`.
    #[schema(example = "references")]
    rule: String,
    /// The same in a sentence.
    because: String,
    /// A ticket that it speaks of and was not let into, because its sender takes no part in it.
    #[serde(rename = "linkedTicketID")]
    linked_ticket_id: Option<i64>,
    /// `report`, `reply`, `bulk` or `generated`: it gets no automatic answer.
    automatic: Option<String>,
    automatic_because: Option<String>,
    /// RFC 8601: `pass`, `fail`, `softfail`, `neutral`, `none`, `temperror`, `permerror`.
    #[schema(example = "pass")]
    spf: Option<String>,
    dkim: Option<String>,
    dmarc: Option<String>,
    /// Who checked it.
    authenticated_by: Option<String>,
    /// Of which domains, where it was checked here.
    #[schema(example = "SPF of example.org for 192.0.2.1; DMARC of example.org (policy reject)")]
    authentication_details: Option<String>,
    /// `Signed` or `Encrypted`.
    protection: Option<String>,
    /// What was left out of the message; the original has it.
    notes: Vec<String>,
}

/// What is known of the mail of a message; None where it did not come by mail.
pub async fn of_message(
    conn: &mut Conn,
    customer: CustomerId,
    message: MessageId,
) -> Result<Option<MailOut>> {
    let Some(mail) = received_mails::of_message(conn, customer, message).await? else { return Ok(None) };
    let evidence: Evidence =
        mail.evidence.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
    let Authentication { spf, dkim, dmarc, by, details } = evidence.authentication.unwrap_or_default();
    Ok(Some(MailOut {
        received_mail_id: mail.received_mail_id,
        source: mail.source,
        rule: evidence.rule,
        because: evidence.because,
        linked_ticket_id: evidence.linked_ticket_id,
        automatic: evidence.automatic,
        automatic_because: evidence.automatic_because,
        spf,
        dkim,
        dmarc,
        authenticated_by: Some(by).filter(|it| !it.is_empty()),
        authentication_details: Some(details).filter(|it| !it.is_empty()),
        protection: evidence.protection,
        notes: evidence.notes,
    }))
}

/// Whether safe HTML shows files that came with it.
pub fn shows_files(html: Option<&str>) -> bool {
    html.is_some_and(|it| it.contains("\"cid:"))
}

/// The HTML with the addresses of the message's own files in place of `cid:`.
pub async fn with_files(
    conn: &mut Conn,
    key: &MasterKey,
    customer: CustomerId,
    message: MessageId,
    html: Option<String>,
) -> Result<Option<String>> {
    if !shows_files(html.as_deref()) {
        return Ok(html);
    }
    let files = attachments::list(conn, customer, message).await?;
    Ok(html.map(|it| shown(key, &files, &it)))
}

/// The same with the files at hand.
pub fn shown(key: &MasterKey, files: &[Attachment], html: &str) -> String {
    let named: HashMap<&str, &Attachment> =
        files.iter().filter_map(|it| it.content_id.as_deref().map(|id| (id, it))).collect();
    html::with_content(html, |id| named.get(id).map(|it| format!("/api/File/{}", access_token(key, it))))
}
