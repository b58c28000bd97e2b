//! The visitor's side of a chat channel, and which pages may call it.

use std::time::Duration;

use answerpal::domain::messages;
use answerpal::model::{
    Actor, ChannelId, ChannelType, DeliveryStatus, Message, MessageId, SenderType, TicketId,
};
use axum::http::Method;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Answer, Engine, Installation};

const SHOP: &str = "https://shop.example.com";

/// A chat channel's id and token.
async fn chat_channel(installation: &Installation, hostnames: Option<&str>) -> (i64, String) {
    let body = json!({ "channelType": "Chat", "name": "Shop chat", "hostnames": hostnames });
    let made = installation.admin.post("/api/Channels", body).await.expect(201);
    (made["channelID"].as_i64().unwrap(), made["token"].as_str().unwrap().to_owned())
}

async fn open(installation: &Installation, headers: &[(&str, &str)], body: Value) -> Answer {
    installation.nobody().request(Method::POST, "/api/tickets/createchatticket", headers, body).await
}

fn messages_path(opened: &Value) -> String {
    format!("/api/tickets/chat/{}/messages", opened["ticketToken"].as_str().unwrap())
}

/// Adds a rep's message to the ticket, below the API.
async fn answer(
    installation: &Installation,
    opened: &Value,
    text: &'static str,
    change: fn(&mut Message),
) -> MessageId {
    let customer = installation.customer;
    let ticket = TicketId(opened["ticketID"].as_i64().unwrap());
    installation
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let ticket = answerpal::store::tickets::lock(tx, customer, ticket).await?;
                let mut message =
                    Message::new(ChannelId(1), ChannelType::Chat, SenderType::CustomerRep, tx.now);
                message.ticket_id = ticket.ticket_id;
                message.message = Some(text.into());
                message.delivery_status = Some(DeliveryStatus::Sent);
                change(&mut message);
                messages::add(tx, customer, Actor::System, &ticket, &message).await
            })
        })
        .await
        .unwrap()
}

fn texts(messages: &Value) -> Vec<&str> {
    messages.as_array().unwrap().iter().map(|it| it["message"].as_str().unwrap()).collect()
}

db_test! {
    async fn a_visitor_opens_reads_and_writes_on(installation: Installation) {
        let (_, token) = chat_channel(&installation, None).await;
        let body = json!({ "ChannelToken": token, "name": "Anna", "email": "anna@example.com", "message": " Where is my parcel? ", "pageURL": "https://shop.example.com/cart" });
        let opened = open(&installation, &[], body).await.expect(200);
        let ticket = opened["ticketID"].as_i64().unwrap();
        let nobody = installation.nobody();
        let path = messages_path(&opened);
        let first = json!({ "messageID": opened["messageID"], "senderType": "EndUser", "name": "Anna", "message": "Where is my parcel?", "htmlBody": null, "date": "2026-03-02T09:00:00Z", "attachments": [] });
        assert_eq!(nobody.get(&path).await.expect(200), json!([first]));
        let said = answer(&installation, &opened, "On its way", |it| {
            it.customer_rep_id = Some(answerpal::model::CustomerRepId(1));
            it.html_body = Some("<p>On its way<script>alert(1)</script></p>".into());
        }).await;
        answer(&installation, &opened, "internal", |it| it.is_internal = true).await;
        answer(&installation, &opened, "draft", |it| it.is_draft = true).await;
        answer(&installation, &opened, "unsent", |it| it.delivery_status = None).await;
        answer(&installation, &opened, "failed", |it| it.delivery_status = Some(DeliveryStatus::Failed)).await;
        answer(&installation, &opened, "a mail of somebody else", |it| {
            (it.sender_type, it.incoming, it.channel_type) = (SenderType::EndUser, true, ChannelType::Email);
            it.delivery_status = None;
        }).await;
        let written = nobody.post(&path, json!({ "message": "Thanks" })).await.expect(200);
        assert_eq!((&written["name"], &written["message"]), (&json!("Anna"), &json!("Thanks")));
        let all = nobody.get(&path).await.expect(200);
        assert_eq!(texts(&all), ["Where is my parcel?", "On its way", "Thanks"]);
        assert_eq!((&all[1]["name"], &all[1]["htmlBody"]), (&json!("admin"), &json!("<p>On its way</p>")));
        let after = nobody.get(&format!("{path}?After={said}")).await.expect(200);
        assert_eq!(texts(&after), ["Thanks"]);
        nobody.post(&path, json!({})).await.expect_invalid("message");
        nobody.get("/api/tickets/chat/unknown/messages").await.expect(404);
        nobody.post("/api/tickets/chat/unknown/messages", json!({ "message": "x" })).await.expect(404);
        let mut conn = installation.app.store.read().await.unwrap();
        let stored = answerpal::store::messages::get(&mut conn, installation.customer, MessageId(opened["messageID"].as_i64().unwrap())).await.unwrap();
        assert!(stored.unverified && stored.incoming);
        assert_eq!((stored.from_address.as_deref(), stored.ticket_id), (Some("anna@example.com"), TicketId(ticket)));
        installation.allow_unfinished_jobs();
    }
}

db_test! {
    async fn a_claimed_address_joins_nobody(installation: Installation) {
        let (_, token) = chat_channel(&installation, None).await;
        let body = json!({ "channelToken": token, "email": "anna@example.com", "uid": "anna@example.com", "message": "Hello" });
        let first = open(&installation, &[], body.clone()).await.expect(200);
        let second = open(&installation, &[], body).await.expect(200);
        assert_ne!((&first["ticketID"], &first["ticketToken"]), (&second["ticketID"], &second["ticketToken"]));
        let mut conn = installation.app.store.read().await.unwrap();
        let mut people = Vec::new();
        for opened in [&first, &second] {
            let ticket = TicketId(opened["ticketID"].as_i64().unwrap());
            let ticket = answerpal::store::tickets::get(&mut conn, installation.customer, ticket).await.unwrap();
            assert!(ticket.uid.unwrap().starts_with("chat:"));
            people.push(ticket.end_user_id.unwrap());
        }
        assert_ne!(people[0], people[1]);
        installation.allow_unfinished_jobs();
    }
}

db_test! {
    async fn the_token_and_the_page_must_be_the_channels(installation: Installation) {
        let (id, token) = chat_channel(&installation, Some("shop.example.com, localhost:3000")).await;
        let body = json!({ "channelToken": token, "message": "Hello" });
        open(&installation, &[("origin", SHOP)], body.clone()).await.expect(200);
        open(&installation, &[("origin", "http://localhost:3000")], body.clone()).await.expect(200);
        open(&installation, &[("origin", "http://localhost:3001")], body.clone()).await.expect(403);
        open(&installation, &[("origin", "https://evil.example.com")], body.clone()).await.expect(403);
        open(&installation, &[], body.clone()).await.expect(403);
        open(&installation, &[("origin", SHOP)], json!({ "channelToken": "wrong", "message": "Hello" })).await.expect(404);
        open(&installation, &[("origin", SHOP)], json!({ "message": "Hello" })).await.expect_invalid("channelToken");
        open(&installation, &[("origin", SHOP)], json!({ "channelToken": token })).await.expect_invalid("message");
        open(&installation, &[("origin", SHOP)], json!({ "channelToken": token, "message": "x", "email": "no address" })).await.expect_invalid("email");
        let opened = open(&installation, &[("origin", SHOP)], body.clone()).await.expect(200);
        installation.admin.put(&format!("/api/Channels/{id}"), json!({ "isActive": false })).await.expect(200);
        open(&installation, &[("origin", SHOP)], body).await.expect(404);
        installation.nobody().get(&messages_path(&opened)).await.expect(404);
        let mail = installation.admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Mail" })).await.expect(201);
        open(&installation, &[], json!({ "channelToken": mail["token"], "message": "Hello" })).await.expect(404);
        installation.allow_unfinished_jobs();
    }
}

db_test! {
    async fn a_closed_ticket_opens_again(installation: Installation) {
        let (_, token) = chat_channel(&installation, None).await;
        let opened = open(&installation, &[], json!({ "channelToken": token, "message": "Hello" })).await.expect(200);
        let (customer, ticket) = (installation.customer, TicketId(opened["ticketID"].as_i64().unwrap()));
        installation.app.store.write(move |tx| Box::pin(async move {
            let before = answerpal::store::tickets::lock(tx, customer, ticket).await?;
            let mut after = before.clone();
            after.set_closed(true, tx.now);
            answerpal::domain::tickets::change(tx, customer, Actor::System, &before, &after).await
        })).await.unwrap();
        installation.nobody().post(&messages_path(&opened), json!({ "message": "Still there?" })).await.expect(200);
        let mut conn = installation.app.store.read().await.unwrap();
        let ticket = answerpal::store::tickets::get(&mut conn, customer, ticket).await.unwrap();
        assert_eq!((ticket.is_closed, ticket.status.as_str(), ticket.preview.as_deref()), (false, "Open", Some("Still there?")));
        installation.allow_unfinished_jobs();
    }
}

db_test! {
    async fn a_token_ends_thirty_days_after_its_last_use(installation: Installation) {
        let (_, token) = chat_channel(&installation, None).await;
        let opened = open(&installation, &[], json!({ "channelToken": token, "message": "Hello" })).await.expect(200);
        let path = messages_path(&opened);
        let days = |it: u64| Duration::from_secs(it * 24 * 3600);
        for _ in 0..2 {
            installation.clock.advance(days(29));
            installation.nobody().get(&path).await.expect(200);
        }
        installation.clock.advance(days(30));
        installation.nobody().get(&path).await.expect(404);
        installation.allow_unfinished_jobs();
    }
}

db_test! {
    async fn repeated_posts_write_once(installation: Installation) {
        let (_, token) = chat_channel(&installation, None).await;
        let body = json!({ "channelToken": token, "message": "Hello" });
        let first = open(&installation, &[("idempotency-key", "k")], body.clone()).await.expect(200);
        let again = open(&installation, &[("idempotency-key", "k")], body).await.expect(200);
        assert_eq!(first, again);
        open(&installation, &[("idempotency-key", "k")], json!({ "channelToken": token, "message": "Other" })).await.expect(409);
        let path = messages_path(&first);
        let write = |text: &'static str| {
            let (nobody, path) = (installation.nobody(), path.clone());
            async move { nobody.request(Method::POST, &path, &[("idempotency-key", "k")], json!({ "message": text })).await }
        };
        assert_eq!(write("More").await.expect(200), write("More").await.expect(200));
        write("Different").await.expect(409);
        assert_eq!(texts(&installation.nobody().get(&path).await.expect(200)), ["Hello", "More"]);
        installation.allow_unfinished_jobs();
    }
}

db_test! {
    async fn floods_are_stopped(installation: Installation) {
        let (_, token) = chat_channel(&installation, None).await;
        let body = json!({ "channelToken": token, "message": "Hello" });
        for _ in 0..10 {
            open(&installation, &[], body.clone()).await.expect(200);
        }
        let stopped = open(&installation, &[], body.clone()).await;
        assert_eq!(stopped.header("retry-after"), "600");
        stopped.expect(429);
        installation.clock.advance(Duration::from_secs(600));
        open(&installation, &[], body).await.expect(200);
        installation.allow_unfinished_jobs();
    }
}

async fn preflight(installation: &Installation, path: &str, origin: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type,idempotency-key"),
    ];
    installation.nobody().request(Method::OPTIONS, path, &headers, Value::Null).await
}

async fn only_named_pages_may_call(engine: Engine) {
    let named = Installation::with(engine, |config| config.cors_origins = "https://desk.example.org/".into());
    let Some(installation) = named.await else { return };
    let (id, token) = chat_channel(&installation, Some("shop.example.com")).await;
    const ALLOWED: &str = "access-control-allow-origin";
    for (path, origin, allowed) in [
        ("/api/tickets", "https://desk.example.org", true),
        ("/Tickets", "https://desk.example.org", true),
        ("/api/tickets", SHOP, false),
        ("/api/tickets", "https://evil.example.com", false),
        ("/api/tickets/createchatticket", SHOP, true),
        ("/Tickets/CreateChatTicket", SHOP, true),
        ("/api/tickets/chat/token/messages", SHOP, true),
        ("/api/tickets/createchatticket", "https://evil.example.com", false),
        ("/api/tickets/createchatticket", "https://desk.example.org", true),
    ] {
        let answer = preflight(&installation, path, origin).await;
        assert_eq!(answer.header(ALLOWED), if allowed { origin } else { "" }, "{path} {origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        assert!(answer.header("access-control-allow-headers").contains("authorization"));
        assert!(answer.header("access-control-allow-methods").contains("PATCH"));
    }
    let body = json!({ "channelToken": token, "message": "Hello" });
    let answer = open(&installation, &[("origin", SHOP)], body.clone()).await;
    assert_eq!(answer.header(ALLOWED), SHOP);
    assert!(answer.header("vary").contains("origin"));
    let refused = open(&installation, &[("origin", "https://evil.example.com")], body).await;
    assert_eq!((refused.status.as_u16(), refused.header(ALLOWED)), (403, ""));
    installation.admin.put(&format!("/api/Channels/{id}"), json!({ "isActive": false })).await.expect(200);
    assert_eq!(preflight(&installation, "/api/tickets/createchatticket", SHOP).await.header(ALLOWED), "");
    installation.allow_unfinished_jobs();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_named_pages_may_call_sqlite() {
    only_named_pages_may_call(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_named_pages_may_call_postgres() {
    only_named_pages_may_call(Engine::Postgres).await;
}
