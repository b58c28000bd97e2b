//! `/api/Channels`.

use answerpal::model::Role;
use axum::http::Method;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::Installation;

const MASK: &str = "••••••••";

db_test! {
    async fn a_channel_is_made_read_changed_and_deleted(installation: Installation) {
        let admin = &installation.admin;
        let body = json!({
            "channelType": "email", "Name": "Support mail", "emailAddress": "Help@Example.COM",
            "connectionDetails": { "Folder": "INBOX" }, "imapServer": "imap.example.com", "imapPort": 993,
            "imapUsername": "help", "imapUseSSL": true, "autoRetrieveEmails": true,
        });
        let made = admin.post("/api/Channels", body).await;
        assert_eq!(made.header("location"), "/api/Channels/1");
        let made = made.expect(201);
        assert_eq!(made["channelID"], 1);
        assert_eq!(made["customerID"], installation.customer.0);
        assert_eq!(made["channelType"], "Email");
        assert_eq!(made["emailAddress"], "Help@example.com");
        assert_eq!(made["connectionDetails"], json!({ "Folder": "INBOX" }));
        assert_eq!((&made["imapPort"], &made["imapUseSSL"]), (&json!(993), &json!(true)));
        assert_eq!((&made["isActive"], &made["isDefaultTranslationChannel"]), (&json!(true), &json!(false)));
        assert!(made["token"].as_str().unwrap().len() >= 32);
        let list = admin.get("/channels").await.expect(200);
        assert_eq!(list, json!([made]));
        assert_eq!(admin.get("/api/Channels/1").await.expect(200), made);
        let mut back = made.clone();
        back["isActive"] = json!(false);
        back["emailAddress"] = json!("");
        let changed = admin.put("/api/Channels/1", back).await.expect(200);
        assert_eq!((&changed["isActive"], &changed["emailAddress"]), (&json!(false), &Value::Null));
        assert_eq!((&changed["token"], &changed["imapServer"]), (&made["token"], &made["imapServer"]));
        admin.delete("/api/Channels/1").await.expect(204);
        admin.get("/api/Channels/1").await.expect(404);
        admin.delete("/api/Channels/1").await.expect(404);
        assert_eq!(admin.get("/api/Channels").await.expect(200), json!([]));
    }
}

db_test! {
    async fn secrets_are_masked_and_kept_when_the_mask_comes_back(installation: Installation) {
        let admin = &installation.admin;
        let made = admin
            .post("/api/Channels", json!({ "channelType": "Email", "name": "Mail", "smtpPassword": "s3cret" }))
            .await
            .expect(201);
        assert_eq!((&made["smtpPassword"], &made["imapPassword"]), (&json!(MASK), &Value::Null));
        admin.put("/api/Channels/1", json!({ "smtpPassword": MASK, "imapPassword": "other" })).await.expect(200);
        let mut conn = installation.app.store.read().await.unwrap();
        let channel = answerpal::store::channels::get(&mut conn, installation.customer, answerpal::model::ChannelId(1)).await.unwrap();
        assert!(!String::from_utf8_lossy(channel.secrets.as_ref().unwrap()).contains("s3cret"));
        let secrets = answerpal::domain::channels::mail_secrets(&installation.app, &channel).unwrap();
        assert_eq!(secrets.smtp_password.as_deref(), Some("s3cret"));
        assert_eq!(secrets.imap_password.as_deref(), Some("other"));
        let cleared = admin.put("/api/Channels/1", json!({ "smtpPassword": "" })).await.expect(200);
        assert_eq!((&cleared["smtpPassword"], &cleared["imapPassword"]), (&Value::Null, &json!(MASK)));
    }
}

db_test! {
    async fn bad_input_names_its_field(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/Channels", json!({ "name": "x" })).await.expect_invalid("channelType");
        admin.post("/api/Channels", json!({ "name": "x", "channelType": "Pigeon" })).await.expect_invalid("channelType");
        admin.post("/api/Channels", json!({ "channelType": "Chat" })).await.expect_invalid("name");
        for (field, value) in [
            ("name", json!(" ")),
            ("emailAddress", json!("nobody")),
            ("hostnames", json!("not a host")),
            ("phoneNumber", json!("call us")),
            ("imapPort", json!(70_000)),
            ("smtpPort", json!(-1)),
            ("smtpServer", json!("a b")),
            ("imapPassword", json!("x".repeat(300))),
            ("isActive", json!("perhaps")),
        ] {
            let mut body = json!({ "channelType": "Chat", "name": "Chat" });
            body[field] = value;
            admin.post("/api/Channels", body).await.expect_invalid(field);
        }
        let chat = json!({ "channelType": "Chat", "name": "Chat", "hostnames": "https://Shop.example.com/, localhost:3000" });
        assert_eq!(admin.post("/api/Channels", chat).await.expect(201)["hostnames"], "shop.example.com,localhost:3000");
        admin.get("/api/Channels/abc").await.expect(404);
    }
}

db_test! {
    async fn how_mail_that_comes_in_is_read_is_set(installation: Installation) {
        let admin = &installation.admin;
        let body = json!({ "channelType": "Email", "name": "Mail", "emailAddress": "help@example.com" });
        let made = admin.post("/api/Channels", body).await.expect(201);
        assert_eq!((&made["joinBySubjectDays"], &made["trustedAuthServer"]), (&json!(0), &Value::Null));
        let set = json!({ "joinBySubjectDays": 7, "trustedAuthServer": "MX.example.com" });
        let set = admin.put("/api/Channels/1", set).await.expect(200);
        assert_eq!((&set["joinBySubjectDays"], &set["trustedAuthServer"]), (&json!(7), &json!("mx.example.com")));
        // A change of something else leaves them, and what is sent back unchanged is no change.
        assert_eq!(admin.put("/api/Channels/1", set.clone()).await.expect(200), set);
        for (field, value) in [
            ("joinBySubjectDays", json!(-1)),
            ("joinBySubjectDays", json!(366)),
            ("trustedAuthServer", json!("two words")),
        ] {
            admin.put("/api/Channels/1", json!({ field: value })).await.expect_invalid(field);
        }
        installation.run_jobs().await;
        let events = admin.get("/api/AuditEvents").await.expect(200);
        let event = &events["items"][0];
        assert!(event.to_string().contains("trusted_auth_server"), "{event}");
        let cleared = json!({ "joinBySubjectDays": 0, "trustedAuthServer": "" });
        let cleared = admin.put("/api/Channels/1", cleared).await.expect(200);
        assert_eq!((&cleared["joinBySubjectDays"], &cleared["trustedAuthServer"]), (&json!(0), &Value::Null));
    }
}

db_test! {
    async fn one_channel_is_the_default_for_translations(installation: Installation) {
        let admin = &installation.admin;
        for name in ["One", "Two"] {
            let body = json!({ "channelType": "Chat", "name": name, "isDefaultTranslationChannel": true });
            admin.post("/api/Channels", body).await.expect(201);
        }
        let list = admin.get("/api/Channels").await.expect(200);
        assert_eq!((&list[0]["isDefaultTranslationChannel"], &list[1]["isDefaultTranslationChannel"]), (&json!(false), &json!(true)));
    }
}

db_test! {
    async fn another_tenant_sees_and_changes_nothing(installation: Installation) {
        let (_, other) = installation.other_tenant().await;
        installation.admin.post("/api/Channels", json!({ "channelType": "Chat", "name": "Chat" })).await.expect(201);
        assert_eq!(other.get("/api/Channels").await.expect(200), json!([]));
        other.get("/api/Channels/1").await.expect(404);
        other.put("/api/Channels/1", json!({ "name": "Mine" })).await.expect(404);
        other.delete("/api/Channels/1").await.expect(404);
        installation.nobody().get("/api/Channels").await.expect(401);
        assert_eq!(installation.admin.get("/api/Channels/1").await.expect(200)["name"], "Chat");
    }
}

db_test! {
    async fn retries_and_stale_writes_are_caught(installation: Installation) {
        let admin = &installation.admin;
        let body = json!({ "channelType": "Chat", "name": "Chat" });
        let first = admin.request(Method::POST, "/api/Channels", &[("idempotency-key", "k")], body.clone()).await;
        let again = admin.request(Method::POST, "/api/Channels", &[("idempotency-key", "k")], body).await;
        assert_eq!(first.bytes, again.bytes);
        let tag = admin.get("/api/Channels/1").await.header("etag").to_owned();
        admin.put("/api/Channels/1", json!({ "name": "Web chat" })).await.expect(200);
        admin.request(Method::PUT, "/api/Channels/1", &[("if-match", &tag)], json!({ "name": "No" })).await.expect(412);
        admin.request(Method::DELETE, "/api/Channels/1", &[("if-match", &tag)], Value::Null).await.expect(412);
    }
}

db_test! {
    async fn a_channel_with_tickets_stays(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/Channels", json!({ "channelType": "Chat", "name": "Chat" })).await.expect(201);
        admin.post("/api/tickets", json!({ "subject": "Help", "channelID": 1 })).await.expect(201);
        admin.delete("/api/Channels/1").await.expect(409);
        admin.put("/api/Channels/1", json!({ "channelType": "Email" })).await.expect(409);
        admin.put("/api/Channels/1", json!({ "channelType": "Chat", "isActive": false })).await.expect(200);
        admin.delete("/api/tickets/1").await.expect(204);
        admin.delete("/api/Channels/1").await.expect(204);
        installation.run_jobs().await;
    }
}

db_test! {
    async fn every_role_reads_and_administrators_change(installation: Installation) {
        let body = json!({ "channelType": "Chat", "name": "Chat", "connectionDetails": { "key": "k" } });
        installation.admin.post("/api/Channels", body.clone()).await.expect(201);
        for (name, role) in [("anna", Role::Agent), ("ben", Role::Supervisor)] {
            let (_, rep) = installation.rep(name, role).await;
            let read = rep.get("/api/Channels/1").await.expect(200);
            assert_eq!((&read["name"], &read["connectionDetails"]), (&json!("Chat"), &Value::Null));
            rep.get("/api/Channels").await.expect(200);
            rep.post("/api/Channels", body.clone()).await.expect(403);
            rep.put("/api/Channels/1", json!({ "name": "x" })).await.expect(403);
            rep.delete("/api/Channels/1").await.expect(403);
        }
    }
}

db_test! {
    async fn mail_is_signed_with_a_key_whose_dns_record_is_shown(installation: Installation) {
        let admin = &installation.admin;
        let body = json!({ "channelType": "Email", "name": "Mail", "emailAddress": "help@example.com" });
        let made = admin.post("/api/Channels", body).await.expect(201);
        let at = format!("/api/Channels/{}/dkim", made["channelID"]);
        admin.get(&at).await.expect(404);
        admin.delete(&at).await.expect(404);
        admin.post(&at, json!({ "selector": "no good" })).await.expect_invalid("selector");
        let key = admin.post(&at, json!({})).await.expect(200);
        assert_eq!((&key["domain"], &key["recordName"]), (&json!("example.com"), &json!("answerpal._domainkey.example.com")));
        assert!(key["recordValue"].as_str().unwrap().starts_with("v=DKIM1; k=rsa; p=MII"), "{key}");
        assert_eq!(admin.get(&at).await.expect(200), key);
        // Other changes of the channel keep it.
        let changed = admin.put(&format!("/api/Channels/{}", made["channelID"]), json!({ "smtpPassword": "x" })).await.expect(200);
        assert_eq!((&changed["dkimDomain"], &changed["dkimSelector"]), (&json!("example.com"), &json!("answerpal")));
        assert_eq!(admin.get(&at).await.expect(200), key);
        let body = json!({ "channelID": made["channelID"], "fromAddress": "anna@example.org", "textBody": "Hello" });
        let question = admin.post("/api/ticketMessages/create-new", body).await.expect(201);
        admin.post(&format!("/api/ticketMessages/{}/send", question["messageID"]), json!({ "modifiedAnswer": "Hi" })).await.expect(200);
        installation.run_jobs().await;
        let sent = admin.get("/api/Outbox/sink/1").await.text();
        assert!(sent.starts_with("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=answerpal;"), "{sent}");
        let (_, agent) = installation.rep("agent", Role::Agent).await;
        agent.get(&at).await.expect(403);
        let (_, other) = installation.other_tenant().await;
        other.get(&at).await.expect(404);
        other.post(&at, json!({})).await.expect(404);
        admin.delete(&at).await.expect(204);
        admin.get(&at).await.expect(404);
    }
}
