//! Merging end users, and taking it back.

use answerpal::model::CustomerRepId;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Client, Installation};

async fn mail(client: &Client, from: &str, name: &str) -> i64 {
    let mail = json!({ "channelID": 1, "fromAddress": from, "fromName": name, "subject": name, "textBody": "Hello" });
    client.post("/api/ticketMessages/create-new", mail).await.expect(201)["ticketID"].as_i64().unwrap()
}

async fn tickets(client: &Client, end_user: i64) -> Vec<i64> {
    let page = client.get(&format!("/api/EndUsers/{end_user}/tickets?sortBy=ticketID")).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|it| it["ticketID"].as_i64().unwrap()).collect()
}

fn uids(end_user: &Value) -> Vec<(String, bool)> {
    let uids = end_user["uids"].as_array().unwrap();
    uids.iter()
        .map(|it| (it["uid"].as_str().unwrap().to_owned(), it["isPrimary"].as_bool().unwrap()))
        .collect()
}

async fn found(client: &Client, words: &str) -> Vec<i64> {
    let page = client.get(&format!("/api/tickets?sortBy=ticketID&search={words}")).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|it| it["ticketID"].as_i64().unwrap()).collect()
}

db_test! {
    async fn two_records_become_one_and_two_again(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Mail" })).await.expect(201);
        let home = mail(admin, "anna@home.example", "Anna").await;
        let work = mail(admin, "anna@work.example", "Berger").await;
        admin.put("/api/EndUsers/2", json!({ "company": "Initech", "city": "Berlin" })).await.expect(204);
        admin.put("/api/EndUsers/1", json!({ "city": "Bonn" })).await.expect(204);
        let before = (admin.get("/api/EndUsers/1").await.expect(200), admin.get("/api/EndUsers/2").await.expect(200));

        let merged = admin.post("/api/EndUsers/1/merge", json!({ "endUserID": 2 })).await.expect(200);
        let one = admin.get("/api/EndUsers/1").await.expect(200);
        assert_eq!(merged["endUser"], one);
        assert_eq!((&one["name"], &one["company"], &one["city"]), (&json!("Anna"), &json!("Initech"), &json!("Bonn")));
        assert_eq!(uids(&one), [("anna@home.example".to_owned(), true), ("anna@work.example".to_owned(), false)]);
        assert_eq!(tickets(admin, 1).await, [home, work]);
        admin.get("/api/EndUsers/2").await.expect(404);
        assert_eq!(found(admin, "initech").await, [home, work]);
        let listed = admin.get("/api/EndUsers/1/merges").await.expect(200);
        assert_eq!((&listed[0]["endUser"]["name"], &listed[0]["mergedByCustomerRepName"]), (&json!("Berger"), &json!("admin")));
        // What comes to the address meanwhile is the one's.
        let later = mail(admin, "anna@work.example", "Berger again").await;
        assert_eq!(tickets(admin, 1).await, [home, work, later]);

        let merge = merged["endUserMergeID"].clone();
        let back = admin.post("/api/EndUsers/1/unmerge", json!({ "endUserMergeID": merge })).await.expect(200);
        assert_eq!(back, before.1);
        assert_eq!(admin.get("/api/EndUsers/1").await.expect(200), before.0);
        assert_eq!((tickets(admin, 1).await, tickets(admin, 2).await), (vec![home], vec![work, later]));
        assert_eq!(found(admin, "initech").await, [work, later]);
        assert_eq!(admin.get("/api/EndUsers/1/merges").await.expect(200), json!([]));
        admin.post("/api/EndUsers/1/unmerge", json!({ "endUserMergeID": merge })).await.expect_invalid("endUserMergeID");
        let trail = admin.get("/api/AuditEvents?action=endUser.merged&action=endUser.unmerged&sortOrder=asc").await.expect(200);
        assert_eq!(trail["items"][0]["changes"], json!({ "mergedEndUserID": 2 }));
        assert_eq!(trail["items"][1]["changes"], json!({ "restoredEndUserID": 2 }));
    }
}

db_test! {
    async fn a_chain_of_merges_comes_apart_in_any_order(installation: Installation) {
        let admin = &installation.admin;
        admin.post("/api/Channels", json!({ "channelType": "Email", "name": "Mail" })).await.expect(201);
        for name in ["a", "b", "c"] {
            mail(admin, &format!("{name}@example.com"), name).await;
        }
        let first = admin.post("/api/EndUsers/2/merge", json!({ "endUserID": 3 })).await.expect(200);
        let second = admin.post("/api/EndUsers/1/merge", json!({ "endUserID": 2 })).await.expect(200);
        assert_eq!(tickets(admin, 1).await, [1, 2, 3]);
        admin.post("/api/EndUsers/1/unmerge", json!({ "endUserMergeID": first["endUserMergeID"] })).await.expect(200);
        assert_eq!((tickets(admin, 1).await, tickets(admin, 3).await), (vec![1, 2], vec![3]));
        // Changed since, so it stays.
        admin.put("/api/EndUsers/1", json!({ "name": "Ada" })).await.expect(204);
        let two = admin.post("/api/EndUsers/1/unmerge", json!({ "endUserMergeID": second["endUserMergeID"] })).await.expect(200);
        assert_eq!(uids(&two), [("b@example.com".to_owned(), true)]);
        assert_eq!(admin.get("/api/EndUsers/1").await.expect(200)["name"], "Ada");
        assert_eq!([tickets(admin, 1).await, tickets(admin, 2).await, tickets(admin, 3).await], [[1], [2], [3]]);
    }
}

db_test! {
    async fn what_cannot_be_merged_is_told(installation: Installation) {
        installation.message(CustomerRepId(0)).await;
        let admin = &installation.admin;
        let (_, stranger) = installation.other_tenant().await;
        for client in [admin, &stranger] {
            client.post("/api/EndUsers", json!({ "name": "x" })).await.expect(201);
        }
        let theirs = stranger.get("/api/EndUsers").await.expect(200)["items"][0]["endUserID"].clone();
        let own = admin.get("/api/EndUsers").await.expect(200)["items"][0]["endUserID"].clone();
        let path = format!("/api/EndUsers/{own}/merge");
        for body in [json!({}), json!({ "endUserID": own }), json!({ "endUserID": theirs }), json!({ "endUserID": 999 })] {
            admin.post(&path, body).await.expect_invalid("endUserID");
        }
        stranger.post(&path, json!({ "endUserID": theirs })).await.expect(404);
        // With its end user, what is kept of a merged one goes.
        admin.post("/api/EndUsers", json!({ "name": "y" })).await.expect(201);
        let other = admin.get("/api/EndUsers?search=y").await.expect(200)["items"][0]["endUserID"].clone();
        admin.post(&path, json!({ "endUserID": other })).await.expect(200);
        assert_eq!(installation.count("end_user_merges").await, 1);
        admin.delete(&format!("/api/EndUsers/{own}")).await.expect(204);
        assert_eq!(installation.count("end_user_merges").await, 0);
    }
}
