//! Mail that comes in. [`receive`] keeps the raw file and a row for it, durably: only then may a server be
//! told that it was received. A job then makes a message of it: [`process`].

mod process;
mod receive;

pub use process::{Processed, process};
pub use receive::{Envelope, Incoming, Receipt, receive};
