//! JSON Patch and merge patch.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use super::{channel, ticket};
use crate::db_test;
use crate::support::{Client, Installation};

const OPERATIONS: &str = "application/json-patch+json";
const MERGE: &str = "application/merge-patch+json";

async fn patch(client: &Client, kind: &str, body: Value) -> crate::support::Answer {
    let request = Request::patch("/api/tickets/1").header("content-type", kind);
    client.send(request.body(Body::from(body.to_string())).unwrap()).await
}

db_test! {
    async fn merge_patch_sets_and_clears(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let fields = json!({ "subject": "S", "summary": "Sum", "customerRepID": 1, "customFieldsData": { "a": { "b": 1, "c": 2 } } });
        ticket(admin, channel, fields).await;
        let body = json!({
            "Summary": null, "customerrepid": null, "status": "pending", "ticketID": 1, "nonsense": 5,
            "customFieldsData": { "a": { "b": null }, "A": true },
        });
        patch(admin, MERGE, body).await.expect(204);
        let now = admin.get("/tickets/1").await.expect(200);
        assert_eq!(now["summary"], Value::Null);
        assert_eq!(now["customerRepID"], Value::Null);
        assert_eq!(now["subject"], "S");
        assert_eq!(now["status"], "Pending");
        assert_eq!(now["customFieldsData"], json!({ "a": { "c": 2 }, "A": true }));
        patch(admin, "application/json", json!({ "closeDate": "2026-01-01T00:00:00Z" })).await.expect(204);
        assert_eq!(admin.get("/tickets/1").await.expect(200)["status"], "Closed");
        patch(admin, MERGE, json!({ "closeDate": null, "customFieldsData": null })).await.expect(204);
        let now = admin.get("/tickets/1").await.expect(200);
        assert_eq!((&now["status"], &now["closeDate"], &now["customFieldsData"]), (&json!("Open"), &Value::Null, &Value::Null));
    }
}

db_test! {
    async fn json_patch_operates_on_the_ticket(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        ticket(admin, channel, json!({ "subject": "S", "customFieldsData": { "tags": ["x"] } })).await;
        patch(admin, OPERATIONS, json!([
            { "op": "test", "path": "/status", "value": "Open" },
            { "Op": "replace", "Path": "/Status", "VALUE": "Closed" },
            { "op": "add", "path": "/customFieldsData/tags/-", "value": "y" },
            { "op": "copy", "from": "/subject", "path": "/summary" },
            { "op": "remove", "path": "/subject" },
        ])).await.expect(204);
        let now = admin.get("/tickets/1").await.expect(200);
        assert_eq!((&now["isClosed"], &now["subject"], &now["summary"]), (&json!(true), &Value::Null, &json!("S")));
        assert_eq!(now["customFieldsData"]["tags"], json!(["x", "y"]));
    }
}

db_test! {
    async fn what_does_not_fit_is_refused_and_changes_nothing(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        ticket(admin, channel, json!({ "subject": "S", "customFieldsData": { "a": [1] } })).await;
        let before = admin.get("/tickets/1").await.expect(200);
        patch(admin, MERGE, json!({ "subject": "T", "ticketID": 2 })).await.expect_invalid("ticketID");
        patch(admin, MERGE, json!({ "status": null })).await.expect_invalid("status");
        patch(admin, MERGE, json!({ "endUserID": 99 })).await.expect_invalid("endUserID");
        patch(admin, MERGE, json!(["x"])).await.expect_invalid("body");
        let replace = |path: &str, value: Value| json!([{ "op": "replace", "path": path, "value": value }]);
        patch(admin, OPERATIONS, replace("/dateCreated", json!("2020-01-01T00:00:00Z"))).await.expect_invalid("dateCreated");
        // The same time, as another client writes it.
        patch(admin, OPERATIONS, replace("/dateCreated", json!("2026-03-02T10:00:00.0000000+01:00"))).await.expect(204);
        patch(admin, OPERATIONS, replace("/nothing", json!(1))).await.expect(400);
        patch(admin, OPERATIONS, replace("", json!([]))).await.expect_invalid("body");
        patch(admin, OPERATIONS, replace("/status", json!({ "x": 1 }))).await.expect_invalid("status");
        patch(admin, OPERATIONS, json!([{ "op": "test", "path": "/status", "value": "Closed" }])).await.expect(409);
        patch(admin, OPERATIONS, json!([{ "op": "explode" }])).await.expect_invalid("body");
        patch(admin, "application/xml", json!({ "subject": "T" })).await.expect(415);
        patch(admin, "application/vnd.api+json", json!({ "subject": "T" })).await.expect(415);
        let bomb: Vec<Value> = (0..200).map(|_| json!({ "op": "copy", "from": "/customFieldsData", "path": "/customFieldsData/a/-" })).collect();
        patch(admin, OPERATIONS, Value::Array(bomb)).await.expect_invalid("body");
        assert_eq!(admin.get("/tickets/1").await.expect(200), before);
        let request = Request::patch("/api/tickets/1").header("content-type", MERGE).header("if-match", "\"old\"");
        let stale = admin.send(request.body(Body::from("{\"subject\":\"T\"}")).unwrap()).await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    }
}
