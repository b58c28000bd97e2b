//! `/api/events` and `/api/tickets/{id}/events`.

use std::time::Duration;

use answerpal::app::App;
use answerpal::domain::events::note;
use answerpal::domain::tickets;
use answerpal::model::{
    Actor, ChannelId, ChannelType, CustomerId, CustomerRepId, Event, MessageId, Role, Ticket, TicketId,
};
use answerpal::store;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Client, Engine, Installation};

/// An open stream.
struct Stream {
    body: Body,
    text: String,
}

#[derive(Debug, Default)]
struct Told {
    id: String,
    event: String,
    data: Value,
}

impl Stream {
    async fn open(client: &Client, path: &str, last: Option<i64>) -> Self {
        let mut request = Request::builder().uri(path);
        if let Some(last) = last {
            request = request.header("last-event-id", last.to_string());
        }
        let response = client.open(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut stream = Self { body: response.into_body(), text: String::new() };
        let first = stream.next().await;
        assert_eq!((first.event.as_str(), &first.data), ("", &Value::Null), "it begins with an id alone");
        stream
    }

    /// The next block, whatever it is; None where the stream ended.
    async fn block(&mut self, wait: Duration) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let frame = tokio::time::timeout(wait, self.body.frame()).await.expect("something comes in time");
            self.text += std::str::from_utf8(frame?.unwrap().data_ref().unwrap()).unwrap();
        }
    }

    async fn next(&mut self) -> Told {
        let block = self.block(Duration::from_secs(10)).await.expect("the stream goes on");
        let mut told = Told::default();
        for line in block.lines() {
            match line.split_once(": ").unwrap_or((line, "")) {
                ("id", id) => told.id = id.into(),
                ("event", event) => told.event = event.into(),
                ("data", data) => told.data = serde_json::from_str(data).unwrap(),
                _ => {}
            }
        }
        told
    }

    /// The tickets of the next events.
    async fn tickets(&mut self, count: usize) -> Vec<i64> {
        let mut tickets = Vec::new();
        for _ in 0..count {
            tickets.push(self.next().await.data["ticketID"].as_i64().unwrap());
        }
        tickets
    }
}

async fn make_ticket(app: &App, customer: CustomerId, rep: CustomerRepId) -> TicketId {
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let mut ticket = Ticket::new(ChannelId(1), ChannelType::Email, tx.now);
                ticket.customer_rep_id = rep;
                tickets::insert(tx, customer, Actor::System, &ticket).await
            })
        })
        .await
        .unwrap()
}

async fn close_ticket(app: &App, customer: CustomerId, actor: Actor, ticket: TicketId) {
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let before = store::tickets::lock(tx, customer, ticket).await?;
                let mut after = before.clone();
                after.set_closed(true, tx.now);
                tickets::change(tx, customer, actor, &before, &after).await
            })
        })
        .await
        .unwrap();
}

async fn delete_ticket(app: &App, customer: CustomerId, ticket: TicketId) {
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let ticket = store::tickets::lock(tx, customer, ticket).await?;
                tickets::delete(tx, customer, Actor::System, &ticket).await
            })
        })
        .await
        .unwrap();
}

const NOBODY: CustomerRepId = CustomerRepId(0);

db_test! {
    async fn a_stream_tells_what_happens_from_now_on(installation: Installation) {
        let (app, customer) = (&installation.app, installation.customer);
        make_ticket(app, customer, NOBODY).await;
        installation.run_jobs().await;
        let mut stream = Stream::open(&installation.admin, "/api/events", None).await;
        let ticket = make_ticket(app, customer, NOBODY).await;
        app.store.write(move |tx| Box::pin(async move {
            let event = Event::message("ticketMessage.created", ticket, MessageId(7));
            note(tx, customer, Actor::EndUser, &[event]).await
        })).await.unwrap();
        // About no ticket: not told.
        installation.admin.post("/api/Topics", json!({ "name": "a" })).await.expect(201);
        close_ticket(app, customer, Actor::Rep(CustomerRepId(1)), ticket).await;
        installation.run_jobs().await;
        let created = stream.next().await;
        assert_eq!(created.event, "ticket.created");
        assert_eq!(created.data["ticketID"], ticket.0);
        assert_eq!((&created.data["entity"], &created.data["entityID"]), (&json!("ticket"), &json!(ticket.0)));
        assert_eq!(created.data["date"], "2026-03-02T09:00:00Z");
        let message = stream.next().await;
        assert_eq!((message.event.as_str(), &message.data["messageID"]), ("ticketMessage.created", &json!(7)));
        assert_eq!(message.data["actorType"], "EndUser");
        let closed = stream.next().await;
        assert_eq!((closed.event.as_str(), &closed.data["actorID"]), ("ticket.updated", &json!(1)));
        let seq = |told: &Told| told.id.parse::<i64>().unwrap();
        assert_eq!([seq(&message) - seq(&created), seq(&closed) - seq(&message)], [1, 2]);
        assert_eq!(closed.data["seq"], seq(&closed));
    }
}

db_test! {
    async fn a_stream_resumes_after_the_last_event_received(installation: Installation) {
        let (app, customer) = (&installation.app, installation.customer);
        let mut made = Vec::new();
        for _ in 0..250 {
            made.push(make_ticket(app, customer, NOBODY).await.0);
        }
        installation.run_jobs().await;
        let mut stream = Stream::open(&installation.admin, "/api/events", Some(0)).await;
        let mut told = Vec::new();
        let mut last = 0;
        for _ in 0..100 {
            let it = stream.next().await;
            last = it.id.parse().unwrap();
            told.push(it.data["ticketID"].as_i64().unwrap());
        }
        drop(stream);
        let mut stream = Stream::open(&installation.admin, "/EVENTS", Some(last)).await;
        told.extend(stream.tickets(100).await);
        drop(stream);
        let path = format!("/api/events?lastEventId={}", last + 100);
        told.extend(Stream::open(&installation.admin, &path, None).await.tickets(50).await);
        assert_eq!(told, made);
        installation.admin.get("/api/events?lastEventId=x").await.expect_invalid("Last-Event-ID");
        installation.admin.get("/api/events?lastEventId=-1").await.expect_invalid("Last-Event-ID");
        installation.nobody().get("/api/events").await.expect(401);
    }
}

db_test! {
    async fn an_agent_is_told_of_unassigned_and_own_tickets_only(installation: Installation) {
        let (app, customer) = (&installation.app, installation.customer);
        let (kim, agent) = installation.rep("kim", Role::Agent).await;
        let (lee, _) = installation.rep("lee", Role::Agent).await;
        let (_, supervisor) = installation.rep("sam", Role::Supervisor).await;
        let mut told = Vec::new();
        for rep in [NOBODY, kim, lee] {
            told.push(make_ticket(app, customer, rep).await.0);
        }
        let deleted = [make_ticket(app, customer, kim).await, make_ticket(app, customer, lee).await];
        for ticket in deleted {
            delete_ticket(app, customer, ticket).await;
        }
        told.extend(deleted.iter().map(|it| it.0));
        told.extend(deleted.iter().map(|it| it.0));
        installation.run_jobs().await;
        // [unassigned, own, another's, own, another's, own deleted, another's deleted]
        assert_eq!(Stream::open(&supervisor, "/api/events", Some(0)).await.tickets(7).await, told);
        let mut stream = Stream::open(&agent, "/api/events", Some(0)).await;
        assert_eq!(stream.tickets(4).await, [told[0], told[1], told[3], told[5]]);
        // And of the next.
        let next = make_ticket(app, customer, kim).await;
        installation.run_jobs().await;
        assert_eq!(stream.tickets(1).await, [next.0]);
    }
}

db_test! {
    async fn another_tenant_is_told_nothing(installation: Installation) {
        let (other, other_admin) = installation.other_tenant().await;
        let mut stream = Stream::open(&other_admin, "/api/events", Some(0)).await;
        make_ticket(&installation.app, installation.customer, NOBODY).await;
        let own = make_ticket(&installation.app, other, NOBODY).await;
        installation.run_jobs().await;
        assert_eq!(stream.tickets(1).await, [own.0]);
        let foreign = format!("/api/tickets/{}/events", own.0);
        installation.admin.get(&foreign).await.expect(404);
        other_admin.get(&foreign).await.expect(200);
    }
}

db_test! {
    async fn streams_end_when_the_server_stops(installation: Installation) {
        let mut stream = Stream::open(&installation.admin, "/api/events", None).await;
        installation.app.live.close();
        assert_eq!(stream.block(Duration::from_secs(10)).await, None);
        installation.admin.get("/api/events").await.expect(503);
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_credentials_and_is_kept_alive_until_then() {
    let installation = Installation::new(Engine::Sqlite).await.unwrap();
    let mut stream = Stream::open(&installation.admin, "/api/events", None).await;
    tokio::time::pause();
    assert_eq!(stream.block(Duration::from_secs(60)).await.as_deref(), Some(":"));
    installation.tamper("UPDATE customer_reps SET token_version = token_version + 1").await;
    while let Some(block) = stream.block(Duration::from_secs(60)).await {
        assert_eq!(block, ":");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_tells_what_another_process_did() {
    let Some(installation) = Installation::new(Engine::Postgres).await else { return };
    let second = installation.second_process().await;
    let notifiers = [installation.app.clone(), second.clone()]
        .map(|app| tokio::spawn(async move { app.store.run_notifier().await }));
    let workers = answerpal::jobs::start(&second);
    let mut stream = Stream::open(&installation.admin, "/api/events", None).await;
    for _ in 0..3 {
        let ticket = make_ticket(&second, installation.customer, NOBODY).await;
        assert_eq!(stream.tickets(1).await, [ticket.0]);
    }
    workers.stop().await;
    notifiers.iter().for_each(tokio::task::JoinHandle::abort);
}

db_test! {
    async fn the_audit_trail_of_a_ticket_says_who_changed_what(installation: Installation) {
        let (app, customer) = (&installation.app, installation.customer);
        let (kim, agent) = installation.rep("kim", Role::Agent).await;
        let (lee, _) = installation.rep("lee", Role::Agent).await;
        let ticket = make_ticket(app, customer, kim).await;
        installation.clock.advance(Duration::from_secs(60));
        close_ticket(app, customer, Actor::Rep(kim), ticket).await;
        let path = format!("/api/tickets/{ticket}/events");
        let page = agent.get(&path).await.expect(200);
        assert_eq!((&page["totalCount"], &page["totalPages"]), (&json!(2), &json!(1)));
        let closed = &page["items"][1];
        assert_eq!((&closed["action"], &closed["actorType"]), (&json!("ticket.updated"), &json!("CustomerRep")));
        assert_eq!((&closed["actorID"], &closed["actorName"]), (&json!(kim), &json!("kim")));
        assert_eq!(closed["changes"]["status"], json!({ "from": "Open", "to": "Closed" }));
        assert_eq!(closed["date"], "2026-03-02T09:01:00Z");
        assert_eq!(closed["seq"], Value::Null);
        installation.run_jobs().await;
        let newest = agent.get(&format!("{path}?sortOrder=desc&pageSize=1")).await.expect(200);
        assert_eq!((&newest["totalPages"], &newest["items"][0]["eventID"]), (&json!(2), &closed["eventID"]));
        assert!(newest["items"][0]["seq"].is_i64());
        agent.get(&format!("{path}?sortOrder=up")).await.expect_invalid("sortOrder");
        let others = make_ticket(app, customer, lee).await;
        agent.get(&format!("/tickets/{others}/events")).await.expect(404);
        agent.get("/tickets/999/events").await.expect(404);
        installation.admin.get(&format!("/tickets/{others}/events")).await.expect(200);
    }
}
