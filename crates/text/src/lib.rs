//! Full-text search text handling, the same for every database engine.
//!
//! All splitting and folding happens here, in Rust; the engines only store and
//! look up plain terms. [`fts5_document`] and [`tsvector_documents`] prepare a
//! document for SQLite FTS5 and PostgreSQL, [`parse_query`] reads what a user
//! typed and renders it for either engine, [`snippet`] shows where it was found.
//!
//! Every indexed term begins with its tenant ([`Scope`]), so one index can hold
//! all tenants and a query of one cannot match a document of another.
//!
//! Nothing in this crate fails or panics, whatever the text.

mod fold;
mod index;
mod query;
mod scan;
mod scope;
mod snippet;
mod words;

pub use index::{extend_fts5_document, fts5_document, tsvector_documents};
pub use query::{MAX_QUERY_WORDS, Query, matches, parse_query};
pub use scan::{MAX_WORD_CHARS, Token, tokens};
pub use scope::Scope;
pub use snippet::{Snippet, best_snippet, snippet};
