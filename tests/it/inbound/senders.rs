//! SPF, DKIM and DMARC, asked of a real DNS server: what is kept, what is shown, and who joins a ticket.

use std::net::IpAddr;

use answerpal::channels::email::dkim::{DkimKey, generate};
use answerpal::domain::inbound::{self, Envelope, Incoming};
use answerpal::domain::reply_tokens;
use answerpal::model::{ChannelId, MailSource, TicketId};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::support::{Dns, Engine, Installation, free_port};

const OWN_SERVER: &str = "192.0.2.1";
const STRANGER: &str = "198.51.100.9";

/// An installation that asks a DNS server which knows `signed.test`, and that domain's key.
async fn with_dns(engine: Engine) -> Option<(Installation, DkimKey, Dns)> {
    let key = DkimKey::new("signed.test", "desk", &generate().unwrap()).unwrap();
    let dns = Dns::start(&[
        (&key.record_name(), &key.record().unwrap()),
        ("signed.test", "v=spf1 ip4:192.0.2.1 -all"),
        ("_dmarc.signed.test", "v=DMARC1; p=reject"),
        ("lenient.test", "v=spf1 ~all"),
    ])?;
    let address = dns.address.clone();
    let installation = Installation::with(engine, |config| config.dns_servers = Some(address)).await?;
    Some((installation, key, dns))
}

fn mail(id: &str, from: &str, more: &str) -> Vec<u8> {
    format!(
        "Message-ID: <{id}>\nDate: Mon, 2 Mar 2026 08:00:00 +0000\nFrom: {from}\nTo: support@acme.example\nSubject: Bag\n{more}\nWhere is it?\n"
    )
    .replace('\n', "\r\n")
    .into_bytes()
}

/// Handed over by this address where one is given, else fetched; the message that it became.
async fn take(installation: &Installation, channel: ChannelId, raw: Vec<u8>, ip: Option<&str>) -> Value {
    let envelope = Envelope {
        mail_from: ip.map(|_| "anna@signed.test".into()),
        remote_ip: ip.map(|it| it.parse::<IpAddr>().unwrap()),
        helo: ip.map(|_| "mail.signed.test".into()),
        ..Envelope::default()
    };
    let incoming = Incoming::new(Bytes::from(raw), MailSource::Smtp, envelope);
    inbound::receive(&installation.app, installation.customer, channel, incoming).await.unwrap();
    installation.run_jobs().await;
    let newest = installation.count("ticket_messages").await;
    installation.admin.get(&format!("/api/ticketMessages/{newest}")).await.expect(200)
}

#[track_caller]
fn found(message: &Value) -> [&Value; 3] {
    let mail = &message["mail"];
    [&mail["spf"], &mail["dkim"], &mail["dmarc"]]
}

macro_rules! on_both {
    ($(async fn $name:ident($installation:ident, $key:ident) $body:block)*) => {
        $(mod $name {
            use super::*;
            async fn body($installation: &Installation, $key: &DkimKey) $body
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                if let Some((installation, key, _dns)) = with_dns(Engine::Sqlite).await {
                    body(&installation, &key).await;
                }
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some((installation, key, _dns)) = with_dns(Engine::Postgres).await {
                    body(&installation, &key).await;
                }
            }
        })*
    };
}

on_both! {
    async fn our_own_signature_holds(installation, key) {
        let channel = installation.mail_channel("support@acme.example").await;
        let now = installation.clock.now();
        let first = take(installation, channel, key.sign(&mail("1@x", "anna@signed.test", ""), now).unwrap(), None).await;
        assert_eq!(found(&first), [&Value::Null, &json!("pass"), &json!("pass")], "{}", first["mail"]);
        assert_eq!(first["mail"]["authenticatedBy"], "answerpal");
        let details = first["mail"]["authenticationDetails"].as_str().unwrap();
        assert!(details.contains("signed.test (selector desk)") && details.contains("policy reject"), "{details}");
        let answer = key.sign(&mail("2@x", "anna@signed.test", "References: <1@x>\n"), now).unwrap();
        let answer = take(installation, channel, answer, None).await;
        assert_eq!((&answer["ticketID"], &answer["mail"]["rule"]), (&first["ticketID"], &json!("references")));
        // Somebody changed it on its way. Who handed it over is not known, so neither is whether it is forged.
        let signed = key.sign(&mail("3@x", "anna@signed.test", "References: <1@x>\n"), now).unwrap();
        let changed = String::from_utf8(signed).unwrap().replace("Where is it", "Where was it");
        let changed = take(installation, channel, changed.into_bytes(), None).await;
        assert_eq!(found(&changed), [&Value::Null, &json!("fail"), &Value::Null], "{}", changed["mail"]);
    }

    async fn what_a_stranger_hands_over_joins_nothing(installation, key) {
        let channel = installation.mail_channel("support@acme.example").await;
        let settings = json!({ "joinBySubjectDays": 3 });
        installation.admin.put(&format!("/api/Channels/{channel}"), settings).await.expect(200);
        let first = take(installation, channel, mail("1@x", "anna@signed.test", ""), Some(OWN_SERVER)).await;
        assert_eq!(found(&first), [&json!("pass"), &json!("none"), &json!("pass")], "{}", first["mail"]);
        let forged = mail("2@x", "anna@signed.test", "References: <1@x>\n");
        let forged = take(installation, channel, forged, Some(STRANGER)).await;
        assert_eq!(found(&forged), [&json!("fail"), &json!("none"), &json!("fail")], "{}", forged["mail"]);
        assert_ne!(forged["ticketID"], first["ticketID"]);
        assert_eq!(forged["mail"]["linkedTicketID"], first["ticketID"]);
        assert_eq!(forged["isKnownEndUser"], false);
        // Passed on by a forwarder, but with its signature: that is its sender's.
        let raw = key.sign(&mail("3@x", "anna@signed.test", "References: <1@x>\n"), installation.clock.now()).unwrap();
        let passed_on = take(installation, channel, raw, Some(STRANGER)).await;
        assert_eq!(found(&passed_on), [&json!("fail"), &json!("pass"), &json!("pass")], "{}", passed_on["mail"]);
        assert_eq!(passed_on["ticketID"], first["ticketID"]);
    }

    async fn a_second_author_hides_nobody(installation, key) {
        let channel = installation.mail_channel("support@acme.example").await;
        let first = take(installation, channel, mail("1@x", "anna@signed.test", ""), Some(OWN_SERVER)).await;
        let both = mail("2@x", "anna@signed.test, eve@lenient.test", "References: <1@x>\n");
        let both = take(installation, channel, both, Some(OWN_SERVER)).await;
        assert_eq!(both["mail"]["dmarc"], "fail", "{}", both["mail"]);
        assert_ne!(both["ticketID"], first["ticketID"]);
        // A domain that says nothing about its mail proves nothing and forbids nothing.
        let other = take(installation, channel, mail("3@x", "carl@silent.test", ""), Some(OWN_SERVER)).await;
        assert_eq!(other["mail"]["dmarc"], "none", "{} {}", other["mail"], key.domain);
    }
}

/// Nobody answers: the mail is there all the same, and says that it is not known. It may be forged, so it joins a
/// ticket by our token alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dns_that_is_down_holds_nothing_back() {
    let address = format!("127.0.0.1:{}", free_port());
    let installation =
        Installation::with(Engine::Sqlite, |config| config.dns_servers = Some(address)).await.unwrap();
    let channel = installation.mail_channel("support@acme.example").await;
    let message = take(&installation, channel, mail("1@x", "anna@signed.test", ""), Some(OWN_SERVER)).await;
    assert_eq!(
        found(&message),
        [&json!("temperror"), &json!("none"), &json!("temperror")],
        "{}",
        message["mail"]
    );
    assert_eq!(message["isUnverified"], true);
    let listed = format!("/api/ticketMessages?ticketId={}", message["ticketID"]);
    let listed = installation.admin.get(&listed).await.expect(200);
    assert_eq!(listed["items"][0]["isUnverified"], true);
    let settings = json!({ "joinBySubjectDays": 3 });
    installation.admin.put(&format!("/api/Channels/{channel}"), settings).await.expect(200);
    let guessed = mail("2@x", "anna@signed.test", "References: <1@x>\n");
    let guessed = take(&installation, channel, guessed, Some(OWN_SERVER)).await;
    assert_ne!(guessed["ticketID"], message["ticketID"]);
    assert_eq!(guessed["mail"]["linkedTicketID"], message["ticketID"]);
    let because = guessed["mail"]["because"].as_str().unwrap();
    assert!(because.ends_with("whether it is from its sender could not be found out."), "{because}");
    let ticket = TicketId(message["ticketID"].as_i64().unwrap());
    let token = reply_tokens::of_ticket(&installation.app, installation.customer, ticket);
    let answer = mail("3@x", "anna@signed.test", &format!("Cc: support+{token}@acme.example\n"));
    let answer = take(&installation, channel, answer, Some(OWN_SERVER)).await;
    assert_eq!((&answer["ticketID"], &answer["mail"]["rule"]), (&message["ticketID"], &json!("token")));
    // Whoever has the token and takes no part stays outside as ever.
    let stranger = mail("4@x", "eve@other.test", &format!("Cc: support+{token}@acme.example\n"));
    let stranger = take(&installation, channel, stranger, Some(OWN_SERVER)).await;
    assert_eq!(stranger["mail"]["linkedTicketID"], message["ticketID"]);
}
