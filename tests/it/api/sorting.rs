//! Every paged list sorts by every scalar property, and what has none comes first: the same on both engines.
//! The lists are those of the specification, so that a new one cannot be forgotten.

use answerpal::model::Role;
use serde_json::{Value, json};

use super::contract::furnish;
use crate::db_test;
use crate::support::{Client, Engine, Installation};

/// What is not a property of the object itself: it is told once, or of one search.
const OTHER: [&str; 2] = ["key", "searchSnippet"];

/// Every paged list of the specification with the scalar properties of what it answers.
fn lists() -> Vec<(String, Vec<String>)> {
    let document = serde_json::to_value(answerpal::api::openapi()).unwrap();
    let resolve = |it: &Value| match it["$ref"].as_str() {
        Some(at) => document.pointer(at.trim_start_matches('#')).unwrap().clone(),
        None => it.clone(),
    };
    let mut lists = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let answer = resolve(&item["get"]["responses"]["200"]["content"]["application/json"]["schema"]);
        if answer["properties"]["totalCount"].is_null() {
            continue;
        }
        let object = resolve(&answer["properties"]["items"]["items"]);
        let is_scalar = |it: &Value| {
            let parts = it["oneOf"].as_array().cloned().unwrap_or_else(|| vec![it.clone()]);
            let kinds: Vec<Value> = parts.iter().map(|it| resolve(it)["type"].clone()).collect();
            let kinds: Vec<String> = kinds
                .iter()
                .flat_map(|it| it.as_array().cloned().unwrap_or_else(|| vec![it.clone()]))
                .filter_map(|it| it.as_str().map(str::to_owned))
                .collect();
            !kinds.is_empty() && !kinds.iter().any(|it| it == "object" || it == "array")
        };
        let properties = object["properties"].as_object().unwrap().iter();
        let names = properties.filter(|it| is_scalar(it.1) && !OTHER.contains(&it.0.as_str()));
        lists.push((path.clone(), names.map(|it| it.0.clone()).collect()));
    }
    assert!(lists.len() > 18, "the specification lost its lists: {lists:?}");
    lists
}

/// Sorts a list by each property that it answers; gives how many items it has, and how many of the properties
/// were empty somewhere.
async fn check(client: &Client, list: &str, properties: &[String]) -> (usize, usize) {
    let join = if list.contains('?') { '&' } else { '?' };
    let why = client.get(&format!("{list}{join}sortBy=nonsense")).await.expect_invalid("sortBy");
    let why = why["errors"]["sortBy"][0].as_str().unwrap().to_owned();
    let names: Vec<&str> = why.trim_start_matches("must be one of ").split(", ").collect();
    for name in properties {
        assert!(names.contains(&name.as_str()), "{list} does not sort by {name}: {names:?}");
    }
    client.get(&format!("{list}{join}sortOrder=up")).await.expect_invalid("sortOrder");
    let (mut items, mut with_nulls) = (0, 0);
    for name in names.iter().filter(|it| properties.iter().any(|property| property == **it)) {
        let page = async |order: &str, number: usize, size: usize| -> Vec<Value> {
            let name = name.to_uppercase();
            let query = format!("sortBy={name}&sortOrder={order}&pageNumber={number}&pageSize={size}");
            let page = client.get(&format!("{list}{join}{query}")).await.expect(200);
            page["items"].as_array().unwrap().clone()
        };
        for order in ["asc", "desc"] {
            let all = page(order, 1, 100).await;
            let mut values: Vec<&Value> = all.iter().map(|it| &it[name]).collect();
            if order == "desc" {
                values.reverse();
            }
            let nulls = values.iter().filter(|it| it.is_null()).count();
            assert!(values[..nulls].iter().all(|it| it.is_null()), "{list} by {name} {order}: {values:?}");
            assert!(
                values[nulls..].is_sorted_by(|a, b| in_order(a, b)),
                "{list} by {name} {order}: {values:?}"
            );
            // Pages overlap nowhere, whatever is equal.
            let mut paged = Vec::new();
            for number in 1..=all.len().div_ceil(2) {
                paged.extend(page(order, number, 2).await);
            }
            assert_eq!(paged, all, "{list} by {name} {order}");
            items = all.len();
            with_nulls += usize::from(order == "asc" && nulls > 0 && nulls < items);
        }
    }
    (items, with_nulls)
}

/// Texts with or without regard to case.
fn in_order(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a <= b || a.to_lowercase() <= b.to_lowercase(),
        (Value::Number(a), Value::Number(b)) => a.as_f64() <= b.as_f64(),
        (Value::Bool(a), Value::Bool(b)) => a <= b,
        _ => false,
    }
}

/// Something in each list: what has all its properties, and what has few.
async fn fill(installation: &Installation) {
    let admin = &installation.admin;
    furnish(admin).await;
    let (anna, by_anna) = installation.rep("anna", Role::Agent).await;
    let end_user =
        json!({ "firstname": "Kim", "company": "Acme", "country": "BE", "lang": "nl", "city": "Gent" });
    admin.post("/api/EndUsers", end_user).await.expect(201);
    admin.post("/api/Topics", json!({ "name": "Login", "description": "Signing in" })).await.expect(201);
    let terms = json!({
        "name": "Terms", "description": "All", "content": "x", "overrideApiEndpoint": "https://example.com",
        "overrideApiMethod": "POST", "overrideApiBodyTemplate": "{}",
    });
    admin.post("/api/Documents", terms).await.expect(201);
    for path in ["/api/TopicChannels", "/api/TopicDocuments"] {
        admin.post(path, json!({ "topicID": 2, "channelID": 1, "documentID": 2 })).await.expect(201);
    }
    let field =
        json!({ "fieldName": "Size", "fieldType": "text", "displayName": "Size", "description": "Of shoes" });
    admin.post("/api/CustomerCustomFields", field).await.expect(201);
    let key = json!({ "name": "A", "expiresAt": "2030-01-01T00:00:00Z" });
    admin.post("/api/ApiKeys", key).await.expect(201);
    admin
        .put("/api/CustomerReps/1", json!({ "email": "boss@example.com", "phoneNumber": "+3225550123" }))
        .await
        .expect(204);
    // The second message of the first ticket, a ticket of Anna's, and one that is closed.
    let full = json!({
        "ticketID": 1, "fromAddress": "anna@example.com", "fromName": "A", "subject": "Hi", "textBody": "Hi there",
        "htmlBody": "<p>Hi there</p>", "pageURL": "https://example.com", "pageScreenshot": "s", "toAddress": "b@example.com",
    });
    admin.post("/api/ticketMessages", full).await.expect(201);
    let bare = json!({ "ticketID": 1, "textBody": "Hello", "isDraft": true, "incoming": false });
    admin.post("/api/ticketMessages", bare).await.expect(201);
    let mail =
        json!({ "channelID": 1, "fromAddress": "kim@example.com", "subject": "Win", "textBody": "You won" });
    admin.post("/api/ticketMessages/create-new", mail).await.expect(201);
    admin
        .post("/api/tickets", json!({ "channelID": 1, "endUserID": 1, "isClosed": true, "summary": "S" }))
        .await
        .expect(201);
    // Lessons, examples, notifications.
    for ticket in [1, 2] {
        admin
            .put(&format!("/api/tickets/{ticket}"), json!({ "isSpam": true, "customerRepID": 1 }))
            .await
            .expect(204);
    }
    for message in [1, 4] {
        admin
            .post(&format!("/api/ticketMessages/{message}/correct-topics"), json!({ "topicIds": [1] }))
            .await
            .expect(204);
    }
    admin.put("/api/tickets/3", json!({ "customerRepID": anna })).await.expect(204);
    for text in ["@admin look", "@admin again"] {
        let note = json!({ "ticketID": 3, "textBody": text, "isInternal": true, "incoming": false });
        by_anna.post("/api/ticketMessages", note).await.expect(201);
    }
    // Mail that went into the sink, and mail that waits.
    for text in ["One", "Two"] {
        let new = json!({ "toAddress": "anna@example.com", "textBody": text });
        admin.post("/api/ticketMessages/1/send-new", new).await.expect(200);
    }
    installation.run_jobs().await;
    let new = json!({ "toAddress": "anna@example.com", "textBody": "Three" });
    admin.post("/api/ticketMessages/1/send-new", new).await.expect(200);
    installation
        .nobody()
        .post("/api/Auth/request-password-reset", json!({ "email": "boss@example.com" }))
        .await
        .expect(200);
    installation.allow_unfinished_jobs();
    let customer = installation.customer;
    for sql in [
        format!(
            "INSERT INTO jobs (customer_id, kind, subject_id, state, run_at, last_error, created_at) VALUES ({customer}, 'a', 2, 'dead', 1, NULL, 1)"
        ),
        format!(
            "INSERT INTO jobs (customer_id, kind, subject_id, state, run_at, last_error, created_at) VALUES ({customer}, 'b', 1, 'dead', 1, 'no', 2)"
        ),
        format!(
            "INSERT INTO message_documents (customer_id, document_id, message_id) VALUES ({customer}, 1, 1), ({customer}, 1, 4)"
        ),
        "UPDATE ticket_messages SET citations = '[]', is_liked = TRUE WHERE message_id = 1".to_owned(),
        "UPDATE ticket_messages SET citations = '[]' WHERE message_id = 4".to_owned(),
    ] {
        installation.tamper(&sql).await;
    }
    for (identity, reason) in [("a", "NULL"), ("b", "'no header'")] {
        let columns =
            "customer_id, channel_id, identity, source, size_bytes, sha256, state, reason, received_at";
        let values = format!("{customer}, 1, '{identity}', 'Api', 3, '{identity}', 'Dead', {reason}, 5");
        installation.tamper(&format!("INSERT INTO received_mails ({columns}) VALUES ({values})")).await;
    }
}

db_test! {
    async fn every_list_sorts_by_what_it_answers(installation: Installation) {
        fill(&installation).await;
        let mut with_nulls = 0;
        for (path, properties) in lists() {
            let list = match path.replace("{id}", "1") {
                it if it == "/api/ticketMessages" => format!("{it}?ticketId=1"),
                it => it,
            };
            let (items, nulls) = check(&installation.admin, &list, &properties).await;
            assert!(items > 1, "{list} has {items} items: nothing to sort");
            with_nulls += nulls;
        }
        assert!(with_nulls > 20, "only {with_nulls} properties were empty somewhere");
    }
}

db_test! {
    async fn texts_sort_without_case_and_alike_on_every_database(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Mail" })).await.expect(201);
        for text in ["Zoë", "école", "bob", "Émile", "Anna", "_x", "anna", "élan", "日本", "a-b", "ab"] {
            admin.post("/api/EndUsers", json!({ "firstname": text, "city": text })).await.expect(201);
            admin.post("/api/tickets", json!({ "subject": text, "channelID": 1 })).await.expect(201);
        }
        let sorted = ["_x", "a-b", "ab", "Anna", "anna", "bob", "Zoë", "Émile", "école", "élan", "日本"];
        for (list, property) in [("EndUsers", "firstname"), ("EndUsers", "city"), ("tickets", "subject")] {
            let page = admin.get(&format!("/api/{list}?sortBy={property}&pageSize=20")).await.expect(200);
            let texts: Vec<&str> =
                page["items"].as_array().unwrap().iter().map(|it| it[property].as_str().unwrap()).collect();
            assert_eq!(texts, sorted, "{list} by {property}");
        }
        if installation.engine == Engine::Postgres {
            let elsewise = "pg_class r JOIN pg_attribute a ON a.attrelid = r.oid JOIN pg_collation c ON c.oid = a.attcollation
                WHERE r.relkind = 'r' AND r.relnamespace = current_schema()::regnamespace AND a.attnum > 0
                AND NOT a.attisdropped AND c.collname <> 'C'";
            assert_eq!(installation.count(elsewise).await, 0, "a column of text does not say COLLATE \"C\"");
        }
    }
}
