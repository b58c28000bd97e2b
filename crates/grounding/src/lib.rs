//! Replies that say only what their sources say.
//!
//! Cuts passages into sentences, composes an answer of the best of them, and checks of any sentence,
//! whoever wrote it, whether a passage supports it: in its words or its meaning, with every number, amount,
//! date, name, address, negation and condition as the passage has it. Knows texts and vectors, no tickets,
//! models or databases. Errs towards refusing: what is not clearly supported is not.

pub mod asks;
mod claims;
mod compare;
pub mod compose;
pub mod days;
mod evidence;
mod facts;
pub mod gist;
pub mod injection;
mod lexicon;
pub mod phrases;
pub mod question;
mod relations;
pub mod sentences;
mod words;

pub use claims::{Why, is_courtesy, is_question, is_thanks};
pub use evidence::{Evidence, Source, Support, Verdict};
pub use words::{cosine, coverage};
