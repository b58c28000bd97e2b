//! `answerpal dead-letters`.

use std::time::Duration;

use answerpal::domain::mails;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::Installation;

use super::answerpal_on;

fn told(installation: &Installation, arguments: &[&str]) -> (i32, String) {
    let output = answerpal_on(installation, &[&["dead-letters"], arguments].concat());
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

fn json_of(installation: &Installation, arguments: &[&str]) -> (i32, Value) {
    let output = answerpal_on(installation, &[&["dead-letters"], arguments, &["--json"]].concat());
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
}

/// A mail that cannot be read, and a job that was given up.
async fn two_letters(installation: &Installation) -> (String, String) {
    let channel = installation.mail_channel("support@acme.example").await;
    installation.receive(channel, "no \u{1b}[2Jheader").await;
    installation.run_jobs().await;
    let (customer, mut mail) = (
        installation.customer,
        mails::compose(&installation.app, "test", "kim@example.com", "Hi", "Hi").unwrap(),
    );
    mail.body.truncate(30);
    installation
        .app
        .store
        .write(move |tx| Box::pin(async move { mails::queue(tx, customer, &mail).await }))
        .await
        .unwrap();
    installation
        .tamper("UPDATE jobs SET state = 'dead', attempts = 11, last_error = 'It does not open' WHERE kind = 'deliver_mail'")
        .await;
    let list = json_of(installation, &["list"]).1;
    let ids: Vec<_> = list["deadLetters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].as_str().unwrap().to_owned())
        .collect();
    let [mail, job] = ids.try_into().unwrap();
    assert!(mail.starts_with("mail-") && job.starts_with("job-"), "{list}");
    (mail, job)
}

db_test! {
    async fn they_are_listed_and_shown_in_the_words_of_the_api(installation: Installation) {
        assert_eq!(told(&installation, &["list"]), (0, "There are no dead letters.\n".to_owned()));
        let (mail, job) = two_letters(&installation).await;
        let list = json_of(&installation, &["list", "--customer", &installation.customer.to_string()]).1;
        for (at, path) in [(0, "/api/DeadMails"), (1, "/api/Jobs/dead")] {
            for (name, value) in installation.admin.get(path).await.expect(200)["items"][0].as_object().unwrap() {
                assert_eq!(&list["deadLetters"][at][name], value, "{name}");
            }
        }
        let table = told(&installation, &["list"]).1;
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[0].starts_with("ID ") && lines[1].starts_with(&mail) && lines[2].starts_with(&job), "{table}");
        assert!(lines[1].contains("there is not one header") && lines[2].contains("does not open"), "{table}");
        assert!(lines[1].contains(" 2026-03-02T09:00:00Z ") && lines[2].contains("tried 11 times"), "{table}");
        let shown = told(&installation, &["show", &mail]).1;
        assert!(shown.contains("no \u{fffd}[2Jheader") && shown.contains(&format!("replay {mail}")), "{shown}");
        assert!(told(&installation, &["show", &job]).1.contains("deliver_mail"));
        assert_eq!(json_of(&installation, &["show", &mail]).1["begins"], "  no \u{fffd}[2Jheader");
        let (other, _) = installation.other_tenant().await;
        assert_eq!(json_of(&installation, &["list", "--customer", &other.to_string()]).1["deadLetters"], json!([]));
    }
}

db_test! {
    async fn the_file_of_a_mail_is_given(installation: Installation) {
        let (mail, job) = two_letters(&installation).await;
        let (code, raw) = told(&installation, &["raw", &mail]);
        assert_eq!((code, raw.as_str()), (0, "no \u{1b}[2Jheader"));
        let file = installation.folder().join("mail.eml");
        let output = ["raw", &mail, "--output", file.to_str().unwrap()];
        assert_eq!(json_of(&installation, &output).1["sizeBytes"], 13);
        assert_eq!(std::fs::read(&file).unwrap(), b"no \x1b[2Jheader");
        let (code, refused) = told(&installation, &output);
        assert_eq!(code, 1, "nothing is overwritten");
        assert!(refused.contains("output cannot be written"), "{refused}");
        assert!(json_of(&installation, &["raw", &mail]).1["error"].as_str().unwrap().contains("--output FILE"));
        assert!(told(&installation, &["raw", &job]).1.contains("a job has no file"));
    }
}

db_test! {
    async fn they_are_replayed(installation: Installation) {
        let (mail, job) = two_letters(&installation).await;
        assert_eq!(json_of(&installation, &["replay", "--all"]), (0, json!({ "replayed": [mail, job] })));
        assert_eq!(json_of(&installation, &["list"]).1["deadLetters"], json!([]));
        let (code, refused) = told(&installation, &["replay", &job]);
        assert_eq!(code, 1);
        assert!(refused.contains("is waiting, not dead") && refused.contains("dead-letters list"), "{refused}");
        // The command goes by the machine's clock.
        installation.clock.advance(Duration::from_secs(100 * 366 * 24 * 3600));
        installation.run_jobs().await;
        let list = json_of(&installation, &["list"]).1;
        assert_eq!(list["deadLetters"].as_array().unwrap().len(), 1, "the mail is no better: {list}");
        assert_eq!(json_of(&installation, &["replay", &mail]).0, 0);
        installation.allow_unfinished_jobs();
    }
}

db_test! {
    async fn they_are_deleted(installation: Installation) {
        let (mail, job) = two_letters(&installation).await;
        let (code, refused) = told(&installation, &["delete", &mail, "job-999999"]);
        assert_eq!((code, refused.contains("job-999999 is not there")), (1, true), "{refused}");
        assert_eq!(json_of(&installation, &["list"]).1["deadLetters"].as_array().unwrap().len(), 2, "all or nothing");
        assert_eq!(json_of(&installation, &["delete", &mail, &job]), (0, json!({ "deleted": [mail, job] })));
        assert_eq!(json_of(&installation, &["list"]).1["deadLetters"], json!([]));
        let (code, refused) = told(&installation, &["delete", &mail]);
        assert_eq!((code, refused.contains("is no dead letter (any more)")), (1, true), "{refused}");
        let (code, refused) = told(&installation, &["show", "12"]);
        assert_eq!((code, refused.contains("mail-12 or job-34")), (1, true), "{refused}");
        let trail = installation.admin.get("/api/AuditEvents?pageSize=2").await.expect(200);
        let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|it| it["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["job.deleted", "receivedMail.deleted"], "{trail}");
        installation.allow_unfinished_jobs();
    }
}

db_test! {
    async fn a_mail_that_was_read_says_where_it_is(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let message = installation.deliver(channel, "From: a@b.example\nSubject: Hi\n\nHi").await;
        let (code, refused) = told(&installation, &["replay", "mail-1"]);
        assert_eq!(code, 1);
        assert!(refused.contains(&format!("answerpal explain message {}", message["messageID"])), "{refused}");
    }
}
