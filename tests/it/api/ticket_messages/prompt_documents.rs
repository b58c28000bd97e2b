//! The documents that an answer would rest on.

use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Client, Installation};

async fn document(admin: &Client, name: &str, content: &str) -> i64 {
    let new = json!({ "name": name, "content": content });
    admin.post("/api/Documents", new).await.expect(201)["documentID"].as_i64().unwrap()
}

async fn message(admin: &Client, text: &str) -> i64 {
    let channel = json!({ "channelType": "Email", "name": "Mail" });
    let channel = admin.post("/api/Channels", channel).await.expect(201)["channelID"].clone();
    let new = json!({ "channelID": channel, "fromAddress": "anna@example.com", "textBody": text });
    admin.post("/api/ticketMessages/create-new", new).await.expect(201)["messageID"].as_i64().unwrap()
}

async fn documents(admin: &Client, id: i64) -> Vec<Value> {
    let path = format!("/api/ticketMessages/{id}/promptDocuments?onlyPromptDocuments=true");
    let found = admin.get(&path).await.expect(200);
    assert_eq!(found.as_object().unwrap().len(), 1, "only the documents");
    found["promptDocuments"].as_array().unwrap().clone()
}

db_test! {
    async fn documents_are_found_at_once_and_as_they_are_now(installation: Installation) {
        let admin = &installation.admin;
        let id = message(admin, "How long does it take until my money is back after I returned the parcel?").await;
        assert!(documents(admin, id).await.is_empty());
        let refunds = document(admin, "Refunds", "# Refunds\n\nAfter a return we pay the money back within 14 days.\n\n![flow](https://x.example/flow.png)").await;
        document(admin, "Opening hours", "We are open from Monday to Friday, 9 to 17.").await;
        let found = documents(admin, id).await;
        assert_eq!((found.len(), &found[0]["documentID"]), (2, &json!(refunds)));
        assert_eq!((&found[0]["title"], &found[0]["name"]), (&json!("Refunds"), &json!("Refunds")));
        assert!(found[0]["content"].as_str().unwrap().contains("within 14 days"));
        assert_eq!(found[0]["imageUrls"], json!(["https://x.example/flow.png"]));
        assert!(found[0]["score"].as_f64().unwrap() > found[1]["score"].as_f64().unwrap());
        // Changed and deleted documents are found as they are.
        let change = json!({ "content": "The cafeteria serves lunch at noon." });
        admin.put(&format!("/api/Documents/{refunds}"), change).await.expect(200);
        let found = documents(admin, id).await;
        let changed = found.iter().find(|it| it["documentID"] == refunds).unwrap();
        assert!(changed["content"].as_str().unwrap().contains("lunch"));
        admin.delete(&format!("/api/Documents/{refunds}")).await.expect(204);
        assert_eq!(documents(admin, id).await.len(), 1);
        installation.run_jobs().await;
    }
}

db_test! {
    async fn links_of_the_topics_limit_the_documents(installation: Installation) {
        let admin = &installation.admin;
        let id = message(admin, "Error E-4711 when I pay").await;
        let payment = document(admin, "Payment", "Pay by card or bank transfer.").await;
        let code = document(admin, "Codes", "E-4711 means that the card has expired. E-4712 means something else.").await;
        assert_eq!(documents(admin, id).await[0]["documentID"], code);
        let topic = admin.post("/api/Topics", json!({ "name": "Payment" })).await.expect(201)["topicID"].clone();
        admin.post("/api/TopicDocuments", json!({ "topicID": topic, "documentID": payment })).await;
        assert_eq!(documents(admin, id).await.len(), 2, "the message has not the topic");
        admin.post(&format!("/api/ticketMessages/{id}/correct-topics"), json!({ "topicIds": [topic] })).await.expect(204);
        let found = documents(admin, id).await;
        assert_eq!((found.len(), &found[0]["documentID"]), (1, &json!(payment)));
        installation.run_jobs().await;
    }
}

db_test! {
    async fn the_whole_answer_tells_who_asks_and_what_they_asked_before(installation: Installation) {
        let admin = &installation.admin;
        let first = message(admin, "Where is my parcel?").await;
        let second = message(admin, "And my money?").await;
        let whole = admin.get(&format!("/api/ticketMessages/{second}/promptDocuments")).await.expect(200);
        assert_eq!(whole["promptDocuments"], json!([]));
        assert_eq!(whole["endUsers"][0]["uiDs"][0]["uid"], "anna@example.com");
        let ticket = admin.get(&format!("/api/ticketMessages/{first}")).await.expect(200)["ticketID"].clone();
        assert_eq!((whole["tickets"].as_array().unwrap().len(), &whole["tickets"][0]["ticketID"]), (1, &ticket));
        let (_, other) = installation.other_tenant().await;
        other.get(&format!("/api/ticketMessages/{second}/promptDocuments")).await.expect(404);
        installation.run_jobs().await;
    }
}
