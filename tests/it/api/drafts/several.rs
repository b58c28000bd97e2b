//! A message that asks several things: each that a document answers is answered, in its order, and what is not
//! is named.

use serde_json::{Value, json};

use super::{channel, check_citations, document, message, path};
use crate::db_test;
use crate::support::{Act, Asked, Endpoint, Engine, Installation};

const WARRANTY: &str =
    "# Warranty\n\nThe warranty on the compressor is 10 years from the day of installation.";
const DELIVERY: &str = "# Delivery costs\n\n| Item | Norway | Sweden | Denmark |\n|---|---|---|---|\n| Heat pump | free | €49 | €59 |\n\
                        | Spare parts | €6 | €9 | €9 |\n";
const RESET: &str = "# Resetting the unit\n\n1. Switch the unit off.\n2. Hold the Mode button for 10 seconds.\n3. Switch it on.";

async fn desk(installation: &Installation) -> i64 {
    installation.allow_unfinished_jobs();
    let admin = &installation.admin;
    for (name, content) in [("Warranty", WARRANTY), ("Delivery", DELIVERY), ("Manual", RESET)] {
        document(admin, name, content).await;
    }
    channel(admin).await
}

db_test! {
    async fn each_question_that_has_an_answer_gets_it_in_its_order(installation: Installation) {
        let admin = &installation.admin;
        let mail = desk(&installation).await;
        let text = "Hi, three things.\n1. How do I reset the unit?\n2. What does delivery of spare parts to Sweden cost?\n\
                    3. Who won the football match yesterday evening?\n\nRegards, Anna";
        let asked = message(admin, mail, text).await;
        let answer = admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
        let reply = answer["reply"].as_str().unwrap_or_else(|| panic!("{answer}"));
        let steps = reply.find("1. Switch the unit off.\n2. Hold the Mode button for 10 seconds.\n3. Switch it on.");
        let costs = reply.find("Delivery costs:\n- Spare parts, Sweden: €9");
        assert!(steps.is_some() && steps < costs, "{reply}");
        assert!(!reply.contains("Heat pump") && !reply.contains("10 years"), "{reply}");
        let reason = "Not answered: “Who won the football match yesterday evening?”";
        assert_eq!(answer["reason"], reason);
        let draft = admin.get(&path(&asked, "/draft")).await.expect(200);
        assert_eq!((&draft["status"], &draft["reason"]), (&json!("Done"), &json!(reason)));
        check_citations(admin, &draft).await;
        // What answers all is surer.
        let all = message(admin, mail, "How do I reset the unit? And what does delivery of spare parts to Sweden cost?").await;
        let answer = admin.post(&path(&all, "/reply"), Value::Null).await.expect(200);
        assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
        let whole = admin.get(&path(&all, "/draft")).await.expect(200);
        assert!(whole["confidence"].as_f64() > draft["confidence"].as_f64(), "{whole} {draft}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_model_leaves_out_is_named_as_well() {
    let endpoint = Endpoint::start(|_, _: &Asked| {
        let said = "The warranty on the compressor is 10 years from the day of installation.";
        let event = json!({ "choices": [{ "delta": { "content": said }, "finish_reason": "stop" }] });
        let head = "HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        vec![Act::Say(format!("{head}data: {event}\n\ndata: [DONE]\n\n").into_bytes())]
    })
    .await;
    let installation =
        Installation::with(Engine::Sqlite, |it| it.outbound_allow = "127.0.0.1".into()).await.unwrap();
    let admin = &installation.admin;
    let mail = desk(&installation).await;
    admin.put("/api/Customers/me", json!({ "llmEndpoint": endpoint.url, "llmModel": "m" })).await.expect(204);
    let text =
        "How long is the compressor under warranty, and what does delivery of spare parts to Sweden cost?";
    let asked = message(admin, mail, text).await;
    let answer = admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
    assert!(answer["reply"].as_str().is_some_and(|it| it.contains("10 years")), "{answer}");
    assert_eq!(answer["reason"], "Not answered: “what does delivery of spare parts to Sweden cost?”");
}

db_test! {
    async fn of_very_many_codes_and_questions_some_are_named(installation: Installation) {
        let admin = &installation.admin;
        let mail = desk(&installation).await;
        let codes: Vec<String> = (100..120).map(|it| format!("ERR_{it}")).collect();
        let asked = message(admin, mail, &codes.join(" ")).await;
        let answer = admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
        assert_eq!(answer["reason"], "No document that fits mentions ERR_100, ERR_101, ERR_102, ERR_103, ERR_104 and 15 others.");
        let matches: Vec<String> = (1..=50).map(|it| format!("Who won football match number {it} of last year?")).collect();
        let asked = message(admin, mail, &format!("How do I reset the unit? {}", matches.join(" "))).await;
        let answer = admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
        let reason = answer["reason"].as_str().unwrap_or_else(|| panic!("{answer}"));
        assert!(reason.ends_with("number 5 of last year?” and 45 others"), "{reason}");
    }
}
