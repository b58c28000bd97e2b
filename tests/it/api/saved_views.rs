//! `/api/SavedViews`.

use answerpal::model::Role;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Client, Installation};

async fn names(client: &Client) -> Vec<String> {
    let listed = client.get("/api/SavedViews").await.expect(200);
    listed.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

db_test! {
    async fn a_view_is_made_changed_and_deleted(installation: Installation) {
        let admin = &installation.admin;
        let view = json!({ "name": "Refunds", "query": "?topic=Refunds&status=Open&status=Pending&sortBy=dateCreated", "position": 2 });
        let made = admin.post("/api/SavedViews", view).await;
        assert_eq!(made.header("location"), "/api/SavedViews/1");
        let made = made.expect(201);
        assert_eq!(made["query"], "topic=Refunds&status=Open&status=Pending&sortBy=dateCreated");
        assert_eq!((&made["isShared"], &made["customerRepID"]), (&json!(false), &json!(1)));
        admin.post("/api/SavedViews", json!({ "name": "First", "query": "", "position": 1 })).await.expect(201);
        assert_eq!(names(admin).await, ["First", "Refunds"]);
        let tag = admin.get("/api/SavedViews/1").await.header("etag").to_owned();
        let changed = admin.put("/api/SavedViews/1", json!({ "name": "All refunds", "position": 0 })).await.expect(200);
        assert_eq!((&changed["name"], &changed["query"]), (&json!("All refunds"), &made["query"]));
        assert_eq!(names(admin).await, ["All refunds", "First"]);
        let stale = [("if-match", tag.as_str())];
        admin.request(axum::http::Method::DELETE, "/api/SavedViews/1", &stale, Value::Null).await.expect(412);
        admin.delete("/api/SavedViews/1").await.expect(204);
        admin.get("/api/SavedViews/1").await.expect(404);
        for (body, field) in [
            (json!({ "query": "" }), "name"),
            (json!({ "name": " ", "query": "" }), "name"),
            (json!({ "name": "x" }), "query"),
            (json!({ "name": "x", "query": "sortBy=mood" }), "query"),
            (json!({ "name": "x", "query": "channelIDs=many" }), "query"),
        ] {
            admin.post("/api/SavedViews", body).await.expect_invalid(field);
        }
    }
}

db_test! {
    async fn own_views_are_nobody_elses_and_shared_ones_a_supervisors(installation: Installation) {
        let (_, kim) = installation.rep("kim", Role::Agent).await;
        let (_, sam) = installation.rep("sam", Role::Supervisor).await;
        kim.post("/api/SavedViews", json!({ "name": "Kim's", "query": "" })).await.expect(201);
        kim.post("/api/SavedViews", json!({ "name": "Ours", "query": "", "isShared": true })).await.expect(403);
        sam.post("/api/SavedViews", json!({ "name": "Ours", "query": "", "isShared": true })).await.expect(201);
        assert_eq!(names(&kim).await, ["Kim's", "Ours"]);
        assert_eq!(names(&sam).await, ["Ours"]);
        sam.get("/api/SavedViews/1").await.expect(404);
        sam.put("/api/SavedViews/1", json!({ "name": "x" })).await.expect(404);
        kim.put("/api/SavedViews/2", json!({ "name": "x" })).await.expect(403);
        kim.delete("/api/SavedViews/2").await.expect(403);
        installation.admin.put("/api/SavedViews/2", json!({ "name": "Everybody's" })).await.expect(200);
        let (_, stranger) = installation.other_tenant().await;
        assert_eq!(names(&stranger).await, [""; 0]);
        // With their rep, own views go and shared ones stay.
        installation.admin.delete("/api/CustomerReps/2").await.expect(204);
        installation.admin.delete("/api/CustomerReps/3").await.expect(204);
        assert_eq!(installation.count("saved_views").await, 1);
    }
}
