//! The end of a raw mail's own story: what became of it.

use super::evidence::Evidence;
use super::read::Read;
use super::thread;
use crate::domain::attachments::{self, NewFile};
use crate::error::Result;
use crate::model::{Actor, CustomerId, MailState, Message, MessageId, job};
use crate::store::received_mails::{self as store, Outcome, ReceivedMail};
use crate::store::{Tx, jobs};

/// Message-IDs of one mail that later mails are found by.
const MOST_REFERENCES: usize = 50;

/// What became of a raw mail.
#[derive(Clone, Debug, PartialEq)]
pub enum Processed {
    /// It is this message.
    Message(MessageId),
    /// It is another copy of one that is there, or one of our own that came back.
    Nothing,
    /// It was looked at before.
    Already,
    /// It cannot be read, and why.
    Dead(String),
}

/// Keeps a message's files and references, and notes that its mail is done.
#[expect(clippy::too_many_arguments, reason = "they are the parts of one mail")]
pub async fn finish(
    tx: &mut Tx,
    customer: CustomerId,
    row: &ReceivedMail,
    read: &Read,
    message: &Message,
    id: MessageId,
    files: &[NewFile],
    evidence: &Evidence,
) -> Result<()> {
    let stored = Message { message_id: id, ..message.clone() };
    for file in files {
        attachments::add(tx, customer, Actor::EndUser, &stored, file.clone(), u64::MAX).await?;
    }
    let ancestors = read.mail.ancestors();
    let known: Vec<String> = ancestors.into_iter().take(MOST_REFERENCES).map(str::to_owned).collect();
    store::insert_references(tx, customer, message.ticket_id, id, &known).await?;
    settle(tx, customer, row, read, evidence, Some(id)).await
}

/// Notes what became of a mail, and why.
pub async fn settle(
    tx: &mut Tx,
    customer: CustomerId,
    row: &ReceivedMail,
    read: &Read,
    evidence: &Evidence,
    message: Option<MessageId>,
) -> Result<()> {
    let evidence = serde_json::to_string(evidence)?;
    let list = thread::list_of(&read.mail);
    let outcome = Outcome {
        state: MailState::Processed,
        reason: None,
        evidence: &evidence,
        message_identifier: read.mail.message_id.as_deref(),
        mail_list: list.as_deref(),
        message,
    };
    store::settle(tx, customer, row.received_mail_id, &outcome).await?;
    if row.is_history {
        jobs::withdraw(tx, customer, job::PROCESS_MAIL, row.received_mail_id.0).await?;
    }
    Ok(())
}
