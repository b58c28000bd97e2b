//! How sure it is that a passage answers what is asked.

use answerpal_grounding::Evidence;
use answerpal_grounding::question::{asking, lacks_kind, telling};

use super::asked::Asked;
use super::context::Context;
use super::fit;
use crate::ai::embed::Role;
use crate::app::App;
use crate::error::{Error, Result};

/// Under this nothing is quoted: hardly one in five of such questions has its answer there.
pub const LEAST: f64 = 0.2;
/// A question of more words than this takes each of them for as telling as the others.
const MOST_WORDS: usize = 12;
/// What is taken for strange where words cannot be compared.
const UNKNOWN: f64 = 0.35;

/// How much of what a question says is said by words that no passage has, from 0 to 1. A word counts by how far the
/// question's meaning moves without it: `bitcoin` in `Can I pay with bitcoin?` is most of it.
pub async fn strange(app: &App, context: &Context, evidence: &Evidence, ask: &Asked) -> Result<f64> {
    let text = asking(&ask.ask.text);
    let words = telling(&text);
    let known: Vec<bool> = words.iter().map(|it| evidence.knows(&it.word)).collect();
    let count = known.iter().filter(|it| **it).count();
    if words.is_empty() {
        return Ok(UNKNOWN);
    }
    if count == 0 || count == words.len() || words.len() > MOST_WORDS {
        return Ok(1.0 - count as f64 / words.len() as f64);
    }
    let texts: Vec<&str> =
        std::iter::once(text.as_str()).chain(words.iter().map(|it| it.without.as_str())).collect();
    let vectors = app.knowledge.embedding.embed(&context.space, &texts, Role::Query).await;
    let vectors = vectors.map_err(|it| Error::Unavailable(format!("Words cannot be compared now: {it}.")))?;
    let Some((whole, without)) = vectors.split_first() else { return Ok(UNKNOWN) };
    let counts = without.iter().map(|it| (1.0 - answerpal_grounding::cosine(whole, it)).max(1e-6));
    let (mut all, mut strange) = (0.0, 0.0);
    for (count, known) in counts.zip(known) {
        all += count;
        strange += if known { 0.0 } else { count };
    }
    Ok(strange / all)
}

/// From 0 to 1: how near the passage and its nearest sentence are, how much of the question is strange to all
/// passages, whether this one lacks a name that the question names, and whether what is said of it is of the kind
/// that is asked for. Weighed by logistic regression, rounded: on the three companies of `benches/help`, on their
/// questions without the sections that answer them, on CovidFAQ, and on CLINC150 as questions about something else.
pub fn sure(
    context: &Context,
    evidence: &Evidence,
    ask: &Asked,
    strange: f64,
    source: usize,
    said: &str,
) -> f64 {
    let fit = ask.fit_of(source);
    if context.is_note(source) {
        return fit;
    }
    let text = &ask.ask.text;
    let is_own = context.langs()[source].is_none_or(|it| it == context.base_lang());
    let near = ask.vector.as_deref().and_then(|it| evidence.nearest(source, it));
    let near = near.map_or(fit, |it| fit::of(it, is_own, &context.space));
    // Between languages words say nothing.
    let strange = if is_own { strange } else { UNKNOWN };
    let lacks = is_own && evidence.lacks_name(source, text);
    let passage = &context.passages[source];
    let said = format!("{}\n{}\n{said}", passage.title, passage.headings.join("\n"));
    let other = lacks_kind(&asking(text), &said);
    let against = 2.3 * strange + if lacks { 0.6 * strange } else { 0.0 } + if other { 2.3 } else { 0.0 };
    let weighed = 2.9 * (fit + near) - against - 1.4;
    1.0 / (1.0 + (-weighed).exp())
}
