//! What a person taught about spam.

use super::{CustomerRepId, MessageId, SpamLessonId, TicketId, Timestamp};
use crate::row;

row! {
    /// A mail that a person marked as spam, or as wanted after the filter had held it.
    #[derive(Clone, Debug)]
    pub struct SpamLesson {
        pub spam_lesson_id: SpamLessonId,
        /// None where the ticket is gone, as is the message.
        pub ticket_id: Option<TicketId>,
        pub message_id: Option<MessageId>,
        pub is_spam: bool,
        /// What the filter learns from; None until it was made of the mail.
        pub numbers: Option<Vec<u8>>,
        pub customer_rep_id: CustomerRepId,
        pub created_at: Timestamp,
    }
}
