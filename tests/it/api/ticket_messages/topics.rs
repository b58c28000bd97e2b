//! What people say a message is about.

use serde_json::json;

use super::{channel, mail, path, ticket, topic};
use crate::db_test;
use crate::support::Installation;

db_test! {
    async fn correcting_replaces_the_list(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let made = mail(admin, channel).await;
        let (login, refunds) = (topic(admin, "Login").await, topic(admin, "Refunds").await);
        let at = path(&made, "/correct-topics");
        admin.post(&at, json!({ "topicIds": [refunds, login, refunds] })).await.expect(204);
        let topics = admin.get(&path(&made, "")).await.expect(200)["topics"].clone();
        assert_eq!((&topics[0]["topicName"], &topics[1]["topicName"]), (&json!("Refunds"), &json!("Login")));
        assert_eq!((&topics[0]["corrected"], &topics[0]["correctedByCustomerRepName"]), (&json!(true), &json!("admin")));
        assert_eq!(topics.as_array().unwrap().len(), 2);
        assert_eq!(ticket(&installation, &made).await.topic_ids, format!("{refunds},{login}"));
        admin.post(&at, json!({ "topicIds": [login] })).await.expect(204);
        let kept = admin.get(&path(&made, "")).await.expect(200)["topics"].clone();
        assert_eq!(kept, json!([topics[1]]));
        admin.post(&at, json!({ "topicIds": [] })).await.expect(204);
        assert_eq!(admin.get(&path(&made, "")).await.expect(200)["topics"], json!([]));
        assert_eq!(ticket(&installation, &made).await.topic_ids, "");
        let (_, other) = installation.other_tenant().await;
        let foreign = topic(&other, "Theirs").await;
        admin.post(&at, json!({ "topicIds": [login, foreign] })).await.expect_invalid("topicIds");
        admin.post(&at, json!({})).await.expect_invalid("topicIds");
        admin.post("/api/ticketMessages/999/correct-topics", json!({ "topicIds": [] })).await.expect(404);
    }
}

db_test! {
    async fn one_topic_is_added_and_taken_off(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let made = mail(admin, channel).await;
        let refunds = topic(admin, "Refunds").await;
        let body = json!({ "messageID": made["messageID"], "topicID": refunds, "customerRepID": 1 });
        let link = admin.post("/api/ticketMessageTopics", body.clone()).await.expect(201);
        assert_eq!((&link["topicName"], &link["corrected"]), (&json!("Refunds"), &json!(true)));
        assert_eq!(admin.post("/api/ticketMessageTopics", body).await.expect(200), link);
        assert_eq!(ticket(&installation, &made).await.topic_ids, refunds.to_string());
        let (_, other) = installation.other_tenant().await;
        let id = link["ticketMessageTopicID"].clone();
        let removal = json!({ "ticketMessageTopicID": id, "customerRepID": 1 });
        let delete = |client: crate::support::Client, body: serde_json::Value| async move {
            client.request(axum::http::Method::DELETE, "/api/ticketMessageTopics", &[], body).await
        };
        delete(other.clone(), json!({ "ticketMessageTopicID": id })).await.expect_invalid("ticketMessageTopicID");
        let foreign = json!({ "messageID": made["messageID"], "topicID": refunds });
        other.post("/api/ticketMessageTopics", foreign).await.expect_invalid("messageID");
        delete(admin.clone(), removal.clone()).await.expect(204);
        delete(admin.clone(), removal).await.expect_invalid("ticketMessageTopicID");
        assert_eq!(ticket(&installation, &made).await.topic_ids, "");
        let unknown = json!({ "messageID": made["messageID"], "topicID": 99 });
        admin.post("/api/ticketMessageTopics", unknown).await.expect_invalid("topicID");
        let nobody = json!({ "messageID": made["messageID"], "topicID": refunds, "customerRepID": 99 });
        admin.post("/api/ticketMessageTopics", nobody).await.expect_invalid("customerRepID");
    }
}

db_test! {
    async fn a_conversation_tells_each_messages_topics_as_its_list_does(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let first = mail(admin, channel).await;
        let ticket = first["ticketID"].as_i64().unwrap();
        let (login, refunds) = (topic(admin, "Login").await, topic(admin, "Refunds").await);
        let note = json!({ "ticketID": ticket, "senderType": "CustomerRep", "incoming": false, "textBody": "Looking." });
        let second = admin.post("/api/ticketMessages", note).await.expect(201);
        admin.post(&path(&first, "/correct-topics"), json!({ "topicIds": [refunds, login] })).await.expect(204);
        let in_ticket = async || {
            let ticket = admin.get(&format!("/api/tickets/{ticket}?include=messages")).await.expect(200);
            ticket["messages"]["items"].clone()
        };
        let listed = async || {
            let page = admin.get(&format!("/api/ticketMessages?ticketId={ticket}")).await.expect(200);
            page["items"].clone()
        };
        let messages = in_ticket().await;
        assert_eq!(messages, listed().await);
        let names: Vec<_> = messages[0]["topics"].as_array().unwrap().iter().map(|it| &it["topicName"]).collect();
        assert_eq!(names, ["Refunds", "Login"]);
        assert_eq!(messages[1]["topics"], json!([]));
        admin.post(&path(&second, "/correct-topics"), json!({ "topicIds": [login] })).await.expect(204);
        let messages = in_ticket().await;
        assert_eq!(messages, listed().await);
        assert_eq!(messages[1]["topics"][0]["topicName"], "Login");
    }
}
