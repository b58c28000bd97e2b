//! Mails as programs really wrote them, taken in whole: none is lost, none is there twice, and what a person
//! would call readable is read.

use std::path::PathBuf;

use answerpal::domain::inbound::{self, Archive, Options};
use serde_json::Value;

use crate::db_test;
use crate::support::Installation;

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("crates/mail/tests/corpus")
}

/// Subjects with a piece of what is read of their mails: charsets that are declared, wrong and missing.
const READ: [(&str, &str); 8] = [
    ("Die Hasen und die Frösche", "Die Hasen klagten einst über ihre mißliche Lage"),
    ("Die Hasen und die Frösche (Microsoft Outlook 00)", "Die Hasen klagten einst über ihre mißliche Lage"),
    ("The Hare and the Tortoise", "A HARE one day ridiculed the short feet"),
    ("Re: (#5290765) Proxmox Shop E-Mails", ""),
    ("[Shapelib] need some help", ""),
    ("PNG graphic", ""),
    ("broken rfc822 attachment", ""),
    ("Formatted text mail", ""),
];

db_test! {
    async fn real_mails_are_all_taken_in_once(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let (app, customer) = (&installation.app, installation.customer);
        let import = || inbound::import(app, customer, channel, Archive::Eml, corpus(), Options::default(), &());
        let first = import().await.unwrap();
        // One is there twice, to the byte.
        assert_eq!((first.mails, first.there_already), (107, 1), "{first:?}");
        assert_eq!(first.messages_made + first.copies + first.failed, 106, "{first:?}");
        assert_eq!(installation.count("ticket_messages").await, first.messages_made as i64);
        let again = import().await.unwrap();
        assert_eq!((again.messages_made, again.tickets_made, again.there_already), (0, 0, 107 - first.failed), "{again:?}");
        assert_eq!(installation.count("ticket_messages").await, first.messages_made as i64);
        let dead: Vec<&str> = first.failures.iter().map(|it| it.place.rsplit_once("corpus/").unwrap().1).collect();
        assert_eq!(dead, [""; 0], "{:?}", first.failures);
        let list = installation.admin.get("/api/tickets?pageSize=1000").await.expect(200);
        for (subject, text) in READ {
            let found: Vec<&Value> = list["items"].as_array().unwrap().iter().filter(|it| it["subject"] == subject).collect();
            assert!(!found.is_empty(), "no ticket {subject:?}");
            let previews: Vec<&str> = found.iter().filter_map(|it| it["preview"].as_str()).collect();
            assert!(previews.iter().any(|it| it.contains(text)), "{subject:?} is read as {previews:?}");
        }
        let all = list.to_string();
        for wrong in ["\u{fffd}", "FrÃ¶sche", "=?iso"] {
            assert!(!all.contains(wrong), "{wrong} in {all}");
        }
        installation.allow_unfinished_jobs();
    }
}
