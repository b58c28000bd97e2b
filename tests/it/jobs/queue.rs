//! Leases, retries, dead letters, deduplication.

use std::time::Duration;

use answerpal::domain::mails;
use answerpal::jobs;
use answerpal::model::{CustomerId, Timestamp, job};
use answerpal::store::jobs as store;
use serde_json::json;

use crate::db_test;
use crate::support::Installation;

async fn queue_mail(installation: &Installation, customer: CustomerId) -> i64 {
    let mail = mails::compose(&installation.app, "test", "kim@example.com", "Hello", "The body").unwrap();
    installation
        .app
        .store
        .write(move |tx| Box::pin(async move { mails::queue(tx, customer, &mail).await }))
        .await
        .unwrap()
}

/// A mail that no key opens: its delivery fails.
async fn queue_broken_mail(installation: &Installation) -> i64 {
    let customer = installation.customer;
    let mut mail = mails::compose(&installation.app, "test", "kim@example.com", "Hello", "The body").unwrap();
    mail.body.truncate(30);
    installation
        .app
        .store
        .write(move |tx| Box::pin(async move { mails::queue(tx, customer, &mail).await }))
        .await
        .unwrap()
}

async fn status(installation: &Installation, mail: i64) -> String {
    let mut conn = installation.app.store.read().await.unwrap();
    let mail = answerpal::store::mails::get(&mut conn, installation.customer, mail).await.unwrap();
    mail.delivery_status.to_string()
}

async fn claim(installation: &Installation, worker: &'static str) -> Vec<job::Job> {
    let kinds = vec![job::DELIVER_MAIL.to_owned()];
    installation
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                store::release_expired(tx, 10).await?;
                let until = Timestamp(tx.now.0 + 60_000_000);
                store::claim(tx, worker, &kinds, 10, until).await
            })
        })
        .await
        .unwrap()
}

db_test! {
    async fn a_queued_mail_goes_out_once(installation: Installation) {
        let mail = queue_mail(&installation, installation.customer).await;
        assert_eq!(status(&installation, mail).await, "Queued");
        installation.run_jobs().await;
        assert_eq!(status(&installation, mail).await, "Sent");
        assert_eq!(installation.unfinished_jobs().await, []);
    }
}

db_test! {
    async fn a_dedup_key_keeps_the_first_job_only(installation: Installation) {
        let customer = installation.customer;
        let (other, _) = installation.other_tenant().await;
        installation.app.store.write(move |tx| Box::pin(async move {
            let now = tx.now;
            for tenant in [customer, customer, other] {
                store::enqueue(tx, tenant, job::DELIVER_MAIL, 1, now, Some("same")).await?;
            }
            store::enqueue(tx, customer, job::DELIVER_MAIL, 1, now, None).await?;
            store::enqueue(tx, customer, job::DELIVER_MAIL, 1, now, None).await
        })).await.unwrap();
        assert_eq!(installation.unfinished_jobs().await, [("deliver_mail".to_owned(), 4)]);
        installation.run_jobs().await;
        installation.app.store.write(move |tx| Box::pin(async move {
            let now = tx.now;
            store::enqueue(tx, customer, job::DELIVER_MAIL, 1, now, Some("same")).await
        })).await.unwrap();
        assert_eq!(installation.unfinished_jobs().await, [], "what is done is not done again");
    }
}

db_test! {
    async fn a_job_whose_worker_is_lost_is_begun_again(installation: Installation) {
        let mail = queue_mail(&installation, installation.customer).await;
        let lost = claim(&installation, "lost").await;
        assert_eq!(lost.len(), 1);
        assert!(claim(&installation, "other").await.is_empty(), "it is leased");
        installation.run_jobs().await;
        assert_eq!(status(&installation, mail).await, "Queued");
        installation.clock.advance(Duration::from_secs(61));
        installation.run_jobs().await;
        assert_eq!(status(&installation, mail).await, "Sent");
        // The lost one turns up late: what it says no longer counts.
        let late = lost[0].clone();
        let counted = installation.app.store
            .write(move |tx| Box::pin(async move { store::retry(tx, "lost", &late, tx.now, "late").await }))
            .await
            .unwrap();
        assert!(!counted);
        assert_eq!(installation.unfinished_jobs().await, []);
    }
}

db_test! {
    async fn a_heartbeat_keeps_the_lease(installation: Installation) {
        queue_mail(&installation, installation.customer).await;
        let held = claim(&installation, "one").await;
        for _ in 0..3 {
            installation.clock.advance(Duration::from_secs(40));
            let id = held[0].job_id;
            let kept = installation.app.store
                .write(move |tx| Box::pin(async move {
                    let until = Timestamp(tx.now.0 + 60_000_000);
                    store::extend(tx, "one", vec![id], until).await
                }))
                .await
                .unwrap();
            assert_eq!(kept, [(id, 1)]);
            assert!(claim(&installation, "two").await.is_empty());
        }
        installation.clock.advance(Duration::from_secs(61));
        assert_eq!(claim(&installation, "two").await[0].attempts, 2);
        installation.clock.advance(Duration::from_secs(61));
        installation.run_jobs().await;
    }
}

db_test! {
    async fn retries_double_from_five_seconds_then_leave_a_dead_letter(installation: Installation) {
        let mail = queue_broken_mail(&installation).await;
        let admin = &installation.admin;
        installation.run_jobs().await;
        for retry in 0..10 {
            assert_eq!(admin.get("/api/Jobs/dead").await.expect(200)["totalCount"], 0, "retry {retry}");
            installation.clock.advance(Duration::from_secs(5 << retry) - Duration::from_micros(1));
            installation.run_jobs().await;
            assert_eq!(installation.unfinished_jobs().await.len(), 1);
            installation.clock.advance(Duration::from_micros(1));
            installation.run_jobs().await;
        }
        let dead = admin.get("/api/Jobs/dead").await.expect(200);
        assert_eq!(dead["totalCount"], 1);
        let letter = &dead["items"][0];
        assert_eq!((&letter["kind"], &letter["subjectID"], &letter["attempts"]), (&json!("deliver_mail"), &json!(mail), &json!(11)));
        assert!(letter["lastError"].as_str().unwrap().contains("does not open"), "{letter}");
        // Replayed, it has all its retries again.
        let id = letter["jobID"].as_i64().unwrap();
        admin.post(&format!("/api/Jobs/{id}/replay"), json!({})).await.expect(204);
        assert_eq!(admin.get("/api/jobs/dead").await.expect(200)["totalCount"], 0);
        admin.post(&format!("/api/Jobs/{id}/replay"), json!({})).await.expect(409);
        installation.run_jobs().await;
        assert_eq!(installation.unfinished_jobs().await.len(), 1);
        installation.allow_unfinished_jobs();
    }
}

db_test! {
    async fn dead_letters_are_the_tenants_own_and_for_administrators(installation: Installation) {
        let (_, other) = installation.other_tenant().await;
        queue_broken_mail(&installation).await;
        for _ in 0..11 {
            installation.run_jobs().await;
            installation.clock.advance(Duration::from_secs(2560));
        }
        let admin = installation.login("admin", crate::support::PASSWORD).await;
        let id = admin.get("/api/Jobs/dead").await.expect(200)["items"][0]["jobID"].as_i64().unwrap();
        let other = other.with_authorization(None);
        other.get("/api/Jobs/dead").await.expect(401);
        let other = installation.login("other-admin", crate::support::PASSWORD).await;
        assert_eq!(other.get("/api/Jobs/dead").await.expect(200)["totalCount"], 0);
        other.post(&format!("/api/Jobs/{id}/replay"), json!({})).await.expect(404);
        other.delete(&format!("/api/Jobs/{id}")).await.expect(404);
        admin.delete(&format!("/api/Jobs/{id}")).await.expect(204);
        admin.delete(&format!("/api/Jobs/{id}")).await.expect(404);
        assert_eq!(admin.get("/api/Jobs/dead").await.expect(200)["totalCount"], 0);
        let waiting = queue_mail(&installation, installation.customer).await;
        admin.delete(&format!("/api/Jobs/{}", id + 1)).await.expect(409);
        installation.run_jobs().await;
        assert_eq!(status(&installation, waiting).await, "Sent");
        admin.post("/api/Jobs/x/replay", json!({})).await.expect(404);
    }
}

db_test! {
    async fn workers_run_what_is_enqueued_and_stop(installation: Installation) {
        let workers = jobs::start(&installation.app);
        let mail = queue_mail(&installation, installation.customer).await;
        installation.eventually(async || status(&installation, mail).await == "Sent").await;
        workers.stop().await;
        queue_mail(&installation, installation.customer).await;
        assert_eq!(installation.unfinished_jobs().await.len(), 1);
        installation.run_jobs().await;
    }
}

db_test! {
    async fn a_message_whose_delivery_fails_for_good_shows_it(installation: Installation) {
        let admin = &installation.admin;
        let channel = json!({ "channelType": "Email", "name": "Mail", "emailAddress": "help@example.com" });
        let channel = admin.post("/api/Channels", channel).await.expect(201)["channelID"].clone();
        let mail = json!({ "channelID": channel, "fromAddress": "a@example.com", "subject": "Hi", "textBody": "Hi" });
        let made = admin.post("/api/ticketMessages/create-new", mail).await.expect(201);
        installation.run_jobs().await;
        let send = format!("/api/ticketMessages/{}/send", made["messageID"]);
        admin.post(&send, json!({ "modifiedAnswer": "Hello" })).await.expect(200);
        let reply = admin.get(&format!("/api/ticketMessages/{}", made["messageID"])).await.expect(200);
        let reply = format!("/api/ticketMessages/{}", reply["answeredByMessageID"]);
        // Worker after worker takes it and is never heard of again.
        for _ in 0..11 {
            installation.app.store.write(move |tx| Box::pin(async move {
                store::release_expired(tx, 10).await?;
                let until = Timestamp(tx.now.0 + 60_000_000);
                store::claim(tx, "lost", &[job::DELIVER_MESSAGE.to_owned()], 1, until).await
            })).await.unwrap();
            installation.clock.advance(Duration::from_secs(61));
        }
        assert_eq!(admin.get(&reply).await.expect(200)["deliveryStatus"], "Queued");
        // The runner looks for due jobs of all kinds, and buries it.
        queue_mail(&installation, installation.customer).await;
        installation.run_jobs().await;
        assert_eq!(admin.get(&reply).await.expect(200)["deliveryStatus"], "Failed");
        let dead = admin.get("/api/Jobs/dead").await.expect(200);
        let replay = format!("/api/Jobs/{}/replay", dead["items"][0]["jobID"]);
        admin.post(&replay, json!({})).await.expect(204);
        assert_eq!(admin.get(&reply).await.expect(200)["deliveryStatus"], "Queued");
        admin.post(&replay, json!({})).await.expect(409);
        installation.run_jobs().await;
        assert_eq!(admin.get(&reply).await.expect(200)["deliveryStatus"], "Sent");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_on_one_database_share_the_jobs() {
    let Some(installation) = Installation::new(crate::support::Engine::Postgres).await else { return };
    let second = installation.second_process().await;
    for _ in 0..200 {
        queue_mail(&installation, installation.customer).await;
    }
    // Neither goes on before the other has its first jobs.
    let begun = tokio::sync::Barrier::new(2);
    // Both claim at once, many times: no job is given to both.
    let kinds = vec![job::DELIVER_MAIL.to_owned()];
    let claims = async |app: &answerpal::app::App, worker: &'static str| {
        let mut claimed = Vec::new();
        loop {
            let kinds = kinds.clone();
            let some = app
                .store
                .write(move |tx| {
                    Box::pin(async move {
                        let until = Timestamp(tx.now.0 + 60_000_000);
                        store::claim(tx, worker, &kinds, 2, until).await
                    })
                })
                .await
                .unwrap();
            if claimed.is_empty() {
                begun.wait().await;
            }
            if some.is_empty() {
                return claimed;
            }
            assert!(some.len() <= 2);
            claimed.extend(some);
        }
    };
    let (mut one, two) = tokio::join!(claims(&installation.app, "one"), claims(&second, "two"));
    assert!(!one.is_empty() && !two.is_empty());
    one.extend(two);
    let mut ids: Vec<i64> = one.iter().map(|it| it.job_id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((one.len(), ids.len()), (200, 200));
    // Their leases run out, and the workers of both processes carry them all out.
    installation.clock.advance(Duration::from_secs(61));
    let (first, other) = (jobs::start(&installation.app), jobs::start(&second));
    installation.eventually(async || installation.unfinished_jobs().await.is_empty()).await;
    first.stop().await;
    other.stop().await;
    second.store.close().await;
}
