//! Topics and documents by an endpoint of the tenant that embeds, and by one that fails.

use serde_json::{Value, json};

use super::detection::{channel, correct, detect, explain, message, two_topics};
use crate::support::{Act, Client, Endpoint, Engine, Installation, say};

/// A vector for each text: about money, or about something else.
fn vectors(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap();
    let data: Vec<Value> = body["input"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .map(|(index, it)| {
            let money = it.as_str().unwrap().contains("money");
            json!({ "index": index, "embedding": if money { [2.0, 0.1, 0.0] } else { [0.1, 2.0, 0.0] } })
        })
        .collect();
    json!({ "data": data }).to_string()
}

async fn with_endpoint(engine: Engine, endpoint: &Endpoint) -> Option<Installation> {
    let installation = Installation::with(engine, |it| it.outbound_allow = "127.0.0.1".into()).await?;
    let settings =
        json!({ "embeddingEndpoint": endpoint.url, "embeddingModel": "m", "embeddingApiKey": "k3y" });
    installation.admin.put("/api/Customers/me/ai", settings).await.expect(204);
    Some(installation)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_of_the_tenant_embeds_once_it_has_embedded_everything() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let endpoint =
            Endpoint::start(|_, asked| vec![say(200, "application/json", &vectors(&asked.body))]).await;
        let Some(installation) = with_endpoint(engine, &endpoint).await else { continue };
        let admin = &installation.admin;
        let (refunds, _) = two_topics(admin).await;
        let settings = admin.get("/api/Customers/me/ai").await.expect(200);
        assert_eq!(
            (&settings["isSwitching"], &settings["embeddingApiKey"]),
            (&json!(true), &json!("••••••••"))
        );
        installation.run_jobs().await;
        assert_eq!(admin.get("/api/Customers/me/ai").await.expect(200)["isSwitching"], false);
        assert!(endpoint.asked()[0].head.contains("Bearer k3y"));
        let channel = channel(admin).await;
        let id = message(admin, channel, "money money").await;
        assert_eq!(detect(admin, id).await[0]["topicID"], refunds);
        assert!(explain(admin, id, "").await["model"].as_str().unwrap().starts_with("m@"));
        installation.run_jobs().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_fails_shows_on_the_message_and_loses_nothing() {
    use std::time::Duration;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let endpoint = Endpoint::start(|nth, asked| match nth {
            // The first gives everything its vectors; then it is down, cut short and rubbish in turn.
            0 => vec![say(200, "application/json", &vectors(&asked.body))],
            _ => match nth % 3 {
                0 => vec![say(503, "text/plain", "busy")],
                1 => Vec::new(),
                _ => vec![say(200, "application/json", r#"{"data":[{"embedding":[0,0,0]}]}"#)],
            },
        })
        .await;
        let Some(installation) = with_endpoint(engine, &endpoint).await else { continue };
        let admin = &installation.admin;
        two_topics(admin).await;
        installation.run_jobs().await;
        let channel = channel(admin).await;
        let id = message(admin, channel, "money money").await;
        installation.run_jobs().await;
        let why = admin.get(&format!("/api/ticketMessages/{id}/stages")).await.expect(200);
        let of = |stages: &Value| {
            stages.as_array().unwrap().iter().find(|it| it["stage"] == "topics").unwrap().clone()
        };
        assert_eq!((&of(&why)["status"], &of(&why)["tries"]), (&json!("Pending"), &json!(1)));
        admin.post(&format!("/api/ticketMessages/{id}/detect-topics"), json!({})).await.expect(503);
        for _ in 0..6 {
            installation.clock.advance(Duration::from_secs(3600));
            installation.run_jobs().await;
        }
        let stages = admin.get(&format!("/api/ticketMessages/{id}/stages")).await.expect(200);
        assert_eq!(of(&stages)["status"], "Failed");
        assert!(of(&stages)["reason"].as_str().unwrap().contains("embedding endpoint"), "{stages}");
        let message = admin.get(&format!("/api/ticketMessages/{id}")).await;
        let message = if message.status == 401 {
            login(&installation).await.get(&format!("/api/ticketMessages/{id}")).await
        } else {
            message
        };
        assert_eq!(message.expect(200)["aITopicsStatus"], "Failed");
        installation.allow_unfinished_jobs();
    }
}

async fn login(installation: &Installation) -> Client {
    installation.login("admin", crate::support::PASSWORD).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_is_silent_is_not_waited_for_again_and_again() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let endpoint = Endpoint::start(|nth, asked| match nth {
            0 => vec![say(200, "application/json", &vectors(&asked.body))],
            _ => vec![Act::Hang],
        })
        .await;
        let change = |it: &mut answerpal::config::Config| {
            it.outbound_allow = "127.0.0.1".into();
            it.embedding_timeout_seconds = 1;
        };
        let Some(installation) = Installation::with(engine, change).await else { continue };
        installation.allow_unfinished_jobs();
        let admin = &installation.admin;
        let settings = json!({ "embeddingEndpoint": endpoint.url, "embeddingModel": "m" });
        admin.put("/api/Customers/me/ai", settings).await.expect(204);
        two_topics(admin).await;
        installation.run_jobs().await;
        let channel = channel(admin).await;
        let mut ids = Vec::new();
        for nth in 0..8 {
            ids.push(message(admin, channel, &format!("money {nth}")).await);
        }
        let began = std::time::Instant::now();
        installation.run_jobs().await;
        // The first waits for it; the others know, and nobody else's messages wait for theirs.
        assert!(began.elapsed() < std::time::Duration::from_secs(6), "{:?}", began.elapsed());
        assert_eq!(endpoint.asked().len(), 2);
        for id in ids {
            let stages = admin.get(&format!("/api/ticketMessages/{id}/stages")).await.expect(200);
            let topics =
                stages.as_array().unwrap().iter().find(|it| it["stage"] == "topics").unwrap().clone();
            assert_eq!(topics["status"], "Pending", "{topics}");
            assert!(topics["reason"].as_str().unwrap().contains("embedding endpoint"), "{topics}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_model_takes_over_once_it_has_embedded_everything() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let first =
            Endpoint::start(|_, asked| vec![say(200, "application/json", &vectors(&asked.body))]).await;
        // The second is down at first, and gives vectors of another length.
        let second = Endpoint::start(|nth, asked| match nth {
            0 => vec![say(503, "text/plain", "busy")],
            _ => vec![say(200, "application/json", &vectors(&asked.body).replace("0.0]", "0.0,0.0]"))],
        })
        .await;
        let Some(installation) = with_endpoint(engine, &first).await else { continue };
        installation.allow_unfinished_jobs();
        let admin = &installation.admin;
        let (refunds, _) = two_topics(admin).await;
        admin
            .post("/api/Documents", json!({ "name": "Refunds", "content": "We send your money back." }))
            .await
            .expect(201);
        admin
            .post("/api/Documents", json!({ "name": "Parking", "content": "The garage is open." }))
            .await
            .expect(201);
        let channel = channel(admin).await;
        installation.run_jobs().await;
        let settings = json!({ "embeddingEndpoint": second.url, "embeddingModel": "n" });
        admin.put("/api/Customers/me/ai", settings).await.expect(204);
        // Until everything is embedded, the one before answers: topics and documents are found all the time.
        let found = async |asked: &str, model: &str| {
            let id = message(admin, channel, asked).await;
            assert_eq!(detect(admin, id).await[0]["topicID"], refunds);
            let why = explain(admin, id, "").await;
            assert!(why["model"].as_str().unwrap().starts_with(model), "{why}");
            let path = format!("/api/ticketMessages/{id}/promptDocuments?onlyPromptDocuments=true");
            let documents = admin.get(&path).await.expect(200);
            assert_eq!(documents["promptDocuments"][0]["title"], "Refunds", "{documents}");
        };
        found("my money", "m@").await;
        installation.run_jobs().await;
        assert_eq!(admin.get("/api/Customers/me/ai").await.expect(200)["isSwitching"], true);
        found("the money", "m@").await;
        installation.clock.advance(std::time::Duration::from_secs(60));
        installation.run_jobs().await;
        assert_eq!(admin.get("/api/Customers/me/ai").await.expect(200)["isSwitching"], false);
        let asked = second.asked().len();
        found("money please", "n@").await;
        let texts: Vec<String> = second.asked()[asked..].iter().map(|it| it.body.clone()).collect();
        assert!(
            texts.iter().all(|it| it.contains("money please")),
            "only the new text is embedded: {texts:?}"
        );
        installation.run_jobs().await;
    }
}

/// Each text is embedded once, however often topics, retrieval and drafts need it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_text_is_embedded_twice() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let endpoint =
            Endpoint::start(|_, asked| vec![say(200, "application/json", &vectors(&asked.body))]).await;
        let Some(installation) = with_endpoint(engine, &endpoint).await else { continue };
        let admin = &installation.admin;
        let (refunds, _) = two_topics(admin).await;
        let content = "We send your money back within 5 working days.";
        admin.post("/api/Documents", json!({ "name": "Refunds", "content": content })).await.expect(201);
        installation.run_jobs().await;
        let channel = channel(admin).await;
        let id = message(admin, channel, "When do you send my money back, in working days?").await;
        installation.run_jobs().await;
        detect(admin, id).await;
        correct(admin, id, &[refunds]).await;
        explain(admin, id, "?now=true").await;
        admin.get(&format!("/api/ticketMessages/{id}/promptDocuments")).await.expect(200);
        admin.post(&format!("/api/ticketMessages/{id}/reply"), json!({})).await.expect(200);
        installation.run_jobs().await;
        let mut texts: Vec<String> = Vec::new();
        for asked in endpoint.asked() {
            texts.extend(
                asked.json()["input"].as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()),
            );
        }
        let all = texts.len();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), all, "{texts:?}");
        assert!(texts.iter().any(|it| it.contains("working days?")) && all >= 6, "{texts:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_whose_vectors_change_their_length_leaves_no_gap() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let is_longer = Arc::new(AtomicBool::new(false));
        let seen = is_longer.clone();
        let endpoint = Endpoint::start(move |_, asked| {
            let mut answer: Value = serde_json::from_str(&vectors(&asked.body)).unwrap();
            if seen.load(Ordering::SeqCst) {
                for item in answer["data"].as_array_mut().unwrap() {
                    item["embedding"].as_array_mut().unwrap().push(json!(0.1));
                }
            }
            vec![say(200, "application/json", &answer.to_string())]
        })
        .await;
        let Some(installation) = with_endpoint(engine, &endpoint).await else { continue };
        let admin = &installation.admin;
        let (refunds, _) = two_topics(admin).await;
        for (name, content) in
            [("Refunds", "We pay money back within 14 days."), ("Parking", "The garage is open.")]
        {
            admin.post("/api/Documents", json!({ "name": name, "content": content })).await.expect(201);
        }
        installation.run_jobs().await;
        let channel = channel(admin).await;
        let first = |found: Value| found["promptDocuments"][0]["title"].clone();
        for (longer, text) in [(false, "money back"), (true, "when is my money back")] {
            is_longer.store(longer, Ordering::SeqCst);
            let id = message(admin, channel, text).await;
            // Before anything was embedded anew, and after.
            for _ in 0..2 {
                let found = admin.get(&format!("/api/ticketMessages/{id}/promptDocuments")).await.expect(200);
                assert_eq!(first(found), "Refunds", "{longer}");
            }
            let answer = admin.post(&format!("/api/ticketMessages/{id}/reply"), json!({})).await.expect(200);
            assert!(answer["reply"].as_str().is_some_and(|it| it.contains("14 days")), "{answer}");
            assert_eq!(detect(admin, id).await[0]["topicID"], refunds);
            installation.run_jobs().await;
        }
        let events = admin.get("/api/AuditEvents?pageSize=100").await.text();
        assert_eq!(events.matches("aiSettings.dimensionsChanged").count(), 1, "{events}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_document_is_found_by_what_is_embedded_so_far() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        // The long document's passages stop coming after the first ones.
        let endpoint = Endpoint::start(|_, asked| match asked.body.contains("Chapter 100") {
            true => vec![Act::Hang],
            false => vec![say(200, "application/json", &vectors(&asked.body))],
        })
        .await;
        let Some(installation) = with_endpoint(engine, &endpoint).await else { continue };
        installation.allow_unfinished_jobs();
        let admin = &installation.admin;
        two_topics(admin).await;
        installation.run_jobs().await;
        let chapter =
            |it: usize| format!("## Chapter {it}\n\nThe garage has place number {it} behind the house.\n\n");
        let long: String = (1..=200).map(chapter).collect();
        admin.post("/api/Documents", json!({ "name": "Parking", "content": long })).await.expect(201);
        let channel = channel(admin).await;
        let id = message(admin, channel, "money").await;
        let path = format!("/api/ticketMessages/{id}/promptDocuments");
        let waiting = async || admin.get(&path).await.expect(200)["passagesWaiting"].as_u64().unwrap();
        let all = waiting().await;
        assert!((190..=200).contains(&all), "{all}");
        installation.eventually(async || (60..=140).contains(&waiting().await)).await;
    }
}
