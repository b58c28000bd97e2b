//! Paging and sorting as every list does it.

use std::ops::Deref;

use answerpal_wire::paging::{PageNumber, Paging};

use crate::error::{Error, Result};

/// Default and largest page size of a list.
#[derive(Clone, Copy)]
pub struct Sizes {
    pub default: u64,
    pub max: u64,
}

pub const LIST: Sizes = Sizes { default: 10, max: 1000 };
/// Lists that clients load whole.
pub const REFERENCE_LIST: Sizes = Sizes { default: 10, max: 1_000_000 };
pub const DOCUMENT_LIST: Sizes = Sizes { default: 20, max: 1_000_000 };

/// The page that was asked for.
pub struct Listing(Paging);

impl Deref for Listing {
    type Target = Paging;
    fn deref(&self) -> &Paging {
        &self.0
    }
}

impl Listing {
    pub fn new(number: Option<PageNumber>, size: Option<PageNumber>, sizes: Sizes) -> Self {
        Self(Paging::new(number.map(|it| it.0), size.map(|it| it.0), sizes.default, sizes.max))
    }

    /// `ORDER BY` text: a column of `sorts` (API name, column) and a direction. 400 lists the allowed. `default`
    /// is a name of `sorts`, and whether the list is in its descending order where nobody asks for another.
    pub fn order(
        &self,
        by: Option<&str>,
        direction: Option<&str>,
        sorts: &[(&str, &str)],
        default: (&str, bool),
    ) -> Result<String> {
        let (default, is_descending) = default;
        let is_descending = descending(direction)?.unwrap_or(by.is_none() && is_descending);
        let by = by.unwrap_or(default);
        let column =
            sorts.iter().find(|(name, _)| name.eq_ignore_ascii_case(by)).map(|it| it.1).ok_or_else(|| {
                let names: Vec<&str> = sorts.iter().map(|it| it.0).collect();
                Error::invalid("sortBy", format!("must be one of {}", names.join(", ")))
            })?;
        // The engines differ in where nulls go: here they count as the least. What a list is sorted by
        // where nobody says is never null, and left as its index has it.
        let (direction, nulls) =
            if is_descending { ("DESC", " NULLS LAST") } else { ("ASC", " NULLS FIRST") };
        let nulls = if by.eq_ignore_ascii_case(default) { "" } else { nulls };
        Ok(format!("{column} {direction}{nulls}"))
    }
}

/// Whether `sortOrder` says descending; None where it says nothing.
pub fn descending(direction: Option<&str>) -> Result<Option<bool>> {
    match direction.map(str::to_ascii_lowercase).as_deref() {
        None => Ok(None),
        Some("asc") => Ok(Some(false)),
        Some("desc") => Ok(Some(true)),
        Some(_) => Err(Error::invalid("sortOrder", "must be one of asc, desc")),
    }
}
