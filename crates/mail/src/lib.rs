//! Raw mail to what a person wrote. Pure: bytes in, values out; no clock, no I/O.
//!
//! `parse` reads MIME, `identity` tells mails apart, `subject` and the Message-ID lists give what threads
//! hang together by.

mod automatic;
mod calendar;
mod charset;
mod html;
mod identity;
mod lines;
mod mail;
mod mbox;
mod parse;
mod reply;
mod report;
mod rtf;
pub mod spam;
mod split_words;
mod subject;
mod tnef;

pub use automatic::{AutoKind, Automatic, automatic};
pub use html::{is_bomb as is_html_bomb, text as html_text};
pub use identity::{digest, identity};
pub use mail::{Address, Mail, Part, Protection};
pub use mbox::Mbox;
pub use parse::{Limits, parse};
pub use reply::{is_forward, reply_of, reply_of_html, reply_of_text, reply_text};
pub use report::{Report, report};
pub use subject::thread_subject;
