//! `/api/File/{accessToken}?thumbnail=`.

use std::io::Cursor;

use answerpal::model::{CustomerRepId, MessageId};
use axum::http::{Method, Request};
use image::{DynamicImage, ImageFormat};
use serde_json::Value;

use crate::db_test;
use crate::support::{Answer, Installation};

async fn upload(installation: &Installation, message: MessageId, content: &[u8]) -> String {
    let mut body =
        b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n".to_vec();
    body.extend(content);
    body.extend(b"\r\n--cut--\r\n");
    let request = Request::post(format!("/api/ticketMessages/{message}/attachments"))
        .header("content-type", "multipart/form-data; boundary=cut");
    let made = installation.admin.send(request.body(body.into()).unwrap()).await.expect(201);
    format!("/api/File/{}", made["accessToken"].as_str().unwrap())
}

db_test! {
    async fn a_picture_is_answered_small(installation: Installation) {
        let message = installation.message(CustomerRepId(0)).await;
        let mut picture = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(640, 320).write_to(&mut picture, ImageFormat::Png).unwrap();
        let path = upload(&installation, message, picture.get_ref()).await;
        let nobody = installation.nobody();
        let small = nobody.get(&format!("{path}?thumbnail=64")).await;
        assert_eq!((small.status.as_u16(), small.header("content-type")), (200, "image/jpeg"));
        assert_eq!(small.header("x-content-type-options"), "nosniff");
        let read = image::load_from_memory(&small.bytes).unwrap();
        assert_eq!((read.width(), read.height()), (64, 32));
        let tag = small.header("etag").to_owned();
        assert_ne!(tag, nobody.get(&path).await.header("etag"));
        let known: Answer = nobody.request(Method::GET, &format!("{path}?thumbnail=64"), &[("if-none-match", &tag)], Value::Null).await;
        assert_eq!(known.status, 304);
        nobody.get(&format!("{path}?thumbnail=8")).await.expect_invalid("thumbnail");
        nobody.get(&format!("{path}?thumbnail=wide")).await.expect_invalid("thumbnail");
        for content in [&b"plain text"[..], &picture.get_ref()[..100]] {
            let path = upload(&installation, message, content).await;
            nobody.get(&format!("{path}?thumbnail=64")).await.expect(404);
            nobody.get(&path).await;
        }
        nobody.get("/api/File/unknown?thumbnail=64").await.expect(404);
    }
}
