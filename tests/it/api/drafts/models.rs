//! Drafts by a language model: a real one where `scripts/with-llm` runs the tests, and servers that speak
//! as the providers' contracts say and fail as servers do.

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::{RETURNS, channel, check_citations, document, message, path};
use crate::support::{Act, Asked, Client, Endpoint, Engine, Installation, say};

/// What the endpoint does, made anew for each engine.
type Acts = Box<dyn Fn() -> Vec<Act> + Send + Sync>;

/// What a model says that mixes what is true with what it makes up.
const SAID: &str = "A refund takes 5 working days. You get a refund within 2 working days. Shipping costs of € 4.95 are refunded. \
                    We have refunded your order. Unused items can be returned within 14 days of delivery.";

fn openai(pieces: &[&str], finish: bool) -> Vec<Act> {
    let mut body = String::new();
    for piece in pieces {
        body.push_str(&format!("data: {}\n\n", json!({ "choices": [{ "delta": { "content": piece } }] })));
    }
    if finish {
        body.push_str(&format!(
            "data: {}\n\n",
            json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] })
        ));
        body.push_str(&format!(
            "data: {}\n\ndata: [DONE]\n\n",
            json!({ "choices": [], "usage": { "prompt_tokens": 700, "completion_tokens": 50 } })
        ));
    }
    let head = "HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    vec![Act::Say(format!("{head}{body}").into_bytes())]
}

async fn installation() -> Installation {
    let installation =
        Installation::with(Engine::Sqlite, |it| it.outbound_allow = "127.0.0.1".into()).await.unwrap();
    installation.allow_unfinished_jobs();
    installation
}

async fn desk(installation: &Installation, settings: Value) -> Value {
    let admin = &installation.admin;
    document(admin, "Returns", RETURNS).await;
    let mail = channel(admin).await;
    admin.put("/api/Customers/me", settings).await.expect(204);
    message(admin, mail, "How long does it take until I get a refund for my returned items?").await
}

fn settings(endpoint: &Endpoint) -> Value {
    json!({ "llmEndpoint": format!("{}/v1", endpoint.url), "llmModel": "small", "llmApiKey": "sk-secret", "llmTimeoutSeconds": 5 })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_a_document_supports_stays() {
    let installation = installation().await;
    let admin = &installation.admin;
    let pieces: Vec<&str> = SAID.split_inclusive(' ').collect();
    let acts = openai(&pieces, true);
    let endpoint = Endpoint::start(move |_, _| acts.clone()).await;
    let asked = desk(&installation, settings(&endpoint)).await;
    let reply = admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
    let reply = reply["reply"].as_str().unwrap();
    let body = "A refund takes 5 working days. Unused items can be returned within 14 days of delivery.";
    assert!(reply.contains(body) && !reply.contains("2 working days") && !reply.contains("4.95"), "{reply}");
    let draft = admin.get(&path(&asked, "/draft")).await.expect(200);
    assert_eq!(draft["model"], "small");
    let why: Vec<&str> =
        draft["leftOut"].as_array().unwrap().iter().map(|it| it["why"].as_str().unwrap()).collect();
    assert_eq!(
        why,
        [
            "a number differs from the passage",
            "it says yes where the passage says no, or the other way round",
            "no passage says this",
        ]
    );
    check_citations(admin, &draft).await;
    let prompt = admin.get(&path(&asked, "/prompt")).await.expect(200);
    assert!(prompt["prompt"].as_str().unwrap().contains("A refund takes 5 working days"), "{prompt}");
    assert!(prompt["prompt"].as_str().unwrap().contains("\nReturns > Returns\n"), "{prompt}");
    let Asked { head, body } = &endpoint.asked()[0];
    assert!(
        head.to_lowercase().contains("authorization: bearer sk-secret") && !body.contains("sk-secret"),
        "{head}"
    );
    assert!(body.contains("\"stream\":true") && body.contains("\"model\":\"small\""), "{body}");
    assert_eq!(installation.count("llm_usage").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_streams_what_is_supported() {
    let installation = installation().await;
    let pieces: Vec<&str> = SAID.split_inclusive(' ').collect();
    let acts = openai(&pieces, true);
    let endpoint = Endpoint::start(move |_, _| acts.clone()).await;
    let asked = desk(&installation, settings(&endpoint)).await;
    let text = stream(&installation.admin, &path(&asked, "/reply")).await;
    let pieces: Vec<Value> = events(&text, "piece");
    let said: String = pieces.iter().map(|it| it["text"].as_str().unwrap()).collect();
    let done = events(&text, "done");
    assert_eq!(done.len(), 1, "{text}");
    assert_eq!(done[0]["reply"], said, "{text}");
    assert!(pieces.len() >= 3 && !said.contains("2 working days"), "{text}");
}

async fn stream(client: &Client, path: &str) -> String {
    let request = Request::post(path).header("accept", "text/event-stream").body(Body::empty()).unwrap();
    let response = client.open(request).await;
    assert_eq!(response.status(), 200);
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

fn events(text: &str, name: &str) -> Vec<Value> {
    let wanted = format!("event: {name}");
    let blocks = text.split("\n\n").filter(|it| it.lines().any(|it| it == wanted));
    blocks
        .map(|it| serde_json::from_str(it.lines().find_map(|it| it.strip_prefix("data: ")).unwrap()).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_a_model_makes_up_is_drafted() {
    let installation = installation().await;
    let admin = &installation.admin;
    let acts = openai(&["All your money back, at once! ", "Your order has shipped to Paris."], true);
    let endpoint = Endpoint::start(move |_, _| acts.clone()).await;
    let asked = desk(&installation, settings(&endpoint)).await;
    admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
    let draft = admin.get(&path(&asked, "/draft")).await.expect(200);
    // In its place stand the document's own sentences.
    assert_eq!(
        (&draft["model"], draft["leftOut"].as_array().unwrap().len()),
        (&json!("extractive"), 2),
        "{draft}"
    );
    check_citations(admin, &draft).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_fails_is_said_and_nothing_is_kept() {
    let cut = || openai(&["A refund takes 5 ", "working"], false);
    let rubbish = || vec![say(200, "text/event-stream", "data: {\"hello\": 1}\n\n")];
    let html = || vec![say(200, "text/html", "<html>It works!</html>")];
    let refused = || {
        vec![say(
            401,
            "application/json",
            "{\"error\":{\"message\":\"Incorrect API key provided: sk-secret\"}}",
        )]
    };
    let limited = || {
        vec![Act::Say(
            b"HTTP/1.1 429 X\r\nretry-after: 99\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}".to_vec(),
        )]
    };
    let broken = || vec![say(500, "text/plain", "oops")];
    let silent = || vec![Act::Hang];
    let cases: Vec<(&str, Acts, &str)> = vec![
        ("cut", Box::new(cut), "broke off"),
        ("rubbish", Box::new(rubbish), "no chat completion"),
        ("html", Box::new(html), "no stream of events"),
        ("refused", Box::new(refused), "401: Incorrect API key provided: …"),
        ("limited", Box::new(limited), "429"),
        ("broken", Box::new(broken), "500: oops"),
        ("silent", Box::new(silent), "took too long"),
    ];
    for (name, acts, why) in cases {
        let installation = installation().await;
        let admin = &installation.admin;
        let endpoint = Endpoint::start(move |_, _| acts()).await;
        let mut settings = settings(&endpoint);
        settings["llmTimeoutSeconds"] = json!(2);
        let asked = desk(&installation, settings).await;
        let problem = admin.post(&path(&asked, "/reply"), Value::Null).await.expect(503);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(why) && !detail.contains("sk-secret"), "{name}: {detail}");
        let read = admin.get(&path(&asked, "")).await.expect(200);
        assert_eq!(
            (&read["aI_GeneratedResponse"], &read["aIReplyStatus"]),
            (&Value::Null, &json!("Pending")),
            "{name}"
        );
        let text = stream(admin, &path(&asked, "/reply")).await;
        assert_eq!(events(&text, "problem")[0]["status"], 503, "{text}");
        // In the pipeline the message keeps its place, and people see why.
        installation.run_jobs().await;
        let stages = admin.get(&path(&asked, "/stages")).await.expect(200);
        let reply = stages.as_array().unwrap().iter().find(|it| it["stage"] == "reply").unwrap();
        let wanted = if name == "refused" { "Failed" } else { "Pending" };
        assert!(
            reply["status"] == wanted && reply["reason"].as_str().unwrap().contains(why),
            "{name}: {reply}"
        );
        let draft = admin.get(&path(&asked, "/draft")).await.expect(200);
        assert_eq!((&draft["reply"], &draft["reason"]), (&Value::Null, &reply["reason"]), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_model_declines_is_not_drafted() {
    let installation = installation().await;
    let admin = &installation.admin;
    let acts = openai(&["NO_", "ANSWER"], true);
    let endpoint = Endpoint::start(move |_, _| acts.clone()).await;
    let asked = desk(&installation, settings(&endpoint)).await;
    admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
    let draft = admin.get(&path(&asked, "/draft")).await.expect(200);
    assert_eq!((&draft["reply"], &draft["status"]), (&Value::Null, &json!("Skipped")), "{draft}");
    assert_eq!(draft["reason"], "The language model found no answer in the documents.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_translation_stays() {
    let installation = installation().await;
    let admin = &installation.admin;
    let acts = openai(&["U kunt elk product binnen 30 dagen na levering terugsturen."], true);
    let endpoint = Endpoint::start(move |_, _| acts.clone()).await;
    document(admin, "Return policy", "You can return every product within 30 days of delivery.").await;
    // Another one in the customer's language changes nothing.
    document(
        admin,
        "Parkeren",
        "Parkeren bij de winkel kost drie euro per uur, en de garage sluit om middernacht.",
    )
    .await;
    let mail = channel(admin).await;
    admin.put("/api/Customers/me", settings(&endpoint)).await.expect(204);
    let asked = message(admin, mail, "Kan ik mijn fiets nog terugsturen na levering?").await;
    admin.post(&path(&asked, "/reply-with-info"), json!({})).await.expect(200);
    let draft = admin.get(&path(&asked, "/draft")).await.expect(200);
    let reply = draft["reply"].as_str().unwrap_or_else(|| panic!("{draft}"));
    assert!(reply.starts_with("Beste") && reply.contains("binnen 30 dagen na levering"), "{draft}");
    // The model is told where a passage stands.
    let prompt = admin.get(&path(&asked, "/prompt")).await.expect(200);
    assert!(prompt["prompt"].as_str().unwrap().contains("Return policy"), "{prompt}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passing_failure_is_tried_again() {
    let installation = installation().await;
    let acts = openai(&["A refund takes 5 working days."], true);
    let endpoint = Endpoint::start(move |nth, _| match nth {
        0 => vec![say(503, "text/plain", "busy")],
        _ => acts.clone(),
    })
    .await;
    let asked = desk(&installation, settings(&endpoint)).await;
    let reply = installation.admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
    assert!(reply["reply"].as_str().unwrap().contains("5 working days"));
    assert_eq!(endpoint.asked().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_choose_the_model_and_bound_its_cost() {
    let installation = installation().await;
    let admin = &installation.admin;
    let acts = openai(&["A refund takes 5 working days."], true);
    let endpoint = Endpoint::start(move |_, _| acts.clone()).await;
    let mut settings = settings(&endpoint);
    settings["llmModels"] = json!(["large"]);
    settings["llmMonthlyTokens"] = json!(1000);
    let asked = desk(&installation, settings).await;
    let models = admin.get("/api/Customers/models").await.expect(200);
    assert_eq!(models[1], json!({ "modelID": "large", "name": "large", "isDefault": false }));
    let at = path(&asked, "/reply-with-info");
    admin.post(&at, json!({ "overrideModelID": "large" })).await.expect(200);
    assert_eq!(endpoint.asked()[0].json()["model"], "large");
    admin.post(&at, json!({})).await.expect(200);
    // Two drafts cost 1,500 tokens.
    let problem = admin.post(&at, json!({})).await.expect(503);
    assert!(problem["detail"].as_str().unwrap().contains("1000 tokens are used up"), "{problem}");
    for (field, value) in [
        ("llmProvider", json!("Telepathy")),
        ("llmTimeoutSeconds", json!(601)),
        ("llmMonthlyTokens", json!(-1)),
        ("llmModels", json!(["a,b"])),
    ] {
        let mut body = json!({});
        body[field] = value;
        admin.put("/api/Customers/me", body).await.expect_invalid(field);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_internal_endpoint_is_refused() {
    let installation = Installation::new(Engine::Sqlite).await.unwrap();
    installation.allow_unfinished_jobs();
    let endpoint = Endpoint::start(|_, _| Vec::new()).await;
    let asked = desk(&installation, settings(&endpoint)).await;
    let problem = installation.admin.post(&path(&asked, "/reply"), Value::Null).await.expect(503);
    assert!(problem["detail"].as_str().unwrap().contains("internal address"), "{problem}");
    assert_eq!(endpoint.asked().len(), 0);
}

/// A server of ours that speaks as Anthropic's contract says (version 2023-06-01); not Anthropic itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anthropic_is_spoken_as_its_contract_says() {
    let installation = installation().await;
    let mut body = String::new();
    for event in [
        json!({ "type": "message_start", "message": { "usage": { "input_tokens": 400, "output_tokens": 1 } } }),
        json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } }),
        json!({ "type": "ping" }),
        json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": "A refund takes 5 " } }),
        json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": "working days." } }),
        json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" }, "usage": { "output_tokens": 12 } }),
        json!({ "type": "message_stop" }),
    ] {
        body.push_str(&format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap()));
    }
    let endpoint =
        Endpoint::start(move |_, _| vec![say(200, "text/event-stream; charset=utf-8", &body)]).await;
    let settings = json!({ "llmEndpoint": endpoint.url, "llmProvider": "anthropic", "llmModel": "claude", "llmApiKey": "k" });
    let asked = desk(&installation, settings).await;
    let reply = installation.admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
    assert!(reply["reply"].as_str().unwrap().contains("A refund takes 5 working days."), "{reply}");
    let Asked { head, body } = &endpoint.asked()[0];
    assert!(
        head.starts_with("POST /v1/messages ")
            && head.contains("anthropic-version: 2023-06-01")
            && head.contains("x-api-key: k"),
        "{head}"
    );
    let body: Value = serde_json::from_str(body).unwrap();
    assert!(
        body["system"].is_string() && body["max_tokens"].is_u64() && body["messages"][0]["role"] == "user",
        "{body}"
    );
}

/// As above, for Gemini's contract.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gemini_is_spoken_as_its_contract_says() {
    let installation = installation().await;
    let event = json!({
        "candidates": [{ "content": { "parts": [{ "text": "A refund takes 5 working days." }] }, "finishReason": "STOP" }],
        "usageMetadata": { "promptTokenCount": 10, "candidatesTokenCount": 5 },
    });
    let endpoint =
        Endpoint::start(move |_, _| vec![say(200, "text/event-stream", &format!("data: {event}\n\n"))]).await;
    let settings = json!({ "llmEndpoint": format!("{}/v1beta", endpoint.url), "llmProvider": "Gemini", "llmModel": "gemini-flash", "llmApiKey": "k" });
    let asked = desk(&installation, settings).await;
    installation.admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
    let head = &endpoint.asked()[0].head;
    assert!(
        head.starts_with("POST /v1beta/models/gemini-flash:streamGenerateContent?alt=sse ")
            && head.contains("x-goog-api-key: k"),
        "{head}"
    );
}

/// llama.cpp with a model of 135 million parameters: it proves the wire, not the quality.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_model_drafts() {
    let var = |name: &str| std::env::var(format!("ANSWERPAL_TEST_LLM_{name}")).ok();
    let (Some(url), Some(model), Some(key)) = (var("URL"), var("MODEL"), var("KEY")) else {
        eprintln!(
            "ANSWERPAL_TEST_LLM_URL is not set: drafts by a real model are NOT tested (scripts/with-llm)"
        );
        return;
    };
    let installation = installation().await;
    let admin = &installation.admin;
    let settings =
        json!({ "llmEndpoint": url, "llmModel": model, "llmApiKey": key, "llmTimeoutSeconds": 600 });
    let asked = desk(&installation, settings).await;
    let text = stream(admin, &path(&asked, "/reply")).await;
    assert_eq!((events(&text, "done").len(), events(&text, "problem").len()), (1, 0), "{text}");
    let draft = admin.get(&path(&asked, "/draft")).await.expect(200);
    // Whatever it says, what stays is in the document.
    check_citations(admin, &draft).await;
    let prompt = admin.get(&path(&asked, "/prompt")).await.expect(200);
    assert!(prompt["prompt"].as_str().unwrap().contains("Copy numbers"), "{prompt}");
    // A wrong key and too little time are said.
    admin.put("/api/Customers/me", json!({ "llmApiKey": "wrong" })).await.expect(204);
    let problem = admin.post(&path(&asked, "/reply"), Value::Null).await.expect(503);
    assert!(problem["detail"].as_str().unwrap().contains("401"), "{problem}");
    admin.put("/api/Customers/me", json!({ "llmApiKey": key, "llmTimeoutSeconds": 1 })).await.expect(204);
    let long = json!({ "additionalInfo": "The parcel is on its way. ".repeat(300) });
    let problem = admin.post(&path(&asked, "/reply-with-info"), long).await.expect(503);
    assert!(problem["detail"].as_str().unwrap().contains("took too long"), "{problem}");
}
