//! `/api/CustomerReps`.

use answerpal::model::Role;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use std::net::SocketAddr;

use crate::db_test;
use crate::support::{Client, Installation};

const PASSWORD: &str = "correct horse battery";

db_test! {
    async fn a_rep_is_made_read_changed_and_deleted(installation: Installation) {
        let admin = &installation.admin;
        let made = admin
            .post("/api/CustomerReps", json!({
                "username": "anna", "password": PASSWORD, "name": "Anna Berger", "email": "Anna@Example.com",
                "phoneNumber": "+49 30 1", "otherDetails": "Berlin", "role": "supervisor",
                "emailSignatureHTML": "<b>Anna</b>", "emailSignatureText": "Anna",
            }))
            .await;
        assert_eq!(made.header("location"), "/api/CustomerReps/2");
        let made = made.expect(201);
        assert_eq!(made, json!({
            "customerRepID": 2, "username": "anna", "name": "Anna Berger", "email": "Anna@example.com",
            "phoneNumber": "+49 30 1", "otherDetails": "Berlin", "role": "Supervisor", "isActive": true,
            "isAvailable": true, "emailSignatureHTML": "<b>Anna</b>", "emailSignatureText": "Anna",
        }));
        assert_eq!(admin.get("/customerreps/2").await.expect(200), made);
        let mut back = made.clone();
        back["isAvailable"] = json!(false);
        back["otherDetails"] = json!("");
        back["emailSignatureText"] = json!("Anna Berger");
        admin.put("/api/CustomerReps/2", back).await.expect(204);
        let changed = admin.get("/api/CustomerReps/2").await.expect(200);
        assert_eq!((&changed["isAvailable"], &changed["otherDetails"]), (&json!(false), &Value::Null));
        assert_eq!((&changed["emailSignatureText"], &changed["emailSignatureHTML"]), (&json!("Anna Berger"), &json!("<b>Anna</b>")));
        admin.delete("/api/CustomerReps/2").await.expect(204);
        admin.get("/api/CustomerReps/2").await.expect(404);
        installation.nobody().post("/api/Auth/login", json!({ "username": "anna", "password": PASSWORD })).await.expect(401);
    }
}

db_test! {
    async fn lists_page_sort_and_leave_out_whom_nothing_can_be_given_to(installation: Installation) {
        let admin = &installation.admin;
        for (name, active) in [("zoe", true), ("Ben", false), ("carl", true)] {
            admin.post("/api/CustomerReps", json!({ "username": name, "password": PASSWORD, "isActive": active })).await.expect(201);
        }
        let page = admin.get("/api/CustomerReps?pageSize=3&pageNumber=1").await.expect(200);
        assert_eq!((&page["totalCount"], &page["totalPages"]), (&json!(4), &json!(2)));
        let names = |it: &Value| it.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&page["items"]), ["admin", "Ben", "carl"]);
        let page = admin.get("/api/CustomerReps?sortBy=ISACTIVE&sortOrder=asc").await.expect(200);
        assert_eq!(names(&page["items"]), ["Ben", "admin", "zoe", "carl"]);
        admin.get("/api/CustomerReps?sortBy=password").await.expect_invalid("sortBy");
        for property in page["items"][0].as_object().unwrap().keys() {
            admin.get(&format!("/api/CustomerReps?sortBy={property}&sortOrder=desc")).await.expect(200);
        }
        assert_eq!(names(&admin.get("/api/CustomerReps/assignable").await.expect(200)), ["admin", "carl", "zoe"]);
        assert_eq!(admin.get("/api/CustomerReps/ME").await.expect(200)["username"], "admin");
    }
}

db_test! {
    async fn bad_input_names_its_field(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/CustomerReps", json!({ "password": PASSWORD })).await.expect_invalid("username");
        admin.post("/api/CustomerReps", json!({ "username": "x" })).await.expect_invalid("password");
        for (field, value) in [
            ("username", json!(" ")),
            ("username", json!("a:b")),
            ("password", json!("short")),
            ("name", json!("n".repeat(201))),
            ("email", json!("nobody")),
            ("role", json!("King")),
            ("isActive", json!("perhaps")),
            ("emailSignatureHTML", json!("x".repeat(100_001))),
        ] {
            let mut body = json!({ "username": "anna", "password": PASSWORD });
            body[field] = value;
            admin.post("/api/CustomerReps", body).await.expect_invalid(field);
        }
        admin.post("/api/CustomerReps", json!({ "username": "ADMIN", "password": PASSWORD })).await.expect(409);
        admin.put("/api/CustomerReps/1", json!({ "name": "" })).await.expect_invalid("name");
        admin.put("/api/CustomerReps/99", json!({ "name": "x" })).await.expect(404);
        admin.get("/api/CustomerReps/0").await.expect(404);
    }
}

db_test! {
    async fn a_rep_changes_their_own_account_and_nobody_elses(installation: Installation) {
        let (anna_id, anna) = installation.rep("anna", Role::Agent).await;
        let (ben_id, _) = installation.rep("ben", Role::Supervisor).await;
        let own = format!("/api/CustomerReps/{anna_id}");
        anna.put(&own, json!({ "name": "Anna B.", "isAvailable": false, "role": "Agent" })).await.expect(204);
        assert_eq!(anna.get("/api/CustomerReps/me").await.expect(200)["name"], "Anna B.");
        for change in [json!({ "role": "Administrator" }), json!({ "username": "boss" }), json!({ "isActive": false })] {
            anna.put(&own, change).await.expect(403);
        }
        anna.put(&format!("/api/CustomerReps/{ben_id}"), json!({ "name": "x" })).await.expect(403);
        anna.put(&format!("/api/CustomerReps/{ben_id}/change-password"), json!({ "newPassword": "another one 1" })).await.expect(403);
        anna.post("/api/CustomerReps", json!({ "username": "c", "password": PASSWORD })).await.expect(403);
        anna.delete(&format!("/api/CustomerReps/{ben_id}")).await.expect(403);
        anna.put(&format!("/api/CustomerReps/{ben_id}/deactivate"), Value::Null).await.expect(403);
        assert_eq!(anna.get("/api/CustomerReps").await.expect(200)["totalCount"], 3);
    }
}

db_test! {
    async fn deactivation_ends_tokens_at_once(installation: Installation) {
        let (id, anna) = installation.rep("anna", Role::Agent).await;
        let basic = basic(&installation, "anna", PASSWORD);
        basic.get("/api/CustomerReps/me").await.expect(200);
        installation.admin.post(&format!("/api/CustomerReps/{id}/deactivate"), Value::Null).await.expect(204);
        anna.get("/api/CustomerReps/me").await.expect(401);
        basic.get("/api/CustomerReps/me").await.expect(401);
        installation.nobody().post("/api/Auth/login", json!({ "username": "anna", "password": PASSWORD })).await.expect(401);
        installation.admin.put(&format!("/api/CustomerReps/{id}/activate"), Value::Null).await.expect(204);
        anna.get("/api/CustomerReps/me").await.expect(401);
        installation.login("anna", PASSWORD).await.get("/api/CustomerReps/me").await.expect(200);
    }
}

db_test! {
    async fn a_password_change_ends_tokens_at_once(installation: Installation) {
        let (id, anna) = installation.rep("anna", Role::Agent).await;
        let basic = basic(&installation, "anna", PASSWORD);
        basic.get("/api/CustomerReps/me").await.expect(200);
        let path = format!("/api/CustomerReps/{id}/change-password");
        anna.put(&path, json!({ "customerRepID": id, "newPassword": "short" })).await.expect_invalid("newPassword");
        anna.put(&path, json!({})).await.expect_invalid("newPassword");
        anna.put(&path, json!({ "customerRepID": 1, "newPassword": "a longer password" })).await.expect_invalid("customerRepID");
        anna.put(&path, json!({ "customerRepID": id, "newPassword": "a longer password" })).await.expect(204);
        anna.get("/api/CustomerReps/me").await.expect(401);
        basic.get("/api/CustomerReps/me").await.expect(401);
        installation.login("anna", "a longer password").await.get("/api/CustomerReps/me").await.expect(200);
        installation.admin.put(&path, json!({ "newPassword": "set by the admin" })).await.expect(204);
        installation.login("anna", "set by the admin").await;
        installation.admin.put("/api/CustomerReps/99/change-password", json!({ "newPassword": "set by the admin" })).await.expect(404);
    }
}

db_test! {
    async fn a_tenant_keeps_an_administrator_and_nobody_locks_themselves_out(installation: Installation) {
        let admin = &installation.admin;
        for change in [json!({ "role": "Agent" }), json!({ "isActive": false })] {
            admin.put("/api/CustomerReps/1", change).await.expect(409);
        }
        admin.put("/api/CustomerReps/1/deactivate", Value::Null).await.expect(409);
        admin.delete("/api/CustomerReps/1").await.expect(409);
        let (second_id, second) = installation.rep("second", Role::Administrator).await;
        admin.delete("/api/CustomerReps/1").await.expect(409);
        second.put("/api/CustomerReps/1", json!({ "role": "Agent" })).await.expect(204);
        admin.get("/api/CustomerReps/me").await.expect(200);
        admin.delete(&format!("/api/CustomerReps/{second_id}")).await.expect(403);
        second.post(&format!("/api/CustomerReps/{second_id}/deactivate"), Value::Null).await.expect(409);
    }
}

db_test! {
    async fn deleting_a_rep_leaves_their_tickets_to_nobody(installation: Installation) {
        let (id, _) = installation.rep("anna", Role::Agent).await;
        let admin = &installation.admin;
        admin.put("/api/Customers/me", json!({ "defaultCustomerRepID": id })).await.expect(204);
        admin.post("/api/Channels", json!({ "channelType": "Chat", "name": "Chat" })).await.expect(201);
        admin.post("/api/tickets", json!({ "subject": "Help", "channelID": 1, "customerRepID": id })).await.expect(201);
        admin.delete(&format!("/api/CustomerReps/{id}")).await.expect(204);
        let ticket = admin.get("/api/tickets/1").await.expect(200);
        assert_eq!((&ticket["customerRepID"], &ticket["customerRepName"]), (&Value::Null, &Value::Null));
        assert_eq!(admin.get("/api/tickets?customerRepID=0").await.expect(200)["totalCount"], 1);
        assert_eq!(admin.get(&format!("/api/tickets?customerRepID={id}")).await.expect(200)["totalCount"], 0);
        assert_eq!(admin.get("/api/Customers/me").await.expect(200)["defaultCustomerRepID"], Value::Null);
    }
}

db_test! {
    async fn signatures_are_kept_by_language(installation: Installation) {
        let (id, anna) = installation.rep("anna", Role::Agent).await;
        let path = format!("/api/CustomerReps/{id}/signatures");
        assert_eq!(anna.get(&path).await.expect(200), json!([]));
        let made = anna.post(&path, json!({ "lang": "pt-BR", "emailSignatureText": "Obrigada" })).await;
        assert_eq!(made.header("location"), format!("{path}/pt-br"));
        let made = made.expect(201);
        assert_eq!(made, json!({ "customerRepID": id, "lang": "pt-br", "emailSignatureHTML": null, "emailSignatureText": "Obrigada" }));
        anna.post(&format!("{path}/PT-br"), json!({ "emailSignatureHTML": "<p>Obrigada</p>" })).await.expect(200);
        anna.put(&format!("{path}/de"), json!({ "emailSignatureText": "Danke" })).await.expect(204);
        anna.put(&format!("/api/CustomerReps/{id}"), json!({ "emailSignatureText": "Thanks" })).await.expect(204);
        let list = anna.get(&path).await.expect(200);
        let langs: Vec<&str> = list.as_array().unwrap().iter().map(|it| it["lang"].as_str().unwrap()).collect();
        assert_eq!(langs, ["", "de", "pt-br"]);
        assert_eq!(list[2]["emailSignatureText"], "Obrigada");
        let tag = anna.get(&format!("{path}/de")).await.header("etag").to_owned();
        anna.put(&format!("{path}/de"), json!({ "emailSignatureText": "Vielen Dank" })).await.expect(204);
        let stale = anna.request(Method::PUT, &format!("{path}/de"), &[("if-match", &tag)], json!({})).await;
        stale.expect(412);
        anna.post(&path, json!({ "emailSignatureText": "x" })).await.expect_invalid("lang");
        anna.put(&format!("{path}/not%20one"), json!({})).await.expect_invalid("lang");
        anna.get(&format!("{path}/not%20one")).await.expect(404);
        anna.get(&format!("{path}/fr")).await.expect(404);
        anna.delete(&format!("{path}/de")).await.expect(204);
        anna.delete(&format!("{path}/de")).await.expect(404);
        let (_, ben) = installation.rep("ben", Role::Agent).await;
        ben.get(&path).await.expect(200);
        ben.put(&format!("{path}/de"), json!({ "emailSignatureText": "x" })).await.expect(403);
        let (_, other) = installation.other_tenant().await;
        other.get(&path).await.expect(404);
        other.post(&path, json!({ "lang": "de", "emailSignatureText": "x" })).await.expect(404);
    }
}

db_test! {
    async fn another_tenant_sees_and_changes_nothing(installation: Installation) {
        let (id, _) = installation.rep("anna", Role::Agent).await;
        let (_, other) = installation.other_tenant().await;
        assert_eq!(other.get("/api/CustomerReps").await.expect(200)["totalCount"], 1);
        let path = format!("/api/CustomerReps/{id}");
        other.get(&path).await.expect(404);
        other.put(&path, json!({ "name": "x" })).await.expect(404);
        other.delete(&path).await.expect(404);
        other.post(&format!("{path}/deactivate"), Value::Null).await.expect(404);
        other.put(&format!("{path}/change-password"), json!({ "newPassword": "a longer password" })).await.expect(404);
        // The same username may be there twice, but then login needs the tenant's hostname.
        other.post("/api/CustomerReps", json!({ "username": "anna", "password": PASSWORD })).await.expect(201);
        let login = json!({ "username": "anna", "password": PASSWORD });
        installation.nobody().post("/api/Auth/login", login.clone()).await.expect(401);
        let mut login = login;
        login["hostname"] = json!("acme.example.com");
        installation.nobody().post("/api/Auth/login", login).await.expect(200);
    }
}

db_test! {
    async fn a_retried_post_makes_one_rep(installation: Installation) {
        let body = json!({ "username": "anna", "password": PASSWORD });
        let post = |body| installation.admin.request(Method::POST, "/api/CustomerReps", &[("idempotency-key", "k")], body);
        let first = post(body.clone()).await;
        let again = post(body).await;
        assert_eq!((first.status.as_u16(), first.bytes), (201, again.bytes));
    }
}

db_test! {
    async fn with_a_tenant_nobody_sets_up_again(installation: Installation) {
        let code = installation.app.setup_code.clone();
        let body = json!({ "username": "intruder", "password": PASSWORD });
        let nobody = installation.nobody();
        nobody.request(Method::POST, "/api/CustomerReps", &[("x-setup-code", &code)], body.clone()).await.expect(401);
        local(&nobody, "127.0.0.1:9", &[], body).await.expect(401);
    }
}

mod set_up {
    use super::*;
    use crate::support::Engine;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        run(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        run(Engine::Postgres).await;
    }

    async fn run(engine: Engine) {
        let Some(installation) = Installation::empty(engine).await else { return };
        let nobody = installation.nobody();
        let body = |name: &str| json!({ "username": name, "password": PASSWORD, "role": "Agent", "customerName": "Example Travel" });
        nobody.post("/api/CustomerReps", body("a")).await.expect(401);
        nobody
            .request(Method::POST, "/api/CustomerReps", &[("x-setup-code", "wrong")], body("a"))
            .await
            .expect(401);
        local(&nobody, "10.0.0.7:9", &[], body("a")).await.expect(401);
        local(&nobody, "127.0.0.1:9", &[("x-forwarded-for", "10.0.0.7")], body("a")).await.expect(401);
        local(&nobody, "127.0.0.1:9", &[("origin", "https://evil.example.com")], body("a")).await.expect(401);
        local(&nobody, "127.0.0.1:9", &[], json!({ "username": "a" })).await.expect_invalid("password");
        let code = installation.app.setup_code.clone();
        let headers = [("x-setup-code", code.as_str())];
        let (first, second, third) = tokio::join!(
            nobody.request(Method::POST, "/api/CustomerReps", &headers, body("a")),
            local(&nobody, "127.0.0.1:9", &[("origin", "http://localhost:8080")], body("b")),
            local(&nobody, "[::1]:9", &[], body("c")),
        );
        let mut statuses = [first.status.as_u16(), second.status.as_u16(), third.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 401, 401]);
        let made = [first, second, third].into_iter().find(|it| it.status == 201).unwrap().json();
        assert_eq!(made["role"], "Administrator");
        let admin = installation.login(made["username"].as_str().unwrap(), PASSWORD).await;
        assert_eq!(admin.get("/api/Customers/me").await.expect(200)["name"], "Example Travel");
    }
}

async fn local(client: &Client, peer: &str, headers: &[(&str, &str)], body: Value) -> crate::support::Answer {
    let mut request = Request::post("/api/CustomerReps").header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::from(body.to_string())).unwrap();
    request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
    client.send(request).await
}

fn basic(installation: &Installation, username: &str, password: &str) -> Client {
    use base64::Engine;
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{username}:{password}"));
    installation.admin.with_authorization(Some(format!("Basic {pair}")))
}
