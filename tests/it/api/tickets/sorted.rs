//! Lists by every property, against the order of what they answer.

use std::time::Duration;

use answerpal::domain::bench_data::{self, Options};
use serde_json::{Value, json};

use super::ids;
use crate::db_test;
use crate::support::Installation;

const PROPERTIES: [&str; 20] = [
    "ticketID",
    "dateCreated",
    "status",
    "subject",
    "channelID",
    "channel",
    "channelType",
    "channelName",
    "endUserID",
    "customerRepID",
    "customerRepName",
    "escalated",
    "isSpam",
    "isClosed",
    "closeDate",
    "lastMessageDate",
    "lastEndUserMessageID",
    "uid",
    "preview",
    "summary",
];

/// What comes before what, where it is not a date.
fn key(item: &Value, property: &str) -> (u8, i64, String) {
    match &item[property] {
        Value::Null => (0, 0, String::new()),
        Value::Bool(it) => (1, (*it).into(), String::new()),
        Value::Number(it) => (1, it.as_i64().unwrap(), String::new()),
        Value::String(it) => (1, 0, it.chars().take(100).collect::<String>().to_ascii_lowercase()),
        other => panic!("{property} is no scalar: {other}"),
    }
}

db_test! {
    async fn pages_of_every_order_are_parts_of_it(installation: Installation) {
        let options = Options { tickets: 90, seed: 5, customer: None, password: "correct horse".into() };
        bench_data::run(&installation.app, options, &()).await.unwrap();
        let client = installation.login("bench", "correct horse").await;
        let channels = client.get("/api/Channels").await.expect(200);
        // Two of one name, of two types; and names, texts and reps that are not there.
        for index in [0, 2] {
            client.put(&format!("/api/Channels/{}", channels[index]["channelID"]), json!({ "name": "Same" })).await.expect(200);
        }
        for (number, fields) in [
            json!({ "subject": "B", "customerRepID": 0 }), json!({ "subject": "b", "summary": "Z" }),
            json!({ "subject": "é", "summary": "a", "isSpam": true }), json!({ "status": "waiting", "escalated": true }),
        ].into_iter().enumerate() {
            let mut body = json!({ "channelID": channels[number]["channelID"] });
            body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            client.post("/api/tickets", body).await.expect(201);
        }
        let all = client.get("/tickets?pageSize=1000").await.expect(200);
        let rep = all["items"].as_array().unwrap().iter().find_map(|it| it["customerRepID"].as_i64().filter(|it| *it > 1)).unwrap();
        for filter in ["", "&isClosed=false", &format!("&customerRepID={rep}"), "&status=Open&status=Closed&isSpam=false"] {
            for property in PROPERTIES {
                for order in ["asc", "desc"] {
                    let what = format!("sortBy={property}&sortOrder={order}{filter}");
                    let whole = client.get(&format!("/tickets?{what}&pageSize=1000")).await.expect(200);
                    let items = whole["items"].as_array().unwrap();
                    assert_eq!(whole["totalCount"].as_u64().unwrap(), items.len() as u64, "{what}");
                    let whole = ids(&whole);
                    if !property.contains("Date") && !property.starts_with("date") {
                        let mut sorted = items.clone();
                        sorted.sort_by_key(|it| (key(it, property), it["ticketID"].as_i64()));
                        if order == "desc" {
                            sorted.reverse();
                        }
                        assert_eq!(whole, ids(&json!({ "items": sorted })), "{what}");
                    }
                    let page = async |number: usize| {
                        ids(&client.get(&format!("/tickets?{what}&pageSize=23&pageNumber={number}")).await.expect(200))
                    };
                    let pages: Vec<&[i64]> = whole.chunks(23).collect();
                    // Counted from the beginning, and going on after the page before.
                    for number in (1..=pages.len()).rev().chain(2..=pages.len()) {
                        assert_eq!(page(number).await, pages[number - 1], "{what} page {number}");
                    }
                    assert_eq!(page(pages.len() + 1).await, [0_i64; 0], "{what}");
                    installation.clock.advance(Duration::from_secs(61));
                }
            }
        }
    }
}
