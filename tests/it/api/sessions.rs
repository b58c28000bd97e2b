//! `/api/Auth/session`, `/api/Auth/sessions` and `/api/setup`.

use std::time::Duration;

use answerpal::model::Role;
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Answer, Client, Engine, Installation, PASSWORD};

/// A browser: it sends its cookie, and what its page adds.
struct Browser {
    client: Client,
    cookie: String,
    csrf: String,
}

impl Browser {
    async fn sign_in(installation: &Installation, username: &str, remember: bool) -> (Self, Answer) {
        let client = installation.nobody();
        let body = json!({ "username": username, "password": PASSWORD, "remember": remember });
        let answer = client.post("/api/Auth/session", body).await;
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        let csrf = answer.json()["csrfToken"].as_str().unwrap().to_owned();
        (Self { client, cookie, csrf }, answer)
    }

    async fn get(&self, path: &str) -> Answer {
        self.client.request(Method::GET, path, &[("cookie", &self.cookie)], Value::Null).await
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        let headers = [("cookie", self.cookie.as_str()), ("x-csrf-token", self.csrf.as_str())];
        self.client.request(method, path, &headers, body).await
    }
}

db_test! {
    async fn a_cookie_opens_every_route_and_is_kept_from_scripts(installation: Installation) {
        let (browser, answer) = Browser::sign_in(&installation, "admin", false).await;
        let cookie = answer.header("set-cookie").to_owned();
        assert!(cookie.starts_with("answerpal_session="), "{cookie}");
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
        assert_eq!(answer.header("cache-control"), "no-store");
        let signed_in = answer.expect(200);
        assert_eq!(signed_in["customerRep"]["username"], "admin");
        assert_eq!((&signed_in["customerName"], &signed_in["isRemembered"]), (&json!("acme"), &json!(false)));
        assert_eq!(signed_in["expires"], "2026-03-02T21:00:00Z");
        browser.get("/api/Topics").await.expect(200);
        assert_eq!(browser.get("/api/Auth/session").await.expect(200), signed_in);
        browser.send(Method::POST, "/api/Topics", json!({ "name": "Refunds" })).await.expect(201);
        // A token says the same of itself, and has no use for the rest.
        let by_token = installation.admin.get("/api/Auth/session").await.expect(200);
        assert_eq!(by_token["customerRep"], signed_in["customerRep"]);
        assert_eq!((&by_token["csrfToken"], &by_token["expires"]), (&Value::Null, &Value::Null));
        let wrong = json!({ "username": "admin", "password": "no" });
        let wrong = installation.nobody().post("/api/Auth/session", wrong).await;
        assert_eq!(wrong.header("set-cookie"), "");
        wrong.expect(401);
        browser.client.request(Method::GET, "/api/Topics", &[("cookie", "answerpal_session=x")], Value::Null).await.expect(401);
    }
}

db_test! {
    async fn another_site_changes_nothing_with_the_cookie(installation: Installation) {
        let (browser, _) = Browser::sign_in(&installation, "admin", false).await;
        let send = async |headers: &[(&str, &str)]| {
            let mut all = vec![("cookie", browser.cookie.as_str()), ("host", "10.0.0.5:8080")];
            all.extend(headers);
            browser.client.request(Method::POST, "/api/Topics", &all, json!({ "name": "Refunds" })).await
        };
        let token = ("x-csrf-token", browser.csrf.as_str());
        send(&[]).await.expect(403);
        send(&[("x-csrf-token", "x")]).await.expect(403);
        send(&[token, ("origin", "https://evil.example")]).await.expect(403);
        send(&[token, ("origin", "null")]).await.expect(403);
        send(&[token, ("origin", "http://10.0.0.5:8080")]).await.expect(201);
        // The token of another sign-in is not this one's.
        let (other, _) = Browser::sign_in(&installation, "admin", false).await;
        send(&[("x-csrf-token", &other.csrf)]).await.expect(403);
        // The public address counts as ours.
        let public = [token, ("origin", "https://desk.example.com")];
        let again = send(&public).await;
        again.expect(409);
        let sign_in = json!({ "username": "admin", "password": PASSWORD });
        let headers = [("origin", "https://evil.example"), ("host", "desk.example.com")];
        installation.nobody().request(Method::POST, "/api/Auth/session", &headers, sign_in).await.expect(403);
        // Reading needs the cookie alone; a token needs no CSRF token.
        browser.get("/api/Topics").await.expect(200);
        installation.admin.post("/api/Topics", json!({ "name": "Delivery" })).await.expect(201);
    }
}

db_test! {
    async fn over_https_the_cookie_is_secure(installation: Installation) {
        let body = json!({ "username": "admin", "password": PASSWORD, "remember": true });
        let nobody = installation.nobody();
        for (name, value) in [("host", "desk.example.com"), ("x-forwarded-proto", "https")] {
            let answer = nobody.request(Method::POST, "/api/Auth/session", &[(name, value)], body.clone()).await;
            let cookie = answer.header("set-cookie").to_owned();
            assert!(cookie.starts_with("__Host-answerpal_session="), "{cookie}");
            assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=2592000"), "{cookie}");
            let pair = cookie.split(';').next().unwrap();
            nobody.request(Method::GET, "/api/Topics", &[("cookie", pair)], Value::Null).await.expect(200);
        }
    }
}

db_test! {
    async fn signing_out_ends_the_cookie_on_the_server(installation: Installation) {
        let (browser, _) = Browser::sign_in(&installation, "admin", false).await;
        let (other, _) = Browser::sign_in(&installation, "admin", true).await;
        let left = browser.send(Method::DELETE, "/api/Auth/session", Value::Null).await;
        assert!(left.header("set-cookie").starts_with("answerpal_session=; "), "{}", left.header("set-cookie"));
        left.expect(204);
        browser.get("/api/Topics").await.expect(401);
        other.get("/api/Topics").await.expect(200);
        installation.admin.delete("/api/Auth/session").await.expect(409);
        other.send(Method::DELETE, "/api/Auth/session?everywhere=true", Value::Null).await.expect(204);
        other.get("/api/Topics").await.expect(401);
        installation.admin.get("/api/Topics").await.expect(401);
        assert_eq!(installation.count("rep_sessions").await, 0);
    }
}

db_test! {
    async fn an_administrator_signs_others_out(installation: Installation) {
        let (kim, by_token) = installation.rep("kim", Role::Agent).await;
        let (browser, _) = Browser::sign_in(&installation, "kim", true).await;
        let path = format!("/api/CustomerReps/{kim}/sign-out");
        let (_, lee) = installation.rep("lee", Role::Supervisor).await;
        lee.post(&path, Value::Null).await.expect(403);
        browser.get("/api/Topics").await.expect(200);
        installation.admin.post(&path, Value::Null).await.expect(204);
        browser.get("/api/Topics").await.expect(401);
        by_token.get("/api/Topics").await.expect(401);
        let (_, stranger) = installation.other_tenant().await;
        stranger.post(&path, Value::Null).await.expect(404);
    }
}

db_test! {
    async fn sign_ins_are_listed_and_ended_one_by_one(installation: Installation) {
        let (desk, _) = Browser::sign_in(&installation, "admin", false).await;
        installation.clock.advance(Duration::from_secs(60));
        let (phone, _) = Browser::sign_in(&installation, "admin", true).await;
        let listed = desk.get("/api/Auth/sessions").await.expect(200);
        let current: Vec<bool> = listed.as_array().unwrap().iter().map(|it| it["isCurrent"].as_bool().unwrap()).collect();
        assert_eq!(current, [false, true]);
        assert_eq!((&listed[0]["created"], &listed[0]["isRemembered"]), (&json!("2026-03-02T09:01:00Z"), &json!(true)));
        let path = format!("/api/Auth/sessions/{}", listed[0]["sessionID"]);
        // Not another rep's.
        installation.rep("kim", Role::Administrator).await;
        let (kim, _) = Browser::sign_in(&installation, "kim", false).await;
        kim.send(Method::DELETE, &path, Value::Null).await.expect(404);
        desk.send(Method::DELETE, &path, Value::Null).await.expect(204);
        phone.get("/api/Topics").await.expect(401);
        desk.get("/api/Topics").await.expect(200);
    }
}

db_test! {
    async fn a_sign_in_ends_after_its_time_and_is_put_off_by_use(installation: Installation) {
        const HOUR: Duration = Duration::from_secs(3600);
        let (window, _) = Browser::sign_in(&installation, "admin", false).await;
        let (kept, answer) = Browser::sign_in(&installation, "admin", true).await;
        assert!(answer.header("set-cookie").contains("; Max-Age=2592000"));
        installation.clock.advance(HOUR * 11);
        let renewed = window.get("/api/Auth/session").await;
        assert!(renewed.header("set-cookie").starts_with(&window.cookie));
        assert_eq!(renewed.expect(200)["expires"], "2026-03-03T08:00:00Z");
        // Once an hour is enough.
        assert_eq!(window.get("/api/Auth/session").await.header("set-cookie"), "");
        installation.clock.advance(HOUR * 12);
        window.get("/api/Topics").await.expect(401);
        installation.clock.advance(HOUR * 24 * 28);
        kept.get("/api/Auth/session").await.expect(200);
        installation.clock.advance(HOUR * 24 * 29);
        kept.get("/api/Topics").await.expect(200);
        installation.clock.advance(HOUR * 24 * 2);
        kept.get("/api/Topics").await.expect(401);
        answerpal::jobs::duties::purge(&installation.app).await.unwrap();
        assert_eq!(installation.count("rep_sessions").await, 0);
    }
}

db_test! {
    async fn a_new_password_ends_the_other_sign_ins(installation: Installation) {
        let (mine, _) = Browser::sign_in(&installation, "admin", true).await;
        let (elsewhere, _) = Browser::sign_in(&installation, "admin", true).await;
        let path = "/api/CustomerReps/1/change-password";
        mine.send(Method::PUT, path, json!({ "newPassword": "a longer password" })).await.expect(204);
        mine.get("/api/Topics").await.expect(200);
        elsewhere.get("/api/Topics").await.expect(401);
        let listed = mine.get("/api/Auth/sessions").await.expect(200);
        assert_eq!(listed.as_array().unwrap().len(), 1);
        let (kim, _) = installation.rep("kim", Role::Agent).await;
        let (browser, _) = Browser::sign_in(&installation, "kim", true).await;
        mine.send(Method::PUT, &format!("/api/CustomerReps/{kim}/deactivate"), Value::Null).await.expect(204);
        browser.get("/api/Topics").await.expect(401);
    }
}

db_test! {
    async fn a_stream_of_events_takes_the_cookie(installation: Installation) {
        let (browser, _) = Browser::sign_in(&installation, "admin", false).await;
        let request = Request::builder().uri("/api/events").header("cookie", &browser.cookie);
        let response = browser.client.open(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 200);
    }
}

db_test! {
    async fn a_script_is_not_offered_the_browsers_own_password_window(installation: Installation) {
        let nobody = installation.nobody();
        let headers = [("sec-fetch-dest", "empty")];
        let answer = nobody.request(Method::GET, "/api/Topics", &headers, Value::Null).await;
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert_eq!(nobody.get("/api/Topics").await.header("www-authenticate"), "Bearer, Basic realm=\"answerpal\"");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn set_up_says_what_is_needed() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(installation) = Installation::empty(engine).await else { continue };
        let nobody = installation.nobody();
        assert_eq!(nobody.get("/api/setup").await.expect(200), json!({ "isEmpty": true, "needsCode": true }));
        let mut local = Request::builder().uri("/api/Setup").body(Body::empty()).unwrap();
        local
            .extensions_mut()
            .insert(axum::extract::ConnectInfo(std::net::SocketAddr::from(([127, 0, 0, 1], 5))));
        assert_eq!(nobody.send(local).await.expect(200), json!({ "isEmpty": true, "needsCode": false }));
        let code = installation.app.setup_code.clone();
        let body = json!({ "username": "anna", "password": PASSWORD, "customerName": "Acme" });
        let headers = [("x-setup-code", code.as_str())];
        nobody.request(Method::POST, "/api/CustomerReps", &headers, body).await.expect(201);
        assert_eq!(
            nobody.get("/api/setup").await.expect(200),
            json!({ "isEmpty": false, "needsCode": false })
        );
        let (browser, _) = Browser::sign_in(&installation, "anna", true).await;
        let channel = json!({ "channelType": "Email", "name": "Mail" });
        browser.send(Method::POST, "/api/Channels", channel).await.expect(201);
    }
}
