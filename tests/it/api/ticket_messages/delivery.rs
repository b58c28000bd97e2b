//! Sending: answers, composed messages, forwards.

use axum::http::Method;
use serde_json::{Value, json};

use super::{channel, mail, path, ticket};
use crate::db_test;
use crate::support::{Client, Installation};

/// The newest message of the ticket of `message`, in full.
async fn newest(client: &Client, message: &Value) -> Value {
    let list =
        format!("/api/ticketMessages?ticketId={}&sortBy=messageID&sortOrder=desc", message["ticketID"]);
    let list = client.get(&list).await.expect(200);
    client.get(&path(&list["items"][0], "")).await.expect(200)
}

db_test! {
    async fn an_answer_goes_out_once(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let made = mail(admin, channel).await;
        let at = path(&made, "/send");
        admin.post(&at, json!({})).await.expect_invalid("modifiedAnswer");
        let body = json!({ "modifiedAnswer": "Thank you for your patience. Please reset your password." });
        let send = || admin.request(Method::POST, &at, &[("idempotency-key", "s1")], body.clone());
        let answer = send().await.expect(200);
        assert_eq!(answer, json!({ "message": "Message sent successfully." }));
        assert_eq!(send().await.expect(200), answer);
        admin.post(&at, body.clone()).await.expect(409);
        let reply = newest(admin, &made).await;
        assert_eq!((&reply["incoming"], &reply["replyToMessageID"]), (&json!(false), &made["messageID"]));
        assert_eq!((&reply["senderType"], &reply["deliveryStatus"]), (&json!("CustomerRep"), &json!("Queued")));
        assert_eq!((&reply["subject"], &reply["toAddress"]), (&json!("Re: Login not working"), &json!("anna@example.com")));
        assert_eq!((&reply["fromAddress"], &reply["fromName"]), (&json!("help@example.com"), &json!("admin")));
        let identifier = reply["messageIdentifier"].as_str().unwrap().to_owned();
        assert!(identifier.ends_with("@desk.example.com>"), "{identifier}");
        let original = admin.get(&path(&made, "")).await.expect(200);
        assert_eq!(original["aI_ModifiedResponse"], body["modifiedAnswer"]);
        assert_eq!(original["answeredByMessageID"], reply["messageID"]);
        assert_eq!((&original["deliveryStatus"], &original["ticketToken"]), (&Value::Null, &Value::Null));
        installation.run_jobs().await;
        let sent = admin.get(&path(&reply, "")).await.expect(200);
        assert_eq!((&sent["deliveryStatus"], &sent["messageIdentifier"]), (&json!("Sent"), &json!(identifier)));
        admin.put(&path(&reply, ""), json!({ "textBody": "Something else" })).await.expect(409);
        admin.put(&path(&reply, ""), json!({ "lang": "de" })).await.expect(204);
    }
}

db_test! {
    async fn a_delivery_that_is_begun_again_changes_nothing(installation: Installation) {
        use answerpal::model::job;
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let made = mail(admin, channel).await;
        admin.post(&path(&made, "/send"), json!({ "modifiedAnswer": "Hello" })).await.expect(200);
        let reply = newest(admin, &made).await;
        let id = reply["messageID"].as_i64().unwrap();
        let events = || async {
            let at = format!("/api/tickets/{}/events", made["ticketID"]);
            let answer = admin.get(&at).await;
            answer.text().matches("ticketMessage.delivered").count()
        };
        installation.run_jobs().await;
        let before = events().await;
        let customer = installation.customer;
        installation.app.store.write(move |tx| Box::pin(async move {
            let now = tx.now;
            answerpal::store::jobs::enqueue(tx, customer, job::DELIVER_MESSAGE, id, now, Some("again")).await
        })).await.unwrap();
        installation.run_jobs().await;
        assert_eq!(events().await, before);
        assert_eq!(admin.get(&path(&reply, "")).await.expect(200)["deliveryStatus"], "Sent");
    }
}

db_test! {
    async fn a_prepared_answer_is_sent_as_it_is(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let made = mail(admin, channel).await;
        admin.put(&path(&made, ""), json!({ "aI_ModifiedResponse": "<p>Reset <b>it</b></p><script>x</script>" })).await.expect(204);
        let signature = json!({ "emailSignatureHTML": "<i>Your team</i>" });
        admin.put("/api/CustomerReps/1", signature).await.expect(204);
        let preview = admin.post(&path(&made, "/preview"), json!({})).await.expect(200);
        assert_eq!(preview, json!({ "preview": "<p>Reset <b>it</b></p><br><i>Your team</i>" }));
        let given = admin.post(&path(&made, "/preview"), json!({ "preview": "a < b" })).await.expect(200);
        assert_eq!(given["preview"], "<p>a &lt; b</p><br><i>Your team</i>");
        admin.post(&path(&made, "/send"), json!({})).await.expect(200);
        let reply = newest(admin, &made).await;
        assert_eq!((&reply["htmlBody"], &reply["message"]), (&preview["preview"], &json!("Reset it")));
        assert_eq!(reply["textBody"], "Reset it\n\n-- \nYour team");
        installation.run_jobs().await;
    }
}

db_test! {
    async fn channels_without_a_transport_say_so(installation: Installation) {
        let admin = &installation.admin;
        for kind in ["Phone", "WhatsApp", "Teams"] {
            let channel = channel(admin, kind).await;
            let body = json!({ "channelID": channel, "fromNumber": "+49301234567", "textBody": "Hello" });
            let made = admin.post("/api/ticketMessages/create-new", body).await.expect(201);
            admin.post(&path(&made, "/send"), json!({ "modifiedAnswer": "x" })).await.expect(422);
            admin.post(&path(&made, "/send-new"), json!({ "textBody": "x" })).await.expect(422);
        }
        let chat = channel(admin, "Chat").await;
        let body = json!({ "channelID": chat, "uid": "visitor 1", "textBody": "Hello" });
        let made = admin.post("/api/ticketMessages/create-new", body).await.expect(201);
        admin.post(&path(&made, "/send"), json!({ "modifiedAnswer": "Hi" })).await.expect(200);
        installation.run_jobs().await;
        assert_eq!(newest(admin, &made).await["deliveryStatus"], "Sent");
    }
}

db_test! {
    async fn a_number_is_kept_in_one_form(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Phone").await;
        for written in ["+32 478 00 00 01", "+32478000001"] {
            let body = json!({ "channelID": channel, "incoming": true, "fromNumber": written, "textBody": "Hello" });
            let made = admin.post("/api/ticketMessages/create-new", body).await.expect(201);
            assert_eq!((&made["uid"], &made["fromNumber"]), (&json!("+32478000001"), &json!(written)));
            let body = json!({ "ticketID": made["ticketID"], "incoming": true, "fromNumber": written, "textBody": "More" });
            assert_eq!(admin.post("/api/ticketMessages", body).await.expect(201)["uid"], "+32478000001");
        }
        for query in ["uid=%2B32478000001", "uid=%2B32%20478%2000%2000%2001", "search=%2B32478000001"] {
            let found = admin.get(&format!("/api/tickets?{query}")).await.expect(200);
            assert_eq!(found["totalCount"], 2, "{query}");
        }
    }
}

db_test! {
    async fn a_composed_message_is_sent(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let made = mail(admin, channel).await;
        admin.post(&path(&made, "/send-new"), json!({})).await.expect_invalid("textBody");
        admin.post(&path(&made, "/send-new"), json!({ "textBody": "x", "toAddress": "nobody" })).await.expect_invalid("toAddress");
        let body = json!({ "subject": "One more thing", "htmlBody": "<p>Please call</p>", "ccAddress": "Boss <boss@example.com>" });
        let answer = admin.post(&path(&made, "/send-new"), body).await.expect(200);
        assert_eq!(answer["message"], "Message sent successfully.");
        let sent = newest(admin, &made).await;
        assert_eq!((&sent["subject"], &sent["toAddress"], &sent["ccAddress"]),
            (&json!("One more thing"), &json!("anna@example.com"), &json!("boss@example.com")));
        assert_eq!((&sent["replyToMessageID"], &sent["deliveryStatus"]), (&Value::Null, &json!("Queued")));
        admin.post(&path(&sent, "/send-new"), json!({})).await.expect(409);
        // A draft becomes the message itself.
        let draft = json!({ "ticketID": made["ticketID"], "incoming": false, "isDraft": true, "textBody": "Draft words" });
        let draft = admin.post("/api/ticketMessages", draft).await.expect(201);
        admin.post(&path(&draft, "/send"), json!({ "modifiedAnswer": "x" })).await.expect(409);
        admin.post(&path(&draft, "/send-new"), json!({})).await.expect(200);
        let sent = admin.get(&path(&draft, "")).await.expect(200);
        assert_eq!((&sent["isDraft"], &sent["deliveryStatus"], &sent["message"]), (&json!(false), &json!("Queued"), &json!("Draft words")));
        admin.post(&path(&draft, "/send-new"), json!({})).await.expect(409);
        installation.run_jobs().await;
        assert_eq!(admin.get(&path(&draft, "")).await.expect(200)["deliveryStatus"], "Sent");
        admin.post("/api/ticketMessages/999/send-new", json!({ "textBody": "x" })).await.expect(404);
        // An address that mail cannot go to is said before it is sent, not after.
        let bad = json!({ "ticketID": made["ticketID"], "incoming": false, "isDraft": true, "textBody": "x", "ccAddress": "bad addr" });
        admin.post("/api/ticketMessages", bad).await.expect_invalid("ccAddress");
        let draft = json!({ "ticketID": made["ticketID"], "incoming": false, "isDraft": true, "textBody": "x" });
        let draft = admin.post("/api/ticketMessages", draft).await.expect(201);
        admin.put(&path(&draft, ""), json!({ "bccAddress": "bad addr" })).await.expect_invalid("bccAddress");
        admin.put(&path(&draft, ""), json!({ "bccAddress": "Bo <bo@example.com>; c@example.com" })).await.expect(204);
    }
}

db_test! {
    async fn what_is_composed_speaks_the_language_of_the_conversation(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let made = mail(admin, channel).await;
        admin.put(&path(&made, ""), json!({ "lang": "nl" })).await.expect(204);
        for (lang, text) in [("en", "Kind regards"), ("nl", "Met vriendelijke groet")] {
            let signature = json!({ "lang": lang, "emailSignatureText": text });
            admin.post("/api/CustomerReps/1/signatures", signature).await.expect(201);
        }
        let draft = |answers: Value| json!({ "ticketID": made["ticketID"], "incoming": false, "isDraft": true, "textBody": "Gevonden", "replyToMessageID": answers });
        let answer = admin.post("/api/ticketMessages", draft(made["messageID"].clone())).await.expect(201);
        let another = admin.post("/api/ticketMessages", draft(Value::Null)).await.expect(201);
        for (composed, subject) in [(&answer, "Re: Login not working"), (&another, "Login not working")] {
            admin.post(&path(composed, "/send-new"), json!({})).await.expect(200);
            let sent = admin.get(&path(composed, "")).await.expect(200);
            assert_eq!((&sent["lang"], &sent["subject"]), (&json!("nl"), &json!(subject)));
            assert!(sent["textBody"].as_str().unwrap().ends_with("Met vriendelijke groet"), "{sent}");
        }
        admin.post(&path(&made, "/send-new"), json!({ "textBody": "Nog iets" })).await.expect(200);
        assert_eq!(newest(admin, &made).await["lang"], "nl");
        installation.run_jobs().await;
    }
}

db_test! {
    async fn a_forward_is_internal_and_carries_the_message(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let made = mail(admin, channel).await;
        let at = path(&made, "/send-forward");
        let form = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nseen\r\n--cut--\r\n";
        let upload = axum::http::Request::post(path(&made, "/attachments"))
            .header("content-type", "multipart/form-data; boundary=cut")
            .body(axum::body::Body::from(form))
            .unwrap();
        assert!(admin.send(upload).await.status.is_success());
        admin.post(&at, json!({})).await.expect_invalid("toAddress");
        admin.post(&at, json!({ "toAddress": "warehouse" })).await.expect_invalid("toAddress");
        let body = json!({ "toAddresses": ["warehouse@example.com", "boss@example.com"], "comment": "Please look" });
        admin.post(&at, body).await.expect(200);
        let sent = newest(admin, &made).await;
        assert_eq!((&sent["isInternal"], &sent["subject"]), (&json!(true), &json!("Fwd: Login not working")));
        assert_eq!(sent["toAddress"], "warehouse@example.com, boss@example.com");
        let trail = admin.get("/api/AuditEvents?action=ticketMessage.forwarded").await.expect(200);
        let told = &trail["items"][0]["changes"];
        assert_eq!((&told["messageID"], &told["toAddress"]), (&sent["messageID"], &sent["toAddress"]), "{trail}");
        assert_eq!((&sent["ticketToken"], &sent["hasAttachment"]), (&Value::Null, &json!(true)));
        let files = admin.get(&path(&sent, "/attachments")).await.expect(200);
        assert_eq!(files[0]["fileName"], "a.txt");
        let text = sent["textBody"].as_str().unwrap();
        assert!(text.starts_with("Please look") && text.contains("I can't log in") && text.contains("From: Anna"), "{text}");
        installation.run_jobs().await;
        assert_eq!(newest(admin, &made).await["deliveryStatus"], "Sent");
        admin.delete(&path(&sent, "")).await.expect(204);
        // The content outlives the forward: the message it came from still has it.
        let files = admin.get(&path(&made, "/attachments")).await.expect(200);
        installation.clock.advance(std::time::Duration::from_secs(2 * 24 * 3600));
        installation.run_jobs().await;
        let file = format!("/api/File/{}", files[0]["accessToken"].as_str().unwrap());
        assert_eq!(installation.nobody().get(&file).await.text(), "seen");
        assert_eq!(ticket(&installation, &made).await.preview.as_deref(), Some("I can't log in to my account."));
    }
}
