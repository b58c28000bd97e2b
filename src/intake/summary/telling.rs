//! A record told by the tenant's language model, as far as the record bears it out.

use std::time::Duration;

use answerpal_grounding::injection::neutralised;
use answerpal_grounding::sentences::sentences;
use answerpal_grounding::{Evidence, Source, Verdict};
use tokio::sync::mpsc;

use crate::ai::embed::{Role, Space};
use crate::ai::llm::{Ask, Llm};
use crate::app::App;
use crate::domain::llm;
use crate::error::Result;
use crate::model::CustomerId;

/// Somebody may wait for it.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
const MOST_TOKENS: u32 = 250;
const LONGEST: usize = 6000;
const MOST_SENTENCES: usize = 5;

/// What is to be told.
pub struct Told {
    pub system: &'static str,
    /// What the model is given.
    pub record: String,
    /// What its sentences have to rest on, besides the record.
    pub sources: Vec<String>,
    /// Where meanings are compared; words alone without.
    pub space: Option<Space>,
}

/// The model's text and its name. None without a model, without tokens left, where it fails or says
/// nothing that the record bears out.
pub async fn retold(app: &App, customer: CustomerId, told: &Told) -> Result<Option<(String, String)>> {
    let Some(model) = llm::of_tenant(app, customer, None).await? else { return Ok(None) };
    if llm::check_budget(app, customer).await.is_err() {
        return Ok(None);
    }
    let model = Llm { timeout: model.timeout.min(LONGEST_WAIT), ..model };
    let record = neutralised(&told.record, LONGEST);
    let ask = Ask { system: told.system, user: &record, most_tokens: MOST_TOKENS };
    // Nobody listens to the pieces.
    let (pieces, _) = mpsc::unbounded_channel();
    let answered = match model.ask(&app.outbound, &app.random, &ask, &pieces).await {
        Ok(answered) => answered,
        Err(error) => {
            tracing::warn!(%customer, %error, "a summary is told without the language model");
            return Ok(None);
        }
    };
    llm::spend(app, customer, answered.tokens_in + answered.tokens_out).await?;
    let text = borne_out(app, told, &answered.text).await;
    Ok(Some((text, model.model)).filter(|it| !it.0.is_empty()))
}

/// The sentences that the record says too.
async fn borne_out(app: &App, told: &Told, text: &str) -> String {
    let mut sources = vec![Source { heading: "", title: "", text: &told.record }];
    sources.extend(told.sources.iter().map(|it| Source { heading: "", title: "", text: it }));
    let mut evidence = Evidence::of(&sources);
    let claims: Vec<String> = sentences(text).into_iter().take(MOST_SENTENCES).map(|it| it.text).collect();
    let claimed: Vec<&str> = claims.iter().map(String::as_str).collect();
    let mut vectors = meanings(app, told, &claimed).await;
    if vectors.len() == claims.len() {
        let known = meanings(app, told, &evidence.texts()).await;
        evidence.set_vectors(known);
    } else {
        vectors = vec![Vec::new(); claims.len()];
    }
    let stands = |claim: &&str, vector: &Vec<f32>| {
        let vector = (!vector.is_empty()).then_some(vector.as_slice());
        matches!(evidence.check(claim, vector, false), Verdict::Supported(_))
    };
    let standing = claimed.iter().zip(&vectors).filter(|it| stands(it.0, it.1)).map(|it| *it.0);
    standing.collect::<Vec<_>>().join(" ")
}

/// Vectors of texts; none where they cannot be made now: words are compared then.
async fn meanings(app: &App, told: &Told, texts: &[&str]) -> Vec<Vec<f32>> {
    let Some(space) = &told.space else { return Vec::new() };
    match app.knowledge.embedding.embed(space, texts, Role::Passage).await {
        Ok(vectors) => vectors,
        Err(error) => {
            tracing::warn!(%error, "a summary is checked by its words alone");
            Vec::new()
        }
    }
}
