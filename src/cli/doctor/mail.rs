//! The doctor's look at mail: the installation's own server, certificates, and what the channels' last
//! fetches and deliveries said.

use super::Checks;
use crate::channels::email::check;
use crate::channels::email::connect::Network;
use crate::channels::email::senders::Senders;
use crate::config::Config;
use crate::domain::transport;
use crate::error::Result;
use crate::jobs::mail_desk;
use crate::outbound::Outbound;
use crate::store::{Conn, mailboxes, outbox};

const NAME: &str = "mail";
/// Of mailboxes that fail, so many are named.
const NAMED: usize = 5;

/// Tries the installation's mail server and reads the files that are named.
pub async fn settings(checks: &mut Checks, config: &Config) {
    let outbound = match Outbound::new(&config.outbound_allow) {
        Ok(outbound) => outbound,
        Err(error) => return checks.wrong(NAME, error.to_string()),
    };
    let network = match Network::new(outbound, config.mail_ca.as_deref()) {
        Ok(network) => network,
        Err(error) => return checks.wrong(NAME, error.to_string()),
    };
    if let Err(error) = mail_desk::acceptor(config.smtp_tls_cert.as_deref(), config.smtp_tls_key.as_deref()) {
        return checks.wrong(NAME, error.to_string());
    }
    if let Err(error) = Senders::new(config.dns_servers.as_deref(), &config.host_name()) {
        return checks.wrong(NAME, error.to_string());
    }
    let listens = config.smtp_listen.is_some() || config.lmtp_listen.is_some();
    if listens && config.smtp_tls_cert.is_none() {
        checks.warning(
            NAME,
            "mail servers hand mail over without TLS: set smtp-tls-cert, unless they are on this machine.",
        );
    }
    let Some(url) = &config.smtp_url else {
        checks.ok(NAME, "channels without a mail server of their own send to the sink; smtp-url is not set.");
        return;
    };
    match transport::parse(url, "doctor.invalid".into()) {
        Ok(server) => {
            let tried = check::smtp(&network, &server).await;
            if tried.works { checks.ok(NAME, tried.message) } else { checks.wrong(NAME, tried.message) }
        }
        Err(error) => checks.wrong(NAME, error.to_string()),
    }
}

/// What stands in the database.
pub async fn state(checks: &mut Checks, conn: &mut Conn) -> Result<()> {
    let failing = mailboxes::failing(conn).await?;
    let told: Vec<String> = failing
        .iter()
        .take(NAMED)
        .map(|(customer, channel, why)| format!("the one of channel {channel} (tenant {customer}): {why}"))
        .collect();
    match failing.len() {
        0 => checks.ok("mailboxes", "none fails."),
        count => checks.warning("mailboxes", format!("{count} cannot be fetched: {}", told.join("; "))),
    }
    let held = outbox::all_held(conn).await?;
    if held > 0 {
        let why = format!("the governor holds {held} mails back: mails-per-minute is reached.");
        checks.warning("outbox", why);
    }
    let stuck = outbox::stuck(conn).await?;
    match stuck {
        0 => checks.ok("outbox", "no mail failed or is unconfirmed."),
        count => {
            checks.warning("outbox", format!("{count} mails failed or are unconfirmed: see GET /api/Outbox."))
        }
    }
    Ok(())
}
