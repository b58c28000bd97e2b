//! One file per resource, as the API's addresses are.

mod api_keys;
mod attachments;
mod auth;
mod channels;
mod chat;
mod contract;
mod custom_fields;
mod customers;
mod dashboard;
mod documents;
mod documents_convert;
mod end_users;
mod events;
mod remote_files;
mod reps;
mod sessions;
mod ticket_messages;
mod tickets;
mod topic_links;
mod topics;
