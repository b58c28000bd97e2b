//! `/api/TopicChannels` and `/api/TopicDocuments`.

use answerpal::model::Role;
use axum::http::Method;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::Installation;

/// Two topics, two channels, two documents.
async fn prepare(installation: &Installation) {
    let admin = &installation.admin;
    for name in ["A", "B"] {
        admin.post("/api/Topics", json!({ "name": name })).await.expect(201);
        admin.post("/api/Channels", json!({ "name": name, "channelType": "Chat" })).await.expect(201);
        admin.post("/api/Documents", json!({ "name": name })).await.expect(201);
    }
}

db_test! {
    async fn topics_are_linked_and_unlinked(installation: Installation) {
        prepare(&installation).await;
        let admin = &installation.admin;
        for (path, id, other) in [("/api/TopicChannels", "topicChannelID", "channelID"), ("/api/TopicDocuments", "topicDocumentID", "documentID")] {
            let link = |link: i64, topic: i64, to: i64| json!({ id: link, "topicID": topic, other: to });
            let made = admin.post(path, json!({ "TOPICID": 1, other: 2 })).await;
            assert_eq!(made.header("location"), format!("{path}/1"));
            assert_eq!(made.expect(201), link(1, 1, 2));
            assert_eq!(admin.post(path, json!({ "topicID": 1, other: 2 })).await.expect(200), link(1, 1, 2));
            let many = format!("{other}s");
            let bulk = admin.post(path, json!({ "topicID": 1, many: [1, 2] })).await.expect(201);
            assert_eq!(bulk[1], link(1, 1, 2));
            let again = admin.post(path, json!([{ "topicID": 1, other: 1 }, { "topicID": 2, other: 1 }])).await.expect(201);
            assert_eq!((&again[0], &again[1]["topicID"]), (&bulk[0], &json!(2)));
            let list = admin.get(path).await.expect(200);
            assert_eq!((&list["totalCount"], &list["items"][0]), (&json!(3), &link(1, 1, 2)));
            assert_eq!(admin.get(&format!("{path}?topicId=1")).await.expect(200)["totalCount"], 2);
            assert_eq!(admin.get(&format!("{path}?topicId=2&{other}=1")).await.expect(200)["items"], json!([again[1]]));
            assert_eq!(admin.get(&format!("{path}?{other}=2")).await.expect(200)["totalCount"], 1);
            assert_eq!(admin.get(&format!("{path}/1")).await.expect(200), link(1, 1, 2));
            admin.delete(&format!("{path}/1")).await.expect(204);
            admin.delete(&format!("{path}/1")).await.expect(404);
            let pair = json!({ "topicID": 2, other: 1 });
            admin.request(Method::DELETE, path, &[], pair.clone()).await.expect(204);
            admin.request(Method::DELETE, path, &[], pair).await.expect(404);
            admin.request(Method::DELETE, path, &[], Value::Null).await.expect_invalid("topicID");
            assert_eq!(admin.get(path).await.expect(200)["items"], json!([bulk[0]]));
        }
        admin.delete("/api/Documents/1").await.expect(204);
        admin.delete("/api/Channels/1").await.expect(204);
        assert_eq!(admin.get("/api/TopicDocuments").await.expect(200)["totalCount"], 0);
        assert_eq!(admin.get("/api/TopicChannels").await.expect(200)["totalCount"], 0);
    }
}

db_test! {
    async fn unknown_ids_are_named_and_nothing_is_linked(installation: Installation) {
        prepare(&installation).await;
        let admin = &installation.admin;
        let path = "/api/TopicDocuments";
        admin.post(path, json!({ "documentID": 1 })).await.expect_invalid("topicID");
        admin.post(path, json!({ "topicID": 1 })).await.expect_invalid("documentID");
        admin.post(path, json!({ "topicID": 9, "documentID": 1 })).await.expect_invalid("topicID");
        admin.post(path, json!({ "topicID": 1, "documentID": 9 })).await.expect_invalid("documentID");
        admin.post(path, json!({ "topicID": 1, "documentIDs": [1, 9] })).await.expect_invalid("documentIDs");
        admin.post(path, json!({ "topicIDs": [9], "documentID": 1 })).await.expect_invalid("topicIDs");
        admin.post(path, json!([{ "topicID": 1, "documentID": 1 }, { "topicID": 1, "documentID": -1 }])).await.expect_invalid("documentID");
        admin.post(path, json!([{ "topicID": "x" }])).await.expect_invalid("[0].topicID");
        admin.post(path, json!("x")).await.expect(400);
        assert_eq!(admin.post(path, json!([])).await.expect(200), json!([]));
        let (_, other) = installation.other_tenant().await;
        other.post("/api/Topics", json!({ "name": "Theirs" })).await.expect(201);
        other.post(path, json!({ "topicID": 3, "documentID": 1 })).await.expect_invalid("documentID");
        other.post(path, json!({ "topicID": 1, "documentID": 1 })).await.expect_invalid("topicID");
        assert_eq!(admin.get(path).await.expect(200)["totalCount"], 0);
        admin.post(path, json!({ "topicID": 1, "documentID": 1 })).await.expect(201);
        other.get("/api/TopicDocuments/1").await.expect(404);
        other.delete("/api/TopicDocuments/1").await.expect(404);
        assert_eq!(other.get(path).await.expect(200)["totalCount"], 0);
        let (_, agent) = installation.rep("agent", Role::Agent).await;
        assert_eq!(agent.get(path).await.expect(200)["totalCount"], 1);
        agent.post(path, json!({ "topicID": 1, "documentID": 2 })).await.expect(403);
        agent.delete("/api/TopicDocuments/1").await.expect(403);
        installation.nobody().get(path).await.expect(401);
    }
}
