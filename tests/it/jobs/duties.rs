//! What is done now and then.

use std::time::Duration;

use answerpal::error::Result;
use answerpal::jobs::duties;
use answerpal::model::CustomerId;
use answerpal::store::{self, Tx};
use axum::http::Method;
use serde_json::json;

use crate::db_test;
use crate::support::Installation;

async fn add(tx: &mut Tx, customer: CustomerId, status: &str, n: i64) -> Result<()> {
    let sql = tx.dialect().add_ticket_count();
    #[expect(clippy::disallowed_methods, reason = "deltas as a busy desk leaves them")]
    tx.execute(sql, answerpal::params![customer, status, 0, 1, "Email", false, false, status == "Closed", n])
        .await?;
    Ok(())
}

async fn total(installation: &Installation, closed: bool) -> u64 {
    let filter = store::tickets::Filter { is_closed: Some(closed), ..Default::default() };
    let mut conn = installation.app.store.read().await.unwrap();
    store::tickets::count(&mut conn, installation.customer, &filter).await.unwrap()
}

db_test! {
    async fn counts_stay_right_while_they_are_folded(installation: Installation) {
        let customer = installation.customer;
        for _ in 0..10 {
            installation.app.store.write(move |tx| Box::pin(async move {
                for _ in 0..30 {
                    add(tx, customer, "Open", 1).await?;
                }
                add(tx, customer, "Open", -5).await?;
                add(tx, customer, "Closed", 5).await
            })).await.unwrap();
        }
        let folding = async {
            for _ in 0..20 {
                duties::fold_ticket_counts(&installation.app).await.unwrap();
                // Enough new deltas, which add up to nothing, that there is something to fold again.
                installation.app.store.write(move |tx| Box::pin(async move {
                    for _ in 0..110 {
                        add(tx, customer, "Open", 1).await?;
                        add(tx, customer, "Open", -1).await?;
                    }
                    Ok(())
                })).await.unwrap();
            }
        };
        let reading = async {
            for _ in 0..100 {
                assert_eq!((total(&installation, false).await, total(&installation, true).await), (250, 50));
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(folding, reading);
        assert_eq!((total(&installation, false).await, total(&installation, true).await), (250, 50));
        duties::fold_ticket_counts(&installation.app).await.unwrap();
        assert_eq!(installation.count("ticket_counts").await, 2, "{:?}", installation.engine);
    }
}

db_test! {
    async fn what_has_had_its_time_is_purged(installation: Installation) {
        let admin = &installation.admin;
        let post = async |key: &str| {
            let topic = json!({ "name": "Refunds" });
            admin.request(Method::POST, "/api/Topics", &[("idempotency-key", key)], topic).await.status.as_u16()
        };
        assert_eq!([post("k").await, post("k").await, post("other").await], [201, 201, 409]);
        installation.clock.advance(Duration::from_secs(24 * 3600));
        duties::purge(&installation.app).await.unwrap();
        let kept = installation.count("idempotency_keys").await;
        assert_eq!(kept, 1);
        installation.clock.advance(Duration::from_secs(1));
        duties::purge(&installation.app).await.unwrap();
        assert_eq!(installation.count("idempotency_keys").await, 0);
    }
}

db_test! {
    async fn done_jobs_are_kept_for_a_week(installation: Installation) {
        let customer = installation.customer;
        installation.app.store.write(move |tx| Box::pin(async move {
            let now = tx.now;
            store::jobs::enqueue(tx, customer, "deliver_mail", 1, now, Some("k")).await
        })).await.unwrap();
        installation.run_jobs().await;
        installation.clock.advance(Duration::from_secs(7 * 24 * 3600));
        duties::purge(&installation.app).await.unwrap();
        assert_eq!(installation.count("jobs").await, 1);
        installation.clock.advance(Duration::from_secs(1));
        duties::purge(&installation.app).await.unwrap();
        assert_eq!(installation.count("jobs").await, 0);
    }
}

db_test! {
    async fn links_are_forgotten_when_they_stop_working(installation: Installation) {
        let admin = &installation.admin;
        let channel = json!({ "channelType": "Email", "name": "Mail", "emailAddress": "help@example.com" });
        let channel = admin.post("/api/Channels", channel).await.expect(201)["channelID"].clone();
        let mail = json!({ "channelID": channel, "fromAddress": "a@example.com", "subject": "Hi", "textBody": "Hi" });
        let made = admin.post("/api/ticketMessages/create-new", mail).await.expect(201);
        let send = format!("/api/ticketMessages/{}/send", made["messageID"]);
        admin.post(&send, json!({ "modifiedAnswer": "Hello" })).await.expect(200);
        installation.run_jobs().await;
        let links = installation.count("message_tokens").await;
        assert!(links > 0);
        installation.clock.advance(Duration::from_secs(365 * 24 * 3600 - 1));
        duties::purge(&installation.app).await.unwrap();
        assert_eq!(installation.count("message_tokens").await, links);
        installation.clock.advance(Duration::from_secs(1));
        duties::purge(&installation.app).await.unwrap();
        assert_eq!(installation.count("message_tokens").await, 0);
    }
}
