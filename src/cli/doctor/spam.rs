//! The doctor's look at SpamAssassin, where one is set up.

use std::time::Duration;

use super::Checks;
use crate::channels::spamd;
use crate::config::Config;

const NAME: &str = "spamd";
const PROBE: &[u8] = b"From: doctor@doctor.invalid\r\nSubject: Are you there?\r\n\r\nAre you there?\r\n";

/// Asks it about a mail.
pub async fn settings(checks: &mut Checks, config: &Config) {
    let Some(address) = &config.spamd else { return };
    let patience = Duration::from_secs(config.spamd_seconds.into());
    match spamd::ask(address, PROBE, patience).await {
        Ok(opinion) => {
            checks.ok(
                NAME,
                format!("SpamAssassin at {address} gives verdicts, spam from {}.", opinion.threshold),
            );
        }
        // Mail goes on without it.
        Err(error) => checks.warning(NAME, format!("SpamAssassin at {address} gives no verdict: {error}.")),
    }
}
