//! Mail that no person wrote to us: it gets no automatic answer, so that no two programs answer each other
//! for ever.

use crate::mail::Mail;

/// What kind of automatic mail it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoKind {
    /// A report about delivery.
    Report,
    /// An answer that a program gave: out of office, "we received your mail".
    Reply,
    /// Sent to many: newsletters, mailing lists.
    Bulk,
    /// Written by a program: alerts, notifications, whatever asks not to be answered.
    Generated,
}

impl AutoKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Reply => "reply",
            Self::Bulk => "bulk",
            Self::Generated => "generated",
        }
    }
}

/// What tells that a mail is automatic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Automatic {
    pub kind: AutoKind,
    /// The header or the words that tell it.
    pub because: String,
}

/// How out-of-office answers begin their subject, in lower case.
const REPLY_SUBJECTS: &[&str] = &[
    "automatic reply",
    "auto-reply",
    "autoreply",
    "auto reply",
    "auto response",
    "autoresponse",
    "out of office",
    "out of the office",
    "ooo:",
    "vacation",
    "automatische antwort",
    "abwesenheitsnotiz",
    "abwesend",
    "abwesenheit",
    "automatisch antwoord",
    "afwezig",
    "afwezigheid",
    "réponse automatique",
    "reponse automatique",
    "absence du bureau",
    "message d'absence",
    "respuesta automática",
    "respuesta automatica",
    "fuera de la oficina",
    "fuera de oficina",
    "risposta automatica",
    "fuori sede",
    "assente",
    "resposta automática",
    "ausência temporária",
    "fora do escritório",
    "autoodpowiedź",
    "automatyczna odpowiedź",
    "odpowiedź automatyczna",
    "nieobecność",
];
const REPLY_HEADERS: [&str; 6] = [
    "X-Autoreply",
    "X-Autorespond",
    "X-Auto-Reply-From",
    "X-Mail-Autoreply",
    "X-Autoreply-From",
    "X-Autoresponder",
];
const ROBOTS: [&str; 8] = [
    "noreply",
    "no-reply",
    "donotreply",
    "do-not-reply",
    "no_reply",
    "do_not_reply",
    "noanswer",
    "notifications",
];

/// Whether a mail is automatic. `mail_from` is the sender of the envelope where it is known.
pub fn automatic(mail: &Mail, mail_from: Option<&str>) -> Option<Automatic> {
    let found = |kind, because: &str| Some(Automatic { kind, because: because.to_owned() });
    let from = mail.from.first().map(|it| it.address.to_lowercase()).unwrap_or_default();
    let local = from.split('@').next().unwrap_or_default();
    if mail.content_type().starts_with("multipart/report") {
        return found(AutoKind::Report, "Content-Type: multipart/report");
    }
    if local == "mailer-daemon" || local == "postmaster" || mail.header("X-Failed-Recipients").is_some() {
        return found(AutoKind::Report, "it is from a mail server");
    }
    if let Some(value) = mail.header("Auto-Submitted").map(|it| it.trim().to_lowercase()) {
        let word = value.split([';', ' ']).next().unwrap_or_default();
        match word {
            "" | "no" => {}
            "auto-replied" => return found(AutoKind::Reply, "Auto-Submitted: auto-replied"),
            other => return found(AutoKind::Generated, &format!("Auto-Submitted: {other}")),
        }
    }
    if let Some(name) = REPLY_HEADERS.iter().find(|it| mail.header(it).is_some()) {
        return found(AutoKind::Reply, name);
    }
    let subject = mail.subject.as_deref().unwrap_or_default().to_lowercase();
    if REPLY_SUBJECTS.iter().any(|it| subject.starts_with(it)) {
        return found(AutoKind::Reply, "its subject is that of an automatic answer");
    }
    for name in ["List-Id", "List-Unsubscribe", "List-Post", "List-Help", "X-Mailing-List", "X-BeenThere"] {
        if mail.header(name).is_some() {
            return found(AutoKind::Bulk, name);
        }
    }
    if let Some(value) = mail.header("Precedence").map(|it| it.trim().to_lowercase())
        && ["bulk", "list", "junk", "auto_reply"].contains(&value.as_str())
    {
        let kind = if value == "auto_reply" { AutoKind::Reply } else { AutoKind::Bulk };
        return found(kind, &format!("Precedence: {value}"));
    }
    if let Some(value) = mail.header("X-Auto-Response-Suppress")
        && !value.trim().eq_ignore_ascii_case("none")
    {
        return found(AutoKind::Generated, "X-Auto-Response-Suppress");
    }
    if mail_from.is_some_and(|it| it.trim_matches(['<', '>', ' ']).is_empty())
        || mail.header("Return-Path").is_some_and(|it| it.trim() == "<>")
    {
        return found(AutoKind::Generated, "it has a null sender");
    }
    if ROBOTS.iter().any(|it| local.starts_with(it)) {
        return found(AutoKind::Generated, "its sender takes no answers");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, parse};

    fn kind(head: &str, mail_from: Option<&str>) -> Option<AutoKind> {
        let mail = parse(format!("{head}\n\nx").as_bytes(), &Limits::default()).unwrap();
        automatic(&mail, mail_from).map(|it| it.kind)
    }

    #[test]
    fn programs_are_told_from_people() {
        let from = "From: Anna <anna@example.com>";
        for (head, expected) in [
            ("", None),
            ("\nAuto-Submitted: no", None),
            ("\nAuto-Submitted: auto-replied (vacation)", Some(AutoKind::Reply)),
            ("\nAuto-Submitted: auto-generated", Some(AutoKind::Generated)),
            ("\nPrecedence: bulk", Some(AutoKind::Bulk)),
            ("\nList-Id: <x.y>", Some(AutoKind::Bulk)),
            ("\nX-Auto-Response-Suppress: All", Some(AutoKind::Generated)),
            ("\nReturn-Path: <>", Some(AutoKind::Generated)),
            ("\nSubject: Automatische Antwort: Koffer", Some(AutoKind::Reply)),
            ("\nSubject: Réponse automatique : Valise", Some(AutoKind::Reply)),
            ("\nX-Failed-Recipients: a@b", Some(AutoKind::Report)),
        ] {
            assert_eq!(kind(&format!("{from}{head}"), None), expected, "{head}");
        }
        assert_eq!(kind(from, Some("<>")), Some(AutoKind::Generated));
        assert_eq!(kind(from, Some("anna@example.com")), None);
        assert_eq!(kind("From: noreply@shop.example", None), Some(AutoKind::Generated));
        assert_eq!(kind("From: MAILER-DAEMON@mx.example", None), Some(AutoKind::Report));
    }
}
