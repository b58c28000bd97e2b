//! `/api/Topics`.

use axum::http::Method;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::Installation;

db_test! {
    async fn a_topic_is_made_read_changed_and_deleted(installation: Installation) {
        let admin = &installation.admin;
        let made = admin.post("/api/Topics", json!({ "Name": "Refunds", "description": "Money back" })).await;
        assert_eq!(made.header("location"), "/api/Topics/1");
        assert_eq!(made.expect(201), json!({ "topicID": 1, "name": "Refunds", "description": "Money back" }));
        admin.post("/api/Topics", json!({ "name": "REFUNDS" })).await.expect(409);
        admin.post("/api/Topics", json!({})).await.expect_invalid("name");
        let changed = admin.put("/topics/1", json!({ "description": "All about refunds" })).await.expect(200);
        assert_eq!(changed["name"], "Refunds");
        let list = admin.get("/api/topics?PageSize=5").await.expect(200);
        assert_eq!((&list["totalCount"], &list["totalPages"]), (&json!(1), &json!(1)));
        admin.delete("/api/Topics/1").await.expect(204);
        admin.get("/api/Topics/1").await.expect(404);
    }
}

db_test! {
    async fn an_idempotency_key_replays_the_first_answer(installation: Installation) {
        let admin = &installation.admin;
        let post = |key: &'static str, name: &'static str| async move {
            admin.request(Method::POST, "/api/Topics", &[("idempotency-key", key)], json!({ "name": name })).await
        };
        let first = post("k1", "Refunds").await;
        let again = post("k1", "Refunds").await;
        assert_eq!((first.status, &first.bytes), (again.status, &again.bytes));
        assert_eq!(again.header("location"), "/api/Topics/1");
        post("k1", "Other").await.expect(409);
        assert_eq!(admin.get("/api/Topics").await.expect(200)["totalCount"], 1);
    }
}

db_test! {
    async fn if_match_guards_a_change(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/Topics", json!({ "name": "Refunds" })).await.expect(201);
        let tag = admin.get("/api/Topics/1").await.header("etag").to_owned();
        let put = |tag: String, name: &'static str| async move {
            admin.request(Method::PUT, "/api/Topics/1", &[("if-match", &tag)], json!({ "name": name })).await
        };
        put(tag.clone(), "Money back").await.expect(200);
        put(tag.clone(), "Again").await.expect(412);
        let unchanged = admin.request(Method::GET, "/api/Topics/1", &[("if-none-match", &tag)], Value::Null).await;
        assert_eq!(unchanged.status, 200);
    }
}
