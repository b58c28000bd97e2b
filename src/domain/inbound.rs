//! Mail that comes in. [`receive`] keeps the raw file and a row for it, durably: only then may a server be
//! told that it was received. A job then makes a message of it: [`process`].

mod addresses;
mod authentication;
mod author;
mod dead;
mod evidence;
mod files;
mod history;
mod message;
mod process;
mod read;
mod receive;
mod returned;
mod settle;
mod sources;
mod store_message;
mod thread;

pub use authentication::Authentication;
pub use dead::{bury_in, discard, gave_up, replay, revived};
pub use evidence::{Evidence, Look};
pub use history::{History, Options, import};
pub use process::{content, process};
pub use receive::{Envelope, Incoming, Receipt, receive};
pub use settle::Processed;
pub use sources::Archive;
