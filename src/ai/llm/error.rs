//! Why a model gave no answer.

use std::fmt;
use std::time::Duration;

/// Fit to be shown to an agent: it holds no key and no prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LlmError {
    NotReached(String),
    TimedOut,
    CutOff,
    /// With the wait that it asks for.
    RateLimited(Option<Duration>),
    Refused {
        status: u16,
        said: String,
    },
    /// It answered what is no answer.
    Rubbish(String),
    /// The tenant's tokens of this month are used up.
    Budget(i64),
    /// The settings do not work.
    Settings(String),
}

impl LlmError {
    /// Whether another try may go better.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::NotReached(_) | Self::TimedOut | Self::CutOff | Self::RateLimited(_) | Self::Rubbish(_) => {
                true
            }
            Self::Refused { status, .. } => matches!(status, 408 | 409 | 425 | 500..=599),
            Self::Budget(_) | Self::Settings(_) => false,
        }
    }

    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited(after) => *after,
            _ => None,
        }
    }
}

impl fmt::Display for LlmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("The language model gave no answer: ")?;
        match self {
            Self::NotReached(why) | Self::Rubbish(why) | Self::Settings(why) => f.write_str(why),
            Self::TimedOut => f.write_str("it took too long"),
            Self::CutOff => f.write_str("its answer broke off"),
            Self::RateLimited(_) => f.write_str("its endpoint takes no more requests now (429)"),
            Self::Refused { status, said } if said.is_empty() => write!(f, "its endpoint answered {status}"),
            Self::Refused { status, said } => write!(f, "its endpoint answered {status}: {said}"),
            Self::Budget(most) => write!(f, "this month's {most} tokens are used up"),
        }
    }
}

impl std::error::Error for LlmError {}

/// The message in the JSON of a refusal, as every provider writes it, or the text; on one line, short, and
/// without the key.
pub fn message_of(body: &[u8], key: Option<&str>) -> String {
    let text = String::from_utf8_lossy(body);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let error = if value[0].is_object() { &value[0]["error"] } else { &value["error"] };
    let said = error["message"].as_str().or(error.as_str()).or(value["message"].as_str());
    let said = match said {
        Some(said) => said,
        None if text.trim_start().starts_with('<') => "",
        None => &text,
    };
    let mut said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(key) = key.filter(|it| !it.is_empty()) {
        said = said.replace(key, "…");
    }
    said.chars().filter(|it| !it.is_control()).take(300).collect()
}
