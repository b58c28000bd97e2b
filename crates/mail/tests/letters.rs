//! What a mail says, whatever its program declares about it.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use answerpal_mail::{Limits, Mail, parse, reply_text};

fn read(raw: impl AsRef<[u8]>) -> Mail {
    parse(raw.as_ref(), &Limits::default()).unwrap()
}

fn text(kind: &str, body: &[u8]) -> String {
    let mut raw = format!("From: a@b.example\nSubject: x\nContent-Type: {kind}\n\n").into_bytes();
    raw.extend_from_slice(body);
    let mail = read(raw);
    reply_text(&mail).unwrap()
}

#[test]
fn text_in_another_encoding_than_is_said_is_read() {
    let utf8 = "Grüße aus Köln, 5 €".as_bytes();
    for kind in ["text/plain", "text/plain; charset=us-ascii", "text/html; charset=\"ISO-8859-1\""] {
        assert_eq!(text(kind, utf8), "Grüße aus Köln, 5 €", "{kind}");
    }
    assert_eq!(text("text/plain; charset=iso-8859-1", b"Gr\xfc\xdfe"), "Grüße");
    assert_eq!(text("text/plain; charset=windows-1252", b"\x80 5"), "€ 5");
    // In others the same bytes may be words.
    assert_eq!(text("text/plain; charset=koi8-r", b"\xd0\xb0"), "п╟");
}

#[test]
fn a_character_between_two_words_is_whole() {
    let mail = read(
        "From: =?utf-8?Q?J=C3?= =?utf-8?Q?=BCrgen?= <a@b.example>\nSubject: =?utf-8?B?R3LD?=\n =?utf-8?B?vMOfZQ==?=\n\nx",
    );
    assert_eq!(mail.subject.unwrap(), "Grüße");
    assert_eq!(mail.from[0].name.as_deref(), Some("Jürgen"));
}

#[test]
fn lines_that_a_program_broke_are_whole() {
    let flowed = text("text/plain; charset=utf-8; format=flowed", b"It is \na line.\n\nAnd \nanother.\n");
    assert_eq!(flowed, "It is a line.\n\nAnd another.");
    assert_eq!(text("text/plain; format=flowed; delsp=yes", b"Donau \ndampf\n"), "Donaudampf");
    assert_eq!(text("text/plain", b"It is \na line.\n"), "It is\na line.");
}

#[test]
fn parts_that_nothing_tells_apart_are_read() {
    let mail = read(
        "From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed\n\n--b\nContent-Type: text/plain\n\nno boundary\n--b--\n",
    );
    assert!(mail.text.unwrap().contains("no boundary"));
}
