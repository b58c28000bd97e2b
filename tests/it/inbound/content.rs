//! What of a mail is kept with its message, and what is not lost of one that cannot be read.

use std::time::Duration;

use answerpal::model::{CustomerRepId, Role, Timestamp, job};
use answerpal::store::jobs;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::Installation;

const PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn with_files() -> String {
    format!(
        "Message-ID: <1@x>\nFrom: anna@x.example\nSubject: Bag\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=m\n\n\
         --m\nContent-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html; charset=utf-8\n\n<p>Look: <img src=\"cid:pic@x\"></p><script>x()</script>\n\
         --r\nContent-Type: image/png\nContent-ID: <pic@x>\nContent-Transfer-Encoding: base64\n\n{PICTURE}\n--r--\n\
         --m\nContent-Type: text/plain; name=\"../notes.txt\"\nContent-Disposition: attachment\n\nnotes\n--m--\n"
    )
}

db_test! {
    async fn files_come_along_and_images_are_shown(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let message = installation.deliver(channel, &with_files()).await;
        assert_eq!(message["hasAttachment"], true);
        assert_eq!(message["message"], "Look:");
        let files = installation.admin.get(&format!("/api/ticketMessages/{}/attachments", message["messageID"])).await.expect(200);
        let names: Vec<&str> = files.as_array().unwrap().iter().map(|it| it["fileName"].as_str().unwrap()).collect();
        assert_eq!(names, ["image.png", "notes.txt"]);
        let address = format!("/api/File/{}", files[0]["accessToken"].as_str().unwrap());
        assert!(message["htmlBody"].as_str().unwrap().contains(&format!("src=\"{address}\"")), "{}", message["htmlBody"]);
        // Another mail of the ticket may call its own file the same.
        let answer = with_files().replace("Message-ID: <1@x>", "Message-ID: <2@x>\nIn-Reply-To: <1@x>");
        let second = installation.deliver(channel, &answer).await;
        assert_eq!(second["ticketID"], message["ticketID"]);
        let listed = installation.admin.get(&format!("/api/ticketMessages?ticketId={}", message["ticketID"])).await.expect(200);
        let bodies: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|it| &it["htmlBody"]).collect();
        assert_eq!(bodies, [&message["htmlBody"], &second["htmlBody"]]);
        assert_ne!(bodies[0], bodies[1]);
        let picture = installation.nobody().get(&address).await;
        assert_eq!((picture.status.as_u16(), picture.header("content-type")), (200, "image/png"));
    }
}

db_test! {
    async fn the_original_is_had_as_it_came(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let message = installation.deliver(channel, &with_files()).await;
        let path = format!("/api/ticketMessages/{}/raw", message["messageID"]);
        let answer = installation.admin.get(&path).await;
        assert_eq!(answer.text(), with_files().replace('\n', "\r\n"));
        assert_eq!(answer.header("content-type"), "message/rfc822");
        assert!(answer.header("content-disposition").starts_with("attachment"));
        let (rep, agent) = installation.rep("agent", Role::Agent).await;
        assert_ne!(rep, CustomerRepId(1));
        agent.get(&path).await.expect_bytes(200);
        let assign = json!({ "customerRepID": 1 });
        installation.admin.put(&format!("/api/tickets/{}/assign", message["ticketID"]), assign).await.expect(204);
        agent.get(&path).await.expect(404);
        installation.nobody().get(&path).await.expect(401);
    }
}

db_test! {
    async fn what_does_not_fit_is_told(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let mut raw = String::from("From: anna@x.example\nMessage-ID: <1@x>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n");
        for number in 0..60 {
            raw.push_str(&format!("--b\nContent-Type: application/octet-stream; name=f{number}\n\n{number}\n"));
        }
        raw.push_str("--b--\n");
        let message = installation.deliver(channel, &raw).await;
        assert_eq!(installation.count("attachments").await, 50);
        assert!(message["mail"]["notes"][0].as_str().unwrap().starts_with("10 more files"), "{}", message["mail"]);
        assert_eq!(installation.count("doomed_objects").await, 0);
    }
}

db_test! {
    async fn a_dead_letter_is_seen_read_again_and_dropped(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        installation.receive(channel, "no header").await;
        installation.run_jobs().await;
        let admin = &installation.admin;
        let dead = admin.get("/api/DeadMails").await.expect(200);
        assert_eq!(dead["totalCount"], 1);
        let id = dead["items"][0]["receivedMailID"].as_i64().unwrap();
        assert!(dead["items"][0]["reason"].as_str().unwrap().contains("header"));
        assert_eq!(admin.get(&format!("/api/DeadMails/{id}/raw")).await.text(), "no header");
        admin.post(&format!("/api/DeadMails/{id}/replay"), Value::Null).await.expect(204);
        admin.post(&format!("/api/DeadMails/{id}/replay"), Value::Null).await.expect(404);
        installation.run_jobs().await;
        assert_eq!(admin.get("/api/DeadMails").await.expect(200)["totalCount"], 1);
        let (_, agent) = installation.rep("agent", Role::Agent).await;
        agent.get("/api/DeadMails").await.expect(403);
        admin.delete(&format!("/api/DeadMails/{id}")).await.expect(204);
        assert_eq!(admin.get("/api/DeadMails").await.expect(200)["totalCount"], 0);
        assert!(installation.receive(channel, "no header").await.is_duplicate);
        installation.allow_unfinished_jobs();
    }
}

/// Reading it takes one worker after the other along.
async fn give_up(installation: &Installation) {
    for _ in 0..11 {
        let lost = installation.app.store.write(|tx| {
            Box::pin(async move {
                jobs::release_expired(tx, 10).await?;
                let until = Timestamp(tx.now.0 + 60_000_000);
                jobs::claim(tx, "lost", &[job::PROCESS_MAIL.to_owned()], 1, until).await
            })
        });
        lost.await.unwrap();
        installation.clock.advance(Duration::from_secs(61));
    }
    // The runner looks for lost leases where a job is due.
    let customer = installation.customer;
    let due = installation.app.store.write(move |tx| {
        Box::pin(async move {
            let now = tx.now;
            jobs::enqueue(tx, customer, job::LEARN_SPAM, customer.0, now, None).await
        })
    });
    due.await.unwrap();
    installation.run_jobs().await;
}

db_test! {
    async fn a_mail_that_was_given_up_is_read_again_in_either_list(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let admin = &installation.admin;
        let of_mail = |id: i64| format!("/api/DeadMails/{id}/replay");
        let of_job = |id: i64| format!("/api/Jobs/{id}/replay");
        for (number, by_job) in [(1, true), (2, false)] {
            installation.receive(channel, &format!("From: anna{number}@x.example\n\nHello {number}")).await;
            give_up(&installation).await;
            let mails = admin.get("/api/DeadMails").await.expect(200);
            let jobs = admin.get("/api/Jobs/dead").await.expect(200);
            assert_eq!((&mails["totalCount"], &jobs["totalCount"]), (&json!(1), &json!(1)), "{mails} {jobs}");
            let path = match by_job {
                true => of_job(jobs["items"][0]["jobID"].as_i64().unwrap()),
                false => of_mail(mails["items"][0]["receivedMailID"].as_i64().unwrap()),
            };
            admin.post(&path, Value::Null).await.expect(204);
            installation.run_jobs().await;
            assert_eq!(admin.get("/api/DeadMails").await.expect(200)["totalCount"], 0);
            assert_eq!(admin.get("/api/Jobs/dead").await.expect(200)["totalCount"], 0);
            assert_eq!(installation.count("ticket_messages").await, number);
        }
    }
}
