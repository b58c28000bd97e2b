//! Mailboxes on a real IMAP server.

use answerpal::model::Role;
use serde_json::{Value, json};

use super::servers::Servers;
use crate::support::{Client, Engine, Installation};

fn mail(subject: &str) -> String {
    format!(
        "From: Anna <anna@example.org>\r\nTo: help@mail.test\r\nSubject: {subject}\r\n\
         Message-ID: <{subject}@example.org>\r\nDate: Mon, 02 Mar 2026 08:00:00 +0000\r\n\r\nText of {subject}\r\n"
    )
}

fn channel(user: &str, servers: &Servers) -> Value {
    json!({
        "channelType": "Email", "name": "Mailbox", "emailAddress": format!("{user}@mail.test"),
        "imapServer": "localhost", "imapPort": servers.imaps, "imapSecurity": "TLS",
        "imapUsername": user, "imapPassword": "secret",
    })
}

/// Asks for a fetch and lets it happen; gives the subjects of the tickets.
async fn fetch(installation: &Installation, channel: &Value) -> Vec<String> {
    let at = format!("/api/Channels/{}/import-emails", channel["channelID"]);
    installation.admin.post(&at, json!({})).await.expect(202);
    installation.run_jobs().await;
    subjects(&installation.admin).await
}

async fn subjects(client: &Client) -> Vec<String> {
    let tickets = client.get("/api/tickets?pageSize=1000&sortBy=subject").await.expect(200);
    tickets["items"].as_array().unwrap().iter().map(|it| it["subject"].as_str().unwrap().to_owned()).collect()
}

async fn mailbox(client: &Client, channel: &Value) -> Value {
    client.get(&format!("/api/Channels/{}/mailbox", channel["channelID"])).await.expect(200)
}

/// Mail arrives when Postfix has carried it.
async fn arrived(installation: &Installation, servers: &Servers, user: &str, count: usize) {
    installation.eventually(async || servers.mails(user, "INBOX").len() == count).await;
}

macro_rules! with_servers {
    ($(async fn $name:ident($installation:ident, $servers:ident, $user:ident) $body:block)*) => {
        $(mod $name {
            use super::*;
            async fn body($installation: Installation, $servers: Servers, $user: &str) $body
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let Some(servers) = Servers::find() else { return };
                let installation = servers.installation(Engine::Sqlite).await.unwrap();
                body(installation, servers, concat!(stringify!($name), "-s")).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some(servers) = Servers::find() else { return };
                let Some(installation) = servers.installation(Engine::Postgres).await else { return };
                body(installation, servers, concat!(stringify!($name), "-p")).await;
            }
        })*
    };
}

with_servers! {
    async fn new_mail_becomes_tickets_once(installation, servers, user) {
        let admin = &installation.admin;
        let channel = admin.post("/api/Channels", channel(user, &servers)).await.expect(201);
        assert_eq!(channel["shadowMode"], true);
        servers.deliver(user, &mail("one")).await;
        servers.deliver(user, &mail("two")).await;
        arrived(&installation, &servers, user, 2).await;
        assert_eq!(fetch(&installation, &channel).await, ["one", "two"]);
        let state = mailbox(admin, &channel).await;
        assert_eq!((&state["lastFetchedAt"], &state["lastFetchError"]), (&json!("2026-03-02T09:00:00Z"), &Value::Null));
        assert_eq!(state["lastUID"], 2);
        let names: Vec<_> = servers.mails(user, "INBOX").into_iter().map(|it| it.0).collect();
        assert!(names.iter().all(|it| it.ends_with("S")), "marked as read: {names:?}");
        assert_eq!(fetch(&installation, &channel).await.len(), 2);
        servers.deliver(user, &mail("three")).await;
        arrived(&installation, &servers, user, 3).await;
        assert_eq!(fetch(&installation, &channel).await, ["one", "three", "two"]);
        // Numbered anew, the mailbox is read from its start, and brings nothing twice.
        installation.tamper("UPDATE mailboxes SET uid_validity = uid_validity - 1").await;
        assert_eq!(fetch(&installation, &channel).await.len(), 3);
        assert_eq!(mailbox(admin, &channel).await["lastUID"], 3);
    }

    async fn fetched_mail_is_moved_where_the_channel_says_so(installation, servers, user) {
        let admin = &installation.admin;
        let mut settings = channel(user, &servers);
        settings["imapAfterFetch"] = json!("Move");
        admin.post("/api/Channels", settings.clone()).await.expect_invalid("imapMoveTo");
        settings["imapMoveTo"] = json!("Erledigt für heute");
        settings["imapPort"] = json!(servers.imap);
        settings["imapSecurity"] = json!("StartTLS");
        let channel = admin.post("/api/Channels", settings).await.expect(201);
        servers.deliver(user, &mail("one")).await;
        arrived(&installation, &servers, user, 1).await;
        assert_eq!(fetch(&installation, &channel).await, ["one"]);
        assert_eq!(servers.mails(user, "INBOX").len(), 0);
        assert_eq!(servers.mails(user, "Erledigt f&APw-r heute").len(), 1);
    }

    async fn a_mail_that_cannot_be_had_stops_nothing(installation, servers, user) {
        let admin = &installation.admin;
        let channel = admin.post("/api/Channels", channel(user, &servers)).await.expect(201);
        let big = format!("{}{}", mail("big"), "x".repeat(70).repeat(20_000));
        servers.deliver(user, &big.replace("Text of big", "Text")).await;
        servers.deliver(user, "Subject: odd\r\n\r\n").await;
        servers.deliver(user, &mail("fine")).await;
        arrived(&installation, &servers, user, 3).await;
        let found = fetch(&installation, &channel).await;
        assert!(found.contains(&"fine".to_owned()) && found.contains(&"big".to_owned()), "{found:?}");
        assert_eq!(mailbox(admin, &channel).await["lastFetchError"], Value::Null);
    }

    async fn what_fails_is_said_in_a_sentence(installation, servers, user) {
        let admin = &installation.admin;
        let mut good = channel(user, &servers);
        good["smtpServer"] = json!("localhost");
        good["smtpPort"] = json!(servers.smtp);
        good["smtpSecurity"] = json!("StartTLS");
        good["smtpUsername"] = json!(user);
        good["smtpPassword"] = json!("secret");
        let tried = admin.post("/api/Channels/test-connection", good.clone()).await.expect(200);
        assert_eq!(tried["success"], true, "{tried}");
        for (field, value, expected) in [
            ("imapPassword", json!("wrong"), "refuses the login"),
            ("imapServer", json!("no-such-host.invalid"), "cannot be resolved"),
            ("imapPort", json!(1), "takes no connection"),
            ("imapPort", json!(servers.imap), "TLS with"),
            ("imapFolder", json!("Nowhere"), "The folder Nowhere cannot be opened"),
            ("imapServer", json!("127.0.0.2"), "ANSWERPAL_OUTBOUND_ALLOW"),
            ("smtpPassword", json!("wrong"), "refuses the login"),
            ("smtpSecurity", json!("TLS"), "TLS with"),
            ("smtpPort", json!(servers.imap), "does not greet"),
        ] {
            let mut settings = good.clone();
            settings[field] = value.clone();
            let tried = admin.post("/api/Channels/test-connection", settings).await.expect(200);
            let message = tried["message"].as_str().unwrap();
            assert!(tried["success"] == false && message.contains(expected), "{field} {value}: {message}");
        }
        let channel = admin.post("/api/Channels", good).await.expect(201);
        let at = format!("/api/Channels/{}/test-connection", channel["channelID"]);
        assert_eq!(admin.post(&at, json!({})).await.expect(200)["success"], true, "with the kept secrets");
        let partial = json!({ "channelID": channel["channelID"], "imapPassword": "wrong" });
        assert_eq!(admin.post("/api/Channels/test-connection", partial).await.expect(200)["imap"]["works"], false);
        admin.post("/api/Channels/test-connection", json!({ "channelID": 999 })).await.expect_invalid("channelID");
        // What fails stands on the channel, and the next try waits.
        admin.put(&format!("/api/Channels/{}", channel["channelID"]), json!({ "imapPassword": "wrong" })).await.expect(200);
        fetch(&installation, &channel).await;
        let state = mailbox(admin, &channel).await;
        assert!(state["lastFetchError"].as_str().unwrap().contains("refuses the login"), "{state}");
        assert_eq!((&state["failures"], &state["nextFetchAt"]), (&json!(1), &json!("2026-03-02T09:00:05Z")));
        // So does a password that was kept with another master key.
        installation.tamper("UPDATE channels SET secrets = substr(secrets, 1, 5)").await;
        fetch(&installation, &channel).await;
        let state = mailbox(admin, &channel).await;
        assert!(state["lastFetchError"].as_str().unwrap().contains("master key"), "{state}");
    }

    async fn supervisors_may_ask_for_a_fetch(installation, servers, user) {
        let admin = &installation.admin;
        let made = admin.post("/api/Channels", channel(user, &servers)).await.expect(201);
        let at = format!("/api/Channels/{}/import-emails", made["channelID"]);
        let (_, agent) = installation.rep("agent", Role::Agent).await;
        let (_, supervisor) = installation.rep("super", Role::Supervisor).await;
        agent.post(&at, json!({})).await.expect(403);
        agent.post("/api/ticketMessages/import-emails", json!({})).await.expect(403);
        supervisor.post("/api/Channels/test-connection", json!({})).await.expect(403);
        supervisor.post(&at, json!({})).await.expect(202);
        let all = supervisor.post("/api/ticketMessages/import-emails", json!({})).await.expect(202);
        assert_eq!(all["queued"], 1);
        assert_eq!(installation.unfinished_jobs().await, [("fetch_mail".to_owned(), 1)], "several that wait are one");
        installation.run_jobs().await;
        let (_, other) = installation.other_tenant().await;
        other.post(&at, json!({})).await.expect(404);
        let plain = admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Plain" })).await.expect(201);
        admin.post(&format!("/api/Channels/{}/import-emails", plain["channelID"]), json!({})).await.expect(409);
    }

    async fn mail_is_fetched_as_it_arrives(installation, servers, user) {
        let admin = &installation.admin;
        let mut settings = channel(user, &servers);
        settings["autoRetrieveEmails"] = json!(true);
        admin.post("/api/Channels", settings).await.expect(201);
        let workers = answerpal::jobs::start(&installation.app);
        servers.deliver(user, &mail("first")).await;
        installation.eventually(async || subjects(admin).await == ["first"]).await;
        // By now the mailbox is idle: the next one is told, not asked for.
        servers.deliver(user, &mail("second")).await;
        installation.eventually(async || subjects(admin).await == ["first", "second"]).await;
        workers.stop().await;
        installation.run_jobs().await;
    }

    async fn an_answer_reaches_a_real_server(installation, servers, user) {
        let admin = &installation.admin;
        let settings = json!({
            "channelType": "Email", "name": "Mail", "emailAddress": format!("{user}@mail.test"),
            "smtpServer": "localhost", "smtpPort": servers.smtp, "smtpUsername": user, "smtpPassword": "secret",
            "smtpSecurity": "StartTLS",
        });
        let channel = admin.post("/api/Channels", settings).await.expect(201);
        let to = format!("{user}-to");
        for (address, status) in [(format!("{to}@example.org"), "Sent"), ("refused@example.org".into(), "Failed"), ("later@example.org".into(), "Queued")] {
            let body = json!({
                "channelID": channel["channelID"], "incoming": true, "fromAddress": address,
                "subject": "Größe", "textBody": "?",
            });
            let question = admin.post("/api/ticketMessages/create-new", body).await.expect(201);
            let at = format!("/api/ticketMessages/{}/send", question["messageID"]);
            admin.post(&at, json!({ "modifiedAnswer": ".\n..dots\n.\nGrüße" })).await.expect(200);
            installation.run_jobs().await;
            let question = admin.get(&format!("/api/ticketMessages/{}", question["messageID"])).await.expect(200);
            let answer = admin.get(&format!("/api/ticketMessages/{}", question["answeredByMessageID"])).await.expect(200);
            assert_eq!(answer["deliveryStatus"], status, "{answer}");
        }
        installation.eventually(async || servers.mails(&to, "INBOX").len() == 1).await;
        let (_, mail) = servers.mails(&to, "INBOX").remove(0);
        let parsed = answerpal_mail::parse(mail.as_bytes(), &answerpal_mail::Limits::default()).unwrap();
        assert_eq!(parsed.subject.as_deref(), Some("Re: Größe"));
        assert!(parsed.text.unwrap().starts_with(".\n..dots\n.\nGrüße"), "the dots are whole");
        installation.allow_unfinished_jobs();
    }
}
