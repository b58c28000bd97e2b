//! `/api/tickets/{id}/history-summary` and whose tickets are whose.

use std::time::Duration;

use answerpal::model::Role;
use axum::http::Method;
use serde_json::{Value, json};

use super::{channel, ids, ticket};
use crate::db_test;
use crate::support::{Installation, PASSWORD};

db_test! {
    async fn an_address_finds_or_makes_its_end_user(installation: Installation) {
        let admin = &installation.admin;
        let (mail, phone) = (channel(admin, "Email").await, channel(admin, "Phone").await);
        let first = ticket(admin, mail, json!({ "uid": "Jane@Example.COM" })).await;
        let again = ticket(admin, mail, json!({ "uid": "jane@example.com" })).await;
        let other = ticket(admin, phone, json!({ "uid": "+49 (30) 123-456" })).await;
        assert_eq!(first["endUserID"], again["endUserID"]);
        assert_eq!(first["endUsers"][0]["endUserID"], first["endUserID"]);
        assert_ne!(first["endUserID"], other["endUserID"]);
        assert_eq!((&first["uid"], &other["uid"]), (&json!("Jane@example.com"), &json!("+4930123456")));
        let named = ticket(admin, mail, json!({ "endUserID": first["endUserID"] })).await;
        assert_eq!(named["uid"], "Jane@example.com");
        for (query, expected) in [
            ("uid=JANE@example.com", vec![4, 2, 1]), ("uid=+49 30 123456".replace(' ', "%20").as_str(), vec![3]),
            ("uid=%2B4930123456", vec![3]), (&format!("endUserId={}", first["endUserID"]), vec![4, 2, 1]),
        ] {
            assert_eq!(ids(&admin.get(&format!("/tickets?{query}")).await.expect(200)), expected, "{query}");
        }
        admin.post("/tickets", json!({ "channelID": mail, "uid": "jane@" })).await.expect_invalid("uid");
    }
}

db_test! {
    async fn the_summary_tells_the_end_users_other_tickets(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        installation.rep("anna", Role::Agent).await;
        ticket(admin, channel, json!({ "uid": "jane@example.com", "subject": "Lost parcel" })).await;
        assert_eq!(admin.get("/tickets/1/history-summary").await.expect(200), "");
        installation.clock.advance(Duration::from_secs(86_400));
        let admin = &installation.login("admin", PASSWORD).await;
        admin.put("/tickets/1", json!({ "status": "Closed" })).await.expect(204);
        ticket(admin, channel, json!({ "uid": "jane@example.com", "subject": "Refund", "escalated": true, "customerRepID": 1 })).await;
        ticket(admin, channel, json!({ "uid": "jane@example.com", "subject": "Buy now", "isSpam": true })).await;
        ticket(admin, channel, json!({ "uid": "tom@example.com", "subject": "Other" })).await;
        installation.clock.advance(Duration::from_secs(86_400));
        let admin = &installation.login("admin", PASSWORD).await;
        ticket(admin, channel, json!({ "uid": "jane@example.com", "subject": "Hello" })).await;
        let told = admin.get("/tickets/5/history-summary").await.expect(200);
        assert_eq!(told, "2 other tickets of this end user, since 2 March 2026: 1 closed, 1 not. Last contact on 3 March 2026. \
            Escalated: 1. Still open: #2 “Refund” (Escalated). Closed last: #1 “Lost parcel” (closed on 3 March 2026).");
        let plain = admin.request(Method::GET, "/tickets/5/history-summary", &[("accept", "text/plain")], Value::Null).await;
        assert!(plain.header("content-type").starts_with("text/plain"));
        assert_eq!(Value::String(plain.text()), told);
        let dutch = admin.request(Method::GET, "/tickets/5/history-summary", &[("accept-language", "nl-BE,nl;q=0.9,en;q=0.8")], Value::Null).await;
        assert_eq!((dutch.header("content-language"), dutch.header("vary").contains("Accept-Language")), ("nl", true));
        assert_eq!(dutch.expect(200), "2 andere tickets van deze klant, sinds 2 maart 2026: 1 gesloten, 1 niet. Laatste contact op 3 maart 2026. \
            Geëscaleerd: 1. Nog open: #2 “Refund” (Geëscaleerd). Laatst gesloten: #1 “Lost parcel” (gesloten op 3 maart 2026).");
        let anna = installation.login("anna", PASSWORD).await;
        let limited = anna.get("/tickets/5/history-summary").await.expect(200);
        assert!(limited.as_str().unwrap().starts_with("One other ticket of this end user, since 2 March 2026, closed. Last"), "{limited}");
        anna.get("/tickets/2/history-summary").await.expect(404);
        admin.get("/tickets/99/history-summary").await.expect(404);
    }
}

db_test! {
    async fn an_end_user_has_a_list_of_tickets(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let (_, anna) = installation.rep("anna", Role::Agent).await;
        let first = ticket(admin, channel, json!({ "uid": "jane@example.com" })).await;
        ticket(admin, channel, json!({ "uid": "tom@example.com" })).await;
        ticket(admin, channel, json!({ "uid": "jane@example.com", "customerRepID": 1 })).await;
        let path = format!("/api/EndUsers/{}/tickets", first["endUserID"]);
        let page = admin.get(&format!("{path}?pageSize=1")).await.expect(200);
        assert_eq!((ids(&page), &page["totalCount"]), (vec![3], &json!(2)));
        assert_eq!(ids(&anna.get(&path).await.expect(200)), [1]);
        assert_eq!(ids(&admin.get(&format!("{path}?sortBy=ticketID")).await.expect(200)), [1, 3]);
        admin.get("/api/EndUsers/99/tickets").await.expect(404);
        installation.other_tenant().await.1.get(&path).await.expect(404);
    }
}
