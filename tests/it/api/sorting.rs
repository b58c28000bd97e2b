//! Lists sort by every scalar property, and what has none comes first: the same on both engines.

use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Client, Installation};

/// Sorts a list by each property that it can be sorted by; gives how many of them were empty somewhere.
async fn check(client: &Client, list: &str) -> usize {
    let join = if list.contains('?') { '&' } else { '?' };
    let why = client.get(&format!("{list}{join}sortBy=nonsense")).await.expect_invalid("sortBy");
    let why = why["errors"]["sortBy"][0].as_str().unwrap().to_owned();
    let names = why.trim_start_matches("must be one of ").split(", ").filter(|it| *it != "relevance");
    let mut with_nulls = 0;
    for name in names {
        let values = async |order: &str| -> Vec<Value> {
            let page = client.get(&format!("{list}{join}sortBy={name}&sortOrder={order}&pageSize=100")).await;
            page.expect(200)["items"].as_array().unwrap().iter().map(|it| it[name].clone()).collect()
        };
        let (up, down) = (values("asc").await, values("desc").await);
        let nulls = up.iter().filter(|it| it.is_null()).count();
        assert!(up[..nulls].iter().all(Value::is_null), "{list} by {name}: {up:?}");
        assert!(down[down.len() - nulls..].iter().all(Value::is_null), "{list} by {name}: {down:?}");
        with_nulls += usize::from(nulls > 0 && nulls < up.len());
    }
    with_nulls
}

db_test! {
    async fn what_is_empty_comes_first(installation: Installation) {
        let admin = &installation.admin;
        let end_user = json!({ "firstname": "Kim", "company": "Acme", "country": "BE", "lang": "nl", "city": "Gent" });
        admin.post("/api/EndUsers", end_user).await.expect(201);
        admin.post("/api/EndUsers", json!({ "uiDs": [{ "uid": "bare@example.com" }] })).await.expect(201);
        admin.post("/api/Topics", json!({ "name": "Refunds", "description": "Money back" })).await.expect(201);
        admin.post("/api/Topics", json!({ "name": "Login" })).await.expect(201);
        let terms = json!({
            "name": "Terms", "description": "All", "content": "x", "overrideApiEndpoint": "https://example.com",
            "overrideApiMethod": "POST", "overrideApiBodyTemplate": "{}",
        });
        admin.post("/api/Documents", terms).await.expect(201);
        for name in ["overrideApiEndpoint", "overrideApiMethod", "overrideApiBodyTemplate"] {
            admin.get(&format!("/api/Documents?sortBy={name}&sortOrder=desc")).await.expect(200);
        }
        admin.post("/api/Documents", json!({ "name": "Bare" })).await.expect(201);
        let rep = json!({ "username": "kim", "password": "long-enough-1", "role": "Agent", "email": "kim@example.com" });
        admin.post("/api/CustomerReps", rep).await.expect(201);
        let channel = json!({ "channelType": "Email", "name": "Mail", "emailAddress": "help@example.com" });
        let channel = admin.post("/api/Channels", channel).await.expect(201)["channelID"].clone();
        let full = json!({
            "channelID": channel, "fromAddress": "a@example.com", "fromName": "A", "subject": "Hi", "textBody": "Hi",
            "htmlBody": "<p>Hi</p>", "pageURL": "https://example.com", "pageScreenshot": "s", "toAddress": "b@example.com",
        });
        let ticket = admin.post("/api/ticketMessages/create-new", full).await.expect(201)["ticketID"].clone();
        let bare = json!({ "ticketID": ticket, "textBody": "Hello", "isDraft": true, "incoming": false });
        admin.post("/api/ticketMessages", bare).await.expect(201);
        admin.post("/api/tickets", json!({ "channelID": channel, "isClosed": true })).await.expect(201);
        let messages = format!("/api/ticketMessages?ticketId={ticket}");
        let mut with_nulls = Vec::new();
        for list in ["/api/tickets", "/api/EndUsers", "/api/Topics", "/api/Documents", "/api/CustomerReps", &messages] {
            with_nulls.push(check(admin, list).await);
        }
        assert!(with_nulls.iter().all(|it| *it > 0), "nothing was empty somewhere: {with_nulls:?}");
        installation.run_jobs().await;
    }
}
