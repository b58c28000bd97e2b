//! Whether this process's workers are at work.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Workers look for jobs every second; after this time without a look something is wrong.
const LONGEST: Duration = Duration::from_secs(30);

/// When the workers last looked for jobs.
#[derive(Default)]
pub struct Pulse(Mutex<Option<Instant>>);

impl Pulse {
    pub(super) fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    pub(super) fn stop(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// A process without workers has none to wait for.
    pub fn is_well(&self) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_none_or(|it| it.elapsed() < LONGEST)
    }
}
