//! Why a mail went where it went: kept with it, shown with its message, printed by `answerpal explain`.

use serde::{Deserialize, Serialize};

use super::Authentication;

/// What was decided about a mail, and what for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Evidence {
    /// `token`, `references`, `answer`, `sibling`, `subject`, `report`, `new`, `copy`, `own`.
    pub rule: String,
    /// The same in a sentence.
    pub because: String,
    #[serde(rename = "ticketID")]
    pub ticket_id: Option<i64>,
    /// A ticket that it speaks of and was not let into.
    #[serde(rename = "linkedTicketID")]
    pub linked_ticket_id: Option<i64>,
    /// The message that it is another copy of, or the report about.
    #[serde(rename = "otherMessageID")]
    pub other_message_id: Option<i64>,
    /// What was tried, in the order of the rules.
    pub looked_at: Vec<Look>,
    /// The address that counted as its sender.
    pub sender: Option<String>,
    /// `report`, `reply`, `bulk` or `generated`: nobody answers it by themselves.
    pub automatic: Option<String>,
    pub automatic_because: Option<String>,
    pub authentication: Option<Authentication>,
    /// `Signed` or `Encrypted`.
    pub protection: Option<String>,
    /// What was left out of the message; the original has it.
    pub notes: Vec<String>,
}

/// One thing that might have told where it belongs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Look {
    pub rule: String,
    pub value: String,
    #[serde(rename = "ticketID")]
    pub ticket_id: Option<i64>,
    pub outcome: String,
}
