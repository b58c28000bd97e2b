//! Crowds, slow clients, big uploads, big changes and a full disk: memory stays bounded, nothing is lost.

use std::time::Duration;

use futures::StreamExt;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::server::{Server, create_tenant};
use crate::support::{Database, Engine};

const MEMORY_MB: u64 = 150;

async fn server() -> (TempDir, Server, reqwest::Client) {
    let folder = TempDir::new().unwrap();
    create_tenant(folder.path(), None);
    let server = Server::start(folder.path(), None, &[]);
    let client = server.client().await;
    let channel = json!({ "channelType": "Email", "name": "Mail", "emailAddress": "desk@example.com" });
    let made = client.post(format!("{}/api/Channels", server.url)).json(&channel).send().await.unwrap();
    assert_eq!(made.status(), 201);
    (folder, server, client)
}

fn message(number: usize) -> Value {
    json!({
        "channelID": 1, "incoming": true, "fromAddress": format!("u{number}@example.com"),
        "subject": format!("Subject {number}"), "textBody": "Where is my order?",
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_connections_and_slow_clients_hold_nothing_up() {
    let (_folder, server, client) = server().await;
    let address = server.url.trim_start_matches("http://").to_owned();
    // Slow clients: a request that never ends.
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream
            .write_all(b"POST /api/Topics HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            .await
            .unwrap();
        slow.push(stream);
    }
    let requests = (0..1000).map(|number| {
        let request =
            client.post(format!("{}/api/ticketMessages/create-new", server.url)).json(&message(number));
        async move { request.send().await.unwrap().status() }
    });
    let statuses = futures::future::join_all(requests).await;
    assert!(statuses.iter().all(|it| *it == StatusCode::CREATED), "{statuses:?}");
    let list: Value =
        client.get(format!("{}/api/tickets", server.url)).send().await.unwrap().json().await.unwrap();
    assert_eq!(list["totalCount"], 1000);
    assert!(server.peak_memory() < MEMORY_MB, "{} MB", server.peak_memory());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn big_uploads_in_parallel_are_streamed() {
    let (_folder, server, client) = server().await;
    let created = client.post(format!("{}/api/ticketMessages/create-new", server.url)).json(&message(1));
    let created: Value = created.send().await.unwrap().json().await.unwrap();
    let url = format!("{}/api/ticketMessages/{}/attachments", server.url, created["messageID"]);
    let uploads = (0..8).map(|number| {
        let part =
            reqwest::multipart::Part::bytes(vec![b'x'; 24 * 1024 * 1024]).file_name(format!("f{number}.txt"));
        let request = client.post(&url).multipart(reqwest::multipart::Form::new().part("file", part));
        async move { request.send().await.unwrap().status() }
    });
    let statuses: Vec<_> = futures::stream::iter(uploads).buffer_unordered(4).collect().await;
    assert!(statuses.iter().all(StatusCode::is_success), "{statuses:?}");
    // Who sends a file that is too large, all of it before looking for an answer, hears why.
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap();
    let form = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"big.txt\"\r\n\r\n";
    let path = url.strip_prefix(&server.url).unwrap();
    let length = form.len() + 39 * 1024 * 1024 + "\r\n--cut--\r\n".len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: {length}\r\n\r\n{form}",
        server.token().await
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..39 {
        stream.write_all(&vec![b'x'; 1024 * 1024]).await.unwrap();
    }
    stream.write_all(b"\r\n--cut--\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(server.peak_memory() < MEMORY_MB, "{} MB", server.peak_memory());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_tickets_change_at_once() {
    let (folder, server, client) = server().await;
    drop(server);
    super::server::run(folder.path(), None, &["bench-data", "--tickets", "10000", "--customer", "1"]);
    let server = Server::start(folder.path(), None, &[]);
    let ids: Vec<i64> = (1..=10_000).collect();
    let bulk = |ids: Vec<i64>, action: &str| {
        let body = json!({ "ticketIDs": ids, "action": action });
        client.put(format!("{}/api/tickets/bulk", server.url)).json(&body).send()
    };
    assert_eq!(bulk(ids.clone(), "close").await.unwrap().status(), StatusCode::NO_CONTENT);
    let closed: Value = client
        .get(format!("{}/api/tickets?status=Closed", server.url))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(closed["totalCount"], 10_000);
    let too_many: Vec<i64> = (1..=10_001).collect();
    assert_eq!(bulk(too_many, "close").await.unwrap().status(), StatusCode::BAD_REQUEST);
    assert!(server.peak_memory() < MEMORY_MB, "{} MB", server.peak_memory());
}

/// A file system of its own, small enough to be filled. Needs root, as CI has it.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"])
            .arg(folder.path())
            .status();
        if mounted.is_ok_and(|it| it.success()) {
            return Some(Self(folder));
        }
        eprintln!("SKIPPED: a small file system cannot be mounted here (not root?)");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // What cannot be unmounted now goes with the machine.
        let _ = std::process::Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_and_corrupts_nothing() {
    let Some(disk) = SmallDisk::mount() else { return };
    let folder = disk.0.path();
    create_tenant(folder, None);
    let server = Server::start(folder, None, &[]);
    let client = server.client().await;
    let channel = json!({ "channelType": "Email", "name": "Mail", "emailAddress": "desk@example.com" });
    client.post(format!("{}/api/Channels", server.url)).json(&channel).send().await.unwrap();
    let text = "word ".repeat(40_000);
    let mut acknowledged = 0;
    let refused = loop {
        let mut body = message(acknowledged);
        body["textBody"] = json!(text);
        let request = client.post(format!("{}/api/ticketMessages/create-new", server.url)).json(&body);
        let response = request.timeout(Duration::from_secs(30)).send().await.unwrap();
        if response.status() != StatusCode::CREATED {
            break response;
        }
        acknowledged += 1;
        assert!(acknowledged < 1000, "the disk never filled");
    };
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers().contains_key("retry-after"));
    let list = client.get(format!("{}/api/tickets?pageSize=1", server.url)).send().await.unwrap();
    assert_eq!(list.json::<Value>().await.unwrap()["totalCount"], acknowledged);
    drop(server);
    let database = rusqlite::Connection::open(folder.join("answerpal.db")).unwrap();
    let integrity: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(integrity, "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_works_on_for_no_client_that_has_left() {
    let Some(mut database) = Database::new(Engine::Postgres).await else { return };
    let folder = TempDir::new().unwrap();
    let url = database.url.clone().unwrap();
    create_tenant(folder.path(), Some(&url));
    let server = Server::start(folder.path(), Some(&url), &["--no-workers"]);
    let client = server.client().await;
    let (locking, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    // Whoever reads tickets or their words waits now.
    let lock = "BEGIN; LOCK TABLE tickets, ticket_search IN ACCESS EXCLUSIVE MODE";
    locking.batch_execute(lock).await.unwrap();
    let until_waiting = async |wanted: i64| {
        let waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted
                       AND relation IN ('tickets'::regclass, 'ticket_search'::regclass)";
        let begun = std::time::Instant::now();
        loop {
            let n: i64 = locking.query_one(waiting, &[]).await.unwrap().get(0);
            if n == wanted {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{n} wait, not {wanted}");
        }
    };
    let list = format!("{}/api/tickets", server.url);
    for path in ["", "?search=invoice*"] {
        let request = tokio::spawn(client.get(format!("{list}{path}")).send());
        until_waiting(1).await;
        request.abort();
        until_waiting(0).await;
    }
    locking.batch_execute("ROLLBACK").await.unwrap();
    let answer = client.get(&list).send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["totalCount"], 0);
    drop((locking, server));
    connection.await.unwrap().unwrap();
    database.remove().await;
}
