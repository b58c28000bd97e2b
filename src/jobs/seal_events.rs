//! Seals audit events within a second: one sealer at a time, whichever process has the lease.

use std::time::Duration;

use tokio::sync::watch;

use super::jitter::jittered;
use crate::app::App;
use crate::domain::audit;

/// Wake-ups that come this close together are one.
const COALESCE: Duration = Duration::from_millis(10);

pub async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    let holder = app.random.token();
    loop {
        // From here on no wake-up is missed.
        let woken = app.store.woken();
        if let Err(error) = audit::seal_waiting(&app, &holder).await {
            tracing::warn!(%error, "events could not be sealed now");
        }
        if *stopped.borrow() {
            break;
        }
        tokio::select! {
            _ = stopped.changed() => {}
            () = async { woken.await; tokio::time::sleep(COALESCE).await } => {}
            () = tokio::time::sleep(jittered(&app, Duration::from_secs(1))) => {}
        }
    }
    if let Err(error) = audit::release(&app, &holder).await {
        tracing::warn!(%error, "the lease of the sealer runs out by itself");
    }
}
