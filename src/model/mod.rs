//! Row types, typed ids and enums: the invariants of one value, no I/O.

pub mod channel;
pub mod custom_field;
pub mod document;
pub mod end_user;
pub mod event;
pub mod id;
pub mod job;
pub mod message;
pub mod refs;
pub mod rep;
pub mod spam_lesson;
pub mod stage;
pub mod ticket;
pub mod topic_example;
pub mod words;

pub use answerpal_wire::time::Timestamp;
pub use channel::{Channel, InboundSettings, MailSecrets, MailServer, MailSettings};
pub use custom_field::{CustomField, FieldOptions, FieldType};
pub use document::{ApiMethod, Document, DocumentSecrets, OverrideApi};
pub use end_user::{EndUser, EndUserUid};
pub use event::{Actor, Event};
pub use id::*;
pub use message::Message;
pub use refs::Refs;
pub use rep::NewRep;
pub use spam_lesson::SpamLesson;
pub use stage::{MessageStage, StageState};
pub use ticket::Ticket;
pub use topic_example::TopicExample;
pub use words::*;
