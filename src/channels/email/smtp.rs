//! Handing a mail to a mail server by SMTP.
//!
//! The conversation stops before the content goes out (`Session::ready`), so that the caller can mark
//! durably that it is about to: what happens after that mark may have arrived.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::connect::{Network, tls_failed};
use super::pool::{Pool, Pooled, quit};
use super::servers::SmtpServer;
use crate::model::Security;

/// For one command and its answer (RFC 5321 section 4.5.3.2 gives servers five minutes).
const LONGEST_ANSWER: Duration = Duration::from_secs(300);
/// For the content and its answer.
const LONGEST_CONTENT: Duration = Duration::from_secs(600);

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// The server cannot be used now, whatever the mail: it is down, or refuses the login.
    Server(String),
    /// It may take the mail later.
    Later(String),
    /// It never will.
    Never(String),
    /// The content went out and no answer came.
    Unknown(String),
}

impl Refusal {
    pub fn why(&self) -> &str {
        match self {
            Self::Server(why) | Self::Later(why) | Self::Never(why) | Self::Unknown(why) => why,
        }
    }
}

/// What the server says of each recipient.
#[derive(Debug, Default)]
pub struct Recipients {
    pub accepted: Vec<String>,
    pub later: Vec<(String, String)>,
    pub never: Vec<(String, String)>,
}

/// A connection that is signed in.
pub struct Session {
    pooled: Pooled,
    home: Home,
}

/// A mail whose content the server waits for.
pub struct Ready {
    pooled: Pooled,
    home: Home,
    pub recipients: Recipients,
}

/// Where a connection waits for the next mail.
struct Home {
    pool: Pool,
    server: SmtpServer,
}

impl Session {
    /// One that waits, else [`Self::open_new`].
    pub async fn open(network: &Network, server: &SmtpServer) -> Result<Self, Refusal> {
        match network.waiting.take(server).await {
            Some(pooled) => Ok(Self { pooled, home: Home::new(network, server) }),
            None => Self::open_new(network, server).await,
        }
    }

    /// Connects and signs in.
    pub async fn open_new(network: &Network, server: &SmtpServer) -> Result<Self, Refusal> {
        let connection = Self::connect(network, server).await.map_err(Refusal::Server)?;
        Ok(Self { pooled: Pooled { connection, mails: 0 }, home: Home::new(network, server) })
    }

    async fn connect(network: &Network, server: &SmtpServer) -> Result<AsyncSmtpConnection, String> {
        let address = &server.address;
        let hello = ClientId::Domain(server.hello.clone());
        let stream = network.tcp(address).await?;
        let opened = match address.security {
            Security::TLS => {
                let stream = network.tls(address, stream).await?;
                answered(AsyncSmtpConnection::connect_with_transport(Box::new(Encrypted(stream)), &hello))
                    .await
            }
            Security::StartTLS | Security::None => {
                answered(AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello)).await
            }
        };
        let mut connection =
            opened.map_err(|error| format!("{address} does not greet: {}.", words(&error)))?;
        if address.security == Security::StartTLS {
            if !connection.can_starttls() {
                return Err(format!("{address} does not offer STARTTLS."));
            }
            let parameters = tls_parameters(network, &address.host)?;
            answered(connection.starttls(parameters, &hello))
                .await
                .map_err(|error| tls_failed(address, &words(&error)))?;
        }
        if let Some(username) = &server.username {
            let credentials = Credentials::new(username.clone(), server.password.clone().unwrap_or_default());
            answered(connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials))
                .await
                .map_err(|error| format!("{address} refuses the login of {username}: {}.", words(&error)))?;
        }
        Ok(connection)
    }

    /// Says who sends and who gets it. Stops before the content.
    pub async fn prepare(self, from: &str, to: &[String]) -> Result<Ready, (Refusal, Recipients)> {
        let Self { pooled: Pooled { mut connection, mails }, home } = self;
        let mut recipients = Recipients::default();
        let sender: Option<Address> = from.parse().ok();
        let takes_letters = connection.server_info().supports_feature(Extension::SmtpUtfEight);
        let needs_letters = !from.is_ascii() || to.iter().any(|it| !it.is_ascii());
        let parameters =
            if needs_letters && takes_letters { vec![MailParameter::SmtpUtfEight] } else { vec![] };
        if let Err(error) = answered(connection.command(Mail::new(sender, parameters))).await {
            return Err((refusal(&error, &format!("the sender {from}")), recipients));
        }
        for name in to {
            let Ok(address) = name.parse::<Address>() else {
                recipients.never.push((name.clone(), "this is no address".into()));
                continue;
            };
            if !name.is_ascii() && !takes_letters {
                let why = "the mail server takes no addresses with such letters (SMTPUTF8)";
                recipients.never.push((name.clone(), why.into()));
                continue;
            }
            match answered(connection.command(Rcpt::new(address, Vec::new()))).await {
                Ok(_) => recipients.accepted.push(name.clone()),
                Err(error) => match refusal(&error, name) {
                    Refusal::Never(why) => recipients.never.push((name.clone(), why)),
                    Refusal::Later(why) => recipients.later.push((name.clone(), why)),
                    broken => return Err((broken, recipients)),
                },
            }
        }
        if recipients.accepted.is_empty() {
            quit(connection).await;
            let why = told(recipients.later.iter().chain(&recipients.never));
            let refusal = if recipients.later.is_empty() { Refusal::Never(why) } else { Refusal::Later(why) };
            return Err((refusal, recipients));
        }
        match answered(connection.command(Data)).await {
            Ok(_) => Ok(Ready { pooled: Pooled { connection, mails }, home, recipients }),
            Err(error) => Err((refusal(&error, "the mail"), recipients)),
        }
    }

    /// Ends without a mail.
    pub async fn close(self) {
        quit(self.pooled.connection).await;
    }
}

impl Home {
    fn new(network: &Network, server: &SmtpServer) -> Self {
        Self { pool: network.waiting.clone(), server: server.clone() }
    }
}

impl Ready {
    /// Hands the content over: what the server says of it.
    pub async fn hand_over(mut self, content: &[u8]) -> Result<(String, Recipients), (Refusal, Recipients)> {
        let answer = timeout(LONGEST_CONTENT, self.pooled.connection.message(content)).await;
        match answer {
            Ok(Ok(response)) => {
                self.pooled.mails += 1;
                self.home.pool.give_back(self.home.server, self.pooled).await;
                Ok((response_words(&response), self.recipients))
            }
            Ok(Err(error)) => {
                let refusal = match refusal(&error, "the mail") {
                    Refusal::Server(why) => Refusal::Unknown(why),
                    told => told,
                };
                Err((refusal, self.recipients))
            }
            Err(_) => Err((Refusal::Unknown("no answer came in ten minutes".into()), self.recipients)),
        }
    }

    /// Leaves without the content: the server throws away what it was told.
    pub fn abandon(self) {
        drop(self.pooled);
    }
}

/// `a: why; b: why`
pub fn told<'a>(refused: impl Iterator<Item = &'a (String, String)>) -> String {
    refused.map(|(name, why)| format!("{name}: {why}")).collect::<Vec<_>>().join("; ")
}

/// A connection that was not answered in time is broken.
enum Failed {
    Smtp(SmtpError),
    Silent,
}

async fn answered<T>(asked: impl Future<Output = Result<T, SmtpError>>) -> Result<T, Failed> {
    match timeout(LONGEST_ANSWER, asked).await {
        Ok(answer) => answer.map_err(Failed::Smtp),
        Err(_) => Err(Failed::Silent),
    }
}

impl From<SmtpError> for Failed {
    fn from(error: SmtpError) -> Self {
        Self::Smtp(error)
    }
}

fn refusal(error: &(impl Words + ?Sized), what: &str) -> Refusal {
    let why = format!("{what} is refused: {}", error.words());
    match error.kind() {
        Kind::Permanent => Refusal::Never(why),
        Kind::Transient => Refusal::Later(why),
        Kind::Broken => Refusal::Server(error.words()),
    }
}

enum Kind {
    Permanent,
    Transient,
    Broken,
}

trait Words {
    fn words(&self) -> String;
    fn kind(&self) -> Kind;
}

impl Words for SmtpError {
    /// The server's own words where there are any.
    fn words(&self) -> String {
        use std::error::Error;
        let text = self.source().map(ToString::to_string).unwrap_or_else(|| self.to_string());
        match self.status() {
            Some(code) => format!("{code} {}", text.split_whitespace().collect::<Vec<_>>().join(" ")),
            None => text,
        }
    }

    fn kind(&self) -> Kind {
        if self.is_permanent() {
            Kind::Permanent
        } else if self.is_transient() {
            Kind::Transient
        } else {
            Kind::Broken
        }
    }
}

impl Words for Failed {
    fn words(&self) -> String {
        match self {
            Self::Smtp(error) => error.words(),
            Self::Silent => "no answer came in five minutes".into(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Smtp(error) => error.kind(),
            Self::Silent => Kind::Broken,
        }
    }
}

fn words(error: &Failed) -> String {
    error.words()
}

fn response_words(response: &Response) -> String {
    let said: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), said.join(" "))
}

fn tls_parameters(network: &Network, host: &str) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = &network.more_roots {
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(|it| it.to_string())?);
    }
    builder.build().map_err(|it| it.to_string())
}

/// TLS from the first byte, for a connection that was opened to a checked address.
#[derive(Debug)]
struct Encrypted(TlsStream<TcpStream>);

impl AsyncTokioStream for Encrypted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
