//! How often somebody may call a public route. Counted in each process by itself: a guard against
//! floods, not a quota.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::error::{Error, Result};
use crate::model::Timestamp;

/// Counters kept before the ended ones are thrown out.
const MOST_COUNTERS: usize = 100_000;

/// So many calls in so many seconds.
#[derive(Clone, Copy)]
pub struct Rate {
    pub calls: u32,
    pub seconds: u32,
}

#[derive(Default)]
pub struct Limits(Mutex<HashMap<String, Counter>>);

struct Counter {
    ends: Timestamp,
    calls: u32,
}

impl Limits {
    /// Counts a call under a name; 429 where there are too many.
    pub fn count(&self, name: String, rate: Rate, now: Timestamp) -> Result<()> {
        let Ok(mut counters) = self.0.lock() else { return Ok(()) };
        if counters.len() >= MOST_COUNTERS {
            counters.retain(|_, it| it.ends > now);
            if counters.len() >= MOST_COUNTERS {
                counters.clear();
            }
        }
        let ends = Timestamp(now.0 + i64::from(rate.seconds) * 1_000_000);
        let counter = counters.entry(name).or_insert(Counter { ends, calls: 0 });
        if counter.ends <= now {
            *counter = Counter { ends, calls: 0 };
        }
        if counter.calls >= rate.calls {
            let left = (counter.ends.0 - now.0).unsigned_abs().div_ceil(1_000_000);
            let detail = "Too many calls; wait, then try again.".into();
            return Err(Error::TooMany { retry_after: left, detail });
        }
        counter.calls += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends() {
        let limits = Limits::default();
        let rate = Rate { calls: 2, seconds: 10 };
        let call = |name: &str, second: i64| limits.count(name.into(), rate, Timestamp(second * 1_000_000));
        assert!(call("a", 0).is_ok() && call("a", 1).is_ok() && call("b", 1).is_ok());
        assert!(matches!(call("a", 4), Err(Error::TooMany { retry_after: 6, .. })));
        assert!(call("a", 10).is_ok());
    }
}
