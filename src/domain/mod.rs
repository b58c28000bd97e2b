//! Rules and transactions: decides, writes through the store, notes the audit event, enqueues jobs.
//! No HTTP, no SQL, no network.

pub mod api_keys;
pub mod attachments;
pub mod audit;
pub mod backup;
pub mod bench_data;
pub mod bulk;
pub mod caller;
pub mod channels;
pub mod chat;
pub mod credentials;
pub mod custom_fields;
pub mod customers;
pub mod delivery;
pub mod demo;
pub mod end_users;
pub mod events;
pub mod feedback;
pub mod fields;
pub mod html;
pub mod import;
pub mod limits;
pub mod live;
pub mod login;
pub mod mails;
pub mod message_topics;
pub mod messages;
pub mod page_memory;
pub mod password_resets;
pub mod progress;
pub mod refs;
pub mod reps;
pub mod search_index;
pub mod secrets;
pub mod tickets;
pub mod topics;
