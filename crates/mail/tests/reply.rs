//! What a person wrote, found in the forms that mail programs give it.

use answerpal_mail::{Limits, parse, reply_of_html, reply_of_text, reply_text};

#[track_caller]
fn text(body: &str, expected: &str) {
    assert_eq!(reply_of_text(body), expected, "of:\n{body}");
}

#[track_caller]
fn html(body: &str, expected: &str) {
    assert_eq!(reply_of_html(body), expected, "of:\n{body}");
}

#[test]
fn attributions_go_in_every_language() {
    for attribution in [
        "On Tue, Nov 3, 2026 at 10:00 AM Support <support@acme.example> wrote:",
        "On Tue, Nov 3, 2026 at 10:00 AM Support\n<support@acme.example> wrote:",
        "On 3 Nov 2026, at 10:00, Support <support@acme.example> wrote:",
        "Am Di., 3. Nov. 2026 um 10:00 Uhr schrieb Support <support@acme.example>:",
        "Am 03.11.2026 um 10:00 schrieb Support:",
        "Op di 3 nov. 2026 om 10:00 schreef Support <support@acme.example>:",
        "Op 03-11-2026 om 10:00 heeft Support het volgende geschreven:",
        "Le mar. 3 nov. 2026 à 10:00, Support <support@acme.example> a écrit :",
        "El mar, 3 nov 2026 a las 10:00, Support (<support@acme.example>) escribió:",
        "Il giorno mar 3 nov 2026 alle ore 10:00 Support <support@acme.example> ha scritto:",
        "Em ter., 3 de nov. de 2026 às 10:00, Support <support@acme.example> escreveu:",
        "W dniu 3.11.2026 o 10:00, Support pisze:",
        "Wiadomość napisana przez Support <support@acme.example> w dniu 3 lis 2026, o godz. 10:00:",
        "wt., 3 lis 2026 o 10:00 Support <support@acme.example> napisał(a):",
        "Quoting Support <support@acme.example>:",
        "* Support <support@acme.example> [2026-11-03 10:00]:",
        "Support wrote:",
    ] {
        text(&format!("It works now.\n\n{attribution}\n\n> Did it help?\n> Support\n"), "It works now.");
        text(&format!("{attribution}\n> Did it help?\n\nIt works now.\n"), "It works now.");
    }
}

#[test]
fn history_without_quote_marks_goes() {
    for head in [
        "-----Original Message-----\nFrom: Support <s@acme.example>\nSent: Tuesday\nTo: Anna\nSubject: Bag",
        "________________________________\nFrom: Support <s@acme.example>\nSent: Tuesday\nTo: Anna\nSubject: Bag",
        "Von: Support <s@acme.example>\nGesendet: Dienstag, 3. November 2026 10:00\nAn: Anna\nBetreff: Koffer",
        "Van: Support <s@acme.example>\nVerzonden: dinsdag 3 november 2026 10:00\nAan: Anna\nOnderwerp: Koffer",
        "De : Support <s@acme.example>\nEnvoyé : mardi 3 novembre 2026 10:00\nÀ : Anna\nObjet : Valise",
        "De: Support <s@acme.example>\nEnviado el: martes\nPara: Anna\nAsunto: Maleta",
        "Da: Support <s@acme.example>\nInviato: martedì\nA: Anna\nOggetto: Valigia",
        "De: Support <s@acme.example>\nEnviada em: terça-feira\nPara: Anna\nAssunto: Mala",
        "Od: Support <s@acme.example>\nWysłano: wtorek\nDo: Anna\nTemat: Walizka",
        "Gesendet: Dienstag, 03. November 2026 um 10:00 Uhr\nVon: Support <s@acme.example>\nAn: Anna\nBetreff: Koffer",
        "envoyé : 3 novembre 2026 à 10:00\nde : Support <s@acme.example>\nà : anna@x.example\nobjet : Valise",
        "De: Support <s@acme.example>\nEnviada: 3 de novembro de 2026\nPara: Anna\nAssunto: Mala",
        "*From:* Support <s@acme.example>\n*Date:* Tuesday\n*To:* Anna\n*Subject:* Bag",
        "On Tue, Nov 3, 2026 at 10:00 AM Support <s@acme.example> wrote:",
        "----- Ursprüngliche Nachricht -----",
        "##- Please type your reply above this line -##",
    ] {
        text(&format!("It works now.\n\n{head}\n\nDid it help?\n"), "It works now.");
    }
}

#[test]
fn answers_among_the_quotes_all_stay() {
    let body =
        "Hi,\n\nAnna wrote:\n> Which size?\nLarge.\n\n> Which colour?\nRed, please.\n\n> Best\n> Anna\n";
    text(body, "Hi,\n\nLarge.\n\nRed, please.");
    let below = "See my answers below in red.\n\nFrom: Support\nSent: Tuesday\nTo: Anna\nSubject: Bag\n\nWhich size? LARGE\n";
    assert!(reply_of_text(below).contains("LARGE"));
}

#[test]
fn signatures_go() {
    text("It works.\n\n-- \nAnna Berg\n+31 6 1234\n", "It works.");
    text("It works.\n\nSent from my iPhone\n", "It works.");
    text("Het werkt.\n\nVerzonden vanaf mijn iPhone\n", "Het werkt.");
    for closing in [
        "Kind regards,",
        "Met vriendelijke groet,",
        "Mit freundlichen Grüßen",
        "Cordialement,",
        "Un saludo,",
        "Cordiali saluti,",
        "Atenciosamente,",
        "Pozdrawiam",
        "MfG",
    ] {
        text(
            &format!(
                "It works.\n\n{closing}\nAnna Berg\nHead of Sales\nTel. +31 6 12345678\nwww.example.com\n"
            ),
            "It works.",
        );
    }
}

#[test]
fn a_closing_may_be_in_two_languages_or_on_the_line_of_its_name() {
    text(
        "Es geht.\n\nMit freundlichen Grüßen / Best regards\n\nAnna Berg\nBerg GmbH | Hauptstr. 1\n",
        "Es geht.",
    );
    text("Het werkt.\n\nMvg Anna\n", "Het werkt.");
    text("It works.\n\nKind regards, Anna Berg\nTel. +31 6 1234\n", "It works.");
}

#[test]
fn legal_footers_go() {
    let footer = "This e-mail and any attachments are confidential and intended solely for the addressee. If you are not the intended recipient, please delete it.";
    text(&format!("It works.\n\n{footer}\n"), "It works.");
    text(&format!("It works.\n\nRegards,\nAnna\n\n{footer}\n"), "It works.");
    let dutch = "De informatie in dit bericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde.";
    text(&format!("Het werkt.\n\n{dutch}"), "Het werkt.");
    text(
        "It works.\n\n_______________________________________________\nUsers mailing list\nhttp://lists.example/listinfo/users\n",
        "It works.",
    );
}

#[test]
fn what_a_person_wrote_is_never_lost() {
    for body in [
        "> only quoted",
        "From: here I went to the station\nand then home.",
        "Thanks,\nmy order number is 12345 and I want my money back.",
        "Thanks,\nAnna\n\nPS: is it 12 or 13?",
        "She wrote: no.",
        "Original message",
        "-- \nAnna",
        "Hello\n\nFrom: a\nto b it is far.",
        "Regards to all",
        "I sent confidential papers to the wrong address. Can you help?",
        "Sent from my office is the parcel 12, where is it?\nIt is not here.",
        "On Monday I wrote:\nno answer came.",
        "My trip:\n\nFrom: Amsterdam\nTo: Paris\nDate: 3 November 2026 at 10:00\n\nCan I change it?",
        "Mijn reis:\n\nDatum: 3 november 2026\nVan: Amsterdam\nAan: Parijs\n\nKan dat anders?",
        "Which one has the\n\nbest price",
    ] {
        let found = reply_of_text(body);
        for word in body.split_whitespace().filter(|it| !it.starts_with('>')) {
            assert!(found.contains(word), "{word:?} of {body:?} is lost: {found:?}");
        }
    }
}

#[test]
fn gmail() {
    html(
        "<div dir=ltr>It works now.<br clear=all><div><br></div>-- <br><div class=gmail_signature>Anna Berg</div></div><br>\
         <div class=gmail_quote><div dir=ltr class=gmail_attr>On Tue, Nov 3, 2026 Support &lt;<a href=x>s@acme.example</a>&gt; wrote:<br></div>\
         <blockquote class=gmail_quote style='x'><div>Did it help?</div></blockquote></div>",
        "It works now.",
    );
    // Answers between the quotes.
    html(
        "<div class=gmail_quote><div class=gmail_attr>On Tue X wrote:</div><blockquote class=gmail_quote>Size?</blockquote><div>Large.</div>\
         <blockquote class=gmail_quote>Colour?</blockquote><div>Red.</div></div>",
        "Large.\n\nRed.",
    );
}

#[test]
fn outlook() {
    html(
        "<div class=WordSection1><p class=MsoNormal>It works now.<o:p></o:p></p><p class=MsoNormal>&nbsp;</p>\
         <div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>From:</b> Support &lt;s@acme.example&gt; <br>\
         <b>Sent:</b> Tuesday<br><b>To:</b> Anna<br><b>Subject:</b> Bag</p></div></div><p>Did it help?</p></div>",
        "It works now.",
    );
    html(
        "<div>It works now.</div><div id='appendonsend'></div><hr style='display:inline-block;width:98%' tabindex='-1'>\
         <div id='divRplyFwdMsg' dir='ltr'><b>From:</b> Support</div><div>Did it help?</div>",
        "It works now.",
    );
}

#[test]
fn signatures_are_told_by_their_elements() {
    for id in ["Signature", "ms-outlook-mobile-signature", "composer_signature"] {
        html(
            &format!("<div>Het werkt.</div><div id=\"{id}\"><p>Anna Berg</p><p>Hoofd verkoop</p></div>"),
            "Het werkt.",
        );
    }
}

#[test]
fn apple_and_thunderbird() {
    html(
        "<body>It works now.<br><br><blockquote type=\"cite\">On 3 Nov 2026, at 10:00, Support &lt;s@acme.example&gt; wrote:<br><br>Did it help?</blockquote></body>",
        "It works now.",
    );
    html(
        "<p>It works now.</p><div class=\"moz-cite-prefix\">Am 03.11.26 um 10:00 schrieb Support:<br></div><blockquote type=\"cite\" cite=\"mid:x\"><p>Did it help?</p></blockquote>\
         <div class=moz-signature>-- <br>Anna</div>",
        "It works now.",
    );
    // Bottom.
    html("<blockquote type=cite>Did it help?</blockquote><p>It works now.</p>", "It works now.");
    // An indented paragraph is no quote.
    html(
        "<p>He said:</p><blockquote>never again</blockquote><p>Help!</p>",
        "He said:\n\nnever again\n\nHelp!",
    );
}

#[test]
fn a_forward_keeps_what_it_forwards() {
    let raw = "From: a@b.example\nSubject: Fwd: Bag\nIn-Reply-To: <x@y>\n\nPlease see this.\n\n---------- Forwarded message ---------\nFrom: C <c@d.example>\nDate: Tue\nSubject: Bag\nTo: A\n\nMy bag is lost.\n";
    let mail = parse(raw.as_bytes(), &Limits::default()).unwrap();
    assert!(reply_text(&mail).unwrap().contains("My bag is lost."));
}

/// Nothing in the subject says that something is forwarded.
#[test]
fn what_is_announced_as_forwarded_stays() {
    let forwarded = "Van: Klant <k@x.example>\nOnderwerp: Koffer\nDatum: 3 november 2026 om 10:00\nAan: Anna <anna@x.example>\n\nDe koffer is kapot.";
    for announced in [
        "Begin doorgestuurd bericht:",
        "---------- Forwarded message ---------",
        "-------- Weitergeleitete Nachricht --------",
        "-------- Message transféré --------",
        "---------- Mensaje reenviado ----------",
        "---------- Messaggio inoltrato ---------",
        "-------- Przekazana wiadomość --------",
    ] {
        let whole = format!("Kijk eens.\n\n{announced}\n\n{forwarded}");
        text(&whole, &whole);
        text(&format!("Kijk eens.\n\nGroeten,\nAnna\n\n{announced}\n\n{forwarded}"), &whole);
        // In what is answered it is history.
        text(
            &format!("Dat hielp.\n\nOp 3 nov 2026 om 10:00 schreef Support <s@acme.example>:\n\n{whole}\n"),
            "Dat hielp.",
        );
        text(&format!("Dat hielp.\n\nSupport schreef:\n> {announced}\n> Van: Klant\n"), "Dat hielp.");
    }
    html(
        "<div dir=ltr>Kijk eens.<br><br><div class=gmail_quote><div dir=ltr class=gmail_attr>---------- Forwarded message ---------<br>Van: <b>Klant</b><br>Date: di 3 nov 2026 om 10:00<br>Subject: Koffer<br>To: Anna<br></div><br>De koffer is kapot.</div></div>",
        "Kijk eens.\n\n---------- Forwarded message ---------\nVan: Klant\nDate: di 3 nov 2026 om 10:00\nSubject: Koffer\nTo: Anna\n\nDe koffer is kapot.",
    );
    html(
        "<body>Kijk eens.<br><blockquote type=cite><div>Begin doorgestuurd bericht:</div><br><div><b>Van: </b>Klant</div><br><div>De koffer is kapot.</div></blockquote></body>",
        "Kijk eens.\n\nBegin doorgestuurd bericht:\n\nVan: Klant\n\nDe koffer is kapot.",
    );
}

#[test]
fn the_armour_of_a_signed_text_goes() {
    text(
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nIt works now:\n- - red\n- -----\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n=ab\n-----END PGP SIGNATURE-----\n",
        "It works now:\n- red\n-----",
    );
}

#[test]
fn an_answer_that_only_forwards_keeps_what_it_forwards() {
    for announced in ["--- begin forwarded text", "---- Doorgestuurd bericht ----"] {
        let raw = format!(
            "From: a@b.example\nSubject: Re: Bag\nIn-Reply-To: <x@y>\n\n{announced}\n\n> My bag is lost.\n> Please help.\n"
        );
        let mail = parse(raw.as_bytes(), &Limits::default()).unwrap();
        let text = reply_text(&mail).unwrap();
        assert!(text.contains("My bag is lost."), "{text}");
    }
}

#[test]
fn html_is_preferred_where_it_says_more() {
    let raw = "From: a@b.example\nSubject: Re: Bag\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=x\n\n--x\n\nIt works now.\nOn some day Support said:\nDid it help?\n--x\nContent-Type: text/html\n\n<p>It works now.</p><blockquote type=cite>Did it help?</blockquote>\n--x--\n";
    let mail = parse(raw.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(reply_text(&mail).unwrap(), "It works now.");
}

#[test]
fn what_begins_with_a_mark_and_is_no_quote_keeps_it() {
    let of = |body: &str| {
        let mail = parse(format!("From: a@b.example\nSubject: Bag\n\n{body}").as_bytes(), &Limits::default());
        reply_text(&mail.unwrap()).unwrap()
    };
    assert_eq!(
        of("I was charged:\n> 100 euros\nand\n>> 5 fees\n"),
        "I was charged:\n> 100 euros\nand\n>> 5 fees"
    );
}
