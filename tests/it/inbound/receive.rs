//! A raw mail is durable before it is acknowledged, and it is there once.

use answerpal::domain::inbound::{self, Envelope, Incoming};
use answerpal::error::Error;
use answerpal::model::{ChannelId, MailSource};
use bytes::Bytes;
use serde_json::json;

use crate::db_test;
use crate::support::Installation;

const MAIL: &str = "Message-ID: <one@example.com>\nDate: Mon, 2 Mar 2026 08:00:00 +0000\nFrom: Anna Berg <anna@example.com>\nTo: support@acme.example\nSubject: Lost bag\n\nMy bag is lost.\n";

db_test! {
    async fn a_mail_becomes_a_message(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let message = installation.deliver(channel, MAIL).await;
        assert_eq!(message["subject"], "Lost bag");
        assert_eq!(message["message"], "My bag is lost.");
        assert_eq!(message["fromAddress"], "anna@example.com");
        assert_eq!(message["fromName"], "Anna Berg");
        assert_eq!(message["messageIdentifier"], "<one@example.com>");
        let ticket = installation.admin.get(&format!("/api/tickets/{}", message["ticketID"])).await.expect(200);
        assert_eq!(ticket["uid"], "anna@example.com");
    }
}

db_test! {
    async fn the_same_mail_is_there_once(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let first = installation.receive(channel, MAIL).await;
        let copy = installation.receive(channel, &format!("Received: by another.example\n{MAIL}\n")).await;
        assert!(!first.is_duplicate && copy.is_duplicate);
        assert_eq!(first.id, copy.id);
        installation.run_jobs().await;
        assert_eq!(installation.receive(channel, MAIL).await.id, first.id);
        assert_eq!(installation.count("ticket_messages").await, 1);
        let elsewhere = installation.mail_channel("sales@acme.example").await;
        assert!(!installation.receive(elsewhere, MAIL).await.is_duplicate);
        installation.run_jobs().await;
    }
}

db_test! {
    async fn its_raw_file_lives_as_long_as_its_message(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let message = installation.deliver(channel, MAIL).await;
        assert_eq!(installation.count("doomed_objects").await, 0);
        installation.admin.delete(&format!("/api/tickets/{}", message["ticketID"])).await.expect(204);
        assert_eq!(installation.count("doomed_objects").await, 1);
        installation.clock.advance(std::time::Duration::from_secs(2 * 3600));
        installation.run_jobs().await;
        assert_eq!(installation.count("doomed_objects").await, 0);
        // The row stays: an import of the same file does not bring back what was deleted.
        assert!(installation.receive(channel, MAIL).await.is_duplicate);
        assert_eq!(installation.count("tickets").await, 0);
    }
}

db_test! {
    async fn what_no_channel_takes_is_refused(installation: Installation) {
        let incoming = || Incoming::new(Bytes::from_static(b"From: a@b.example\n\nx"), MailSource::Smtp, Envelope::default());
        let (app, customer) = (&installation.app, installation.customer);
        let refused = inbound::receive(app, customer, ChannelId(99), incoming()).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        let chat = json!({ "channelType": "Chat", "name": "Chat" });
        let chat = installation.admin.post("/api/Channels", chat).await.expect(201)["channelID"].as_i64().unwrap();
        let refused = inbound::receive(app, customer, ChannelId(chat), incoming()).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
        assert_eq!(installation.count("received_mails").await, 0);
    }
}

db_test! {
    async fn what_is_no_mail_is_a_dead_letter(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        installation.receive(channel, "").await;
        installation.run_jobs().await;
        assert_eq!(installation.count("received_mails WHERE state = 'Dead' AND reason IS NOT NULL").await, 1);
        assert_eq!(installation.count("tickets").await, 0);
    }
}

db_test! {
    async fn mails_that_share_a_message_id_are_all_there(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let form = |subject: &str, text: &str| format!(
            "Message-ID: <1796000000@form.example>\nDate: Mon, 2 Mar 2026 09:00:00 +0000\nFrom: form@form.example\n\
             To: support@acme.example\nSubject: {subject}\n\n{text}\n"
        );
        let first = installation.deliver(channel, &form("Contact", "Anna: my bag is lost.")).await;
        let second = installation.deliver(channel, &form("Contact", "Bob: my card is blocked.")).await;
        assert_ne!(first["messageID"], second["messageID"]);
        assert_eq!(second["message"], "Bob: my card is blocked.");
        // The same by way of a list.
        let list = form("[team] Contact", "Anna: my bag is lost.\n\n____\nteam@lists.example");
        assert!(!installation.receive(channel, &list).await.is_duplicate);
        installation.run_jobs().await;
        assert_eq!(installation.count("ticket_messages").await, 2);
    }
}

db_test! {
    async fn only_our_own_mail_comes_back(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let mail = |from: &str, to: &str, text: &str| format!(
            "Message-ID: <out@acme.example>\nDate: Mon, 2 Mar 2026 09:00:00 +0000\nFrom: {from}\nTo: {to}\nSubject: Bag\n\n{text}\n"
        );
        let sent = installation.deliver(channel, &mail("support@acme.example", "anna@x.example", "We found it.")).await;
        assert_eq!(sent["incoming"], false);
        let copy = mail("support@acme.example", "anna@x.example", "We found it.\n____\nteam@lists.example");
        assert!(!installation.receive(channel, &copy).await.is_duplicate);
        installation.run_jobs().await;
        assert_eq!(installation.count("ticket_messages").await, 1);
        // A program that answers under the Message-ID of what it answers.
        let answer = installation.deliver(channel, &mail("anna@x.example", "support@acme.example", "Thank you!")).await;
        assert_eq!((&answer["incoming"], &answer["message"]), (&json!(true), &json!("Thank you!")));
    }
}
