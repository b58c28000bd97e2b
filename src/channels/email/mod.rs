//! Mail: composed, handed to mail servers, fetched from mailboxes, taken from mail servers.

pub mod check;
pub mod compose;
pub mod connect;
pub mod dkim;
pub mod imap;
mod pool;
pub mod senders;
pub mod server;
pub mod servers;
pub mod smtp;
