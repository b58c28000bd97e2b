//! Whatever is changed in whatever order: states stay consistent, and totals are what a count says.

use serde_json::{Value, json};

use super::{channel, ids, ticket};
use crate::db_test;
use crate::support::Installation;

/// A small seeded generator: the same walk every time.
struct Walk(u64);

impl Walk {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    fn fields(&mut self) -> Value {
        let choices = [
            ("status", json!("Open")),
            ("status", json!("closed")),
            ("status", json!("ESCALATED")),
            ("status", json!("Waiting")),
            ("isClosed", json!(true)),
            ("isClosed", json!(false)),
            ("escalated", json!(true)),
            ("escalated", json!(false)),
            ("isSpam", json!(true)),
            ("isSpam", json!(false)),
            ("customerRepID", json!(1)),
            ("customerRepID", json!(0)),
            ("closeDate", json!("2026-01-05T00:00:00Z")),
            ("subject", json!("x")),
        ];
        let mut fields = json!({});
        for _ in 0..=self.below(3) {
            let (name, value) = self.pick(&choices);
            fields[*name] = value.clone();
        }
        fields
    }
}

fn assert_consistent(ticket: &Value, after: &Value) {
    let is_closed = ticket["status"] == "Closed";
    assert_eq!(ticket["isClosed"], is_closed, "{ticket} after {after}");
    assert_eq!(!ticket["closeDate"].is_null(), is_closed, "{ticket} after {after}");
    if !is_closed {
        assert_eq!(ticket["escalated"], ticket["status"] == "Escalated", "{ticket} after {after}");
    }
}

db_test! {
    async fn states_and_totals_stay_consistent(installation: Installation) {
        let admin = &installation.admin;
        let channels = [channel(admin, "Email").await, channel(admin, "Chat").await];
        let mut walk = Walk(11);
        let actions = ["close", "open", "reopen", "assign", "unassign", "escalate", "deescalate", "spam", "notSpam", "setStatus"];
        for step in 0..120 {
            let count = admin.get("/tickets").await.expect(200)["totalCount"].as_u64().unwrap() as usize;
            let body = match walk.below(5) {
                _ if count < 5 => { let fields = walk.fields(); ticket(admin, *walk.pick(&channels), fields).await }
                0 => { let fields = walk.fields(); ticket(admin, *walk.pick(&channels), fields).await }
                1 | 2 => {
                    let all = ids(&admin.get("/tickets?pageSize=1000").await.expect(200));
                    let fields = walk.fields();
                    admin.put(&format!("/tickets/{}", walk.pick(&all)), fields.clone()).await.expect(204);
                    fields
                }
                _ => {
                    let all = ids(&admin.get("/tickets?pageSize=1000").await.expect(200));
                    let some: Vec<i64> = all.into_iter().filter(|_| walk.below(2) == 0).collect();
                    let action = if step % 30 == 29 { "delete" } else { walk.pick(&actions) };
                    let some = if action == "delete" { &some[..some.len().min(2)] } else { &some };
                    let body = json!({ "ticketIDs": some, "action": action, "customerRepID": 1, "status": "Pending" });
                    if !some.is_empty() { admin.put("/tickets/bulk", body.clone()).await.expect(204); }
                    body
                }
            };
            let all = admin.get("/tickets?pageSize=1000").await.expect(200);
            for ticket in all["items"].as_array().unwrap() {
                assert_consistent(ticket, &body);
            }
        }
        let all = admin.get("/tickets?pageSize=1000").await.expect(200)["items"].clone();
        for _ in 0..60 {
            let mut query = String::new();
            let mut kept: Vec<&Value> = all.as_array().unwrap().iter().collect();
            let statuses: Vec<&str> = ["Open", "Closed", "Escalated", "Pending", "Waiting"].into_iter().filter(|_| walk.below(2) == 0).collect();
            if walk.below(2) == 0 && !statuses.is_empty() {
                query.extend(statuses.iter().map(|it| format!("&status={it}")));
                kept.retain(|it| statuses.contains(&it["status"].as_str().unwrap()));
            }
            for flag in ["isClosed", "isSpam", "escalated"] {
                if walk.below(3) == 0 {
                    let wanted = walk.below(2) == 0;
                    query += &format!("&{flag}={wanted}");
                    kept.retain(|it| it[flag] == wanted);
                }
            }
            if walk.below(3) == 0 {
                let channel = *walk.pick(&channels);
                query += &format!("&channelIDs={channel}");
                kept.retain(|it| it["channelID"] == channel);
            }
            if walk.below(3) == 0 {
                let rep = walk.below(2) as i64;
                query += &format!("&customerRepID={rep}");
                kept.retain(|it| it["customerRepID"].as_i64().unwrap_or(0) == rep);
            }
            let page = admin.get(&format!("/tickets?pageSize=1000{query}")).await.expect(200);
            assert_eq!(page["totalCount"], kept.len(), "{query}");
            let kept: Vec<i64> = kept.iter().map(|it| it["ticketID"].as_i64().unwrap()).collect();
            assert_eq!(ids(&page), kept, "{query}");
        }
    }
}
