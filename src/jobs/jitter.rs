//! Waits that differ from process to process.

use std::time::Duration;

use crate::app::App;

/// Between half of `most` and all of it, so that processes do not poll in step.
pub fn jittered(app: &App, most: Duration) -> Duration {
    let [random] = app.random.bytes::<1>();
    most / 2 + most * u32::from(random) / 512
}
