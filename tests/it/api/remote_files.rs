//! Files in an S3-compatible store: run by `scripts/with-s3`, skipped loudly without it.

use std::time::Duration;

use answerpal::model::CustomerRepId;
use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

use crate::support::{Engine, Installation};

/// More than two parts of an upload.
const LENGTH: usize = 11_000_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_go_to_the_bucket_and_come_back() {
    let Ok(url) = std::env::var("ANSWERPAL_TEST_FILES_URL") else {
        eprintln!("ANSWERPAL_TEST_FILES_URL is not set: files in S3 are NOT tested (scripts/with-s3)");
        return;
    };
    let installation =
        Installation::with(Engine::Sqlite, |config| config.files_url = Some(url)).await.unwrap();
    let admin = &installation.admin;
    installation.app.files.check().await.unwrap();
    let message = installation.message(CustomerRepId(0)).await;
    let path = format!("/api/ticketMessages/{message}/attachments");
    let content: Vec<u8> = (0..LENGTH).map(|it| (it % 251) as u8).collect();
    for content in [&content[..], &content[..10], &[]] {
        let mut body =
            b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n".to_vec();
        body.extend(content);
        body.extend(b"\r\n--cut--\r\n");
        let request = Request::post(&path).header("content-type", "multipart/form-data; boundary=cut");
        let made = admin.send(request.body(Body::from(body)).unwrap()).await.expect(201);
        let file = format!("/api/File/{}", made["accessToken"].as_str().unwrap());
        assert!(installation.nobody().get(&file).await.bytes == content);
        if content.len() > 10 {
            let range = [("range", "bytes=5242870-5242890")];
            let part =
                installation.nobody().request(axum::http::Method::GET, &file, &range, Value::Null).await;
            assert_eq!((part.status.as_u16(), part.bytes.as_slice()), (206, &content[5_242_870..=5_242_890]));
        }
        let mut conn = installation.app.store.read().await.unwrap();
        let id = answerpal::model::AttachmentId(made["ticketMessageAttachmentID"].as_i64().unwrap());
        let kept =
            answerpal::store::attachments::get(&mut conn, installation.customer, message, id).await.unwrap();
        drop(conn);
        admin.delete(&format!("{path}/{id}")).await.expect(204);
        installation.clock.advance(Duration::from_secs(3600));
        installation.run_jobs().await;
        if !content.is_empty() {
            assert!(installation.app.files.read(&kept.object_key, 0..1).await.is_err());
        }
    }
}
