//! Archived mail: with its dates, once, and without consequences.

use answerpal::domain::inbound::{self, Archive, Options};
use serde_json::json;

use crate::db_test;
use crate::support::Installation;

const BOX: &str = "From anna@x.example Mon Mar  2 08:00:00 2020\nMessage-ID: <1@x>\nDate: Mon, 02 Mar 2020 08:00:00 +0000\nFrom: anna@x.example\nTo: support@acme.example\nSubject: Bag\n\nFrom the train I lost it.\n\n\
From support@acme.example Mon Mar  2 09:00:00 2020\nMessage-ID: <2@x>\nDate: Mon, 02 Mar 2020 09:00:00 +0000\nFrom: support@acme.example\nTo: anna@x.example\nIn-Reply-To: <1@x>\nSubject: Re: Bag\n\nFound.\n\n\
From anna@x.example Mon Mar  2 10:00:00 2020\nMessage-ID: <3@x>\nDate: Mon, 02 Mar 2020 10:00:00 +0000\nFrom: anna@x.example\nTo: support@acme.example\nReferences: <1@x> <2@x>\nSubject: Re: Bag\n\nThanks!\n";

db_test! {
    async fn an_mbox_is_imported_once(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let path = installation.folder().join("old.mbox");
        std::fs::write(&path, BOX).unwrap();
        let (app, customer) = (&installation.app, installation.customer);
        let run = |dry| inbound::import(app, customer, channel, Archive::Mbox, path.clone(), Options { dry_run: dry, ..Options::default() }, &());
        let dry = run(true).await.unwrap();
        assert_eq!((dry.mails, dry.messages_made, dry.failed), (3, 3, 0));
        assert_eq!(installation.count("received_mails").await, 0);
        let done = run(false).await.unwrap();
        assert_eq!((done.messages_made, done.tickets_made, done.failed), (3, 1, 0));
        let ticket = installation.admin.get("/api/tickets/1").await.expect(200);
        assert_eq!(ticket["dateCreated"], "2020-03-02T08:00:00Z");
        assert_eq!(ticket["lastMessageDate"], "2020-03-02T10:00:00Z");
        let list = installation.admin.get("/api/ticketMessages?ticketId=1").await.expect(200);
        let said: Vec<_> = list["items"].as_array().unwrap().iter().map(|it| (it["senderType"].clone(), it["message"].clone())).collect();
        let expected = [("EndUser", "From the train I lost it."), ("CustomerRep", "Found."), ("EndUser", "Thanks!")];
        assert_eq!(said, expected.map(|it| (json!(it.0), json!(it.1))));
        // No job is left, so nothing is answered; the audit's sealer aside nothing happens.
        assert_eq!(installation.unfinished_jobs().await, []);
        let again = run(false).await.unwrap();
        assert_eq!((again.messages_made, again.there_already), (0, 3));
        assert_eq!(installation.count("ticket_messages").await, 3);
    }
}

db_test! {
    async fn a_maildir_and_files_are_imported(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let folder = installation.folder().join("mail");
        for (name, id) in [("cur/1:2,S", "1"), ("new/2", "2"), (".Sent/cur/3:2,S", "3"), ("tmp/4", "4")] {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, format!("Message-ID: <{id}@x>\nFrom: {id}@x.example\nSubject: {id}\n\nx\n")).unwrap();
        }
        std::fs::write(folder.join("cur/5"), "no mail").unwrap();
        let (app, customer) = (&installation.app, installation.customer);
        let done = inbound::import(app, customer, channel, Archive::Maildir, folder.clone(), Options::default(), &()).await.unwrap();
        assert_eq!((done.mails, done.messages_made, done.failed), (4, 3, 1));
        assert!(done.failures[0].place.ends_with("cur/5"));
        let done = inbound::import(app, customer, channel, Archive::Eml, folder.join("tmp/4"), Options::default(), &()).await.unwrap();
        assert_eq!(done.messages_made, 1);
        installation.allow_unfinished_jobs();
    }
}

db_test! {
    async fn a_long_archive_is_gone_on_with_where_it_was(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let path = installation.folder().join("long.mbox");
        let mails = |range: std::ops::Range<usize>| range.map(|it| {
            format!("From a@x.example Mon Mar  2 08:00:00 2020\nMessage-ID: <{it}@x>\nFrom: a@x.example\nSubject: {it}\n\n{}\n\n", "x".repeat(200))
        }).collect::<String>();
        std::fs::write(&path, mails(0..50)).unwrap();
        let (app, customer) = (&installation.app, installation.customer);
        let run = |from_start| {
            let options = Options { from_start, ..Options::default() };
            inbound::import(app, customer, channel, Archive::Mbox, path.clone(), options, &())
        };
        let first = run(false).await.unwrap();
        assert_eq!((first.messages_made, first.bytes_skipped), (50, 0));
        // More was added: only the last mail, which might have been cut, is read again.
        std::fs::write(&path, mails(0..60)).unwrap();
        let second = run(false).await.unwrap();
        assert_eq!((second.mails, second.messages_made, second.there_already), (11, 10, 1), "{second:?}");
        assert_eq!(second.bytes_skipped, mails(0..49).len() as u64);
        let all = run(true).await.unwrap();
        assert_eq!((all.mails, all.there_already, all.bytes_skipped), (60, 60, 0));
        // Another file that begins the same is another file.
        std::fs::write(&path, mails(0..20) + &mails(100..130)).unwrap();
        let other = run(false).await.unwrap();
        assert_eq!((other.mails, other.messages_made, other.bytes_skipped), (50, 30, 0));
        assert_eq!(installation.count("ticket_messages").await, 90);
        let (_, admin) = installation.other_tenant().await;
        assert_eq!(admin.get("/api/tickets").await.expect(200)["totalCount"], 0);
    }
}
