//! `/api/Documents`.

use answerpal::domain::documents::document_secrets;
use answerpal::model::{DocumentId, Role};
use axum::http::Method;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::Installation;

const MASK: &str = "••••••••";

db_test! {
    async fn a_document_is_made_read_changed_and_deleted(installation: Installation) {
        let admin = &installation.admin;
        let body = json!({
            "Name": " Returns ", "content": "# Returns\n\nWithin 30 days.\n", "isDataRetrievalProcess": true,
            "apiEndpoint": "https://shop.example.com/orders/", "apiMethod": "get", "apiBodyTemplate": "{\"q\": 1}",
            "fieldMapping": { "Order": "id" }, "customFieldDefinitions": [1], "overrideApiMethod": "POST",
        });
        let made = admin.post("/api/Documents", body).await;
        assert_eq!(made.header("location"), "/api/Documents/1");
        let made = made.expect(201);
        assert_eq!(made, json!({
            "documentID": 1, "name": "Returns", "description": null, "content": "# Returns\n\nWithin 30 days.\n",
            "isDataRetrievalProcess": true, "creationDate": made["creationDate"], "lastModifiedDate": made["creationDate"],
            "apiEndpoint": "https://shop.example.com/orders/", "apiMethod": "GET", "apiHeaders": null,
            "apiBodyTemplate": "{\"q\": 1}", "fieldMapping": { "Order": "id" }, "customFieldDefinitions": [1],
            "overrideApiEndpoint": null, "overrideApiMethod": "POST", "overrideApiHeaders": null,
            "overrideApiBodyTemplate": null,
        }));
        let read = admin.get("/documents/1").await;
        let tag = read.header("etag").to_owned();
        let mut back = read.expect(200);
        back["name"] = json!("Refunds");
        back["apiMethod"] = json!("");
        installation.clock.advance(std::time::Duration::from_secs(1));
        let put = |body: Value| {
            let tag = tag.clone();
            async move { admin.request(Method::PUT, "/api/Documents/1", &[("if-match", &tag)], body).await }
        };
        let changed = put(back.clone()).await.expect(200);
        assert_eq!((&changed["name"], &changed["apiMethod"], &changed["content"]), (&json!("Refunds"), &Value::Null, &made["content"]));
        assert_eq!(changed["creationDate"], made["creationDate"]);
        assert_ne!(changed["lastModifiedDate"], made["lastModifiedDate"]);
        put(back).await.expect(412);
        admin.delete("/api/Documents/1").await.expect(204);
        admin.get("/api/Documents/1").await.expect(404);
        admin.put("/api/Documents/1", json!({})).await.expect(404);
        admin.delete("/api/Documents/1").await.expect(404);
    }
}

db_test! {
    async fn headers_are_masked_and_kept_when_the_mask_comes_back(installation: Installation) {
        let admin = &installation.admin;
        let body = json!({
            "name": "Orders", "apiHeaders": { "Authorization": "Bearer s3cret", "X-Shop": "7" },
            "overrideApiHeaders": [{ "name": "Key", "value": "k3y" }],
        });
        let made = admin.post("/api/Documents", body).await.expect(201);
        assert_eq!(made["apiHeaders"], json!({ "Authorization": MASK, "X-Shop": MASK }));
        assert_eq!(made["overrideApiHeaders"], json!([{ "name": "Key", "value": MASK }]));
        let mut back = made.clone();
        back["apiHeaders"] = json!({ "Authorization": MASK, "X-New": "8" });
        admin.put("/api/Documents/1", back).await.expect(200);
        let secrets = async || {
            let mut conn = installation.app.store.read().await.unwrap();
            let document = answerpal::store::documents::get(&mut conn, installation.customer, DocumentId(1)).await.unwrap();
            assert!(!String::from_utf8_lossy(document.api_headers.as_ref().unwrap()).contains("s3cret"));
            document_secrets(&installation.app, &document).unwrap()
        };
        let kept = secrets().await;
        assert_eq!(kept.api_headers, Some(json!({ "Authorization": "Bearer s3cret", "X-New": "8" })));
        assert_eq!(kept.override_api_headers, Some(json!([{ "name": "Key", "value": "k3y" }])));
        admin.put("/api/Documents/1", json!({ "apiHeaders": { "Other": MASK } })).await.expect_invalid("apiHeaders");
        admin.put("/api/Documents/1", json!({ "apiHeaders": 5 })).await.expect_invalid("apiHeaders");
        admin.put("/api/Documents/1", json!({ "apiHeaders": MASK, "overrideApiHeaders": {} })).await.expect(200);
        let kept = secrets().await;
        assert_eq!((kept.api_headers.is_some(), kept.override_api_headers), (true, None));
    }
}

db_test! {
    async fn documents_are_listed_by_name_and_searched(installation: Installation) {
        let admin = &installation.admin;
        for (name, description) in [("Shipping", "Wohin? ÜBERALL"), ("returns", "50% back"), ("Warranty", "")] {
            admin.post("/api/Documents", json!({ "name": name, "description": description })).await.expect(201);
        }
        let list = admin.get("/api/Documents").await.expect(200);
        assert_eq!((&list["pageNumber"], &list["pageSize"], &list["totalCount"], &list["totalPages"]), (&json!(1), &json!(20), &json!(3), &json!(1)));
        let names = |list: &Value| -> Vec<String> {
            list["items"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(&list), ["returns", "Shipping", "Warranty"]);
        for (query, found) in [
            ("search=%C3%BCberall", vec!["Shipping"]), ("search=50%25", vec!["returns"]), ("search=xyz", vec![]),
            ("sortBy=documentID&sortOrder=desc&pageSize=2", vec!["Warranty", "returns"]),
            ("pageSize=2&pageNumber=2", vec!["Warranty"]),
        ] {
            assert_eq!(names(&admin.get(&format!("/api/Documents?{query}")).await.expect(200)), found, "{query}");
        }
        admin.get("/api/Documents?sortBy=apiHeaders").await.expect_invalid("sortBy");
    }
}

db_test! {
    async fn placeholders_are_filled_on_demand(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/Topics", json!({ "name": "Refunds", "description": "Money {{CustomerName}}" })).await.expect(201);
        admin.post("/api/Topics", json!({ "name": "Luggage" })).await.expect(201);
        admin.post("/api/Channels", json!({ "channelType": "Chat", "name": "Site" })).await.expect(201);
        let (_, other) = installation.other_tenant().await;
        other.post("/api/Topics", json!({ "name": "Theirs" })).await.expect(201);
        let content = "{{TopicList}}|{{ channellist }}|{{CustomerName}}|{{Unknown}}|{{ {{{é";
        admin.post("/api/Documents", json!({ "name": "Prompt", "content": content })).await.expect(201);
        assert_eq!(admin.get("/api/Documents/1").await.expect(200)["content"], content);
        let filled = admin.get("/api/Documents/1?replacePlaceholders=true").await.expect(200);
        let wanted = "- Luggage\n- Refunds: Money {{CustomerName}}|- Site (Chat)|acme|{{Unknown}}|{{ {{{é";
        assert_eq!(filled["content"], wanted);
    }
}

db_test! {
    async fn bad_documents_other_tenants_and_roles(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/Documents", json!({})).await.expect_invalid("name");
        for (field, value) in [
            ("name", json!(" ")), ("apiEndpoint", json!("ftp://x")), ("apiMethod", json!("BREW")),
            ("overrideApiEndpoint", json!("shop")), ("overrideApiMethod", json!("x")), ("content", json!(5)),
            ("description", json!("x".repeat(10_001))),
        ] {
            let mut body = json!({ "name": "x" });
            body[field] = value;
            admin.post("/api/Documents", body).await.expect_invalid(field);
        }
        admin.post("/api/Documents", json!({ "name": "Ours" })).await.expect(201);
        let (_, other) = installation.other_tenant().await;
        other.get("/api/Documents/1").await.expect(404);
        other.put("/api/Documents/1", json!({ "name": "x" })).await.expect(404);
        other.delete("/api/Documents/1").await.expect(404);
        assert_eq!(other.get("/api/Documents").await.expect(200)["totalCount"], 0);
        let (_, agent) = installation.rep("agent", Role::Agent).await;
        assert_eq!(agent.get("/api/Documents/1").await.expect(200)["name"], "Ours");
        agent.post("/api/Documents", json!({ "name": "x" })).await.expect(403);
        agent.put("/api/Documents/1", json!({ "name": "x" })).await.expect(403);
        agent.delete("/api/Documents/1").await.expect(403);
        installation.nobody().get("/api/Documents").await.expect(401);
    }
}
