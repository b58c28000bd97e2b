//! Mail that is of no ticket (password resets, escalations): what fails is seen, sent again or left out.

use answerpal::model::Role;
use serde_json::{Value, json};

use super::outbox::{later, smtp, with_server};
use super::scripted::Scripted;
use crate::support::{Engine, Installation};

async fn ask_for_a_new_password(installation: &Installation) {
    let body = json!({ "email": "admin@example.com" });
    installation.nobody().post("/api/Auth/request-password-reset", body).await.expect(200);
    installation.run_jobs().await;
}

/// The newest mail in the outbox.
async fn waiting(installation: &Installation) -> Value {
    installation.admin.get("/api/Outbox").await.expect(200)["items"][0].clone()
}

async fn other_mail_is_sent_again_or_left_out(installation: &Installation, server: &Scripted) {
    let admin = &installation.admin;
    admin.post("/api/Channels", smtp(server.port)).await.expect(201);
    admin.put("/api/CustomerReps/1", json!({ "email": "admin@example.com" })).await.expect(204);
    server.answer("RCPT", "550 5.1.1 no such user");
    ask_for_a_new_password(installation).await;
    let failed = waiting(installation).await;
    assert_eq!((&failed["kind"], &failed["deliveryStatus"]), (&json!("mail"), &json!("Failed")), "{failed}");
    let at = |rest: &str| format!("/api/Outbox/{}/{rest}", failed["mailID"]);
    let (_, agent) = installation.rep("agent", Role::Agent).await;
    agent.post(&at("resend"), json!({})).await.expect(403);
    agent.post(&at("cancel"), json!({})).await.expect(403);
    let (_, other) = installation.other_tenant().await;
    other.post(&at("resend"), json!({})).await.expect(404);
    other.post(&at("cancel"), json!({})).await.expect(404);
    // It waits for another try, and goes at once where a person says so.
    server.answer("RCPT", "451 4.7.1 greylisted");
    admin.post(&at("resend"), json!({})).await.expect(204);
    installation.run_jobs().await;
    assert_eq!(waiting(installation).await["deliveryStatus"], "Queued");
    server.behave();
    installation.run_jobs().await;
    assert_eq!(server.taken().len(), 0, "not before its time");
    admin.post(&at("resend"), json!({})).await.expect(204);
    installation.run_jobs().await;
    assert_eq!((waiting(installation).await, server.taken().len()), (Value::Null, 1));
    admin.post(&at("resend"), json!({})).await.expect(409);
    admin.post(&at("cancel"), json!({})).await.expect(409);
    // What waits does not go out any more, and what may have arrived is done with.
    for (refused, command) in [("451 4.7.1 greylisted", "RCPT"), ("", ".")] {
        server.answer(command, refused);
        ask_for_a_new_password(installation).await;
        let stuck = waiting(installation).await;
        admin.post(&format!("/api/Outbox/{}/cancel", stuck["mailID"]), json!({})).await.expect(204);
        assert_eq!(waiting(installation).await, Value::Null, "{stuck}");
        server.behave();
    }
    let before = server.taken().len();
    later(installation, 3601).await;
    assert_eq!(server.taken().len(), before);
    let events = admin.get("/api/AuditEvents?entity=mail&sortOrder=asc").await.expect(200);
    let actions: Vec<&str> =
        events["items"].as_array().unwrap().iter().map(|it| it["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["mail.resent", "mail.cancelled", "mail.cancelled"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    let (installation, server) = with_server(Engine::Sqlite, 0).await.unwrap();
    other_mail_is_sent_again_or_left_out(&installation, &server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let Some((installation, server)) = with_server(Engine::Postgres, 0).await else { return };
    other_mail_is_sent_again_or_left_out(&installation, &server).await;
}
