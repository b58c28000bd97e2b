//! What holds for every route, generated from the specification, so that a new route cannot be forgotten.

use axum::http::Method;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Client, Installation};

/// The specification that clients are generated from is the one that the code makes.
#[test]
fn openapi_json_is_up_to_date() {
    let made = answerpal::api::openapi().to_pretty_json().unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == made, "openapi.json is out of date: UPDATE_OPENAPI=1 cargo test --test it openapi_json");
}

/// Of two types with one name the specification would keep one, and tell clients a lie about the other.
#[test]
fn every_type_of_the_specification_has_a_name_of_its_own() {
    let mut names = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(path).unwrap();
            names.extend(source.split("ToSchema)]").skip(1).filter_map(|it| {
                let line =
                    it.lines().find(|it| it.starts_with("pub struct ") || it.starts_with("pub enum "))?;
                Some(line.split(' ').nth(2)?.trim_end_matches([';', '(']).to_owned())
            }));
        }
    }
    names.sort_unstable();
    assert!(names.len() > 100, "the types are found: {}", names.len());
    let twice: Vec<_> = names.windows(2).filter(|it| it[0] == it[1]).map(|it| &it[0]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// Method, path, and whether anybody may call it.
pub fn operations() -> Vec<(Method, String, bool)> {
    let document = serde_json::to_value(answerpal::api::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            let public =
                operation["security"].as_array().is_some_and(|it| it.is_empty() || it.contains(&json!({})));
            operations.push((method, path.clone(), public));
        }
    }
    assert!(operations.len() > 80, "the specification lost its routes");
    operations
}

db_test! {
    async fn every_private_route_wants_credentials(installation: Installation) {
        let nobody = installation.nobody();
        for (method, path, public) in operations() {
            let first_set_up = path == "/api/CustomerReps" && method == Method::POST;
            if public || first_set_up {
                continue;
            }
            let path = path.replace("{id}", "1").replace("{attachmentId}", "1").replace("{lang}", "en");
            let status = nobody.request(method.clone(), &path, &[], Value::Null).await.status.as_u16();
            assert_eq!(status, 401, "{method} {path}");
        }
    }
}

/// One thing of each kind; ids of several kinds are the same number, 1.
pub async fn furnish(client: &Client) {
    let channel = json!({ "channelType": "Email", "name": "Mail", "emailAddress": "desk@example.com" });
    client.post("/api/Channels", channel).await.expect(201);
    let mail =
        json!({ "channelID": 1, "fromAddress": "anna@example.com", "subject": "Hello", "textBody": "Hello" });
    client.post("/api/ticketMessages/create-new", mail).await.expect(201);
    client.post("/api/Topics", json!({ "name": "Refunds" })).await.expect(201);
    client
        .post("/api/Documents", json!({ "name": "Refund policy", "content": "Thirty days." }))
        .await
        .expect(201);
    client.post("/api/TopicChannels", json!({ "topicID": 1, "channelID": 1 })).await.expect(201);
    client.post("/api/TopicDocuments", json!({ "topicID": 1, "documentID": 1 })).await.expect(201);
    let field = json!({ "fieldName": "order", "fieldType": "text" });
    client.post("/api/CustomerCustomFields", field).await.expect(201);
    client.post("/api/ApiKeys", json!({ "name": "script" })).await.expect(201);
    let view = json!({ "name": "Refunds", "query": "topicId=1", "isShared": true });
    client.post("/api/SavedViews", view).await.expect(201);
    let answer = json!({ "title": "Refund", "textBody": "It is on its way.", "isShared": true });
    client.post("/api/CannedResponses", answer).await.expect(201);
}

db_test! {
    async fn a_foreign_id_behaves_as_a_missing_one(installation: Installation) {
        furnish(&installation.admin).await;
        let (_, stranger) = installation.other_tenant().await;
        let mut tried = 0;
        for (method, path, public) in operations() {
            if public || !path.contains("{id}") {
                continue;
            }
            let at = |id: &str| path.replace("{id}", id).replace("{attachmentId}", "1").replace("{lang}", "en");
            // A body that every route can read; a foreign id in the path decides before what it lacks.
            let body = json!({
                "customerRepID": 1, "newPassword": "long enough 1", "topicIds": [], "preview": "x",
                "modifiedAnswer": "x", "toAddress": "a@example.com", "textBody": "x", "name": "x",
            });
            let send = async |path: String| {
                let body = if method == Method::GET { Value::Null } else { body.clone() };
                stranger.request(method.clone(), &path, &[], body).await.status.as_u16()
            };
            let (foreign, missing) = (send(at("1")).await, send(at("987654321")).await);
            assert_eq!(foreign, missing, "{method} {path}");
            assert!(matches!(foreign, 404 | 400 | 415), "{method} {path} answered {foreign}");
            tried += 1;
        }
        assert!(tried > 40, "only {tried} routes were tried");
        installation.admin.get("/api/tickets/1").await.expect(200);
    }
}

db_test! {
    async fn a_compressed_body_is_refused(installation: Installation) {
        let send = async |coding: &str| {
            let headers = [("content-encoding", coding)];
            installation.admin.request(Method::POST, "/api/Topics", &headers, json!({ "name": coding })).await
        };
        send("gzip").await.expect(415);
        send("identity").await.expect(201);
    }
}

db_test! {
    async fn a_path_may_be_percent_encoded(installation: Installation) {
        furnish(&installation.admin).await;
        let at = |path: &'static str| installation.admin.get(path);
        assert_eq!(at("/%61pi/%74icket%73/%31").await.expect(200)["ticketID"], 1);
        assert_eq!(at("/Ticket%4Dessages?ticketId=1").await.expect(200)["totalCount"], 1);
        at("/api%2Ftickets").await.expect(404);
    }
}
