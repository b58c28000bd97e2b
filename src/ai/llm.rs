//! Language models behind an address: whatever speaks as OpenAI does (Mistral, vLLM, llama.cpp, LM Studio,
//! Azure, …), Anthropic, Gemini, Ollama. One question, one text back, given piece by piece as it comes.
//!
//! Answers are always streamed: a silence or a cut is seen when it happens. A failure before the first
//! word is tried again a few times, with jitter, within the time that the caller has.

mod anthropic;
mod error;
mod gemini;
mod openai;
mod sse;

use std::time::Duration;

use futures::StreamExt;
use reqwest::RequestBuilder;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

pub use error::LlmError;

use crate::clock::Random;
use crate::model::LlmProvider;
use crate::outbound::{Bounds, Outbound, OutboundError, Streamed};
use sse::Events;

/// Tries of one question.
const TRIES: u32 = 3;
/// The wait before the second try; then twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(400);
/// A longer `Retry-After` is not waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Most bytes of an answer on the wire.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// Most bytes of a refusal that are read.
const MOST_REFUSAL: usize = 64 * 1024;

/// A model that may be asked.
#[derive(Clone, Debug)]
pub struct Llm {
    pub provider: LlmProvider,
    /// Without a slash at the end.
    pub endpoint: String,
    pub model: String,
    pub api_key: Option<String>,
    /// For everything, retries included.
    pub timeout: Duration,
}

/// What is asked.
pub struct Ask<'a> {
    pub system: &'a str,
    pub user: &'a str,
    /// Most tokens of the answer.
    pub most_tokens: u32,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answered {
    pub text: String,
    /// It ended because it reached its most tokens.
    pub is_cut_short: bool,
    pub tokens_in: u64,
    pub tokens_out: u64,
    /// It came to its end.
    has_ended: bool,
}

/// What one event of a stream says.
#[derive(Debug, Default, PartialEq)]
struct Said {
    text: Option<String>,
    has_ended: bool,
    is_cut_short: bool,
    tokens_in: Option<u64>,
    tokens_out: Option<u64>,
}

impl Llm {
    /// Asks, and gives each piece of the answer to `pieces` as it comes.
    pub async fn ask(
        &self,
        outbound: &Outbound,
        random: &Random,
        ask: &Ask<'_>,
        pieces: &UnboundedSender<String>,
    ) -> Result<Answered, LlmError> {
        let deadline = Instant::now() + self.timeout;
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            let mut answered = Answered::default();
            let asked = self.once(outbound, ask, deadline, &mut answered, pieces);
            let error = match tokio::time::timeout_at(deadline, asked).await {
                Err(_) => return Err(LlmError::TimedOut),
                Ok(Ok(())) => return Ok(answered),
                Ok(Err(error)) => error,
            };
            let pause = error.retry_after().unwrap_or(wait + wait * u32::from(random.bytes::<1>()[0]) / 255);
            let goes_on =
                attempt < TRIES && answered.text.is_empty() && error.may_pass() && pause <= LONGEST_WAIT;
            if !goes_on || Instant::now() + pause >= deadline {
                return Err(error);
            }
            tokio::time::sleep(pause).await;
            wait *= 2;
        }
        Err(LlmError::TimedOut)
    }

    async fn once(
        &self,
        outbound: &Outbound,
        ask: &Ask<'_>,
        deadline: Instant,
        answered: &mut Answered,
        pieces: &UnboundedSender<String>,
    ) -> Result<(), LlmError> {
        let left = deadline.saturating_duration_since(Instant::now());
        let bounds = Bounds { total: left, silence: left, bytes: MOST_BYTES };
        let request = self.request(outbound, ask)?;
        let streamed = outbound.open(request, bounds).await?;
        if !(200..300).contains(&streamed.status) {
            return Err(self.refusal(streamed).await);
        }
        let kind = streamed.headers.get("content-type").and_then(|it| it.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/json") {
            return self.whole(streamed, answered, pieces).await;
        }
        let mut events = Events::new(streamed.body);
        while let Some(data) = events.next().await? {
            let said = self.read(&data)?;
            answered.take(said, pieces);
            if events.is_over() {
                break;
            }
        }
        if answered.text.is_empty() && !events.has_seen_any() {
            return Err(LlmError::Rubbish("the answer is no stream of events".into()));
        }
        if answered.has_ended { Ok(()) } else { Err(LlmError::CutOff) }
    }

    fn request(&self, outbound: &Outbound, ask: &Ask<'_>) -> Result<RequestBuilder, LlmError> {
        match self.provider {
            LlmProvider::Anthropic => anthropic::request(self, outbound, ask),
            LlmProvider::Gemini => gemini::request(self, outbound, ask),
            LlmProvider::OpenAI | LlmProvider::Ollama => openai::request(self, outbound, ask),
        }
    }

    fn read(&self, data: &str) -> Result<Said, LlmError> {
        if data == "[DONE]" {
            return Ok(Said { has_ended: true, ..Said::default() });
        }
        let value = serde_json::from_str(data)
            .map_err(|_| LlmError::Rubbish("an event of the answer is no JSON".into()))?;
        match self.provider {
            LlmProvider::Anthropic => anthropic::read(&value),
            LlmProvider::Gemini => gemini::read(&value),
            LlmProvider::OpenAI | LlmProvider::Ollama => openai::read(&value),
        }
    }

    /// An answer of one piece, from a server that does not stream.
    async fn whole(
        &self,
        mut streamed: Streamed,
        answered: &mut Answered,
        pieces: &UnboundedSender<String>,
    ) -> Result<(), LlmError> {
        let mut body = Vec::new();
        while let Some(chunk) = streamed.body.next().await {
            body.extend_from_slice(&chunk?);
        }
        let text = String::from_utf8_lossy(&body);
        let said = self.read(text.trim())?;
        if said.text.is_none() {
            return Err(LlmError::Rubbish("the answer has no text".into()));
        }
        answered.take(said, pieces);
        Ok(())
    }

    /// What the endpoint says of why it refuses, without the key.
    async fn refusal(&self, mut streamed: Streamed) -> LlmError {
        let mut body = Vec::new();
        while let Some(Ok(chunk)) = streamed.body.next().await {
            body.extend_from_slice(&chunk);
            if body.len() > MOST_REFUSAL {
                break;
            }
        }
        let after = streamed.headers.get("retry-after").and_then(|it| it.to_str().ok());
        let after = after.and_then(|it| it.trim().parse().ok()).map(Duration::from_secs);
        let said = error::message_of(&body, self.api_key.as_deref());
        match streamed.status {
            429 => LlmError::RateLimited(after),
            status => LlmError::Refused { status, said },
        }
    }
}

impl Answered {
    fn take(&mut self, said: Said, pieces: &UnboundedSender<String>) {
        if let Some(text) = said.text.filter(|it| !it.is_empty()) {
            self.text.push_str(&text);
            // Nobody may be listening any more; the answer is given as a whole all the same.
            let _ = pieces.send(text);
        }
        self.has_ended |= said.has_ended;
        self.is_cut_short |= said.is_cut_short;
        self.tokens_in = said.tokens_in.unwrap_or(self.tokens_in);
        self.tokens_out = said.tokens_out.unwrap_or(self.tokens_out);
    }
}

impl From<OutboundError> for LlmError {
    fn from(error: OutboundError) -> Self {
        match error {
            OutboundError::TimedOut => Self::TimedOut,
            OutboundError::Cut(_) => Self::CutOff,
            OutboundError::TooLarge(_) => Self::Rubbish(error.to_string()),
            OutboundError::Unreachable(_) => Self::NotReached(error.to_string()),
            other => Self::Settings(other.to_string()),
        }
    }
}

/// What is known of a provider by its address.
pub fn guess_provider(endpoint: &str) -> LlmProvider {
    let host = endpoint.split("://").last().and_then(|it| it.split('/').next()).unwrap_or_default();
    if host.ends_with("anthropic.com") {
        LlmProvider::Anthropic
    } else if host.ends_with("generativelanguage.googleapis.com") && !endpoint.contains("/openai") {
        LlmProvider::Gemini
    } else if host.ends_with(":11434") {
        LlmProvider::Ollama
    } else {
        LlmProvider::OpenAI
    }
}

/// Where a provider is, unless the tenant says otherwise.
pub fn default_endpoint(provider: LlmProvider) -> &'static str {
    match provider {
        LlmProvider::OpenAI => "https://api.openai.com/v1",
        LlmProvider::Anthropic => "https://api.anthropic.com",
        LlmProvider::Gemini => "https://generativelanguage.googleapis.com/v1beta",
        LlmProvider::Ollama => "http://localhost:11434",
    }
}
