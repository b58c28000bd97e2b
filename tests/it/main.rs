//! The one integration binary: drives the public surface, on both engines.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod api;
mod cli;
mod data;
mod inbound;
mod jobs;
mod mail;
mod outbound;
mod process;
mod support;
mod walls;
