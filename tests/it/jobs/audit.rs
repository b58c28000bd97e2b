//! The chain of the audit trail.

use answerpal::domain::audit;
use answerpal::model::{Actor, TicketId};
use answerpal::store::events;
use serde_json::json;

use crate::db_test;
use crate::support::Installation;

/// Five events of the tenant (one is its own making), sealed.
async fn sealed(installation: &Installation) {
    for name in ["a", "b", "c"] {
        installation.admin.post("/api/Topics", json!({ "name": name })).await.expect(201);
    }
    installation.admin.put("/api/Topics/1", json!({ "name": "z" })).await.expect(200);
    installation.run_jobs().await;
}

async fn findings(installation: &Installation) -> Vec<(i64, Option<i64>, String)> {
    let report = audit::verify(&installation.app).await.unwrap();
    report.findings.into_iter().map(|it| (it.seq, it.event, it.what)).collect()
}

db_test! {
    async fn sealing_numbers_each_tenants_events_without_gaps(installation: Installation) {
        let (other, _) = installation.other_tenant().await;
        sealed(&installation).await;
        let mut conn = installation.app.store.read().await.unwrap();
        for (customer, least) in [(installation.customer, 5), (other, 1)] {
            let all = events::after(&mut conn, customer, 0, 100).await.unwrap();
            assert!(all.len() >= least);
            let numbers: Vec<i64> = all.iter().map(|it| it.seq.unwrap()).collect();
            assert_eq!(numbers, (1..=all.len() as i64).collect::<Vec<_>>());
            assert!(all.is_sorted_by_key(|it| it.event_id));
        }
        drop(conn);
        let report = audit::verify(&installation.app).await.unwrap();
        assert_eq!((report.customers, report.unsealed, report.findings), (2, 0, vec![]));
    }
}

db_test! {
    async fn many_events_are_sealed_in_batches(installation: Installation) {
        let customer = installation.customer;
        installation.app.store.write(move |tx| Box::pin(async move {
            let many: Vec<_> = (1..=1200)
                .map(|it| answerpal::model::Event::ticket("ticket.created", TicketId(it)))
                .collect();
            answerpal::domain::events::note(tx, customer, Actor::System, &many).await
        })).await.unwrap();
        installation.run_jobs().await;
        let report = audit::verify(&installation.app).await.unwrap();
        assert_eq!((report.unsealed, report.findings.len()), (0, 0));
        assert!(report.events >= 1200);
    }
}

db_test! {
    async fn an_altered_event_is_named(installation: Installation) {
        sealed(&installation).await;
        installation.tamper("UPDATE events SET actor_id = 99 WHERE seq = 3").await;
        assert_eq!(findings(&installation).await, [(3, Some(3), "was altered".into())]);
    }
}

db_test! {
    async fn altered_and_removed_changes_are_named(installation: Installation) {
        sealed(&installation).await;
        let last = installation.last_seq().await;
        installation.tamper(&format!("UPDATE events SET changes = '{{}}' WHERE seq = {last}")).await;
        let named = [(last, Some(last), "had its changes altered or removed".to_owned())];
        assert_eq!(findings(&installation).await, named);
        installation.tamper(&format!("UPDATE events SET changes = NULL WHERE seq = {last}")).await;
        assert_eq!(findings(&installation).await, named);
        // Nor does a made-up proof pass for an erasure.
        installation.tamper(&format!("UPDATE events SET erasure = 'x' WHERE seq = {last}")).await;
        assert_eq!(findings(&installation).await, named);
    }
}

db_test! {
    async fn a_removed_event_is_named(installation: Installation) {
        sealed(&installation).await;
        installation.tamper("DELETE FROM events WHERE seq = 2").await;
        assert_eq!(findings(&installation).await, [(2, None, "is missing".into())]);
    }
}

db_test! {
    async fn a_removed_end_is_named(installation: Installation) {
        sealed(&installation).await;
        let last = installation.last_seq().await;
        installation.tamper(&format!("DELETE FROM events WHERE seq >= {}", last - 1)).await;
        let missing = |seq| (seq, None, "is missing".to_owned());
        assert_eq!(findings(&installation).await, [missing(last - 1), missing(last)]);
        // Winding the counter back does not hide it: the hash is another's.
        installation.tamper(&format!("UPDATE customers SET last_event_seq = {}", last - 2)).await;
        assert_eq!(findings(&installation).await.len(), 1);
    }
}

db_test! {
    async fn a_forged_chain_needs_the_master_key(installation: Installation) {
        sealed(&installation).await;
        // Removed, and what follows renumbered.
        installation.tamper("DELETE FROM events WHERE seq = 2").await;
        for seq in 3..=installation.last_seq().await {
            installation.tamper(&format!("UPDATE events SET seq = {} WHERE seq = {seq}", seq - 1)).await;
        }
        installation.tamper("UPDATE customers SET last_event_seq = last_event_seq - 1").await;
        let found = findings(&installation).await;
        assert_eq!(found[0], (2, Some(3), "was altered".into()));
    }
}

db_test! {
    async fn erased_changes_leave_the_chain_whole(installation: Installation) {
        let customer = installation.customer;
        let ticket = TicketId(5);
        installation.app.store.write(move |tx| Box::pin(async move {
            let personal = json!({ "subject": { "from": null, "to": "Kim's refund" } });
            let event = answerpal::model::Event::ticket("ticket.updated", ticket).with(personal);
            answerpal::domain::events::note(tx, customer, Actor::EndUser, &[event]).await
        })).await.unwrap();
        installation.run_jobs().await;
        assert_eq!(audit::erase_changes(&installation.app, customer, Actor::System, ticket).await.unwrap(), 1);
        installation.run_jobs().await;
        let report = audit::verify(&installation.app).await.unwrap();
        assert_eq!((report.erased, report.findings), (1, vec![]));
    }
}
