//! Requests that leave the server: webhooks, language models, embeddings, data retrieval. Tenants choose
//! where they go, so each is kept from the network that the server stands in: loopback, private and
//! link-local addresses (a cloud's metadata among them) are refused unless the operator lists them in
//! `ANSWERPAL_OUTBOUND_ALLOW`. The address that was checked is the one that is connected to, redirects
//! are not followed (they would carry keys elsewhere), proxies are not used, and time and size are bounded.

mod allow;
mod error;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::stream::BoxStream;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, Response, Url};
use tokio::time::Instant;

pub use allow::{Allow, is_public};
pub use error::OutboundError;

use crate::error::{Error, Result};

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(10);
/// Idle connections that are kept for the next request to the same host.
const IDLE_PER_HOST: usize = 8;

/// How long and how much an answer may be.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// From the request to the last byte of the answer.
    pub total: Duration,
    /// Longest silence, from one byte to the next.
    pub silence: Duration,
    /// Most bytes of the answer's body.
    pub bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { total: Duration::from_secs(30), silence: Duration::from_secs(30), bytes: 4 * 1024 * 1024 }
    }
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// An answer whose body is still coming.
pub struct Streamed {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: BoxStream<'static, Result<Bytes, OutboundError>>,
}

/// The one way out. Cheap to clone.
#[derive(Clone)]
pub struct Outbound(Arc<Clients>);

struct Clients {
    allow: Arc<Allow>,
    /// Resolves names itself and leaves out what is not allowed.
    guarded: OnceLock<Result<Client, String>>,
    /// For hosts that the operator lists.
    listed: OnceLock<Result<Client, String>>,
}

impl Outbound {
    /// `allow` is the setting `outbound_allow`.
    ///
    /// # Errors
    /// `Invalid` for `outbound-allow` where an entry cannot be read.
    pub fn new(allow: &str) -> Result<Self> {
        let allow = Allow::parse(allow).map_err(|why| Error::invalid("outbound-allow", why))?;
        Ok(Self(Arc::new(Clients {
            allow: Arc::new(allow),
            guarded: OnceLock::new(),
            listed: OnceLock::new(),
        })))
    }

    /// Whether this address may be asked, as far as can be told without resolving its name.
    ///
    /// # Errors
    /// `Refused` where it is internal and not listed, `Address` where it is no `http` or `https` address.
    pub fn check(&self, url: &str) -> Result<Url, OutboundError> {
        let url = Url::parse(url).map_err(|it| OutboundError::Address(it.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(OutboundError::Address("it must start with http:// or https://".into()));
        }
        let host = url.host().ok_or_else(|| OutboundError::Address("it names no host".into()))?;
        if !self.0.allow.may_ask(&host, url.port_or_known_default().unwrap_or_default()) {
            return Err(OutboundError::Refused(host.to_string()));
        }
        Ok(url)
    }

    /// Begins a request to an address that may be asked; [`Outbound::send`] or [`Outbound::open`] ends it.
    pub fn request(&self, method: Method, url: &str) -> Result<RequestBuilder, OutboundError> {
        let url = self.check(url)?;
        Ok(self.client_for(&url)?.request(method, url))
    }

    /// Sends the request and reads the answer, whatever its status.
    pub async fn send(&self, request: RequestBuilder, bounds: Bounds) -> Result<Answer, OutboundError> {
        let mut streamed = self.open(request, bounds).await?;
        let mut body = BytesMut::new();
        while let Some(chunk) = streamed.body.next().await {
            body.extend_from_slice(&chunk?);
        }
        Ok(Answer { status: streamed.status, headers: streamed.headers, body: body.freeze() })
    }

    /// Sends the request and gives the answer once its head is there. The body ends in an error where it
    /// is cut, takes too long or grows too large.
    pub async fn open(&self, request: RequestBuilder, bounds: Bounds) -> Result<Streamed, OutboundError> {
        let deadline = Instant::now() + bounds.total;
        let head = deadline.min(Instant::now() + bounds.silence.max(CONNECT));
        let response = tokio::time::timeout_at(head, request.send())
            .await
            .map_err(|_| OutboundError::TimedOut)?
            .map_err(|it| OutboundError::of(&it))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        if response.status().is_redirection() {
            return Err(OutboundError::Redirected(status));
        }
        if response.content_length().is_some_and(|it| it > bounds.bytes as u64) {
            return Err(OutboundError::TooLarge(bounds.bytes));
        }
        Ok(Streamed { status, headers, body: bounded(response, deadline, bounds).boxed() })
    }

    /// The addresses of a host that may be connected to by another protocol than HTTP. One of these is to
    /// be connected to: a name asked a second time may lead elsewhere.
    ///
    /// # Errors
    /// A sentence: the name cannot be resolved, or leads to internal addresses only.
    pub async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
        let found: Vec<SocketAddr> = match tokio::net::lookup_host((host, port)).await {
            Ok(found) => found.collect(),
            Err(error) => return Err(format!("The name {host} cannot be resolved: {error}.")),
        };
        let listed = self.0.allow.lists_host(host, port);
        let good: Vec<SocketAddr> =
            found.iter().copied().filter(|it| listed || self.0.allow.may_connect(it.ip())).collect();
        if good.is_empty() {
            return Err(match found.is_empty() {
                true => format!("The name {host} has no address."),
                false => format!(
                    "{host} is an internal address, which only the operator can allow (ANSWERPAL_OUTBOUND_ALLOW)."
                ),
            });
        }
        Ok(good)
    }

    fn client_for(&self, url: &Url) -> Result<&Client, OutboundError> {
        let host = url.host_str().unwrap_or_default();
        let listed = self.0.allow.lists_host(host, url.port_or_known_default().unwrap_or_default());
        let client = if listed {
            self.0.listed.get_or_init(|| client(None))
        } else {
            self.0.guarded.get_or_init(|| client(Some(self.0.allow.clone())))
        };
        client.as_ref().map_err(|why| OutboundError::Unreachable(why.clone()))
    }
}

/// Gives the body piece by piece, within its bounds.
fn bounded(
    mut response: Response,
    deadline: Instant,
    bounds: Bounds,
) -> impl futures::Stream<Item = Result<Bytes, OutboundError>> + Send + 'static {
    async_stream::stream! {
        let mut left = bounds.bytes;
        loop {
            let until = deadline.min(Instant::now() + bounds.silence);
            match tokio::time::timeout_at(until, response.chunk()).await {
                Err(_) => {
                    yield Err(OutboundError::TimedOut);
                    return;
                }
                Ok(Err(error)) => {
                    yield Err(OutboundError::of(&error));
                    return;
                }
                Ok(Ok(None)) => return,
                Ok(Ok(Some(chunk))) => match left.checked_sub(chunk.len()) {
                    None => {
                        yield Err(OutboundError::TooLarge(bounds.bytes));
                        return;
                    }
                    Some(rest) => {
                        left = rest;
                        yield Ok(chunk);
                    }
                },
            }
        }
    }
}

/// `guard` is None for hosts that the operator lists by name.
fn client(guard: Option<Arc<Allow>>) -> Result<Client, String> {
    let mut builder = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .user_agent(concat!("answerpal/", env!("CARGO_PKG_VERSION")));
    if let Some(allow) = guard {
        builder = builder.dns_resolver(Resolver(allow));
    }
    builder.build().map_err(|it| format!("no requests can be made: {it}"))
}

/// Resolves names to the addresses that may be connected to.
struct Resolver(Arc<Allow>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow = self.0.clone();
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let good: Vec<SocketAddr> =
                found.iter().copied().filter(|it| allow.may_connect(it.ip())).collect();
            if good.is_empty() && !found.is_empty() {
                return Err(OutboundError::Refused(host).into());
            }
            Ok(Box::new(good.into_iter()) as Addrs)
        })
    }
}
