//! Reaching a mail server: its name, its address, its certificate. Each failure is a sentence.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::pool::Pool;
use super::servers::ServerAddress;
use crate::error::{Error, Result};
use crate::outbound::Outbound;

/// A server that does not take a connection in this time is down.
const LONGEST_CONNECT: Duration = Duration::from_secs(20);

/// Whom the server may connect to, and whose certificates it trusts.
#[derive(Clone)]
pub struct Network {
    outbound: Outbound,
    tls: Arc<rustls::ClientConfig>,
    /// Certificates that are trusted besides the system's, as PEM.
    pub more_roots: Option<Arc<[u8]>>,
    /// Connections that wait for the next mail.
    pub(super) waiting: Pool,
}

impl Network {
    /// `more_roots` is a file of certificates in PEM.
    pub fn new(outbound: Outbound, more_roots: Option<&Path>) -> Result<Self> {
        let mut roots = rustls::RootCertStore::empty();
        for certificate in rustls_native_certs::load_native_certs().certs {
            // A certificate of the system that cannot be read is one that is not trusted.
            let _ = roots.add(certificate);
        }
        let pem = more_roots
            .map(std::fs::read)
            .transpose()
            .map_err(|error| Error::invalid("mail-ca", format!("cannot be read: {error}")))?;
        for certificate in pem.iter().flat_map(|it| CertificateDer::pem_slice_iter(it)) {
            let wrong = |why: String| Error::invalid("mail-ca", format!("is no file of certificates: {why}"));
            let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
            roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::internal(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { outbound, tls: Arc::new(tls), more_roots: pem.map(Into::into), waiting: Pool::default() })
    }

    /// A connection without TLS, to an address that may be connected to.
    pub async fn tcp(&self, server: &ServerAddress) -> Result<TcpStream, String> {
        let addresses = self.outbound.addresses(&server.host, server.port).await?;
        let mut last = String::new();
        for address in addresses {
            match timeout(LONGEST_CONNECT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => last = format!("{server} takes no connection: {error}."),
                Err(_) => last = format!("{server} does not answer."),
            }
        }
        Err(last)
    }

    /// Puts TLS over a connection; the certificate must be for the server's name.
    pub async fn tls(
        &self,
        server: &ServerAddress,
        stream: TcpStream,
    ) -> Result<TlsStream<TcpStream>, String> {
        let name = ServerName::try_from(server.host.clone())
            .map_err(|_| format!("{} is no name that a certificate can be for.", server.host))?;
        let connector = TlsConnector::from(self.tls.clone());
        match timeout(LONGEST_CONNECT, connector.connect(name, stream)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => Err(tls_failed(server, &error.to_string())),
            Err(_) => Err(format!("{server} does not finish the TLS handshake.")),
        }
    }
}

/// What went wrong with TLS, with a hint for the usual mistake.
pub fn tls_failed(server: &ServerAddress, why: &str) -> String {
    let hint = if why.contains("corrupt message") || why.contains("InvalidContentType") {
        " The server seems not to speak TLS on this port: try STARTTLS."
    } else {
        ""
    };
    format!("TLS with {server} fails: {why}.{hint}")
}
