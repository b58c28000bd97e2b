//! What goes wrong where models are asked.

use crate::ai::embed::EmbedError;
use crate::error::Error;
use crate::model::job::JobError;

#[derive(Debug)]
pub enum Trouble {
    Store(Error),
    Embed(EmbedError),
}

impl From<Error> for Trouble {
    fn from(it: Error) -> Self {
        Self::Store(it)
    }
}

impl From<EmbedError> for Trouble {
    fn from(it: EmbedError) -> Self {
        Self::Embed(it)
    }
}

/// A client may ask again.
impl From<Trouble> for Error {
    fn from(it: Trouble) -> Self {
        match it {
            Trouble::Store(error) => error,
            Trouble::Embed(error) => Self::Unavailable(format!("Texts cannot be embedded now: {error}.")),
        }
    }
}

impl From<Trouble> for JobError {
    fn from(it: Trouble) -> Self {
        match it {
            Trouble::Store(error) => error.into(),
            Trouble::Embed(EmbedError::Passing(why) | EmbedError::Silent(why)) => Self::Retry(why),
            Trouble::Embed(EmbedError::Lasting(why)) => Self::Fail(why),
        }
    }
}
