//! How a channel's mail is fetched and sent.

use crate::domain::fields;
use crate::error::{Error, Result};
use crate::model::{AfterFetch, MailSettings};

const LONGEST_NAME: usize = 200;
/// Of automatic answers to one sender in an hour: more is a loop.
const MOST_AUTO_REPLIES: i64 = 100;
/// Who writes about the same after a year means something else.
const MOST_SUBJECT_DAYS: i64 = 365;

/// What a change gives; None leaves a setting as it is, an empty text clears it.
#[derive(Default)]
pub struct MailChange {
    pub folder: Option<String>,
    pub after: Option<AfterFetch>,
    pub move_to: Option<String>,
    pub shadow: Option<bool>,
    pub plus_addressing: Option<bool>,
    pub track_opens: Option<bool>,
    pub footer_links: Option<bool>,
    pub sender_name: Option<String>,
    pub auto_replies_per_hour: Option<i64>,
    pub join_by_subject_days: Option<i64>,
    pub trusted_auth_server: Option<String>,
    pub spam_filter: Option<bool>,
}

impl MailChange {
    pub(super) fn apply(self, settings: &mut MailSettings) -> Result<()> {
        settings.spam.filter = self.spam_filter.unwrap_or(settings.spam.filter);
        let (fetch, sending) = (&mut settings.fetch, &mut settings.sending);
        if let Some(folder) = self.folder {
            let folder = if folder.trim().is_empty() { "INBOX".into() } else { folder };
            fetch.folder = folder_name("imapFolder", &folder)?;
        }
        fetch.after = self.after.unwrap_or(fetch.after);
        fetch.move_to = fields::checked(self.move_to, &fetch.move_to, |it| folder_name("imapMoveTo", it))?;
        if fetch.after == AfterFetch::Move && fetch.move_to.is_none() {
            return Err(Error::invalid("imapMoveTo", "is required where imapAfterFetch is Move"));
        }
        if fetch.move_to.as_ref() == Some(&fetch.folder) {
            return Err(Error::invalid("imapMoveTo", "is the folder that is fetched from"));
        }
        sending.shadow = self.shadow.unwrap_or(sending.shadow);
        sending.plus_addressing = self.plus_addressing.unwrap_or(sending.plus_addressing);
        sending.track_opens = self.track_opens.unwrap_or(sending.track_opens);
        sending.footer_links = self.footer_links.unwrap_or(sending.footer_links);
        sending.sender_name =
            fields::text("senderName", self.sender_name, &sending.sender_name, LONGEST_NAME)?;
        if let Some(most) = self.auto_replies_per_hour {
            sending.auto_replies_per_hour = number("autoRepliesPerHour", most, MOST_AUTO_REPLIES)?;
        }
        let inbound = &mut settings.inbound;
        if let Some(days) = self.join_by_subject_days {
            inbound.join_by_subject_days = number("joinBySubjectDays", days, MOST_SUBJECT_DAYS)?;
        }
        inbound.trusted_auth_server =
            fields::checked(self.trusted_auth_server, &inbound.trusted_auth_server, |it| {
                fields::hostname("trustedAuthServer", it)
            })?;
        Ok(())
    }
}

fn number(field: &str, value: i64, most: i64) -> Result<u32> {
    let number = u32::try_from(value).ok().filter(|_| value <= most);
    number.ok_or_else(|| Error::invalid(field, format!("must be 0 to {most}")))
}

/// A mailbox name has no line ends: it is part of a command.
fn folder_name(field: &str, name: &str) -> Result<String> {
    let name = fields::name(field, name, LONGEST_NAME)?;
    if name.contains(char::is_control) {
        return Err(Error::invalid(field, "must have no control characters"));
    }
    Ok(name)
}
