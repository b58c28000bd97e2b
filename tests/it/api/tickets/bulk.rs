//! One action on many tickets.

use answerpal::model::Role;
use serde_json::{Value, json};

use super::{channel, ticket};
use crate::db_test;
use crate::support::Installation;

db_test! {
    async fn every_action_changes_all_tickets(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let (anna, _) = installation.rep("anna", Role::Agent).await;
        for fields in [json!({}), json!({ "escalated": true }), json!({ "status": "Closed" })] {
            ticket(admin, channel, fields).await;
        }
        let all = json!([1, 2, 3, 2, 1]);
        let states = |field: &'static str| async move {
            let mut states = Vec::new();
            for id in 1..=3 {
                states.push(admin.get(&format!("/tickets/{id}")).await.expect(200)[field].clone());
            }
            states
        };
        let same = |value: Value| vec![value.clone(), value.clone(), value];
        for (body, field, expected) in [
            (json!({ "action": "close", "customerRepID": 5 }), "status", same(json!("Closed"))),
            (json!({ "action": "REOPEN" }), "status", vec![json!("Open"), json!("Escalated"), json!("Open")]),
            (json!({ "action": "escalate" }), "escalated", same(json!(true))),
            (json!({ "action": "deEscalate" }), "status", same(json!("Open"))),
            (json!({ "action": "spam" }), "isSpam", same(json!(true))),
            (json!({ "action": "notSpam" }), "isSpam", same(json!(false))),
            (json!({ "action": "assign", "customerRepID": anna }), "customerRepID", same(json!(anna))),
            (json!({ "action": "unassign" }), "customerRepID", same(Value::Null)),
            (json!({ "action": "setStatus", "status": "pending" }), "status", same(json!("Pending"))),
            (json!({ "action": "close" }), "isClosed", same(json!(true))),
            (json!({ "action": "open" }), "closeDate", same(Value::Null)),
        ] {
            let mut body = body;
            body["ticketIDs"] = all.clone();
            admin.put("/tickets/bulk", body.clone()).await.expect(204);
            assert_eq!(states(field).await, expected, "{body}");
        }
        admin.put("/tickets/bulk", json!({ "ticketIDs": [1, 3], "action": "delete" })).await.expect(204);
        let left = admin.get("/tickets").await.expect(200);
        assert_eq!((&left["totalCount"], &left["items"][0]["ticketID"]), (&json!(1), &json!(2)));
    }
}

db_test! {
    async fn all_or_nothing(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        ticket(admin, channel, json!({})).await;
        let missing = admin.put("/tickets/bulk", json!({ "ticketIDs": [1, 77, 78], "action": "close" })).await.expect(404);
        assert!(missing["detail"].as_str().unwrap().contains("77, 78"), "{missing}");
        for (body, field) in [
            (json!({}), "ticketIDs"), (json!({ "ticketIDs": [] }), "ticketIDs"),
            (json!({ "ticketIDs": ["x"], "action": "close" }), "ticketIDs"),
            (json!({ "ticketIDs": (0..10_001).collect::<Vec<_>>(), "action": "close" }), "ticketIDs"),
            (json!({ "ticketIDs": [1] }), "action"), (json!({ "ticketIDs": [1], "action": "explode" }), "action"),
            (json!({ "ticketIDs": [1], "action": "assign" }), "customerRepID"),
            (json!({ "ticketIDs": [1], "action": "assign", "customerRepID": 99 }), "customerRepID"),
            (json!({ "ticketIDs": [1], "action": "setStatus" }), "status"),
        ] {
            let problem = admin.put("/tickets/bulk", body).await.expect(400);
            let named = problem["errors"].as_object().unwrap().keys().next().unwrap();
            assert!(named.starts_with(field), "{problem}");
        }
        assert_eq!(admin.get("/tickets/1").await.expect(200)["status"], "Open");
    }
}

db_test! {
    async fn ten_thousand_tickets_are_changed_at_once(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let customer = installation.customer;
        installation.app.store.write(move |tx| Box::pin(async move {
            use answerpal::domain::tickets::change::{TicketChange, create};
            for _ in 0..10_000 {
                let change = TicketChange { channel: Some(answerpal::model::ChannelId(channel)), ..TicketChange::default() };
                create(tx, customer, answerpal::model::Actor::System, change).await?;
            }
            Ok(())
        })).await.unwrap();
        let ids: Vec<i64> = (1..=10_000).collect();
        for action in ["close", "assign", "delete"] {
            let started = std::time::Instant::now();
            let body = json!({ "ticketIDs": ids, "action": action, "customerRepID": 1 });
            admin.put("/tickets/bulk", body).await.expect(204);
            println!("{:?}: {action} took {:?}", installation.engine, started.elapsed());
            let closed = admin.get("/tickets?isClosed=true").await.expect(200);
            assert_eq!(closed["totalCount"], if action == "delete" { 0 } else { 10_000 });
        }
    }
}
