//! Whatever arrives, reading it ends, keeps its bounds and does not panic.
//!
//! Mails of the corpus and of other forms are cut, doubled, swapped and overwritten, by a seeded random
//! sequence, so that a failure can be repeated: it prints its case. `ANSWERPAL_FUZZ_CASES` sets how many
//! there are, `ANSWERPAL_FUZZ_SEED` where they begin.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::fmt::Write;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use answerpal_mail::{
    Limits, Mbox, Protection, automatic, html_text, identity, parse, reply_of_text, reply_text, report,
    thread_subject,
};

mod dice;

use dice::{Dice, mutated, number};

/// Forms that the corpus lacks.
const SEEDS: [&str; 8] = [
    "From: Anna <anna@x.example>\nTo: s@y.example\nSubject: =?utf-8?B?QsOkZw==?=\nMessage-ID: <1@x>\nReferences: <0@x> <00@x>\n\nHello\n\nOn Mon, Mar 2, 2026 at 9:00 X <x@y> wrote:\n> a\n> b\n-- \nAnna\n",
    "From: MAILER-DAEMON@x\nSubject: failure notice\nContent-Type: multipart/report; boundary=r\n\n--r\n\nno\n--r\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b\nAction: failed\nStatus: 5.1.1\n\n--r\nContent-Type: message/rfc822\n\nMessage-ID: <z@y>\n\nx\n--r--\n",
    "From: a@b\nContent-Type: message/rfc822\n\nFrom: c@d\nContent-Type: message/rfc822\n\nFrom: e@f\n\ninner\n",
    "From: a@b\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:x\nDTSTART:20260302T090000Z\nATTENDEE;CN=B:mailto:b@c\nEND:VEVENT\nEND:VCALENDAR\n",
    "From: a@b\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\neJ8+IgEAAQaQCAAEAAAAAAABAAEAAQeQBgAIAAAA5AQAAAAAAADoAAE=\n",
    "From: a@b\nSubject: Fwd: x\nContent-Type: multipart/encrypted; boundary=e\n\n--e\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--e--\n",
    "From: a@b\nSubject: AW: x\nContent-Type: text/html; charset=windows-1252\n\n<html><body><div>Ja</div><div class=\"gmail_quote\">Am 2. M\u{e4}rz schrieb X:<blockquote>alt</blockquote></div><div id=\"appendonsend\"></div><hr><b>Von:</b> X<br><b>Gesendet:</b> heute<br><b>An:</b> Y<br><b>Betreff:</b> Z</body></html>\n",
    "From a@b Tue Nov  3 09:00:00 2026\nFrom: a@b\nAuto-Submitted: auto-replied\nList-Id: <l.x>\nPrecedence: bulk\n\nx\n\nFrom a@b Tue Nov  3 09:00:00 2026\n>From: c\n",
];

fn corpus() -> Vec<Vec<u8>> {
    let mut folders = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus"))];
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
    let of_files = files.iter().map(|it| std::fs::read(it).unwrap());
    of_files.chain(SEEDS.iter().map(|it| it.as_bytes().to_vec())).collect()
}

/// Reads it all ways that the program does.
fn read(raw: &[u8]) {
    let limits = Limits::default();
    assert!(!identity(raw).is_empty());
    for entry in Mbox::new(raw, 10_000) {
        assert!(entry.unwrap().raw.len() <= 10_000);
    }
    let Some(mail) = parse(raw, &limits) else { return };
    let found = automatic(&mail, Some(""));
    let about = report(&mail, found.as_ref());
    assert!(about.is_none_or(|it| it.recipients.len() <= 50));
    let text = reply_text(&mail);
    for body in [&mail.text, &mail.html, &text].into_iter().flatten() {
        assert!(body.len() <= 4 * limits.body + 16);
        assert!(!body.contains('\0'));
    }
    assert!(mail.parts.len() <= limits.parts && mail.references.len() <= limits.references);
    // What threads hang together by.
    for id in mail.ancestors() {
        assert!(!id.is_empty() && !id.contains(['<', '>', '\n', '\0']), "{id:?}");
    }
    let subject = mail.subject.clone().unwrap_or_default();
    assert!(!subject.contains(['\n', '\r', '\0']));
    let thread = thread_subject(&subject);
    assert_eq!(thread_subject(&thread), thread, "of {subject:?}");
}

#[test]
fn mutated_mails_are_read() {
    let seeds = corpus();
    assert!(seeds.len() > 100, "the corpus is not there");
    let first = number("ANSWERPAL_FUZZ_SEED", 1);
    for case in first..first + number("ANSWERPAL_FUZZ_CASES", 4000) {
        let raw = mutated(&seeds, &mut Dice(case));
        if catch_unwind(|| read(&raw)).is_err() {
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mail-{case}.eml"));
            std::fs::write(&kept, &raw).unwrap();
            panic!("ANSWERPAL_FUZZ_SEED={case} fails; the mail is in {}", kept.display());
        }
    }
}

#[test]
fn any_bytes_are_read() {
    let mut dice = Dice(7);
    for _ in 0..2000 {
        let raw: Vec<u8> = (0..dice.below(400)).map(|_| dice.roll() as u8).collect();
        read(&raw);
        let text = String::from_utf8_lossy(&raw);
        let _ = (html_text(&text), reply_of_text(&text));
    }
}

#[test]
fn headers_of_a_megabyte_are_bounded() {
    let long = format!(
        "From: a@b.example\nSubject: x\nX-Long: {}\nReferences: {}\nTo: {}\n\nbody\n",
        "y".repeat(1 << 20),
        (0..100_000).map(|it| format!("<{it}@b> ")).collect::<String>(),
        "c@d.example, ".repeat(50_000)
    );
    read(long.as_bytes());
    let mail = parse(long.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(mail.text.as_deref().map(str::trim), Some("body"));
    assert!(
        mail.headers.iter().map(|it| it.0.len() + it.1.len()).sum::<usize>() <= Limits::default().headers
    );
    assert_eq!(mail.references.last().unwrap(), "99999@b");
    assert_eq!(
        (mail.references.len(), mail.to.len()),
        (Limits::default().references, Limits::default().addresses)
    );
    // One that folds ten thousand times, and one without an end.
    let folded = format!("From: a@b.example\nSubject: x{}\n\nbody\n", "\n y".repeat(10_000));
    assert!(parse(folded.as_bytes(), &Limits::default()).unwrap().subject.unwrap().starts_with("x y y"));
    read(format!("Subject: {}", "=?utf-8?q?".repeat(100_000)).as_bytes());
}

#[test]
fn ten_thousand_parts_are_bounded() {
    let mut parts = String::from("From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n");
    for number in 0..10_000 {
        write!(parts, "--b\nContent-Type: application/octet-stream\n\n{number}\n").unwrap();
    }
    parts.push_str("--b--\n");
    read(parts.as_bytes());
    let mail = parse(parts.as_bytes(), &Limits::default()).unwrap();
    assert!(mail.notes[0].starts_with("9000 more parts"), "{:?}", mail.notes);
    assert_eq!(mail.parts.len(), Limits::default().parts);
}

/// What grows with the square of its length takes minutes here.
macro_rules! monsters {
    ($($name:ident: $mail:expr;)*) => { $(#[test] fn $name() { read($mail.as_bytes()); })* };
}

monsters! {
    mails_in_mails: format!("From: a@b.example\n{}x", "Content-Type: message/rfc822\n\n".repeat(100_000));
    multiparts_in_multiparts: (0..3000).fold(String::from("From: a@b.example\n"), |mut nested, number| {
        write!(nested, "Content-Type: multipart/mixed; boundary=b{number}\n\n--b{number}\n").unwrap();
        nested
    });
    markup_in_markup: format!("From: a@b\nContent-Type: text/html\n\n{}", "<div><blockquote>".repeat(60_000));
    markup_that_is_never_closed: format!("From: a@b\nContent-Type: text/html\n\n{}", "<b><a href=x>".repeat(60_000));
    marks_in_one_line: format!("From: a@b\n\n{}", ">".repeat(1 << 20));
    a_line_without_end: format!("From: a@b\n\n{}", "a ".repeat(1 << 19));
    attributions_only: format!("From: a@b\n\n{}", "On 1.1.2026 10:00 a@b\n".repeat(40_000));
    attributions_that_answer: format!("From: a@b\n\n{}", "On 1.1.2026 at 10:00 a@b wrote:\nYes\n".repeat(20_000));
    heads_of_history: format!("From: a@b\n\nx\n{}", "Von: a@b\nGesendet: x\nAn: c\n".repeat(20_000));
    prefixes_of_a_subject: format!("From: a@b\nSubject: {}x\n\nx", "Re: ".repeat(100_000));
    separators_of_a_signature: format!("From: a@b\n\nx\n{}", "-- \n".repeat(100_000));
}

#[test]
fn the_control_part_of_an_encrypted_mail_is_no_file() {
    let raw = "From: a@b.example\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=e\n\n\
        --e\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--e\nContent-Type: application/octet-stream; name=encrypted.asc\n\n\
        -----BEGIN PGP MESSAGE-----\n--e--\n";
    let mail = parse(raw.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(mail.protection, Some(Protection::Encrypted));
    let names: Vec<_> = mail.parts.iter().map(|it| it.name.as_deref()).collect();
    assert_eq!(names, [Some("encrypted.asc")]);
}
