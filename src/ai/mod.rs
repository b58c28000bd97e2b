//! Models: what they are asked for, and what answers. Nothing here knows tenants, or reads the database.

pub mod embed;
pub mod freed;
pub mod llm;
