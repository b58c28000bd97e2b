//! What a person taught about topics.

use super::{CustomerRepId, ExampleId, MessageId, Timestamp};
use crate::row;

row! {
    /// A text whose topics a person said; none of them is an answer, too.
    #[derive(Clone, Debug)]
    pub struct TopicExample {
        pub example_id: ExampleId,
        /// The version of the tenant's examples that it came with, or was forgotten with.
        pub version: i64,
        pub is_forgotten: bool,
        pub message_id: Option<MessageId>,
        pub text: String,
        pub text_hash: String,
        pub lang: Option<String>,
        pub customer_rep_id: Option<CustomerRepId>,
        pub created_at: Timestamp,
    }
}
