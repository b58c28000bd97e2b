//! A job: work that outlives the request that asked for it. It carries ids only; what it does is
//! loaded when it runs.

use super::{CustomerId, Timestamp};
use crate::error::Error;
use crate::row;

/// Carries a reply out in its ticket's channel. Subject: the message.
pub const DELIVER_MESSAGE: &str = "deliver_message";
/// Fetches a mailbox once. Subject: the channel.
pub const FETCH_MAIL: &str = "fetch_mail";
/// Carries a mail out that belongs to no ticket message. Subject: the row of `mails`.
pub const DELIVER_MAIL: &str = "deliver_mail";
/// Sends a draft by itself, where a rule allows it. Subject: the message.
pub const AUTO_REPLY: &str = "auto_reply";
/// Removes content from the file store that is due and that no attachment names. Subject: the tenant.
pub const DELETE_OBJECTS: &str = "delete_objects";
/// Makes a ticket's message of a raw mail. Subject: the row of `received_mails`.
pub const PROCESS_MAIL: &str = "process_mail";

/// Lets search find an end user's tickets by the names and addresses of now. Subject: the end user.
pub const INDEX_END_USER: &str = "index_end_user";

/// Takes an end user who was deleted off their tickets. Subject: the end user.
pub const DETACH_END_USER: &str = "detach_end_user";

/// Stages of the pipeline of an incoming message. Subject: the message.
pub const INTAKE_PRE_SPAM: &str = "intake_pre_spam";
pub const INTAKE_SPAM: &str = "intake_spam";
pub const INTAKE_POST_SPAM: &str = "intake_post_spam";
pub const INTAKE_TOPICS: &str = "intake_topics";
pub const INTAKE_REPLY: &str = "intake_reply";
pub const INTAKE_SUMMARY: &str = "intake_summary";

/// Renews the summary of a ticket that was answered. Subject: the ticket.
pub const SUMMARISE_TICKET: &str = "summarise_ticket";

/// Learns the topics that imported messages came with. Subject: the first message of the import.
pub const LEARN_IMPORTED: &str = "learn_imported";

/// Makes what the spam filter learns from the mails that were marked. Subject: the tenant.
pub const LEARN_SPAM: &str = "learn_spam";
/// Lets the pipeline go on for a message that is no spam after all. Subject: the message.
pub const RELEASE_HELD: &str = "release_held";

/// Makes the vectors of a document's passages. Subject: the document.
pub const INDEX_DOCUMENT: &str = "index_document";
/// Makes all vectors of a tenant in the way that its settings say now. Subject: the tenant.
pub const EMBED_ANEW: &str = "embed_anew";

/// A job waits (`run_at` says until when), runs under a lease, and ends done or dead.
pub const WAITING: &str = "waiting";
pub const DEAD: &str = "dead";

row! {
    /// A job as it is stored.
    #[derive(Clone, Debug)]
    pub struct Job {
        pub job_id: i64,
        pub customer_id: CustomerId,
        pub kind: String,
        pub subject_id: i64,
        pub state: String,
        pub run_at: Timestamp,
        /// How often it was begun; with the job's id it names one run of it.
        pub attempts: i64,
        pub last_error: Option<String>,
        pub created_at: Timestamp,
    }
}

/// Why a job did not do its work.
#[derive(Debug)]
pub enum JobError {
    /// It may work later: 5 s from now, then twice as long each time.
    Retry(String),
    /// It never will: a dead letter at once.
    Fail(String),
    /// Not before then, for this reason. Does not count as an attempt.
    Later(Timestamp, String),
}

/// What goes wrong underneath is worth another try.
impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        Self::Retry(error.to_string())
    }
}
