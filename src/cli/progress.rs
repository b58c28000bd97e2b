//! Draws how far a command is: on the terminal's error stream, and nowhere else.

use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::progress::Progress;

/// A bar, hidden where nobody watches.
pub struct Bar(ProgressBar);

impl Bar {
    pub fn new() -> Self {
        Self(ProgressBar::new(0))
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn begin(&self, what: &str, steps: u64) {
        let style = ProgressStyle::with_template("{msg:26} {bar:32} {percent:>3} %  {per_sec}  {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        self.0.set_style(style);
        self.0.reset();
        self.0.set_length(steps);
        self.0.set_message(what.to_owned());
    }

    fn advance(&self, steps: u64) {
        self.0.inc(steps);
    }
}
