//! `/api/tickets/{id}/presence`, and how streams tell of it.

use std::time::Duration;

use answerpal::model::{CustomerRepId, Role};
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Client, Engine, Installation};

const PATH: &str = "/api/tickets/1/presence";

fn who(answer: &Value) -> Vec<(i64, String)> {
    let present = answer["present"].as_array().unwrap();
    present
        .iter()
        .map(|it| (it["customerRepID"].as_i64().unwrap(), it["state"].as_str().unwrap().to_owned()))
        .collect()
}

fn at(rep: CustomerRepId, state: &str) -> (i64, String) {
    (rep.0, state.to_owned())
}

db_test! {
    async fn who_is_there_is_seen_until_they_leave_or_fall_silent(installation: Installation) {
        installation.message(CustomerRepId(0)).await;
        let admin = &installation.admin;
        let boss = CustomerRepId(1);
        let (kim, by_kim) = installation.rep("kim", Role::Agent).await;
        let first = by_kim.post(PATH, json!({})).await.expect(200);
        assert_eq!(who(&first), [at(kim, "Viewing")]);
        assert_eq!((&first["expiresInSeconds"], &first["present"][0]["customerRepName"]), (&json!(45), &json!("kim")));
        installation.clock.advance(Duration::from_secs(5));
        // Two windows are one rep, who answers.
        admin.post(PATH, json!({ "clientID": "a" })).await.expect(200);
        admin.post(PATH, json!({ "clientID": "b", "state": "replying" })).await.expect(200);
        assert_eq!(who(&by_kim.get(PATH).await.expect(200)), [at(kim, "Viewing"), at(boss, "Replying")]);
        admin.delete(&format!("{PATH}?clientID=b")).await.expect(204);
        assert_eq!(who(&by_kim.get(PATH).await.expect(200)), [at(kim, "Viewing"), at(boss, "Viewing")]);
        for _ in 0..4 {
            installation.clock.advance(Duration::from_secs(15));
            let since = by_kim.post(PATH, json!({})).await.expect(200)["present"][0]["since"].clone();
            assert_eq!(since, "2026-03-02T09:00:00Z");
        }
        assert_eq!(who(&admin.get(PATH).await.expect(200)), [at(kim, "Viewing")]);
        installation.clock.advance(Duration::from_secs(46));
        assert_eq!(who(&admin.get(PATH).await.expect(200)), []);
        answerpal::jobs::duties::purge(&installation.app).await.unwrap();
        assert_eq!(installation.count("ticket_presence").await, 0);
        // It is told, not kept.
        let trail = admin.get("/api/tickets/1/events").await.expect(200);
        assert!(trail["items"].as_array().unwrap().iter().all(|it| !it["action"].as_str().unwrap().contains("presence")));
        admin.post(PATH, json!({ "state": "asleep" })).await.expect_invalid("state");
        admin.post(PATH, json!({ "clientID": "x".repeat(65) })).await.expect_invalid("clientID");
    }
}

db_test! {
    async fn nobody_is_on_a_ticket_that_they_do_not_see(installation: Installation) {
        let (lee, _) = installation.rep("lee", Role::Agent).await;
        let (_, by_kim) = installation.rep("kim", Role::Agent).await;
        installation.message(lee).await;
        let (_, stranger) = installation.other_tenant().await;
        for client in [&by_kim, &stranger] {
            client.get(PATH).await.expect(404);
            client.post(PATH, json!({})).await.expect(404);
            client.delete(PATH).await.expect(404);
        }
    }
}

/// An open stream of events.
struct Stream {
    body: Body,
    text: String,
}

impl Stream {
    async fn open(client: &Client) -> Self {
        let response = client.open(Request::builder().uri("/api/events").body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 200);
        Self { body: response.into_body(), text: String::new() }
    }

    /// The data of the next event of this type, with what stands before it; fails after ten seconds.
    async fn next(&mut self, event: &str) -> Value {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                if block.lines().any(|it| it == format!("event: {event}")) {
                    assert!(!block.lines().any(|it| it.starts_with("id:")), "{block}");
                    let data = block.lines().find_map(|it| it.strip_prefix("data: ")).unwrap();
                    return serde_json::from_str(data).unwrap();
                }
            }
            let frame =
                tokio::time::timeout(Duration::from_secs(10), self.body.frame()).await.expect("in time");
            self.text += std::str::from_utf8(frame.unwrap().unwrap().data_ref().unwrap()).unwrap();
        }
    }
}

db_test! {
    async fn streams_tell_who_comes_and_goes_and_what_a_rep_is_told_of(installation: Installation) {
        installation.allow_unfinished_jobs();
        let (lee, by_lee) = installation.rep("lee", Role::Agent).await;
        let (kim, by_kim) = installation.rep("kim", Role::Agent).await;
        installation.message(lee).await;
        installation.message(CustomerRepId(0)).await;
        by_lee.post(PATH, json!({})).await.expect(200);
        // Who is there already is told first.
        let mut admin = Stream::open(&installation.admin).await;
        let mut agent = Stream::open(&by_kim).await;
        let there = admin.next("ticket.presence").await;
        assert_eq!((&there["ticketID"], who(&there)), (&json!(1), vec![at(lee, "Viewing")]));
        by_lee.post(PATH, json!({ "state": "Replying" })).await.expect(200);
        assert_eq!(who(&admin.next("ticket.presence").await), [at(lee, "Replying")]);
        by_lee.delete(PATH).await.expect(204);
        assert_eq!(who(&admin.next("ticket.presence").await), []);
        // Of the ticket that is not theirs to see, the other agent was told nothing.
        by_lee.post("/api/tickets/2/presence", json!({})).await.expect(200);
        let there = agent.next("ticket.presence").await;
        assert_eq!((&there["ticketID"], who(&there)), (&json!(2), vec![at(lee, "Viewing")]));
        // A window that falls silent is gone.
        installation.clock.advance(Duration::from_secs(46));
        assert_eq!(who(&agent.next("ticket.presence").await), []);
        installation.admin.put("/api/tickets/2/assign", json!({ "customerRepID": kim })).await.expect(204);
        let told = agent.next("notification").await;
        assert_eq!((&told["kind"], &told["ticketID"]), (&json!("Assigned"), &json!(2)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_tells_who_is_there() {
    let Some(installation) = Installation::new(Engine::Postgres).await else { return };
    let second = installation.second_process().await;
    let elsewhere = Client::new(answerpal::api::router(second), None);
    let token = installation
        .nobody()
        .post("/api/Auth/login", json!({ "username": "admin", "password": crate::support::PASSWORD }))
        .await
        .expect(200);
    let elsewhere =
        elsewhere.with_authorization(Some(format!("Bearer {}", token["token"].as_str().unwrap())));
    installation.message(CustomerRepId(0)).await;
    let mut stream = Stream::open(&installation.admin).await;
    elsewhere.post(PATH, json!({})).await.expect(200);
    assert_eq!(who(&stream.next("ticket.presence").await), [at(CustomerRepId(1), "Viewing")]);
}
