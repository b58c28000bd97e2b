//! Reports about delivery: as RFC 3464 writes them, and as servers wrote them before and beside it.

use crate::automatic::{AutoKind, Automatic};
use crate::mail::Mail;
use crate::parse::{Limits, message_ids, parse};

/// What a report says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// It could not be delivered, for good. False for delays and successes.
    pub is_failure: bool,
    /// The recipients it is about.
    pub recipients: Vec<String>,
    /// `5.1.1`, as far as it says.
    pub status: Option<String>,
    /// What the other server said.
    pub diagnostic: Option<String>,
    /// Message-ID of the mail that it is about.
    pub original: Option<String>,
}

/// How servers name mails that came back, in lower case.
const BOUNCE_SUBJECTS: &[&str] = &[
    "undelivered mail",
    "undeliverable",
    "undeliverable mail",
    "delivery status notification",
    "delivery failure",
    "delivery failed",
    "delivery notification",
    "failure notice",
    "mail delivery fail",
    "mail delivery system",
    "mail system error",
    "mail delivery subsystem",
    "returned mail",
    "message delivery failure",
    "non-delivery",
    "nondeliverable",
    "unzustellbar",
    "nicht zustellbar",
    "onbestelbaar",
    "non remis",
    "échec de la remise",
    "no se puede entregar",
    "non recapitabile",
    "não foi possível entregar",
    "niedostarczon",
    "warning: could not send",
];
const MOST_RECIPIENTS: usize = 50;
const LONGEST_TEXT: usize = 500;

/// Reads a report; None where the mail is none.
pub fn report(mail: &Mail, automatic: Option<&Automatic>) -> Option<Report> {
    let status = mail.parts.iter().find(|it| {
        it.content_type == "message/delivery-status" || it.content_type == "message/global-delivery-status"
    });
    if let Some(status) = status {
        let mut report = fields(&String::from_utf8_lossy(&status.content));
        report.original = original(mail);
        return Some(report);
    }
    let subject = mail.subject.as_deref().unwrap_or_default().to_lowercase();
    let is_bounce = BOUNCE_SUBJECTS.iter().any(|it| subject.contains(it));
    if !(is_bounce
        && automatic.is_some_and(|it| it.kind == AutoKind::Report || it.because.contains("null sender")))
    {
        return None;
    }
    let text = mail.text.as_deref().unwrap_or_default();
    let is_warning = subject.contains("warning")
        || subject.contains("delay")
        || text.contains("THIS IS A WARNING MESSAGE ONLY");
    Some(Report {
        is_failure: !is_warning,
        recipients: failed_addresses(mail, text),
        status: enhanced_code(text),
        diagnostic: diagnostic(text),
        original: original(mail),
    })
}

fn fields(text: &str) -> Report {
    let mut report = Report::default();
    for line in text.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ").lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        let after_type = value.split_once(';').map_or(value, |it| it.1).trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "action" if value.eq_ignore_ascii_case("failed") => report.is_failure = true,
            "final-recipient" | "original-recipient" => {
                let address = after_type.trim_matches(['<', '>']).to_owned();
                if report.recipients.len() < MOST_RECIPIENTS && !report.recipients.contains(&address) {
                    report.recipients.push(address);
                }
            }
            "status" if report.status.is_none() => {
                report.status = Some(value.chars().take(20).collect());
            }
            "diagnostic-code" if report.diagnostic.is_none() => {
                report.diagnostic = Some(after_type.chars().take(LONGEST_TEXT).collect());
            }
            _ => {}
        }
    }
    report
}

/// The Message-ID of the mail that came back: of the enclosed mail or its headers, else from the text.
fn original(mail: &Mail) -> Option<String> {
    for part in &mail.parts {
        let is_mail = matches!(
            part.content_type.as_str(),
            "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/global-headers"
        );
        if is_mail && let Some(found) = parse(&part.content, &Limits::default()).and_then(|it| it.message_id)
        {
            return Some(found);
        }
    }
    let text = mail.text.as_deref().unwrap_or_default();
    let line = text
        .lines()
        .find(|it| it.trim_start_matches(['>', ' ']).to_ascii_lowercase().starts_with("message-id:"))?;
    message_ids(line.split_once(':')?.1).into_iter().next()
}

fn failed_addresses(mail: &Mail, text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    if let Some(list) = mail.header("X-Failed-Recipients") {
        found.extend(list.split(',').map(|it| it.trim().to_owned()));
    }
    // `<someone@example.com>:` on a line of its own, before the mail that came back.
    for line in text.lines().take(60) {
        let line = line.trim();
        let bare = line.trim_end_matches([':', '.']).trim_matches(['<', '>', ' ']);
        let is_one = bare.contains('@') && !bare.contains(char::is_whitespace) && bare.len() < 255;
        if is_one && !found.iter().any(|it| it == bare) && found.len() < MOST_RECIPIENTS {
            found.push(bare.to_owned());
        }
    }
    found
}

/// `5.1.1` somewhere in a text.
fn enhanced_code(text: &str) -> Option<String> {
    let mut words = text.split(|it: char| !it.is_ascii_digit() && it != '.');
    let code = words.find(|it| {
        let parts: Vec<&str> = it.split('.').collect();
        parts.len() == 3
            && matches!(parts[0], "4" | "5")
            && parts[1..].iter().all(|it| (1..=3).contains(&it.len()))
    });
    code.map(str::to_owned)
}

fn diagnostic(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|it| {
        let digits = it.trim_start_matches(|it: char| !it.is_ascii_digit());
        let code: String = digits.chars().take(3).collect();
        code.len() == 3
            && code.starts_with(['4', '5'])
            && code.bytes().all(|it| it.is_ascii_digit())
            && digits.len() > 8
    });
    line.map(|it| it.chars().take(LONGEST_TEXT).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automatic;

    fn read(raw: &str) -> Option<Report> {
        let mail = parse(raw.as_bytes(), &Limits::default()).unwrap();
        report(&mail, automatic(&mail, None).as_ref())
    }

    #[test]
    fn a_report_of_the_standard_is_read() {
        let raw = "From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n\
            Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n\
            Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; anna@example.com\nAction: failed\nStatus: 5.1.1\n\
            Diagnostic-Code: smtp; 550 5.1.1 <anna@example.com>:\n  no such user\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <ours@desk.example>\nSubject: Re: Bag\n\n--b--\n";
        let report = read(raw).unwrap();
        assert_eq!(report.recipients, ["anna@example.com"]);
        assert_eq!(report.original.as_deref(), Some("ours@desk.example"));
        assert_eq!(report.status.as_deref(), Some("5.1.1"));
        assert!(report.is_failure && report.diagnostic.unwrap().ends_with("no such user"));
    }

    #[test]
    fn a_report_of_another_server_is_read() {
        let raw = "From: MAILER-DAEMON@mx.example\nSubject: failure notice\nReturn-Path: <>\n\nHi. This is the qmail-send program.\n\n<anna@example.com>:\n550 5.1.1 no such user here\n\n--- Below this line is a copy of the message.\n\nMessage-Id: <ours@desk.example>\nSubject: Re: Bag\n";
        let report = read(raw).unwrap();
        assert_eq!(report.recipients, ["anna@example.com"]);
        assert_eq!(report.original.as_deref(), Some("ours@desk.example"));
        assert!(report.is_failure);
    }

    #[test]
    fn a_delay_is_no_failure_and_a_question_about_bounces_no_report() {
        let delayed = "From: MAILER-DAEMON@mx.example\nSubject: Warning: could not send message for past 4 hours\n\nTHIS IS A WARNING MESSAGE ONLY\n";
        assert!(!read(delayed).unwrap().is_failure);
        assert_eq!(read("From: anna@example.com\nSubject: Undeliverable parcel\n\nWhere is it?\n"), None);
    }
}
