//! `answerpal serve --demo`.

use std::os::unix::fs::PermissionsExt;

use answerpal::app::App;
use answerpal::domain::demo;
use answerpal::store::dump;
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
    assert_eq!(rows(&app, "jobs").await, 0);
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
    assert_eq!(first["dateCreated"], "2026-09-22T05:45:32Z");
    assert_eq!(first["topics"], json!(["Flight status"]));
    assert_eq!(first["customFieldsData"], json!({ "priority": "High" }));
    empty.remove(app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_loaded_once() {
    is_loaded_once(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_loaded_once() {
    is_loaded_once(Engine::Postgres).await;
}
