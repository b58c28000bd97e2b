//! Secrets that clients write and never read: encrypted in the database, masked in answers.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::error::Result;

/// What stands for a secret in an answer. Sent back it leaves the secret as it is.
pub const MASK: &str = "••••••••";

/// The mask where there is a secret.
pub fn masked(secret: Option<&str>) -> Option<&'static str> {
    secret.filter(|it| !it.is_empty()).map(|_| MASK)
}

/// The secret after a change: None and the mask leave it, an empty text clears it.
pub fn changed(given: Option<String>, before: Option<String>) -> Option<String> {
    match given {
        None => before,
        Some(given) if given == MASK => before,
        Some(given) => Some(given).filter(|it| !it.is_empty()),
    }
}

/// Encrypts something made of secrets.
pub fn seal(app: &App, secrets: &impl Serialize) -> Result<Vec<u8>> {
    app.key.seal(&app.random, &serde_json::to_vec(secrets)?)
}

/// Decrypts what [`seal`] made; the default where there is nothing.
pub fn open<T: DeserializeOwned + Default>(app: &App, sealed: Option<&[u8]>) -> Result<T> {
    match sealed {
        Some(sealed) => Ok(serde_json::from_slice(&app.key.open(sealed)?)?),
        None => Ok(T::default()),
    }
}
