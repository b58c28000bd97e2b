//! Mail that other mail servers hand over: the protocol, word for word, and Postfix as the other server.

use std::net::SocketAddr;

use std::path::Path;
use std::process::Command;

use answerpal::config::Config;
use answerpal::jobs::mail_desk;
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::servers::Servers;
use crate::support::{Engine, Installation};

/// An installation that takes mail.
struct Desk {
    installation: Installation,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
}

impl Desk {
    async fn open(engine: Engine, lmtp: bool, port: u16) -> Option<Self> {
        let at = SocketAddr::from(([127, 0, 0, 1], port));
        let listen = |config: &mut Config| match lmtp {
            true => config.lmtp_listen = Some(at),
            false => config.smtp_listen = Some(at),
        };
        Self::with(engine, listen).await
    }

    async fn with(engine: Engine, change: impl FnOnce(&mut Config)) -> Option<Self> {
        let installation = Installation::with(engine, |config| {
            config.max_mail_bytes = 20_000;
            change(config);
        });
        let installation = installation.await?;
        let bound = mail_desk::bind(&installation.app).await.unwrap().remove(0);
        let (stop, stopped) = watch::channel(false);
        let address = bound.address;
        let served = tokio::spawn(bound.serve(installation.app.clone(), stopped));
        let desk = Self { installation, address, stop, served };
        desk.channel("help@desk.test").await;
        Some(desk)
    }

    async fn channel(&self, address: &str) -> Value {
        let body = json!({ "channelType": "Email", "name": address, "emailAddress": address });
        self.installation.admin.post("/api/Channels", body).await.expect(201)
    }

    async fn tickets(&self) -> Vec<Value> {
        self.installation.run_jobs().await;
        let list = self.installation.admin.get("/api/tickets?pageSize=1000").await.expect(200);
        list["items"].as_array().unwrap().clone()
    }

    async fn close(self) {
        self.stop.send_replace(true);
        self.served.await.unwrap();
        self.installation.run_jobs().await;
    }
}

struct Talk(BufReader<TcpStream>);

impl Talk {
    async fn to(desk: &Desk) -> Self {
        Self(BufReader::new(TcpStream::connect(desk.address).await.unwrap()))
    }

    async fn write(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// The next answer, its lines joined; empty where the conversation is over.
    async fn answer(&mut self) -> String {
        let mut answer = String::new();
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).await.unwrap_or(0) == 0 {
                return answer;
            }
            answer.push_str(&line);
            if line.get(3..4) == Some(" ") {
                return answer;
            }
        }
    }

    /// Says a line; the answer must begin so.
    async fn say(&mut self, line: &str, expected: &str) -> String {
        self.write(&format!("{line}\r\n")).await;
        let answer = self.answer().await;
        assert!(answer.starts_with(expected), "{line}: {answer}");
        answer
    }
}

const MAIL: &str =
    "From: Anna <anna@example.org>\r\nSubject: Hello\r\nMessage-ID: <1@example.org>\r\n\r\nText\r\n..dot\r\n";

macro_rules! on_both {
    ($(async fn $name:ident($engine:ident) $body:block)*) => {
        $(mod $name {
            use super::*;
            async fn body($engine: Engine) -> Option<()> $body
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body(Engine::Sqlite).await.unwrap();
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let _ = body(Engine::Postgres).await;
            }
        })*
    };
}

on_both! {
    async fn a_mail_is_taken_once_it_is_kept(engine) {
        let desk = Desk::open(engine, false, 0).await?;
        let mut talk = Talk::to(&desk).await;
        assert!(talk.answer().await.starts_with("220 desk.example.com ESMTP"));
        talk.say("RCPT TO:<help@desk.test>", "503").await;
        talk.say("LHLO me", "500").await;
        let features = talk.say("EHLO mail.example.org", "250-").await;
        assert!(features.contains("SIZE 20000") && features.contains("PIPELINING") && !features.contains("STARTTLS"));
        talk.say("STARTTLS", "502").await;
        talk.say("MAIL FROM:<anna@example.org> SIZE=99999", "552").await;
        talk.say("MAIL FROM:<anna@example.org>", "250").await;
        talk.say("RCPT TO:<stranger@elsewhere.test>", "550 5.1.1").await;
        talk.say("DATA", "503").await;
        talk.say("RCPT TO:<Help@Desk.test>", "250").await;
        talk.say("RCPT TO:<help+anything@desk.test>", "250").await;
        talk.say("DATA", "354").await;
        talk.say(&format!("{MAIL}."), "250 2.0.0").await;
        // The same mail again, as after a lost answer, and a report without a sender.
        for from in ["anna@example.org", ""] {
            talk.write(&format!("MAIL FROM:<{from}>\r\nRCPT TO:<help@desk.test>\r\nDATA\r\n")).await;
            for expected in ["250", "250", "354"] {
                assert!(talk.answer().await.starts_with(expected));
            }
            talk.say(&format!("{MAIL}."), "250").await;
        }
        talk.say("QUIT", "221").await;
        assert_eq!(talk.answer().await, "");
        let tickets = desk.tickets().await;
        assert_eq!(tickets.len(), 1, "{tickets:?}");
        assert_eq!((&tickets[0]["subject"], &tickets[0]["preview"]), (&json!("Hello"), &json!("Text .dot")));
        desk.close().await;
        Some(())
    }

    async fn lmtp_answers_for_each_recipient(engine) {
        let desk = Desk::open(engine, true, 0).await?;
        desk.channel("sales@desk.test").await;
        let mut talk = Talk::to(&desk).await;
        assert!(talk.answer().await.contains("LMTP"));
        talk.say("EHLO me", "500").await;
        talk.say("LHLO me", "250-").await;
        talk.say("MAIL FROM:<anna@example.org>", "250").await;
        talk.say("RCPT TO:<help@desk.test>", "250").await;
        talk.say("RCPT TO:<sales@desk.test>", "250").await;
        talk.say("DATA", "354").await;
        talk.say(&format!("{MAIL}."), "250").await;
        assert!(talk.answer().await.starts_with("250"));
        talk.say("MAIL FROM:<anna@example.org>", "250").await;
        talk.say("RCPT TO:<help@desk.test>", "250").await;
        talk.say("DATA", "354").await;
        talk.say(&format!("Subject: Large\r\n\r\n{}\r\n.", "x".repeat(30_000)), "552").await;
        assert_eq!(desk.tickets().await.len(), 2);
        desk.close().await;
        Some(())
    }

    async fn nothing_is_smuggled_and_nobody_stays_for_ever(engine) {
        let desk = Desk::open(engine, false, 0).await?;
        let mut talk = Talk::to(&desk).await;
        talk.answer().await;
        talk.say("EHLO me", "250-").await;
        talk.say("MAIL FROM:<anna@example.org>", "250").await;
        talk.say("RCPT TO:<help@desk.test>", "250").await;
        talk.say("DATA", "354").await;
        talk.say("Subject: Outer\r\n\r\nA\n.\nMAIL FROM:<evil@example.org>\n.\r\nRCPT TO:<help@desk.test>\r\n.", "250").await;
        // A line that ends in LF alone is no command.
        talk.write("MAIL FROM:<a@example.org>\nRCPT TO:<help@desk.test>\r\n").await;
        assert!(talk.answer().await.starts_with("500"));
        assert_eq!(talk.answer().await, "", "the conversation is over");
        let mut talk = Talk::to(&desk).await;
        talk.answer().await;
        for _ in 0..10 {
            talk.say("GET / HTTP/1.1", "500").await;
        }
        talk.say("GET / HTTP/1.1", "421").await;
        assert_eq!(talk.answer().await, "");
        // Cut in its middle, a mail is none.
        let mut talk = Talk::to(&desk).await;
        talk.answer().await;
        talk.say("EHLO me", "250-").await;
        talk.say("MAIL FROM:<anna@example.org>", "250").await;
        talk.say("RCPT TO:<help@desk.test>", "250").await;
        talk.say("DATA", "354").await;
        talk.write("Subject: Half\r\n\r\nA").await;
        drop(talk);
        let tickets = desk.tickets().await;
        assert_eq!(tickets.len(), 1, "{tickets:?}");
        assert!(tickets[0]["preview"].as_str().unwrap().contains("MAIL FROM"), "{tickets:?}");
        desk.close().await;
        Some(())
    }

    async fn an_answer_to_an_answer_finds_its_tenant(engine) {
        let desk = Desk::open(engine, false, 0).await?;
        let (other, admin) = desk.installation.other_tenant().await;
        let body = json!({ "channelType": "Email", "name": "Same", "emailAddress": "help@desk.test" });
        let channel = admin.post("/api/Channels", body).await.expect(201);
        let body = json!({ "channelID": channel["channelID"], "fromAddress": "anna@example.org", "subject": "Hi", "textBody": "Hello" });
        let made = admin.post("/api/ticketMessages/create-new", body).await.expect(201);
        let ticket = answerpal::model::TicketId(made["ticketID"].as_i64().unwrap());
        let address = answerpal::domain::reply_tokens::reply_address(&desk.installation.app, other, ticket, "help@desk.test").unwrap();
        let mut talk = Talk::to(&desk).await;
        talk.answer().await;
        talk.say("HELO me", "250 ").await;
        talk.say("MAIL FROM:<anna@example.org>", "250").await;
        talk.say(&format!("RCPT TO:<{address}>"), "250").await;
        talk.say("DATA", "354").await;
        talk.say(&format!("{MAIL}."), "250").await;
        desk.installation.run_jobs().await;
        let list = admin.get("/api/tickets").await.expect(200);
        let own = desk.installation.admin.get("/api/tickets").await.expect(200);
        assert_eq!(own["totalCount"], 0, "the first tenant with this address has nothing of it");
        assert!(list["totalCount"].as_i64().unwrap() >= 1);
        desk.close().await;
        Some(())
    }
}

/// A certificate for localhost that signed itself, and its key.
fn certificate(folder: &Path) -> (std::path::PathBuf, std::path::PathBuf) {
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-nodes",
            "-days",
            "2",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
        ])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-out")
        .arg(&cert)
        .arg("-keyout")
        .arg(&key)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (cert, key)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_comes_in_encrypted_where_a_certificate_is_set() {
    let folder = tempfile::TempDir::new().unwrap();
    let (cert, key) = certificate(folder.path());
    let pem = std::fs::read(&cert).unwrap();
    let desk = Desk::with(Engine::Sqlite, |config| {
        config.smtp_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        (config.smtp_tls_cert, config.smtp_tls_key) = (Some(cert), Some(key));
    })
    .await
    .unwrap();
    let hello = ClientId::Domain("mail.example.org".into());
    let mut connection =
        AsyncSmtpConnection::connect_tokio1(desk.address, None, &hello, None, None).await.unwrap();
    assert!(connection.can_starttls());
    let trust = Certificate::from_pem(&pem).unwrap();
    let tls = TlsParameters::builder("localhost".into()).add_root_certificate(trust).build().unwrap();
    connection.starttls(tls, &hello).await.unwrap();
    assert!(connection.is_encrypted() && !connection.can_starttls(), "it is offered once");
    let (from, to) = ("anna@example.org".parse().unwrap(), "help@desk.test".parse().unwrap());
    let envelope = lettre::address::Envelope::new(Some(from), vec![to]).unwrap();
    connection.send(&envelope, MAIL.as_bytes()).await.unwrap();
    connection.quit().await.unwrap();
    assert_eq!(desk.tickets().await.len(), 1);
    // What is said ahead of the handshake is not taken for what comes after.
    let mut talk = Talk::to(&desk).await;
    talk.answer().await;
    talk.say("EHLO me", "250-").await;
    talk.write("STARTTLS\r\nMAIL FROM:<evil@example.org>\r\n").await;
    assert!(talk.answer().await.starts_with("220"));
    assert_eq!(talk.answer().await, "", "the conversation is over");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postfix_hands_mail_over() {
    let Some(servers) = Servers::find() else { return };
    for (lmtp, port, domain) in
        [(true, servers.desk_lmtp, "desk.test"), (false, servers.desk_smtp, "desk2.test")]
    {
        let desk = Desk::open(Engine::Sqlite, lmtp, port).await.unwrap();
        desk.channel("help@desk2.test").await;
        servers.deliver_to(&format!("help@{domain}"), MAIL).await;
        desk.installation.eventually(async || !desk.tickets().await.is_empty()).await;
        let tickets = desk.tickets().await;
        assert_eq!((tickets.len(), &tickets[0]["subject"]), (1, &json!("Hello")));
        desk.close().await;
    }
}
