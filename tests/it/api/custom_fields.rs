//! `/api/CustomerCustomFields`, and the check of values.

use answerpal::domain::custom_fields::check_values;
use answerpal::model::Role;
use axum::http::Method;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::Installation;

db_test! {
    async fn a_definition_is_made_read_changed_and_deleted(installation: Installation) {
        let admin = &installation.admin;
        let body = json!({ "FieldName": " size ", "fieldType": "Dropdown", "displayName": "Size", "order": 2, "options": ["S", " M ", "S"] });
        let made = admin.post("/api/CustomerCustomFields", body).await;
        assert_eq!(made.header("location"), "/api/CustomerCustomFields/1");
        let made = made.expect(201);
        assert_eq!(made, json!({
            "customFieldDefinitionID": 1, "fieldName": "size", "fieldType": "dropdown", "displayName": "Size",
            "description": null, "order": 2, "options": ["S", "M"],
        }));
        let second = admin.post("/api/CustomerCustomFields", json!({ "fieldName": "age", "fieldType": "number", "order": 1 })).await.expect(201);
        assert_eq!(second["options"], json!([]));
        let list = admin.get("/customercustomfields").await.expect(200);
        assert_eq!((&list["totalCount"], &list["items"][0], &list["items"][1]), (&json!(2), &second, &made));
        let by_name = admin.get("/api/CustomerCustomFields?sortBy=fieldname&sortOrder=desc&pageSize=1").await.expect(200);
        assert_eq!((&by_name["items"], &by_name["totalPages"]), (&json!([made]), &json!(2)));
        admin.get("/api/CustomerCustomFields?sortBy=nothing").await.expect_invalid("sortBy");
        let read = admin.get("/api/CustomerCustomFields/1").await;
        let tag = read.header("etag").to_owned();
        let mut back = read.expect(200);
        back["displayName"] = json!("");
        back["options"] = json!(["L"]);
        let changed = admin.put("/api/CustomerCustomFields/1", back).await.expect(200);
        assert_eq!((&changed["displayName"], &changed["options"]), (&Value::Null, &json!(["L"])));
        let stale = admin.request(Method::DELETE, "/api/CustomerCustomFields/1", &[("if-match", &tag)], Value::Null).await;
        stale.expect(412);
        admin.delete("/api/CustomerCustomFields/1").await.expect(204);
        admin.get("/api/CustomerCustomFields/1").await.expect(404);
        admin.delete("/api/CustomerCustomFields/1").await.expect(404);
    }
}

db_test! {
    async fn name_and_type_are_fixed_and_bad_input_names_its_field(installation: Installation) {
        let admin = &installation.admin;
        let path = "/api/CustomerCustomFields";
        admin.post(path, json!({ "fieldType": "text" })).await.expect_invalid("fieldName");
        admin.post(path, json!({ "fieldName": " ", "fieldType": "text" })).await.expect_invalid("fieldName");
        admin.post(path, json!({ "fieldName": "a" })).await.expect_invalid("fieldType");
        admin.post(path, json!({ "fieldName": "a", "fieldType": "colour" })).await.expect_invalid("fieldType");
        admin.post(path, json!({ "fieldName": "a", "fieldType": "dropdown" })).await.expect_invalid("options");
        admin.post(path, json!({ "fieldName": "a", "fieldType": "dropdown", "options": [] })).await.expect_invalid("options");
        admin.post(path, json!({ "fieldName": "a", "fieldType": "dropdown", "options": ["x", ""] })).await.expect_invalid("options[1]");
        admin.post(path, json!({ "fieldName": "a", "fieldType": "text", "options": ["x"] })).await.expect_invalid("options");
        admin.post(path, json!({ "fieldName": "a", "fieldType": "text" })).await.expect(201);
        admin.post(path, json!({ "fieldName": "A", "fieldType": "text" })).await.expect(409);
        admin.put("/api/CustomerCustomFields/1", json!({ "fieldName": "b" })).await.expect_invalid("fieldName");
        admin.put("/api/CustomerCustomFields/1", json!({ "fieldType": "number" })).await.expect_invalid("fieldType");
        admin.put("/api/CustomerCustomFields/1", json!({ "fieldName": "a", "fieldType": "TEXT", "options": [] })).await.expect(200);
    }
}

db_test! {
    async fn other_tenants_and_roles(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/CustomerCustomFields", json!({ "fieldName": "a", "fieldType": "text" })).await.expect(201);
        let (_, other) = installation.other_tenant().await;
        assert_eq!(other.get("/api/CustomerCustomFields").await.expect(200)["totalCount"], 0);
        other.get("/api/CustomerCustomFields/1").await.expect(404);
        other.put("/api/CustomerCustomFields/1", json!({ "order": 5 })).await.expect(404);
        other.delete("/api/CustomerCustomFields/1").await.expect(404);
        other.post("/api/CustomerCustomFields", json!({ "fieldName": "a", "fieldType": "date" })).await.expect(201);
        installation.nobody().get("/api/CustomerCustomFields").await.expect(401);
        let (_, agent) = installation.rep("agent", Role::Agent).await;
        assert_eq!(agent.get("/api/CustomerCustomFields/1").await.expect(200)["fieldName"], "a");
        agent.post("/api/CustomerCustomFields", json!({ "fieldName": "b", "fieldType": "text" })).await.expect(403);
        agent.put("/api/CustomerCustomFields/1", json!({ "order": 5 })).await.expect(403);
        agent.delete("/api/CustomerCustomFields/1").await.expect(403);
    }
}

db_test! {
    async fn values_are_checked_where_there_is_a_definition(installation: Installation) {
        let admin = &installation.admin;
        for (name, kind) in [("age", "number"), ("due", "date"), ("vip", "boolean"), ("note", "text")] {
            admin.post("/api/CustomerCustomFields", json!({ "fieldName": name, "fieldType": kind })).await.expect(201);
        }
        let (other, _) = installation.other_tenant().await;
        let mut conn = installation.app.store.read().await.unwrap();
        let good = json!({ "age": 7, "due": "2026-03-02", "vip": false, "note": "x", "free": [1, 2], "Age": "any" });
        check_values(&mut conn, installation.customer, &good).await.unwrap();
        check_values(&mut conn, other, &json!({ "age": "many" })).await.unwrap();
        for (value, field) in [
            (json!({ "age": "many" }), "customFieldsData.age"),
            (json!({ "due": "soon" }), "customFieldsData.due"),
            (json!({ "vip": 1 }), "customFieldsData.vip"),
            (json!({ "note": {} }), "customFieldsData.note"),
            (json!([]), "customFieldsData"),
            (json!("x"), "customFieldsData"),
        ] {
            let error = check_values(&mut conn, installation.customer, &value).await.unwrap_err();
            assert!(error.fields().unwrap().contains_key(field), "{value}: {error}");
        }
    }
}
