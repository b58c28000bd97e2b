//! The clock and the random source of the application, so that tests can fix both.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use answerpal_wire::time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng, TryRng};

/// Tells the time.
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The time of the machine.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands still until it is moved.
    pub fn fixed(at: Timestamp) -> Self {
        Self(Some(Arc::new(AtomicI64::new(at.0))))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Some(at) => Timestamp(at.load(Ordering::Relaxed)),
            None => Timestamp(chrono::Utc::now().timestamp_micros()),
        }
    }

    /// Moves a fixed clock on; the machine's own cannot be moved.
    pub fn advance(&self, by: std::time::Duration) {
        if let Some(at) = &self.0 {
            at.fetch_add(by.as_micros() as i64, Ordering::Relaxed);
        }
    }
}

/// Gives random bytes.
#[derive(Clone, Default)]
pub struct Random(Option<Arc<Mutex<StdRng>>>);

impl Random {
    /// The operating system's source.
    pub fn system() -> Self {
        Self(None)
    }

    /// The same bytes for the same seed: for tests only.
    pub fn seeded(seed: u64) -> Self {
        Self(Some(Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))))
    }

    /// Fresh bytes. Panics where the operating system has none to give: nothing secret can be made then.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        match &self.0 {
            Some(seeded) => seeded.lock().expect("no thread panics while it holds this").fill_bytes(&mut out),
            None => {
                rand::rngs::SysRng.try_fill_bytes(&mut out).expect("the operating system gives random bytes")
            }
        }
        out
    }

    /// An unguessable token of 192 bits, fit for addresses.
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<24>())
    }
}
