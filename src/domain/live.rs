//! Live events to the streams of this process.

use tokio::sync::watch;

/// Tells open streams that sealed events may be waiting.
pub struct Live(watch::Sender<u64>);

impl Default for Live {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Live {
    pub fn announce(&self) {
        self.0.send_modify(|it| *it += 1);
    }

    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}
