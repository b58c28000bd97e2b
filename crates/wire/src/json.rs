//! Request bodies: JSON text or a parsed value into a typed request.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::de::{Source, read};
use crate::error::FieldError;

const ROOT: &str = "body";
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads a JSON request body.
///
/// An empty or blank body and the body `null` are `{}`; a byte order mark is skipped. Property
/// names match in any case, the exact spelling first, then the last one given; a field's own name
/// wins over its aliases. Unknown properties and properties that are `null` are ignored. Integers,
/// floats and booleans may be given as strings, enum values in any case. Whatever is read through
/// `deserialize_any` (`serde_json::Value`) and the keys of maps stay as they are.
///
/// # Errors
/// The first field that does not fit, in declaration order, or `body` where the text is no JSON or
/// not of the shape wanted. Text with a NUL character is refused wherever it would be kept.
pub fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FieldError> {
    read(Source::Body, ROOT, || parse(bytes))
}

/// Reads an already parsed body by the rules of [`from_json`] (but `null` stays `null`).
///
/// Copies the value once; a body still in text is read faster by [`from_json`].
///
/// # Errors
/// As [`from_json`].
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, FieldError> {
    read(Source::Body, ROOT, || Ok(value.clone()))
}

fn parse(bytes: &[u8]) -> Result<Value, FieldError> {
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    match serde_json::from_slice(text) {
        Ok(Value::Null) => Ok(Value::Object(Map::new())),
        Ok(value) => Ok(value),
        Err(error) => {
            Err(FieldError { field: ROOT.to_owned(), message: format!("is not valid JSON: {error}") })
        }
    }
}
