//! `/api/EndUsers` and `/api/EndUserUIDs`.

use answerpal::domain::end_users::find_or_make;
use answerpal::error::Result;
use answerpal::model::{Actor, CustomerRepId, EndUserId, Role, TicketId, UidType};
use axum::http::Method;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::Installation;

async fn find(
    installation: &Installation,
    uid: &'static str,
    uid_type: Option<UidType>,
    name: Option<&'static str>,
    verified: bool,
) -> Result<(EndUserId, bool)> {
    let customer = installation.customer;
    let store = &installation.app.store;
    store
        .write(move |tx| Box::pin(find_or_make(tx, customer, Actor::EndUser, uid, uid_type, name, verified)))
        .await
}

db_test! {
    async fn an_address_finds_or_makes_its_end_user(installation: Installation) {
        let at = &installation;
        let anna = find(at, "Anna@Example.com", None, None, true).await.unwrap();
        assert_eq!(anna, (EndUserId(1), false));
        assert_eq!(find(at, " anna@example.COM ", Some(UidType::Email), Some("Anna"), true).await.unwrap(), (EndUserId(1), true));
        assert_eq!(find(at, "anna@example.com", None, Some("Mallory"), false).await.unwrap(), (EndUserId(1), false));
        assert_eq!(find(at, "+32 900 00 042", None, Some(" Bo\r\nX "), true).await.unwrap(), (EndUserId(2), false));
        assert!(find(at, "nobody", Some(UidType::Email), None, true).await.is_err());
        let mut conn = at.app.store.read().await.unwrap();
        let names = [EndUserId(1), EndUserId(2)];
        for (id, name) in names.into_iter().zip(["Anna", "Bo X"]) {
            let end_user = answerpal::store::end_users::get(&mut conn, at.customer, id).await.unwrap();
            assert_eq!(end_user.name.as_deref(), Some(name));
        }
        let uids = answerpal::store::end_users::uids_of(&mut conn, at.customer, vec![1, 2]).await.unwrap();
        let uids: Vec<_> = uids.iter().map(|it| (it.uid.as_str(), it.uid_type, it.is_primary)).collect();
        assert_eq!(uids, [("Anna@example.com", UidType::Email, true), ("+3290000042", UidType::Phone, true)]);
    }
}

db_test! {
    async fn an_end_user_is_made_read_changed_and_deleted(installation: Installation) {
        let admin = &installation.admin;
        let body = json!({
            "FirstName": "Anna", "lastname": "Peeters", "customerType": "lead", "country": "BE", "lang": "nl",
            "company": "Acme", "aIDocumentation": "Likes short answers",
            "uiDs": [{ "uid": " Anna@Example.com " }, { "uid": "+32 900 00 042", "isPrimary": true }],
        });
        let made = admin.post("/api/EndUsers", body).await;
        assert_eq!(made.header("location"), "/api/EndUsers/1");
        let made = made.expect(201);
        let uids = json!([
            { "endUserUIDID": 1, "uid": "Anna@example.com", "uidType": "Email", "isPrimary": false },
            { "endUserUIDID": 2, "uid": "+3290000042", "uidType": "Phone", "isPrimary": true },
        ]);
        assert_eq!(made, json!({
            "endUserID": 1, "firstname": "Anna", "lastname": "Peeters", "name": "Anna Peeters", "gender": null,
            "otherContactDetails": null, "customerRef": null, "customerType": "Lead", "country": "BE", "lang": "nl",
            "company": "Acme", "street": null, "houseNumber": null, "postalCode": null, "city": null,
            "aIDocumentation": "Likes short answers", "uiDs": uids, "uids": uids,
        }));
        let read = admin.get("/endusers/1").await;
        let tag = read.header("etag").to_owned();
        let mut back = read.expect(200);
        assert_eq!(back, made);
        back["lastname"] = json!("Janssens");
        back["company"] = json!("");
        back["customerType"] = json!("");
        let changed = admin.request(Method::PUT, "/api/EndUsers/1", &[("if-match", &tag)], back.clone()).await;
        assert_eq!(changed.expect(204), Value::Null);
        admin.request(Method::PUT, "/api/EndUsers/1", &[("if-match", &tag)], back).await.expect(412);
        let changed = admin.get("/api/EndUsers/1").await.expect(200);
        assert_eq!((&changed["name"], &changed["company"], &changed["customerType"]), (&json!("Anna Janssens"), &Value::Null, &Value::Null));
        assert_eq!(changed["uiDs"], uids);
        admin.delete("/api/EndUsers/1").await.expect(204);
        admin.get("/api/EndUsers/1").await.expect(404);
        admin.put("/api/EndUsers/1", json!({})).await.expect(404);
        admin.delete("/api/EndUsers/1").await.expect(404);
        admin.post("/api/EndUsers", json!({ "uids": [{ "uid": "anna@example.com" }] })).await.expect(201);
    }
}

db_test! {
    async fn uids_change_by_id_or_uid_and_the_unmentioned_stay(installation: Installation) {
        let admin = &installation.admin;
        let body = json!({ "uiDs": [{ "uid": "a@x.com" }, { "uid": "b@x.com", "uidType": "email" }, { "uid": "Visitor 7" }] });
        let made = admin.post("/api/EndUsers", body).await.expect(201);
        assert_eq!((&made["uiDs"][0]["isPrimary"], &made["uiDs"][2]["uidType"]), (&json!(true), &json!("Other")));
        let change = json!({ "uids": [
            { "endUserUIDID": 1, "uid": "aa@x.com" }, { "uid": "B@X.com", "isPrimary": true },
            { "uid": "+32470123456", "endUserUIDID": 0 }, { "uid": "visitor 7", "markAsDeleted": true },
            { "endUserUIDID": 99, "markAsDeleted": true },
        ] });
        admin.put("/api/EndUsers/1", change).await.expect(204);
        let uids = admin.get("/api/EndUsers/1").await.expect(200)["uiDs"].clone();
        assert_eq!(uids, json!([
            { "endUserUIDID": 1, "uid": "aa@x.com", "uidType": "Email", "isPrimary": false },
            { "endUserUIDID": 2, "uid": "B@x.com", "uidType": "Email", "isPrimary": true },
            { "endUserUIDID": 4, "uid": "+32470123456", "uidType": "Phone", "isPrimary": false },
        ]));
        let both = json!({ "uids": [{ "uid": "loser@x.com" }], "uiDs": [{ "uid": "B@x.com", "markAsDeleted": true }] });
        admin.put("/api/EndUsers/1", both).await.expect(204);
        let uids = admin.get("/api/EndUsers/1").await.expect(200)["uiDs"].clone();
        assert_eq!((uids.as_array().unwrap().len(), &uids[0]["isPrimary"]), (2, &json!(true)));
        admin.post("/api/EndUsers", json!({ "uiDs": [{ "uid": "AA@x.com" }] })).await.expect(409);
        admin.post("/api/EndUsers", json!({ "uiDs": [{ "uid": "c@x.com" }] })).await.expect(201);
        admin.put("/api/EndUsers/1", json!({ "uiDs": [{ "uid": "c@x.com" }] })).await.expect(409);
        admin.put("/api/EndUsers/1", json!({ "uiDs": [{ "endUserUIDID": 1, "uid": "c@x.com" }] })).await.expect(409);
        assert_eq!(admin.get("/api/EndUsers/1").await.expect(200)["uiDs"], uids);
    }
}

db_test! {
    async fn bad_input_of_an_end_user_names_its_field(installation: Installation) {
        let admin = &installation.admin;
        for (body, field) in [
            (json!({ "name": "x".repeat(201) }), "name"),
            (json!({ "customerType": "Friend" }), "customerType"),
            (json!({ "uiDs": [{ "uid": "a@x.com" }, { "uid": "nobody", "uidType": "Email" }] }), "uiDs[1].uid"),
            (json!({ "uiDs": [{ "uid": "12", "uidType": "Phone" }] }), "uiDs[0].uid"),
            (json!({ "uiDs": [{}] }), "uiDs[0].uid"),
            (json!({ "uiDs": [{ "uid": "x", "uidType": "Pigeon" }] }), "uiDs[0].uidType"),
            (json!({ "uiDs": "x" }), "uiDs"),
        ] {
            admin.post("/api/EndUsers", body).await.expect_invalid(field);
        }
        admin.post("/api/EndUsers", json!({ "name": "Anna" })).await.expect(201);
        admin.put("/api/EndUsers/1", json!({ "uiDs": [{ "endUserUIDID": 5, "uid": "x" }] })).await.expect_invalid("uiDs[0].endUserUIDID");
        admin.get("/api/EndUsers?sortBy=uiDs").await.expect_invalid("sortBy");
        admin.get("/api/EndUsers/byUid").await.expect_invalid("uid");
        admin.get("/api/EndUsers/x").await.expect(404);
    }
}

db_test! {
    async fn the_list_is_searched_sorted_and_paged(installation: Installation) {
        let admin = &installation.admin;
        for (name, company, uid) in [("Zoë 100%", "Acme", "zoe@x.com"), ("Bob", "ÉCOLE", "bob_1@y.com"), ("Ann", "Acme", "+3290000042")] {
            let body = json!({ "name": name, "company": company, "customerRef": format!("R-{name}"), "uiDs": [{ "uid": uid }] });
            admin.post("/api/EndUsers", body).await.expect(201);
        }
        let names = |list: Value| -> Vec<String> {
            list["items"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
        };
        for (query, found) in [
            ("", vec!["Zoë 100%", "Bob", "Ann"]),
            ("?search=ACME", vec!["Zoë 100%", "Ann"]),
            ("?search=acme%20zo", vec!["Zoë 100%"]),
            ("?search=%C3%A9cole", vec!["Bob"]),
            ("?search=ZO%C3%8B", vec!["Zoë 100%"]),
            ("?search=0%25", vec!["Zoë 100%"]),
            ("?search=b_", vec!["Bob"]),
            ("?search=_", vec!["Bob"]),
            ("?search=%25%25", vec![]),
            ("?search=~", vec![]),
            ("?search=9000004", vec!["Ann"]),
            ("?search=r-an", vec!["Ann"]),
            ("?sortBy=name&sortOrder=asc", vec!["Ann", "Bob", "Zoë 100%"]),
            ("?sortBy=company&search=acme&sortOrder=desc", vec!["Zoë 100%", "Ann"]),
        ] {
            assert_eq!(names(admin.get(&format!("/api/EndUsers{query}")).await.expect(200)), found, "{query}");
        }
        let page = admin.get("/api/EndUsers?pageSize=2&pageNumber=2").await.expect(200);
        assert_eq!((&page["totalCount"], &page["totalPages"]), (&json!(3), &json!(2)));
        assert_eq!(page["items"][0]["uiDs"][0]["uid"], "+3290000042");
        admin.put("/api/EndUsers/3", json!({ "name": "Carl", "uiDs": [{ "uid": "carl@z.com" }] })).await.expect(204);
        assert_eq!(names(admin.get("/api/EndUsers?search=carl%40z").await.expect(200)), ["Carl"]);
        assert_eq!(admin.get("/api/EndUsers?search=ann").await.expect(200)["totalCount"], 1, "its customerRef");
        for path in ["/api/EndUsers/byUid?uid=%2B32%20900%2000042", "/api/EndUsers/byUid?uid=+3290000042", "/api/EndUsers/BYUID/+3290000042"] {
            let found = admin.get(path).await.expect(200);
            assert_eq!((found.as_array().unwrap().len(), &found[0]["endUserID"]), (1, &json!(3)), "{path}");
        }
        assert_eq!(admin.get("/api/EndUsers/byUid/ZOE%40x.com").await.expect(200)[0]["endUserID"], 1);
        assert_eq!(admin.get("/api/EndUsers/byUid?uid=nobody").await.expect(200), json!([]));
    }
}

db_test! {
    async fn an_address_is_assigned_and_its_tickets_follow(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/EndUsers", json!({ "name": "Anna", "uiDs": [{ "uid": "a@x.com" }, { "uid": "old@x.com" }] })).await.expect(201);
        admin.post("/api/EndUsers", json!({ "name": "Bob" })).await.expect(201);
        let ticket = ticket_of(&installation, "A@x.com", Some(EndUserId(1))).await;
        let stray = ticket_of(&installation, "a@x.com", None).await;
        let other = ticket_of(&installation, "old@x.com", Some(EndUserId(1))).await;
        let path = "/api/EndUserUIDs/assign";
        let moved = admin.post(path, json!({ "uid": "A@X.com", "endUserID": 2 })).await.expect(200);
        assert_eq!(moved, json!({ "endUserUIDID": 1, "uid": "A@x.com", "uidType": "Email", "isPrimary": true }));
        let anna = admin.get("/api/EndUsers/1").await.expect(200)["uiDs"].clone();
        assert_eq!(anna, json!([{ "endUserUIDID": 2, "uid": "old@x.com", "uidType": "Email", "isPrimary": true }]));
        for (ticket, end_user) in [(ticket, 2), (stray, 2), (other, 1)] {
            assert_eq!(end_user_of(&installation, ticket).await, Some(EndUserId(end_user)));
        }
        let made = admin.post(path, json!({ "uid": "+32 900 00 042", "endUserID": 2, "isPrimary": true })).await.expect(201);
        assert_eq!(made["isPrimary"], true);
        let bob = admin.get("/api/EndUsers/2").await.expect(200)["uiDs"].clone();
        assert_eq!((&bob[0]["isPrimary"], &bob[1]["uid"]), (&json!(false), &json!("+3290000042")));
        assert_eq!(admin.get("/api/EndUsers?search=a%40x.com").await.expect(200)["items"][0]["endUserID"], 2);
        admin.post(path, json!({ "endUserID": 2 })).await.expect_invalid("uid");
        admin.post(path, json!({ "uid": "a@x.com" })).await.expect_invalid("endUserID");
        admin.post(path, json!({ "uid": "a@x.com", "endUserID": 99 })).await.expect_invalid("endUserID");
        admin.post(path, json!({ "uid": "a b@x", "endUserID": 2 })).await.expect_invalid("uid");
        admin.delete("/api/EndUsers/2").await.expect(204);
        for (ticket, end_user) in [(ticket, None), (stray, None), (other, Some(EndUserId(1)))] {
            assert_eq!(end_user_of(&installation, ticket).await, end_user);
        }
    }
}

db_test! {
    async fn end_users_of_other_tenants_are_not_there(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/EndUsers", json!({ "name": "Anna", "uiDs": [{ "uid": "a@x.com" }] })).await.expect(201);
        let (_, other) = installation.other_tenant().await;
        other.get("/api/EndUsers/1").await.expect(404);
        other.put("/api/EndUsers/1", json!({ "name": "x" })).await.expect(404);
        other.delete("/api/EndUsers/1").await.expect(404);
        assert_eq!(other.get("/api/EndUsers/byUid?uid=a@x.com").await.expect(200), json!([]));
        assert_eq!(other.get("/api/EndUsers?search=anna").await.expect(200)["totalCount"], 0);
        other.post("/api/EndUserUIDs/assign", json!({ "uid": "b@x.com", "endUserID": 1 })).await.expect_invalid("endUserID");
        let theirs = other.post("/api/EndUsers", json!({ "uiDs": [{ "uid": "a@x.com" }] })).await.expect(201);
        assert_eq!(theirs["endUserID"], 2);
        other.put("/api/EndUsers/2", json!({ "uiDs": [{ "endUserUIDID": 1, "uid": "z@x.com" }] })).await.expect_invalid("uiDs[0].endUserUIDID");
        assert_eq!(admin.get("/api/EndUsers/1").await.expect(200)["uiDs"][0]["uid"], "a@x.com");
        let (_, agent) = installation.rep("agent", Role::Agent).await;
        agent.put("/api/EndUsers/1", json!({ "city": "Gent" })).await.expect(204);
        assert_eq!(agent.get("/api/EndUsers/1").await.expect(200)["city"], "Gent");
        // All tickets would lose it, those that an Agent does not see among them.
        agent.delete("/api/EndUsers/1").await.expect(403);
        let (_, supervisor) = installation.rep("supervisor", Role::Supervisor).await;
        supervisor.delete("/api/EndUsers/1").await.expect(204);
        installation.nobody().get("/api/EndUsers").await.expect(401);
    }
}

/// A ticket of this address, made below the API.
async fn ticket_of(installation: &Installation, uid: &'static str, end_user: Option<EndUserId>) -> TicketId {
    use answerpal::store::tickets as store;
    let message = installation.message(CustomerRepId(0)).await;
    let customer = installation.customer;
    let work = installation.app.store.write(move |tx| {
        Box::pin(async move {
            let ticket = answerpal::store::messages::get(tx, customer, message).await?.ticket_id;
            let before = store::get(tx, customer, ticket).await?;
            let mut after = before.clone();
            after.uid = Some(uid.to_owned());
            after.end_user_id = end_user;
            store::update(tx, customer, &before, &after).await?;
            Ok(ticket)
        })
    });
    work.await.unwrap()
}

async fn end_user_of(installation: &Installation, ticket: TicketId) -> Option<EndUserId> {
    let mut conn = installation.app.store.read().await.unwrap();
    answerpal::store::tickets::get(&mut conn, installation.customer, ticket).await.unwrap().end_user_id
}

db_test! {
    async fn many_tickets_are_found_by_a_new_name_once_a_job_has_run(installation: Installation) {
        let admin = &installation.admin;
        let channel = json!({ "channelType": "Email", "name": "Mail" });
        let channel = admin.post("/api/Channels", channel).await.expect(201)["channelID"].clone();
        let end_user = admin.post("/api/EndUsers", json!({ "name": "Kim" })).await.expect(201)["endUserID"].clone();
        for _ in 0..51 {
            let ticket = json!({ "channelID": channel, "endUserID": end_user, "subject": "Order" });
            admin.post("/api/tickets", ticket).await.expect(201);
        }
        let found = async || admin.get("/api/tickets?search=quetzal").await.expect(200)["totalCount"].clone();
        admin.put(&format!("/api/EndUsers/{end_user}"), json!({ "name": "Quetzal" })).await.expect(204);
        assert_eq!(found().await, 0);
        assert_eq!(installation.unfinished_jobs().await, [("index_end_user".to_owned(), 1)]);
        installation.run_jobs().await;
        assert_eq!(found().await, 51);
    }
}

db_test! {
    async fn an_end_user_with_many_tickets_is_gone_at_once_and_its_tickets_follow(installation: Installation) {
        let admin = &installation.admin;
        let channel = admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Mail" })).await.expect(201);
        let message = |n: i64| json!({
            "channelID": channel["channelID"], "fromAddress": "many@example.com", "fromName": "Wilhelmina", "textBody": format!("No {n}"),
        });
        for n in 0..60 {
            admin.post("/api/ticketMessages/create-new", message(n)).await.expect(201);
        }
        let many = admin.get("/api/tickets?search=wilhelmina&pageSize=100").await.expect(200);
        let id = many["items"][0]["endUserID"].as_i64().unwrap();
        assert_eq!(many["totalCount"], 60);
        let events = installation.count("events").await;
        admin.delete(&format!("/api/EndUsers/{id}")).await.expect(204);
        assert!(installation.unfinished_jobs().await.contains(&("detach_end_user".to_owned(), 1)));
        for after in ["at once", "later"] {
            let all = admin.get("/api/tickets?pageSize=100").await.expect(200);
            assert!(all["items"].as_array().unwrap().iter().all(|it| it["endUserID"].is_null()), "{after}");
            assert!(all["items"].as_array().unwrap().iter().all(|it| it["endUsers"] == json!([])), "{after}");
            assert_eq!(admin.get(&format!("/api/tickets?endUserId={id}")).await.expect(200)["totalCount"], 0, "{after}");
            admin.get(&format!("/api/EndUsers/{id}/tickets")).await.expect(404);
            installation.run_jobs().await;
        }
        assert_eq!(installation.count("tickets WHERE end_user_id IS NOT NULL").await, 0);
        let detached = "events WHERE action = 'ticket.updated' AND actor_type = 'System'";
        assert_eq!(installation.count(detached).await, 60);
        assert!(installation.count("events").await > events + 60);
    }
}
