//! Anthropic's `POST /v1/messages`, version 2023-06-01.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Ask, Llm, LlmError, Said};
use crate::outbound::Outbound;

pub fn request(llm: &Llm, outbound: &Outbound, ask: &Ask<'_>) -> Result<RequestBuilder, LlmError> {
    let base = llm.endpoint.trim_end_matches("/messages").trim_end_matches("/v1");
    let body = json!({
        "model": llm.model, "max_tokens": ask.most_tokens, "temperature": 0.1, "stream": true, "system": ask.system,
        "messages": [{ "role": "user", "content": ask.user }],
    });
    let request = outbound.request(Method::POST, &format!("{base}/v1/messages"))?;
    let request = request.header("anthropic-version", "2023-06-01").json(&body);
    Ok(match &llm.api_key {
        Some(key) => request.header("x-api-key", key),
        None => request,
    })
}

pub fn read(event: &Value) -> Result<Said, LlmError> {
    match event["type"].as_str().unwrap_or_default() {
        "error" => {
            let said = event["error"]["message"].as_str().unwrap_or("an error").chars().take(300).collect();
            let status = if event["error"]["type"] == "overloaded_error" { 529 } else { 200 };
            Err(LlmError::Refused { status, said })
        }
        "message_start" => {
            Ok(Said { tokens_in: event["message"]["usage"]["input_tokens"].as_u64(), ..Said::default() })
        }
        "content_block_delta" => {
            Ok(Said { text: event["delta"]["text"].as_str().map(str::to_owned), ..Said::default() })
        }
        "message_delta" => Ok(Said {
            is_cut_short: event["delta"]["stop_reason"] == "max_tokens",
            tokens_out: event["usage"]["output_tokens"].as_u64(),
            ..Said::default()
        }),
        "message_stop" => Ok(Said { has_ended: true, ..Said::default() }),
        // A whole message, not streamed.
        "message" => Ok(Said {
            text: event["content"][0]["text"].as_str().map(str::to_owned),
            has_ended: true,
            is_cut_short: event["stop_reason"] == "max_tokens",
            tokens_in: event["usage"]["input_tokens"].as_u64(),
            tokens_out: event["usage"]["output_tokens"].as_u64(),
        }),
        "" => Err(LlmError::Rubbish("an event of the answer has no type".into())),
        _ => Ok(Said::default()),
    }
}
