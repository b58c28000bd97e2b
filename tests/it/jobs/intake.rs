//! The pipeline of incoming messages.

use std::time::Duration;

use answerpal::domain::intake::{self, Outcome};
use answerpal::domain::{message_topics, messages as message_domain, topics};
use answerpal::model::stage::{self, STAGES};
use answerpal::model::{Actor, CustomerId, MessageId, TopicId, job};
use answerpal::store::{jobs as queue, messages};
use serde_json::{Value, json};

use crate::db_test;
use crate::support::Installation;

async fn channel(installation: &Installation) -> i64 {
    let new = json!({ "channelType": "Email", "name": "Mail" });
    installation.admin.post("/api/Channels", new).await.expect(201)["channelID"].as_i64().unwrap()
}

async fn mail(installation: &Installation, channel: i64) -> i64 {
    let new = json!({ "channelID": channel, "fromAddress": "anna@example.com", "subject": "Refund",
        "textBody": "Where is my refund?" });
    let made = installation.admin.post("/api/ticketMessages/create-new", new).await.expect(201);
    made["messageID"].as_i64().unwrap()
}

async fn states(installation: &Installation, id: i64) -> [String; 3] {
    let message = installation.admin.get(&format!("/api/ticketMessages/{id}")).await.expect(200);
    ["aISpamStatus", "aITopicsStatus", "aIReplyStatus"]
        .map(|it| message[it].as_str().unwrap_or("-").to_owned())
}

async fn stages(installation: &Installation, id: i64) -> Vec<Value> {
    let stages = installation.admin.get(&format!("/api/ticketMessages/{id}/stages")).await.expect(200);
    stages.as_array().unwrap().clone()
}

async fn end(installation: &Installation, customer: CustomerId, id: i64, kind: &str, outcome: Outcome) {
    let place = stage::of_job(kind).unwrap();
    installation
        .app
        .store
        .write(move |tx| {
            Box::pin(async move { intake::end_stage(tx, customer, MessageId(id), place, 1, outcome).await })
        })
        .await
        .unwrap();
}

db_test! {
    async fn stages_run_one_after_the_other_and_say_why_they_had_nothing_to_do(installation: Installation) {
        let channel = channel(&installation).await;
        let id = mail(&installation, channel).await;
        assert_eq!(states(&installation, id).await, ["Pending", "Pending", "Pending"]);
        assert_eq!(installation.unfinished_jobs().await, [("intake_pre_spam".to_owned(), 1)]);
        assert!(stages(&installation, id).await.is_empty());
        installation.run_jobs().await;
        assert_eq!(installation.unfinished_jobs().await, []);
        assert_eq!(states(&installation, id).await[1..], ["Skipped", "Skipped"]);
        let noted = stages(&installation, id).await;
        assert_eq!(noted.len(), STAGES.len());
        let topics = noted.iter().find(|it| it["stage"] == "topics").unwrap();
        assert_eq!(topics["reason"], "the tenant has no topics");
        // What a rep writes goes through no pipeline.
        let own = json!({ "channelID": channel, "toAddress": "anna@example.com", "incoming": false, "textBody": "Hello" });
        let own = installation.admin.post("/api/ticketMessages/create-new", own).await.expect(201);
        assert_eq!(own["aISpamStatus"], Value::Null);
        assert_eq!(installation.unfinished_jobs().await, []);
    }
}

db_test! {
    async fn an_outcome_takes_effect_once(installation: Installation) {
        let customer = installation.customer;
        let channel = channel(&installation).await;
        let id = mail(&installation, channel).await;
        let outcome = |lang: &'static str| Outcome::done().explained(json!({ "lang": lang })).with(move |_, _, mut message| {
            Box::pin(async move {
                message.lang = Some(lang.into());
                Ok(message)
            })
        });
        end(&installation, customer, id, job::INTAKE_SPAM, outcome("de")).await;
        // The worker was lost before its job was marked: the stage is begun again, and ends again.
        end(&installation, customer, id, job::INTAKE_SPAM, outcome("fr")).await;
        let message = installation.admin.get(&format!("/api/ticketMessages/{id}")).await.expect(200);
        assert_eq!((&message["lang"], &message["aISpamStatus"]), (&json!("de"), &json!("Done")));
        let waiting = installation.unfinished_jobs().await;
        assert_eq!(waiting, [("intake_post_spam".to_owned(), 1), ("intake_pre_spam".to_owned(), 1)]);
        installation.run_jobs().await;
        assert_eq!(stages(&installation, id).await.iter().filter(|it| it["evidence"] == json!({ "lang": "de" })).count(), 1);
    }
}

db_test! {
    async fn a_stop_skips_the_rest_and_says_why(installation: Installation) {
        let customer = installation.customer;
        let channel = channel(&installation).await;
        let id = mail(&installation, channel).await;
        end(&installation, customer, id, job::INTAKE_SPAM, Outcome::stop("it is spam")).await;
        assert_eq!(states(&installation, id).await, ["Done", "Skipped", "Skipped"]);
        for it in stages(&installation, id).await {
            assert_eq!(it["reason"], "it is spam");
        }
        installation.run_jobs().await;
        assert_eq!(states(&installation, id).await, ["Done", "Skipped", "Skipped"]);
    }
}

db_test! {
    async fn a_stage_that_fails_for_good_is_seen_and_lets_the_next_begin(installation: Installation) {
        let channel = channel(&installation).await;
        let id = mail(&installation, channel).await;
        let customer = installation.customer;
        end(&installation, customer, id, job::INTAKE_SPAM, Outcome::done()).await;
        end(&installation, customer, id, job::INTAKE_POST_SPAM, Outcome::done()).await;
        // A worker that dies with the job eleven times.
        installation.tamper("UPDATE jobs SET state = 'running', attempts = 11, lease_until = 1 WHERE kind = 'intake_topics'").await;
        installation.run_jobs().await;
        assert_eq!(states(&installation, id).await, ["Done", "Failed", "Skipped"]);
        let topics = stages(&installation, id).await.into_iter().find(|it| it["stage"] == "topics").unwrap();
        assert_eq!((&topics["status"], &topics["reason"]), (&json!("Failed"), &json!("its worker went away")));
        // Replayed, it ends well.
        let dead = installation.admin.get("/api/Jobs/dead").await.expect(200);
        let job = dead["items"][0]["jobID"].as_i64().unwrap();
        installation.admin.post(&format!("/api/Jobs/{job}/replay"), json!({})).await.expect(204);
        installation.run_jobs().await;
        assert_eq!(states(&installation, id).await, ["Done", "Skipped", "Skipped"]);
    }
}

db_test! {
    async fn a_message_that_is_gone_has_no_pipeline(installation: Installation) {
        let channel = channel(&installation).await;
        let id = mail(&installation, channel).await;
        installation.admin.delete(&format!("/api/ticketMessages/{id}")).await.expect(204);
        installation.run_jobs().await;
        assert_eq!(installation.unfinished_jobs().await, []);
        assert_eq!(installation.count("message_stages").await, 0);
        let other = mail(&installation, channel).await;
        installation.run_jobs().await;
        assert!(installation.count("message_stages").await > 0);
        let mut conn = installation.app.store.read().await.unwrap();
        let ticket = messages::get(&mut conn, installation.customer, MessageId(other)).await.unwrap().ticket_id;
        drop(conn);
        installation.admin.delete(&format!("/api/tickets/{ticket}")).await.expect(204);
        assert_eq!(installation.count("message_stages").await, 0);
    }
}

db_test! {
    async fn stages_are_the_tenants_own(installation: Installation) {
        let channel = channel(&installation).await;
        let id = mail(&installation, channel).await;
        installation.run_jobs().await;
        let (_, other) = installation.other_tenant().await;
        other.get(&format!("/api/ticketMessages/{id}/stages")).await.expect(404);
        let kinds = queue::unfinished(&mut installation.app.store.read().await.unwrap()).await.unwrap();
        assert!(kinds.is_empty());
    }
}

db_test! {
    async fn a_topic_that_is_deleted_while_it_is_given_leaves_no_link(installation: Installation) {
        let channel = channel(&installation).await;
        let id = mail(&installation, channel).await;
        let made = installation.admin.post("/api/Topics", json!({ "name": "Refunds" })).await.expect(201);
        let topic = TopicId(made["topicID"].as_i64().unwrap());
        let (app, customer) = (installation.app.clone(), installation.customer);
        let has_rows_locked = installation.database_url().is_some();
        let (given, is_given) = tokio::sync::oneshot::channel();
        let (deleted, is_deleted) = tokio::sync::oneshot::channel();
        let giving = app.store.write(move |tx| Box::pin(async move {
            let (_, message) = message_domain::lock_any(tx, customer, MessageId(id)).await?;
            message_topics::detected(tx, customer, Actor::System, message, &[(topic, 0.9)], false).await?;
            let _ = given.send(());
            // The deletion has its time to be done before this is written, were it not to wait for it. SQLite has
            // one writer, and no timer in it.
            if has_rows_locked {
                let _ = tokio::time::timeout(Duration::from_millis(300), is_deleted).await;
            }
            Ok(())
        }));
        let deleting = async {
            is_given.await.unwrap();
            let done = app.store.write(move |tx| Box::pin(async move {
                topics::delete(tx, customer, Actor::System, topic).await
            })).await;
            let _ = deleted.send(());
            done
        };
        let (gave, done) = tokio::join!(giving, deleting);
        gave.unwrap();
        done.unwrap();
        assert_eq!((installation.count("topics").await, installation.count("message_topics").await), (0, 0));
    }
}
