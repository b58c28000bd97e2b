//! `answerpal serve --demo`.

use std::os::unix::fs::PermissionsExt;

use answerpal::app::App;
use answerpal::domain::demo;
use answerpal::store::{dump, jobs};
use serde_json::json;

use super::empty::Empty;
use crate::support::{Client, Engine};

async fn rows(app: &App, name: &str) -> u64 {
    let mut conn = app.store.read().await.unwrap();
    let tables = dump::tables(&mut conn).await.unwrap();
    dump::count(&mut conn, tables.iter().find(|it| it.name == name).unwrap()).await.unwrap()
}

async fn is_loaded_once(engine: Engine) {
    let Some(empty) = Empty::new(engine).await else { return };
    let app = empty.open().await;
    let login = demo::load(&app).await.unwrap().unwrap();
    for (table, count) in [
        ("tickets", 200),
        ("ticket_messages", 543),
        ("topics", 26),
        ("documents", 23),
        ("topic_documents", 33),
        ("custom_fields", 3),
        ("channels", 3),
        ("customer_reps", 4),
    ] {
        assert_eq!(rows(&app, table).await, count, "{table}");
    }
    assert!(rows(&app, "topic_examples").await > 100, "closed tickets teach");
    let waiting = jobs::unfinished(&mut app.store.read().await.unwrap()).await.unwrap();
    let kinds: Vec<&str> = waiting.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(kinds, ["index_document", "intake_topics"]);
    let events = rows(&app, "events").await;
    let again = demo::load(&app).await.unwrap().unwrap();
    assert_eq!((&again.username, &again.password), (&login.username, &login.password));
    assert_eq!(rows(&app, "events").await, events);
    let mode = std::fs::metadata(empty.folder.path().join("demo-login.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let client = Client::new(answerpal::api::router(app.clone()), None);
    let body = json!({ "username": login.username, "password": login.password });
    let token = client.post("/api/Auth/login", body).await.expect(200)["token"].as_str().unwrap().to_owned();
    let client = client.with_authorization(Some(format!("Bearer {token}")));
    let total = async |query: &str| {
        client.get(&format!("/api/tickets?{query}")).await.expect(200)["totalCount"].as_u64().unwrap()
    };
    assert_eq!(total("status=Closed").await, 112);
    assert_eq!(total("status=Open&status=Escalated").await, 64);
    assert_eq!(total("uid=oliver.bennett@example.com&search=boarding").await, 2);
    let first = client.get("/api/tickets/1").await.expect(200);
    // The clock stands at 1970-01-01T00:00:00Z; the newest message is at most a day older.
    assert_eq!(first["dateCreated"], "1969-11-03T05:45:32Z");
    let newest =
        client.get("/api/tickets?sortBy=lastMessageDate&sortOrder=desc&pageSize=1").await.expect(200);
    assert_eq!(newest["items"][0]["lastMessageDate"], "1969-12-31T14:33:00Z", "{newest}");
    assert_eq!(first["topics"], json!(["Flight status"]));
    assert_eq!(first["customFieldsData"], json!({ "priority": "high" }));
    if engine == Engine::Sqlite {
        topics_are_detected(&app, &client).await;
    }
    empty.remove(app).await;
}

/// What open tickets are about is found out, with how sure it is and why.
async fn topics_are_detected(app: &App, client: &Client) {
    answerpal::jobs::run_until_idle(app).await.unwrap();
    let open = client.get("/api/tickets?status=Open&pageSize=5").await.expect(200);
    let mut explained = 0;
    for ticket in open["items"].as_array().unwrap() {
        let id = ticket["lastEndUserMessageID"].as_i64().unwrap();
        let why = client.get(&format!("/api/ticketMessages/{id}/topics/explain")).await.expect(200);
        assert_eq!(why["aITopicsStatus"], "Done", "{why}");
        assert!(why["examples"].as_i64().unwrap() > 100, "{why}");
        explained +=
            why["topics"].as_array().unwrap().iter().filter(|it| it["confidence"].is_number()).count();
    }
    assert!(explained > 0);
    let drafted = client.get("/api/tickets?draft=Waiting&pageSize=50").await.expect(200);
    let drafted = drafted["totalCount"].as_u64().unwrap();
    assert!((5..=20).contains(&drafted), "the newest that wait have answers to look at: {drafted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_loaded_once() {
    is_loaded_once(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_loaded_once() {
    is_loaded_once(Engine::Postgres).await;
}
