//! Topics are detected, explained, taught and forgotten.

use answerpal::model::Role;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Client, Engine, Installation};

pub async fn topic(admin: &Client, name: &str, description: &str) -> i64 {
    let new = json!({ "name": name, "description": description });
    admin.post("/api/Topics", new).await.expect(201)["topicID"].as_i64().unwrap()
}

pub async fn channel(admin: &Client) -> i64 {
    let new = json!({ "channelType": "Email", "name": "Mail" });
    admin.post("/api/Channels", new).await.expect(201)["channelID"].as_i64().unwrap()
}

pub async fn message(admin: &Client, channel: i64, text: &str) -> i64 {
    let new = json!({ "channelID": channel, "fromAddress": "anna@example.com", "textBody": text });
    admin.post("/api/ticketMessages/create-new", new).await.expect(201)["messageID"].as_i64().unwrap()
}

pub async fn detect(admin: &Client, id: i64) -> Vec<Value> {
    admin.post(&format!("/api/ticketMessages/{id}/detect-topics"), json!({})).await.expect(204);
    topics(admin, id).await
}

pub async fn topics(admin: &Client, id: i64) -> Vec<Value> {
    let message = admin.get(&format!("/api/ticketMessages/{id}")).await.expect(200);
    message["topics"].as_array().unwrap().clone()
}

pub async fn correct(admin: &Client, id: i64, topics: &[i64]) {
    let body = json!({ "topicIds": topics });
    admin.post(&format!("/api/ticketMessages/{id}/correct-topics"), body).await.expect(204);
}

pub async fn explain(admin: &Client, id: i64, query: &str) -> Value {
    admin.get(&format!("/api/ticketMessages/{id}/topics/explain{query}")).await.expect(200)
}

/// Two topics that are far from each other.
pub async fn two_topics(admin: &Client) -> (i64, i64) {
    let refunds =
        topic(admin, "Refunds", "The customer wants their money back for something they bought").await;
    let password =
        topic(admin, "Password", "The customer cannot log in or has forgotten their password").await;
    (refunds, password)
}

db_test! {
    async fn the_pipeline_detects_topics_with_confidence_and_says_why(installation: Installation) {
        let admin = &installation.admin;
        let (refunds, password) = two_topics(admin).await;
        let channel = channel(admin).await;
        let id = message(admin, channel, "I want my money back for the shoes, please refund me").await;
        installation.run_jobs().await;
        let found = topics(admin, id).await;
        assert_eq!((&found[0]["topicID"], &found[0]["corrected"]), (&json!(refunds), &json!(false)));
        let confidence = found[0]["confidence"].as_f64().unwrap();
        assert!((0.5..=1.0).contains(&confidence), "{confidence}");
        let why = explain(admin, id, "").await;
        assert_eq!((&why["aITopicsStatus"], &why["corrected"], &why["examples"]), (&json!("Done"), &json!(false), &json!(0)));
        assert_eq!(why["probabilities"][0]["topicName"], "Refunds");
        let sum: f64 = why["probabilities"].as_array().unwrap().iter().map(|it| it["probability"].as_f64().unwrap()).sum();
        assert!((sum + why["noneOfThese"].as_f64().unwrap() - 1.0).abs() < 0.001, "{why}");
        let ticket = admin.get(&format!("/api/ticketMessages/{id}")).await.expect(200)["ticketID"].clone();
        assert_eq!(admin.get(&format!("/api/tickets/{ticket}")).await.expect(200)["topics"][0], "Refunds");
        // Again, it is the same; nothing is noted of what did not change.
        let events = installation.count("events").await;
        assert_eq!(detect(admin, id).await[0]["ticketMessageTopicID"], found[0]["ticketMessageTopicID"]);
        assert_eq!(installation.count("events").await, events);
        let other = message(admin, channel, "I forgot my password and cannot sign in").await;
        assert_eq!(detect(admin, other).await[0]["topicID"], password);
        installation.run_jobs().await;
    }
}

db_test! {
    async fn a_message_about_two_matters_has_both_topics(installation: Installation) {
        let admin = &installation.admin;
        let (refunds, password) = two_topics(admin).await;
        let channel = channel(admin).await;
        let text = "I want my money back for the shoes that I bought. I also forgot my password and cannot log in";
        let id = message(admin, channel, text).await;
        let mut found: Vec<i64> = detect(admin, id).await.iter().map(|it| it["topicID"].as_i64().unwrap()).collect();
        found.sort_unstable();
        assert_eq!(found, [refunds, password]);
        let why = explain(admin, id, "").await;
        let of_pieces: Vec<&Value> = why["pieces"].as_array().unwrap().iter().map(|it| &it["topicName"]).collect();
        assert_eq!((of_pieces[0], of_pieces.last().unwrap(), &why["decision"]), (&json!("Refunds"), &&json!("Password"), &json!("Sure")));
        let sum: f64 = why["probabilities"].as_array().unwrap().iter().map(|it| it["probability"].as_f64().unwrap()).sum();
        assert!((sum + why["noneOfThese"].as_f64().unwrap() - 1.0).abs() < 0.001, "{why}");
        installation.run_jobs().await;
    }
}

db_test! {
    async fn a_correction_teaches_the_next_message_and_can_be_taken_back(installation: Installation) {
        let admin = &installation.admin;
        let (refunds, password) = two_topics(admin).await;
        let channel = channel(admin).await;
        let text = "The blue widget hums at night";
        let first = message(admin, channel, text).await;
        let guess = detect(admin, first).await.first().map_or(refunds, |it| it["topicID"].as_i64().unwrap());
        let right = if guess == refunds { password } else { refunds };
        correct(admin, first, &[right]).await;
        // Taught: the next message like it has the topic.
        let second = message(admin, channel, "My blue widget hums at night again").await;
        assert_eq!(detect(admin, second).await[0]["topicID"], right);
        let why = explain(admin, second, "").await;
        let nearest = &why["nearest"][0];
        assert_eq!((&nearest["example"]["messageID"], &nearest["example"]["text"]), (&json!(first), &json!(text)));
        assert!(nearest["similarity"].as_f64().unwrap() > 0.7, "{why}");
        // It is seen, and forgotten at a click.
        let learned = admin.get(&format!("/api/Topics/{right}/examples")).await.expect(200);
        assert_eq!((&learned["totalCount"], &learned["items"][0]["text"]), (&json!(1), &json!(text)));
        let example = learned["items"][0]["exampleID"].as_i64().unwrap();
        admin.delete(&format!("/api/TopicExamples/{example}")).await.expect(204);
        admin.delete(&format!("/api/TopicExamples/{example}")).await.expect(404);
        assert_eq!(admin.get("/api/TopicExamples").await.expect(200)["totalCount"], 0);
        let now = explain(admin, second, "?now=true").await;
        assert_eq!((&now["examples"], &now["nearest"]), (&json!(0), &json!([])));
        assert_eq!(topics(admin, first).await[0]["topicID"], right, "the message keeps what a person said");
        // What a deleted message taught goes with it.
        correct(admin, second, &[right]).await;
        assert_eq!(admin.get("/api/TopicExamples").await.expect(200)["totalCount"], 1);
        admin.delete(&format!("/api/ticketMessages/{second}")).await.expect(204);
        assert_eq!(admin.get("/api/TopicExamples").await.expect(200)["totalCount"], 0);
        installation.run_jobs().await;
    }
}

db_test! {
    async fn what_a_person_said_stays_unless_it_is_to_be_replaced(installation: Installation) {
        let admin = &installation.admin;
        let (refunds, password) = two_topics(admin).await;
        let channel = channel(admin).await;
        let id = message(admin, channel, "I forgot my password and cannot sign in").await;
        correct(admin, id, &[refunds]).await;
        installation.run_jobs().await;
        assert_eq!(detect(admin, id).await[0]["topicID"], refunds);
        correct(admin, id, &[]).await;
        assert!(detect(admin, id).await.is_empty());
        assert_eq!(explain(admin, id, "").await["corrected"], true);
        let none = admin.get("/api/TopicExamples?topicId=0").await.expect(200);
        assert_eq!(none["items"][0]["topics"], json!([]));
        let example = none["items"][0]["exampleID"].as_i64().unwrap();
        admin.delete(&format!("/api/TopicExamples/{example}")).await.expect(204);
        let path = format!("/api/ticketMessages/{id}/detect-topics?replaceCorrected=true");
        admin.post(&path, json!({})).await.expect(204);
        let found = topics(admin, id).await;
        assert_eq!((&found[0]["topicID"], &found[0]["corrected"]), (&json!(password), &json!(false)));
    }
}

db_test! {
    async fn an_operator_asks_for_few_errors_and_gets_no_guesses(installation: Installation) {
        let admin = &installation.admin;
        two_topics(admin).await;
        let channel = channel(admin).await;
        let id = message(admin, channel, "Hello, a question about your company").await;
        admin.put("/api/Customers/me/ai", json!({ "topicsMostWrong": 0.001 })).await.expect(204);
        assert!(detect(admin, id).await.is_empty());
        let why = explain(admin, id, "").await;
        assert_eq!((&why["aITopicsStatus"], &why["topicsMostWrong"]), (&json!("Done"), &json!(0.001)));
        assert!(why["reason"].is_string(), "{why}");
        for (body, field) in [
            (json!({ "topicsMostWrong": 0.7 }), "topicsMostWrong"),
            (json!({ "topicsMostWrong": -0.1 }), "topicsMostWrong"),
            (json!({ "languages": ["english!"] }), "languages"),
            (json!({ "embeddingEndpoint": "https://x.example.com/v1" }), "embeddingModel"),
            (json!({ "embeddingEndpoint": "gopher://x", "embeddingModel": "m" }), "embeddingEndpoint"),
        ] {
            admin.put("/api/Customers/me/ai", body).await.expect_invalid(field);
        }
        let unknown = format!("/api/ticketMessages/{id}/detect-topics?overrideModelID=nothing");
        admin.post(&unknown, json!({})).await.expect_invalid("overrideModelID");
        let known = format!("/api/ticketMessages/{id}/detect-topics?overrideModelID=all-minilm-l6-v2_use-multilingual-3");
        admin.post(&known, json!({})).await.expect(204);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_on_one_database_learn_from_each_other() {
    let Some(installation) = Installation::new(Engine::Postgres).await else { return };
    let second = installation.second_process().await;
    let admin = &installation.admin;
    let (refunds, password) = two_topics(admin).await;
    let channel = channel(admin).await;
    let first = message(admin, channel, "The blue widget hums at night").await;
    let guess = detect(admin, first).await.first().map_or(refunds, |it| it["topicID"].as_i64().unwrap());
    let right = if guess == refunds { password } else { refunds };
    let id = message(admin, channel, "My blue widget hums at night again").await;
    // Both processes have their classifiers before one of them is taught.
    let there = Client::new(answerpal::api::router(second.clone()), None);
    let answer = there
        .post("/api/Auth/login", json!({ "username": "admin", "password": crate::support::PASSWORD }))
        .await
        .expect(200);
    let there = there.with_authorization(Some(format!("Bearer {}", answer["token"].as_str().unwrap())));
    explain(&there, id, "?now=true").await;
    correct(admin, first, &[right]).await;
    assert_eq!(detect(&there, id).await[0]["topicID"], right);
    installation.run_jobs().await;
    second.store.close().await;
}

db_test! {
    async fn examples_are_the_tenants_own(installation: Installation) {
        let admin = &installation.admin;
        let (refunds, _) = two_topics(admin).await;
        let channel = channel(admin).await;
        let id = message(admin, channel, "The blue widget hums at night").await;
        correct(admin, id, &[refunds]).await;
        let example = admin.get("/api/TopicExamples").await.expect(200)["items"][0]["exampleID"].as_i64().unwrap();
        let (_, other) = installation.other_tenant().await;
        assert_eq!(other.get("/api/TopicExamples").await.expect(200)["totalCount"], 0);
        other.delete(&format!("/api/TopicExamples/{example}")).await.expect(404);
        other.get(&format!("/api/ticketMessages/{id}/topics/explain")).await.expect(404);
        other.post(&format!("/api/ticketMessages/{id}/detect-topics"), json!({})).await.expect(404);
        other.get(&format!("/api/Topics/{refunds}/examples")).await.expect(404);
    }
}

db_test! {
    async fn an_agent_is_told_of_no_example_from_a_ticket_that_they_do_not_see(installation: Installation) {
        let admin = &installation.admin;
        let (refunds, _) = two_topics(admin).await;
        let channel = channel(admin).await;
        let (kim, by_kim) = installation.rep("kim", Role::Agent).await;
        let (_, by_lee) = installation.rep("lee", Role::Agent).await;
        let id = message(admin, channel, "The blue widget hums at night").await;
        correct(admin, id, &[refunds]).await;
        let ticket = admin.get(&format!("/api/ticketMessages/{id}")).await.expect(200)["ticketID"].clone();
        let examples = async |client: &Client| {
            let of_topic = client.get(&format!("/api/Topics/{refunds}/examples")).await.expect(200);
            assert_eq!(client.get("/api/TopicExamples").await.expect(200), of_topic);
            let ids = of_topic["items"].as_array().unwrap().iter().map(|it| it["messageID"].as_i64()).collect();
            (of_topic["totalCount"].clone(), ids)
        };
        let (all, none) = ((json!(1), vec![Some(id)]), (json!(0), vec![]));
        assert_eq!(examples(&by_lee).await, all, "unassigned");
        admin.put(&format!("/api/tickets/{ticket}"), json!({ "customerRepID": kim })).await.expect(204);
        assert_eq!(examples(&by_lee).await, none);
        for client in [admin, &by_kim] {
            assert_eq!(examples(client).await, all);
        }
        // What it was told from, where another message is like it.
        let like_it = message(admin, channel, "The blue widget hums at noon").await;
        let nearest = explain(&by_lee, like_it, "?now=true").await["nearest"].clone();
        assert!(!nearest.to_string().contains(&format!("\"messageID\":{id}")), "{nearest}");
    }
}

/// People correct while messages are read: whatever is read is read with a whole classifier, and in the end
/// every lesson is known.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn learning_and_classifying_at_once_loses_no_lesson() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(installation) = Installation::new(engine).await else { continue };
        let admin = &installation.admin;
        let (refunds, password) = two_topics(admin).await;
        let channel = channel(admin).await;
        let lessons: Vec<(i64, i64)> = {
            let mut lessons = Vec::new();
            for nth in 0..40 {
                let topic = if nth % 2 == 0 { refunds } else { password };
                let word = if nth % 2 == 0 { "zorblax" } else { "quindle" };
                lessons
                    .push((message(admin, channel, &format!("the {word} number {nth} hums")).await, topic));
            }
            lessons
        };
        let asked = message(admin, channel, "a zorblax and its hum").await;
        let teach = async |part: &[(i64, i64)]| {
            for (id, topic) in part {
                correct(admin, *id, &[*topic]).await;
            }
        };
        let read = async || {
            for _ in 0..20 {
                let why = explain(admin, asked, "?now=true").await;
                let sum: f64 = why["probabilities"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|it| it["probability"].as_f64().unwrap())
                    .sum();
                assert!((sum + why["noneOfThese"].as_f64().unwrap() - 1.0).abs() < 0.001, "{why}");
            }
        };
        tokio::join!(teach(&lessons[..20]), teach(&lessons[20..]), read(), read());
        let why = explain(admin, asked, "?now=true").await;
        assert_eq!(why["examples"], 40, "{why}");
        assert_eq!(why["probabilities"][0]["topicID"], refunds, "{why}");
        assert_eq!(admin.get("/api/TopicExamples").await.expect(200)["totalCount"], 40);
        let other = message(admin, channel, "my quindle hums").await;
        assert_eq!(detect(admin, other).await[0]["topicID"], password);
        installation.run_jobs().await;
    }
}

db_test! {
    async fn a_topic_that_nobody_set_goes_with_what_detection_gave(installation: Installation) {
        let admin = &installation.admin;
        let (refunds, password) = two_topics(admin).await;
        let channel = channel(admin).await;
        let given = message(admin, channel, "Please pay back the money for my broken lamp").await;
        let set = message(admin, channel, "I cannot log in").await;
        installation.run_jobs().await;
        assert_eq!(detect(admin, given).await[0]["topicID"], refunds);
        assert_eq!(detect(admin, set).await[0]["topicID"], password);
        correct(admin, set, &[password]).await;
        admin.delete(&format!("/api/Topics/{password}")).await.expect(409);
        admin.delete(&format!("/api/Topics/{refunds}")).await.expect(204);
        assert!(topics(admin, given).await.is_empty());
        let list = admin.get("/api/tickets?sortBy=ticketID").await.expect(200);
        assert_eq!((&list["items"][0]["topics"], &list["items"][1]["topics"]), (&json!([]), &json!(["Password"])));
        // Once it is off the messages that people gave it to, it can go too.
        correct(admin, set, &[]).await;
        admin.delete(&format!("/api/Topics/{password}")).await.expect(204);
        assert!(detect(admin, given).await.is_empty());
        installation.run_jobs().await;
    }
}
