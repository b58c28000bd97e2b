//! Whether a mail is from whom it says: SPF, DKIM and DMARC, asked of the DNS.
//!
//! The rules are `mail-auth`'s. Here stands what a desk needs besides: bounds, and that no mail is held back.
//! What the DNS does not tell in time is `temperror`.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mail_auth::dkim::DkimError;
use mail_auth::dmarc::Policy;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{
    AuthenticatedMessage, DkimOutput, DkimResult, DmarcOutput, DmarcResult, Error as AuthError,
    MessageAuthenticator, SpfOutput, SpfResult,
};
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::error::{Error, Result};

/// One question to one server.
const LONGEST_QUESTION: Duration = Duration::from_secs(3);
/// All of a mail's questions together.
const LONGEST_CHECK: Duration = Duration::from_secs(10);
/// Each is a question and a digest of the body; mail has one to three.
const MOST_SIGNATURES: usize = 10;

const TEMPERROR: &str = "temperror";

/// Asks whether senders are who they say.
#[derive(Clone)]
pub struct Senders {
    /// None where nothing is asked.
    authenticator: Option<MessageAuthenticator>,
    hello: Arc<str>,
}

/// Who handed a mail over, where that was its sender's own server.
#[derive(Clone, Debug)]
pub struct Connection {
    pub ip: IpAddr,
    pub hello: String,
    /// Empty for reports.
    pub mail_from: String,
}

/// What was found, in the words of RFC 8601. None is not known: there was nothing to go by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    pub spf: Option<&'static str>,
    pub dkim: Option<&'static str>,
    pub dmarc: Option<&'static str>,
    /// Of whom, for a person.
    pub details: String,
}

impl Senders {
    /// `servers` are addresses with or without a port, comma-separated; `off` asks nobody, and None the
    /// system's. `hello` is what this program calls itself.
    pub fn new(servers: Option<&str>, hello: &str) -> Result<Self> {
        let hello = Arc::from(hello);
        let (config, mut options) = match servers.map(str::trim) {
            Some("off") => return Ok(Self { authenticator: None, hello }),
            Some(servers) if !servers.is_empty() => (configured(servers)?, ResolverOpts::default()),
            _ => match read_system_conf() {
                Ok(system) => system,
                Err(error) => {
                    tracing::warn!(%error, "the system names no DNS server: senders are not checked");
                    return Ok(Self { authenticator: None, hello });
                }
            },
        };
        options.timeout = LONGEST_QUESTION;
        options.attempts = 2;
        options.edns0 = true;
        options.use_hosts_file = ResolveHosts::Never;
        let authenticator = MessageAuthenticator::new(config, options)
            .map_err(|error| Error::invalid("dns-servers", format!("cannot be used: {error}")))?;
        Ok(Self { authenticator: Some(authenticator), hello })
    }

    /// Checks a raw mail. None where there is nothing to go by: it has no signature, and who handed it over
    /// is not known.
    pub async fn check(&self, raw: Bytes, connection: Option<Connection>) -> Option<Checked> {
        let authenticator = self.authenticator.clone()?;
        let signatures = signatures(&raw);
        if connection.is_none() && signatures == 0 {
            return None;
        }
        if signatures > MOST_SIGNATURES {
            let details = format!("It has {signatures} DKIM signatures: none was looked at.");
            // Nobody gets round DMARC by signing too often.
            let dmarc = connection.is_some().then_some("fail");
            return Some(Checked { dkim: Some("permerror"), dmarc, details, ..Checked::default() });
        }
        let (hello, runtime, has_connection) = (self.hello.clone(), Handle::current(), connection.is_some());
        // Digests of a large mail take their time, and a fault in one mail stays with it.
        let asked = tokio::task::spawn_blocking(move || {
            let ask = ask(&authenticator, &hello, &raw, connection.as_ref());
            runtime.block_on(timeout(LONGEST_CHECK, ask))
        });
        match asked.await {
            Ok(Ok(checked)) => Some(checked),
            Ok(Err(_)) => Some(unanswered(has_connection, signatures, "The DNS did not answer in time.")),
            Err(error) => {
                tracing::error!(%error, "checking a sender failed");
                Some(unanswered(has_connection, signatures, "Checking it failed."))
            }
        }
    }
}

fn unanswered(has_connection: bool, signatures: usize, why: &str) -> Checked {
    Checked {
        spf: has_connection.then_some(TEMPERROR),
        dkim: Some(if signatures == 0 { "none" } else { TEMPERROR }),
        dmarc: Some(TEMPERROR),
        details: why.to_owned(),
    }
}

fn configured(servers: &str) -> Result<ResolverConfig> {
    let mut config = ResolverConfig::from_name_servers(Vec::new());
    for server in servers.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        let plain = server.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53));
        let address = plain.or_else(|_| server.parse::<SocketAddr>()).map_err(|_| {
            Error::invalid("dns-servers", format!("{server} is no address: 192.0.2.1 or 192.0.2.1:53"))
        })?;
        let mut one = NameServerConfig::udp_and_tcp(address.ip());
        for connection in &mut one.connections {
            connection.port = address.port();
        }
        config.add_name_server(one);
    }
    Ok(config)
}

/// How many signatures the headers have.
fn signatures(raw: &[u8]) -> usize {
    const NAME: &[u8] = b"dkim-signature";
    let lines = raw.split(|it| *it == b'\n').take_while(|it| !matches!(it, [] | [b'\r']));
    lines.filter(|it| it.get(..NAME.len()).is_some_and(|it| it.eq_ignore_ascii_case(NAME))).count()
}

async fn ask(
    authenticator: &MessageAuthenticator,
    hello: &str,
    raw: &[u8],
    connection: Option<&Connection>,
) -> Checked {
    let Some(message) = AuthenticatedMessage::parse(raw) else { return Checked::default() };
    let spf = match connection {
        Some(it) => Some(spf(authenticator, hello, it).await),
        None => None,
    };
    let dkim = authenticator.verify_dkim(&message).await;
    let sender = connection.map_or("", |it| envelope_domain(it));
    let unknown = SpfOutput::new(String::new()).with_result(SpfResult::None);
    let parameters = DmarcParameters::new(&message, &dkim, sender, spf.as_ref().unwrap_or(&unknown));
    let dmarc = authenticator.verify_dmarc(parameters).await;
    let dmarc_word = match several_authors(&message) {
        true => Some("fail"),
        false => dmarc_word(&dmarc, connection.is_some()),
    };
    Checked {
        spf: spf.as_ref().map(|it| spf_word(it.result())),
        dkim: Some(best(&dkim)),
        dmarc: dmarc_word,
        details: details(&message, connection, spf.as_ref(), &dkim, &dmarc),
    }
}

/// Of `MAIL FROM`; of a report, which has none, of what the server calls itself (RFC 7208 section 2.4).
async fn spf(authenticator: &MessageAuthenticator, hello: &str, it: &Connection) -> SpfOutput {
    let parameters = match it.mail_from.contains('@') {
        true => SpfParameters::verify_mail_from(it.ip, &it.hello, hello, &it.mail_from),
        false => SpfParameters::verify_ehlo(it.ip, &it.hello, hello),
    };
    authenticator.verify_spf(parameters).await
}

fn envelope_domain(it: &Connection) -> &str {
    it.mail_from.rsplit_once('@').map_or(it.hello.as_str(), |it| it.1)
}

/// No one domain answers for a mail whose `From` names several, and whoever wants to be taken for another
/// adds a second.
fn several_authors(message: &AuthenticatedMessage<'_>) -> bool {
    let mut domains = message.from.iter().filter_map(|it| it.rsplit_once('@')).map(|it| it.1.to_lowercase());
    let first = domains.next();
    domains.any(|it| Some(&it) != first.as_ref())
}

fn spf_word(result: SpfResult) -> &'static str {
    match result {
        SpfResult::Pass => "pass",
        SpfResult::Fail => "fail",
        SpfResult::SoftFail => "softfail",
        SpfResult::Neutral => "neutral",
        SpfResult::TempError => TEMPERROR,
        SpfResult::PermError => "permerror",
        SpfResult::None => "none",
    }
}

fn dkim_word(result: &DkimResult) -> &'static str {
    match result {
        DkimResult::Pass => "pass",
        DkimResult::TempError(_) => TEMPERROR,
        // A body that is not the one that was signed (RFC 8601 section 2.7.1).
        DkimResult::Fail(_) | DkimResult::Neutral(AuthError::Dkim(DkimError::FailedBodyHashMatch)) => "fail",
        DkimResult::PermError(_) => "permerror",
        DkimResult::Neutral(_) => "neutral",
        DkimResult::None => "none",
    }
}

/// Of several signatures one that holds is enough.
fn best(signatures: &[DkimOutput<'_>]) -> &'static str {
    const ORDER: [&str; 5] = ["pass", TEMPERROR, "fail", "permerror", "neutral"];
    let words: Vec<&str> = signatures.iter().map(|it| dkim_word(it.result())).collect();
    ORDER.into_iter().find(|it| words.contains(it)).unwrap_or("none")
}

/// Without the connection SPF is not known, so that no signature of the sender proves nothing.
fn dmarc_word(output: &DmarcOutput, has_connection: bool) -> Option<&'static str> {
    match output.result() {
        DmarcResult::Pass => Some("pass"),
        DmarcResult::None => Some("none"),
        DmarcResult::TempError(_) => Some(TEMPERROR),
        DmarcResult::PermError(_) => Some("permerror"),
        DmarcResult::Fail(_) => has_connection.then_some("fail"),
    }
}

fn details(
    message: &AuthenticatedMessage<'_>,
    connection: Option<&Connection>,
    spf: Option<&SpfOutput>,
    dkim: &[DkimOutput<'_>],
    dmarc: &DmarcOutput,
) -> String {
    let mut parts = Vec::new();
    if let (Some(connection), Some(spf)) = (connection, spf) {
        parts.push(format!("SPF of {} for {}", spf.domain(), connection.ip));
    }
    for output in dkim.iter().take(3) {
        let word = dkim_word(output.result());
        parts.push(match output.signature() {
            Some(it) => format!("DKIM of {} (selector {}): {word}", it.d, it.s),
            None => format!("a DKIM signature that cannot be read: {word}"),
        });
    }
    if several_authors(message) {
        parts.push("its From names several domains".into());
    } else if dmarc.dmarc_record().is_some() {
        let policy = match dmarc.policy() {
            Policy::Reject => "reject",
            Policy::Quarantine => "quarantine",
            Policy::None | Policy::Unspecified => "none",
        };
        parts.push(format!("DMARC of {} (policy {policy})", dmarc.domain()));
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_addresses() {
        assert!(Senders::new(Some("off"), "x").unwrap().authenticator.is_none());
        for good in ["192.0.2.1", "192.0.2.1:5353, [2001:db8::1]:53", "2001:db8::1"] {
            assert!(configured(good).is_ok(), "{good}");
        }
        assert_eq!(configured("192.0.2.1, ::1").unwrap().name_servers().len(), 2);
        assert!(matches!(configured("dns.example.org"), Err(Error::Invalid { .. })));
    }

    #[tokio::test]
    async fn too_many_signatures_are_no_way_round_dmarc() {
        // Nobody is asked: the address is one for documentation.
        let senders = Senders::new(Some("192.0.2.1"), "x").unwrap();
        let raw = Bytes::from(
            "DKIM-Signature: a\r\n".repeat(MOST_SIGNATURES + 1) + "From: a@b.example\r\n\r\nx\r\n",
        );
        let ip = IpAddr::from([192, 0, 2, 2]);
        let connection = Connection { ip, hello: "c.example".into(), mail_from: "a@b.example".into() };
        let checked = senders.check(raw.clone(), Some(connection)).await.unwrap();
        assert_eq!((checked.dkim, checked.dmarc), (Some("permerror"), Some("fail")));
        assert_eq!(senders.check(raw, None).await.unwrap().dmarc, None);
    }

    #[test]
    fn signatures_are_counted_in_the_headers_only() {
        assert_eq!(
            signatures(b"DKIM-Signature: a\r\n b\r\ndkim-signature: c\r\n\r\nDKIM-Signature: d\r\n"),
            2
        );
        assert_eq!(signatures(b"From: a@b\n\nDKIM-Signature: d\n"), 0);
    }
}
