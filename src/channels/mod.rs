//! Protocols in and out: neutral messages on one side, the wire on the other. No store access.

pub mod email;
pub mod spamd;
