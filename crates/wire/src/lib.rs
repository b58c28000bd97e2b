//! Reads and writes the API's wire forms the way its existing clients expect.
//!
//! - [`from_json`] and [`from_value`] read request bodies leniently: names of any case, `null` as
//!   «not given», numbers and booleans in quotes, errors that name the field.
//! - [`from_query`] reads a URL query into a struct by the same rules.
//! - [`paging`] clamps page numbers and sizes; [`time`] formats and parses points in time.
//!
//! The leniency works on derived `Deserialize` impls that tell the deserialiser what they want.
//! `#[serde(flatten)]`, `#[serde(untagged)]` and internally tagged enums do not (serde buffers
//! their content first), so inside those names match exactly and nothing is lenient: do not use
//! them in request types.

mod alias;
mod de;
mod error;
mod json;
pub mod paging;
mod query;
pub mod time;

pub use error::FieldError;
pub use json::{from_json, from_value};
pub use paging::{PageNumber, Paging};
pub use query::from_query;
pub use time::Timestamp;
