//! Memory that computations have freed goes back to the system.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The allocator keeps what was freed a little less long (`src/allocator.c`), in case it is needed again, …
const KEPT: Duration = Duration::from_millis(50);
/// … and gives it back with what is freed next: so much is freed as a whole.
const WHOLE: usize = 4 << 20;

static IS_DUE: AtomicBool = AtomicBool::new(false);

/// Gives back, in a moment, what was freed until then. Without it that stays resident while nothing happens.
pub fn give_back() {
    if !IS_DUE.swap(true, Ordering::Relaxed) {
        tokio::spawn(async {
            tokio::time::sleep(KEPT).await;
            IS_DUE.store(false, Ordering::Relaxed);
            drop(black_box(Vec::<u8>::with_capacity(WHOLE)));
        });
    }
}
