//! The specification is whole, and tells what the server does.

use axum::http::Method;
use serde_json::{Value, json};

use super::contract::{furnish, operations};
use crate::db_test;
use crate::support::Installation;

fn document() -> Value {
    serde_json::to_value(answerpal::api::openapi()).unwrap()
}

/// What a reference leads to.
fn resolved<'a>(document: &'a Value, it: &'a Value) -> &'a Value {
    match it["$ref"].as_str() {
        Some(at) => document.pointer(at.trim_start_matches('#')).unwrap_or_else(|| panic!("{at} is missing")),
        None => it,
    }
}

fn says_something(it: &Value) -> bool {
    it["description"].as_str().is_some_and(|it| !it.is_empty())
}

/// Names of the properties within a schema that say nothing of themselves.
fn silent(schema: &Value, at: &str, found: &mut Vec<String>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        silent(property, &at, found);
        if !says_something(property) {
            found.push(at);
        }
    }
    for part in ["allOf", "oneOf", "anyOf"] {
        schema[part].as_array().into_iter().flatten().for_each(|it| silent(it, at, found));
    }
    silent_items(schema, at, found);
}

fn silent_items(schema: &Value, at: &str, found: &mut Vec<String>) {
    if schema["items"].is_object() {
        silent(&schema["items"], at, found);
    }
}

#[test]
fn everything_says_what_it_is() {
    let document = document();
    let mut found = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        silent(schema, name, &mut found);
    }
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            if operation["summary"].as_str().is_none_or(str::is_empty) {
                found.push(format!("{at}: summary"));
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let parameter = resolved(&document, parameter);
                if !says_something(parameter) {
                    found.push(format!("{at}: {}", parameter["name"]));
                }
            }
            for (status, answer) in operation["responses"].as_object().unwrap() {
                if !says_something(resolved(&document, answer)) {
                    found.push(format!("{at}: {status}"));
                }
            }
        }
    }
    assert!(found.is_empty(), "{} say nothing: {found:#?}", found.len());
}

#[test]
fn every_body_and_answer_has_an_example() {
    let document = document();
    let mut without = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let answers = operation["responses"].as_object().unwrap();
            let good = answers.iter().filter(|it| it.0.starts_with('2')).map(|it| &it.1["content"]);
            for content in good.chain([&operation["requestBody"]["content"]]) {
                for (kind, content) in content.as_object().into_iter().flatten() {
                    let is_bytes =
                        kind == "*/*" || kind.starts_with("image/") || kind.starts_with("multipart/");
                    if content["example"].is_null() && !is_bytes {
                        without.push(format!("{method} {path} {kind}"));
                    }
                }
            }
            for (status, answer) in answers.iter().filter(|it| it.0.as_str() >= "400") {
                let problem = &resolved(&document, answer)["content"];
                let at = format!("{method} {path} {status}");
                assert_eq!(problem.as_object().map(|it| it.len()), Some(1), "{at}");
                let example = &problem["application/problem+json"]["example"];
                assert_eq!(example["status"].to_string(), *status, "{at}");
            }
        }
    }
    assert!(without.is_empty(), "without an example: {without:#?}");
}

/// The examples of the documentation stand in the specification to the byte of their keys and values.
#[test]
fn the_examples_of_the_documentation_are_here() {
    let document = document();
    let body =
        |at: &str| document.pointer(&format!("/paths/{at}/content/application~1json/example")).unwrap();
    let of = |path: &str, place: &str| body(&format!("{}/{place}", path.replace('/', "~1"))).clone();
    let ticket = json!({
        "subject": "Login not working", "channelID": 2, "endUserID": 45, "status": "Open",
        "customFieldsData": { "priority": "urgent" },
    });
    assert_eq!(of("/api/tickets", "post/requestBody"), ticket);
    let bulk = json!({ "ticketIDs": [123, 124], "action": "close", "customerRepID": 5 });
    assert_eq!(of("/api/tickets/bulk", "put/requestBody"), bulk);
    let send = json!({ "message": "Message sent successfully." });
    assert_eq!(of("/api/ticketMessages/{id}/send", "post/responses/200"), send);
    let escalated = json!({ "message": "Ticket escalated" });
    assert_eq!(of("/api/ticketMessages/{id}/escalate", "post/responses/200"), escalated);
    let liked = json!({ "agentAvailable": false, "customerRepName": "John" });
    assert_eq!(of("/api/ticketMessages/{id}/like-dislike", "get/responses/200"), liked);
    let file = json!({ "ticketMessageAttachmentID": 10, "fileName": "error_screenshot.png", "contentType": "image/png" });
    let files = of("/api/ticketMessages/{id}/attachments", "get/responses/200");
    for (name, value) in file.as_object().unwrap() {
        assert_eq!(&files[0][name], value, "{name}");
    }
    let documents = of("/api/ticketMessages/{id}/promptDocuments", "get/responses/200");
    let first = &documents["promptDocuments"][0];
    assert_eq!((&first["documentID"], &first["title"]), (&json!(1), &json!("FAQ")));
    let listed = json!({
        "ticketID": 123, "dateCreated": "2024-04-01T10:00:00Z", "status": "Open", "subject": "Login not working",
        "channelID": 2, "endUserID": 45, "isClosed": false, "topics": ["Login Issues", "Authentication"],
        "aiFeedbackComments": [],
    });
    let answered = of("/api/tickets", "get/responses/200");
    for (name, value) in listed.as_object().unwrap() {
        assert_eq!(&answered["items"][0][name], value, "{name}");
    }
}

/// Whether an operation refers to a shared parameter or, in this answer, to a shared header.
fn has_parameter(operation: &Value, name: &str) -> bool {
    let at = format!("#/components/parameters/{name}");
    operation["parameters"].as_array().is_some_and(|it| it.iter().any(|it| it["$ref"] == at.as_str()))
}

fn at_one(path: &str) -> String {
    path.replace("{id}", "1").replace("{attachmentId}", "1").replace("{lang}", "en").replace("{uid}", "x")
}

/// A body that every route can read.
fn any_body() -> Value {
    json!({
        "customerRepID": 1, "newPassword": "long enough 1", "topicIds": [], "preview": "x", "name": "x",
        "modifiedAnswer": "x", "toAddress": "a@example.com", "textBody": "x", "topicID": 1, "channelID": 1,
        "documentID": 1, "title": "x",
    })
}

db_test! {
    async fn headers_are_read_where_the_specification_says_so(installation: Installation) {
        let admin = &installation.admin;
        furnish(admin).await;
        let document = document();
        let (mut keys, mut matches, mut wrong) = (0, 0, Vec::new());
        let long = "k".repeat(256);
        for (method, path, public) in operations() {
            let operation = &document["paths"][&path][method.as_str().to_lowercase()];
            // What writes nothing has nothing to repeat; a new API key is told once and kept nowhere.
            let writes = operation["responses"].get("409").is_some() && path != "/api/ApiKeys";
            if public || path.contains("/Auth/") || method == Method::GET {
                continue;
            }
            if method == Method::POST {
                let key = [("idempotency-key", long.as_str())];
                let answer = admin.request(method.clone(), &at_one(&path), &key, any_body()).await;
                let is_read = answer.status == 400 && answer.text().contains("Idempotency-Key");
                if is_read != has_parameter(operation, "IdempotencyKey") && (writes || !is_read) {
                    wrong.push(format!("{method} {path}: {}", answer.text()));
                }
                keys += usize::from(is_read);
                continue;
            }
            let tag = [("if-match", "\"another\"")];
            let answer = admin.request(method.clone(), &at_one(&path), &tag, any_body()).await;
            let expected: &[u16] = if has_parameter(operation, "IfMatch") { &[412, 404, 409] } else { &[200, 204, 400, 404, 409] };
            if !expected.contains(&answer.status.as_u16()) {
                wrong.push(format!("{method} {path}: {}", answer.text()));
            }
            matches += usize::from(answer.status == 412);
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(keys > 30 && matches > 25, "{keys} read a key, {matches} a tag");
    }
}

db_test! {
    async fn what_is_answered_has_the_headers_that_the_specification_says(installation: Installation) {
        let admin = &installation.admin;
        furnish(admin).await;
        let document = document();
        let (mut tagged, mut wrong) = (0, Vec::new());
        for (method, path, _) in operations() {
            if method != Method::GET || path == "/api/events" {
                continue;
            }
            let answer = admin.get(&at_one(&path)).await;
            if answer.status != 200 {
                continue;
            }
            let operation = &document["paths"][&path]["get"];
            let says = !operation["responses"]["200"]["headers"]["ETag"].is_null();
            if answer.headers.contains_key("etag") != says || has_parameter(operation, "IfNoneMatch") != says {
                wrong.push(path);
                continue;
            }
            if says {
                let known = [("if-none-match", answer.header("etag"))];
                admin.request(Method::GET, &at_one(&path), &known, Value::Null).await.expect_bytes(304);
                tagged += 1;
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(tagged > 12, "only {tagged} have an ETag");
        let made = admin.post("/api/Topics", json!({ "name": "Login" })).await;
        assert_eq!(made.header("location"), "/api/Topics/2");
    }
}

db_test! {
    async fn it_is_served_to_everybody_with_a_page_that_shows_it(installation: Installation) {
        let anyone = installation.nobody();
        assert_eq!(anyone.get("/api/openapi.json").await.expect(200), document());
        assert!(anyone.get("/api/docs/").await.expect_bytes(200).starts_with(b"<"));
        let set_up = anyone.get("/api/docs/swagger-initializer.js").await.expect_bytes(200);
        assert!(String::from_utf8(set_up).unwrap().contains("/api/openapi.json"));
    }
}
