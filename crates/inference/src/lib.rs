//! What answerpal knows of language, without a network: embedded sentence models, a topic classifier that
//! learns from every correction, passages of documents and their retrieval.
//!
//! A library of its own: it knows texts, vectors and numbers, no tickets, tenants or databases. Nothing here
//! reads a clock or a random source, so equal input gives equal output.

mod averaging;
pub mod embedder;
mod encoder;
pub mod language;
mod matrix;
mod model_file;
pub mod passages;
pub mod retrieval;
mod role;
mod simd;
mod space;
mod table;
pub mod topics;
mod unigram;
mod wordpiece;

pub use embedder::{Embedder, Profile};
pub use model_file::ModelError;
pub use role::Role;
