//! `/api/tickets/{id}/composer` and `/api/composer`.

use answerpal::model::{CustomerRepId, Role};
use serde_json::{Value, json};

use crate::db_test;
use crate::support::Installation;

const PATH: &str = "/api/tickets/1/composer";

db_test! {
    async fn what_is_typed_is_there_on_a_second_device(installation: Installation) {
        installation.message(CustomerRepId(0)).await;
        let admin = &installation.admin;
        let phone = installation.login("admin", crate::support::PASSWORD).await;
        let blank = admin.get(PATH).await.expect(200);
        assert_eq!((&blank["version"], &blank["kind"], &blank["lastModifiedDate"]), (&json!(0), &json!("Reply"), &Value::Null));
        let saved = admin.put(PATH, json!({ "version": 0, "htmlBody": "<p>Dear", "toAddress": "a@example.com", "replyToMessageID": 1 })).await.expect(200);
        assert_eq!(saved["version"], 1);
        assert_eq!(phone.get(PATH).await.expect(200), saved);
        let more = phone.put(PATH, json!({ "version": 1, "htmlBody": "<p>Dear Tom" })).await.expect(200);
        assert_eq!((&more["version"], &more["htmlBody"], &more["toAddress"]), (&json!(2), &json!("<p>Dear Tom"), &Value::Null));
        // The first device has not seen that: nothing is overwritten.
        admin.put(PATH, json!({ "version": 1, "htmlBody": "<p>Dear Sir" })).await.expect(409);
        admin.put(PATH, json!({ "version": 0, "htmlBody": "<p>Dear Sir" })).await.expect(409);
        admin.put(PATH, json!({ "version": i64::MAX, "htmlBody": "x" })).await.expect(409);
        assert_eq!(admin.get(PATH).await.expect(200), more);
        // A note is another draft.
        admin.put(PATH, json!({ "version": 0, "kind": "note", "textBody": "careful" })).await.expect(200);
        let all = admin.get("/api/composer").await.expect(200);
        let kinds: Vec<&Value> = all.as_array().unwrap().iter().map(|it| &it["kind"]).collect();
        assert_eq!(kinds, ["Note", "Reply"]);
        // Sent: the other device is told.
        admin.delete(&format!("{PATH}?version=1")).await.expect(409);
        admin.delete(&format!("{PATH}?version=2")).await.expect(204);
        phone.put(PATH, json!({ "version": 2, "htmlBody": "x" })).await.expect(409);
        assert_eq!(phone.get(PATH).await.expect(200)["version"], 0);
        admin.delete(PATH).await.expect(204);
        admin.delete("/api/tickets/1").await.expect(204);
        assert_eq!(installation.count("composer_drafts").await, 0);
    }
}

db_test! {
    async fn of_two_first_saves_at_once_one_is_kept(installation: Installation) {
        installation.message(CustomerRepId(0)).await;
        let admin = &installation.admin;
        let (one, two) = tokio::join!(
            admin.put(PATH, json!({ "version": 0, "textBody": "one" })),
            admin.put(PATH, json!({ "version": 0, "textBody": "two" })),
        );
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }
}

db_test! {
    async fn a_draft_is_its_reps_and_refers_to_its_ticket(installation: Installation) {
        installation.message(CustomerRepId(0)).await;
        installation.message(CustomerRepId(0)).await;
        let (lee, _) = installation.rep("lee", Role::Agent).await;
        let (_, kim) = installation.rep("kim", Role::Agent).await;
        let admin = &installation.admin;
        admin.put(PATH, json!({ "version": 0, "textBody": "mine" })).await.expect(200);
        assert_eq!(kim.get(PATH).await.expect(200)["version"], 0);
        admin.put("/api/tickets/1", json!({ "customerRepID": lee })).await.expect(204);
        for status in [
            kim.get(PATH).await.status,
            kim.put(PATH, json!({ "version": 0 })).await.status,
            kim.delete(PATH).await.status,
        ] {
            assert_eq!(status, 404);
        }
        for (body, field) in [
            (json!({ "version": 1, "replyToMessageID": 2 }), "replyToMessageID"),
            (json!({ "version": 1, "replyToMessageID": 99 }), "replyToMessageID"),
            (json!({ "version": 1, "messageID": 1 }), "messageID"),
            (json!({ "version": -1 }), "version"),
            (json!({}), "version"),
            (json!({ "version": 1, "kind": "poem" }), "kind"),
            (json!({ "version": 1, "subject": "x".repeat(1001) }), "subject"),
        ] {
            admin.put(PATH, body).await.expect_invalid(field);
        }
        // Files are those of a draft message.
        let draft = json!({ "ticketID": 1, "isDraft": true, "incoming": false, "textBody": "with a file" });
        let draft = admin.post("/api/ticketMessages", draft).await.expect(201)["messageID"].clone();
        let saved = admin.put(PATH, json!({ "version": 1, "messageID": draft })).await.expect(200);
        assert_eq!(saved["messageID"], draft);
    }
}
