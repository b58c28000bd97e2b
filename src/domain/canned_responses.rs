//! Answers to choose from while writing: a rep's own, and those that all reps share.

mod placeholders;

pub use placeholders::{Filled, NAMES, fill};

use crate::domain::caller::Caller;
use crate::domain::events::{Changes, note};
use crate::domain::{fields, html};
use crate::error::{Error, Result};
use crate::model::{CannedResponseId, Event};
use crate::store::Tx;
use crate::store::canned_responses::{self as store, CannedResponse};

const LONGEST_TITLE: usize = 200;
const LONGEST_SHORTCUT: usize = 50;
const LONGEST_BODY: usize = 100_000;
const TAKEN: &str = "Another of these answers has this shortcut.";

/// What a change gives; None leaves the field as it is, an empty text clears it.
#[derive(Default)]
pub struct CannedChange {
    pub title: Option<String>,
    pub shortcut: Option<String>,
    pub lang: Option<String>,
    pub html_body: Option<String>,
    pub text_body: Option<String>,
    pub is_shared: Option<bool>,
}

pub async fn create(tx: &mut Tx, caller: &Caller, change: CannedChange) -> Result<CannedResponse> {
    if change.title.is_none() {
        return Err(Error::invalid("title", "is required"));
    }
    let now = tx.now;
    let blank = CannedResponse {
        canned_response_id: CannedResponseId(0),
        customer_rep_id: caller.rep,
        title: String::new(),
        shortcut: None,
        lang: None,
        html_body: None,
        text_body: None,
        is_shared: false,
        created_at: now,
        changed_at: now,
    };
    let mut made = applied(caller, &blank, change)?;
    made.canned_response_id =
        store::insert(tx, caller.customer, &made).await.map_err(|it| it.or_conflict(TAKEN))?;
    let event = Event::new("cannedResponse.created", "cannedResponse", made.canned_response_id.0);
    note(tx, caller.customer, caller.actor(), &[event]).await?;
    Ok(made)
}

pub async fn update(
    tx: &mut Tx,
    caller: &Caller,
    before: &CannedResponse,
    change: CannedChange,
) -> Result<CannedResponse> {
    may_change(caller, before)?;
    let mut after = applied(caller, before, change)?;
    let mut changes = Changes::default();
    changes.compare("title", &before.title, &after.title);
    changes.compare("shortcut", &before.shortcut, &after.shortcut);
    changes.compare("lang", &before.lang, &after.lang);
    changes.compare("htmlBody", &before.html_body, &after.html_body);
    changes.compare("textBody", &before.text_body, &after.text_body);
    changes.compare("isShared", &before.is_shared, &after.is_shared);
    if changes.is_empty() {
        return Ok(after);
    }
    after.changed_at = tx.now;
    store::update(tx, caller.customer, &after).await.map_err(|it| it.or_conflict(TAKEN))?;
    let event = Event::new("cannedResponse.updated", "cannedResponse", after.canned_response_id.0);
    note(tx, caller.customer, caller.actor(), &[event.with(changes.into_value())]).await?;
    Ok(after)
}

pub async fn delete(tx: &mut Tx, caller: &Caller, it: &CannedResponse) -> Result<()> {
    may_change(caller, it)?;
    store::delete(tx, caller.customer, it.canned_response_id).await?;
    let event = Event::new("cannedResponse.deleted", "cannedResponse", it.canned_response_id.0);
    note(tx, caller.customer, caller.actor(), &[event]).await
}

/// What all reps share is a Supervisor's or an Administrator's to change.
fn may_change(caller: &Caller, it: &CannedResponse) -> Result<()> {
    if it.is_shared { caller.may_share() } else { Ok(()) }
}

fn applied(caller: &Caller, before: &CannedResponse, change: CannedChange) -> Result<CannedResponse> {
    let title = change.title.map(|it| fields::name("title", &it, LONGEST_TITLE)).transpose()?;
    let html_body = match change.html_body {
        Some(it) => Some(html::sanitised(&it)).filter(|it| !it.trim().is_empty()),
        None => before.html_body.clone(),
    };
    let text_body = match change.text_body {
        Some(it) => Some(it).filter(|it| !it.trim().is_empty()),
        None => before.text_body.clone(),
    };
    let mut after = CannedResponse {
        title: title.unwrap_or_else(|| before.title.clone()),
        shortcut: fields::checked(change.shortcut, &before.shortcut, shortcut)?,
        lang: fields::checked(change.lang, &before.lang, |it| fields::language("lang", it))?,
        html_body,
        text_body,
        is_shared: change.is_shared.unwrap_or(before.is_shared),
        ..before.clone()
    };
    if after.text_body.is_none() {
        after.text_body = after.html_body.as_deref().map(answerpal_mail::html_text);
    }
    let Some(text) = &after.text_body else {
        return Err(Error::invalid("htmlBody", "is required, or textBody"));
    };
    for (field, body) in [("textBody", Some(text)), ("htmlBody", after.html_body.as_ref())] {
        if body.is_some_and(|it| it.chars().count() > LONGEST_BODY) {
            return Err(Error::invalid(field, format!("must have at most {LONGEST_BODY} characters")));
        }
    }
    if after.is_shared {
        caller.may_share()?;
    }
    Ok(after)
}

fn shortcut(text: &str) -> Result<String> {
    let text = text.trim_start_matches('/');
    let fits = |it: char| it.is_alphanumeric() || it == '-' || it == '_';
    if text.is_empty() || text.chars().count() > LONGEST_SHORTCUT || !text.chars().all(fits) {
        let why = format!("must have 1 to {LONGEST_SHORTCUT} letters, digits, hyphens and underscores");
        return Err(Error::invalid("shortcut", why));
    }
    Ok(text.to_owned())
}
