//! `/api/ApiKeys`.

use std::time::Duration;

use answerpal::model::Role;
use axum::http::Method;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Client, Installation};

async fn key(installation: &Installation, body: Value) -> (Value, Client) {
    let made = installation.admin.post("/api/ApiKeys", body).await.expect(201);
    let client =
        installation.admin.with_authorization(Some(format!("Bearer {}", made["key"].as_str().unwrap())));
    (made, client)
}

db_test! {
    async fn a_key_is_shown_once_works_and_is_revoked(installation: Installation) {
        let admin = &installation.admin;
        let (made, client) = key(&installation, json!({ "name": "Nightly" })).await;
        let text = made["key"].as_str().unwrap();
        assert!(text.starts_with("ak_") && text.starts_with(made["prefix"].as_str().unwrap()), "{made}");
        assert_eq!((&made["customerRepID"], &made["scopes"], &made["expiresAt"]), (&json!(1), &json!([]), &Value::Null));
        assert_eq!(client.get("/api/CustomerReps/me").await.expect(200)["username"], "admin");
        let list = admin.get("/api/ApiKeys").await;
        assert!(!list.text().contains(text));
        assert_eq!(list.json()["totalCount"], 1);
        client.delete("/api/ApiKeys/1").await.expect(409);
        admin.delete("/api/ApiKeys/1").await.expect(204);
        client.get("/api/CustomerReps/me").await.expect(401);
        admin.delete("/api/ApiKeys/1").await.expect(404);
        assert_eq!(admin.get("/api/ApiKeys").await.expect(200)["totalCount"], 0);
    }
}

db_test! {
    async fn scopes_limit_a_key_and_what_it_can_make(installation: Installation) {
        let (_, reader) = key(&installation, json!({ "name": "r", "scopes": ["READ"] })).await;
        reader.get("/api/Topics").await.expect(200);
        reader.post("/api/Topics", json!({ "name": "x" })).await.expect(403);
        reader.put("/api/CustomerReps/1/change-password", json!({ "newPassword": "a longer password" })).await.expect(403);
        reader.get("/api/ApiKeys").await.expect(403);
        let (_, writer) = key(&installation, json!({ "name": "w", "scopes": ["write"] })).await;
        for read in ["/api/Outbox", "/api/Outbox/governor", "/api/DeadMails"] {
            reader.get(read).await.expect(200);
            writer.get(read).await.expect(403);
        }
        let (_, users) = key(&installation, json!({ "name": "u", "scopes": ["read", "users"] })).await;
        users.post("/api/ApiKeys", json!({ "name": "more", "scopes": ["read", "write"] })).await.expect(403);
        users.post("/api/ApiKeys", json!({ "name": "more" })).await.expect(403);
        users.post("/api/ApiKeys", json!({ "name": "less", "scopes": ["read"] })).await.expect(201);
    }
}

db_test! {
    async fn keys_expire_and_follow_their_rep(installation: Installation) {
        let (rep, agent) = installation.rep("anna", Role::Agent).await;
        agent.post("/api/ApiKeys", json!({ "name": "x" })).await.expect(403);
        let (made, short) = key(&installation, json!({ "name": "x", "expiresAt": "2026-03-02T10:00:00+00:00", "customerRepID": rep })).await;
        assert_eq!(made["expiresAt"], "2026-03-02T10:00:00Z");
        assert_eq!(short.get("/api/CustomerReps/me").await.expect(200)["username"], "anna");
        installation.admin.put(&format!("/api/CustomerReps/{rep}/change-password"), json!({ "newPassword": "a longer password" })).await.expect(204);
        short.get("/api/CustomerReps/me").await.expect(200);
        installation.clock.advance(Duration::from_secs(3601));
        short.get("/api/CustomerReps/me").await.expect(401);
        let (_, lasting) = key(&installation, json!({ "name": "y", "customerRepID": rep })).await;
        installation.admin.put(&format!("/api/CustomerReps/{rep}/deactivate"), Value::Null).await.expect(204);
        lasting.get("/api/CustomerReps/me").await.expect(401);
    }
}

db_test! {
    async fn bad_input_names_its_field_and_other_tenants_are_elsewhere(installation: Installation) {
        let admin = &installation.admin;
        let (_, other) = installation.other_tenant().await;
        let foreign = other.get("/api/CustomerReps/me").await.expect(200)["customerRepID"].clone();
        admin.post("/api/ApiKeys", json!({})).await.expect_invalid("name");
        admin.post("/api/ApiKeys", json!({ "name": "x", "scopes": ["fly"] })).await.expect_invalid("scopes");
        admin.post("/api/ApiKeys", json!({ "name": "x", "expiresAt": "2020-01-01T00:00:00Z" })).await.expect_invalid("expiresAt");
        admin.post("/api/ApiKeys", json!({ "name": "x", "customerRepID": foreign })).await.expect_invalid("customerRepID");
        key(&installation, json!({ "name": "x" })).await;
        assert_eq!(other.get("/api/ApiKeys").await.expect(200)["totalCount"], 0);
        other.delete("/api/ApiKeys/1").await.expect(404);
        // The answer holds a secret, so no idempotency key keeps it.
        let post = || admin.request(Method::POST, "/api/ApiKeys", &[("idempotency-key", "k")], json!({ "name": "x" }));
        assert_ne!(post().await.expect(201)["key"], post().await.expect(201)["key"]);
    }
}

db_test! {
    async fn the_last_use_is_noted(installation: Installation) {
        let (_, client) = key(&installation, json!({ "name": "x" })).await;
        let last_use = async || installation.admin.get("/api/ApiKeys").await.expect(200)["items"][0]["lastUsedAt"].clone();
        assert_eq!(last_use().await, Value::Null);
        client.get("/api/Topics").await.expect(200);
        installation.eventually(async || last_use().await == "2026-03-02T09:00:00Z").await;
        installation.clock.advance(Duration::from_secs(61));
        client.get("/api/Topics").await.expect(200);
        installation.eventually(async || last_use().await == "2026-03-02T09:01:01Z").await;
    }
}
