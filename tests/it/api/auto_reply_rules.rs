//! `/api/AutoReplyRules`, and the answers that go out by them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Client, Engine, Installation};

const DOCUMENT: &str = "A refund takes 5 working days after the parcel has reached our warehouse.";
const QUESTION: &str = "How many working days does a refund take after my parcel has reached your warehouse?";

async fn message(client: &Client, channel: &Value, extra: Value) -> Value {
    let mut body = json!({ "channelID": channel, "fromAddress": "anna@example.com", "subject": "Refund", "textBody": QUESTION });
    for (name, value) in extra.as_object().unwrap() {
        body[name] = value.clone();
    }
    client.post("/api/ticketMessages/create-new", body).await.expect(201)
}

fn path(message: &Value, rest: &str) -> String {
    format!("/api/ticketMessages/{}{rest}", message["messageID"])
}

async fn answered(client: &Client, message: &Value) -> bool {
    !client.get(&path(message, "")).await.expect(200)["answeredByMessageID"].is_null()
}

/// A desk whose people sent so many drafts as they were.
async fn desk(installation: &Installation, measured: usize) -> Value {
    let admin = &installation.admin;
    admin.post("/api/Documents", json!({ "name": "Refunds", "content": DOCUMENT })).await.expect(201);
    let body = json!({ "channelType": "Email", "name": "Mail", "emailAddress": "help@example.com" });
    let channel = admin.post("/api/Channels", body).await.expect(201)["channelID"].clone();
    for nth in 0..measured {
        let asked = message(admin, &channel, json!({ "fromAddress": format!("c{nth}@example.com") })).await;
        installation.run_jobs().await;
        admin.post(&path(&asked, "/send"), json!({})).await.expect(200);
    }
    installation.run_jobs().await;
    channel
}

db_test! {
    async fn rules_are_made_changed_and_deleted(installation: Installation) {
        let admin = &installation.admin;
        let made = admin.post("/api/AutoReplyRules", json!({})).await;
        assert_eq!(made.header("location"), "/api/AutoReplyRules/1");
        assert_eq!(made.expect(201), json!({
            "autoReplyRuleID": 1, "channelID": null, "topicID": null, "isActive": false, "mostWrong": 0.05,
            "leastConfidence": 0.0, "delayMinutes": 5, "mostPerDay": 50,
        }));
        let read = admin.get("/api/AutoReplyRules/1").await;
        let tag = read.header("etag").to_owned();
        let read = read.expect(200);
        assert_eq!((&read["measuredDrafts"], &read["measuredLeastConfidence"]), (&json!(0), &Value::Null));
        for (field, value) in [("channelID", json!(99)), ("topicID", json!(99)), ("mostWrong", json!(0.9)), ("leastConfidence", json!(2)), ("delayMinutes", json!(-1)), ("mostPerDay", json!(0))] {
            let mut body = json!({});
            body[field] = value;
            admin.post("/api/AutoReplyRules", body).await.expect_invalid(field);
        }
        let put = admin.request(axum::http::Method::PUT, "/api/AutoReplyRules/1", &[("if-match", &tag)], json!({ "isActive": true })).await;
        assert_eq!(put.expect(200)["isActive"], true);
        admin.request(axum::http::Method::PUT, "/api/AutoReplyRules/1", &[("if-match", &tag)], json!({ "isActive": false })).await.expect(412);
        let (_, other) = installation.other_tenant().await;
        other.get("/api/AutoReplyRules/1").await.expect(404);
        assert_eq!(other.get("/api/AutoReplyRules").await.expect(200), json!([]));
        let (_, agent) = installation.rep("agent", answerpal::model::Role::Agent).await;
        agent.post("/api/AutoReplyRules", json!({})).await.expect(403);
        admin.delete("/api/AutoReplyRules/1").await.expect(204);
        admin.delete("/api/AutoReplyRules/1").await.expect(404);
    }
}

db_test! {
    async fn one_rule_is_active_for_a_channel_and_topic(installation: Installation) {
        let admin = &installation.admin;
        let channel = admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Mail" })).await.expect(201)["channelID"].clone();
        let topic = admin.post("/api/Topics", json!({ "name": "Refunds" })).await.expect(201)["topicID"].clone();
        let path = |rule: &Value| format!("/api/AutoReplyRules/{}", rule["autoReplyRuleID"]);
        for (channel, topic) in [(json!(0), json!(0)), (channel.clone(), json!(0)), (json!(0), topic.clone()), (channel, topic)] {
            let body = json!({ "channelID": channel, "topicID": topic, "isActive": true });
            let first = admin.post("/api/AutoReplyRules", body.clone()).await.expect(201);
            let refused = admin.post("/api/AutoReplyRules", body.clone()).await.expect(409);
            let detail = refused["detail"].as_str().unwrap();
            assert!(detail.contains("channelID") && detail.contains("topicID"), "{detail}");
            // One that waits for its turn may be there.
            let mut waiting = body.clone();
            waiting["isActive"] = json!(false);
            let second = admin.post("/api/AutoReplyRules", waiting).await.expect(201);
            admin.put(&path(&second), json!({ "isActive": true })).await.expect(409);
            assert_eq!(admin.get(&path(&second)).await.expect(200)["isActive"], false);
            admin.put(&path(&first), json!({ "isActive": true, "mostPerDay": 7 })).await.expect(200);
            admin.put(&path(&first), json!({ "isActive": false })).await.expect(200);
            let (first, second) = (path(&first), path(&second));
            let (one, other) = tokio::join!(
                admin.put(&first, json!({ "isActive": true })),
                admin.put(&second, json!({ "isActive": true })),
            );
            let mut statuses = [one.status.as_u16(), other.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 409]);
        }
        // Nor by becoming one for the same.
        let other = admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Sales" })).await.expect(201)["channelID"].clone();
        let moved = admin.post("/api/AutoReplyRules", json!({ "channelID": other, "isActive": true })).await.expect(201);
        admin.put(&path(&moved), json!({ "channelID": 0 })).await.expect(409);
        let (_, stranger) = installation.other_tenant().await;
        stranger.post("/api/AutoReplyRules", json!({ "isActive": true })).await.expect(201);
    }
}

db_test! {
    async fn of_rules_that_were_active_together_the_newest_stays(installation: Installation) {
        let migration = match installation.engine {
            Engine::Sqlite => include_str!("../../../migrations/sqlite/0018_one_active_rule.sql"),
            Engine::Postgres => include_str!("../../../migrations/postgres/0018_one_active_rule.sql"),
        };
        let before = "DROP INDEX auto_reply_rules_active;
            INSERT INTO auto_reply_rules (customer_id, channel_id, topic_id, is_active, most_wrong, delay_minutes, most_per_day, created_at)
            VALUES (1, NULL, NULL, TRUE, 0.1, 5, 50, 0), (1, 3, NULL, TRUE, 0.1, 5, 50, 0), (1, NULL, NULL, FALSE, 0.1, 5, 50, 0),
                (1, NULL, NULL, TRUE, 0.1, 5, 50, 0), (1, 3, NULL, TRUE, 0.1, 5, 50, 0), (1, 3, 4, TRUE, 0.1, 5, 50, 0),
                (2, NULL, NULL, TRUE, 0.1, 5, 50, 0);";
        installation.tamper(before).await;
        installation.tamper(migration).await;
        let rules = installation.admin.get("/api/AutoReplyRules").await.expect(200);
        let active: Vec<bool> = rules.as_array().unwrap().iter().map(|it| it["isActive"].as_bool().unwrap()).collect();
        assert_eq!(active, [false, false, false, true, true, true]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_goes_out_by_itself_only_where_it_was_measured_to_be_right() {
    let installation = Installation::new(Engine::Sqlite).await.unwrap();
    installation.allow_unfinished_jobs();
    let admin = &installation.admin;
    let channel = desk(&installation, 30).await;
    admin.post("/api/AutoReplyRules", json!({ "isActive": true, "mostWrong": 0.05 })).await.expect(201);
    let later = Duration::from_secs(6 * 60);
    // 30 drafts without a mistake do not prove an error under 5 %.
    let asked = message(admin, &channel, json!({})).await;
    installation.run_jobs().await;
    installation.clock.advance(later);
    installation.run_jobs().await;
    assert!(!answered(admin, &asked).await);
    // They do prove one under 15 %.
    admin.put("/api/AutoReplyRules/1", json!({ "mostWrong": 0.15, "channelID": channel })).await.expect(200);
    assert!(admin.get("/api/AutoReplyRules/1").await.expect(200)["measuredLeastConfidence"].is_f64());
    let asked = message(admin, &channel, json!({})).await;
    let noreply = message(admin, &channel, json!({ "fromAddress": "noreply@example.com" })).await;
    let taken = message(admin, &channel, json!({})).await;
    let threat = json!({ "textBody": format!("{QUESTION} My lawyer wants to know.") });
    let threat = message(admin, &channel, threat).await;
    let foreign = message(admin, &channel, json!({})).await;
    installation.run_jobs().await;
    admin.put(&path(&foreign, ""), json!({ "lang": "nl" })).await.expect(204);
    assert!(!answered(admin, &asked).await, "people may step in first");
    admin.put(&format!("/api/tickets/{}/assign", taken["ticketID"]), json!({})).await.expect(204);
    installation.clock.advance(later);
    installation.run_jobs().await;
    assert!(answered(admin, &asked).await);
    // What nobody has judged proves nothing; a customer who likes or dislikes it does.
    let measured = async || {
        let rule = admin.get("/api/AutoReplyRules/1").await.expect(200);
        (rule["measuredDrafts"].clone(), rule["measuredWrong"].clone())
    };
    assert_eq!(measured().await, (json!(30), json!(0)));
    admin.put(&path(&asked, "/draft/rating"), json!({ "isLiked": true })).await.expect(204);
    assert_eq!(measured().await, (json!(31), json!(0)));
    admin.put(&path(&asked, "/draft/rating"), json!({ "isLiked": false })).await.expect(204);
    assert_eq!(measured().await, (json!(31), json!(1)));
    assert!(!answered(admin, &noreply).await && !answered(admin, &taken).await);
    for (held, why) in [
        (&noreply, "from a machine"),
        (&threat, "complains or threatens"),
        (&foreign, "in another language than the message"),
    ] {
        assert!(!answered(admin, held).await, "{why}");
        let events = admin.get(&format!("/api/tickets/{}/events", held["ticketID"])).await.text();
        assert!(
            events.contains("ticketMessage.notAnsweredAutomatically") && events.contains(why),
            "{why}: {events}"
        );
    }
    let list = admin.get(&format!("/api/ticketMessages?ticketId={}", asked["ticketID"])).await.expect(200);
    let reply = &list["items"][1];
    assert_eq!((&reply["senderType"], &reply["customerRepID"]), (&json!("AI"), &Value::Null));
    let full = admin.get(&path(reply, "")).await.expect(200);
    assert_eq!(full["deliveryStatus"], "Sent");
    let events = admin.get(&format!("/api/tickets/{}/events", asked["ticketID"])).await.text();
    assert!(events.contains("ticketMessage.answeredAutomatically"), "{events}");
    // Not twice in a row.
    let again =
        json!({ "ticketID": asked["ticketID"], "textBody": QUESTION, "fromAddress": "anna@example.com" });
    let again = admin.post("/api/ticketMessages", again).await.expect(201);
    installation.run_jobs().await;
    installation.clock.advance(later);
    installation.run_jobs().await;
    assert!(!answered(admin, &again).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn delay_cap_and_people_hold_answers_back() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(installation) = Installation::new(engine).await else { continue };
        installation.allow_unfinished_jobs();
        let channel = desk(&installation, 30).await;
        let admin = &installation.admin;
        let rule = json!({ "isActive": true, "mostWrong": 0.15, "delayMinutes": 10, "mostPerDay": 1 });
        admin.post("/api/AutoReplyRules", rule).await.expect(201);
        let from = |nth: usize| json!({ "fromAddress": format!("new{nth}@example.com") });
        let first = message(admin, &channel, from(1)).await;
        let second = message(admin, &channel, from(2)).await;
        let edited = message(admin, &channel, from(3)).await;
        let followed = message(admin, &channel, from(4)).await;
        installation.run_jobs().await;
        admin.put(&path(&edited, ""), json!({ "aI_ModifiedResponse": "Soon." })).await.expect(204);
        let more = json!({ "ticketID": followed["ticketID"], "fromAddress": "new4@example.com", "textBody": "Hello?" });
        admin.post("/api/ticketMessages", more).await.expect(201);
        // Before the delay is over nothing goes out.
        installation.clock.advance(Duration::from_secs(9 * 60));
        installation.run_jobs().await;
        for asked in [&first, &second, &edited, &followed] {
            assert!(!answered(admin, asked).await);
        }
        installation.clock.advance(Duration::from_secs(2 * 60));
        installation.run_jobs().await;
        // One a day: the other one is held back, and people see why.
        assert!(answered(admin, &first).await && !answered(admin, &second).await);
        assert!(!answered(admin, &edited).await && !answered(admin, &followed).await);
        for (asked, why) in [
            (&second, "as many as it may in a day"),
            (&edited, "a person has taken it on"),
            (&followed, "has written again"),
        ] {
            let events = admin.get(&format!("/api/tickets/{}/events", asked["ticketID"])).await.text();
            assert!(
                events.contains("ticketMessage.notAnsweredAutomatically") && events.contains(why),
                "{why}: {events}"
            );
        }
        // A day later there is room again.
        installation.clock.advance(Duration::from_secs(24 * 3600));
        let admin = &installation.login("admin", crate::support::PASSWORD).await;
        let third = message(admin, &channel, from(5)).await;
        installation.run_jobs().await;
        installation.clock.advance(Duration::from_secs(11 * 60));
        installation.run_jobs().await;
        assert!(answered(admin, &third).await);
    }
}
