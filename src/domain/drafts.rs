//! Drafts of replies: what is kept of each, and the current one on its message.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::caller::Caller;
use crate::domain::events::{Changes, note};
use crate::domain::{html, messages};
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, DraftId, Event, Message, MessageId, StageStatus};
use crate::store::drafts::{self as store, Draft, Fate};
use crate::store::{Tx, messages as message_store};

/// An answer was made of a draft where it says at least this share of what the draft says.
const SAID: f64 = 0.4;
/// Or where it has at least this share of its words: of a short draft little is left that says something.
const WORDS: f64 = 0.5;

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
    /// The reply's language; where there is none, the question's.
    pub lang: String,
    /// The question's language.
    pub asked_in: String,
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
        is_liked: None,
        rated_by: None,
    };
    store::insert(tx, customer, &row).await?;
    let changes = json!({
        "model": drafted.model, "confidence": drafted.confidence, "reason": drafted.reason,
        "citations": drafted.citations.len(), "leftOut": drafted.left_out.len(),
    });
    let event = Event::message("ticketMessage.drafted", before.ticket_id, before.message_id).with(changes);
    note(tx, customer, actor, &[event]).await?;
    let is_there = drafted.reply.is_some();
    let lang = before.lang.clone().or(Some(drafted.asked_in));
    Ok(Message {
        ai_reply_status: Some(if is_there { StageStatus::Done } else { StageStatus::Skipped }),
        ai_generated_response: drafted.reply,
        ai_modified_response: None,
        is_draft_used: None,
        is_liked: None,
        ai_response_date_time: Some(tx.now),
        ai_prompt: drafted.prompt,
        citations: is_there.then_some(citations),
        confidence: drafted.confidence,
        lang,
        ..before
    })
}

/// Keeps what a rep says of a message's draft; None takes it back. 409 where nothing was drafted, or where
/// `draft` is given and no longer the newest.
pub async fn rate(
    tx: &mut Tx,
    caller: &Caller,
    id: MessageId,
    is_liked: Option<bool>,
    draft: Option<DraftId>,
) -> Result<()> {
    let customer = caller.customer;
    let (_, before) = messages::lock(tx, caller, id).await?;
    if before.ai_generated_response.is_none() {
        return Err(Error::Conflict("Nothing was drafted for this message.".into()));
    }
    let newest = store::of_message(tx, customer, id, 1).await?.pop().map(|it| it.draft_id);
    if draft.is_some() && draft != newest {
        return Err(Error::Conflict("There is a newer draft: read it first.".into()));
    }
    if before.is_liked == is_liked {
        return Ok(());
    }
    let mut changes = Changes::default();
    changes.compare("isLiked", &before.is_liked, &is_liked);
    if let Some(newest) = newest {
        store::rate(tx, customer, newest, is_liked, caller.rep).await?;
    }
    let after = Message { is_liked, ..before.clone() };
    message_store::update(tx, customer, &before, &after).await?;
    let event = Event::message("ticketMessage.draftRated", before.ticket_id, id).with(changes.into_value());
    note(tx, customer, caller.actor(), &[event]).await
}

/// Notes on a message that `text` went out as its answer, `given` in place of the prepared one: what a
/// person made of the draft, and whether the answer was made of it.
pub fn note_answer(message: &mut Message, given: Option<String>, text: &str) {
    if given.is_some() {
        message.ai_modified_response = given;
    }
    let Some(drafted) = message.ai_generated_response.as_deref() else { return };
    let drafted =
        if html::is_html(drafted) { answerpal_mail::html_text(drafted) } else { drafted.to_owned() };
    if same_words(&drafted, text) {
        message.ai_modified_response = None;
        message.is_draft_used = Some(true);
    } else {
        message.is_draft_used = Some(is_made_of(&drafted, text));
    }
}

/// Whether an answer is a draft that was edited, rather than one of its own.
pub fn is_made_of(drafted: &str, sent: &str) -> bool {
    answerpal_grounding::coverage(drafted, sent) >= SAID || share_of_words(drafted, sent) >= WORDS
}

/// How many of the words of one text are in the other, each as often as it is there.
fn share_of_words(of: &str, by: &str) -> f64 {
    let words = |text: &str| -> Vec<String> {
        let all = text.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty());
        all.map(str::to_lowercase).collect()
    };
    let (of, mut by) = (words(of), words(by));
    let found = of.iter().filter(|word| match by.iter().position(|it| it == *word) {
        Some(at) => {
            by.swap_remove(at);
            true
        }
        None => false,
    });
    if of.is_empty() { 0.0 } else { found.count() as f64 / of.len() as f64 }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_made_of_a_draft_where_it_keeps_what_that_says() {
        assert!(is_made_of("It is in Lima.", "It is in Rome."));
        assert!(is_made_of(
            "Refunds take five working days. Parking costs three euro.",
            "Dear Anna, refunds take five working days."
        ));
        assert!(!is_made_of("Refunds take five working days.", "Please call us about this."));
        assert!(!is_made_of("", "Hello"));
    }
}
