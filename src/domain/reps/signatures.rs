//! Signatures of reps. They are kept as given: whoever shows the HTML makes it safe.

use crate::domain::events::note;
use crate::domain::fields;
use crate::error::{Error, Result};
use crate::model::{Actor, CustomerId, CustomerRepId, Event};
use crate::store::Tx;
use crate::store::reps::signatures::{self as store, Signature};

const LONGEST: usize = 100_000;

pub(super) fn html(given: Option<String>, before: &Option<String>) -> Result<Option<String>> {
    kept("emailSignatureHTML", given, before)
}

pub(super) fn text(given: Option<String>, before: &Option<String>) -> Result<Option<String>> {
    kept("emailSignatureText", given, before)
}

fn kept(field: &str, given: Option<String>, before: &Option<String>) -> Result<Option<String>> {
    let Some(given) = given else { return Ok(before.clone()) };
    if given.chars().count() > LONGEST {
        return Err(Error::invalid(field, format!("must have at most {LONGEST} characters")));
    }
    Ok(Some(given).filter(|it| !it.is_empty()))
}

/// Writes a signature; an empty one is no signature.
pub(super) async fn keep(
    tx: &mut Tx,
    customer: CustomerId,
    rep: CustomerRepId,
    signature: &Signature,
) -> Result<()> {
    if signature.signature_html.is_none() && signature.signature_text.is_none() {
        return store::delete(tx, customer, rep, &signature.lang).await;
    }
    store::put(tx, customer, rep, signature).await
}

/// Makes or changes the signature of a language; None leaves what was there. Tells whether it is new.
pub async fn put(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    rep: CustomerRepId,
    lang: &str,
    given: (Option<String>, Option<String>),
) -> Result<(Signature, bool)> {
    let lang = fields::language("lang", lang)?;
    let found = store::find(tx, customer, rep, &lang).await?;
    let is_new = found.is_none();
    let before = found.unwrap_or(Signature { lang, signature_html: None, signature_text: None });
    let after = Signature {
        lang: before.lang.clone(),
        signature_html: html(given.0, &before.signature_html)?,
        signature_text: text(given.1, &before.signature_text)?,
    };
    if is_new || after != before {
        store::put(tx, customer, rep, &after).await?;
        changed(tx, customer, actor, rep, &after.lang).await?;
    }
    Ok((after, is_new))
}

pub async fn delete(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    rep: CustomerRepId,
    lang: &str,
) -> Result<()> {
    store::delete(tx, customer, rep, lang).await?;
    changed(tx, customer, actor, rep, lang).await
}

async fn changed(
    tx: &mut Tx,
    customer: CustomerId,
    actor: Actor,
    rep: CustomerRepId,
    lang: &str,
) -> Result<()> {
    let event = Event::new("customerRep.signatureChanged", "customerRep", rep.0)
        .with(serde_json::json!({ "lang": lang }));
    note(tx, customer, actor, &[event]).await
}
