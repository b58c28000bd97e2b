//! The way out: what mail servers are given, and what becomes of it when they do not take it.

use std::time::Duration;

use serde_json::{Value, json};

use super::scripted::Scripted;
use answerpal::model::Role;

use crate::support::{Client, Engine, Installation};

/// An installation that may talk to the test's own mail server, and that server.
pub(super) async fn with_server(engine: Engine, undo_seconds: u32) -> Option<(Installation, Scripted)> {
    let installation = Installation::with(engine, |config| {
        config.outbound_allow = "127.0.0.1".into();
        config.undo_seconds = undo_seconds;
    });
    let installation = installation.await?;
    Some((installation, Scripted::start().await))
}

pub(super) fn smtp(port: u16) -> Value {
    json!({
        "channelType": "Email", "name": "Mail", "emailAddress": "help@example.com",
        "smtpServer": "127.0.0.1", "smtpPort": port, "smtpSecurity": "None",
        "smtpUsername": "help", "smtpPassword": "secret",
    })
}

/// A mail that came in, in a channel of this server.
async fn question(admin: &Client, server: &Scripted) -> Value {
    let channel = admin.post("/api/Channels", smtp(server.port)).await.expect(201);
    let body = json!({
        "channelID": channel["channelID"], "incoming": true, "fromAddress": "anna@example.org",
        "fromName": "Anna", "subject": "Lost bag", "textBody": "Where is it?",
    });
    admin.post("/api/ticketMessages/create-new", body).await.expect(201)
}

fn at(message: &Value, rest: &str) -> String {
    format!("/api/ticketMessages/{}{rest}", message["messageID"])
}

/// Sends an answer; gives it.
async fn answer(admin: &Client, question: &Value) -> Value {
    admin.post(&at(question, "/send"), json!({ "modifiedAnswer": "It is here." })).await.expect(200);
    let id = admin.get(&at(question, "")).await.expect(200)["answeredByMessageID"].clone();
    admin.get(&format!("/api/ticketMessages/{id}")).await.expect(200)
}

async fn reread(admin: &Client, message: &Value) -> Value {
    admin.get(&at(message, "")).await.expect(200)
}

pub(super) async fn later(installation: &Installation, seconds: u64) {
    installation.clock.advance(Duration::from_secs(seconds));
    installation.run_jobs().await;
}

macro_rules! on_both {
    ($(async fn $name:ident($installation:ident, $server:ident, undo $undo:literal) $body:block)*) => {
        $(mod $name {
            use super::*;
            async fn body($installation: Installation, $server: Scripted) $body
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let (installation, server) = with_server(Engine::Sqlite, $undo).await.unwrap();
                body(installation, server).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some((installation, server)) = with_server(Engine::Postgres, $undo).await else { return };
                body(installation, server).await;
            }
        })*
    };
}

on_both! {
    async fn an_answer_is_a_mail_that_comes_back_to_its_ticket(installation, server, undo 0) {
        let admin = &installation.admin;
        let question = question(admin, &server).await;
        let answer = answer(admin, &question).await;
        installation.run_jobs().await;
        let taken = server.taken();
        assert_eq!(taken.len(), 1);
        let (recipients, mail) = &taken[0];
        assert_eq!(recipients, &["<anna@example.org>"]);
        let identifier = answer["messageIdentifier"].as_str().unwrap();
        for header in [
            format!("Message-ID: {identifier}"), "From: admin <help@example.com>".into(),
            "To: anna@example.org".into(), "Subject: Re: Lost bag".into(),
        ] {
            assert!(mail.contains(&format!("{header}\r\n")), "no {header} in {mail}");
        }
        assert!(!mail.contains("Auto-Submitted"), "a person sent it");
        let reply_to = mail.lines().find(|it| it.starts_with("Reply-To:")).unwrap();
        let address = reply_to.rsplit(['<', ' ']).next().unwrap().trim_end_matches('>');
        assert!(address.starts_with("help+t-") && address.ends_with("@example.com"), "{reply_to}");
        let named = answerpal::domain::reply_tokens::find(&installation.app, address).unwrap();
        assert_eq!(json!(named.1), answer["ticketID"]);
        assert_eq!(answerpal::domain::reply_tokens::find(&installation.app, identifier), Some(named));
        let text = mail.replace("=\r\n", "").replace("=3D", "=");
        let link = format!("https://desk.example.com/feedback/{}?escalate=true", answer["ticketToken"].as_str().unwrap());
        assert_eq!(text.matches(&link).count(), 2, "in text and HTML: {text}");
        assert!(!mail.contains("open.gif"), "opens are not tracked unless asked for");
        let sent = reread(admin, &answer).await;
        assert_eq!((&sent["deliveryStatus"], &sent["deliveryDetail"]), (&json!("Sent"), &json!("250 taken as 4711")));
        assert_eq!(admin.get("/api/Outbox").await.expect(200)["totalCount"], 0);
    }

    async fn one_connection_carries_several_mails(installation, server, undo 0) {
        let admin = &installation.admin;
        let question = question(admin, &server).await;
        let send = async |text: &str| {
            admin.post(&at(&question, "/send-new"), json!({ "textBody": text })).await.expect(200);
            installation.run_jobs().await;
        };
        for number in 0..3 {
            send(&format!("Mail {number}")).await;
        }
        assert_eq!((server.taken().len(), server.connections()), (3, 1));
        // The server closed it in the meantime: the mail goes, once, over another.
        server.answer("NOOP", "");
        send("Mail 3").await;
        assert_eq!((server.taken().len(), server.connections()), (4, 2));
        // Another login is another connection.
        server.behave();
        let changed = json!({ "smtpPassword": "other" });
        admin.put(&format!("/api/Channels/{}", question["channelID"]), changed).await.expect(200);
        send("Mail 4").await;
        assert_eq!((server.taken().len(), server.connections()), (5, 3));
    }

    async fn addresses_with_other_letters_go_where_the_server_takes_them(installation, server, undo 0) {
        let admin = &installation.admin;
        let question = question(admin, &server).await;
        let send = async || {
            let body = json!({ "textBody": "Hallo", "toAddress": "jürgen@example.org, anna@example.org" });
            admin.post(&at(&question, "/send-new"), body).await.expect(200);
            installation.run_jobs().await;
            let path = format!("/api/ticketMessages?ticketId={}&sortOrder=desc&sortBy=messageID", question["ticketID"]);
            let list = admin.get(&path).await.expect(200);
            reread(admin, &list["items"][0]).await
        };
        let sent = send().await;
        assert!(sent["deliveryDetail"].as_str().unwrap().contains("jürgen@example.org: the mail server takes no addresses"), "{sent}");
        assert_eq!(server.taken()[0].0, ["<anna@example.org>"]);
        server.answer("EHLO", "250-scripted\r\n250-SMTPUTF8\r\n250 AUTH PLAIN");
        // A new connection asks again what the server takes.
        server.answer("NOOP", "");
        let sent = send().await;
        assert_eq!((&sent["deliveryStatus"], &sent["deliveryDetail"]), (&json!("Sent"), &json!("250 taken as 4711")));
        assert_eq!(server.taken()[1].0, ["<jürgen@example.org>", "<anna@example.org>"]);
    }

    async fn what_is_refused_for_now_is_tried_again(installation, server, undo 0) {
        let admin = &installation.admin;
        let question = question(admin, &server).await;
        server.answer("RCPT", "451 4.7.1 greylisted");
        let answer = answer(admin, &question).await;
        installation.run_jobs().await;
        let waiting = reread(admin, &answer).await;
        assert_eq!(waiting["deliveryStatus"], "Queued");
        assert!(waiting["deliveryDetail"].as_str().unwrap().contains("greylisted"), "{waiting}");
        let outbox = admin.get("/api/Outbox").await.expect(200);
        assert_eq!((&outbox["totalCount"], &outbox["items"][0]["tries"]), (&json!(1), &json!(1)));
        assert_eq!(outbox["items"][0]["nextTry"], "2026-03-02T09:00:10Z");
        later(&installation, 5).await;
        assert_eq!(server.connections(), 1, "not before its time");
        // A dead connection, and a login that is refused, are no reason to give the mail up either.
        server.answer("RCPT", "");
        later(&installation, 6).await;
        server.answer("AUTH", "535 5.7.8 wrong");
        later(&installation, 21).await;
        assert!(reread(admin, &answer).await["deliveryDetail"].as_str().unwrap().contains("refuses the login of help: 535"));
        server.behave();
        later(&installation, 41).await;
        let sent = reread(admin, &answer).await;
        assert_eq!((&sent["deliveryStatus"], server.taken().len()), (&json!("Sent"), 1));
        assert!(server.taken()[0].1.contains(answer["messageIdentifier"].as_str().unwrap()), "one Message-ID for every try");
    }

    async fn what_waits_is_tried_at_once_where_a_person_says_so(installation, server, undo 0) {
        let admin = &installation.admin;
        let question = question(admin, &server).await;
        server.answer("RCPT", "451 4.7.1 greylisted");
        let answer = answer(admin, &question).await;
        installation.run_jobs().await;
        server.behave();
        installation.run_jobs().await;
        assert_eq!(reread(admin, &answer).await["deliveryStatus"], "Queued", "not before its time");
        admin.post(&at(&answer, "/resend"), json!({})).await.expect(200);
        installation.run_jobs().await;
        assert_eq!((&reread(admin, &answer).await["deliveryStatus"], server.taken().len()), (&json!("Sent"), 1));
    }

    async fn after_three_days_a_mail_is_given_up(installation, server, undo 0) {
        let admin = &installation.admin;
        let question = question(admin, &server).await;
        server.answer("MAIL", "421 try later");
        let answer = answer(admin, &question).await;
        installation.run_jobs().await;
        for _ in 0..80 {
            later(&installation, 3601).await;
        }
        let admin = &installation.login("admin", crate::support::PASSWORD).await;
        let failed = reread(admin, &answer).await;
        assert_eq!(failed["deliveryStatus"], "Failed");
        assert!(failed["deliveryDetail"].as_str().unwrap().starts_with("Given up after three days."), "{failed}");
    }

    async fn what_is_refused_for_good_fails_with_the_servers_words(installation, server, undo 0) {
        let admin = &installation.admin;
        let question = question(admin, &server).await;
        server.answer("RCPT", "550 5.1.1 no such user");
        let answer = answer(admin, &question).await;
        installation.run_jobs().await;
        let failed = reread(admin, &answer).await;
        assert_eq!(failed["deliveryStatus"], "Failed");
        assert!(failed["deliveryDetail"].as_str().unwrap().contains("550 5.1.1 no such user"), "{failed}");
        later(&installation, 10 * 3600).await;
        assert_eq!(server.connections(), 1);
        // A person may take it back to mend it.
        admin.post(&at(&answer, "/undo-send"), json!({})).await.expect(200);
        let draft = reread(admin, &answer).await;
        assert_eq!((&draft["isDraft"], &draft["deliveryStatus"]), (&json!(true), &Value::Null));
        admin.post(&at(&answer, "/send-new"), json!({})).await.expect(200);
        installation.run_jobs().await;
        assert_eq!(reread(admin, &answer).await["deliveryStatus"], "Failed");
        // Or send it again.
        server.behave();
        admin.post(&at(&answer, "/resend"), json!({})).await.expect(200);
        installation.run_jobs().await;
        assert_eq!(reread(admin, &answer).await["deliveryStatus"], "Sent");
        admin.post(&at(&answer, "/resend"), json!({})).await.expect(409);
        admin.post(&at(&question, "/resend"), json!({})).await.expect(409);
    }

    async fn each_recipient_gets_it_once(installation, server, undo 0) {
        let admin = &installation.admin;
        let question = question(admin, &server).await;
        server.answer("RCPT TO:<slow@example.org>", "452 mailbox full");
        server.answer("RCPT TO:<gone@example.org>", "550 gone");
        let body = json!({
            "textBody": "For all", "toAddress": "anna@example.org, slow@example.org",
            "ccAddress": "gone@example.org", "bccAddress": "boss@example.org",
        });
        admin.post(&at(&question, "/send-new"), body).await.expect(200);
        installation.run_jobs().await;
        server.behave();
        server.answer("RCPT TO:<gone@example.org>", "550 gone");
        later(&installation, 11).await;
        let recipients: Vec<_> = server.taken().into_iter().map(|it| it.0).collect();
        assert_eq!(recipients, [vec!["<anna@example.org>", "<boss@example.org>"], vec!["<slow@example.org>"]]);
        assert!(!server.taken()[0].1.contains("boss@example.org"), "a blind copy stays blind");
        let list = admin.get(&format!("/api/ticketMessages?ticketId={}&sortOrder=desc&sortBy=messageID", question["ticketID"])).await.expect(200);
        let sent = reread(admin, &list["items"][0]).await;
        assert_eq!(sent["deliveryStatus"], "Sent");
        assert!(sent["deliveryDetail"].as_str().unwrap().contains("gone@example.org: "), "{sent}");
    }

    async fn what_may_have_arrived_is_not_sent_twice(installation, server, undo 0) {
        let admin = &installation.admin;
        let question = question(admin, &server).await;
        server.answer(".", "");
        let answer = answer(admin, &question).await;
        installation.run_jobs().await;
        assert_eq!(reread(admin, &answer).await["deliveryStatus"], "Unconfirmed");
        later(&installation, 10 * 3600).await;
        assert_eq!(server.taken().len(), 1);
        let outbox = admin.get("/api/Outbox").await.expect(200);
        assert_eq!(outbox["items"][0]["deliveryStatus"], "Unconfirmed");
        // 4xx after the content is an answer: it was not taken.
        server.answer(".", "451 disk full");
        admin.post(&at(&answer, "/resend"), json!({})).await.expect(200);
        installation.run_jobs().await;
        assert_eq!(reread(admin, &answer).await["deliveryStatus"], "Queued");
        server.behave();
        later(&installation, 11).await;
        assert_eq!(reread(admin, &answer).await["deliveryStatus"], "Sent");
    }

    async fn what_was_just_sent_can_be_taken_back(installation, server, undo 10) {
        let admin = &installation.admin;
        admin.put("/api/CustomerReps/1", json!({ "emailSignatureText": "Your team" })).await.expect(204);
        let question = question(admin, &server).await;
        let first = answer(admin, &question).await;
        assert_eq!(first["undoUntil"], "2026-03-02T09:00:10Z");
        installation.run_jobs().await;
        assert_eq!(server.connections(), 0, "it waits");
        let undone = admin.post(&at(&question, "/undo-send"), json!({})).await.expect(200);
        assert_eq!(undone["messageID"], first["messageID"]);
        let draft = reread(admin, &first).await;
        assert_eq!((&draft["isDraft"], &draft["deliveryStatus"], &draft["message"]), (&json!(true), &Value::Null, &json!("It is here.")));
        let ticket = admin.get(&format!("/api/tickets/{}", question["ticketID"])).await.expect(200);
        assert_eq!(ticket["preview"], "Where is it?");
        admin.post(&at(&first, "/undo-send"), json!({})).await.expect(409);
        later(&installation, 60).await;
        assert_eq!(server.connections(), 0);
        // The draft goes out as it was changed.
        admin.put(&at(&first, ""), json!({ "textBody": "It is at the desk." })).await.expect(204);
        admin.post(&at(&first, "/send-new"), json!({})).await.expect(200);
        later(&installation, 11).await;
        assert_eq!(reread(admin, &first).await["deliveryStatus"], "Sent");
        assert_eq!(server.taken().len(), 1);
        let mail = &server.taken()[0].1;
        assert!(mail.contains("It is at the desk.") && !mail.contains("It is here."), "{mail}");
        assert_eq!(mail.matches("Your team").count(), 2, "one signature in text and one in HTML: {mail}");
        admin.post(&at(&first, "/undo-send"), json!({})).await.expect(409);
        // It answers the question: a second answer would be one too many.
        admin.post(&at(&question, "/send"), json!({ "modifiedAnswer": "Again" })).await.expect(409);
        admin.post(&at(&question, "/undo-send"), json!({})).await.expect(409);
        admin.post("/api/ticketMessages/999/undo-send", json!({})).await.expect(404);
    }

    async fn a_channel_in_shadow_mode_sends_nothing(installation, server, undo 0) {
        let admin = &installation.admin;
        let question = question(admin, &server).await;
        let waiting = answer(admin, &question).await;
        let channel = format!("/api/Channels/{}", question["channelID"]);
        let changed = admin.put(&channel, json!({ "imapServer": "imap.example.com" })).await.expect(200);
        assert_eq!(changed["shadowMode"], true, "a new mailbox begins in shadow mode");
        for (path, body) in [
            ("/send-new", json!({ "textBody": "x" })),
            ("/send-forward", json!({ "toAddress": "a@example.org" })),
        ] {
            let problem = admin.post(&at(&question, path), body).await.expect(422);
            assert!(problem["detail"].as_str().unwrap().contains("shadow mode"), "{problem}");
        }
        installation.run_jobs().await;
        assert_eq!(server.connections(), 0, "what was queued waits");
        assert!(reread(admin, &waiting).await["deliveryDetail"].as_str().unwrap().contains("shadow mode"));
        admin.put(&channel, json!({ "shadowMode": false })).await.expect(200);
        later(&installation, 61).await;
        assert_eq!(reread(admin, &waiting).await["deliveryStatus"], "Sent");
    }

    async fn internal_servers_are_refused_unless_the_operator_allows_them(installation, server, undo 0) {
        let admin = &installation.admin;
        let question = question(admin, &server).await;
        admin.put(&format!("/api/Channels/{}", question["channelID"]), json!({ "smtpServer": "127.0.0.2" })).await.expect(200);
        let answer = answer(admin, &question).await;
        installation.run_jobs().await;
        let held = reread(admin, &answer).await;
        assert_eq!(held["deliveryStatus"], "Queued");
        assert!(held["deliveryDetail"].as_str().unwrap().contains("ANSWERPAL_OUTBOUND_ALLOW"), "{held}");
        installation.allow_unfinished_jobs();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_governor_holds_what_is_too_much_for_a_minute() {
    let installation = Installation::with(Engine::Sqlite, |config| {
        config.outbound_allow = "127.0.0.0/8".into();
        config.mails_per_minute = 2;
    })
    .await
    .unwrap();
    let (admin, server) = (&installation.admin, Scripted::start().await);
    let question = question(admin, &server).await;
    for number in 0..5 {
        let body = json!({ "textBody": format!("Mail {number}") });
        admin.post(&at(&question, "/send-new"), body).await.expect(200);
    }
    installation.run_jobs().await;
    assert_eq!(server.taken().len(), 2);
    let outbox = admin.get("/api/Outbox").await.expect(200);
    assert_eq!(outbox["totalCount"], 3);
    assert!(
        outbox["items"][0]["deliveryDetail"].as_str().unwrap().starts_with("Held back: 2 mails a minute")
    );
    let state = admin.get("/api/Outbox/governor").await.expect(200);
    assert_eq!(state, json!({ "mailsPerMinute": 2, "held": 3 }));
    // Its value is of the whole process, in which other tests run.
    assert!(admin.get("/metrics").await.text().contains("answerpal_mail_governor_holds "));
    // Other tenants are told of their own mail alone.
    let (_, other) = installation.other_tenant().await;
    assert_eq!(other.get("/api/Outbox/governor").await.expect(200)["held"], 0);
    let (_, agent) = installation.rep("agent", Role::Agent).await;
    agent.get("/api/Outbox/governor").await.expect(403);
    later(&installation, 60).await;
    assert_eq!(server.taken().len(), 4);
    later(&installation, 60).await;
    assert_eq!(server.taken().len(), 5);
    assert_eq!(admin.get("/api/Outbox/governor").await.expect(200)["held"], 0);
    // Told once, however often it held.
    let events = admin.get("/api/AuditEvents?action=outbox.held").await.expect(200);
    assert_eq!(
        (&events["totalCount"], &events["items"][0]["changes"]["mailsPerMinute"]),
        (&json!(1), &json!(2)),
        "{events}"
    );
}

on_both! {
    async fn programs_do_not_answer_each_other_for_ever(installation, server, undo 10) {
        use answerpal::domain::delivery::automatic::send_automatic;
        use answerpal::model::MessageId;
        let admin = &installation.admin;
        let channel = admin.post("/api/Channels", smtp(server.port)).await.expect(201);
        let ask = async || {
            let body = json!({
                "channelID": channel["channelID"], "incoming": true, "fromAddress": "robot@example.org",
                "subject": "Hello", "textBody": "Are you there?",
            });
            let made = admin.post("/api/ticketMessages/create-new", body).await.expect(201);
            MessageId(made["messageID"].as_i64().unwrap())
        };
        let (app, customer) = (&installation.app, installation.customer);
        let answer = async |id: MessageId| {
            // As the pipeline leaves a message whose answer is drafted.
            installation.tamper("UPDATE ticket_messages SET ai_reply_status = 'Done' WHERE incoming").await;
            let handle = app.clone();
            app.store
                .write(move |tx| Box::pin(async move { send_automatic(tx, &handle, customer, id, "Yes.").await }))
                .await
                .unwrap()
        };
        for _ in 0..5 {
            let id = ask().await;
            answer(id).await.unwrap();
            let again = answer(id).await.unwrap_err();
            assert!(again.contains("answered already"), "{again}");
        }
        let id = ask().await;
        let held = answer(id).await.unwrap_err();
        assert_eq!(held, "robot@example.org got 5 automatic answers within an hour.");
        installation.run_jobs().await;
        assert_eq!(server.taken().len(), 5, "what no person sent does not wait to be taken back");
        assert!(server.taken().iter().all(|it| it.1.contains("Auto-Submitted: auto-replied\r\n")));
        later(&installation, 3601).await;
        answer(id).await.unwrap();
        installation.run_jobs().await;
        // In shadow mode nothing goes out at all.
        admin.put(&format!("/api/Channels/{}", channel["channelID"]), json!({ "shadowMode": true })).await.expect(200);
        let id = ask().await;
        assert!(answer(id).await.unwrap_err().contains("shadow mode"));
    }
}
