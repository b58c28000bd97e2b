//! Making, reading, changing, assigning and deleting one ticket.

use answerpal::model::Role;
use axum::http::Method;
use serde_json::{Value, json};

use super::{channel, ticket};
use crate::db_test;
use crate::support::Installation;

db_test! {
    async fn a_ticket_is_made_read_changed_and_deleted(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let body = json!({
            "Subject": "Login not working", "channelid": channel, "status": "open",
            "customFieldsData": { "priority": "urgent", "Case": [1] },
        });
        let made = admin.post("/tickets", body).await;
        assert_eq!(made.header("location"), "/api/tickets/1");
        let made = made.expect(201);
        assert_eq!(made, json!({
            "ticketID": 1, "dateCreated": "2026-03-02T09:00:00Z", "status": "Open", "subject": "Login not working",
            "channelID": channel, "channel": "Email", "channelType": "Email", "channelName": "Email desk",
            "endUserID": null, "endUsers": [], "customerRepID": null, "customerRepName": null,
            "escalated": false, "isSpam": false, "isClosed": false, "closeDate": null,
            "lastMessageDate": "2026-03-02T09:00:00Z", "lastEndUserMessageID": null, "uid": null, "preview": null,
            "summary": null, "topics": [], "aiFeedbackComments": [],
            "customFieldsData": { "priority": "urgent", "Case": [1] },
        }));
        let got = admin.get("/api/Tickets/1").await;
        let tag = got.header("etag").to_owned();
        assert_eq!(got.expect(200), made);
        let known = admin.request(Method::GET, "/api/tickets/1", &[("if-none-match", &tag)], Value::Null).await;
        assert_eq!(known.status, 304);

        admin.put("/api/tickets/1", json!({ "summary": "Sun", "subject": null })).await.expect(204);
        let changed = admin.get("/api/tickets/1").await.expect(200);
        assert_eq!((&changed["summary"], &changed["subject"]), (&json!("Sun"), &json!("Login not working")));
        let guarded = |body: Value| async { admin.request(Method::PUT, "/api/tickets/1", &[("if-match", &tag)], body).await };
        guarded(json!({ "summary": "Moon" })).await.expect(412);
        // What was read can be sent back whole.
        admin.put("/api/tickets/1", changed.clone()).await.expect(204);
        assert_eq!(admin.get("/api/tickets/1").await.expect(200), changed);

        admin.delete("/api/tickets/1").await.expect(204);
        for answer in [admin.get("/api/tickets/1").await, admin.delete("/api/tickets/1").await,
            admin.put("/api/tickets/1", json!({ "summary": "x" })).await, admin.get("/api/tickets/x").await] {
            answer.expect(404);
        }
        assert_eq!(admin.get("/api/tickets").await.expect(200)["totalCount"], 0);
    }
}

db_test! {
    async fn every_field_of_a_new_ticket_is_kept(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Phone").await;
        let (anna, _) = installation.rep("anna", Role::Agent).await;
        let made = ticket(admin, channel, json!({
            "customerRepID": anna, "isSpam": true, "isClosed": true, "closeDate": "2026-02-01T12:00:00+02:00",
            "channelType": "phone", "uid": " +49 30 1 ", "preview": "a  b\nc", "summary": "S", "twilio_CallSid": "CA1",
        })).await;
        for (field, expected) in [
            ("customerRepID", json!(anna)), ("customerRepName", json!("anna")), ("isSpam", json!(true)),
            ("isClosed", json!(true)), ("status", json!("Closed")), ("closeDate", json!("2026-02-01T10:00:00Z")),
            ("channelType", json!("Phone")), ("channel", json!("Phone")),
            ("preview", json!("a b c")), ("summary", json!("S")),
        ] {
            assert_eq!(made[field], expected, "{field}");
        }
        let odd = ticket(admin, channel, json!({ "status": "Waiting for parts" })).await;
        assert_eq!(odd["status"], "Waiting for parts");
    }
}

db_test! {
    async fn bad_input_names_its_field(installation: Installation) {
        let admin = &installation.admin;
        let (_, other_admin) = installation.other_tenant().await;
        let foreign = channel(&other_admin, "Email").await;
        let channel = channel(admin, "Email").await;
        admin.post("/api/tickets", Value::Null).await.expect_invalid("channelID");
        admin.post("/api/tickets", json!({ "channelID": foreign })).await.expect_invalid("channelID");
        for (field, value) in [
            ("channelID", json!("x")), ("endUserID", json!(99)), ("customerRepID", json!(99)),
            ("customerRepID", json!(2)), ("customerRepID", json!(-1)), ("status", json!(" ")),
            ("status", json!("x".repeat(51))), ("subject", json!("x".repeat(1001))), ("isClosed", json!("maybe")),
            ("closeDate", json!("soon")), ("channelType", json!("Fax")), ("channelType", json!("Chat")),
            ("channel", json!("Chat")), ("customFieldsData", json!([1])),
            ("summary", json!("a\u{0}b")),
        ] {
            let mut body = json!({ "channelID": channel });
            body[field] = value.clone();
            admin.post("/api/tickets", body).await.expect_invalid(field);
        }
        assert_eq!(admin.get("/api/tickets").await.expect(200)["totalCount"], 0);
    }
}

db_test! {
    async fn the_channel_says_how_a_ticket_is_carried(installation: Installation) {
        let admin = &installation.admin;
        let (mail, chat) = (channel(admin, "Email").await, channel(admin, "Chat").await);
        ticket(admin, mail, json!({ "channelType": "email" })).await;
        for field in ["channelType", "channel"] {
            admin.put("/api/tickets/1", json!({ field: "Chat" })).await.expect_invalid(field);
            let patch = json!({ field: "Phone" });
            admin.request(Method::PATCH, "/api/tickets/1", &[], patch).await.expect_invalid(field);
        }
        // A client that sends back what it read, with another channel.
        let read = admin.get("/api/tickets/1").await.expect(200);
        let mut moved = read.clone();
        moved["channelID"] = json!(chat);
        admin.put("/api/tickets/1", moved).await.expect(204);
        let after = admin.get("/api/tickets/1").await.expect(200);
        assert_eq!((&after["channelType"], &after["channel"]), (&json!("Chat"), &json!("Chat")));
        admin.put("/api/tickets/1", json!({ "channelID": mail, "channelType": "Email" })).await.expect(204);
        assert_eq!(admin.get("/api/tickets/1").await.expect(200), read);
    }
}

db_test! {
    async fn a_ticket_is_assigned_to_the_caller_or_to_a_rep(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let (anna, anna_client) = installation.rep("anna", Role::Agent).await;
        ticket(admin, channel, json!({})).await;
        anna_client.put("/api/tickets/1/assign", Value::Null).await.expect(204);
        assert_eq!(admin.get("/api/tickets/1").await.expect(200)["customerRepID"], json!(anna));
        anna_client.put("/api/tickets/1/assign", json!({ "customerRepID": 1 })).await.expect(204);
        anna_client.get("/api/tickets/1").await.expect(404);
        anna_client.put("/api/tickets/1/assign", Value::Null).await.expect(404);
        admin.put("/api/tickets/1/assign", json!({ "customerRepID": 77 })).await.expect_invalid("customerRepID");
        admin.put("/api/tickets/1/assign", json!({ "customerRepID": 0 })).await.expect(204);
        assert_eq!(anna_client.get("/api/tickets/1").await.expect(200)["customerRepName"], Value::Null);
        admin.put("/api/tickets/1", json!({ "customerRepID": anna })).await.expect(204);
        admin.put("/api/tickets/1", json!({ "customerRepID": 0 })).await.expect(204);
        assert_eq!(admin.get("/api/tickets/1").await.expect(200)["customerRepID"], Value::Null);
    }
}

db_test! {
    async fn another_tenants_ticket_is_not_there(installation: Installation) {
        let channel = channel(&installation.admin, "Email").await;
        ticket(&installation.admin, channel, json!({ "subject": "Secret" })).await;
        let (_, eve) = installation.other_tenant().await;
        eve.get("/api/tickets/1").await.expect(404);
        eve.put("/api/tickets/1", json!({ "subject": "x" })).await.expect(404);
        eve.put("/api/tickets/1/assign", Value::Null).await.expect(404);
        eve.delete("/api/tickets/1").await.expect(404);
        eve.get("/api/tickets/1/history-summary").await.expect(404);
        eve.put("/api/tickets/bulk", json!({ "ticketIDs": [1], "action": "close" })).await.expect(404);
        assert_eq!(eve.get("/api/tickets?search=secret").await.expect(200)["totalCount"], 0);
        assert_eq!(eve.get("/api/tickets").await.expect(200)["totalCount"], 0);
        assert_eq!(installation.admin.get("/api/tickets/1").await.expect(200)["subject"], "Secret");
    }
}
