//! The query of a URL into a typed struct.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::de::{Source, read};
use crate::error::FieldError;

/// Reads a URL's query (without its `?`) into a struct.
///
/// Names match in any case; unknown ones are ignored. `Vec` fields collect every value of their
/// name in the order given (`status=Open&status=Closed`; `status[]=` and `status[0]=` are read as
/// `status=`), other fields take the last. An empty value means not given. Booleans are
/// `true`, `false`, `1` or `0`; enum values match in any case. Bytes that are not UTF-8 become
/// U+FFFD.
///
/// # Errors
/// The first field that does not fit, in declaration order. Text with a NUL character is refused
/// wherever it would be kept.
pub fn from_query<T: DeserializeOwned>(query: &str) -> Result<T, FieldError> {
    read(Source::Query, "query", || Ok(collect(query)))
}

/// The values of each name, under the name in lower case.
fn collect(query: &str) -> Value {
    let mut names = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if value.is_empty() {
            continue;
        }
        let value = Value::String(value.into_owned());
        match names.entry(without_index(&name).to_lowercase()) {
            serde_json::map::Entry::Vacant(entry) => {
                entry.insert(Value::Array(vec![value]));
            }
            serde_json::map::Entry::Occupied(mut entry) => {
                if let Value::Array(values) = entry.get_mut() {
                    values.push(value);
                }
            }
        }
    }
    Value::Object(names)
}

/// `status[]` and `status[0]` without their brackets.
fn without_index(name: &str) -> &str {
    name.strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['))
        .filter(|(_, index)| index.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(name, |(base, _)| base)
}
