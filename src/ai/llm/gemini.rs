//! Gemini's `POST …/models/{model}:streamGenerateContent`.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Ask, Llm, LlmError, Said};
use crate::outbound::Outbound;

pub fn request(llm: &Llm, outbound: &Outbound, ask: &Ask<'_>) -> Result<RequestBuilder, LlmError> {
    let model = llm.model.trim_start_matches("models/");
    if !model.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b'_')) {
        return Err(LlmError::Settings(format!("{model:?} is no name of a Gemini model")));
    }
    let url = format!("{}/models/{model}:streamGenerateContent?alt=sse", llm.endpoint);
    let body = json!({
        "systemInstruction": { "parts": [{ "text": ask.system }] },
        "contents": [{ "role": "user", "parts": [{ "text": ask.user }] }],
        "generationConfig": { "maxOutputTokens": ask.most_tokens, "temperature": 0.1 },
    });
    let request = outbound.request(Method::POST, &url)?.json(&body);
    Ok(match &llm.api_key {
        Some(key) => request.header("x-goog-api-key", key),
        None => request,
    })
}

pub fn read(event: &Value) -> Result<Said, LlmError> {
    if let Some(error) = event.get("error") {
        let said = error["message"].as_str().unwrap_or("an error").chars().take(300).collect();
        return Err(LlmError::Refused { status: 200, said });
    }
    let candidate = &event["candidates"][0];
    let parts = candidate["content"]["parts"].as_array();
    let text: Option<String> = parts.map(|it| it.iter().filter_map(|it| it["text"].as_str()).collect());
    let finish = candidate["finishReason"].as_str();
    if text.is_none() && finish.is_none() && event.get("usageMetadata").is_none() {
        return Err(LlmError::Rubbish("an event of the answer has no candidates".into()));
    }
    Ok(Said {
        text,
        has_ended: finish.is_some(),
        is_cut_short: finish == Some("MAX_TOKENS"),
        tokens_in: event["usageMetadata"]["promptTokenCount"].as_u64(),
        tokens_out: event["usageMetadata"]["candidatesTokenCount"].as_u64(),
    })
}
