//! `/api/Notifications`: mentions and assignments.

use std::time::Duration;

use answerpal::model::{CustomerRepId, Role};
use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Client, Installation};

async fn told(client: &Client, query: &str) -> Vec<(String, i64)> {
    let page = client.get(&format!("/api/Notifications{query}")).await.expect(200);
    let items = page["items"].as_array().unwrap();
    assert_eq!(page["totalCount"], items.len());
    items
        .iter()
        .map(|it| (it["kind"].as_str().unwrap().to_owned(), it["ticketID"].as_i64().unwrap()))
        .collect()
}

fn note(text: &str) -> Value {
    json!({ "ticketID": 1, "isInternal": true, "incoming": false, "senderType": "CustomerRep", "textBody": text })
}

db_test! {
    async fn a_note_tells_whom_it_mentions(installation: Installation) {
        installation.message(CustomerRepId(0)).await;
        let admin = &installation.admin;
        let (anna, by_anna) = installation.rep("anna", Role::Agent).await;
        let (_, by_ann) = installation.rep("ann", Role::Agent).await;
        admin.put(&format!("/api/CustomerReps/{anna}"), json!({ "name": "Anna Berger" })).await.expect(204);
        let posted = admin.post("/api/ticketMessages", note("Could you look, @anna berger? (@ANNA) @admin x@ann.example")).await.expect(201);
        let page = by_anna.get("/api/Notifications").await.expect(200);
        let it = &page["items"][0];
        assert_eq!(page["totalCount"], 1);
        assert_eq!((&it["kind"], &it["ticketID"], &it["messageID"]), (&json!("Mention"), &json!(1), &posted["messageID"]));
        assert_eq!((&it["actorName"], &it["isRead"]), (&json!("admin"), &json!(false)));
        assert!(it["preview"].as_str().unwrap().starts_with("Could you look"));
        assert_eq!(told(&by_ann, "").await, []);
        assert_eq!(told(admin, "").await, []);
        // What goes out mentions nobody.
        let mut answer = note("Hello @ann");
        answer["isInternal"] = json!(false);
        admin.post("/api/ticketMessages", answer).await.expect(201);
        assert_eq!(told(&by_ann, "").await, []);
        admin.post("/api/ticketMessages", note("@ann, @annabel")).await.expect(201);
        assert_eq!(told(&by_ann, "").await, [("Mention".to_owned(), 1)]);
    }
}

db_test! {
    async fn who_is_given_a_ticket_is_told_and_reads_it(installation: Installation) {
        for _ in 0..3 {
            installation.message(CustomerRepId(0)).await;
        }
        let admin = &installation.admin;
        let (kim, by_kim) = installation.rep("kim", Role::Agent).await;
        admin.put("/api/tickets/1/assign", json!({ "customerRepID": kim })).await.expect(204);
        admin.put("/api/tickets/bulk", json!({ "ticketIDs": [2, 3], "action": "assign", "customerRepID": kim })).await.expect(204);
        // Again, and to oneself: no news.
        admin.put("/api/tickets/1/assign", json!({ "customerRepID": kim })).await.expect(204);
        admin.put("/api/tickets/3/assign", json!({})).await.expect(204);
        let mut all = told(&by_kim, "").await;
        all.sort();
        // Ticket 3 is no longer Kim's to see.
        assert_eq!(all, [("Assigned".to_owned(), 1), ("Assigned".to_owned(), 2)]);
        assert_eq!(told(admin, "").await, []);
        let newest = by_kim.get("/api/Notifications?pageSize=1").await.expect(200);
        assert_eq!((&newest["totalPages"], &newest["items"][0]["ticketID"]), (&json!(2), &json!(2)));
        let id = newest["items"][0]["notificationID"].clone();
        // Another's are left alone.
        admin.post("/api/Notifications/read", json!({ "notificationIDs": [id] })).await.expect(204);
        assert_eq!(told(&by_kim, "?unread=true").await.len(), 2);
        by_kim.post("/api/Notifications/read", json!({ "notificationIDs": [id, 999] })).await.expect(204);
        assert_eq!(told(&by_kim, "?unread=true").await, [("Assigned".to_owned(), 1)]);
        by_kim.post("/api/Notifications/read", json!({ "all": true })).await.expect(204);
        assert_eq!(told(&by_kim, "?unread=true").await, []);
        assert_eq!(told(&by_kim, "").await.len(), 2);
        by_kim.post("/api/Notifications/read", json!({})).await.expect_invalid("notificationIDs");
        installation.clock.advance(Duration::from_secs(91 * 24 * 3600));
        answerpal::jobs::duties::purge(&installation.app).await.unwrap();
        assert_eq!(installation.count("notifications").await, 0);
    }
}

db_test! {
    async fn a_mention_opens_no_ticket_to_whom_it_is_closed(installation: Installation) {
        let (_, by_kim) = installation.rep("kim", Role::Agent).await;
        let (lee, _) = installation.rep("lee", Role::Agent).await;
        let (_, by_sam) = installation.rep("sam", Role::Supervisor).await;
        installation.message(lee).await;
        installation.admin.post("/api/ticketMessages", note("@kim @sam")).await.expect(201);
        assert_eq!(told(&by_kim, "").await, []);
        assert_eq!(told(&by_sam, "").await, [("Mention".to_owned(), 1)]);
        by_kim.get("/api/tickets/1").await.expect(404);
    }
}
