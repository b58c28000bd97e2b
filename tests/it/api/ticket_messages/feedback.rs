//! Likes, comments and escalations, with credentials and by the token of a reply.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use super::{assign, channel, mail, path, rep, ticket};
use crate::db_test;
use crate::support::{Client, Installation};

/// The reply to a new mail, sent.
async fn reply(installation: &Installation) -> (Value, Value) {
    let admin = &installation.admin;
    let channel = channel(admin, "Email").await;
    let made = mail(admin, channel).await;
    admin.post(&path(&made, "/send"), json!({ "modifiedAnswer": "Reset <it>" })).await.expect(200);
    installation.run_jobs().await;
    let original = admin.get(&path(&made, "")).await.expect(200);
    let reply =
        admin.get(&format!("/api/ticketMessages/{}", original["answeredByMessageID"])).await.expect(200);
    (original, reply)
}

fn token(reply: &Value) -> String {
    reply["ticketToken"].as_str().unwrap().to_owned()
}

db_test! {
    async fn in_shadow_mode_an_escalation_is_mailed_to_nobody(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let made = mail(admin, channel).await;
        let at = format!("/api/Channels/{channel}");
        admin.put(&at, json!({ "shadowMode": true })).await.expect(200);
        let mailed = json!({ "email": "boss@elsewhere.example" });
        let refused = admin.post(&path(&made, "/escalate"), mailed.clone()).await.expect(422);
        assert!(refused["detail"].as_str().unwrap().contains("shadow mode"), "{refused}");
        assert_eq!(admin.get(&path(&made, "")).await.expect(200)["isEscalated"], false);
        admin.post(&path(&made, "/escalate"), json!({})).await.expect(200);
        installation.run_jobs().await;
        assert_eq!(installation.count("mails").await, 0);
        admin.put(&at, json!({ "shadowMode": false })).await.expect(200);
        admin.post(&path(&made, "/escalate"), mailed).await.expect(200);
        installation.run_jobs().await;
        assert_eq!(installation.count("mails").await, 1);
    }
}

async fn form(client: &Client, path: &str, body: &str) -> crate::support::Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body.to_owned()))
        .unwrap();
    client.send(request).await
}

db_test! {
    async fn the_last_click_counts(installation: Installation) {
        let (_, reply) = reply(&installation).await;
        let nobody = installation.nobody();
        let at = |like: &str| format!("/api/ticketMessages/{}/like-dislike?like={like}", token(&reply));
        let answer = nobody.get(&at("true")).await.expect(200);
        assert_eq!(answer, json!({ "agentAvailable": true, "customerRepName": "admin" }));
        nobody.get(&at("false")).await.expect(200);
        let read = installation.admin.get(&path(&reply, "")).await.expect(200);
        assert_eq!(read["isLiked"], false);
        nobody.get(&at("")).await.expect_invalid("like");
        nobody.get("/api/ticketMessages/nothing/like-dislike?like=true").await.expect(404);
        nobody.get(&path(&reply, "/like-dislike?like=true")).await.expect(404);
        installation.clock.advance(std::time::Duration::from_secs(366 * 24 * 3600));
        nobody.get(&at("true")).await.expect(404);
    }
}

db_test! {
    async fn the_feedback_page_asks_before_it_changes_anything(installation: Installation) {
        let (original, reply) = reply(&installation).await;
        let nobody = installation.nobody();
        let at = format!("/feedback/{}", token(&reply));
        let page = nobody.get(&at).await;
        assert_eq!(page.status, 200);
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
        assert!(page.text().contains("Reset &lt;it&gt;") && !page.text().contains("<it>"), "{}", page.text());
        let unchanged = installation.admin.get(&path(&reply, "")).await.expect(200);
        assert_eq!(unchanged["isLiked"], Value::Null);
        let thanks = form(&nobody, &at, "like=false&comment=Still+%3Cbroken%3E").await;
        assert_eq!(thanks.status, 200);
        let read = installation.admin.get(&path(&reply, "")).await.expect(200);
        assert_eq!((&read["isLiked"], &read["aI_FeedbackComment"]), (&json!(false), &json!("Still <broken>")));
        assert_eq!(ticket(&installation, &original).await.comment_count, 1);
        assert_eq!(form(&nobody, &at, "").await.status, 400);
        assert_eq!(nobody.get("/feedback/nothing").await.status, 404);
        assert_eq!(form(&nobody, "/feedback/nothing", "like=true").await.status, 404);
    }
}

/// A page as a browser that wants a language gets it.
async fn page(client: &Client, path: &str, wanted: &str) -> (u16, String) {
    let request = Request::builder().uri(path).header("accept-language", wanted).body(Body::empty()).unwrap();
    let page = client.send(request).await;
    (page.status.as_u16(), page.text())
}

db_test! {
    async fn the_feedback_page_speaks_the_language_of_the_answer(installation: Installation) {
        let (_, reply) = reply(&installation).await;
        let nobody = installation.nobody();
        let at = format!("/feedback/{}", token(&reply));
        for (lang, tag, question, person, thanks) in [
            ("en-GB", "en", "Was this answer helpful?", "Talk to a person", "Thank you"),
            ("nl", "nl", "Was dit antwoord nuttig?", "Met een medewerker spreken", "Dank u wel"),
            ("fr-BE", "fr", "Cette réponse vous a-t-elle aidé ?", "Parler à un conseiller", "Merci"),
            ("de", "de", "War diese Antwort hilfreich?", "Mit einem Menschen sprechen", "Vielen Dank"),
        ] {
            installation.admin.put(&path(&reply, ""), json!({ "lang": lang })).await.expect(204);
            let (status, asked) = page(&nobody, &at, "pl").await;
            assert_eq!(status, 200);
            assert!(asked.contains(&format!("<html lang=\"{tag}\">")) && asked.contains(&format!("<h1 id=\"heading\">{question}")), "{asked}");
            assert!(asked.contains(&format!("<blockquote dir=\"auto\" lang=\"{lang}\">")), "{asked}");
            assert!(page(&nobody, &format!("{at}?escalate=true"), "pl").await.1.contains(person));
            let kept = form(&nobody, &at, "like=false").await.text();
            assert!(kept.contains(thanks) && kept.contains(&format!("<a href=\"?escalate=true\">{person}</a>")), "{kept}");
            let refused = form(&nobody, &at, "").await;
            assert_eq!((refused.status.as_u16(), refused.header("content-language")), (400, tag));
            assert!(!refused.text().contains("like or a comment"), "{}", refused.text());
        }
        // Without words in the answer's language, and of no answer, the browser says which.
        installation.admin.put(&path(&reply, ""), json!({ "lang": "sv" })).await.expect(204);
        let (_, asked) = page(&nobody, &at, "sv, pl;q=0.5, de;q=0.9").await;
        assert!(asked.contains("<html lang=\"de\">") && asked.contains("lang=\"sv\">"), "{asked}");
        let (status, gone) = page(&nobody, "/feedback/nothing", "es-MX,es;q=0.9,en;q=0.8").await;
        assert_eq!((status, gone.contains("Este enlace ya no funciona.")), (404, true), "{gone}");
        let (_, gone) = page(&nobody, "/feedback/nothing", "sv").await;
        assert!(gone.contains("<html lang=\"en\">") && gone.contains("This link does not work any more."), "{gone}");
    }
}

db_test! {
    async fn too_much_and_too_often_are_told_in_words(installation: Installation) {
        let (_, reply) = reply(&installation).await;
        installation.admin.put(&path(&reply, ""), json!({ "lang": "nl" })).await.expect(204);
        let nobody = installation.nobody();
        let at = format!("/feedback/{}", token(&reply));
        for size in [10_001, 70_000] {
            let refused = form(&nobody, &at, &format!("like=true&comment={}", "x".repeat(size))).await;
            assert!(refused.text().contains("Uw tekst is te lang.") && refused.text().contains("<a href=\"?\">Terug</a>"), "{}", refused.text());
        }
        for _ in 0..5 {
            assert_eq!(form(&nobody, &at, "escalate=true").await.status, 200);
        }
        let refused = form(&nobody, &at, "escalate=true").await;
        assert_eq!(refused.status, 429);
        assert!(refused.text().contains("Probeer het over een uur opnieuw."), "{}", refused.text());
    }
}

db_test! {
    async fn the_pixel_tells_that_a_reply_was_opened(installation: Installation) {
        let (_, reply) = reply(&installation).await;
        let nobody = installation.nobody();
        let id = reply["messageID"].as_i64().unwrap();
        let opening = installation.app.key.id_token("open", installation.customer.0, id);
        let pixel = nobody.get(&format!("/api/ticketMessages/{opening}/open.gif")).await;
        assert_eq!((pixel.status.as_u16(), pixel.header("content-type")), (200, "image/gif"));
        let read = installation.admin.get(&path(&reply, "")).await.expect(200);
        assert_eq!((&read["isOpened"], read["lastOpenDate"].is_string()), (&json!(true), true));
        nobody.get(&format!("/api/ticketMessages/{}/open.gif", token(&reply))).await.expect(404);
    }
}

db_test! {
    async fn escalating_finds_a_rep_and_tells_by_mail(installation: Installation) {
        let admin = &installation.admin;
        let channel = channel(admin, "Email").await;
        let made = mail(admin, channel).await;
        assign(&installation, &mail(admin, channel).await, 1).await;
        let (agent, _) = rep(&installation, "agent", "Agent").await;
        let body = json!({ "feedbackComment": "User is very upset and needs urgent help.", "email": "manager@example.com" });
        let answer = admin.post(&path(&made, "/escalate"), body.clone()).await.expect(200);
        assert_eq!(answer, json!({ "message": "Ticket escalated" }));
        let now = ticket(&installation, &made).await;
        assert_eq!((now.status.as_str(), now.escalated, now.customer_rep_id.0), ("Escalated", true, agent));
        assert_eq!(now.comment_count, 1);
        let read = admin.get(&path(&made, "")).await.expect(200);
        assert_eq!((&read["isEscalated"], &read["aI_FeedbackComment"]), (&json!(true), &body["feedbackComment"]));
        let trail = admin.get("/api/AuditEvents?action=ticketMessage.escalated").await.expect(200);
        let told = json!({ "email": { "from": null, "to": "manager@example.com" }, "feedbackComment": { "changed": true } });
        assert_eq!(trail["items"][0]["changes"], told, "{trail}");
        let mut conn = installation.app.store.read().await.unwrap();
        let sent = answerpal::store::mails::get(&mut conn, installation.customer, 1).await.unwrap();
        assert_eq!(sent.to_address, "manager@example.com");
        let text = String::from_utf8(installation.app.key.open(&sent.body).unwrap()).unwrap();
        assert!(text.contains("I can't log in") && text.contains("very upset"), "{text}");
        admin.post(&path(&made, "/escalate"), json!({ "email": "nobody" })).await.expect_invalid("email");
        admin.post(&path(&made, "/escalate-by-id"), json!({})).await.expect(200);
        admin.post("/api/ticketMessages/999/escalate", json!({})).await.expect(404);
        let (_, other) = installation.other_tenant().await;
        other.post(&path(&made, "/escalate-by-id"), json!({ "email": "a@example.com" })).await.expect(404);
        installation.nobody().post(&path(&made, "/escalate"), json!({})).await.expect(401);
        installation.run_jobs().await;
    }
}

db_test! {
    async fn by_token_nothing_is_mailed_and_calls_are_limited(installation: Installation) {
        let (original, reply) = reply(&installation).await;
        let nobody = installation.nobody();
        let at = format!("/api/ticketMessages/{}/escalate", token(&reply));
        let body = json!({ "feedbackComment": "Help", "email": "anna@example.com" });
        assert_eq!(nobody.post(&at, body.clone()).await.expect(200)["message"], "Ticket escalated");
        let read = installation.admin.get(&path(&reply, "")).await.expect(200);
        assert_eq!((&read["isEscalated"], &read["aI_FeedbackComment"]), (&json!(true), &json!("Help")));
        assert!(ticket(&installation, &original).await.escalated);
        let mut conn = installation.app.store.read().await.unwrap();
        assert!(answerpal::store::mails::get(&mut conn, installation.customer, 1).await.is_err());
        drop(conn);
        for _ in 0..4 {
            nobody.post(&at, json!({})).await.expect(200);
        }
        let refused = nobody.post(&at, json!({})).await;
        assert!(refused.header("retry-after").parse::<u64>().unwrap() <= 3601);
        refused.expect(429);
        installation.clock.advance(std::time::Duration::from_secs(3601));
        nobody.post(&at, json!({})).await.expect(200);
        nobody.post("/api/ticketMessages/nothing/escalate", json!({})).await.expect(404);
        nobody.post(&path(&reply, "/escalate-by-id"), json!({})).await.expect(401);
    }
}

db_test! {
    async fn a_chat_visitor_speaks_of_the_newest_reply(installation: Installation) {
        let (admin, nobody) = (&installation.admin, installation.nobody());
        let channel = json!({ "channelType": "Chat", "name": "Shop chat" });
        let channel = admin.post("/api/Channels", channel).await.expect(201);
        let body = json!({ "channelToken": channel["token"], "message": "Hello?" });
        let opened = nobody.post("/api/tickets/createchatticket", body).await;
        assert!(opened.status.is_success(), "{}", opened.text());
        let opened = opened.json();
        let at = |rest: &str| format!("/api/ticketMessages/{}/{rest}", opened["ticketToken"].as_str().unwrap());
        nobody.get(&at("like-dislike?like=true")).await.expect(404);
        nobody.post(&at("escalate"), json!({})).await.expect(200);
        assert!(ticket(&installation, &opened).await.escalated);
        admin.post(&path(&opened, "/send"), json!({ "modifiedAnswer": "Hi" })).await.expect(200);
        installation.run_jobs().await;
        nobody.get(&at("like-dislike?like=true")).await.expect(200);
        let original = admin.get(&path(&opened, "")).await.expect(200);
        let reply = admin.get(&format!("/api/ticketMessages/{}", original["answeredByMessageID"])).await.expect(200);
        assert_eq!((&reply["isLiked"], &reply["deliveryStatus"]), (&json!(true), &json!("Sent")));
    }
}
