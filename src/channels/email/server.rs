//! Taking mail from mail servers by SMTP (RFC 5321) and LMTP (RFC 2033). No relay: a recipient is one of
//! ours or refused, and a mail is taken only once it is durable.

mod command;
mod session;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// Conversations at one time, and of one address.
const MOST_SESSIONS: usize = 200;
const MOST_OF_ONE: usize = 50;
/// Conversations under way when the server stops have this long.
const GRACE: Duration = Duration::from_secs(8);

/// A mail as it was handed over.
#[derive(Clone, Debug)]
pub struct Handed {
    /// Empty for reports.
    pub mail_from: String,
    pub recipients: Vec<String>,
    pub remote: IpAddr,
    pub hello: String,
    /// As it was sent, dots undone, with CRLF.
    pub content: bytes::Bytes,
}

/// What is said of a recipient or a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Taken,
    /// Refused for good, and why.
    No(String),
    /// Not now, and why.
    Later(String),
}

/// Who decides what is taken, and keeps it.
pub trait Desk: Send + Sync + 'static {
    /// Whether mail for this address is taken.
    fn recipient(&self, address: &str) -> impl Future<Output = Verdict> + Send;
    /// Keeps a mail; a verdict for each recipient, in order. `Taken` means durable.
    fn keep(&self, mail: Handed) -> impl Future<Output = Vec<Verdict>> + Send;
}

/// How the server behaves.
#[derive(Clone)]
pub struct Settings {
    /// What it calls itself.
    pub hello: String,
    pub lmtp: bool,
    /// Most bytes of a mail.
    pub most_bytes: usize,
    pub tls: Option<TlsAcceptor>,
}

/// Serves until it is stopped.
pub async fn serve<D: Desk>(
    listener: TcpListener,
    settings: Settings,
    desk: Arc<D>,
    mut stopped: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(MOST_SESSIONS));
    let callers = Callers::default();
    let mut sessions = JoinSet::new();
    while !*stopped.borrow() {
        let accepted = tokio::select! {
            _ = stopped.changed() => break,
            Some(_) = sessions.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let (stream, remote) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file handles, most likely: what is under way has to end first.
                tracing::warn!(%error, "a mail server cannot be listened to now");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let guest = callers.enter(remote.ip());
        let permit = room.clone().try_acquire_owned().ok();
        let (settings, desk, stopped) = (settings.clone(), desk.clone(), stopped.clone());
        sessions.spawn(async move {
            let (Some(_guest), Some(_permit)) = (guest, permit) else {
                return session::refuse(stream, &settings).await;
            };
            session::run(stream, remote_of(remote), settings, desk, stopped).await;
        });
    }
    let ended = async { while sessions.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, ended).await.is_err() {
        tracing::info!("conversations with mail servers were cut: they will come again");
    }
}

fn remote_of(remote: SocketAddr) -> IpAddr {
    remote.ip().to_canonical()
}

/// How many conversations each address has.
#[derive(Clone, Default)]
struct Callers(Arc<Mutex<HashMap<IpAddr, usize>>>);

struct Guest(Callers, IpAddr);

impl Callers {
    fn enter(&self, address: IpAddr) -> Option<Guest> {
        let mut callers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = callers.entry(address).or_default();
        if *count >= MOST_OF_ONE {
            return None;
        }
        *count += 1;
        Some(Guest(self.clone(), address))
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut callers = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = callers.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                callers.remove(&self.1);
            }
        }
    }
}
