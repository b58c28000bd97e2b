//! A raw mail, taken apart.

use std::panic::AssertUnwindSafe;

use answerpal_mail::{Automatic, Limits, Mail, Report};
use bytes::Bytes;

use super::Authentication;
use super::receive::Envelope;

/// A mail with everything that is found out before the transaction.
pub struct Read {
    pub mail: Mail,
    /// What a person reads of it: without quoted history and signature.
    pub text: Option<String>,
    /// All of it as text, also where it is HTML only.
    pub whole: Option<String>,
    pub automatic: Option<Automatic>,
    pub report: Option<Report>,
    pub authentication: Option<Authentication>,
    pub envelope: Envelope,
}

/// Takes it apart on a thread of its own. The error is for a person: the mail cannot be read.
pub async fn read(raw: Bytes, envelope: Envelope) -> Result<Read, String> {
    let work = move || {
        std::panic::catch_unwind(AssertUnwindSafe(|| {
            let mail = answerpal_mail::parse(&raw, &Limits::default())?;
            let automatic = answerpal_mail::automatic(&mail, envelope.mail_from.as_deref());
            let report = answerpal_mail::report(&mail, automatic.as_ref());
            let text = answerpal_mail::reply_text(&mail);
            let plain = mail.text.clone().filter(|it| !it.trim().is_empty());
            let whole = plain.or_else(|| mail.html.as_deref().map(answerpal_mail::html_text));
            Some(Read { mail, text, whole, automatic, report, authentication: None, envelope })
        }))
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(Some(read))) => Ok(read),
        Ok(Ok(None)) => Err("It is no mail: there is not one header in it.".into()),
        Ok(Err(_)) | Err(_) => Err("Taking it apart failed: please report this mail.".into()),
    }
}
