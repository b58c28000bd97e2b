//! The lenient deserialiser over a parsed JSON value.

mod access;
mod names;
mod scalar;
mod value;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::alias::{self, Group};
use crate::error::FieldError;
use value::Reader;

/// Where a value comes from: the rules differ a little.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A JSON body.
    Body,
    /// A URL's query: every field is the list of its values, all of them strings.
    Query,
}

/// What every reader of one input knows.
#[derive(Clone, Copy)]
struct Context<'c> {
    source: Source,
    /// The fields known to have aliases, because an earlier pass ran into two of their names.
    groups: &'c [Group],
}

/// Reads the value that `make` gives, calling it again for each field with several names that the
/// input spells more than one way (serde tells which names are one field only when it meets both).
pub(crate) fn read<T: DeserializeOwned>(
    source: Source,
    root: &str,
    mut make: impl FnMut() -> Result<Value, FieldError>,
) -> Result<T, FieldError> {
    let mut groups = Vec::new();
    loop {
        let context = Context { source, groups: &groups };
        let error = match T::deserialize(Reader::new(make()?, context)) {
            Ok(request) => return Ok(request),
            Err(error) => error,
        };
        let learned = error.clash().is_some_and(|clash| alias::learn(&mut groups, clash));
        if !learned {
            return Err(error.finish(root));
        }
    }
}
