//! The draft of a reply: from the passages that fit, by the tenant's language model, or without one made of
//! the passages' own sentences. Whoever wrote it, a sentence stays only where a passage supports it, and is
//! tied to that passage; where nothing is left there is no draft, and a reason.

mod asked;
mod codes;
mod context;
mod fit;
mod prompt;
mod sure;
mod writer;

use answerpal_grounding::compose::{self, Composed, Question};
use tokio::sync::mpsc::{self, UnboundedSender};

use crate::ai::llm::{Answered, Ask, Llm, LlmError};
use crate::app::App;
use crate::domain::drafts::{Citation, Drafted, LeftOut};
use crate::domain::llm;
use crate::error::Error;
use crate::model::{CustomerId, Message};
use context::Context;
use writer::Writer;

/// Most tokens of a reply.
const MOST_TOKENS: u32 = 700;
/// What stands for the model where there is none.
const EXTRACTIVE: &str = "extractive";
/// What a model is told to answer where the passages do not.
const NO_ANSWER: &str = "NO_ANSWER";
/// Why there is no draft then.
const NOT_FOUND: &str = "The language model found no answer in the documents.";
/// Below this fit of question and passage a model is not asked for an answer.
const LEAST_FIT: f64 = 0.25;
/// Below this nothing is quoted: there, more than the fit says whether the passage answers.
const LEAST_QUOTED: f64 = 0.1;
/// Codes or questions that a reason names.
const MOST_NAMED: usize = 5;
/// What is said beside a question is answered where a passage fits it as well as this.
const TOLD_FIT: f64 = 0.4;

/// What a caller adds.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// What the reply should consider; a person of the tenant wrote it.
    pub hint: Option<String>,
    /// One of the tenant's models, in place of the default.
    pub model: Option<String>,
    /// Without the language model, whatever the settings say.
    pub extractive: bool,
}

/// Why there is no draft now.
#[derive(Debug)]
pub enum DraftError {
    Llm(LlmError),
    Other(Error),
}

impl From<Error> for DraftError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<super::Trouble> for DraftError {
    fn from(trouble: super::Trouble) -> Self {
        Self::Other(trouble.into())
    }
}

impl From<DraftError> for Error {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Llm(error) => Self::Unavailable(error.to_string()),
            DraftError::Other(error) => error,
        }
    }
}

/// Drafts a reply to a message. `pieces` gets each part of it once it is known to be supported.
pub async fn make(
    app: &App,
    customer: CustomerId,
    message: &Message,
    wish: &Wish,
    pieces: &UnboundedSender<String>,
) -> Result<Drafted, DraftError> {
    let model =
        if wish.extractive { None } else { llm::of_tenant(app, customer, wish.model.as_deref()).await? };
    let context = Context::read(app, customer, message, wish).await?;
    let least = if model.is_some() { LEAST_FIT } else { LEAST_QUOTED };
    if let Some(reason) = context.why_not(least) {
        return Ok(Drafted::nothing(reason, context.lang()));
    }
    match model {
        None => Ok(extractive(app, &context, pieces).await?),
        Some(model) => by_model(app, customer, &context, model, wish, pieces).await,
    }
}

/// Composed of the passages' own sentences.
async fn extractive(
    app: &App,
    context: &Context,
    pieces: &UnboundedSender<String>,
) -> Result<Drafted, Error> {
    let mut writer = Writer::new(app, context);
    writer.read_passages().await?;
    let asks_something = context.asks.iter().any(|it| it.ask.is_question);
    for (at, ask) in context.asks.iter().enumerate() {
        let is_told = asks_something && !ask.ask.is_question && ask.best_fit() < TOLD_FIT;
        if is_told || ask.why_not(context, LEAST_QUOTED).is_some() {
            continue;
        }
        writer.begin();
        let question = Question { text: &ask.ask.text, vector: ask.vector.as_deref() };
        let Some(Composed { parts, .. }) =
            compose::compose(&question, writer.evidence(), &ask.standings(context))
        else {
            continue;
        };
        if writer.is_unlikely(at, &parts) {
            continue;
        }
        // By the same check as a model's sentences, although they are the passages' own.
        for part in &parts {
            writer.part(part).await?;
        }
    }
    Ok(writer.finish(pieces, None, EXTRACTIVE))
}

async fn by_model(
    app: &App,
    customer: CustomerId,
    context: &Context,
    model: Llm,
    wish: &Wish,
    pieces: &UnboundedSender<String>,
) -> Result<Drafted, DraftError> {
    llm::check_budget(app, customer).await.map_err(DraftError::Llm)?;
    let prompt = prompt::build(app, context, wish);
    let mut writer = Writer::new(app, context);
    writer.read_passages().await?;
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let ask = Ask { system: &prompt.system, user: &prompt.user, most_tokens: MOST_TOKENS };
    let asking = async {
        let sender = sender;
        model.ask(&app.outbound, &app.random, &ask, &sender).await
    };
    let checking = async {
        while let Some(piece) = receiver.recv().await {
            writer.add(&piece, pieces).await?;
        }
        Ok::<_, Error>(())
    };
    let (answered, checked) = tokio::join!(asking, checking);
    let answered: Answered = answered.map_err(DraftError::Llm)?;
    checked?;
    llm::spend(app, customer, answered.tokens_in + answered.tokens_out).await?;
    writer.end(answered.is_cut_short, pieces).await?;
    let text = prompt.whole();
    if writer.is_empty() && writer.has_declined() {
        let mut nothing = Drafted::nothing(NOT_FOUND.into(), context.lang());
        (nothing.prompt, nothing.left_out, nothing.model) = (Some(text), writer.left_out(), model.model);
        return Ok(nothing);
    }
    if writer.is_empty() {
        let mut drafted = extractive(app, context, pieces).await?;
        drafted.prompt = Some(text);
        drafted.left_out = writer.left_out();
        return Ok(drafted);
    }
    Ok(writer.finish(pieces, Some(text), &model.model))
}

impl Drafted {
    fn nothing(reason: String, lang: &str) -> Self {
        Self {
            reply: None,
            reason: Some(reason),
            prompt: None,
            citations: Vec::new(),
            confidence: None,
            model: "none".into(),
            lang: lang.to_owned(),
            asked_in: lang.to_owned(),
            left_out: Vec::new(),
        }
    }
}

/// The first of them, and how many others there are.
fn named(all: &[String]) -> String {
    let first = all[..all.len().min(MOST_NAMED)].join(", ");
    match all.len().saturating_sub(MOST_NAMED) {
        0 => first,
        1 => format!("{first} and another"),
        others => format!("{first} and {others} others"),
    }
}

fn left_out(sentence: &str, why: &'static str) -> LeftOut {
    LeftOut { sentence: sentence.chars().take(300).collect(), why: why.to_owned() }
}

/// A passage's place in its document, in characters.
fn citation(
    context: &Context,
    source: usize,
    range: std::ops::Range<usize>,
    sentence: &str,
    score: f64,
) -> Citation {
    let passage = &context.passages[source];
    let quote = passage.text.get(range.clone()).unwrap_or_default();
    let (start, end) = context.place(source, range);
    Citation {
        document_id: passage.document.0,
        title: passage.title.clone(),
        quote: quote.to_owned(),
        start,
        end,
        score: (score * 1000.0).round() / 1000.0,
        sentence: Some(sentence.to_owned()),
    }
}
