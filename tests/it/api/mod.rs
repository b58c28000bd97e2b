//! One file per resource, as the API's addresses are.

mod attachments;
mod auth;
mod channels;
mod end_users;
mod events;
mod customers;
mod reps;
mod topics;
