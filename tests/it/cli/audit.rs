//! `answerpal audit verify`.

use serde_json::json;

use crate::support::{Engine, Installation};

use super::answerpal;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_names_what_was_altered_and_fails() {
    let installation = Installation::new(Engine::Sqlite).await.unwrap();
    installation.admin.post("/api/Topics", json!({ "name": "a" })).await.expect(201);
    installation.run_jobs().await;
    let (code, report) = answerpal(installation.folder(), &["audit", "verify"]);
    assert_eq!((code, &report["findings"]), (0, &json!([])));
    installation.tamper("UPDATE events SET action = 'topic.deleted' WHERE seq = 2").await;
    let (code, report) = answerpal(installation.folder(), &["audit", "verify"]);
    assert_eq!(code, 1);
    let finding = json!({ "customerID": 1, "seq": 2, "eventID": 2, "what": "was altered" });
    assert_eq!(report["findings"], json!([finding]));
}
