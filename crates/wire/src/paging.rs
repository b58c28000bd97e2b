//! Page numbers and sizes: clamped, never refused for their size.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};

/// Which page of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// The page, from 1.
    pub number: u64,
    /// Items on a page, at least 1.
    pub size: u64,
}

impl Paging {
    /// The page asked for: a number below 1 (or none) is 1, a size below 1 (or none) the default,
    /// a size above `max` is `max`.
    pub fn new(page_number: Option<i64>, page_size: Option<i64>, default: u64, max: u64) -> Self {
        let given =
            |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok()).filter(|&value| value > 0);
        Self {
            number: given(page_number).unwrap_or(1),
            size: given(page_size).unwrap_or(default).clamp(1, max.max(1)),
        }
    }

    /// The number of items before this page, `i64::MAX` at most.
    pub fn offset(&self) -> i64 {
        let items = self.number.saturating_sub(1).saturating_mul(self.size);
        i64::try_from(items).unwrap_or(i64::MAX)
    }

    /// The page's size for a query, `i64::MAX` at most.
    pub fn limit(&self) -> i64 {
        i64::try_from(self.size).unwrap_or(i64::MAX)
    }

    /// The number of pages that `total` items fill.
    pub fn total_pages(&self, total: u64) -> u64 {
        total.div_ceil(self.size.max(1))
    }
}

/// A page number or size as a client gives it: any integer, those beyond `i64` at its bounds.
///
/// Reads from numbers and from text; anything but an integer «must be a whole number».
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PageNumber(pub i64);

impl From<PageNumber> for i64 {
    fn from(number: PageNumber) -> Self {
        number.0
    }
}

impl<'de> Deserialize<'de> for PageNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = PageNumber;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E>(self, value: i64) -> Result<PageNumber, E> {
        Ok(PageNumber(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<PageNumber, E> {
        Ok(PageNumber(i64::try_from(value).unwrap_or(i64::MAX)))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<PageNumber, E> {
        if value.fract() == 0.0 {
            // A float beyond the bounds of i64 becomes the bound.
            Ok(PageNumber(value as i64))
        } else {
            Err(E::custom("must be a whole number"))
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<PageNumber, E> {
        saturating(text.trim()).map(PageNumber).ok_or_else(|| E::custom("must be a whole number"))
    }
}

fn saturating(text: &str) -> Option<i64> {
    use std::num::IntErrorKind::{NegOverflow, PosOverflow};
    match text.parse::<i64>() {
        Ok(number) => Some(number),
        Err(error) => match error.kind() {
            PosOverflow => Some(i64::MAX),
            NegOverflow => Some(i64::MIN),
            _ => None,
        },
    }
}
