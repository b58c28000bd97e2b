//! kill -9 during a storm of writes: what was acknowledged is there, nothing is half-done, and an
//! idempotency key holds across the restart.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::server::{Server, create_tenant, run};
use crate::support::{Database, Engine};

const KILLS: usize = 50;
const WRITERS: usize = 12;

/// A write as its client saw it: its key, and the answer where there was one.
struct Attempt {
    key: String,
    acknowledged: Option<Value>,
}

async fn write(client: &reqwest::Client, url: &str, key: &str) -> Option<Value> {
    let body = json!({
        "channelID": 1, "incoming": true, "fromAddress": format!("{key}@example.com"),
        "subject": format!("Subject {key}"), "textBody": format!("Text of {key}"),
    });
    let request = client.post(format!("{url}/api/ticketMessages/create-new")).header("Idempotency-Key", key);
    let response = request.json(&body).send().await.ok()?;
    if response.status() != 201 {
        return None;
    }
    response.json().await.ok()
}

async fn storm(client: &reqwest::Client, url: &str, round: usize) -> Vec<Attempt> {
    let writers = (0..WRITERS).map(|writer| async move {
        let mut attempts = Vec::new();
        for number in 0.. {
            let key = format!("k{round}-{writer}-{number}");
            let acknowledged = write(client, url, &key).await;
            let ended = acknowledged.is_none();
            attempts.push(Attempt { key, acknowledged });
            if ended {
                break;
            }
        }
        attempts
    });
    futures::future::join_all(writers).await.into_iter().flatten().collect()
}

/// Sends every write again, as a client would that got no answer or doubts it.
async fn retry(client: &reqwest::Client, url: &str, attempts: &[Attempt]) {
    for attempt in attempts {
        let again = write(client, url, &attempt.key).await.expect("the restarted server takes it");
        if let Some(first) = &attempt.acknowledged {
            assert_eq!(again, *first, "the key {} gave another answer", attempt.key);
        }
    }
}

async fn survives(engine: Engine) {
    let Some(mut database) = Database::new(engine).await else { return };
    let folder = TempDir::new().unwrap();
    let database_url = database.url.clone();
    let start = || Server::start(folder.path(), database_url.as_deref(), &[]);
    create_tenant(folder.path(), database_url.as_deref());
    make_channel(&start()).await;
    let mut random = StdRng::seed_from_u64(11);
    let mut written = 0;
    for round in 0..KILLS {
        let mut server = start();
        let (client, url) = (server.client().await, server.url.clone());
        let lives = Duration::from_millis(random.random_range(5..120));
        // The moment of the kill is what is tried, so this one test has to wait for it.
        let killed = tokio::task::spawn_blocking(move || {
            std::thread::sleep(lives);
            server.kill();
        });
        let attempts = storm(&client, &url, round).await;
        killed.await.unwrap();
        let server = start();
        retry(&server.client().await, &server.url, &attempts).await;
        written += attempts.len();
    }
    assert!(written > KILLS * WRITERS, "the storm was none: {written} writes");
    check(&start(), written).await;
    run(folder.path(), database_url.as_deref(), &["audit", "verify"]);
    database.remove().await;
}

async fn make_channel(server: &Server) {
    let channel = json!({ "channelType": "Email", "name": "Mail", "emailAddress": "desk@example.com" });
    let request = server.client().await.post(format!("{}/api/Channels", server.url)).json(&channel);
    assert_eq!(request.send().await.unwrap().status(), 201);
}

/// Each write made one ticket with one message, and the totals say so.
async fn check(server: &Server, written: usize) {
    let client = server.client().await;
    let get = async |path: String| -> Value {
        client.get(format!("{}{path}", server.url)).send().await.unwrap().json().await.unwrap()
    };
    let all = get("/api/tickets?pageSize=1000".into()).await;
    assert_eq!(all["totalCount"], written);
    let counted = get("/api/tickets?createdFrom=2000-01-01&pageSize=1".into()).await;
    assert_eq!(counted["totalCount"], written, "the counters are not the count");
    for ticket in all["items"].as_array().unwrap().iter().take(200) {
        let messages = get(format!("/api/ticketMessages?ticketId={}", ticket["ticketID"])).await;
        assert_eq!(messages["totalCount"], 1, "a ticket is half-done: {ticket}");
        let key = ticket["uid"].as_str().unwrap().split('@').next().unwrap().to_owned();
        let found = get(format!("/api/tickets?search={key}")).await;
        assert_eq!(found["totalCount"], 1, "{key} is not found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_sqlite() {
    survives(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_postgres() {
    survives(Engine::Postgres).await;
}
