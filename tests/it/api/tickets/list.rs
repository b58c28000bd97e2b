//! Filters, orders and pages.

use std::time::Duration;

use answerpal::domain::bench_data::{self, Options};
use answerpal::model::Role;
use serde_json::{Value, json};

use super::{channel, ids, ticket};
use crate::db_test;
use crate::support::Installation;

db_test! {
    async fn every_filter_narrows_the_list(installation: Installation) {
        let admin = &installation.admin;
        let (mail, chat) = (channel(admin, "Email").await, channel(admin, "Chat").await);
        let (anna, _) = installation.rep("anna", Role::Agent).await;
        for (channel, fields) in [
            (mail, json!({ "uid": "Jane@Example.com", "subject": "one" })),
            (mail, json!({ "status": "Closed" })),
            (chat, json!({ "status": "Pending", "customerRepID": anna })),
            (chat, json!({ "escalated": true, "isSpam": true })),
        ] {
            ticket(admin, channel, fields).await;
            installation.clock.advance(Duration::from_secs(60));
        }
        for (query, expected) in [
            ("", vec![4, 3, 2, 1]),
            ("status=open", vec![1]),
            ("status=Open&status=closed", vec![2, 1]),
            ("Status[]=Pending&status=", vec![3]),
            ("status=Nothing", vec![]),
            ("status=Open&isClosed=true", vec![]),
            ("customerRepID=0", vec![4, 2, 1]),
            (&format!("customerRepID={anna}"), vec![3]),
            (&format!("customerRepID={anna}&status=Pending&status=Open"), vec![3]),
            ("customerRepID=99", vec![]),
            ("channelType=chat", vec![4, 3]),
            ("channel=Email", vec![2, 1]),
            ("channel=Email&channelType=Chat", vec![]),
            (&format!("channelIDs={mail}&channelIDs={chat}"), vec![4, 3, 2, 1]),
            (&format!("channelids={chat}"), vec![4, 3]),
            ("uid=jane@example.com", vec![1]),
            ("endUserId=5", vec![]),
            ("isSpam=true", vec![4]),
            ("isSpam=0", vec![3, 2, 1]),
            ("isClosed=true", vec![2]),
            ("isClosed=false", vec![4, 3, 1]),
            ("escalated=true", vec![4]),
            ("topic=Refunds", vec![]),
            ("topicId=7", vec![]),
            ("createdFrom=2026-03-02T09:01:00Z", vec![4, 3, 2]),
            ("createdFrom=2026-03-02T10:01:00%2B01:00&createdTo=2026-03-02T09:02:00Z", vec![3, 2]),
            ("sortBy=ticketid&sortOrder=ASC", vec![1, 2, 3, 4]),
            ("sortOrder=asc", vec![1, 2, 3, 4]),
            ("pageSize=3&pageNumber=2", vec![1]),
            ("pageNumber=9", vec![]),
        ] {
            let page = admin.get(&format!("/tickets?{query}")).await.expect(200);
            assert_eq!(ids(&page), expected, "{query}");
            if !query.contains("page") {
                assert_eq!(page["totalCount"], expected.len(), "{query}");
            }
        }
        for (query, field) in [
            ("channelType=Fax", "channelType"), ("isSpam=maybe", "isSpam"), ("customerRepID=x", "customerRepID"),
            ("sortBy=topics", "sortBy"), ("sortOrder=up", "sortOrder"), ("createdFrom=soon", "createdFrom"),
        ] {
            admin.get(&format!("/tickets?{query}")).await.expect_invalid(field);
        }
        let past = admin.get("/tickets?pageNumber=9&pageSize=3").await.expect(200);
        assert_eq!((&past["totalCount"], &past["totalPages"]), (&json!(4), &json!(2)));
        admin.get("/tickets?pageNumber=99999999999999999999&pageSize=5000").await.expect(200);
    }
}

db_test! {
    async fn lists_sort_by_every_scalar_property(installation: Installation) {
        let admin = &installation.admin;
        let (mail, chat) = (channel(admin, "Email").await, channel(admin, "Chat").await);
        for (channel, fields) in [
            (mail, json!({ "subject": "b", "status": "Closed", "summary": "z" })),
            (chat, json!({ "subject": "A", "customerRepID": 1, "uid": "x@y.z" })),
            (mail, json!({})),
        ] {
            ticket(admin, channel, fields).await;
        }
        let scalars = ["ticketID", "dateCreated", "status", "subject", "channelID", "channel", "channelType", "channelName",
            "endUserID", "customerRepID", "customerRepName", "escalated", "isSpam", "isClosed", "closeDate",
            "lastMessageDate", "lastEndUserMessageID", "uid", "preview", "summary", "relevance"];
        for property in scalars {
            for order in ["asc", "desc"] {
                let mut walked = Vec::new();
                for number in 1..=3 {
                    let query = format!("sortBy={property}&sortOrder={order}&pageSize=1&pageNumber={number}");
                    walked.extend(ids(&admin.get(&format!("/tickets?{query}")).await.expect(200)));
                }
                let whole = admin.get(&format!("/tickets?sortBy={property}&sortOrder={order}")).await.expect(200);
                assert_eq!(walked, ids(&whole), "{property} {order}");
                walked.sort_unstable();
                assert_eq!(walked, [1, 2, 3], "{property} {order}");
            }
        }
        let by = |query: &'static str| async move { ids(&admin.get(&format!("/tickets?{query}")).await.expect(200)) };
        assert_eq!(by("sortBy=subject").await, [3, 2, 1]);
        assert_eq!(by("sortBy=subject&sortOrder=desc").await, [1, 2, 3]);
        assert_eq!(by("sortBy=closeDate&sortOrder=desc").await, [1, 3, 2]);
        assert_eq!(by("sortBy=channelName").await, [2, 1, 3]);
        assert_eq!(by("sortBy=customerRepName&sortOrder=desc").await, [2, 3, 1]);
    }
}

db_test! {
    async fn an_agent_sees_unassigned_tickets_and_their_own(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let (anna, anna_client) = installation.rep("anna", Role::Agent).await;
        let (_, sue) = installation.rep("sue", Role::Supervisor).await;
        ticket(admin, channel, json!({ "customerRepID": 1, "subject": "word" })).await;
        ticket(admin, channel, json!({ "customerRepID": anna, "subject": "word", "status": "Closed" })).await;
        ticket(admin, channel, json!({ "subject": "word" })).await;
        for (query, expected) in [
            ("", vec![3, 2]), ("status=Open&status=Closed", vec![3, 2]), ("status=Open", vec![3]),
            ("customerRepID=1", vec![]), ("customerRepID=0", vec![3]), ("search=word&sortBy=lastMessageDate&sortOrder=desc", vec![3, 2]),
            ("isClosed=true", vec![2]), ("sortBy=ticketID", vec![2, 3]),
        ] {
            let page = anna_client.get(&format!("/tickets?{query}")).await.expect(200);
            assert_eq!((ids(&page), page["totalCount"].as_u64()), (expected.clone(), Some(expected.len() as u64)), "{query}");
        }
        assert_eq!(sue.get("/tickets").await.expect(200)["totalCount"], 3);
        anna_client.get("/tickets/1").await.expect(404);
        anna_client.put("/tickets/1", json!({ "subject": "x" })).await.expect(404);
        anna_client.delete("/tickets/1").await.expect(404);
        let refused = anna_client.put("/tickets/bulk", json!({ "ticketIDs": [3, 1], "action": "close" })).await.expect(404);
        assert!(refused["detail"].as_str().unwrap().contains("tickets 1."), "{refused}");
        assert_eq!(admin.get("/tickets/3").await.expect(200)["status"], "Open");
    }
}

db_test! {
    async fn who_walks_page_by_page_gets_each_ticket_once_while_others_write(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        for n in 0..9 {
            ticket(admin, channel, json!({ "subject": format!("walk {n}") })).await;
            installation.clock.advance(Duration::from_secs(1));
        }
        for query in ["", "status=Open&status=Pending&", "sortBy=dateCreated&sortOrder=desc&"] {
            let before: Vec<i64> = ids(&admin.get(&format!("/tickets?{query}pageSize=100")).await.expect(200));
            let mut walked = Vec::new();
            for number in 1..=before.len().div_ceil(3) {
                let page = admin.get(&format!("/tickets?{query}pageSize=3&pageNumber={number}")).await.expect(200);
                walked.extend(ids(&page));
                ticket(admin, channel, json!({ "subject": "newcomer" })).await;
                installation.clock.advance(Duration::from_secs(1));
            }
            assert_eq!(walked, before, "{query}");
            let past = admin.get(&format!("/tickets?{query}pageSize=3&pageNumber=90")).await.expect(200);
            assert_eq!(past["items"], json!([]));
        }
        // A minute later the page is where the numbers say.
        admin.get("/tickets?pageSize=3&pageNumber=1").await.expect(200);
        let newest = ticket(admin, channel, json!({})).await;
        installation.clock.advance(Duration::from_secs(61));
        let second = ids(&admin.get("/tickets?pageSize=3&pageNumber=2").await.expect(200));
        let all = ids(&admin.get("/tickets?pageSize=100").await.expect(200));
        assert_eq!((newest["ticketID"].as_i64().unwrap(), second.as_slice()), (all[0], &all[3..6]));
    }
}

db_test! {
    async fn who_walks_back_from_far_is_not_disturbed_by_what_comes_in(installation: Installation) {
        let options = Options { tickets: 1800, seed: 3, customer: None, password: "correct horse".into() };
        bench_data::run(&installation.app, options, &()).await.unwrap();
        let client = installation.login("bench", "correct horse").await;
        let channel = client.get("/api/Channels").await.expect(200)[0]["channelID"].as_i64().unwrap();
        for query in ["", "sortOrder=asc&", "sortBy=dateCreated&", "isSpam=false&status=Open&status=Pending&status=Closed&"] {
            let all = ids(&client.get(&format!("/tickets?{query}pageSize=1000")).await.expect(200))
                .into_iter()
                .chain(ids(&client.get(&format!("/tickets?{query}pageSize=1000&pageNumber=2")).await.expect(200)))
                .collect::<Vec<_>>();
            let page = async |number: usize| {
                ids(&client.get(&format!("/tickets?{query}pageSize=100&pageNumber={number}")).await.expect(200))
            };
            for number in [13, 12, 11] {
                assert_eq!(page(number).await, all[(number - 1) * 100..number * 100], "{query} page {number}");
                // Moves every ticket by one place in the lists that begin with the newest.
                ticket(&client, channel, json!({ "subject": "newcomer", "status": "Open" })).await;
            }
            installation.clock.advance(Duration::from_secs(61));
        }
    }
}

db_test! {
    async fn the_example_of_the_documentation_holds(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        ticket(admin, channel, json!({ "subject": "Login not working", "status": "Open", "customFieldsData": { "priority": "urgent" } })).await;
        let page: Value = admin.get("/tickets?status=Open&pageNumber=1&pageSize=10").await.expect(200);
        insta::assert_json_snapshot!("ticket_page", page);
    }
}
