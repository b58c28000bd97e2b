//! `/api/AuditEvents`.

use std::time::Duration;

use answerpal::model::{CustomerRepId, Role};
use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Client, Installation};

async fn actions(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/api/AuditEvents?pageSize=1000&{query}")).await.expect(200);
    let items = page["items"].as_array().unwrap();
    assert_eq!(page["totalCount"], items.len());
    items.iter().map(|it| it["action"].as_str().unwrap().to_owned()).collect()
}

db_test! {
    async fn an_administrator_reads_who_changed_what(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/Topics", json!({ "name": "Refunds" })).await.expect(201);
        installation.clock.advance(Duration::from_secs(60));
        admin.put("/api/Topics/1", json!({ "name": "Refund" })).await.expect(200);
        installation.message(CustomerRepId(0)).await;
        let newest = admin.get("/api/AuditEvents?entity=topic&pageSize=1").await.expect(200);
        assert_eq!((&newest["totalCount"], &newest["totalPages"]), (&json!(2), &json!(2)));
        let event = &newest["items"][0];
        assert_eq!((&event["action"], &event["actorID"], &event["actorName"]), (&json!("topic.updated"), &json!(1), &json!("admin")));
        assert_eq!(event["changes"]["name"], json!({ "from": "Refunds", "to": "Refund" }));
        assert_eq!(actions(admin, "entity=topic&sortOrder=asc").await, ["topic.created", "topic.updated"]);
        assert_eq!(actions(admin, "action=topic.created&action=channel.created").await, ["channel.created", "topic.created"]);
        assert_eq!(actions(admin, "entity=topic&entityID=1&from=2026-03-02T09:00:30Z").await, ["topic.updated"]);
        assert_eq!(actions(admin, "entity=topic&to=2026-03-02T09:00:30Z").await, ["topic.created"]);
        assert_eq!(actions(admin, "ticketID=1&actorType=System").await, ["ticketMessage.created", "ticket.created"]);
        assert_eq!(actions(admin, "ticketID=1&actorID=1").await, [""; 0]);
        assert_eq!(actions(admin, "messageID=1").await, ["ticketMessage.created"]);
        admin.get("/api/AuditEvents?sortOrder=up").await.expect_invalid("sortOrder");
    }
}

db_test! {
    async fn nobody_else_does(installation: Installation) {
        for role in [Role::Agent, Role::Supervisor] {
            let (_, rep) = installation.rep(&format!("{role}"), role).await;
            rep.get("/api/AuditEvents").await.expect(403);
        }
        let (_, stranger) = installation.other_tenant().await;
        installation.admin.post("/api/Topics", json!({ "name": "Refunds" })).await.expect(201);
        assert_eq!(actions(&stranger, "entity=topic").await, [""; 0]);
        let page = stranger.get("/api/AuditEvents").await.expect(200);
        assert_ne!(page["totalCount"], Value::from(0));
    }
}
