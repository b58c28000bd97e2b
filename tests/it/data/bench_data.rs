//! `answerpal bench-data`.

use answerpal::domain::bench_data::{self, COMMON_WORD, Options, RARE_WORD};
use answerpal::store::tickets::{self, Filter};
use serde_json::json;

use crate::db_test;
use crate::support::Installation;

db_test! {
    async fn its_counters_agree_and_its_words_are_found(installation: Installation) {
        let options = Options { tickets: 500, seed: 7, customer: None, password: "correct horse".into() };
        let made = bench_data::run(&installation.app, options, &()).await.unwrap();
        assert_eq!((made.tickets, made.messages, made.end_users), (500, 1500, 100));
        let client = installation.login("bench", "correct horse").await;
        let mut conn = installation.app.store.read().await.unwrap();
        let counted = tickets::count(&mut conn, made.customer, &Filter::default()).await.unwrap();
        let spam = Filter { is_spam: Some(true), ..Filter::default() };
        let spam = tickets::count(&mut conn, made.customer, &spam).await.unwrap();
        drop(conn);
        assert_eq!(counted, 500);
        assert!((2..30).contains(&spam), "{spam}");
        let total = async |query: &str| {
            client.get(&format!("/api/tickets?{query}")).await.expect(200)["totalCount"].as_u64().unwrap()
        };
        assert_eq!(total("pageSize=1").await, 500);
        assert_eq!(total(&format!("search={RARE_WORD}")).await, 50);
        let common = total(&format!("search={COMMON_WORD}")).await;
        assert!((110..190).contains(&common), "{common}");
        // The ids that it took are not given again.
        let next = client.post("/api/tickets", json!({ "subject": "Next", "channelID": 1 })).await.expect(201);
        assert_eq!(next["ticketID"], 501);
        assert_eq!(total("pageSize=1").await, 501);
    }
}
