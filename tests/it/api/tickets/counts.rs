//! How many tickets each view holds.

use answerpal::model::Role;
use serde_json::{Value, json};

use super::{channel, ids, ticket};
use crate::db_test;
use crate::support::{Client, Installation};

/// The counts, each compared with the list that its own query gives.
async fn counts(client: &Client) -> Value {
    let counts = client.get("/api/tickets/counts").await.expect(200);
    for name in ["mine", "unassigned", "all", "escalated", "spam", "closed"] {
        let view = &counts[name];
        let listed =
            client.get(&format!("/api/tickets?{}", view["query"].as_str().unwrap())).await.expect(200);
        assert_eq!(view["count"], listed["totalCount"], "{name}");
    }
    counts
}

fn numbers(counts: &Value) -> [u64; 6] {
    ["mine", "unassigned", "all", "escalated", "spam", "closed"]
        .map(|it| counts[it]["count"].as_u64().unwrap())
}

db_test! {
    async fn every_view_says_how_many_the_caller_sees(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let (kim, agent) = installation.rep("kim", Role::Agent).await;
        let (lee, _) = installation.rep("lee", Role::Agent).await;
        for fields in [
            json!({}),
            json!({ "escalated": true }),
            json!({ "isSpam": true }),
            json!({ "isSpam": true, "status": "Closed" }),
            json!({ "status": "Closed" }),
            json!({ "customerRepID": kim }),
            json!({ "customerRepID": lee, "escalated": true }),
            json!({ "customerRepID": 1 }),
        ] {
            ticket(admin, channel, fields).await;
        }
        // [mine, unassigned, all, escalated, spam, closed]
        assert_eq!(numbers(&counts(admin).await), [1, 2, 5, 2, 2, 1]);
        assert_eq!(numbers(&counts(&agent).await), [1, 2, 3, 1, 2, 1]);
        admin.put("/tickets/bulk", json!({ "ticketIDs": [1, 2], "action": "assign", "customerRepID": kim })).await.expect(204);
        assert_eq!(numbers(&counts(&agent).await), [3, 0, 3, 1, 2, 1]);
        assert_eq!(counts(&agent).await["unreadNotifications"], 2);
    }
}

db_test! {
    async fn saved_views_are_counted_by_their_own_filter(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let (kim, agent) = installation.rep("kim", Role::Agent).await;
        for fields in [json!({}), json!({ "status": "Pending" }), json!({ "customerRepID": kim, "uid": "a@example.com" })] {
            ticket(admin, channel, fields).await;
        }
        for query in ["status=Pending", "uid=a@example.com", "topic=nothing", "search=hello", "mine=true"] {
            admin.post("/api/SavedViews", json!({ "name": query, "query": query, "isShared": true })).await.expect(201);
        }
        let of = async |client: &Client| -> Vec<Value> {
            let counts = client.get("/api/tickets/counts").await.expect(200);
            counts["savedViews"].as_array().unwrap().iter().map(|it| it["count"].clone()).collect()
        };
        assert_eq!(of(admin).await, [json!(1), json!(1), json!(0), Value::Null, json!(0)]);
        assert_eq!(of(&agent).await, [json!(1), json!(1), json!(0), Value::Null, json!(1)]);
        assert_eq!(ids(&agent.get("/api/tickets?mine=true").await.expect(200)), [3]);
        assert_eq!(ids(&agent.get("/api/tickets?mine=true&customerRepID=1").await.expect(200)), [0; 0]);
    }
}

db_test! {
    async fn lists_take_when_a_ticket_was_closed_or_last_written_to(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        ticket(admin, channel, json!({ "status": "Closed", "closeDate": "2026-02-01T00:00:00Z" })).await;
        ticket(admin, channel, json!({ "status": "Closed" })).await;
        ticket(admin, channel, json!({})).await;
        let found = async |query: &str| ids(&admin.get(&format!("/api/tickets?sortBy=ticketID&{query}")).await.expect(200));
        assert_eq!(found("closedTo=2026-02-15").await, [1]);
        assert_eq!(found("closedFrom=2026-02-15").await, [2]);
        assert_eq!(found("lastMessageFrom=2026-03-02T09:00:00Z").await, [1, 2, 3]);
        assert_eq!(found("lastMessageTo=2026-03-02T08:59:59Z").await, [0; 0]);
    }
}
