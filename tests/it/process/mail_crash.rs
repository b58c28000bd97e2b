//! kill -9 while mail comes in and goes out, again and again; then what there is is compared with what the
//! mail servers saw: nothing lost, nothing twice.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::server::{Server, create_tenant};
use crate::mail::Servers;
use crate::support::{Database, Engine};

const MAILS: usize = 60;
const KILLS: usize = 25;
/// What is killed is begun again when its lease ends, a minute later.
const PATIENCE: Duration = Duration::from_secs(180);

struct Desk {
    folder: TempDir,
    database: Database,
    servers: Servers,
}

impl Desk {
    async fn new(engine: Engine) -> Option<Self> {
        let servers = Servers::find()?;
        let database = Database::new(engine).await?;
        let folder = TempDir::new().unwrap();
        create_tenant(folder.path(), database.url.as_deref());
        Some(Self { folder, database, servers })
    }

    fn start(&self, lmtp: bool) -> Server {
        let ca = self.servers.ca.to_str().unwrap();
        let at = format!("127.0.0.1:{}", self.servers.desk_lmtp);
        let mut args =
            vec!["--outbound-allow", "127.0.0.1,localhost", "--mail-ca", ca, "--undo-seconds", "0"];
        if lmtp {
            args.extend(["--lmtp-listen", &at]);
        }
        Server::start(self.folder.path(), self.database.url.as_deref(), &args)
    }

    async fn channel(&self, server: &Server, body: Value) -> Value {
        let request = server.client().await.post(format!("{}/api/Channels", server.url)).json(&body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 201);
        answer.json().await.unwrap()
    }

    /// As if the leases of what was killed had run out: the next life takes up where the last one ended.
    async fn forget_leases(&self) {
        const SQL: &str =
            "DELETE FROM leases; UPDATE jobs SET lease_until = 0, attempts = 0 WHERE state = 'running';";
        match &self.database.url {
            Some(url) => crate::support::execute(url, SQL).await,
            None => {
                let database = rusqlite::Connection::open(self.folder.path().join("answerpal.db")).unwrap();
                database.execute_batch(SQL).unwrap();
            }
        }
    }

    /// Kills the program at random moments of its life, then lets it live until `done`.
    async fn storm(&self, lmtp: bool, seed: u64, mut done: impl AsyncFnMut(&Server) -> bool) -> Server {
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..KILLS {
            let mut server = self.start(lmtp);
            // The moment of the kill is what is tried, so this test has to wait for it.
            tokio::time::sleep(Duration::from_millis(random.random_range(20..700))).await;
            server.kill();
            self.forget_leases().await;
        }
        let server = self.start(lmtp);
        let deadline = Instant::now() + PATIENCE;
        while !done(&server).await {
            assert!(Instant::now() < deadline, "it is not done in time");
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        server
    }
}

async fn get(server: &Server, path: &str) -> Value {
    let client = server.client().await;
    client.get(format!("{}{path}", server.url)).send().await.unwrap().json().await.unwrap()
}

fn mail(number: usize) -> String {
    format!(
        "From: a{number}@example.org\r\nTo: help@desk.test\r\nSubject: Mail {number}\r\n\
         Message-ID: <{number}@crash.example.org>\r\n\r\nText {number}\r\n"
    )
}

/// Every mail is one ticket with one message.
async fn each_once(server: &Server) {
    let tickets = get(server, "/api/tickets?pageSize=1000").await;
    let mut seen: HashMap<String, usize> = HashMap::new();
    for ticket in tickets["items"].as_array().unwrap() {
        *seen.entry(ticket["subject"].as_str().unwrap().to_owned()).or_default() += 1;
        let messages = get(server, &format!("/api/ticketMessages?ticketId={}", ticket["ticketID"])).await;
        assert_eq!(messages["totalCount"], 1, "{ticket}");
    }
    assert_eq!(seen.len(), MAILS, "lost: {seen:?}");
    assert!(seen.values().all(|it| *it == 1), "twice: {seen:?}");
}

async fn has_all(server: &Server) -> bool {
    get(server, "/api/tickets?pageSize=1").await["totalCount"] == MAILS
}

async fn fetching(engine: Engine, user: &str) {
    let Some(mut desk) = Desk::new(engine).await else { return };
    for number in 0..MAILS {
        desk.servers.deliver(user, &mail(number)).await;
    }
    let body = json!({
        "channelType": "Email", "name": "Mail", "emailAddress": format!("{user}@mail.test"),
        "autoRetrieveEmails": true, "imapServer": "localhost", "imapPort": desk.servers.imaps,
        "imapSecurity": "TLS", "imapUsername": user, "imapPassword": "secret",
        "imapAfterFetch": "Move", "imapMoveTo": "Done",
    });
    desk.channel(&desk.start(false), body).await;
    let server = desk.storm(false, 21, has_all).await;
    each_once(&server).await;
    let (left, moved) = (desk.servers.mails(user, "INBOX").len(), desk.servers.mails(user, "Done").len());
    assert_eq!((left, moved), (0, MAILS));
    drop(server);
    desk.database.remove().await;
}

async fn handed_over(engine: Engine) {
    let Some(mut desk) = Desk::new(engine).await else { return };
    let body = json!({ "channelType": "Email", "name": "Mail", "emailAddress": "help@desk.test" });
    desk.channel(&desk.start(false), body).await;
    for number in 0..MAILS {
        desk.servers.deliver_to("help@desk.test", &mail(number)).await;
    }
    let server = desk.storm(true, 22, has_all).await;
    each_once(&server).await;
    drop(server);
    desk.database.remove().await;
}

async fn sending(engine: Engine, user: &str) {
    let Some(mut desk) = Desk::new(engine).await else { return };
    let body = json!({
        "channelType": "Email", "name": "Mail", "emailAddress": "help@mail.test",
        "smtpServer": "localhost", "smtpPort": desk.servers.smtp, "smtpSecurity": "None",
    });
    let server = desk.start(false);
    desk.channel(&server, body).await;
    let client = server.client().await;
    let question = json!({ "channelID": 1, "incoming": true, "fromAddress": format!("{user}@mail.test"), "textBody": "?" });
    let made = client.post(format!("{}/api/ticketMessages/create-new", server.url)).json(&question);
    let made: Value = made.send().await.unwrap().json().await.unwrap();
    // Queued while no worker takes them.
    drop(server);
    let url = desk.database.url.clone();
    let quiet = Server::start(desk.folder.path(), url.as_deref(), &["--no-workers", "--undo-seconds", "0"]);
    let client = quiet.client().await;
    for number in 0..MAILS {
        let at = format!("{}/api/ticketMessages/{}/send-new", quiet.url, made["messageID"]);
        let sent =
            client.post(at).json(&json!({ "textBody": format!("Answer {number}") })).send().await.unwrap();
        assert_eq!(sent.status(), 200);
    }
    drop(quiet);
    let server = desk
        .storm(false, 23, async |server| {
            let outbox = get(server, "/api/Outbox?pageSize=1000").await;
            outbox["items"].as_array().unwrap().iter().all(|it| it["deliveryStatus"] != "Queued")
        })
        .await;
    let list =
        get(&server, &format!("/api/ticketMessages?ticketId={}&pageSize=1000", made["ticketID"])).await;
    let (mut sent, mut unconfirmed) = (Vec::new(), Vec::new());
    for message in list["items"].as_array().unwrap().iter().filter(|it| it["senderType"] == "CustomerRep") {
        let full = get(&server, &format!("/api/ticketMessages/{}", message["messageID"])).await;
        let identifier = full["messageIdentifier"].as_str().unwrap().to_owned();
        match full["deliveryStatus"].as_str().unwrap() {
            "Sent" => sent.push(identifier),
            "Unconfirmed" => unconfirmed.push(identifier),
            other => panic!("{other}: {full}"),
        }
    }
    assert_eq!(sent.len() + unconfirmed.len(), MAILS);
    // Later mails of the ticket refer to the earlier ones.
    let arrived = |identifier: &String| {
        let (header, mails) = (format!("Message-ID: {identifier}"), desk.servers.mails(user, "INBOX"));
        mails.iter().filter(|it| it.1.contains(&header)).count()
    };
    let deadline = Instant::now() + PATIENCE;
    while sent.iter().any(|it| arrived(it) == 0) {
        assert!(Instant::now() < deadline, "a mail that was sent did not arrive");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    assert!(sent.iter().all(|it| arrived(it) == 1), "a mail arrived twice");
    assert!(unconfirmed.iter().all(|it| arrived(it) <= 1), "a mail arrived twice");
    assert!(sent.len() > unconfirmed.len(), "{} of {MAILS} are unconfirmed", unconfirmed.len());
    drop(server);
    desk.database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fetched_mail_is_neither_lost_nor_doubled_sqlite() {
    fetching(Engine::Sqlite, "crash-s").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fetched_mail_is_neither_lost_nor_doubled_postgres() {
    fetching(Engine::Postgres, "crash-p").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_that_is_handed_over_is_neither_lost_nor_doubled() {
    handed_over(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sent_mail_is_neither_lost_nor_doubled_sqlite() {
    sending(Engine::Sqlite, "sent-s").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sent_mail_is_neither_lost_nor_doubled_postgres() {
    sending(Engine::Postgres, "sent-p").await;
}
