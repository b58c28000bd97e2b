//! `/api/ticketMessages/{id}/reply`, `/draft`, `/prompt`: drafts of replies.

mod fitting;
mod injections;
mod models;
mod several;

use axum::http::Method;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::{Client, Installation};

const RETURNS: &str = "# Returns\n\nYou can return unused items within 14 days of delivery. A refund takes 5 working days. \
                       Shipping costs of € 4.95 are not refunded.\n";
const PARKING: &str = "Parking at the shop costs 3 euro per hour. The garage closes at midnight.";

async fn channel(client: &Client) -> i64 {
    let body = json!({ "channelType": "Email", "name": "Mail", "emailAddress": "help@example.com" });
    client.post("/api/Channels", body).await.expect(201)["channelID"].as_i64().unwrap()
}

async fn document(client: &Client, name: &str, content: &str) -> i64 {
    let made = client.post("/api/Documents", json!({ "name": name, "content": content })).await.expect(201);
    made["documentID"].as_i64().unwrap()
}

async fn message(client: &Client, channel: i64, text: &str) -> Value {
    let body = json!({
        "channelID": channel, "fromAddress": "anna@example.com", "fromName": "Anna Berg", "subject": "Question", "textBody": text,
    });
    client.post("/api/ticketMessages/create-new", body).await.expect(201)
}

fn path(message: &Value, rest: &str) -> String {
    format!("/api/ticketMessages/{}{rest}", message["messageID"])
}

async fn desk(installation: &Installation) -> (i64, i64) {
    installation.allow_unfinished_jobs();
    let admin = &installation.admin;
    let returns = document(admin, "Returns", RETURNS).await;
    document(admin, "Parking", PARKING).await;
    (channel(admin).await, returns)
}

/// Each citation quotes its document word for word, at the place it says.
async fn check_citations(client: &Client, draft: &Value) {
    let citations = draft["citations"].as_array().unwrap();
    assert!(!citations.is_empty(), "{draft}");
    for citation in citations {
        let document = client.get(&format!("/api/Documents/{}", citation["documentID"])).await.expect(200);
        let content: Vec<char> = document["content"].as_str().unwrap().chars().collect();
        let (start, end) =
            (citation["start"].as_u64().unwrap() as usize, citation["end"].as_u64().unwrap() as usize);
        assert_eq!(content[start..end].iter().collect::<String>(), citation["quote"].as_str().unwrap());
        assert!(draft["reply"].as_str().unwrap().contains(citation["sentence"].as_str().unwrap()), "{draft}");
    }
}

db_test! {
    async fn a_reply_is_made_of_the_documents_own_sentences(installation: Installation) {
        let admin = &installation.admin;
        let (channel, returns) = desk(&installation).await;
        let asked = message(admin, channel, "How long does it take until I get a refund for my returned items?").await;
        let answer = admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
        let reply = answer["reply"].as_str().unwrap();
        assert!(reply.starts_with("Hello Anna Berg,\n\nThank you for your message.\n\n"), "{reply}");
        assert!(reply.contains("A refund takes 5 working days.") && !reply.contains("Parking"), "{reply}");
        assert!(reply.ends_with("Kind regards,\nacme"), "{reply}");
        assert_eq!(answer.as_object().unwrap().len(), 1);
        let draft = admin.get(&path(&asked, "/draft")).await.expect(200);
        assert_eq!((&draft["reply"], &draft["status"], &draft["model"]), (&answer["reply"], &json!("Done"), &json!("extractive")));
        assert_eq!((&draft["lang"], &draft["customerRepID"], &draft["leftOut"]), (&json!("en"), &json!(1), &json!([])));
        assert!(draft["confidence"].as_f64().unwrap() > 0.3, "{draft}");
        assert!(draft["citations"].as_array().unwrap().iter().all(|it| it["documentID"] == returns), "{draft}");
        check_citations(admin, &draft).await;
        assert_eq!(admin.get(&path(&asked, "/prompt")).await.expect(200), json!({ "prompt": null }));
        let read = admin.get(&path(&asked, "")).await.expect(200);
        assert_eq!((&read["aI_GeneratedResponse"], &read["aIReplyStatus"]), (&answer["reply"], &json!("Done")));
        assert_eq!(read["citations"], draft["citations"]);
        // It is what is sent.
        admin.post(&path(&asked, "/send"), json!({})).await.expect(200);
        admin.post(&path(&asked, "/reply"), Value::Null).await.expect(409);
    }
}

db_test! {
    async fn what_no_document_answers_is_said(installation: Installation) {
        let admin = &installation.admin;
        installation.allow_unfinished_jobs();
        let mail = channel(admin).await;
        let asked = message(admin, mail, "Who won the football match yesterday evening?").await;
        let answer = admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
        assert_eq!(answer, json!({ "reply": null, "reason": "There are no documents that a reply could rest on." }));
        document(admin, "Returns", RETURNS).await;
        let answer = admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
        assert_eq!(answer["reply"], Value::Null);
        assert_eq!(answer["reason"], "No document answers this; the nearest is “Returns”.");
        let draft = admin.get(&path(&asked, "/draft")).await.expect(200);
        assert_eq!((&draft["status"], &draft["reason"]), (&json!("Skipped"), &answer["reason"]));
        admin.post(&path(&asked, "/send"), json!({})).await.expect_invalid("modifiedAnswer");
        let thanks = message(admin, mail, "Thank you, that was really helpful!\n\nAnna Berg").await;
        let answer = admin.post(&path(&thanks, "/reply"), Value::Null).await.expect(200);
        assert_eq!(answer["reason"], "The message says thanks and asks nothing.");
    }
}

db_test! {
    async fn the_pipeline_drafts_by_itself(installation: Installation) {
        let admin = &installation.admin;
        let (channel, _) = desk(&installation).await;
        let asked = message(admin, channel, "Can I return an unused item within two weeks of delivery?").await;
        let off = message(admin, channel, "Who won the football match yesterday evening?").await;
        installation.run_jobs().await;
        let read = admin.get(&path(&asked, "")).await.expect(200);
        assert_eq!(read["aIReplyStatus"], "Done", "{read}");
        let draft = admin.get(&path(&asked, "/draft")).await.expect(200);
        assert!(draft["reply"].as_str().unwrap().contains("within 14 days of delivery"), "{draft}");
        assert_eq!(draft["customerRepID"], Value::Null);
        check_citations(admin, &draft).await;
        let stages = admin.get(&path(&off, "/stages")).await.expect(200);
        let reply = stages.as_array().unwrap().iter().find(|it| it["stage"] == "reply").unwrap();
        assert_eq!(reply["status"], "Skipped");
        assert!(reply["reason"].as_str().unwrap().starts_with("No document answers this"), "{reply}");
        let events = admin.get(&format!("/api/tickets/{}/events", asked["ticketID"])).await.text();
        assert!(events.contains("ticketMessage.drafted"), "{events}");
    }
}

db_test! {
    async fn a_new_draft_keeps_what_was_there(installation: Installation) {
        let admin = &installation.admin;
        let (channel, _) = desk(&installation).await;
        let asked = message(admin, channel, "How long does it take until I get a refund for my returned items?").await;
        admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
        admin.put(&path(&asked, ""), json!({ "aI_ModifiedResponse": "My own words" })).await.expect(204);
        assert_eq!(admin.get(&path(&asked, "/draft")).await.expect(200)["modifiedReply"], "My own words");
        let at = path(&asked, "/reply-with-info");
        let again = admin.request(Method::POST, &at, &[("idempotency-key", "r1")], json!({})).await.expect(200);
        assert_eq!(admin.request(Method::POST, &at, &[("idempotency-key", "r1")], json!({})).await.expect(200), again);
        let drafts = admin.get(&path(&asked, "/drafts")).await.expect(200);
        let drafts = drafts.as_array().unwrap();
        assert_eq!(drafts.len(), 2, "{drafts:?}");
        assert_eq!((&drafts[1]["modifiedReply"], &drafts[0]["modifiedReply"]), (&json!("My own words"), &Value::Null));
        assert_eq!(admin.get(&path(&asked, "/draft")).await.expect(200)["modifiedReply"], Value::Null);
        // What an agent gives along is a source too, and wins over the documents.
        let note = json!({ "additionalInfo": "The refund for order AB-1234 was paid out on Monday." });
        admin.post(&at, note.clone()).await.expect(200);
        let draft = admin.get(&path(&asked, "/draft")).await.expect(200);
        assert_eq!((&draft["additionalInfo"], &draft["citations"][0]["documentID"]), (&note["additionalInfo"], &json!(0)), "{draft}");
        assert!(draft["reply"].as_str().unwrap().contains("AB-1234 was paid out on Monday."), "{draft}");
        admin.delete(&path(&asked, "")).await.expect(204);
        assert_eq!(installation.count("drafts").await, 0);
    }
}

db_test! {
    async fn a_rep_says_whether_a_draft_is_good(installation: Installation) {
        let admin = &installation.admin;
        let (channel, _) = desk(&installation).await;
        let asked = message(admin, channel, "How long does it take until I get a refund for my returned items?").await;
        let at = path(&asked, "/draft/rating");
        admin.put(&at, json!({ "isLiked": true })).await.expect(409);
        admin.delete(&at).await.expect(409);
        admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
        admin.put(&at, json!({ "comment": "good" })).await.expect_invalid("isLiked");
        admin.put(&at, json!({ "isLiked": false, "comment": "x".repeat(10_001) })).await.expect_invalid("comment");
        admin.put(&at, json!({ "isLiked": false, "comment": "Ten days since January." })).await.expect(204);
        let draft = admin.get(&path(&asked, "/draft")).await.expect(200);
        assert_eq!((&draft["isLiked"], &draft["ratedByCustomerRepID"]), (&json!(false), &json!(1)));
        let ticket = admin.get(&format!("/api/tickets/{}", asked["ticketID"])).await.expect(200);
        assert_eq!(ticket["aiFeedbackComments"][0], "Ten days since January.", "{ticket}");
        assert_eq!(admin.get(&path(&asked, "")).await.expect(200)["isLiked"], false);
        // The next draft is another one: the rating stays with the first.
        admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
        assert_eq!(admin.get(&path(&asked, "/draft")).await.expect(200)["isLiked"], Value::Null);
        admin.put(&at, json!({ "isLiked": true, "draftID": draft["draftID"] })).await.expect(409);
        admin.put(&at, json!({ "isLiked": true })).await.expect(204);
        let drafts = admin.get(&path(&asked, "/drafts")).await.expect(200);
        assert_eq!((&drafts[0]["isLiked"], &drafts[1]["isLiked"]), (&json!(true), &json!(false)));
        admin.delete(&at).await.expect(204);
        let draft = admin.get(&path(&asked, "/draft")).await.expect(200);
        assert_eq!((&draft["isLiked"], &draft["ratedByCustomerRepID"]), (&Value::Null, &Value::Null));
        let events = admin.get(&format!("/api/tickets/{}/events?pageSize=100", asked["ticketID"])).await.text();
        assert_eq!(events.matches("ticketMessage.draftRated").count(), 3, "{events}");
        let (_, stranger) = installation.other_tenant().await;
        stranger.put(&at, json!({ "isLiked": true })).await.expect(404);
    }
}

db_test! {
    async fn greetings_are_in_the_language_of_the_message(installation: Installation) {
        let admin = &installation.admin;
        installation.allow_unfinished_jobs();
        let mail = channel(admin).await;
        document(admin, "Retourneren", "Ongebruikte artikelen kunt u binnen 14 dagen na levering terugsturen. De terugbetaling duurt 5 werkdagen.").await;
        let asked = message(admin, mail, "Hoe lang duurt het voordat ik mijn geld terugkrijg als ik een artikel terugstuur?").await;
        let reply = admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
        let reply = reply["reply"].as_str().unwrap_or_else(|| panic!("{reply}"));
        assert!(reply.starts_with("Beste Anna Berg,\n\nBedankt voor uw bericht."), "{reply}");
        assert!(reply.contains("De terugbetaling duurt 5 werkdagen.") && reply.ends_with("Met vriendelijke groeten,\nacme"), "{reply}");
        check_citations(admin, &admin.get(&path(&asked, "/draft")).await.expect(200)).await;
    }
}

db_test! {
    async fn bad_requests_and_other_tenants(installation: Installation) {
        let admin = &installation.admin;
        let (channel, _) = desk(&installation).await;
        let asked = message(admin, channel, "How long does a refund take?").await;
        let at = path(&asked, "/reply-with-info");
        admin.post(&at, json!({ "overrideModelID": "gpt" })).await.expect_invalid("overrideModelID");
        admin.post(&at, json!({ "additionalInfo": "x".repeat(10_001) })).await.expect_invalid("additionalInfo");
        let (_, other) = installation.other_tenant().await;
        for rest in ["/reply", "/reply-with-info"] {
            other.post(&path(&asked, rest), Value::Null).await.expect(404);
            installation.nobody().post(&path(&asked, rest), Value::Null).await.expect(401);
        }
        for rest in ["/draft", "/prompt", "/drafts"] {
            other.get(&path(&asked, rest)).await.expect(404);
        }
        let sent = json!({ "ticketID": asked["ticketID"], "incoming": false, "textBody": "We look into it." });
        let sent = admin.post("/api/ticketMessages", sent).await.expect(201);
        admin.post(&path(&sent, "/reply"), Value::Null).await.expect(409);
    }
}
