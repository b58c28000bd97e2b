//! Which ticket a mail goes to, and that nobody gets into one that they take no part in.

use answerpal::domain::inbound::{self, Envelope, Incoming};
use answerpal::domain::reply_tokens;
use answerpal::model::{ChannelId, MailSource, TicketId};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::Installation;

/// A mail with these headers beside the usual ones.
fn mail(id: &str, from: &str, subject: &str, more: &str) -> String {
    format!(
        "Message-ID: <{id}>\nFrom: {from}\nTo: support@acme.example\nSubject: {subject}\n{more}\nText of {id}.\n"
    )
}

async fn answer(installation: &Installation, message: &Value) -> Value {
    let id = message["messageID"].as_i64().unwrap();
    let body = json!({ "modifiedAnswer": "We found it." });
    installation.admin.post(&format!("/api/ticketMessages/{id}/send"), body).await.expect(200);
    installation.allow_unfinished_jobs();
    let newest = installation.count("ticket_messages").await;
    installation.admin.get(&format!("/api/ticketMessages/{newest}")).await.expect(200)
}

db_test! {
    async fn an_answer_joins_by_what_it_refers_to(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let first = installation.deliver(channel, &mail("1@x", "Anna <anna@x.example>", "Bag", "")).await;
        assert_eq!(first["mail"]["rule"], "new");
        let reply = answer(&installation, &first).await;
        let ours = reply["messageIdentifier"].as_str().unwrap().to_owned();
        let references = format!("In-Reply-To: {ours}\nReferences: <1@x> {ours}\n");
        let second = installation.deliver(channel, &mail("2@x", "ANNA@X.example", "Other words", &references)).await;
        assert_eq!(second["ticketID"], first["ticketID"]);
        // Our Message-IDs carry the ticket's token.
        assert_eq!(second["mail"]["rule"], "token");
        // The nearest is not known, an older one is.
        let far = "In-Reply-To: <gone@x>\nReferences: <1@x> <gone@x>\n";
        let third = installation.deliver(channel, &mail("3@x", "anna@x.example", "Bag", far)).await;
        assert_eq!(third["ticketID"], first["ticketID"]);
        assert_eq!(third["mail"]["rule"], "references");
        // A number or a subject alone joins nothing.
        let other = installation.deliver(channel, &mail("4@x", "anna@x.example", "Re: Bag [#1]", "")).await;
        assert_ne!(other["ticketID"], first["ticketID"]);
    }
}

db_test! {
    async fn a_stranger_gets_a_ticket_that_is_linked(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let first = installation.deliver(channel, &mail("1@x", "anna@x.example", "Bag", "Cc: carl@y.example\n")).await;
        let refers = "References: <1@x>\n";
        let stranger = installation.deliver(channel, &mail("2@x", "eve@evil.example", "Re: Bag", refers)).await;
        assert_ne!(stranger["ticketID"], first["ticketID"]);
        assert_eq!(stranger["mail"]["linkedTicketID"], first["ticketID"]);
        assert_eq!(stranger["additionalInfo"]["linkedTicketID"], first["ticketID"]);
        assert!(stranger["mail"]["because"].as_str().unwrap().contains("takes no part"));
        let copied = installation.deliver(channel, &mail("3@x", "Carl@y.example", "Re: Bag", refers)).await;
        assert_eq!(copied["ticketID"], first["ticketID"]);
    }
}

db_test! {
    async fn a_token_brings_the_answer_back(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let first = installation.deliver(channel, &mail("1@x", "anna@x.example", "Bag", "")).await;
        let ticket = TicketId(first["ticketID"].as_i64().unwrap());
        let (app, customer) = (&installation.app, installation.customer);
        let address = reply_tokens::reply_address(app, customer, ticket, "support@acme.example").unwrap();
        let cc = format!("Cc: {}\n", address.to_uppercase());
        let second = installation.deliver(channel, &mail("2@x", "anna@x.example", "Hello", &cc)).await;
        assert_eq!((&second["ticketID"], &second["mail"]["rule"]), (&first["ticketID"], &json!("token")));
        let stolen = installation.deliver(channel, &mail("3@x", "eve@evil.example", "Hello", &cc)).await;
        assert_eq!(stolen["mail"]["linkedTicketID"], first["ticketID"]);
        let forged = cc.replace("T-", "T-AAAA");
        let forged = installation.deliver(channel, &mail("4@x", "anna@x.example", "Hello", &forged)).await;
        assert_eq!(forged["mail"]["rule"], "new");
    }
}

db_test! {
    async fn a_mail_that_is_late_finds_its_answers(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let reply = "In-Reply-To: <1@x>\nCc: anna@x.example\n";
        let second = installation.deliver(channel, &mail("2@x", "carl@y.example", "Re: Bag", reply)).await;
        let first = installation.deliver(channel, &mail("1@x", "anna@x.example", "Bag", "")).await;
        assert_eq!((&first["ticketID"], &first["mail"]["rule"]), (&second["ticketID"], &json!("answer")));
        let sibling = installation.deliver(channel, &mail("3@x", "carl@y.example", "Re: Bag", "In-Reply-To: <0@x>\n")).await;
        let other = installation.deliver(channel, &mail("4@x", "carl@y.example", "Re: Bag", "In-Reply-To: <0@x>\n")).await;
        assert_eq!((&other["ticketID"], &other["mail"]["rule"]), (&sibling["ticketID"], &json!("sibling")));
    }
}

db_test! {
    async fn a_subject_joins_only_where_the_channel_allows_it(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let settings = json!({ "joinBySubjectDays": 3 });
        installation.admin.put(&format!("/api/Channels/{channel}"), settings).await.expect(200);
        let first = installation.deliver(channel, &mail("1@x", "anna@x.example", "Bag", "")).await;
        let second = installation.deliver(channel, &mail("2@x", "anna@x.example", "RE: bag", "")).await;
        assert_eq!((&second["ticketID"], &second["mail"]["rule"]), (&first["ticketID"], &json!("subject")));
        let other = installation.deliver(channel, &mail("3@x", "carl@y.example", "Bag", "")).await;
        assert_ne!(other["ticketID"], first["ticketID"]);
        installation.clock.advance(std::time::Duration::from_secs(5 * 24 * 3600));
        installation.receive(channel, &mail("4@x", "anna@x.example", "Bag", "")).await;
        installation.run_jobs().await;
        assert_eq!(installation.count("tickets").await, 3);
    }
}

db_test! {
    async fn a_forged_sender_joins_nothing(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let settings = json!({ "joinBySubjectDays": 3, "trustedAuthServer": "mx.acme.example" });
        installation.admin.put(&format!("/api/Channels/{channel}"), settings).await.expect(200);
        let first = installation.deliver(channel, &mail("1@x", "anna@x.example", "Bag", "")).await;
        let forged = "Authentication-Results: mx.acme.example; dmarc=fail header.from=x.example\nReferences: <1@x>\n";
        let forged = installation.deliver(channel, &mail("2@x", "anna@x.example", "Bag", forged)).await;
        assert_ne!(forged["ticketID"], first["ticketID"]);
        assert_eq!((&forged["mail"]["dmarc"], &forged["mail"]["linkedTicketID"]), (&json!("fail"), &first["ticketID"]));
        assert_eq!(forged["isKnownEndUser"], false);
        let good = "Authentication-Results: mx.acme.example; dmarc=pass\nReferences: <1@x>\n";
        let good = installation.deliver(channel, &mail("3@x", "anna@x.example", "Bag", good)).await;
        assert_eq!(good["ticketID"], first["ticketID"]);
    }
}

db_test! {
    async fn automatic_answers_and_reports_reopen_nothing(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let first = installation.deliver(channel, &mail("1@x", "anna@x.example", "Bag", "")).await;
        let reply = answer(&installation, &first).await;
        let ours = reply["messageIdentifier"].as_str().unwrap().to_owned();
        let path = format!("/api/tickets/{}", first["ticketID"]);
        installation.admin.put(&path, json!({ "status": "Closed" })).await.expect(204);
        let away = format!("Auto-Submitted: auto-replied\nIn-Reply-To: {ours}\n");
        let away = installation.deliver(channel, &mail("2@x", "anna@x.example", "Away", &away)).await;
        assert_eq!((&away["ticketID"], &away["senderType"]), (&first["ticketID"], &json!("System")));
        let bounce = format!(
            "From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\nContent-Type: multipart/report; boundary=b\n\n\
             --b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; anna@x.example\nAction: failed\nStatus: 5.1.1\n\n\
             --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {ours}\n\n--b--\n"
        );
        let bounce = installation.deliver(channel, &bounce).await;
        assert_eq!((&bounce["ticketID"], &bounce["mail"]["rule"]), (&first["ticketID"], &json!("report")));
        assert_eq!(installation.admin.get(&path).await.expect(200)["status"], "Closed");
        let sent = installation.admin.get(&format!("/api/ticketMessages/{}", reply["messageID"])).await.expect(200);
        assert_eq!(sent["isBounced"], true);
        assert_eq!(sent["deliveryStatus"], "Bounced");
        let again = installation.deliver(channel, &mail("3@x", "anna@x.example", "Re: Bag", &format!("In-Reply-To: {ours}\n"))).await;
        assert_eq!(again["ticketID"], first["ticketID"]);
        assert_eq!(installation.admin.get(&path).await.expect(200)["status"], "Open");
    }
}

db_test! {
    async fn our_own_mail_that_comes_back_is_no_message(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let first = installation.deliver(channel, &mail("1@x", "anna@x.example", "Bag", "")).await;
        let reply = answer(&installation, &first).await;
        let ours = reply["messageIdentifier"].as_str().unwrap().trim_matches(['<', '>']).to_owned();
        let before = installation.count("ticket_messages").await;
        installation.receive(channel, &mail(&ours, "support@acme.example", "Re: Bag", "")).await;
        installation.run_jobs().await;
        assert_eq!(installation.count("ticket_messages").await, before);
        assert_eq!(installation.count("received_mails WHERE state = 'Processed' AND evidence LIKE '%\"own\"%'").await, 1);
    }
}

db_test! {
    async fn what_a_rep_wrote_elsewhere_and_forms_are_understood(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let sent = "Message-ID: <s@x>\nFrom: support@acme.example\nTo: Anna <anna@x.example>\nSubject: Bag\n\nWe found it.\n";
        let sent = installation.deliver(channel, sent).await;
        assert_eq!((&sent["incoming"], &sent["senderType"], &sent["uid"]), (&json!(false), &json!("CustomerRep"), &json!("anna@x.example")));
        let thanks = installation.deliver(channel, &mail("t@x", "anna@x.example", "Re: Bag", "In-Reply-To: <s@x>\n")).await;
        assert_eq!(thanks["ticketID"], sent["ticketID"]);
        let form = "Message-ID: <f@x>\nFrom: no-reply@shop.example\nReply-To: Carl <carl@y.example>\nTo: support@acme.example\nSubject: Form\n\nHello\n";
        let form = installation.deliver(channel, form).await;
        assert_eq!((&form["fromAddress"], &form["uid"]), (&json!("carl@y.example"), &json!("carl@y.example")));
    }
}

db_test! {
    async fn mails_of_one_thread_at_once_are_one_ticket(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        let mut ids = Vec::new();
        for number in 0..8 {
            let more = if number == 0 { String::new() } else { "References: <0@x>\n".into() };
            ids.push(installation.receive(channel, &mail(&format!("{number}@x"), "anna@x.example", "Bag", &more)).await.id);
        }
        let (app, customer) = (&installation.app, installation.customer);
        let all = ids.into_iter().map(|id| inbound::process(app, customer, id));
        for done in futures::future::join_all(all).await {
            assert!(matches!(done.unwrap(), inbound::Processed::Message(_)));
        }
        installation.run_jobs().await;
        assert_eq!((installation.count("ticket_messages").await, installation.count("tickets").await), (8, 1));
    }
}

db_test! {
    async fn a_mail_of_another_tenant_is_nothing_here(installation: Installation) {
        let channel = installation.mail_channel("support@acme.example").await;
        installation.deliver(channel, &mail("1@x", "anna@x.example", "Bag", "")).await;
        let (other, admin) = installation.other_tenant().await;
        let theirs = json!({ "channelType": "Email", "name": "Mail", "emailAddress": "desk@other.example" });
        let theirs = admin.post("/api/Channels", theirs).await.expect(201)["channelID"].as_i64().unwrap();
        let raw = Bytes::from(mail("2@x", "anna@x.example", "Re: Bag", "References: <1@x>\n"));
        let incoming = Incoming::new(raw, MailSource::Imap, Envelope::default());
        inbound::receive(&installation.app, other, ChannelId(theirs), incoming).await.unwrap();
        installation.run_jobs().await;
        assert_eq!(installation.count("tickets").await, 2);
        admin.get("/api/ticketMessages/1/raw").await.expect(404);
        assert_eq!(admin.get("/api/ticketMessages/2").await.expect(200)["mail"]["linkedTicketID"], Value::Null);
    }
}
