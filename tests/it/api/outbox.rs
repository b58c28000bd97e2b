//! `/api/Outbox`.

use answerpal::model::Role;
use serde_json::json;

use crate::db_test;
use crate::support::Installation;

db_test! {
    async fn what_would_have_been_sent_is_shown(installation: Installation) {
        let admin = &installation.admin;
        let channel = json!({ "channelType": "Email", "name": "Mail", "emailAddress": "help@example.com", "trackOpens": true });
        let channel = admin.post("/api/Channels", channel).await.expect(201);
        let body = json!({ "channelID": channel["channelID"], "fromAddress": "anna@example.org", "subject": "Hi", "textBody": "Hello" });
        let made = admin.post("/api/ticketMessages/create-new", body).await.expect(201);
        let at = format!("/api/ticketMessages/{}/send-new", made["messageID"]);
        admin.post(&at, json!({ "htmlBody": "<p>Dear Anna</p>", "bccAddress": "boss@example.org" })).await.expect(200);
        let queued = admin.get("/api/Outbox").await.expect(200);
        assert_eq!((&queued["totalCount"], &queued["items"][0]["deliveryStatus"]), (&json!(1), &json!("Queued")));
        assert_eq!(queued["items"][0]["ticketID"], made["ticketID"]);
        installation.run_jobs().await;
        let list = admin.get("/api/Outbox/sink").await.expect(200);
        assert_eq!((&list["totalCount"], &list["items"][0]["toAddresses"]), (&json!(1), &json!("anna@example.org, boss@example.org")));
        let raw = admin.get(&format!("/api/Outbox/sink/{}", list["items"][0]["sinkMailID"])).await;
        assert_eq!(raw.header("content-type"), "message/rfc822");
        let text = raw.text();
        assert!(text.contains("Dear Anna") && text.contains("open.gif"), "{text}");
        let (_, agent) = installation.rep("agent", Role::Agent).await;
        let (_, supervisor) = installation.rep("super", Role::Supervisor).await;
        agent.get("/api/Outbox").await.expect(403);
        agent.get("/api/Outbox/sink").await.expect(403);
        supervisor.get("/api/Outbox").await.expect(200);
        supervisor.get("/api/Outbox/sink/1").await.expect(403);
        let (_, other) = installation.other_tenant().await;
        assert_eq!(other.get("/api/Outbox/sink").await.expect(200)["totalCount"], 0);
        other.get("/api/Outbox/sink/1").await.expect(404);
        admin.get("/api/Outbox/sink/999").await.expect(404);
        // What is deleted is not kept here either.
        admin.delete(&format!("/api/tickets/{}", made["ticketID"])).await.expect(204);
        assert_eq!(admin.get("/api/Outbox/sink").await.expect(200)["totalCount"], 0);
    }
}
