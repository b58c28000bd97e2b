//! What a rep is writing, kept as they type: a reload or another device goes on where they were. It is
//! nobody else's, so there is no audit event.

use crate::domain::caller::Caller;
use crate::domain::messages::{visible, visible_ticket};
use crate::error::{Error, Result};
use crate::model::{ComposerKind, TicketId};
use crate::store::Tx;
use crate::store::composer_drafts::{self as store, ComposerDraft};

const LONGEST_BODY: usize = 500_000;
const LONGEST_ADDRESSES: usize = 10_000;
const LONGEST_SUBJECT: usize = 1000;

/// Saves what the caller has written over `draft.version`, the version that their device knows (0: none).
pub async fn save(tx: &mut Tx, caller: &Caller, mut draft: ComposerDraft) -> Result<ComposerDraft> {
    let ticket = visible_ticket(tx, caller, draft.ticket_id).await?;
    check_lengths(&draft)?;
    if let Some(id) = draft.reply_to_message_id {
        let message = visible(tx, caller, id).await.map_err(|it| it.unknown("replyToMessageID"))?;
        if message.ticket_id != ticket.ticket_id {
            return Err(Error::invalid("replyToMessageID", "is in another ticket"));
        }
    }
    if let Some(id) = draft.message_id {
        let message = visible(tx, caller, id).await.map_err(|it| it.unknown("messageID"))?;
        if message.ticket_id != ticket.ticket_id || !message.is_draft {
            return Err(Error::invalid("messageID", "must be a draft message of this ticket"));
        }
    }
    draft.version = draft.version.checked_add(1).filter(|it| *it > 0).ok_or_else(overtaken)?;
    draft.changed_at = tx.now;
    if !store::save(tx, caller.customer, caller.rep, &draft).await? {
        return Err(overtaken());
    }
    Ok(draft)
}

fn overtaken() -> Error {
    Error::Conflict(
        "The draft was saved or sent from elsewhere since this version: read it, then save over its version."
            .into(),
    )
}

/// Throws it away; `version`, where given, has to be the one that is there.
pub async fn delete(
    tx: &mut Tx,
    caller: &Caller,
    ticket: TicketId,
    kind: ComposerKind,
    version: Option<i64>,
) -> Result<()> {
    visible_ticket(tx, caller, ticket).await?;
    let place = (ticket, caller.rep, kind);
    let found = store::find(tx, caller.customer, place).await?;
    if version.is_some_and(|it| found.is_some_and(|found| found.version != it)) {
        return Err(overtaken());
    }
    store::delete(tx, caller.customer, place).await?;
    Ok(())
}

fn check_lengths(draft: &ComposerDraft) -> Result<()> {
    for (field, text, longest) in [
        ("subject", &draft.subject, LONGEST_SUBJECT),
        ("htmlBody", &draft.html_body, LONGEST_BODY),
        ("textBody", &draft.text_body, LONGEST_BODY),
        ("toAddress", &draft.to_address, LONGEST_ADDRESSES),
        ("ccAddress", &draft.cc_address, LONGEST_ADDRESSES),
        ("bccAddress", &draft.bcc_address, LONGEST_ADDRESSES),
    ] {
        if text.as_ref().is_some_and(|it| it.chars().count() > longest) {
            return Err(Error::invalid(field, format!("must have at most {longest} characters")));
        }
    }
    Ok(())
}
