//! The threader, tried with conversations that nobody would think of: mails of a few people that refer to each
//! other, to nothing and to what is not there, with tokens that are right, stolen and broken, copied, late and
//! forged, by a seeded random sequence. Whatever the order, nobody gets into a ticket that they take no part in,
//! whoever takes part and refers to it gets in, and the same mail again adds nothing. And mails of the corpus,
//! damaged at random: each becomes a message or a dead letter.
//!
//! `ANSWERPAL_FUZZ_CASES` sets how many mails there are, `ANSWERPAL_FUZZ_SEED` the sequence.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use answerpal::domain::inbound::{self, Envelope, Incoming, Processed};
use answerpal::domain::reply_tokens;
use answerpal::model::{ChannelId, MailSource, TicketId};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::db_test;
use crate::support::Installation;

#[path = "../../../crates/mail/tests/dice/mod.rs"]
mod dice;

use dice::{Dice, mutated, number};

const PEOPLE: [&str; 5] =
    ["anna@x.example", "carl@y.example", "eve@evil.example", "li@z.example", "jo@x.example"];
const SUBJECTS: [&str; 4] = ["Bag", "Re: Bag", "AW: Rechnung", "[#1] Bag"];
const OWN: &str = "support@acme.example";

impl Dice {
    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// A mail with what the threader has to decide by.
struct Letter {
    raw: String,
    from: &'static str,
    /// Those whom it names besides its sender.
    others: Vec<&'static str>,
    /// Message-IDs, nearest first.
    refers_to: Vec<String>,
    /// The ticket whose token it carries.
    token: Option<i64>,
    verdict: &'static str,
}

/// What a person who watches the desk would know.
#[derive(Default)]
struct Desk {
    letters: usize,
    /// Where each Message-ID went.
    tickets_of: HashMap<String, i64>,
    people_of: HashMap<i64, HashSet<&'static str>>,
}

impl Desk {
    fn write(&mut self, installation: &Installation, dice: &mut Dice) -> Letter {
        self.letters += 1;
        let (from, subject) = (dice.of(&PEOPLE), dice.of(&SUBJECTS));
        let others: Vec<&str> =
            (0..dice.below(3)).map(|_| dice.of(&PEOPLE)).filter(|it| *it != from).collect();
        let verdict = dice.of(&["pass", "pass", "none", "fail", "temperror"]);
        let mut refers_to = Vec::new();
        for _ in 0..dice.below(4) {
            // Also to letters that come later, and to some that never come.
            refers_to.push(format!("{}@fuzz.example", dice.below(self.letters + 3)));
        }
        let own_id = format!("{}@fuzz.example", self.letters);
        refers_to.retain(|it| *it != own_id);
        refers_to.dedup();
        let tickets: Vec<i64> =
            self.people_of.keys().copied().collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        let mut token = None;
        let mut to = OWN.to_owned();
        if !tickets.is_empty() && dice.one_in(3) {
            let ticket = tickets[dice.below(tickets.len())];
            let (app, customer) = (&installation.app, installation.customer);
            to = reply_tokens::reply_address(app, customer, TicketId(ticket), OWN).unwrap();
            if dice.one_in(4) {
                let at = to.find('@').unwrap() - 2 - dice.below(6);
                let other = if &to[at..=at] == "a" { "b" } else { "a" };
                to.replace_range(at..=at, other);
            } else {
                token = Some(ticket);
            }
        }
        let mut raw = format!(
            "Authentication-Results: mx.acme.example; dmarc={verdict}\nMessage-ID: <{own_id}>\nDate: Mon, 2 Mar 2026 08:00:{:02} +0000\nFrom: {from}\nTo: {to}\nSubject: {subject}\n",
            self.letters % 60
        );
        if !others.is_empty() {
            raw += &format!("Cc: {}\n", others.join(", "));
        }
        let chain: Vec<String> = refers_to.iter().rev().map(|it| format!("<{it}>")).collect();
        match dice.below(3) {
            0 if chain.len() == 1 => raw += &format!("In-Reply-To: {}\n", chain[0]),
            _ if chain.is_empty() => {}
            _ => raw += &format!("References: {}\n", chain.join("\n ")),
        }
        raw += &format!("\nLetter {} of {from}.\n", self.letters);
        Letter { raw, from, others, refers_to, token, verdict }
    }

    fn takes_part(&self, who: &str, ticket: i64) -> bool {
        self.people_of.get(&ticket).is_some_and(|it| it.contains(who))
    }

    #[track_caller]
    fn check(&mut self, letter: &Letter, message: &Value) {
        let (ticket, rule) =
            (message["ticketID"].as_i64().unwrap(), message["mail"]["rule"].as_str().unwrap());
        let told = || format!("{}\nwent to {ticket}: {}", letter.raw, message["mail"]);
        if self.people_of.contains_key(&ticket) {
            assert!(self.takes_part(letter.from, ticket), "a stranger got in: {}", told());
            assert_ne!(letter.verdict, "fail", "a forged mail got in: {}", told());
            assert!(
                letter.verdict != "temperror" || rule == "token",
                "one that may be forged got in: {}",
                told()
            );
        } else {
            assert_eq!(rule, "new", "{}", told());
        }
        let token = letter.token.filter(|it| self.takes_part(letter.from, *it) && letter.verdict != "fail");
        if let Some(expected) = token {
            assert_eq!((ticket, rule), (expected, "token"), "a token was not heeded: {}", told());
        } else if !["fail", "temperror"].contains(&letter.verdict) {
            let named = letter.refers_to.iter().filter_map(|it| self.tickets_of.get(it));
            if let Some(expected) = named.copied().find(|it| self.takes_part(letter.from, *it)) {
                assert_eq!(
                    (ticket, rule),
                    (expected, "references"),
                    "a reference was not heeded: {}",
                    told()
                );
            }
        }
        let id = format!("{}@fuzz.example", self.letters);
        self.tickets_of.insert(id, ticket);
        let people = self.people_of.entry(ticket).or_default();
        people.insert(letter.from);
        people.extend(&letter.others);
    }
}

async fn take(installation: &Installation, channel: ChannelId, raw: &[u8]) -> Processed {
    let (app, customer) = (&installation.app, installation.customer);
    let incoming = Incoming::new(Bytes::copy_from_slice(raw), MailSource::Imap, Envelope::default());
    let receipt = inbound::receive(app, customer, channel, incoming).await.unwrap();
    inbound::process(app, customer, receipt.id).await.unwrap()
}

db_test! {
    async fn random_conversations_are_threaded(installation: Installation) {
        let channel = installation.mail_channel(OWN).await;
        let settings = json!({ "trustedAuthServer": "mx.acme.example" });
        installation.admin.put(&format!("/api/Channels/{channel}"), settings).await.expect(200);
        let mut dice = Dice(number("ANSWERPAL_FUZZ_SEED", 1));
        let mut desk = Desk::default();
        for _ in 0..number("ANSWERPAL_FUZZ_CASES", 120) {
            let letter = desk.write(&installation, &mut dice);
            let Processed::Message(id) = take(&installation, channel, letter.raw.as_bytes()).await else {
                panic!("no message of {}", letter.raw);
            };
            let message = installation.admin.get(&format!("/api/ticketMessages/{id}")).await.expect(200);
            desk.check(&letter, &message);
            if dice.one_in(5) {
                // The same again, as another server passes it on.
                let again = format!("Received: by mx{}.example\n{}", desk.letters, letter.raw);
                let again = take(&installation, channel, again.as_bytes()).await;
                assert!(matches!(again, Processed::Already | Processed::Nothing), "{again:?} of {}", letter.raw);
            }
        }
        assert_eq!(installation.count("ticket_messages").await, desk.letters as i64);
        assert!(desk.people_of.len() < desk.letters, "no two are in one ticket");
        installation.allow_unfinished_jobs();
    }
}

db_test! {
    async fn damaged_mails_are_taken_in(installation: Installation) {
        let channel = installation.mail_channel(OWN).await;
        let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("crates/mail/tests/corpus")];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()) {
                match path.extension() {
                    _ if path.is_dir() => folders.push(path),
                    Some(it) if it == "eml" => files.push(path),
                    _ => {}
                }
            }
        }
        files.sort();
        // Large ones are the parser's own test.
        let seeds: Vec<Vec<u8>> = files.iter().map(|it| std::fs::read(it).unwrap()).filter(|it| it.len() < 50_000).collect();
        assert!(seeds.len() > 50, "the corpus is not there");
        let mut dice = Dice(number("ANSWERPAL_FUZZ_SEED", 1));
        let (mut messages, mut dead) = (0, 0);
        for case in 0..number("ANSWERPAL_FUZZ_CASES", 60) {
            match take(&installation, channel, &mutated(&seeds, &mut dice)).await {
                Processed::Message(id) => {
                    messages += 1;
                    installation.admin.get(&format!("/api/ticketMessages/{id}")).await.expect(200);
                }
                Processed::Dead(why) => {
                    dead += 1;
                    assert!(why.starts_with("It is no mail"), "case {case}: {why}");
                }
                Processed::Already | Processed::Nothing => {}
            }
        }
        assert_eq!(installation.count("ticket_messages").await, messages);
        let list = installation.admin.get("/api/DeadMails").await.expect(200);
        assert_eq!(list["totalCount"], json!(dead));
        installation.allow_unfinished_jobs();
    }
}
