//! Raw mail to what a person wrote. Pure: bytes in, values out; no clock, no I/O.
//!
//! `parse` reads MIME, `identity` tells mails apart, `subject` and the Message-ID lists give what threads
//! hang together by.

mod charset;
mod identity;
mod mail;
mod mbox;
mod parse;
mod subject;

pub use identity::{digest, identity};
pub use mail::{Address, Mail, Part, Protection};
pub use mbox::Mbox;
pub use parse::{Limits, parse};
pub use subject::thread_subject;
