//! Whether a mail is from whom it says: SPF, DKIM and DMARC, as a server that is trusted found them, or as
//! they were found here.

use serde::{Deserialize, Serialize};

use answerpal_mail::Mail;

use crate::channels::email::senders::Checked;

/// What was found. Words of RFC 8601: `pass`, `fail`, `softfail`, `neutral`, `none`, `temperror`,
/// `permerror`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Authentication {
    pub spf: Option<String>,
    pub dkim: Option<String>,
    pub dmarc: Option<String>,
    /// Who found it: the name of the trusted server, or `answerpal`.
    pub by: String,
    /// Of which domains, for a person; empty where the trusted server found it.
    pub details: String,
}

/// What [`Authentication::by`] says of our own checks.
const HERE: &str = "answerpal";

impl From<Checked> for Authentication {
    fn from(checked: Checked) -> Self {
        let word = |it: Option<&'static str>| it.map(str::to_owned);
        Self {
            spf: word(checked.spf),
            dkim: word(checked.dkim),
            dmarc: word(checked.dmarc),
            by: HERE.to_owned(),
            details: checked.details,
        }
    }
}

impl Authentication {
    /// The sender's domain says that this mail is not from it.
    pub fn is_forged(&self) -> bool {
        self.dmarc.as_deref() == Some("fail")
    }

    /// Whether it is from its sender's domain could not be found out: it may be forged.
    pub fn is_unsure(&self) -> bool {
        self.dmarc.as_deref() == Some("temperror")
    }

    /// What the trusted server wrote on top of the mail. Anybody may write such a header: only those of
    /// this name count, and of them the topmost, which that server put there last.
    pub fn of_header(mail: &Mail, trusted: &str) -> Option<Self> {
        let trusted = trusted.trim();
        let value = mail.header_values("Authentication-Results").find(|it| {
            let name = it.split(';').next().unwrap_or_default();
            name.split_whitespace().next().is_some_and(|it| it.eq_ignore_ascii_case(trusted))
        })?;
        let mut found = Self { by: trusted.to_owned(), ..Self::default() };
        for result in value.split(';').skip(1) {
            let Some((method, rest)) = result.trim().split_once('=') else { continue };
            let word: String = rest.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
            let word = Some(word.to_ascii_lowercase()).filter(|it| !it.is_empty());
            match method.trim().to_ascii_lowercase().as_str() {
                "spf" => found.spf = found.spf.or(word),
                // Of several signatures one that holds is enough.
                "dkim" if found.dkim.as_deref() != Some("pass") => found.dkim = word,
                "dmarc" => found.dmarc = found.dmarc.or(word),
                _ => {}
            }
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_trusted_server_is_believed() {
        let raw = "Authentication-Results: mx.ours.example;\r\n spf=pass smtp.mailfrom=a.example; dkim=fail header.d=x;\r\n dkim=pass header.d=y; dmarc=fail (p=reject) header.from=a.example\r\n\
            Authentication-Results: mx.ours.example; dmarc=pass\r\nAuthentication-Results: evil.example; dmarc=pass\r\nFrom: a@a.example\r\n\r\nx";
        let mail = answerpal_mail::parse(raw.as_bytes(), &answerpal_mail::Limits::default()).unwrap();
        let found = Authentication::of_header(&mail, "mx.ours.example").unwrap();
        assert_eq!(found.spf.as_deref(), Some("pass"));
        assert_eq!(found.dkim.as_deref(), Some("pass"));
        assert!(found.is_forged());
        assert_eq!(Authentication::of_header(&mail, "other.example"), None);
    }
}
