//! Mail that another mail server hands over by SMTP or LMTP: whose it is, and that it is kept before it
//! is taken.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::app::App;
use crate::channels::email::server::{self, Handed, Settings, Verdict};
use crate::domain::inbound::{self, Envelope, Incoming};
use crate::domain::{reply_tokens, transport};
use crate::error::{Error, Result};
use crate::model::{ChannelId, CustomerId, MailSource};
use crate::outbound::is_public;
use crate::store::mailboxes;

/// An address that mail is taken on.
pub struct Bound {
    pub address: SocketAddr,
    listener: TcpListener,
    settings: Settings,
}

/// Opens the addresses that the settings name; none by default.
pub async fn bind(app: &App) -> Result<Vec<Bound>> {
    let config = &app.config;
    let wanted = [("smtp-listen", config.smtp_listen, false), ("lmtp-listen", config.lmtp_listen, true)];
    if wanted.iter().all(|it| it.1.is_none()) {
        return Ok(Vec::new());
    }
    let tls = acceptor(config.smtp_tls_cert.as_deref(), config.smtp_tls_key.as_deref())?;
    let mut bound = Vec::new();
    for (name, address, lmtp) in wanted {
        let Some(address) = address else { continue };
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| Error::invalid(name, format!("{address} cannot be used: {error}")))?;
        let settings = Settings {
            hello: transport::host_name(app),
            lmtp,
            most_bytes: config.max_mail_bytes,
            tls: tls.clone(),
        };
        bound.push(Bound { address: listener.local_addr()?, listener, settings });
    }
    Ok(bound)
}

impl Bound {
    /// `smtp` or `lmtp`.
    pub fn protocol(&self) -> &'static str {
        if self.settings.lmtp { "lmtp" } else { "smtp" }
    }

    /// Takes mail until it is stopped.
    pub async fn serve(self, app: App, stopped: watch::Receiver<bool>) {
        let desk = Arc::new(Desk { app, lmtp: self.settings.lmtp });
        server::serve(self.listener, self.settings, desk, stopped).await;
    }
}

/// What STARTTLS is spoken with; None where no certificate is set.
pub fn acceptor(certificate: Option<&Path>, key: Option<&Path>) -> Result<Option<TlsAcceptor>> {
    let (certificate, key) = match (certificate, key) {
        (None, None) => return Ok(None),
        (Some(certificate), Some(key)) => (certificate, key),
        (None, Some(_)) => return Err(Error::invalid("smtp-tls-cert", "is required with smtp-tls-key")),
        (Some(_), None) => return Err(Error::invalid("smtp-tls-key", "is required with smtp-tls-cert")),
    };
    let wrong =
        |name: &'static str| move |why: String| Error::invalid(name, format!("cannot be used: {why}"));
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(|it| it.collect::<Result<Vec<_>, _>>())
        .map_err(|error| wrong("smtp-tls-cert")(error.to_string()))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong("smtp-tls-key")(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::internal(error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| wrong("smtp-tls-cert")(error.to_string()))?;
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

/// Decides whose mail is whose.
pub struct Desk {
    app: App,
    lmtp: bool,
}

const NOT_NOW: &str = "It cannot be kept now: try later";

impl server::Desk for Desk {
    async fn recipient(&self, address: &str) -> Verdict {
        match self.place(address).await {
            Ok(Some(_)) => Verdict::Taken,
            Ok(None) => Verdict::No("There is nobody of this name here".into()),
            Err(error) => {
                tracing::warn!(%error, "a recipient cannot be looked up now");
                Verdict::Later(NOT_NOW.into())
            }
        }
    }

    async fn keep(&self, mail: Handed) -> Vec<Verdict> {
        let mut of_place: HashMap<(CustomerId, ChannelId), Verdict> = HashMap::new();
        let mut verdicts = Vec::with_capacity(mail.recipients.len());
        for recipient in &mail.recipients {
            let place = match self.place(recipient).await {
                Ok(Some(place)) => place,
                // Its channel went away since.
                Ok(None) => {
                    verdicts.push(Verdict::No("There is nobody of this name here".into()));
                    continue;
                }
                Err(error) => {
                    tracing::warn!(%error, "a recipient cannot be looked up now");
                    verdicts.push(Verdict::Later(NOT_NOW.into()));
                    continue;
                }
            };
            let known = of_place.get(&place).cloned();
            let verdict = match known {
                Some(verdict) => verdict,
                None => self.keep_in(place, &mail).await,
            };
            of_place.insert(place, verdict.clone());
            verdicts.push(verdict);
        }
        verdicts
    }
}

impl Desk {
    /// The channel that an address is of: its own, with a ticket's token or anything else after a `+`.
    async fn place(&self, address: &str) -> Result<Option<(CustomerId, ChannelId)>> {
        let address = address.to_lowercase();
        let mut conn = self.app.store.read().await?;
        let mut found = mailboxes::by_address(&mut conn, &address).await?;
        if found.is_empty() && address.contains('+') {
            found = mailboxes::by_address(&mut conn, &reply_tokens::without_token(&address)).await?;
        }
        let named = reply_tokens::find(&self.app, &address);
        let own = named.and_then(|(customer, _)| found.iter().find(|it| it.0 == customer));
        Ok(own.or(found.first()).copied())
    }

    async fn keep_in(&self, (customer, channel): (CustomerId, ChannelId), mail: &Handed) -> Verdict {
        // What a server of the same network hands over came to that server from elsewhere.
        let direct = !self.lmtp && is_public(mail.remote);
        let envelope = Envelope {
            mail_from: Some(mail.mail_from.clone()),
            recipients: mail.recipients.clone(),
            remote_ip: direct.then_some(mail.remote),
            helo: direct.then(|| mail.hello.clone()),
            received_at: Some(self.app.clock.now().0),
        };
        let incoming = Incoming::new(mail.content.clone(), MailSource::Smtp, envelope);
        match inbound::receive(&self.app, customer, channel, incoming).await {
            Ok(receipt) => {
                let result = if receipt.is_duplicate { "duplicate" } else { "taken" };
                metrics::counter!("answerpal_mails_handed_over_total", "result" => result).increment(1);
                Verdict::Taken
            }
            Err(Error::TooLarge(_)) => Verdict::No(String::new()),
            Err(Error::NotFound) => Verdict::No("There is nobody of this name here".into()),
            Err(error) => {
                tracing::warn!(%customer, %channel, %error, "a mail cannot be kept now");
                Verdict::Later(NOT_NOW.into())
            }
        }
    }
}
