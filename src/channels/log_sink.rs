//! Where outgoing mail goes while there is no transport: a line in the log that says that it went, to
//! whom, and never what it said.

/// A mail on its way out.
pub struct Outgoing<'a> {
    pub to: &'a str,
    pub subject: &'a str,
    /// The Message-ID: every try of one mail carries the same.
    pub message_id: &'a str,
    pub body: &'a str,
}

/// Takes the mail.
pub fn deliver(mail: &Outgoing<'_>) {
    tracing::info!(
        to = mail.to,
        subject = mail.subject,
        message_id = mail.message_id,
        bytes = mail.body.len(),
        "mail delivered to the log"
    );
}
