//! Requests whose caller is confirmed by what their own statements read: what a rep may do is kept in memory,
//! and still every change of it counts with the next request.

use answerpal::model::{CustomerRepId, Role};
use axum::http::Method;
use serde_json::json;

use crate::db_test;
use crate::support::{Client, Installation};

/// A channel, and a ticket that is Otto's.
async fn desk(installation: &Installation) -> (i64, i64) {
    let admin = &installation.admin;
    let channel =
        admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Mail" })).await.expect(201);
    let channel = channel["channelID"].as_i64().unwrap();
    let (otto, _) = installation.rep("otto", Role::Agent).await;
    let ticket = json!({ "channelID": channel, "subject": "Hello", "customerRepID": otto });
    let ticket = admin.post("/api/tickets", ticket).await.expect(201);
    (channel, ticket["ticketID"].as_i64().unwrap())
}

/// The answers to what needs no statement to know who asks: a list, a ticket, a search, a new message.
async fn asked(client: &Client, (channel, ticket): (i64, i64)) -> [u16; 6] {
    let message =
        json!({ "channelID": channel, "fromAddress": "joan@example.com", "textBody": "Hello again" });
    let path = "/api/ticketMessages/create-new";
    let keyed = [("idempotency-key", "always-the-same")];
    [
        client.get("/api/tickets").await.status.as_u16(),
        client.get(&format!("/api/tickets/{ticket}?include=messages")).await.status.as_u16(),
        client.get("/api/tickets?search=nothingofthekind").await.status.as_u16(),
        client.get("/api/tickets?topic=none").await.status.as_u16(),
        client.post(path, message.clone()).await.status.as_u16(),
        client.request(Method::POST, path, &keyed, message).await.status.as_u16(),
    ]
}

const ALL_WELL: [u16; 6] = [200, 200, 200, 200, 201, 201];

async fn change(installation: &Installation, rep: CustomerRepId, what: &str) {
    let admin = &installation.admin;
    let path = format!("/api/CustomerReps/{rep}");
    match what {
        "deactivated" => admin.post(&format!("{path}/deactivate"), json!({})).await.expect(204),
        "deleted" => admin.delete(&path).await.expect(204),
        "another password" => {
            let body = json!({ "customerRepID": rep, "newPassword": "another horse battery" });
            admin.put(&format!("{path}/change-password"), body).await.expect(204)
        }
        _ => admin.post(&format!("{path}/sign-out"), json!({})).await.expect(204),
    };
}

db_test! {
    async fn who_may_not_ask_any_more_is_refused_at_once(installation: Installation) {
        let desk = desk(&installation).await;
        for what in ["deactivated", "deleted", "another password", "signed out everywhere"] {
            let (rep, client) = installation.rep(&what.replace(' ', "."), Role::Supervisor).await;
            assert_eq!(asked(&client, desk).await, ALL_WELL, "{what}, before");
            assert_eq!(asked(&client, desk).await, ALL_WELL, "{what}, before, again");
            change(&installation, rep, what).await;
            assert_eq!(asked(&client, desk).await, [401; 6], "{what}");
            let bad = "/api/tickets?sortBy=nothing";
            assert_eq!(client.get(bad).await.status.as_u16(), 401, "{what}");
            assert_eq!(client.get(&format!("/api/tickets/{}?include=nothing", desk.1)).await.status.as_u16(), 401);
            let nothing = client.post("/api/ticketMessages/create-new", json!({})).await;
            assert_eq!(nothing.status.as_u16(), 401, "{what}");
            let elsewhere = json!({ "channelID": 4711, "textBody": "x" });
            let elsewhere = client.post("/api/ticketMessages/create-new", elsewhere).await;
            assert_eq!(elsewhere.status.as_u16(), 401, "{what}");
        }
    }
}

db_test! {
    async fn another_role_counts_with_the_next_request(installation: Installation) {
        let (channel, ticket) = desk(&installation).await;
        let (rep, client) = installation.rep("anna", Role::Supervisor).await;
        let path = format!("/api/tickets/{ticket}?include=messages");
        let list = "/api/tickets?search=hello";
        assert_eq!(client.get(&path).await.expect(200)["subject"], "Hello");
        assert_eq!(client.get(list).await.expect(200)["totalCount"], 1);
        let role = |it: &str| json!({ "role": it });
        installation.admin.put(&format!("/api/CustomerReps/{rep}"), role("Agent")).await.expect(204);
        client.get(&path).await.expect(404);
        assert_eq!(client.get(list).await.expect(200)["totalCount"], 0);
        assert_eq!(client.get("/api/tickets").await.expect(200)["totalCount"], 0);
        let message = json!({ "channelID": channel, "ticketID": ticket, "textBody": "x" });
        client.post("/api/ticketMessages/create-new", message).await.expect_invalid("ticketID");
        installation.admin.put(&format!("/api/CustomerReps/{rep}"), role("Administrator")).await.expect(204);
        client.get(&path).await.expect(200);
        assert_eq!(client.get("/api/tickets").await.expect(200)["totalCount"], 1);
    }
}

db_test! {
    async fn names_that_change_refuse_nobody(installation: Installation) {
        let desk = desk(&installation).await;
        let (_, client) = installation.rep("anna", Role::Supervisor).await;
        for round in 0..3 {
            assert_eq!(asked(&client, desk).await, ALL_WELL);
            installation.admin.post("/api/Topics", json!({ "name": format!("Topic {round}") })).await.expect(201);
        }
        assert_eq!(asked(&client, desk).await, ALL_WELL);
    }
}

db_test! {
    async fn first_messages_of_one_address_at_once_make_one_end_user(installation: Installation) {
        let (channel, _) = desk(&installation).await;
        let message = |n: i64| json!({
            "channelID": channel, "fromAddress": "Joan@example.com", "fromName": "Joan Doe", "subject": format!("No {n}"),
        });
        let sent = (0..12).map(|n| installation.admin.post("/api/ticketMessages/create-new", message(n)));
        let known = futures::future::join_all(sent).await.into_iter().map(|it| it.expect(201)["isKnownEndUser"].clone());
        assert_eq!(known.filter(|it| *it == json!(false)).count(), 1);
        assert_eq!(installation.count("end_users").await, 1);
        assert_eq!(installation.count("end_user_uids").await, 1);
        let all = installation.admin.get("/api/tickets?search=joan").await.expect(200);
        assert_eq!(all["totalCount"], 12);
        assert_eq!(installation.admin.get("/api/tickets?status=Open").await.expect(200)["totalCount"], 13);
    }
}
