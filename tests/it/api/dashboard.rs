//! `/app/` and what leads there.

use axum::http::Method;
use serde_json::Value;

use crate::support::{Engine, Installation};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_dashboard_answers_every_address_of_its_own() {
    let Some(installation) = Installation::new(Engine::Sqlite).await else { return };
    let nobody = installation.nobody();
    for (from, to) in [("/", "/app/"), ("/app", "/app/")] {
        let answer = nobody.get(from).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (307, to));
    }
    let index = nobody.get("/app/").await;
    assert_eq!(index.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(index.header("cache-control"), "no-cache");
    assert!(index.header("content-security-policy").starts_with("default-src 'none'; script-src 'self'"));
    assert!(index.text().contains("answerpal"));
    for path in ["/app/tickets/5", "/app/Tickets", "/app/tickets/"] {
        let page = nobody.get(path).await;
        assert_eq!((page.status.as_u16(), &page.bytes), (200, &index.bytes), "{path}");
    }
    for path in ["/app/assets/missing.js", "/app/../Cargo.toml", "/app/%2e%2e/Cargo.toml"] {
        nobody.get(path).await.expect(404);
    }
    assert_eq!(index.header("cross-origin-opener-policy"), "same-origin");
    let tag = index.header("etag").to_owned();
    let known = nobody.request(Method::GET, "/app/", &[("if-none-match", &tag)], Value::Null).await;
    assert_eq!((known.status.as_u16(), known.bytes.len()), (304, 0));
    nobody.request(Method::POST, "/app/", &[], Value::Null).await.expect(405);
}
