//! The one error of the application, and how it becomes `application/problem+json` (RFC 9457).

use std::collections::BTreeMap;
use std::fmt;

/// What can go wrong, in the words of the API. Internals are logged once and never shown.
#[derive(Debug)]
pub enum Error {
    /// Not there, or another tenant's, or not visible to this role.
    NotFound,
    /// As [`Error::NotFound`], naming what is missing.
    Missing(String),
    /// No credentials, or wrong ones.
    Unauthorized(String),
    /// The role may not do this.
    Forbidden(String),
    /// The write contradicts what is there.
    Conflict(String),
    /// Bad input: field and why.
    Invalid {
        field: String,
        message: String,
    },
    /// `If-Match` does not match.
    PreconditionFailed,
    TooLarge(String),
    UnsupportedMediaType(String),
    /// Well-formed, but cannot be done (named in the contract only).
    Unprocessable(String),
    /// Ask again after so many seconds.
    TooMany {
        retry_after: u64,
        detail: String,
    },
    /// A dependency is down: database, files, disk.
    Unavailable(String),
    /// A range outside the file: its whole length.
    RangeNotSatisfiable(u64),
    /// A unique index of the database refused the write; the domain names the conflict.
    Unique(String),
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), message: message.into() }
    }

    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal(message.into().into())
    }

    /// Names the conflict where a unique index refused the write.
    #[must_use]
    pub fn or_conflict(self, detail: &str) -> Self {
        match self {
            Self::Unique(_) => Self::Conflict(detail.to_owned()),
            other => other,
        }
    }

    /// Turns "not there" into a field error: an unknown id in a body.
    #[must_use]
    pub fn unknown(self, field: &str) -> Self {
        match self {
            Self::NotFound => Self::invalid(field, "does not exist"),
            other => other,
        }
    }

    /// Status, stable code and detail of the answer.
    pub fn describe(&self) -> (u16, &'static str, String) {
        match self {
            Self::NotFound => (404, "not-found", "There is nothing here under this id or path.".into()),
            Self::Missing(detail) => (404, "not-found", detail.clone()),
            Self::Unauthorized(detail) => (401, "unauthorized", detail.clone()),
            Self::Forbidden(detail) => (403, "forbidden", detail.clone()),
            Self::Conflict(detail) => (409, "conflict", detail.clone()),
            Self::Unique(_) => (409, "conflict", "Something with this unique value is there already.".into()),
            Self::Invalid { field, message } => (400, "invalid", format!("{field} {message}.")),
            Self::PreconditionFailed => (
                412,
                "precondition-failed",
                "It has changed since it was read: read it again, then repeat the change.".into(),
            ),
            Self::TooLarge(detail) => (413, "too-large", detail.clone()),
            Self::UnsupportedMediaType(detail) => (415, "unsupported-media-type", detail.clone()),
            Self::RangeNotSatisfiable(length) => {
                (416, "range-not-satisfiable", format!("The file has {length} bytes."))
            }
            Self::Unprocessable(detail) => (422, "unprocessable", detail.clone()),
            Self::TooMany { detail, .. } => (429, "too-many-requests", detail.clone()),
            Self::Unavailable(detail) => (503, "unavailable", detail.clone()),
            Self::Internal(_) => (
                500,
                "internal",
                "Something went wrong on our side; the log has it under this traceId.".into(),
            ),
        }
    }

    /// The `errors` member of a problem: field → reasons.
    pub fn fields(&self) -> Option<BTreeMap<&str, [&str; 1]>> {
        match self {
            Self::Invalid { field, message } => Some(BTreeMap::from([(field.as_str(), [message.as_str()])])),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internal(source) => write!(f, "{source}"),
            Self::Unique(index) => write!(f, "unique index {index} refused the write"),
            other => f.write_str(&other.describe().2),
        }
    }
}

impl std::error::Error for Error {}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{CannotOpen, DatabaseBusy, DiskFull, SystemIoFailure};
        if let rusqlite::Error::SqliteFailure(failure, message) = &error {
            let message = message.clone().unwrap_or_default();
            if failure.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
                || failure.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            {
                return Self::Unique(message);
            }
            if matches!(failure.code, DiskFull | SystemIoFailure | CannotOpen | DatabaseBusy) {
                tracing::error!(%error, "the database cannot write");
                return Self::Unavailable(
                    "The database cannot write now: its disk may be full or read-only.".into(),
                );
            }
        }
        Self::Internal(Box::new(error))
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        use tokio_postgres::error::SqlState;
        match error.code() {
            Some(&SqlState::UNIQUE_VIOLATION) => {
                let index = error.as_db_error().and_then(|it| it.constraint()).unwrap_or_default();
                Self::Unique(index.to_owned())
            }
            Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED) => {
                Self::Unavailable("Two writes met; try again.".into())
            }
            Some(code) if code.code().starts_with("53") || code.code().starts_with("57") => {
                tracing::error!(%error, "the database is not available");
                Self::Unavailable("The database is not available now.".into())
            }
            None => {
                if std::error::Error::source(&error)
                    .is_some_and(|it| it.is::<tokio_postgres::types::WrongType>())
                {
                    return Self::Internal(Box::new(error));
                }
                tracing::error!(%error, "the database is not reachable");
                Self::Unavailable("The database is not reachable now.".into())
            }
            Some(_) => Self::Internal(Box::new(error)),
        }
    }
}

impl From<deadpool_postgres::PoolError> for Error {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Backend(error) => error.into(),
            other => {
                tracing::error!(error = %other, "no database connection");
                Self::Unavailable("The database is not reachable now.".into())
            }
        }
    }
}

impl From<answerpal_wire::FieldError> for Error {
    fn from(error: answerpal_wire::FieldError) -> Self {
        Self::invalid(error.field, error.message)
    }
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            other => {
                tracing::error!(error = %other, "the object store failed");
                Self::Unavailable(
                    "The file store is not available now: its disk may be full or read-only.".into(),
                )
            }
        }
    }
}

macro_rules! internal_from {
    ($($source:ty),* $(,)?) => {
        $(impl From<$source> for Error {
            fn from(error: $source) -> Self { Self::Internal(Box::new(error)) }
        })*
    };
}

internal_from!(serde_json::Error, std::io::Error, tokio::task::JoinError);
