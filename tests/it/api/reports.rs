//! `/api/Reports/overview` and `/api/Documents/{id}/uses`.

use std::time::Duration;

use answerpal::model::{CustomerRepId, MessageId, Role};
use answerpal::store::messages;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Client, Installation, PASSWORD};

const HOUR: Duration = Duration::from_secs(3600);

async fn mail(client: &Client, name: &str) -> i64 {
    let mail = json!({ "channelID": 1, "fromAddress": format!("{name}@example.com"), "subject": name, "textBody": "Where is my bag?" });
    client.post("/api/ticketMessages/create-new", mail).await.expect(201)["messageID"].as_i64().unwrap()
}

/// As the pipeline leaves a message whose answer it drafted.
async fn draft(installation: &Installation, message: i64) {
    draft_text(installation, message, "It is in Lima.").await;
}

async fn draft_text(installation: &Installation, message: i64, text: &str) {
    let text = text.to_owned();
    let customer = installation.customer;
    let work = installation.app.store.write(move |tx| {
        Box::pin(async move {
            let before = messages::get(tx, customer, MessageId(message)).await?;
            let mut after = before.clone();
            after.ai_generated_response = Some(text);
            after.ai_response_date_time = Some(tx.now);
            after.citations = Some(
                r#"[{"documentID":1,"title":"Bags","quote":"Bags go to Lima.","start":0,"end":16,"score":0.9}]"#.into(),
            );
            messages::update(tx, customer, &before, &after).await
        })
    });
    work.await.unwrap();
}

/// Every figure with its own list.
async fn check_queries(client: &Client, figure: &Value, path: &str) {
    match figure {
        Value::Object(members) => {
            if let Some(query) = members.get("query").and_then(Value::as_str) {
                let listed = client.get(&format!("/api/tickets?{query}")).await.expect(200);
                let count = members.get("count").or_else(|| members.get("created"));
                assert_eq!(Some(&listed["totalCount"]), count, "{path}: {query}");
            }
            if let Some(query) = members.get("closedQuery").and_then(Value::as_str) {
                let listed = client.get(&format!("/api/tickets?{query}")).await.expect(200);
                assert_eq!(listed["totalCount"], members["closed"], "{path}: {query}");
            }
            for (name, member) in members {
                Box::pin(check_queries(client, member, &format!("{path}.{name}"))).await;
            }
        }
        Value::Array(items) => {
            for item in items {
                Box::pin(check_queries(client, item, path)).await;
            }
        }
        _ => {}
    }
}

async fn overview(client: &Client, query: &str) -> Value {
    let overview = client.get(&format!("/api/Reports/overview?{query}")).await.expect(200);
    check_queries(client, &overview, "overview").await;
    overview
}

db_test! {
    async fn the_figures_are_those_of_their_tickets(installation: Installation) {
        let admin = &installation.admin;
        let (kim, by_kim) = installation.rep("kim", Role::Agent).await;
        admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Mail" })).await.expect(201);
        admin.post("/api/Topics", json!({ "name": "Baggage" })).await.expect(201);
        // A topic of another channel: what the mails are about is said by hand alone.
        admin.post("/api/Channels", json!({ "channelType": "Chat", "name": "Site" })).await.expect(201);
        admin.post("/api/TopicChannels", json!({ "topicID": 1, "channelID": 2 })).await.expect(201);
        let mut asked = Vec::new();
        for name in ["as-it-was", "edited", "otherwise", "waiting", "closed", "undrafted", "spam"] {
            asked.push(mail(admin, name).await);
        }
        admin.put("/api/tickets/7", json!({ "isSpam": true })).await.expect(204);
        for message in &asked[..5] {
            draft(&installation, *message).await;
        }
        admin.post("/api/ticketMessageTopics", json!({ "messageID": asked[0], "topicID": 1 })).await;
        installation.clock.advance(HOUR);
        by_kim.post(&format!("/api/ticketMessages/{}/send", asked[0]), json!({})).await.expect(200);
        installation.clock.advance(HOUR);
        admin.post(&format!("/api/ticketMessages/{}/send", asked[1]), json!({ "modifiedAnswer": "It is in Rome." })).await.expect(200);
        installation.clock.advance(HOUR);
        let answer = json!({ "ticketID": 3, "incoming": false, "senderType": "CustomerRep", "textBody": "By hand" });
        admin.post("/api/ticketMessages", answer).await.expect(201);
        let note = json!({ "ticketID": 4, "incoming": false, "isInternal": true, "senderType": "CustomerRep", "textBody": "a note" });
        admin.post("/api/ticketMessages", note).await.expect(201);
        admin.put("/api/tickets/1", json!({ "status": "Closed", "customerRepID": kim })).await.expect(204);
        admin.put("/api/tickets/5", json!({ "status": "Closed" })).await.expect(204);
        installation.clock.advance(24 * HOUR);
        let (admin, by_kim) = (&installation.login("admin", PASSWORD).await, installation.login("kim", PASSWORD).await);
        mail(admin, "tomorrow").await;
        installation.run_jobs().await;

        let it = overview(admin, "from=2026-03-01").await;
        assert_eq!(it["created"]["count"], 7);
        let ages: Vec<u64> = it["openByAge"].as_array().unwrap().iter().map(|it| it["count"].as_u64().unwrap()).collect();
        assert_eq!(ages, [1, 0, 4, 0, 0, 0]);
        let first = &it["firstAnswer"];
        assert_eq!((&first["count"], &first["medianSeconds"], &first["p90Seconds"]), (&json!(3), &json!(7200), &json!(10800)));
        let resolution = &it["resolution"];
        assert_eq!((&resolution["count"], &resolution["medianSeconds"]), (&json!(2), &json!(10800)));
        let days: Vec<(u64, u64)> = it["days"].as_array().unwrap().iter().map(|it| (it["created"].as_u64().unwrap(), it["closed"].as_u64().unwrap())).collect();
        assert_eq!(days, [(0, 0), (6, 2), (1, 0)]);
        let topics = it["topics"].as_array().unwrap();
        assert_eq!((&topics[0]["topicID"], &topics[0]["count"]), (&Value::Null, &json!(6)));
        assert_eq!((&topics[1]["topicName"], &topics[1]["count"]), (&json!("Baggage"), &json!(1)));
        assert_eq!(topics[1]["days"], json!([{ "date": "2026-03-02T00:00:00Z", "count": 1 }]));
        let drafts = ["drafted", "unchanged", "edited", "discarded", "waiting"].map(|name| it["drafts"][name]["count"].as_u64().unwrap());
        assert_eq!(drafts, [5, 1, 1, 2, 1]);
        admin.put(&format!("/api/ticketMessages/{}/draft/rating", asked[0]), json!({ "isLiked": true })).await.expect(204);
        admin.put(&format!("/api/ticketMessages/{}/draft/rating", asked[3]), json!({ "isLiked": false })).await.expect(204);
        let rated = overview(admin, "from=2026-03-01").await;
        assert_eq!(["liked", "disliked"].map(|name| rated["drafts"][name]["count"].as_u64().unwrap()), [1, 1]);
        let reps: Vec<_> = it["reps"].as_array().unwrap().iter().map(|it| (it["customerRepName"].clone(), it["answers"].clone(), it["resolution"]["count"].clone())).collect();
        assert_eq!(reps, [(json!("admin"), json!(2), json!(0)), (json!("kim"), json!(1), json!(1))]);

        // Another time, another channel, other days.
        let none = overview(admin, "from=2026-02-01&to=2026-02-02").await;
        assert_eq!((&none["created"]["count"], &none["firstAnswer"]["medianSeconds"]), (&json!(0), &Value::Null));
        assert_eq!(overview(admin, "channelIDs=99").await["created"]["count"], 0);
        assert_eq!(overview(admin, "channelIDs=1&channelIDs=99").await["created"]["count"], 7);
        let shifted = overview(admin, "from=2026-03-02T00:00:00Z&utcOffset=-600").await;
        assert_eq!(shifted["days"][1]["date"], "2026-03-02T10:00:00Z");
        // An Agent's are of what they see: ticket 1 is theirs, the others nobody's.
        assert_eq!(overview(&by_kim, "from=2026-03-01").await["created"]["count"], 7);
        admin.put("/api/tickets/2/assign", json!({})).await.expect(204);
        assert_eq!(overview(&by_kim, "from=2026-03-01").await["drafts"]["drafted"]["count"], 4);
        let (_, stranger) = installation.other_tenant().await;
        assert_eq!(overview(&stranger, "from=2026-03-01").await["created"]["count"], 0);
        for (query, field) in [
            ("from=2026-03-02&to=2026-03-01", "to"),
            ("from=1990-01-01&to=2026-03-01", "from"),
            ("utcOffset=5000", "utcOffset"),
            ("from=soon", "from"),
        ] {
            admin.get(&format!("/api/Reports/overview?{query}")).await.expect_invalid(field);
        }
    }
}

db_test! {
    async fn what_became_of_a_draft_is_told_by_what_was_sent(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Mail" })).await.expect(201);
        let mut asked = Vec::new();
        for name in ["formatted", "retouched", "own-words", "with-a-copy"] {
            asked.push(mail(admin, name).await);
        }
        let whole = "Your bag is in Lima. It flies home tomorrow morning.";
        for message in &asked {
            draft_text(&installation, *message, whole).await;
        }
        installation.clock.advance(HOUR);
        let send = async |at: usize, text: &str| {
            let answer = json!({ "modifiedAnswer": text });
            admin.post(&format!("/api/ticketMessages/{}/send", asked[at]), answer).await.expect(200);
        };
        // What the dashboard's editor makes of the draft's paragraphs is the draft all the same.
        send(0, "<p>Your bag is in Lima.</p><p>It flies home <b>tomorrow</b> morning.</p>").await;
        send(1, "<p>Your bag is in Lima and flies home tomorrow morning, says the airline.</p>").await;
        send(2, "<p>Please call us about this.</p>").await;
        // An answer with a copy or a file is composed as a message of its own.
        let reply = json!({
            "ticketID": 4, "channelID": 1, "incoming": false, "senderType": "CustomerRep", "isDraft": true,
            "subject": "Re: with-a-copy", "replyToMessageID": asked[3],
        });
        let reply = admin.post("/api/ticketMessages/create-new", reply).await.expect(201)["messageID"].clone();
        let composed = json!({ "htmlBody": format!("<p>{whole}</p>"), "ccAddress": "boss@example.com" });
        admin.post(&format!("/api/ticketMessages/{reply}/send-new"), composed).await.expect(200);
        let read = admin.get(&format!("/api/ticketMessages/{}", asked[0])).await.expect(200);
        assert_eq!(read["aI_ModifiedResponse"], Value::Null, "nothing was modified");
        admin.post(&format!("/api/ticketMessages/{}/send", asked[3]), json!({})).await.expect(409);
        installation.allow_unfinished_jobs();

        let drafts = &overview(admin, "from=2026-03-01").await["drafts"];
        let counts = ["drafted", "unchanged", "edited", "discarded", "waiting"].map(|it| drafts[it]["count"].as_u64().unwrap());
        assert_eq!(counts, [4, 2, 1, 1, 0]);
    }
}

db_test! {
    async fn a_document_says_which_questions_it_answered(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Mail" })).await.expect(201);
        for name in ["Bags", "Seats"] {
            admin.post("/api/Documents", json!({ "name": name, "content": "Bags go to Lima." })).await.expect(201);
        }
        let (lee, _) = installation.rep("lee", Role::Agent).await;
        let (_, by_kim) = installation.rep("kim", Role::Agent).await;
        for name in ["one", "two"] {
            let message = mail(admin, name).await;
            draft(&installation, message).await;
        }
        mail(admin, "three").await;
        admin.put("/api/tickets/1", json!({ "customerRepID": lee })).await.expect(204);
        let uses = admin.get("/api/Documents/1/uses").await.expect(200);
        assert_eq!(uses["totalCount"], 2);
        let newest = &uses["items"][0];
        assert_eq!((&newest["ticketID"], &newest["subject"], &newest["isAnswered"]), (&json!(2), &json!("two"), &json!(false)));
        assert_eq!(newest["quotes"], json!(["Bags go to Lima."]));
        let page = admin.get("/api/Documents/1/uses?pageSize=1&pageNumber=2").await.expect(200);
        assert_eq!((&page["totalPages"], &page["items"][0]["ticketID"]), (&json!(2), &json!(1)));
        assert_eq!(by_kim.get("/api/Documents/1/uses").await.expect(200)["totalCount"], 1);
        assert_eq!(admin.get("/api/Documents/2/uses").await.expect(200)["totalCount"], 0);
        admin.delete("/api/tickets/2").await.expect(204);
        assert_eq!(admin.get("/api/Documents/1/uses").await.expect(200)["totalCount"], 1);
        let (_, stranger) = installation.other_tenant().await;
        stranger.get("/api/Documents/1/uses").await.expect(404);
        assert_eq!(lee, CustomerRepId(2));
        installation.allow_unfinished_jobs();
    }
}
