//! `/api/Customers`.

use answerpal::model::Role;
use axum::http::Method;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::Installation;

const MASK: &str = "••••••••";

db_test! {
    async fn settings_are_read_and_changed(installation: Installation) {
        let admin = &installation.admin;
        let before = admin.get("/api/Customers/me").await.expect(200);
        assert_eq!((&before["name"], &before["hostname"]), (&json!("acme"), &json!("acme.example.com")));
        assert_eq!(admin.get("/api/Customers/models").await.expect(200), json!([]));
        admin
            .put("/customers/ME", json!({
                "name": "Example Travel", "defaultLang": "pt-BR", "defaultCustomerRepID": 1, "aiTone": "brief",
                "llmEndpoint": "https://llm.example.com/v1/", "llmModel": "mistral-small", "llmApiKey": "sk-1",
            }))
            .await
            .expect(204);
        let after = admin.get("/api/Customers/me").await.expect(200);
        assert_eq!(after, json!({
            "customerID": installation.customer.0, "name": "Example Travel", "hostname": "acme.example.com",
            "defaultLang": "pt-br", "defaultCustomerRepID": 1, "aiTone": "brief",
            "llmEndpoint": "https://llm.example.com/v1", "llmModel": "mistral-small", "llmApiKey": MASK,
            "llmProvider": null, "llmModels": [], "llmTimeoutSeconds": null, "llmMonthlyTokens": null,
        }));
        let models = admin.get("/api/Customers/models").await.expect(200);
        assert_eq!(models, json!([{ "modelID": "mistral-small", "name": "mistral-small", "isDefault": true }]));
        let mut back = after;
        back["defaultCustomerRepID"] = json!(0);
        back["aiTone"] = json!("");
        admin.put("/api/Customers/me", back).await.expect(204);
        let after = admin.get("/api/Customers/me").await.expect(200);
        assert_eq!((&after["defaultCustomerRepID"], &after["aiTone"]), (&Value::Null, &Value::Null));
        let settings = answerpal::store::customers::get(&mut installation.app.store.read().await.unwrap(), installation.customer).await.unwrap();
        let key = answerpal::domain::customers::llm_api_key(&installation.app, &settings).unwrap();
        assert_eq!(key.as_deref(), Some("sk-1"));
        admin.put("/api/Customers/me", json!({ "llmApiKey": "" })).await.expect(204);
        assert_eq!(admin.get("/api/Customers/me").await.expect(200)["llmApiKey"], Value::Null);
    }
}

db_test! {
    async fn bad_settings_name_their_field(installation: Installation) {
        let (_, other) = installation.other_tenant().await;
        let foreign = other.get("/api/CustomerReps/me").await.expect(200)["customerRepID"].clone();
        for (field, value) in [
            ("name", json!("")),
            ("hostname", json!("not a host")),
            ("defaultLang", json!("english please")),
            ("defaultCustomerRepID", foreign),
            ("defaultCustomerRepID", json!(-1)),
            ("aiTone", json!("x".repeat(5000))),
            ("llmEndpoint", json!("llm.example.com")),
            ("llmApiKey", json!("x".repeat(2000))),
        ] {
            let mut body = json!({});
            body[field] = value;
            installation.admin.put("/api/Customers/me", body).await.expect_invalid(field);
        }
        installation.admin.put("/api/Customers/me", json!({ "hostname": "other.example.com" })).await.expect(409);
        assert_eq!(other.get("/api/Customers/me").await.expect(200)["name"], "other");
    }
}

db_test! {
    async fn every_role_reads_and_administrators_change(installation: Installation) {
        let (_, anna) = installation.rep("anna", Role::Supervisor).await;
        let tag = anna.get("/api/Customers/me").await.header("etag").to_owned();
        anna.get("/api/Customers/models").await.expect(200);
        anna.put("/api/Customers/me", json!({ "name": "x" })).await.expect(403);
        installation.nobody().get("/api/Customers/me").await.expect(401);
        installation.admin.put("/api/Customers/me", json!({ "aiTone": "warm" })).await.expect(204);
        let stale = installation.admin.request(Method::PUT, "/api/Customers/me", &[("if-match", &tag)], json!({ "name": "x" })).await;
        stale.expect(412);
    }
}
