//! Taking back an action on many tickets.

use std::time::Duration;

use answerpal::model::Role;
use serde_json::{Value, json};

use super::{channel, ticket};
use crate::db_test;
use crate::support::{Client, Installation};

async fn bulk(client: &Client, body: Value) -> i64 {
    let answer = client.put("/api/tickets/bulk", body).await;
    assert_eq!(answer.status, 204);
    answer.header("x-undo-id").parse().unwrap()
}

async fn states(client: &Client, count: i64) -> Vec<Value> {
    let mut states = Vec::new();
    for id in 1..=count {
        states.push(client.get(&format!("/api/tickets/{id}")).await.expect(200));
    }
    states
}

db_test! {
    async fn each_ticket_gets_back_exactly_what_it_had(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let (anna, _) = installation.rep("anna", Role::Agent).await;
        for fields in [
            json!({}),
            json!({ "escalated": true, "customerRepID": anna }),
            json!({ "status": "Waiting", "isSpam": true }),
            json!({ "status": "Closed", "closeDate": "2026-01-05T00:00:00Z" }),
        ] {
            ticket(admin, channel, fields).await;
        }
        let before = states(admin, 4).await;
        let counts = admin.get("/api/tickets/counts").await.expect(200);
        installation.clock.advance(Duration::from_secs(60));
        for action in ["close", "open", "escalate", "deescalate", "spam", "notSpam", "unassign", "setStatus", "assign"] {
            let body = json!({ "ticketIDs": [1, 2, 3, 4], "action": action, "status": "Pending", "customerRepID": 1 });
            let undo = bulk(admin, body).await;
            assert_ne!(states(admin, 4).await, before, "{action}");
            let undone = admin.post("/api/tickets/bulk/undo", json!({ "undoID": undo })).await.expect(200);
            assert_eq!(undone["skippedTicketIDs"], json!([]));
            assert_eq!(states(admin, 4).await, before, "{action}");
            assert_eq!(admin.get("/api/tickets/counts").await.expect(200), counts, "{action}");
            // Once.
            admin.post("/api/tickets/bulk/undo", json!({ "undoID": undo })).await.expect(404);
        }
        let trail = admin.get("/api/tickets/1/events?sortOrder=desc&pageSize=1").await.expect(200);
        assert_eq!(trail["items"][0]["changes"]["customerRepID"], json!({ "from": 1, "to": 0 }));
    }
}

db_test! {
    async fn what_somebody_changed_since_is_left_alone(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        for _ in 0..3 {
            ticket(admin, channel, json!({})).await;
        }
        let undo = bulk(admin, json!({ "ticketIDs": [1, 2, 3], "action": "close" })).await;
        admin.put("/api/tickets/2", json!({ "status": "Pending" })).await.expect(204);
        admin.delete("/api/tickets/3").await.expect(204);
        let undone = admin.post("/api/tickets/bulk/undo", json!({ "undoID": undo })).await.expect(200);
        assert_eq!(undone, json!({ "restoredTicketIDs": [1], "skippedTicketIDs": [2, 3] }));
        assert_eq!(admin.get("/api/tickets/2").await.expect(200)["status"], "Pending");
    }
}

db_test! {
    async fn who_did_it_undoes_it_within_ten_minutes(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        ticket(admin, channel, json!({})).await;
        let (_, sam) = installation.rep("sam", Role::Supervisor).await;
        let (_, stranger) = installation.other_tenant().await;
        let undo = bulk(admin, json!({ "ticketIDs": [1], "action": "close" })).await;
        for other in [&sam, &stranger] {
            other.post("/api/tickets/bulk/undo", json!({ "undoID": undo })).await.expect(404);
        }
        installation.clock.advance(Duration::from_secs(601));
        admin.post("/api/tickets/bulk/undo", json!({ "undoID": undo })).await.expect(404);
        admin.post("/api/tickets/bulk/undo", json!({})).await.expect_invalid("undoID");
        answerpal::jobs::duties::purge(&installation.app).await.unwrap();
        assert_eq!(installation.count("bulk_undos").await, 0);
        // Nothing changed, or nothing can bring it back: no id.
        for action in ["close", "delete"] {
            let answer = admin.put("/api/tickets/bulk", json!({ "ticketIDs": [1], "action": action })).await;
            assert_eq!((answer.status.as_u16(), answer.header("x-undo-id")), (204, ""), "{action}");
        }
    }
}
