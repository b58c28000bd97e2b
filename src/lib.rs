//! answerpal: an open, self-hosted, AI-first customer-support ticket server.
//!
//! `docs/ARCHITECTURE.md` says what each room holds and which way the dependencies point.

pub mod ai;
pub mod api;
pub mod app;
pub mod channels;
pub mod cli;
pub mod clock;
pub mod config;
pub mod convert;
pub mod crypto;
pub mod dashboard;
pub mod domain;
pub mod error;
pub mod eval;
pub mod files;
pub mod intake;
pub mod jobs;
pub mod model;
pub mod outbound;
pub mod store;
