//! Numbers, booleans and text, also in quotes.

use std::num::IntErrorKind::{NegOverflow, PosOverflow};

use serde_json::Value;

use super::Source;
use crate::error::Error;

const NOT_WHOLE: &str = "must be a whole number";
const OUT_OF_RANGE: &str = "is out of range";

/// An integer: a number without a fraction, or the text of one.
pub(super) fn whole<T: TryFrom<i128>>(value: &Value) -> Result<T, Error> {
    let number = match value {
        Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), _, _) => i128::from(number),
            (None, Some(number), _) => i128::from(number),
            (None, None, Some(number)) => integral(number)?,
            (None, None, None) => return Err(Error::new(NOT_WHOLE)),
        },
        Value::String(text) => whole_text(text.trim())?,
        _ => return Err(Error::new(NOT_WHOLE)),
    };
    T::try_from(number).map_err(|_| Error::new(OUT_OF_RANGE))
}

fn whole_text(text: &str) -> Result<i128, Error> {
    match text.parse::<i128>() {
        Ok(number) => Ok(number),
        Err(error) if matches!(error.kind(), PosOverflow | NegOverflow) => Err(Error::new(OUT_OF_RANGE)),
        Err(_) => match decimal(text) {
            Some(number) => integral(number),
            None => Err(Error::new(NOT_WHOLE)),
        },
    }
}

/// A float without a fraction. Floats at the bounds of 64 bits may have been rounded to them from
/// beyond, so they are out of range.
fn integral(number: f64) -> Result<i128, Error> {
    const LOWEST: f64 = i64::MIN as f64;
    const HIGHEST: f64 = u64::MAX as f64;
    if number.fract() != 0.0 {
        Err(Error::new(NOT_WHOLE))
    } else if number > LOWEST && number < HIGHEST {
        Ok(number as i128)
    } else {
        Err(Error::new(OUT_OF_RANGE))
    }
}

/// A float: any number, or the text of one.
pub(super) fn float(value: &Value) -> Result<f64, Error> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => decimal(text.trim()),
        _ => None,
    };
    let number = number.ok_or_else(|| Error::new("must be a number"))?;
    if number.is_finite() { Ok(number) } else { Err(Error::new(OUT_OF_RANGE)) }
}

/// A float of 32 bits.
pub(super) fn single(value: &Value) -> Result<f32, Error> {
    let number = float(value)? as f32;
    if number.is_finite() { Ok(number) } else { Err(Error::new(OUT_OF_RANGE)) }
}

/// The number a text writes in digits (`inf` and `NaN` are none).
fn decimal(text: &str) -> Option<f64> {
    let known = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    if text.bytes().all(known) { text.parse().ok() } else { None }
}

/// A boolean, or its name in any case; in a query also `1` and `0`.
pub(super) fn boolean(value: &Value, source: Source) -> Result<bool, Error> {
    let known = match value {
        Value::Bool(known) => Some(*known),
        Value::String(text) => match text.trim() {
            "1" if source == Source::Query => Some(true),
            "0" if source == Source::Query => Some(false),
            text if text.eq_ignore_ascii_case("true") => Some(true),
            text if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        },
        _ => None,
    };
    known.ok_or_else(|| Error::new("must be true or false"))
}

/// Refuses a text with a NUL character, which the database cannot store.
pub(super) fn without_nul(text: &str) -> Result<(), Error> {
    if text.as_bytes().contains(&0) { Err(Error::nul()) } else { Ok(()) }
}

/// Refuses a NUL character in any name or text inside a value.
pub(super) fn without_nul_inside(value: &Value) -> Result<(), Error> {
    match value {
        Value::String(text) => without_nul(text),
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                without_nul_inside(element).map_err(|error| error.in_element(index))?;
            }
            Ok(())
        }
        Value::Object(object) => {
            for (name, value) in object {
                without_nul(name)?;
                without_nul_inside(value).map_err(|error| error.in_field(name))?;
            }
            Ok(())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}
