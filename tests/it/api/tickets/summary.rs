//! The `summary` of a ticket, and `history-summary` told by a language model.

use axum::http::Method;
use serde_json::{Value, json};

use super::{channel, ticket};
use crate::db_test;
use crate::support::{Act, Asked, Client, Endpoint, Engine, Installation, say};

const LAMP: &str =
    "Hello,\n\nI hope you are well. I ordered a lamp two weeks ago. Where is my order 4711?\n\nKind regards";

async fn write(client: &Client, channel: i64, fields: Value) -> Value {
    let mut body = json!({ "channelID": channel, "fromAddress": "anna@example.com", "fromName": "Anna Berg", "subject": "Lamp" });
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    client.post("/api/ticketMessages/create-new", body).await.expect(201)
}

async fn summary(client: &Client, message: &Value) -> Value {
    client.get(&format!("/api/tickets/{}", message["ticketID"])).await.expect(200)["summary"].clone()
}

async fn stage(client: &Client, message: &Value) -> Value {
    let stages =
        client.get(&format!("/api/ticketMessages/{}/stages", message["messageID"])).await.expect(200);
    stages.as_array().unwrap().iter().find(|it| it["stage"] == "summary").cloned().unwrap_or_default()
}

db_test! {
    async fn a_ticket_is_summed_up_in_its_own_words_and_language(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let first = write(admin, channel, json!({ "textBody": LAMP })).await;
        let dutch = write(admin, channel, json!({ "textBody": "Beste,\n\nMijn bestelling met nummer 8812 is nog altijd niet geleverd, terwijl ik twee weken geleden heb betaald. Wanneer mag ik de lamp verwachten?" })).await;
        installation.run_jobs().await;
        let told = "Anna Berg wrote on 2 March 2026: “I ordered a lamp two weeks ago. Where is my order 4711?” There is no answer yet.";
        assert_eq!(summary(admin, &first).await, told);
        assert_eq!((&stage(admin, &first).await["status"], &stage(admin, &first).await["evidence"]), (&json!("Done"), &json!({ "model": "extractive" })));
        let there = summary(admin, &dutch).await;
        assert!(there.as_str().unwrap().starts_with("Anna Berg schreef op 2 maart 2026: “Mijn bestelling met nummer 8812"), "{there}");
        // The answer and what is written next belong in it.
        admin.post(&format!("/api/ticketMessages/{}/send", first["messageID"]), json!({ "modifiedAnswer": "Your lamp left the warehouse on Monday." })).await.expect(200);
        installation.run_jobs().await;
        assert!(summary(admin, &first).await.as_str().unwrap().ends_with("The last answer, on 2 March 2026: “Your lamp left the warehouse on Monday.”"));
        let again = write(admin, channel, json!({ "ticketID": first["ticketID"], "textBody": "The box of the lamp is broken." })).await;
        let note = json!({ "ticketID": first["ticketID"], "channelID": channel, "incoming": false, "isInternal": true, "textBody": "SECRET note" });
        admin.post("/api/ticketMessages/create-new", note).await.expect(201);
        installation.run_jobs().await;
        let told = summary(admin, &again).await;
        assert!(told.as_str().unwrap().contains("Anna Berg last wrote on 2 March 2026: “The box of the lamp is broken.”"), "{told}");
        assert!(!told.as_str().unwrap().contains("SECRET"), "{told}");
        // What is deleted is not told any more.
        admin.delete(&format!("/api/ticketMessages/{}", again["messageID"])).await.expect(204);
        assert_eq!(summary(admin, &first).await, Value::Null);
        installation.run_jobs().await;
        assert!(!summary(admin, &first).await.as_str().unwrap().contains("broken"));
        let events = admin.get(&format!("/api/tickets/{}/events", first["ticketID"])).await.text();
        assert!(events.contains("ticket.summarised"), "{events}");
        admin.delete(&format!("/api/tickets/{}", first["ticketID"])).await.expect(204);
        assert_eq!(installation.count("ticket_summaries").await, 1);
    }
}

db_test! {
    async fn answers_that_are_written_down_and_corrected_texts_belong_in_it(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Phone").await;
        let asked = json!({ "fromAddress": null, "fromNumber": "+32470123456", "textBody": LAMP });
        let first = write(admin, channel, asked).await;
        installation.run_jobs().await;
        let answer = json!({ "incoming": false, "ticketID": first["ticketID"], "fromAddress": null, "textBody": "Your lamp left the warehouse on Monday." });
        let answer = write(admin, channel, answer).await;
        installation.run_jobs().await;
        assert!(summary(admin, &first).await.as_str().unwrap().ends_with("“Your lamp left the warehouse on Monday.”"));
        let at = format!("/api/ticketMessages/{}", answer["messageID"]);
        admin.put(&at, json!({ "textBody": "Your lamp left the warehouse on Tuesday." })).await.expect(204);
        installation.run_jobs().await;
        assert!(summary(admin, &first).await.as_str().unwrap().ends_with("“Your lamp left the warehouse on Tuesday.”"));
        let draft = json!({ "incoming": false, "isDraft": true, "ticketID": first["ticketID"], "fromAddress": null, "textBody": "Your lamp is lost, we are sorry." });
        let draft = write(admin, channel, draft).await;
        installation.run_jobs().await;
        assert!(!summary(admin, &first).await.as_str().unwrap().contains("lost"));
        admin.put(&format!("/api/ticketMessages/{}", draft["messageID"]), json!({ "isDraft": false })).await.expect(204);
        installation.run_jobs().await;
        assert!(summary(admin, &first).await.as_str().unwrap().ends_with("“Your lamp is lost, we are sorry.”"));
    }
}

db_test! {
    async fn what_a_person_wrote_stays(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let own = ticket(admin, channel, json!({ "uid": "anna@example.com", "summary": "Theirs" })).await;
        let message = write(admin, channel, json!({ "ticketID": own["ticketID"], "textBody": LAMP })).await;
        installation.run_jobs().await;
        assert_eq!(summary(admin, &message).await, "Theirs");
        assert_eq!(stage(admin, &message).await["reason"], "a person wrote the summary");
        // Cleared, it is the program's again; changed, it is theirs.
        let path = format!("/api/tickets/{}", own["ticketID"]);
        admin.request(Method::PATCH, &path, &[("content-type", "application/merge-patch+json")], json!({ "summary": null })).await.expect(204);
        write(admin, channel, json!({ "ticketID": own["ticketID"], "textBody": "It is still not here." })).await;
        installation.run_jobs().await;
        assert!(summary(admin, &message).await.as_str().unwrap().contains("4711"));
        admin.put(&path, json!({ "summary": "Wants the lamp" })).await.expect(204);
        write(admin, channel, json!({ "ticketID": own["ticketID"], "textBody": "Where is order 4712?" })).await;
        admin.post(&format!("/api/ticketMessages/{}/send", message["messageID"]), json!({ "modifiedAnswer": "It is on its way." })).await.expect(200);
        installation.run_jobs().await;
        assert_eq!(summary(admin, &message).await, "Wants the lamp");
    }
}

db_test! {
    async fn nothing_is_told_of_thanks_alone(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let message = write(admin, channel, json!({ "textBody": "Thank you very much!" })).await;
        installation.run_jobs().await;
        assert_eq!((summary(admin, &message).await, stage(admin, &message).await["status"].clone()), (Value::Null, json!("Skipped")));
    }
}

fn said(text: &str) -> Vec<Act> {
    let event = json!({ "choices": [{ "delta": { "content": text }, "finish_reason": "stop" }] });
    let usage = json!({ "choices": [], "usage": { "prompt_tokens": 100, "completion_tokens": 20 } });
    let head = "HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    vec![Act::Say(format!("{head}data: {event}\n\ndata: {usage}\n\ndata: [DONE]\n\n").into_bytes())]
}

async fn with_model(engine: Engine, endpoint: &Endpoint) -> Option<Installation> {
    let installation = Installation::with(engine, |it| it.outbound_allow = "127.0.0.1".into()).await?;
    let settings =
        json!({ "llmEndpoint": format!("{}/v1", endpoint.url), "llmModel": "small", "llmTimeoutSeconds": 2 });
    installation.admin.put("/api/Customers/me", settings).await.expect(204);
    Some(installation)
}

/// A conversation that is long enough for a model to be asked.
fn long() -> String {
    format!("{LAMP}\n\n{}", "The lamp is a present for my mother, whose birthday is on Sunday. ".repeat(12))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_tells_a_ticket_as_far_as_its_messages_do() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let endpoint = Endpoint::start(|_, _| {
            said("Anna Berg asks where order 4711 is. The lamp is a present for my mother. She was promised 500 euro.")
        })
        .await;
        let Some(installation) = with_model(engine, &endpoint).await else { continue };
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let short = write(admin, channel, json!({ "textBody": LAMP })).await;
        let message = write(admin, channel, json!({ "textBody": long() })).await;
        installation.run_jobs().await;
        assert_eq!(stage(admin, &short).await["evidence"]["model"], "extractive");
        let told = summary(admin, &message).await;
        let told = told.as_str().unwrap();
        assert_eq!(stage(admin, &message).await["evidence"]["model"], "small");
        assert!(told.contains("present for my mother") && !told.contains("500"), "{told}");
        let asked = endpoint.asked();
        assert_eq!(asked.len(), 1, "a short message needs no model");
        assert!(asked[0].body.contains("Language of the summary: en"), "{}", asked[0].body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_that_fails_or_invents_leaves_the_records_own_words() {
    let cases: Vec<(&str, Vec<Act>)> = vec![
        ("invents", said("The customer is a lion. You owe them 900 euro.")),
        ("refuses", vec![say(401, "application/json", "{}")]),
        ("is down", vec![say(503, "text/plain", "busy")]),
        (
            "is cut",
            vec![Act::Say(b"HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\n\r\ndata: {\"cho".to_vec())],
        ),
        ("hangs", vec![Act::Hang]),
    ];
    for (name, acts) in cases {
        let endpoint = Endpoint::start(move |_, _| acts.clone()).await;
        let installation = with_model(Engine::Sqlite, &endpoint).await.unwrap();
        // The draft's own stage waits for another try.
        installation.allow_unfinished_jobs();
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let message = write(admin, channel, json!({ "textBody": long() })).await;
        installation.run_jobs().await;
        let told = summary(admin, &message).await;
        assert!(told.as_str().unwrap_or_default().contains("order 4711"), "{name}: {told}");
        assert_eq!(stage(admin, &message).await["evidence"]["model"], "extractive", "{name}");
    }
}

db_test! {
    async fn a_history_is_told_without_a_model(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        ticket(admin, channel, json!({ "uid": "jane@example.com", "subject": "Lost parcel" })).await;
        let now = ticket(admin, channel, json!({ "uid": "jane@example.com", "subject": "Hello" })).await;
        let told = admin.get(&format!("/api/tickets/{}/history-summary", now["ticketID"])).await.expect(200);
        assert!(told.as_str().unwrap().contains("“Lost parcel”"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_is_told_by_a_model_as_far_as_the_records_do() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let endpoint = Endpoint::start(|nth, asked: &Asked| {
            assert!(asked.body.contains("Lost parcel"), "{}", asked.body);
            match nth {
                0 => said("Still open: #1 “Lost parcel”. They were paid 300 euro. Jane is a doctor."),
                1 => said("Jane is a doctor."),
                _ => vec![say(500, "text/plain", "oops")],
            }
        })
        .await;
        let Some(installation) = with_model(engine, &endpoint).await else { continue };
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        ticket(admin, channel, json!({ "uid": "jane@example.com", "subject": "Lost parcel" })).await;
        let now = ticket(admin, channel, json!({ "uid": "jane@example.com", "subject": "Hello" })).await;
        let path = format!("/api/tickets/{}/history-summary", now["ticketID"]);
        assert_eq!(admin.get(&path).await.expect(200), "Still open: #1 “Lost parcel”.");
        // What it makes up, or says not at all, leaves the records' words.
        for _ in 0..2 {
            let told = admin.get(&path).await.expect(200);
            assert!(told.as_str().unwrap().starts_with("One other ticket of this end user"), "{told}");
        }
        // A budget that is used up asks nobody.
        admin.put("/api/Customers/me", json!({ "llmMonthlyTokens": 10 })).await.expect(204);
        let asked = endpoint.asked().len();
        let told = admin.get(&path).await.expect(200);
        assert!(told.as_str().unwrap().starts_with("One other ticket"), "{told}");
        assert_eq!(endpoint.asked().len(), asked);
    }
}

/// The real model of `scripts/with-llm`: it proves the wire, not the quality.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_model_tells_histories() {
    let var = |name: &str| std::env::var(format!("ANSWERPAL_TEST_LLM_{name}")).ok();
    let (Some(url), Some(model), Some(key)) = (var("URL"), var("MODEL"), var("KEY")) else {
        eprintln!(
            "ANSWERPAL_TEST_LLM_URL is not set: summaries by a real model are NOT tested (scripts/with-llm)"
        );
        return;
    };
    let installation =
        Installation::with(Engine::Sqlite, |it| it.outbound_allow = "127.0.0.1".into()).await.unwrap();
    let admin = &installation.admin;
    let settings =
        json!({ "llmEndpoint": url, "llmModel": model, "llmApiKey": key, "llmTimeoutSeconds": 600 });
    admin.put("/api/Customers/me", settings).await.expect(204);
    let channel = channel(admin, "Email").await;
    ticket(admin, channel, json!({ "uid": "jane@example.com", "subject": "Lost parcel" })).await;
    let now = ticket(admin, channel, json!({ "uid": "jane@example.com", "subject": "Hello" })).await;
    let path = format!("/api/tickets/{}/history-summary", now["ticketID"]);
    let told = admin.get(&path).await.expect(200);
    assert!(!told.as_str().unwrap().is_empty());
    assert_eq!(installation.count("llm_usage").await, 1);
}
