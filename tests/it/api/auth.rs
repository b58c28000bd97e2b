//! `/api/Auth` and the credentials on every other route.

use std::time::Duration;

use answerpal::model::{CustomerId, Role};
use answerpal::store::mails;
use axum::http::Method;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::Installation;

db_test! {
    async fn a_wrong_password_and_an_unknown_name_get_the_same_answer(installation: Installation) {
        let nobody = installation.nobody();
        let wrong = nobody.post("/api/Auth/login", json!({ "username": "admin", "password": "no" })).await.expect(401);
        let unknown = nobody.post("/api/Auth/login", json!({ "username": "who", "password": "no" })).await.expect(401);
        assert_eq!(wrong["detail"], unknown["detail"]);
    }
}

db_test! {
    async fn repeated_failures_lock_the_name_for_a_while(installation: Installation) {
        let nobody = installation.nobody();
        for _ in 0..5 {
            nobody.post("/auth/LOGIN", json!({ "Username": "admin", "password": "no" })).await.expect(401);
        }
        let locked = nobody.post("/api/Auth/login", json!({ "username": "admin", "password": "no" })).await;
        assert_eq!(locked.header("retry-after"), "2");
        locked.expect(429);
        installation.clock.advance(std::time::Duration::from_secs(2));
        installation.login("admin", "correct horse battery").await;
    }
}

db_test! {
    async fn every_kind_of_credentials_opens_the_door(installation: Installation) {
        installation.nobody().get("/api/Topics").await.expect(401);
        installation.admin.get("/api/Topics").await.expect(200);
        use base64::Engine;
        let pair = base64::engine::general_purpose::STANDARD.encode("admin:correct horse battery");
        let basic = installation.admin.with_authorization(Some(format!("Basic {pair}")));
        basic.get("/api/Topics").await.expect(200);
        basic.get("/api/Topics").await.expect(200);
    }
}

/// The token in the link of a queued mail.
async fn mailed_token(installation: &Installation, customer: CustomerId, mail: i64) -> Option<String> {
    let mut conn = installation.app.store.read().await.unwrap();
    let mail = mails::get(&mut conn, customer, mail).await.ok()?;
    let body = String::from_utf8(installation.app.key.open(&mail.body).unwrap()).unwrap();
    let (_, rest) = body.split_once("https://desk.example.com/app/reset-password/")?;
    Some(rest.split_whitespace().next().unwrap().to_owned())
}

db_test! {
    async fn the_mail_speaks_the_language_of_who_asked(installation: Installation) {
        let admin = &installation.admin;
        admin.put("/api/CustomerReps/1", json!({ "email": "boss@example.com" })).await.expect(204);
        admin.put("/api/Customers/me", json!({ "defaultLang": "de" })).await.expect(204);
        for (number, wanted, subject) in [
            (1, "fr-BE,fr;q=0.9", "Définir un nouveau mot de passe"),
            (2, "sv, nl;q=0.3", "Een nieuw wachtwoord instellen"),
            (3, "sv", "Ein neues Passwort festlegen"),
        ] {
            let body = json!({ "email": "boss@example.com" });
            let path = "/api/Auth/request-password-reset";
            installation.nobody().request(Method::POST, path, &[("accept-language", wanted)], body).await.expect(200);
            assert!(mailed_token(&installation, installation.customer, number).await.is_some());
            let mut conn = installation.app.store.read().await.unwrap();
            let mail = mails::get(&mut conn, installation.customer, number).await.unwrap();
            assert_eq!(mail.subject, subject);
        }
        installation.run_jobs().await;
    }
}

async fn ask(installation: &Installation, body: serde_json::Value) -> serde_json::Value {
    installation.nobody().post("/api/Auth/request-password-reset", body).await.expect(200)
}

db_test! {
    async fn a_mailed_link_sets_a_new_password_once(installation: Installation) {
        let (id, anna) = installation.rep("anna", Role::Agent).await;
        installation.admin.put(&format!("/api/CustomerReps/{id}"), json!({ "email": "Anna@example.com" })).await.expect(204);
        let unknown = ask(&installation, json!({ "email": "who@example.com" })).await;
        let known = ask(&installation, json!({ "email": " anna@EXAMPLE.com ", "hostname": "acme.example.com" })).await;
        assert_eq!(unknown, known);
        assert_eq!(installation.unfinished_jobs().await, [("deliver_mail".to_owned(), 1)]);
        installation.run_jobs().await;
        let token = mailed_token(&installation, installation.customer, 1).await.unwrap();
        let path = format!("/api/Auth/reset-password/{token}");
        let nobody = installation.nobody();
        nobody.post(&path, json!({ "newPassword": "short" })).await.expect_invalid("newPassword");
        nobody.post(&path, json!({})).await.expect_invalid("newPassword");
        nobody.post("/api/Auth/reset-password/unknown", json!({ "newPassword": "a longer password" })).await.expect(404);
        let (first, second) = tokio::join!(
            nobody.post(&path, json!({ "newPassword": "a longer password" })),
            nobody.post(&path, json!({ "newPassword": "a longer password" })),
        );
        let mut statuses = [first.status.as_u16(), second.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404]);
        anna.get("/api/CustomerReps/me").await.expect(401);
        installation.login("anna", "a longer password").await;
    }
}

db_test! {
    async fn a_link_ends_after_four_hours_and_with_another_change(installation: Installation) {
        installation.admin.put("/api/CustomerReps/1", json!({ "email": "boss@example.com" })).await.expect(204);
        for _ in 0..2 {
            ask(&installation, json!({ "email": "boss@example.com" })).await;
        }
        installation.run_jobs().await;
        let first = mailed_token(&installation, installation.customer, 1).await.unwrap();
        let second = mailed_token(&installation, installation.customer, 2).await.unwrap();
        let nobody = installation.nobody();
        let reset = |token: String| {
            let nobody = &nobody;
            async move { nobody.post(&format!("/auth/Reset-Password/{token}"), json!({ "newPassword": "a longer password" })).await }
        };
        reset(first).await.expect(204);
        reset(second).await.expect(404);
        ask(&installation, json!({ "email": "boss@example.com" })).await;
        installation.run_jobs().await;
        let third = mailed_token(&installation, installation.customer, 3).await.unwrap();
        installation.clock.advance(Duration::from_secs(4 * 3600 + 1));
        reset(third).await.expect(404);
    }
}

db_test! {
    async fn nobody_is_flooded_and_no_other_tenant_mailed(installation: Installation) {
        installation.admin.put("/api/CustomerReps/1", json!({ "email": "boss@example.com" })).await.expect(204);
        let (other, other_admin) = installation.other_tenant().await;
        let me = other_admin.get("/api/CustomerReps/me").await.expect(200)["customerRepID"].clone();
        other_admin.put(&format!("/api/CustomerReps/{me}"), json!({ "email": "boss@example.com" })).await.expect(204);
        for _ in 0..8 {
            ask(&installation, json!({ "email": "boss@example.com", "hostname": "acme.example.com" })).await;
        }
        assert_eq!(installation.unfinished_jobs().await, [("deliver_mail".to_owned(), 5)]);
        installation.run_jobs().await;
        assert_eq!(mailed_token(&installation, other, 1).await, None);
        // Whatever it says, nothing is told.
        for body in [json!({}), json!({ "email": null }), json!({ "email": "" }), json!({ "email": "no address" }), json!({ "email": "x".repeat(999) })] {
            let told = ask(&installation, body).await;
            assert_eq!(told, ask(&installation, json!({ "email": "who@example.com" })).await);
        }
        installation.nobody().post("/api/Auth/request-password-reset", Value::Null).await.expect(200);
        installation.clock.advance(Duration::from_secs(3601));
        ask(&installation, json!({ "email": "boss@example.com" })).await;
        assert_eq!(installation.unfinished_jobs().await, [("deliver_mail".to_owned(), 2)]);
        installation.run_jobs().await;
    }
}
