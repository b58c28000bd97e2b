//! What a draft is not made of: passages about another code, or in another language without saying so.

use serde_json::{Value, json};

use super::{channel, document, message, path};
use crate::support::{Client, Engine, Installation};

const ERRORS: &str = "# E-4012\n\nThe motor is too hot. Let the bicycle cool down for 20 minutes.\n\n# E-4013\n\nThe battery \
                      is not seated. Take the battery out and click it in again.\n";

async fn desk() -> (Installation, i64) {
    let installation = Installation::new(Engine::Sqlite).await.unwrap();
    installation.allow_unfinished_jobs();
    let channel = channel(&installation.admin).await;
    (installation, channel)
}

/// The current draft of a new message.
async fn drafted(client: &Client, channel: i64, text: &str) -> Value {
    let body = json!({ "channelID": channel, "fromAddress": "anna@example.com", "textBody": text });
    let asked = client.post("/api/ticketMessages/create-new", body).await.expect(201);
    client.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
    client.get(&path(&asked, "/draft")).await.expect(200)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_of_one_code_answers_no_other() {
    let (installation, channel) = desk().await;
    let admin = &installation.admin;
    document(admin, "Error codes of the display", ERRORS).await;
    let draft = drafted(admin, channel, "I see E-9999").await;
    assert_eq!(
        (&draft["reply"], &draft["status"], &draft["reason"]),
        (&Value::Null, &json!("Skipped"), &json!("No document that fits mentions E-9999."))
    );
    let draft = drafted(admin, channel, "I see e4013").await;
    let reply = draft["reply"].as_str().unwrap_or_else(|| panic!("{draft}"));
    assert!(reply.contains("click it in again") && !reply.contains("too hot"), "{draft}");
    // A number that only the customer knows does not hide the code that is known.
    let draft = drafted(admin, channel, "The battery of my order FL-20981 shows E-4013").await;
    assert!(draft["reply"].as_str().is_some_and(|it| it.contains("click it in again")), "{draft}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn short_codes_are_codes_where_documents_have_some_of_their_kind() {
    let (installation, channel) = desk().await;
    let admin = &installation.admin;
    let codes = "# Error codes\n\n| Code | Meaning | What to do |\n|---|---|---|\n| E1 | Sensor fault | Switch it off |\n\
                 | H6 | Fan blocked | Remove the ice |\n";
    document(admin, "Error codes", codes).await;
    document(admin, "Noise", "The unit makes 19 dB at night and 41 dB at full power.").await;
    let draft = drafted(admin, channel, "My display shows H6, what now?").await;
    let reply = draft["reply"].as_str().unwrap_or_else(|| panic!("{draft}"));
    assert!(
        reply.contains("Error codes:\n- H6, Meaning: Fan blocked, What to do: Remove the ice\n"),
        "{draft}"
    );
    let draft = drafted(admin, channel, "What does error code H9 mean?").await;
    assert_eq!(draft["reason"], "No document that fits mentions H9.");
    let draft = drafted(admin, channel, "How loud is the unit at night, is there a sheet in A4?").await;
    assert!(draft["reply"].as_str().is_some_and(|it| it.contains("19 dB")), "{draft}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_does_not_make_a_passage_fit() {
    let (installation, channel) = desk().await;
    let admin = &installation.admin;
    let recall =
        "Bicycles with the frame numbers FL-20981 and FL-20984 have a weak fork. Bring them to a workshop.";
    document(admin, "Recall of forks", recall).await;
    for text in [
        "Je n'ai pas reçu ma facture pour la commande FL-20981",
        "Who is the manager of FL-20984? I want to speak about my rude treatment on the phone.",
    ] {
        let draft = drafted(admin, channel, text).await;
        assert!(draft["confidence"].as_f64().unwrap_or_default() < 0.5, "{text}: {draft}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_question_is_answered_in_its_language() {
    let (installation, channel) = desk().await;
    let admin = &installation.admin;
    document(admin, "Pakket volgen", "U kunt uw pakket volgen met de link in de verzendmail.").await;
    document(admin, "Mot de passe", "Vous pouvez changer votre mot de passe dans les paramètres du compte.")
        .await;
    document(admin, "Garantie", "Die Garantie auf den Akku beträgt zwei Jahre ab dem Kauf.").await;
    for (text, lang, greeting) in [
        ("Waar is mijn pakket?", "nl", "Beste"),
        ("Comment changer mon mot de passe ?", "fr", "Bonjour"),
        ("Wie lange ist die Garantie?", "de", "Guten Tag"),
    ] {
        let draft = drafted(admin, channel, text).await;
        assert_eq!(draft["lang"], lang, "{text}: {draft}");
        let reply = draft["reply"].as_str().unwrap_or_else(|| panic!("{text}: {draft}"));
        assert!(reply.starts_with(greeting), "{text}: {draft}");
    }
    // The frame of a reply is in the language of what it frames.
    let draft = drafted(admin, channel, "What is the warranty on the battery?").await;
    if let Some(reply) = draft["reply"].as_str() {
        assert!(draft["lang"] == "de" && reply.starts_with("Guten Tag"), "{draft}");
    }
    // Of the languages that the tenant says it is written to in.
    admin.put("/api/Customers/me/ai", json!({ "languages": ["fr", "nl"] })).await;
    let asked = message(admin, channel, "Livrez-vous en Belgique ?").await;
    admin.post(&path(&asked, "/reply"), Value::Null).await.expect(200);
    assert_eq!(admin.get(&path(&asked, "")).await.expect(200)["lang"], "fr");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_in_another_language_than_the_question_says_so_and_is_not_sure() {
    let (installation, channel) = desk().await;
    let admin = &installation.admin;
    let weather = "The desk makes no forecasts of its own. *My trips > Weather* shows those of the national weather \
                   services for your destination, with the temperature by day and night.";
    document(admin, "Weather at your destination", weather).await;
    document(admin, "Visas", "Apply for a visa at least four weeks before you leave.").await;
    let draft = drafted(admin, channel, "Was ist die aktuelle Temperatur in London?").await;
    assert!(draft["reply"].is_string(), "{draft}");
    assert_eq!((&draft["lang"], &draft["status"]), (&json!("en"), &json!("Done")));
    assert_eq!(draft["reason"], "The documents are quoted in English, the question is in German");
    assert!(draft["confidence"].as_f64().unwrap() < 0.5, "{draft}");
    let own = drafted(
        admin,
        channel,
        "Which national weather services does My trips > Weather show for my destination?",
    )
    .await;
    assert!(own["confidence"].as_f64().unwrap() > 0.5 && own["reason"].is_null(), "{own}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_comes_near_a_matter_is_not_drafted() {
    let (installation, channel) = desk().await;
    let admin = &installation.admin;
    document(admin, "Noise", "The indoor unit makes 19 dB at night. The outdoor unit makes 52 dB.").await;
    document(admin, "Service", "A yearly service of the outdoor unit costs €139. Book it two weeks ahead.")
        .await;
    document(admin, "Payment", "You can pay by Visa and by bank transfer, or in 12 monthly instalments.")
        .await;
    let draft = drafted(admin, channel, "What is the weight of the outdoor unit?").await;
    assert_eq!((&draft["reply"], &draft["status"]), (&Value::Null, &json!("Skipped")), "{draft}");
    assert!(draft["reason"].as_str().unwrap().starts_with("No document answers this"), "{draft}");
    for (answered, said) in [
        ("How loud is the outdoor unit?", "52 dB"),
        ("What does a service of the outdoor unit cost?", "€139"),
        ("Can I pay in instalments?", "12 monthly"),
    ] {
        let draft = drafted(admin, channel, answered).await;
        assert!(draft["reply"].as_str().is_some_and(|it| it.contains(said)), "{answered}: {draft}");
    }
    // What an agent gives along is theirs to judge.
    let asked = message(admin, channel, "What is the weight of the outdoor unit?").await;
    let info = json!({ "additionalInfo": "The outdoor unit weighs 32 kg." });
    admin.post(&path(&asked, "/reply-with-info"), info).await.expect(200);
    let draft = admin.get(&path(&asked, "/draft")).await.expect(200);
    assert!(draft["reply"].as_str().is_some_and(|it| it.contains("32 kg")), "{draft}");
}
