//! Drafts of replies: what is kept of each, and the current one on its message.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::caller::Actor;
use crate::domain::events::{Event, note};
use crate::error::{Error, Result};
use crate::model::{CustomerId, DraftId, Message, StageStatus};
use crate::store::Tx;
use crate::store::drafts::{self as store, Draft, Fate};

/// What a sentence of a draft rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Citation {
    /// 0: the note that the agent gave along.
    #[serde(rename = "documentID")]
    pub document_id: i64,
    pub title: String,
    pub quote: String,
    /// In the document, in characters.
    pub start: i64,
    pub end: i64,
    pub score: f64,
    /// The sentence of the reply that rests on it.
    #[serde(default)]
    pub sentence: Option<String>,
}

/// A sentence that was left out, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    pub sentence: String,
    pub why: String,
}

/// A draft that was just made: a reply, or a reason why there is none.
#[derive(Clone, Debug)]
pub struct Drafted {
    pub reply: Option<String>,
    pub reason: Option<String>,
    /// What a language model was asked.
    pub prompt: Option<String>,
    pub citations: Vec<Citation>,
    pub confidence: Option<f64>,
    /// The language model, `extractive`, or `none`.
    pub model: String,
    pub lang: String,
    pub left_out: Vec<LeftOut>,
}

/// 409 where nothing is to be answered.
pub fn check_answerable(message: &Message) -> Result<()> {
    if !message.incoming || message.is_draft {
        return Err(Error::Conflict("Only a message that came in is answered.".into()));
    }
    if message.answered_by_message_id.is_some() {
        return Err(Error::Conflict("This message was answered already.".into()));
    }
    Ok(())
}

/// Keeps a draft, and gives the message, which is locked in this transaction, as it is with it: to be
/// written. What a person had made of the draft before stays with that one.
pub async fn keep(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    before: Message,
    drafted: Drafted,
    hint: Option<String>,
) -> Result<Message> {
    if let Some(modified) = &before.ai_modified_response {
        store::keep_modified(tx, customer, before.message_id, modified).await?;
    }
    let citations = serde_json::to_string(&drafted.citations)?;
    let row = Draft {
        draft_id: DraftId(0),
        message_id: before.message_id,
        created_at: tx.now,
        customer_rep_id: actor.rep(),
        model: drafted.model.clone(),
        lang: drafted.lang.clone(),
        hint,
        reply: drafted.reply.clone(),
        reason: drafted.reason.clone(),
        confidence: drafted.confidence,
        citations: citations.clone(),
        left_out: serde_json::to_string(&drafted.left_out)?,
        modified_reply: None,
    };
    store::insert(tx, customer, &row).await?;
    let changes = json!({
        "model": drafted.model, "confidence": drafted.confidence, "reason": drafted.reason,
        "citations": drafted.citations.len(), "leftOut": drafted.left_out.len(),
    });
    let event = Event::message("ticketMessage.drafted", before.ticket_id, before.message_id).with(changes);
    note(tx, customer, actor, &[event]).await?;
    let is_there = drafted.reply.is_some();
    let lang = before.lang.clone().or(Some(drafted.lang));
    Ok(Message {
        ai_reply_status: Some(if is_there { StageStatus::Done } else { StageStatus::Skipped }),
        ai_generated_response: drafted.reply,
        ai_modified_response: None,
        ai_response_date_time: Some(tx.now),
        ai_prompt: drafted.prompt,
        citations: is_there.then_some(citations),
        confidence: drafted.confidence,
        lang,
        ..before
    })
}

/// Whether people took a draft as it was, and nobody complained of the answer.
pub fn was_right(fate: &Fate) -> bool {
    let is_unchanged = fate.modified.as_ref().is_none_or(|it| same_words(it, &fate.drafted));
    is_unchanged && fate.is_liked != Some(false) && !fate.is_escalated
}

/// Whether two texts are the same but for white space.
pub fn same_words(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}
