//! What is wrong with an input, and in which field.

use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

use crate::alias::Group;

/// What is wrong with an input, said to the person who sent it.
///
/// Displays as `field message`, for example `uiDs[0].uid is required`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The dotted path of the field, in the API's own spelling (`uiDs[0].uid`); `body` or `query`
    /// where the error is about the whole.
    pub field: String,
    /// Why the field was refused, as a predicate: `is required`.
    pub message: String,
}

impl Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.message)
    }
}

impl std::error::Error for FieldError {}

/// The error that travels through serde, gathering its path on the way out.
#[derive(Debug)]
pub(crate) struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    path: String,
    message: String,
    /// A visitor got one field under two names: the field's own name.
    duplicate: Option<&'static str>,
    /// The names it got.
    clash: Option<Group>,
}

impl Error {
    /// An error about the value being read, its path still unknown.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::at(String::new(), message.into())
    }

    pub(crate) fn nul() -> Self {
        Self::new("must not contain the NUL character")
    }

    fn at(path: String, message: String) -> Self {
        Self(Box::new(Inner { path, message, duplicate: None, clash: None }))
    }

    /// The same error, seen from the object that holds the field.
    pub(crate) fn in_field(mut self, name: &str) -> Self {
        let path = &mut self.0.path;
        if !path.is_empty() && !path.starts_with('[') {
            path.insert(0, '.');
        }
        path.insert_str(0, name);
        self
    }

    /// The same error, seen from the list that holds the element.
    pub(crate) fn in_element(mut self, index: usize) -> Self {
        let path = &mut self.0.path;
        if !path.is_empty() && !path.starts_with('[') {
            path.insert(0, '.');
        }
        path.insert_str(0, &format!("[{index}]"));
        self
    }

    /// Notes where a duplicate field came up, if that is what this error is about.
    pub(crate) fn in_struct(mut self, clash: impl FnOnce(&'static str) -> Option<Group>) -> Self {
        if let (Some(name), None) = (self.0.duplicate, self.0.clash) {
            self.0.clash = clash(name);
        }
        self
    }

    /// The two names of one field, if that is what this error is about.
    pub(crate) fn clash(&self) -> Option<Group> {
        self.0.clash
    }

    /// The finished error; `root` names the input as a whole.
    pub(crate) fn finish(self, root: &str) -> FieldError {
        let Inner { path, message, .. } = *self.0;
        let field = if path.is_empty() { root.to_owned() } else { path };
        FieldError { field, message }
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("must be {expected}"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("must be {expected}"))
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::new(format!("must be {expected}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("must be one of {}", expected.join(", ")))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::at(field.to_owned(), "is required".to_owned())
    }

    fn duplicate_field(field: &'static str) -> Self {
        let mut error = Self::at(field.to_owned(), "is given more than once".to_owned());
        error.0.duplicate = Some(field);
        error
    }
}
