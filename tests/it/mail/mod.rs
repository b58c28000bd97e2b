//! Mail: handed to servers, fetched from mailboxes, taken from servers.

mod desk;
mod mailboxes;
mod other_mail;
mod outbox;
mod scripted;
mod servers;
mod spam;

pub use servers::Servers;
