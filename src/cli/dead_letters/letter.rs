//! A dead letter of either kind: its id, and how it is told.

use std::fmt::{self, Write};

use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::model::job::Job;
use crate::model::{CustomerId, ReceivedMailId, Timestamp};
use crate::store::received_mails::ReceivedMail;

/// Letters of a reason in the table; the rest is in `show`.
const SHORT: usize = 80;
/// How much of a mail is shown.
const BEGIN_BYTES: usize = 2000;
const BEGIN_LINES: usize = 20;

/// Mails and jobs are numbered apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterId {
    Mail(ReceivedMailId),
    Job(i64),
}

impl LetterId {
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            Error::invalid(
                "id",
                format!(
                    "must be as the list prints it, mail-12 or job-34, not {text:?}: answerpal dead-letters list"
                ),
            )
        };
        let (kind, number) = text.split_once('-').ok_or_else(wrong)?;
        let number = number.parse().map_err(|_| wrong())?;
        match kind {
            "mail" => Ok(Self::Mail(ReceivedMailId(number))),
            "job" => Ok(Self::Job(number)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for LetterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mail(id) => write!(f, "mail-{id}"),
            Self::Job(id) => write!(f, "job-{id}"),
        }
    }
}

pub enum Letter {
    Mail(ReceivedMail),
    Job(Job),
}

impl Letter {
    pub fn id(&self) -> LetterId {
        match self {
            Self::Mail(it) => LetterId::Mail(it.received_mail_id),
            Self::Job(it) => LetterId::Job(it.job_id),
        }
    }

    pub fn tenant(&self) -> CustomerId {
        match self {
            Self::Mail(it) => it.customer_id,
            Self::Job(it) => it.customer_id,
        }
    }

    pub fn since(&self) -> Timestamp {
        match self {
            Self::Mail(it) => it.received_at,
            Self::Job(it) => it.created_at,
        }
    }

    fn what(&self) -> String {
        match self {
            Self::Mail(it) => format!("mail to channel {}, {} bytes", it.channel_id, it.size_bytes),
            Self::Job(it) => format!("{} of {}, {}", it.kind, it.subject_id, tries(it)),
        }
    }

    fn why(&self) -> &str {
        let why = match self {
            Self::Mail(it) => &it.reason,
            Self::Job(it) => &it.last_error,
        };
        why.as_deref().unwrap_or("not known")
    }

    /// In the API's words.
    pub fn json(&self) -> Value {
        let id = self.id().to_string();
        match self {
            Self::Mail(it) => json!({
                "id": id, "customerID": it.customer_id, "receivedMailID": it.received_mail_id, "channelID": it.channel_id,
                "source": it.source, "reason": it.reason, "sizeBytes": it.size_bytes, "receivedAt": it.received_at,
            }),
            Self::Job(it) => json!({
                "id": id, "customerID": it.customer_id, "jobID": it.job_id, "kind": it.kind, "subjectID": it.subject_id,
                "attempts": it.attempts, "lastError": it.last_error, "dateCreated": it.created_at,
            }),
        }
    }

    /// All that is known of it. `begin` is how its mail begins; None where the file is gone.
    pub fn told(&self, begin: Option<&str>) -> String {
        let (id, tenant) = (self.id(), self.tenant());
        let why = printable(self.why());
        match self {
            Self::Mail(it) => {
                let mut text = format!(
                    "{id}: a mail that could not be read, to channel {} of customer {tenant}\nReason: {why}\n\
                     Received by {} at {}, {} bytes",
                    it.channel_id, it.source, it.received_at, it.size_bytes
                );
                // Writing into a String cannot fail.
                let _ = match begin {
                    None => write!(text, "\nIts file is gone."),
                    Some("") => write!(text, "\nIts file is empty."),
                    Some(begin) => write!(text, "\nIt begins:\n{begin}"),
                };
                let _ = write!(
                    text,
                    "\n\nIts file:  answerpal dead-letters raw {id} --output {id}.eml\n\
                     Once more: answerpal dead-letters replay {id}\nNever:     answerpal dead-letters delete {id}"
                );
                text
            }
            Self::Job(it) => format!(
                "{id}: a job that was given up, {} of {}, of customer {tenant}\nReason: {why}\n\
                 Made at {}, {}\n\n\
                 Once more: answerpal dead-letters replay {id}\nNever:     answerpal dead-letters delete {id}",
                it.kind,
                it.subject_id,
                it.created_at,
                tries(it)
            ),
        }
    }
}

fn tries(job: &Job) -> String {
    match job.attempts {
        1 => "tried once".into(),
        n => format!("tried {n} times"),
    }
}

/// For a person: a line for each.
pub fn table(letters: &[Letter], left_off: u64) -> String {
    if letters.is_empty() {
        return "There are no dead letters.".to_owned();
    }
    let head = ["ID", "CUSTOMER", "SINCE", "WHAT", "WHY"].map(str::to_owned);
    let rows: Vec<[String; 5]> = letters.iter().map(row).collect();
    let mut widths = [0; 5];
    for row in rows.iter().chain([&head]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in [&head].into_iter().chain(&rows) {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let _ = match left_off {
        0 => write!(text, "{} in all", letters.len()),
        more => write!(text, "{} and {more} more", letters.len()),
    };
    text.push_str(". `answerpal dead-letters show ID` tells more, `replay ID` tries again.");
    text
}

fn row(letter: &Letter) -> [String; 5] {
    let why = printable(letter.why().lines().next().unwrap_or_default());
    let why = match why.char_indices().nth(SHORT) {
        Some((cut, _)) => format!("{}…", &why[..cut]),
        None => why,
    };
    [letter.id().to_string(), letter.tenant().to_string(), to_the_second(letter.since()), letter.what(), why]
}

fn to_the_second(time: Timestamp) -> String {
    let whole = time.to_string();
    whole.split_once('.').map_or_else(|| whole.clone(), |it| format!("{}Z", it.0))
}

/// How a mail begins, fit for a terminal.
pub fn beginning(content: &[u8]) -> String {
    let cut = &content[..content.len().min(BEGIN_BYTES)];
    let text = String::from_utf8_lossy(cut);
    let lines = text.lines().take(BEGIN_LINES).map(|it| format!("  {}", printable(it)));
    lines.collect::<Vec<_>>().join("\n")
}

/// What others wrote must not steer a terminal: no control characters, nor what turns the direction of writing.
fn printable(text: &str) -> String {
    let turns =
        |it: char| matches!(it, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|it| if (it.is_control() && it != '\t') || turns(it) { '\u{fffd}' } else { it })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{LetterId, beginning};
    use crate::model::ReceivedMailId;

    #[test]
    fn an_id_is_read_as_it_is_printed() {
        for id in [LetterId::Mail(ReceivedMailId(12)), LetterId::Job(34)] {
            assert_eq!(LetterId::parse(&id.to_string()).unwrap(), id);
        }
        for wrong in ["12", "mail", "mail-", "mail-x", "message-1", ""] {
            let error = LetterId::parse(wrong).unwrap_err().to_string();
            assert!(error.contains("answerpal dead-letters list"), "{error}");
        }
    }

    #[test]
    fn a_mail_cannot_steer_the_terminal() {
        assert_eq!(beginning(b"a\x1b[2Jb\r\nc\xff"), "  a\u{fffd}[2Jb\n  c\u{fffd}");
    }
}
