//! `/api/ticketMessages/{id}/attachments` and `/api/File/{accessToken}`.

use std::path::PathBuf;
use std::time::Duration;

use answerpal::model::{CustomerRepId, MessageId, Role};
use axum::body::{Body, Bytes};
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Answer, Client, Engine, Installation};

const NOBODY: CustomerRepId = CustomerRepId(0);
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";

/// One field of a form: name, file name, content.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, file_name, content) in parts {
        out.extend(format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"").bytes());
        if let Some(file_name) = file_name {
            out.extend(format!("; filename=\"{file_name}\"\r\nContent-Type: image/png").bytes());
        }
        out.extend(b"\r\n\r\n");
        out.extend(*content);
        out.extend(b"\r\n");
    }
    out.extend(b"--cut--\r\n");
    out
}

async fn upload_as(client: &Client, message: MessageId, key: Option<&str>, body: Body) -> Answer {
    let mut request = Request::post(format!("/api/ticketMessages/{message}/attachments"))
        .header("content-type", "multipart/form-data; boundary=cut");
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    client.send(request.body(body).unwrap()).await
}

async fn upload(client: &Client, message: MessageId, name: &str, content: &[u8]) -> Answer {
    upload_as(client, message, None, form(&[("file", Some(name), content)]).into()).await
}

async fn file(installation: &Installation, attachment: &Value, headers: &[(&str, &str)]) -> Answer {
    let path = format!("/api/File/{}", attachment["accessToken"].as_str().unwrap());
    installation.nobody().request(Method::GET, &path, headers, Value::Null).await
}

/// How many files the content store holds, finished or not.
fn stored(installation: &Installation) -> usize {
    stored_at(installation).len()
}

fn stored_at(installation: &Installation) -> Vec<PathBuf> {
    fn collect(folder: &std::path::Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
        entries.flat_map(|it| if it.is_dir() { collect(&it) } else { vec![it] }).collect()
    }
    collect(&installation.folder().join("files"))
}

async fn has_attachment(installation: &Installation, message: MessageId) -> bool {
    let mut conn = installation.app.store.read().await.unwrap();
    answerpal::store::messages::get(&mut conn, installation.customer, message).await.unwrap().has_attachment
}

db_test! {
    async fn a_file_is_added_listed_opened_and_deleted(installation: Installation) {
        let admin = &installation.admin;
        let message = installation.message(NOBODY).await;
        let body = form(&[("note", None, b"ignored"), ("File", Some("logo.png"), PNG), ("contentId", None, b"logo@mail"), ("file", Some("second"), b"x")]);
        let made = upload_as(admin, message, None, body.into()).await;
        let location = made.header("location").to_owned();
        let made = made.expect(201);
        let token = made["accessToken"].as_str().unwrap();
        assert_eq!(location, format!("/api/File/{token}"));
        assert_eq!(made, json!({
            "ticketMessageAttachmentID": 1, "messageID": message.0, "fileName": "logo.png", "contentType": "image/png",
            "fileSizeBytes": PNG.len(), "createdDateTime": "2026-03-02T09:00:00Z", "isEndUserProvided": true,
            "isCustomerRepProvided": false, "accessToken": token, "contentId": "logo@mail",
        }));
        let list = format!("/ticketmessages/{message}/Attachments");
        assert_eq!(admin.get(&list).await.expect(200), json!([made]));
        assert!(has_attachment(&installation, message).await);
        let opened = file(&installation, &made, &[]).await;
        assert_eq!((opened.status.as_u16(), opened.bytes.as_slice()), (200, PNG));
        assert_eq!(opened.header("content-type"), "image/png");
        assert_eq!(opened.header("content-disposition"), "inline; filename=\"logo.png\"; filename*=UTF-8''logo.png");
        assert_eq!(opened.header("x-content-type-options"), "nosniff");
        assert_eq!(opened.header("content-security-policy"), "default-src 'none'; sandbox");
        let one = format!("/api/ticketMessages/{message}/attachments/1");
        admin.request(Method::DELETE, &one, &[("if-match", "\"other\"")], Value::Null).await.expect(412);
        admin.delete(&one).await.expect(204);
        admin.delete(&one).await.expect(404);
        assert_eq!(admin.get(&list).await.expect(200), json!([]));
        assert!(!has_attachment(&installation, message).await);
        file(&installation, &made, &[]).await.expect(404);
        installation.allow_unfinished_jobs();
    }
}

db_test! {
    async fn a_name_beyond_ascii_is_read_as_dotnet_writes_it(installation: Installation) {
        let message = installation.message(NOBODY).await;
        let body = "--cut\r\nContent-Disposition: form-data; name=file; filename=\"=?utf-8?B?dsOpbG8udHh0?=\"; filename*=utf-8''v%C3%A9lo.txt\r\n\r\nx\r\n--cut--\r\n";
        let made = upload_as(&installation.admin, message, None, body.into()).await.expect(201);
        assert_eq!(made["fileName"], "vélo.txt");
    }
}

db_test! {
    async fn deleted_content_goes_an_hour_later(installation: Installation) {
        let message = installation.message(NOBODY).await;
        let made = upload(&installation.admin, message, "a.png", PNG).await.expect(201);
        // As a process leaves it that was killed in the middle of an upload.
        let at = stored_at(&installation).remove(0);
        std::fs::write(format!("{}#1", at.display()), "part").unwrap();
        let kept = upload(&installation.admin, message, "b.png", PNG).await.expect(201);
        installation.admin.delete(&format!("/api/ticketMessages/{message}/attachments/{}", made["ticketMessageAttachmentID"])).await.expect(204);
        installation.run_jobs().await;
        assert_eq!(stored(&installation), 3);
        installation.clock.advance(Duration::from_secs(3600));
        installation.run_jobs().await;
        assert_eq!(stored(&installation), 1);
        installation.clock.advance(Duration::from_secs(48 * 3600));
        answerpal::jobs::delete_objects::run_for_all(&installation.app).await.unwrap();
        assert_eq!(file(&installation, &kept, &[]).await.bytes, PNG);
    }
}

db_test! {
    async fn what_a_file_is_says_its_content(installation: Installation) {
        let message = installation.message(NOBODY).await;
        let cases: [(&str, &[u8], &str, bool); 5] = [
            ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml", false),
            ("page.png", b"<!DOCTYPE html><script>alert(1)</script>", "text/html", false),
            ("program.png", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", "application/octet-stream", false),
            ("text.png", "Größe".as_bytes(), "text/plain; charset=utf-8", true),
            ("empty.png", b"", "text/plain; charset=utf-8", true),
        ];
        for (name, content, kind, inline) in cases {
            let made = upload(&installation.admin, message, name, content).await.expect(201);
            let opened = file(&installation, &made, &[]).await;
            assert_eq!(opened.header("content-type"), kind);
            assert_eq!(opened.header("content-disposition").starts_with("inline"), inline, "{name}");
            assert_eq!(opened.bytes, content);
        }
    }
}

db_test! {
    async fn hostile_names_are_only_shown(installation: Installation) {
        let message = installation.message(NOBODY).await;
        let names = [("../../etc/passwd", "passwd"), (r"C:\\tmp\\evil.exe", "evil.exe"), ("..", "file"), ("ü\u{202e}gpj.exe", "ügpj.exe")];
        for (given, kept) in names {
            let made = upload(&installation.admin, message, given, PNG).await.expect(201);
            assert_eq!(made["fileName"], kept);
            assert_eq!(file(&installation, &made, &[]).await.bytes, PNG);
        }
        let long = upload(&installation.admin, message, &"a".repeat(500), PNG).await.expect(201);
        assert_eq!(long["fileName"].as_str().unwrap().len(), 255);
        assert_eq!(stored(&installation), 5);
    }
}

db_test! {
    async fn ranges_and_tags_are_honoured(installation: Installation) {
        let message = installation.message(NOBODY).await;
        let made = upload(&installation.admin, message, "digits.txt", b"0123456789").await.expect(201);
        let whole = file(&installation, &made, &[]).await;
        let tag = whole.header("etag").to_owned();
        assert_eq!((whole.header("accept-ranges"), whole.header("content-length")), ("bytes", "10"));
        let part = file(&installation, &made, &[("range", "bytes=2-4")]).await;
        assert_eq!((part.status.as_u16(), part.header("content-range"), part.text().as_str()), (206, "bytes 2-4/10", "234"));
        let end = file(&installation, &made, &[("range", "bytes=-3"), ("if-range", &tag)]).await;
        assert_eq!((end.status.as_u16(), end.text().as_str()), (206, "789"));
        let changed = file(&installation, &made, &[("range", "bytes=-3"), ("if-range", "\"old\"")]).await;
        assert_eq!((changed.status.as_u16(), changed.bytes.len()), (200, 10));
        let several = file(&installation, &made, &[("range", "bytes=0-1,4-5")]).await;
        assert_eq!((several.status.as_u16(), several.bytes.len()), (200, 10));
        let outside = file(&installation, &made, &[("range", "bytes=10-")]).await;
        assert_eq!(outside.header("content-range"), "bytes */10");
        outside.expect(416);
        let known = file(&installation, &made, &[("if-none-match", &tag)]).await;
        assert_eq!((known.status.as_u16(), known.bytes.len(), known.header("etag")), (304, 0, tag.as_str()));
        let path = format!("/api/File/{}", made["accessToken"].as_str().unwrap());
        let head = installation.nobody().request(Method::HEAD, &path, &[], Value::Null).await;
        assert_eq!((head.status.as_u16(), head.header("content-length"), head.bytes.len()), (200, "10", 0));
    }
}

db_test! {
    async fn a_forged_token_opens_nothing(installation: Installation) {
        let message = installation.message(NOBODY).await;
        let made = upload(&installation.admin, message, "a.png", PNG).await.expect(201);
        let token = made["accessToken"].as_str().unwrap();
        let last = if token.ends_with('A') { 'B' } else { 'A' };
        let other_purpose = installation.app.key.id_token("open", installation.customer.0, 1);
        let other_tenant = installation.app.key.id_token("file", installation.customer.0 + 1, 1);
        for forged in [&format!("{}{last}", &token[..token.len() - 1]), &token.to_lowercase(), &other_purpose, &other_tenant, "1", "%00", "x"] {
            installation.nobody().get(&format!("/api/File/{forged}")).await.expect(404);
        }
    }
}

db_test! {
    async fn foreign_and_hidden_messages_have_no_files(installation: Installation) {
        let (customer, other) = installation.other_tenant().await;
        let theirs = installation.message_of(&other, customer, NOBODY).await;
        let made = upload(&other, theirs, "a.png", PNG).await.expect(201);
        let id = made["ticketMessageAttachmentID"].as_i64().unwrap();
        let (bob, agent) = installation.rep("bob", Role::Agent).await;
        let (_, supervisor) = installation.rep("eve", Role::Supervisor).await;
        let assigned = installation.message(bob).await;
        let hidden = installation.message(CustomerRepId(bob.0 + 1)).await;
        for (client, message) in [(&installation.admin, theirs), (&agent, hidden), (&agent, MessageId(999))] {
            client.get(&format!("/api/ticketMessages/{message}/attachments")).await.expect(404);
            upload(client, message, "a.png", PNG).await.expect(404);
            client.delete(&format!("/api/ticketMessages/{message}/attachments/{id}")).await.expect(404);
        }
        upload(&installation.nobody(), assigned, "a.png", PNG).await.expect(401);
        upload(&agent, assigned, "a.png", PNG).await.expect(201);
        upload(&supervisor, hidden, "a.png", PNG).await.expect(201);
        agent.delete(&format!("/api/ticketMessages/{assigned}/attachments/{id}")).await.expect(404);
        assert_eq!(stored(&installation), 3);
    }
}

db_test! {
    async fn a_repeated_upload_gets_the_first_answer(installation: Installation) {
        let message = installation.message(NOBODY).await;
        let post = |name: &'static str, content: &'static [u8]| {
            upload_as(&installation.admin, message, Some("k"), form(&[("file", Some(name), content)]).into())
        };
        let first = post("a.png", PNG).await;
        let again = post("a.png", PNG).await;
        assert_eq!((first.status.as_u16(), &first.bytes), (again.status.as_u16(), &again.bytes));
        post("a.png", b"other").await.expect(409);
        post("b.png", PNG).await.expect(409);
        let list = installation.admin.get(&format!("/api/ticketMessages/{message}/attachments")).await.expect(200);
        assert_eq!((list.as_array().unwrap().len(), stored(&installation)), (1, 1));
        assert_eq!(file(&installation, &list[0], &[]).await.bytes, PNG);
    }
}

db_test! {
    async fn what_is_no_upload_is_refused(installation: Installation) {
        let admin = &installation.admin;
        let message = installation.message(NOBODY).await;
        let path = format!("/api/ticketMessages/{message}/attachments");
        admin.post(&path, Value::Null).await.expect_invalid("file");
        admin.post(&path, json!({ "file": "x" })).await.expect(415);
        upload_as(admin, message, None, form(&[("other", Some("a"), PNG)]).into()).await.expect_invalid("file");
        let long = "x".repeat(300);
        let body = form(&[("file", Some("a"), PNG), ("contentId", None, long.as_bytes())]);
        upload_as(admin, message, None, body.into()).await.expect_invalid("contentId");
        let mut cut = form(&[("file", Some("a"), &[7; 600_000])]);
        cut.truncate(500_000);
        upload_as(admin, message, None, cut.into()).await.expect_invalid("body");
        assert_eq!(admin.get(&path).await.expect(200), json!([]));
        assert!(!has_attachment(&installation, message).await);
        installation.clock.advance(Duration::from_secs(24 * 3600));
        answerpal::jobs::delete_objects::run_for_all(&installation.app).await.unwrap();
        assert_eq!(stored(&installation), 0);
    }
}

db_test! {
    async fn a_large_file_comes_back_as_it_went(installation: Installation) {
        let message = installation.message(NOBODY).await;
        let content: Vec<u8> = (0..3_000_000_u32).map(|it| (it % 251) as u8).collect();
        let body = form(&[("file", Some("big.bin"), &content)]);
        let pieces: Vec<_> = body.chunks(10_007).map(|it| Ok::<_, std::io::Error>(Bytes::copy_from_slice(it))).collect();
        let body = Body::from_stream(futures::stream::iter(pieces));
        let made = upload_as(&installation.admin, message, None, body).await.expect(201);
        assert_eq!(file(&installation, &made, &[]).await.bytes, content);
        let part = file(&installation, &made, &[("range", "bytes=2000000-2500000")]).await;
        assert_eq!(part.bytes, content[2_000_000..=2_500_000]);
    }
}

async fn limits(engine: Engine) {
    let lowered = Installation::with(engine, |config| {
        config.max_file_bytes = 1000;
        config.max_upload_bytes = 3000;
        config.max_files_per_message = 2;
    });
    let Some(installation) = lowered.await else { return };
    let admin = &installation.admin;
    let message = installation.message(NOBODY).await;
    upload(admin, message, "a", &[1; 1001]).await.expect(413);
    let parts: Vec<_> = (0..4).map(|_| ("more", Some("a"), [1; 900].as_slice())).collect();
    upload_as(admin, message, None, form(&parts).into()).await.expect(413);
    upload(admin, message, "a", &[1; 1000]).await.expect(201);
    upload(admin, message, "b", &[1; 1000]).await.expect(201);
    upload(admin, message, "c", &[1; 1000]).await.expect(409);
    assert_eq!(stored(&installation), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_hold_sqlite() {
    limits(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_hold_postgres() {
    limits(Engine::Postgres).await;
}
