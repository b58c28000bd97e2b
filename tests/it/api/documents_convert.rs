//! `POST /api/Documents/convert`: files as markdown, and files that are made to do harm.

use std::io::{Cursor, Write};

use answerpal::model::Role;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Engine, Installation};

async fn convert(client: &Client, name: &str, content: &[u8]) -> Answer {
    let head = format!("--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    let body = [head.as_bytes(), content, b"\r\n--cut--\r\n"].concat();
    let request =
        Request::post("/api/Documents/convert").header("content-type", "multipart/form-data; boundary=cut");
    client.send(request.body(Body::from(body)).unwrap()).await
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_become_markdown() {
    let installation = Installation::new(Engine::Sqlite).await.unwrap();
    let admin = &installation.admin;
    let xml = "<w:document><w:body><w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>Returns</w:t></w:r></w:p>\
               <w:p><w:r><w:t>Within 14 days.</w:t></w:r></w:p></w:body></w:document>";
    let docx = archive(&[("word/document.xml", xml.as_bytes())]);
    assert_eq!(
        convert(admin, "a.docx", &docx).await.expect(200),
        json!({ "markdown": "# Returns\n\nWithin 14 days.\n" })
    );
    let html = b"<html><body><h2>A</h2><p>b</p></body></html>";
    assert_eq!(convert(admin, "-x.html", html).await.expect(200)["markdown"], "## A\n\nb\n");
    assert_eq!(convert(admin, "a.md", "Größe: 3 €".as_bytes()).await.expect(200)["markdown"], "Größe: 3 €\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_converted_is_said_and_harms_nothing() {
    let installation =
        Installation::with(Engine::Sqlite, |config| config.max_file_bytes = 3_000_000).await.unwrap();
    let admin = &installation.admin;
    let reason = |problem: Value| problem["errors"]["file"][0].as_str().unwrap().to_owned();
    let bomb = archive(&[("word/document.xml", &vec![b' '; 80 << 20])]);
    // A page tree that is its own child, brackets without end, and elements in elements without end.
    let circle = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>\nendobj\n\
                   trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n9\n%%EOF";
    let brackets = [&b"%PDF-1.4\n1 0 obj\n"[..], &b"[".repeat(1_000_000)].concat();
    let nested = [&b"<html>"[..], &b"<div>".repeat(100_000)].concat();
    for (name, content, why) in [
        ("empty.docx", Vec::new(), "is empty"),
        ("photo.png", vec![0x89, b'P', b'N', b'G', 0, 0, 0], "no type that can be converted"),
        ("bomb.docx", bomb, "unpacks to more"),
        ("circle.pdf", circle.to_vec(), ""),
        ("brackets.pdf", brackets, ""),
        ("nested.html", nested, ""),
        ("cut.xlsx", b"PK\x03\x04\x14\0".to_vec(), "is broken"),
    ] {
        let said = reason(convert(admin, name, &content).await.expect_invalid("file"));
        assert!(said.contains(why), "{name}: {said}");
    }
    convert(admin, "large.txt", &vec![b'x'; 3_000_001]).await.expect(413);
    // The server is as it was.
    assert_eq!(convert(admin, "a.txt", b"fine").await.expect(200)["markdown"], "fine\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_requests_and_roles() {
    let installation = Installation::new(Engine::Sqlite).await.unwrap();
    let admin = &installation.admin;
    admin.post("/api/Documents/convert", Value::Null).await.expect_invalid("file");
    admin.post("/api/Documents/convert", json!({ "file": "x" })).await.expect(415);
    let (_, agent) = installation.rep("agent", Role::Agent).await;
    convert(&agent, "a.txt", b"x").await.expect(403);
    convert(&installation.nobody(), "a.txt", b"x").await.expect(401);
}
