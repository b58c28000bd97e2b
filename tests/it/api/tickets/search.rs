//! Full text over subject, messages, names and addresses.

use std::time::Duration;

use answerpal::domain::messages;
use answerpal::model::{Actor, ChannelId, ChannelType, Message, SenderType, Ticket};
use serde_json::{Value, json};

use super::{channel, ids, ticket};
use crate::db_test;
use crate::support::Installation;

async fn conversation(installation: &Installation, channel: i64, subject: &'static str, text: String) {
    let customer = installation.customer;
    let work = move |tx: &mut answerpal::store::Tx| {
        let now = tx.now;
        let mut ticket = Ticket::new(ChannelId(channel), ChannelType::Email, now);
        ticket.subject = Some(subject.into());
        let mut message = Message::new(ChannelId(channel), ChannelType::Email, SenderType::EndUser, now);
        message.message = Some(text);
        message.from_address = Some("joan@shop.example".into());
        (ticket, message)
    };
    installation
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let (mut ticket, mut message) = work(tx);
                messages::open_ticket(
                    tx,
                    customer,
                    Actor::System,
                    &mut ticket,
                    &mut message,
                    &["Joan Doe"],
                    None,
                )
                .await
            })
        })
        .await
        .unwrap();
    installation.clock.advance(Duration::from_secs(1));
}

db_test! {
    async fn words_phrases_and_prefixes_find_tickets(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        conversation(&installation, channel, "Crème brûlée", "It is not working since <Monday>".into()).await;
        conversation(&installation, channel, "Working hours", "Are you open? I am not sure. Login, log in.".into()).await;
        conversation(&installation, channel, "日本語の質問", "x".into()).await;
        let long = format!("{} needle", (0..20_000).map(|n| format!("w{n} ")).collect::<String>());
        conversation(&installation, channel, "Long", long).await;
        for (query, mut expected) in [
            ("working", vec![1, 2]), ("WORKING not", vec![1, 2]), ("\"not working\"", vec![1]), ("creme", vec![1]),
            ("log*", vec![2]), ("lo*", vec![2, 4]), ("本語", vec![3]), ("joan@shop.example", vec![1, 2, 3, 4]),
            ("doe", vec![1, 2, 3, 4]), ("w0 needle", vec![4]), ("absent", vec![]), ("...", vec![]), ("\"\"", vec![]),
            ("working absent", vec![]), ("' OR 1=1 --", vec![]), ("NEAR(", vec![]),
        ] {
            let encoded: String = form_urlencode(query);
            for order in ["", "&sortBy=relevance", "&sortBy=ticketID", "&sortBy=lastMessageDate&sortOrder=desc", "&isSpam=false&status=Open&status=Closed"] {
                let page = admin.get(&format!("/tickets?search={encoded}{order}")).await.expect(200);
                let mut found = ids(&page);
                found.sort_unstable();
                expected.sort_unstable();
                assert_eq!(found, expected, "{query} {order}");
                assert_eq!(page["totalCount"], expected.len(), "{query} {order}");
            }
        }
        let page = admin.get("/tickets?search=%22not%20working%22").await.expect(200);
        assert_eq!(page["items"][0]["searchSnippet"], "It is <mark>not working</mark> since &lt;Monday&gt;");
        assert_eq!(admin.get("/tickets?search=doe%20status&pageSize=1").await.expect(200)["totalCount"], 0);
        assert_eq!(admin.get("/tickets?search=w0&isClosed=true").await.expect(200)["totalCount"], 0);
        assert_eq!(admin.get("/tickets?search=%20").await.expect(200)["totalCount"], 4);
        // Relevance: the shorter text about it first.
        assert_eq!(ids(&admin.get("/tickets?search=working").await.expect(200)).len(), 2);
        assert!(admin.get("/tickets").await.expect(200)["items"][0].get("searchSnippet").is_none());
    }
}

fn form_urlencode(text: &str) -> String {
    text.bytes().map(|it| format!("%{it:02X}")).collect()
}

db_test! {
    async fn a_search_sees_every_acknowledged_write_at_once(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let total = |query: &'static str| async move { admin.get(&format!("/tickets?search={query}")).await.expect(200)["totalCount"].clone() };
        ticket(admin, channel, json!({ "subject": "umbrella", "uid": "jane@example.com" })).await;
        assert_eq!(total("umbrella").await, 1);
        assert_eq!(total("jane").await, 1);
        admin.put("/tickets/1", json!({ "subject": "parasol" })).await.expect(204);
        assert_eq!((total("umbrella").await, total("parasol").await), (json!(0), json!(1)));
        admin.delete("/tickets/1").await.expect(204);
        assert_eq!(total("parasol").await, 0);
    }
}

db_test! {
    async fn many_hits_come_newest_first_and_page_exactly(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let customer = installation.customer;
        installation.app.store.write(move |tx| Box::pin(async move {
            use answerpal::domain::tickets::change::{TicketChange, create};
            for n in 0..10_050 {
                let change = TicketChange {
                    channel: Some(ChannelId(channel)),
                    subject: Some(Some(format!("common {}", n % 10))),
                    is_closed: Some(n % 2 == 0),
                    ..TicketChange::default()
                };
                create(tx, customer, Actor::System, change).await?;
            }
            Ok(())
        })).await.unwrap();
        let whole = admin.get("/tickets?search=common&pageSize=1000").await.expect(200);
        assert_eq!(whole["totalCount"], 10_050);
        assert_eq!(ids(&whole), (9051..=10_050).rev().collect::<Vec<i64>>());
        let far = admin.get("/tickets?search=common&pageSize=1000&pageNumber=11").await.expect(200);
        assert_eq!(ids(&far), (1..=50).rev().collect::<Vec<i64>>());
        let next = admin.get("/tickets?search=common&pageSize=1000&pageNumber=2").await.expect(200);
        assert_eq!(ids(&next), (8051..=9050).rev().collect::<Vec<i64>>());
        let closed = admin.get("/tickets?search=common&isClosed=true&pageSize=5").await.expect(200);
        assert_eq!((&closed["totalCount"], ids(&closed)), (&json!(5025), vec![10_049, 10_047, 10_045, 10_043, 10_041]));
        let some = admin.get("/tickets?search=common%203&pageSize=5&sortBy=ticketID").await.expect(200);
        assert_eq!((&some["totalCount"], ids(&some)), (&json!(1005), vec![4, 14, 24, 34, 44]));
        assert_eq!(some["items"][0]["searchSnippet"], "<mark>common</mark> <mark>3</mark>");
        let _: Value = some;
        // Fetched together and found in the order of the list.
        let prefix = admin.get("/tickets?search=comm*&isClosed=false&pageSize=4&pageNumber=3").await.expect(200);
        assert_eq!((&prefix["totalCount"], ids(&prefix)), (&json!(5025), vec![10_034, 10_032, 10_030, 10_028]));
        for (order, expected) in [("asc", vec![44, 54, 64, 74]), ("desc", vec![10_004, 9994, 9984, 9974])] {
            let query = format!("/tickets?search=common%203&sortBy=lastMessageDate&sortOrder={order}&pageSize=4");
            let first = ids(&admin.get(&query).await.expect(200));
            let second = admin.get(&format!("{query}&pageNumber=2")).await.expect(200);
            assert!(!first.iter().any(|it| expected.contains(it)), "{first:?}");
            assert_eq!((&second["totalCount"], ids(&second)), (&json!(1005), expected), "{order}");
        }
        // Ranked: equals come newest first.
        let ranked = admin.get("/tickets?search=common%203&pageSize=3&pageNumber=2").await.expect(200);
        assert_eq!((&ranked["totalCount"], ids(&ranked)), (&json!(1005), vec![10_014, 10_004, 9994]));
    }
}
