//! `POST …/chat/completions`, as OpenAI and most others speak it; Ollama at `/v1`.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Ask, Llm, LlmError, Said};
use crate::model::LlmProvider;
use crate::outbound::Outbound;

pub fn request(llm: &Llm, outbound: &Outbound, ask: &Ask<'_>) -> Result<RequestBuilder, LlmError> {
    let base = llm.endpoint.trim_end_matches("/chat/completions");
    let base = match llm.provider {
        LlmProvider::Ollama => {
            format!("{}/v1", base.trim_end_matches("/v1").trim_end_matches("/api"))
        }
        _ => base.to_owned(),
    };
    let mut body = json!({
        "model": llm.model, "stream": true, "stream_options": { "include_usage": true },
        "messages": [{ "role": "system", "content": ask.system }, { "role": "user", "content": ask.user }],
    });
    // Models that think before they answer know other names for the same.
    if ["o1", "o3", "o4", "gpt-5"].iter().any(|it| llm.model.starts_with(it)) {
        body["max_completion_tokens"] = (ask.most_tokens * 4).into();
    } else {
        body["max_tokens"] = ask.most_tokens.into();
        body["temperature"] = json!(0.1);
    }
    let request = outbound.request(Method::POST, &format!("{base}/chat/completions"))?.json(&body);
    Ok(match &llm.api_key {
        Some(key) => request.bearer_auth(key),
        None => request,
    })
}

pub fn read(event: &Value) -> Result<Said, LlmError> {
    if let Some(error) = event.get("error").filter(|it| !it.is_null()) {
        let said =
            error["message"].as_str().or(error.as_str()).unwrap_or("an error").chars().take(300).collect();
        return Err(LlmError::Refused { status: 200, said });
    }
    if event.get("choices").is_none() && event.get("usage").is_none() {
        return Err(LlmError::Rubbish("an event of the answer is no chat completion".into()));
    }
    let choice = &event["choices"][0];
    let text = choice["delta"]["content"].as_str().or(choice["message"]["content"].as_str());
    let finish = choice["finish_reason"].as_str();
    Ok(Said {
        text: text.map(str::to_owned),
        has_ended: finish.is_some(),
        is_cut_short: finish == Some("length"),
        tokens_in: event["usage"]["prompt_tokens"].as_u64(),
        tokens_out: event["usage"]["completion_tokens"].as_u64(),
    })
}
