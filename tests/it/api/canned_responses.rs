//! `/api/CannedResponses`.

use answerpal::model::Role;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Client, Installation};

async fn titles(client: &Client, query: &str) -> Vec<String> {
    let listed = client.get(&format!("/api/CannedResponses{query}")).await.expect(200);
    listed.as_array().unwrap().iter().map(|it| it["title"].as_str().unwrap().to_owned()).collect()
}

db_test! {
    async fn an_answer_is_made_found_changed_and_deleted(installation: Installation) {
        let admin = &installation.admin;
        let made = admin.post("/api/CannedResponses", json!({
            "title": "Refund is on its way", "shortcut": "/refund", "lang": "EN",
            "htmlBody": "<p>Dear <b>customer</b></p><script>x</script>",
        })).await.expect(201);
        assert_eq!((&made["shortcut"], &made["lang"]), (&json!("refund"), &json!("en")));
        assert_eq!(made["htmlBody"], "<p>Dear <b>customer</b></p>");
        assert_eq!(made["textBody"], "Dear customer");
        admin.post("/api/CannedResponses", json!({ "title": "Gepäck", "textBody": "Ihr Koffer", "lang": "de" })).await.expect(201);
        admin.post("/api/CannedResponses", json!({ "title": "any", "textBody": "Thanks" })).await.expect(201);
        assert_eq!(titles(admin, "").await, ["any", "Gepäck", "Refund is on its way"]);
        assert_eq!(titles(admin, "?search=CUSTOMER%20refund").await, ["Refund is on its way"]);
        assert_eq!(titles(admin, "?lang=de").await, ["any", "Gepäck"]);
        let changed = admin.put("/api/CannedResponses/1", json!({ "shortcut": "", "title": "Refund" })).await.expect(200);
        assert_eq!((&changed["shortcut"], &changed["title"], &changed["htmlBody"]), (&Value::Null, &json!("Refund"), &made["htmlBody"]));
        admin.delete("/api/CannedResponses/1").await.expect(204);
        admin.get("/api/CannedResponses/1").await.expect(404);
        for (body, field) in [
            (json!({ "textBody": "x" }), "title"),
            (json!({ "title": "x" }), "htmlBody"),
            (json!({ "title": "x", "textBody": "x", "shortcut": "a b" }), "shortcut"),
            (json!({ "title": "x", "textBody": "x", "lang": "german please" }), "lang"),
        ] {
            admin.post("/api/CannedResponses", body).await.expect_invalid(field);
        }
    }
}

db_test! {
    async fn own_answers_are_nobody_elses_and_shared_ones_a_supervisors(installation: Installation) {
        let (_, kim) = installation.rep("kim", Role::Agent).await;
        let (_, sam) = installation.rep("sam", Role::Supervisor).await;
        let answer = |title: &str, shared: bool| json!({ "title": title, "textBody": "x", "shortcut": "Hi", "isShared": shared });
        kim.post("/api/CannedResponses", answer("Kim's", false)).await.expect(201);
        kim.post("/api/CannedResponses", answer("Kim's again", false)).await.expect(409);
        kim.post("/api/CannedResponses", answer("Ours", true)).await.expect(403);
        sam.post("/api/CannedResponses", answer("Ours", true)).await.expect(201);
        sam.post("/api/CannedResponses", json!({ "title": "y", "textBody": "x", "shortcut": "hI", "isShared": true })).await.expect(409);
        assert_eq!(titles(&kim, "").await, ["Kim's", "Ours"]);
        assert_eq!(titles(&sam, "").await, ["Ours"]);
        sam.get("/api/CannedResponses/1").await.expect(404);
        kim.put("/api/CannedResponses/999", json!({ "title": "x" })).await.expect(404);
        let ours = sam.get("/api/CannedResponses").await.expect(200)[0]["cannedResponseID"].clone();
        kim.put(&format!("/api/CannedResponses/{ours}"), json!({ "title": "x" })).await.expect(403);
        kim.delete(&format!("/api/CannedResponses/{ours}")).await.expect(403);
        let (_, stranger) = installation.other_tenant().await;
        assert_eq!(titles(&stranger, "").await, [""; 0]);
        stranger.get(&format!("/api/CannedResponses/{ours}")).await.expect(404);
    }
}

db_test! {
    async fn placeholders_take_what_the_ticket_says(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Mail" })).await.expect(201);
        let mail = json!({ "channelID": 1, "fromAddress": "tom@example.com", "fromName": "Tom & Jerry", "subject": "Bag", "textBody": "Where?" });
        admin.post("/api/ticketMessages/create-new", mail).await.expect(201);
        let answer = json!({
            "title": "Hello",
            "htmlBody": "<p>Dear {{ enduserNAME }}, {{EndUserCompany}} {{Mood}} {{</p>",
            "textBody": "Dear {{EndUserName}}, about {{TicketSubject}} ({{TicketID}}): {{RepName}}, {{CustomerName}}",
        });
        admin.post("/api/CannedResponses", answer).await.expect(201);
        let filled = admin.get("/api/CannedResponses/1?ticketId=1").await.expect(200);
        assert_eq!(filled["textBody"], "Dear Tom & Jerry, about Bag (1): admin, acme");
        assert_eq!(filled["htmlBody"], "<p>Dear Tom &amp; Jerry, {{EndUserCompany}} {{Mood}} {{</p>");
        assert_eq!(filled["unfilled"], json!(["EndUserCompany", "Mood"]));
        assert_eq!(admin.get("/api/CannedResponses/1").await.expect(200).get("unfilled"), None);
        admin.get("/api/CannedResponses/1?ticketId=99").await.expect(404);
    }
}
