//! One file per resource, as the API's addresses are.

mod api_keys;
mod attachments;
mod auth;
mod canned_responses;
mod channels;
mod chat;
mod composer_drafts;
mod contract;
mod custom_fields;
mod customers;
mod dashboard;
mod documents;
mod documents_convert;
mod end_users;
mod events;
mod notifications;
mod presence;
mod remote_files;
mod reps;
mod saved_views;
mod sessions;
mod sorting;
mod ticket_messages;
mod tickets;
mod topic_links;
mod topics;
