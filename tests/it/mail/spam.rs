//! Spam: what SpamAssassin and the tenant's own filter say of a mail, what follows, and what marking teaches.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use answerpal::domain::inbound::{self, Envelope, Incoming};
use answerpal::model::{ChannelId, CustomerId, MailSource, Role};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::servers::Servers;
use crate::db_test;
use crate::support::{Client, Engine, Installation};

/// What every spam filter calls spam (the SpamAssassin project's test text).
const GTUBE: &str = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

/// A wanted mail, one of many.
fn wanted(n: usize) -> String {
    format!(
        "Message-ID: <wanted{n}@example.org>\nDate: Mon, 2 Mar 2026 08:00:00 +0000\nFrom: Anna Berg <anna{n}@example.org>\nTo: support@acme.example\nSubject: Question {n} about my order\nUser-Agent: Thunderbird\n\nHello,\nthe parcel with my order {n} has not arrived yet. Could you tell me where it is?\nKind regards, Anna\n"
    )
}

/// Mail that nobody knows to be spam yet, one of many.
fn offer(n: usize) -> String {
    format!(
        "Message-ID: <offer{n}@garden.example>\nDate: Mon, 2 Mar 2026 08:00:00 +0000\nFrom: Green Garden <news{n}@garden.example>\nTo: support@acme.example\nSubject: Tulip bulbs, letter {n}\n\nOur tulip bulbs and rose bushes bloom in every garden. Visit http://shop{n}.garden.example and choose your colours for spring.\n"
    )
}

async fn stages(admin: &Client, message: &Value) -> Value {
    let stages = admin.get(&format!("/api/ticketMessages/{}/stages", message["messageID"])).await.expect(200);
    let named =
        stages.as_array().unwrap().iter().map(|it| (it["stage"].as_str().unwrap().to_owned(), it.clone()));
    Value::Object(named.collect())
}

async fn is_spam(admin: &Client, message: &Value) -> bool {
    let ticket = admin.get(&format!("/api/tickets/{}", message["ticketID"])).await.expect(200);
    ticket["isSpam"].as_bool().unwrap()
}

async fn bulk(admin: &Client, action: &str, messages: &[Value]) -> i64 {
    let ids: Vec<&Value> = messages.iter().map(|it| &it["ticketID"]).collect();
    let answer = admin.put("/api/tickets/bulk", json!({ "ticketIDs": ids, "action": action })).await;
    let undo = answer.header("x-undo-id").to_owned();
    answer.expect(204);
    undo.parse().unwrap()
}

async fn lessons(admin: &Client) -> Vec<Value> {
    let page = admin.get("/api/SpamLessons").await.expect(200);
    let items = page["items"].as_array().unwrap().clone();
    assert_eq!(page["totalCount"], json!(items.len()));
    items
}

/// Takes a mail on, as who answers it does.
async fn take_on(admin: &Client, message: &Value) {
    let ticket = format!("/api/tickets/{}", message["ticketID"]);
    admin.put(&ticket, json!({ "customerRepID": 1 })).await.expect(204);
}

/// Delivers a wanted mail and some offers, and marks these.
async fn teach(installation: &Installation, channel: ChannelId) -> Vec<Value> {
    let message = installation.deliver(channel, &wanted(100)).await;
    take_on(&installation.admin, &message).await;
    let mut marked = Vec::new();
    for n in 0..4 {
        let message = installation.deliver(channel, &offer(n)).await;
        assert_eq!(message["isSpamAI"], false, "{}", stages(&installation.admin, &message).await);
        marked.push(message);
    }
    bulk(&installation.admin, "spam", &marked).await;
    installation.run_jobs().await;
    marked
}

db_test! {
    async fn marking_teaches_and_taking_back_unteaches(installation: Installation) {
        let admin = &installation.admin;
        let channel = installation.mail_channel("support@acme.example").await;
        let marked = teach(&installation, channel).await;
        let taught = lessons(admin).await;
        assert_eq!(taught.len(), 4);
        for it in &taught {
            assert_eq!((&it["isSpam"], &it["isLearned"], &it["customerRepName"]), (&json!(true), &json!(true), &json!("admin")));
            assert!(it["subject"].as_str().unwrap().starts_with("Tulip bulbs"), "{it}");
        }
        // The next of its kind is spam: held, with what spoke for it, and nothing is done for it.
        let held = installation.deliver(channel, &offer(10)).await;
        assert_eq!((&held["isSpamAI"], &held["isSpamSpamAssassin"]), (&json!(true), &Value::Null));
        assert!(is_spam(admin, &held).await);
        let noted = stages(admin, &held).await;
        let evidence = &noted["spam"]["evidence"];
        assert_eq!((&evidence["lessons"], &evidence["takenOn"]), (&json!(4), &json!(1)));
        assert_eq!(evidence["threshold"], 0.9);
        assert!(evidence["probability"].as_f64().unwrap() >= 0.9, "{evidence}");
        let tags = evidence["tags"].as_array().unwrap();
        assert!(tags.iter().any(|it| it["says"] == "the word \"tulip\" in the subject"), "{evidence}");
        assert!(tags.iter().all(|it| it["share"].is_number()), "{evidence}");
        for stage in ["postSpam", "topics", "reply"] {
            assert_eq!(noted[stage]["reason"], "it is spam", "{noted}");
        }
        assert_eq!((&held["aISpamStatus"], &held["aIReplyStatus"]), (&json!("Done"), &json!("Skipped")));
        assert_eq!(held["aI_GeneratedResponse"], Value::Null);
        assert_eq!(installation.count("sink_mails").await + installation.count("mails").await, 0);
        assert_eq!(installation.count("notifications").await, 0);
        // Wanted mail is not.
        let message = installation.deliver(channel, &wanted(1)).await;
        assert!(!is_spam(admin, &message).await, "{}", stages(admin, &message).await);
        // What the filter marked by itself taught nothing; what people did is in the audit trail.
        assert_eq!(lessons(admin).await.len(), 4);
        let events = admin.get(&format!("/api/tickets/{}/events", marked[0]["ticketID"])).await.expect(200);
        assert!(events.to_string().contains("spamLesson.taught"), "{events}");
        // Marks that are taken back teach nothing, and the next one comes through.
        bulk(admin, "notSpam", &marked).await;
        installation.run_jobs().await;
        assert!(lessons(admin).await.is_empty());
        let message = installation.deliver(channel, &offer(11)).await;
        assert_eq!(message["isSpamAI"], false, "{}", stages(admin, &message).await);
        let events = admin.get(&format!("/api/tickets/{}/events", marked[0]["ticketID"])).await.expect(200);
        assert!(events.to_string().contains("spamLesson.forgotten"), "{events}");
    }
}

/// What a form on a site sends: the same for everybody but for the text.
fn form(n: usize, text: &str) -> String {
    format!(
        "Message-ID: <form{n}@shop.example>\nFrom: form@shop.example\nTo: support@acme.example\nSubject: Contact form\n\n{text}\n"
    )
}

db_test! {
    async fn a_mark_on_what_a_form_sent_does_not_hold_what_others_write_there(installation: Installation) {
        let admin = &installation.admin;
        let channel = installation.mail_channel("support@acme.example").await;
        let spam = installation.deliver(channel, &form(1, "Buy cheap watches today")).await;
        bulk(admin, "spam", std::slice::from_ref(&spam)).await;
        installation.run_jobs().await;
        // Nothing tells yet what wanted mail is like.
        let asked = installation.deliver(channel, &form(2, "Can I return my shoes?")).await;
        assert_eq!((&asked["isSpamAI"], is_spam(admin, &asked).await), (&json!(false), false));
        take_on(admin, &asked).await;
        let asked = installation.deliver(channel, &form(3, "Do you have gift cards?")).await;
        take_on(admin, &asked).await;
        let spam = installation.deliver(channel, &form(4, "Cheap watches for sale")).await;
        bulk(admin, "spam", std::slice::from_ref(&spam)).await;
        installation.run_jobs().await;
        for (n, text, held) in [(5, "Where is my bag?", false), (6, "Cheap watches, buy today", true)] {
            let message = installation.deliver(channel, &form(n, text)).await;
            let noted = stages(admin, &message).await;
            assert_eq!(is_spam(admin, &message).await, held, "{text}: {noted}");
            assert_eq!(noted["spam"]["evidence"]["takenOn"], 2);
        }
    }
}

db_test! {
    async fn an_agent_is_told_of_no_lesson_from_a_ticket_that_they_do_not_see(installation: Installation) {
        let admin = &installation.admin;
        let channel = installation.mail_channel("support@acme.example").await;
        let (kim, by_kim) = installation.rep("kim", Role::Agent).await;
        let (_, by_lee) = installation.rep("lee", Role::Agent).await;
        let message = installation.deliver(channel, &offer(1)).await;
        let change = json!({ "isSpam": true, "customerRepID": kim });
        admin.put(&format!("/api/tickets/{}", message["ticketID"]), change).await.expect(204);
        for (client, sees) in [(admin, true), (&by_kim, true), (&by_lee, false)] {
            let page = client.get("/api/SpamLessons").await.expect(200);
            assert_eq!(page["totalCount"], json!(u8::from(sees)));
            let ids: Vec<_> = page["items"].as_array().unwrap().iter().map(|it| &it["messageID"]).collect();
            assert_eq!(ids, if sees { vec![&message["messageID"]] } else { vec![] });
        }
        admin.put(&format!("/api/tickets/{}", message["ticketID"]), json!({ "customerRepID": 0 })).await.expect(204);
        assert_eq!(lessons(&by_lee).await.len(), 1, "unassigned");
    }
}

db_test! {
    async fn each_way_to_mark_teaches_once(installation: Installation) {
        let admin = &installation.admin;
        let channel = installation.mail_channel("support@acme.example").await;
        let message = installation.deliver(channel, &offer(1)).await;
        let ticket = format!("/api/tickets/{}", message["ticketID"]);
        for is_spam in [true, true, false, false] {
            admin.put(&ticket, json!({ "isSpam": is_spam })).await.expect(204);
            assert_eq!(lessons(admin).await.len(), usize::from(is_spam));
        }
        // Undoing the action takes its lesson back.
        let undo = bulk(admin, "spam", std::slice::from_ref(&message)).await;
        assert_eq!(lessons(admin).await.len(), 1);
        admin.post("/api/tickets/bulk/undo", json!({ "undoID": undo })).await.expect(200);
        assert!(lessons(admin).await.is_empty());
        // A lesson that is deleted leaves the mark.
        bulk(admin, "spam", std::slice::from_ref(&message)).await;
        installation.run_jobs().await;
        let id = lessons(admin).await[0]["spamLessonID"].clone();
        admin.delete(&format!("/api/SpamLessons/{id}")).await.expect(204);
        admin.delete(&format!("/api/SpamLessons/{id}")).await.expect(404);
        assert!(is_spam(admin, &message).await);
        assert_eq!(admin.get("/api/SpamLessons?isSpam=false").await.expect(200)["totalCount"], 0);
    }
}

db_test! {
    async fn what_was_held_wrongly_goes_on_and_teaches(installation: Installation) {
        let admin = &installation.admin;
        let channel = installation.mail_channel("support@acme.example").await;
        teach(&installation, channel).await;
        let held = installation.deliver(channel, &offer(20)).await;
        assert!(is_spam(admin, &held).await);
        bulk(admin, "notSpam", std::slice::from_ref(&held)).await;
        installation.run_jobs().await;
        let noted = stages(admin, &held).await;
        assert_eq!(noted["topics"]["reason"], "the tenant has no topics", "{noted}");
        assert_ne!(noted["reply"]["reason"], "it is spam", "{noted}");
        let wanted = admin.get("/api/SpamLessons?isSpam=false").await.expect(200);
        assert_eq!((&wanted["totalCount"], &wanted["items"][0]["messageID"]), (&json!(1), &held["messageID"]));
        // Marked and freed again, it ends where it was: with one lesson or none, and its pipeline ended.
        bulk(admin, "spam", std::slice::from_ref(&held)).await;
        bulk(admin, "notSpam", std::slice::from_ref(&held)).await;
        installation.run_jobs().await;
        let message = admin.get(&format!("/api/ticketMessages/{}", held["messageID"])).await.expect(200);
        assert_eq!((&message["aITopicsStatus"], &message["aIReplyStatus"]), (&json!("Skipped"), &json!("Skipped")));
    }
}

db_test! {
    async fn a_conversation_is_not_taken_out_of_sight(installation: Installation) {
        let admin = &installation.admin;
        let channel = installation.mail_channel("support@acme.example").await;
        teach(&installation, channel).await;
        let first = installation.deliver(channel, &wanted(5)).await;
        let answer = "Message-ID: <answer@example.org>\nIn-Reply-To: <wanted5@example.org>\nFrom: Anna Berg <anna5@example.org>\n";
        let rest = offer(30).split_once("To: support").unwrap().1.to_owned();
        let message = installation.deliver(channel, &format!("{answer}To: support{rest}")).await;
        assert_eq!(message["ticketID"], first["ticketID"]);
        let noted = stages(admin, &message).await;
        assert_eq!(noted["spam"]["status"], "Done", "{noted}");
        assert!(!is_spam(admin, &message).await);
        assert_ne!(noted["topics"]["reason"], "it is spam", "{noted}");
        // Once a person says that it is, later mail in it waits for nobody.
        bulk(admin, "spam", std::slice::from_ref(&first)).await;
        installation.run_jobs().await;
        let more = "Message-ID: <more@example.org>\nIn-Reply-To: <wanted5@example.org>\nFrom: Anna Berg <anna5@example.org>\nTo: support@acme.example\nSubject: More\n\nMore of it.\n";
        let message = installation.deliver(channel, more).await;
        assert_eq!(stages(admin, &message).await["topics"]["reason"], "its ticket is spam");
    }
}

db_test! {
    async fn what_was_taught_is_the_tenants_own(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        teach(&installation, channel).await;
        let (customer, other) = installation.other_tenant().await;
        assert!(lessons(&other).await.is_empty());
        let id = lessons(&installation.admin).await[0]["spamLessonID"].clone();
        other.delete(&format!("/api/SpamLessons/{id}")).await.expect(404);
        let body = json!({ "channelType": "Email", "name": "Support", "emailAddress": "help@other.example" });
        let channel = ChannelId(other.post("/api/Channels", body).await.expect(201)["channelID"].as_i64().unwrap());
        let message = deliver_to(&installation, customer, channel, &other, &offer(40)).await;
        assert_eq!(message["isSpamAI"], false);
        assert_eq!(stages(&other, &message).await["spam"]["evidence"]["lessons"], 0);
    }
}

async fn deliver_to(
    installation: &Installation,
    customer: CustomerId,
    channel: ChannelId,
    client: &Client,
    raw: &str,
) -> Value {
    let raw = Bytes::from(raw.replace('\n', "\r\n"));
    let incoming = Incoming::new(raw, MailSource::Imap, Envelope::default());
    inbound::receive(&installation.app, customer, channel, incoming).await.unwrap();
    installation.run_jobs().await;
    let newest = installation.count("ticket_messages").await;
    client.get(&format!("/api/ticketMessages/{newest}")).await.expect(200)
}

db_test! {
    async fn a_channel_may_be_without_the_filter(installation: Installation) {
        let admin = &installation.admin;
        let channel = installation.mail_channel("support@acme.example").await;
        teach(&installation, channel).await;
        let path = format!("/api/Channels/{channel}");
        assert_eq!(admin.get(&path).await.expect(200)["spamFilter"], true);
        assert_eq!(admin.put(&path, json!({ "spamFilter": false })).await.expect(200)["spamFilter"], false);
        let message = installation.deliver(channel, &offer(70)).await;
        assert!(!is_spam(admin, &message).await);
        let noted = stages(admin, &message).await;
        for stage in ["preSpam", "spam"] {
            assert_eq!(noted[stage]["reason"], "the channel's spam filter is off");
        }
        assert_eq!((&message["isSpamAI"], &message["aISpamStatus"]), (&Value::Null, &json!("Skipped")));
        assert_eq!(noted["topics"]["reason"], "the tenant has no topics");
        admin.put(&path, json!({ "spamFilter": true })).await.expect(200);
        let message = installation.deliver(channel, &offer(71)).await;
        assert!(is_spam(admin, &message).await);
    }
}

db_test! {
    async fn emptying_the_spam_view_forgets_nothing(installation: Installation) {
        let admin = &installation.admin;
        let channel = installation.mail_channel("support@acme.example").await;
        let marked = teach(&installation, channel).await;
        let freed = installation.deliver(channel, &offer(50)).await;
        bulk(admin, "notSpam", std::slice::from_ref(&freed)).await;
        installation.run_jobs().await;
        assert_eq!(lessons(admin).await.len(), 5);
        // A wanted mail takes what it taught with it.
        admin.delete(&format!("/api/tickets/{}", freed["ticketID"])).await.expect(204);
        assert_eq!(lessons(admin).await.len(), 4);
        let ids: Vec<&Value> = marked[1..].iter().map(|it| &it["ticketID"]).collect();
        admin.put("/api/tickets/bulk", json!({ "ticketIDs": ids, "action": "delete" })).await.expect(204);
        admin.delete(&format!("/api/ticketMessages/{}", marked[0]["messageID"])).await.expect(204);
        for it in lessons(admin).await {
            assert_eq!((&it["messageID"], &it["ticketID"], &it["subject"]), (&Value::Null, &Value::Null, &Value::Null));
        }
        installation.receive(channel, &offer(51)).await;
        installation.run_jobs().await;
        let page = admin.get("/api/tickets?isSpam=true").await.expect(200);
        let held = |it: &Value| it["subject"] == "Tulip bulbs, letter 51";
        assert!(page["items"].as_array().unwrap().iter().any(held), "{page}");
        // The files of what was deleted wait for their time.
        installation.allow_unfinished_jobs();
    }
}

db_test! {
    async fn a_filter_of_many_words_is_explained_on_the_command_line(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        teach(&installation, channel).await;
        let held = installation.deliver(channel, &offer(60)).await;
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_answerpal"));
        command.args(["explain", "message", &held["messageID"].to_string(), "--data-dir"]).arg(installation.folder());
        command.env_remove("ANSWERPAL_DATABASE_URL");
        if let Some(url) = installation.database_url() {
            command.env("ANSWERPAL_DATABASE_URL", url);
        }
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        for part in ["Stage preSpam: Skipped: no SpamAssassin is set up", "The filter: spam, probability", "4 lessons", "the word \"tulip\" in the subject", "Stage postSpam: Done: it is spam"] {
            assert!(text.contains(part), "no {part:?} in {text} {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

/// A spamd that takes connections and does this with each: says it, or nothing at all for None.
async fn strange(says: Option<&'static str>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    tokio::spawn(async move {
        let mut silent = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            let Some(says) = says else {
                silent.push(stream);
                continue;
            };
            let mut mail = Vec::new();
            stream.read_to_end(&mut mail).await.unwrap();
            stream.write_all(says.as_bytes()).await.unwrap();
        }
    });
    (address, asked)
}

async fn with_spamd(engine: Engine, address: &str) -> Option<Installation> {
    let address = address.to_owned();
    Installation::with(engine, move |config| {
        config.spamd = Some(address);
        config.spamd_seconds = 1;
    })
    .await
}

/// That a spamd which gives no verdict holds nothing back, and how it is told.
async fn goes_on_without(engine: Engine, address: &str, told: &str) -> Option<Installation> {
    let installation = with_spamd(engine, address).await?;
    let channel = installation.mail_channel("support@acme.example").await;
    let message = installation.deliver(channel, &wanted(1)).await;
    let noted = stages(&installation.admin, &message).await;
    let pre = &noted["preSpam"];
    assert_eq!(pre["status"], "Skipped");
    assert!(pre["reason"].as_str().unwrap().contains(told), "{pre}");
    assert!(pre["evidence"]["error"].as_str().unwrap().contains(told), "{pre}");
    assert_eq!((&message["isSpamSpamAssassin"], &message["isSpamAI"]), (&Value::Null, &json!(false)));
    assert_eq!((&message["aISpamStatus"], &message["aITopicsStatus"]), (&json!("Done"), &json!("Skipped")));
    assert!(!is_spam(&installation.admin, &message).await);
    assert_eq!(installation.unfinished_jobs().await, []);
    Some(installation)
}

async fn strange_daemons(engine: Engine) {
    for answer in [
        "",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "SPAMD/1.1 0 EX_OK\r\n\r\n",
        "SPAMD/1.1 0 EX_OK\r\nSpam: True ; NaN / x\r\n\r\n",
    ] {
        let (address, _) = strange(Some(answer)).await;
        goes_on_without(engine, &address, "its answer is no verdict").await;
    }
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().to_string()
    };
    goes_on_without(engine, &closed, "it cannot be reached").await;
    let (address, asked) = strange(None).await;
    let Some(installation) = goes_on_without(engine, &address, "it did not answer within 1 s").await else {
        return;
    };
    // Mail does not queue behind one that is silent.
    let channel = installation.mail_channel("sales@acme.example").await;
    let message = installation.deliver(channel, &wanted(2)).await;
    let noted = stages(&installation.admin, &message).await;
    assert!(noted["preSpam"]["reason"].as_str().unwrap().contains("a moment ago"), "{noted}");
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_verdict_holds_nothing_back_sqlite() {
    strange_daemons(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_verdict_holds_nothing_back_postgres() {
    strange_daemons(Engine::Postgres).await;
}

/// The real daemon.
async fn real_daemon(engine: Engine) {
    let Some(servers) = Servers::find() else { return };
    let Some(installation) = with_spamd(engine, &format!("127.0.0.1:{}", servers.spamd)).await else {
        return;
    };
    let admin = installation.admin.clone();
    let channel = installation.mail_channel("support@acme.example").await;
    let spam =
        installation.deliver(channel, &wanted(1).replace("Could you", &format!("{GTUBE}\nCould you"))).await;
    let noted = stages(&admin, &spam).await;
    let evidence = &noted["preSpam"]["evidence"];
    assert_eq!((&evidence["isSpam"], &evidence["threshold"]), (&json!(true), &json!(5.0)), "{noted}");
    assert!(evidence["score"].as_f64().unwrap() > 100.0);
    assert!(evidence["rules"].as_array().unwrap().contains(&json!("GTUBE")), "{noted}");
    assert_eq!((&spam["isSpamSpamAssassin"], &spam["isSpamAI"]), (&json!(true), &json!(true)), "{noted}");
    let own = noted["spam"]["evidence"]["ownProbability"].as_f64().unwrap();
    assert!(own < 0.5, "it was SpamAssassin's word: {noted}");
    assert!(is_spam(&admin, &spam).await);
    let message = installation.deliver(channel, &wanted(2)).await;
    assert_eq!((&message["isSpamSpamAssassin"], &message["isSpamAI"]), (&json!(false), &json!(false)));
    assert!(!is_spam(&admin, &message).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spamds_verdict_is_kept_sqlite() {
    real_daemon(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spamds_verdict_is_kept_postgres() {
    real_daemon(Engine::Postgres).await;
}
