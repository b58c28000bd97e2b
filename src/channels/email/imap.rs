//! Reading a mailbox by IMAP (RFC 9051, RFC 3501): what is new, its content, and what becomes of it there.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use async_imap::error::Error as ImapError;
use async_imap::extensions::idle::IdleResponse;
use async_imap::{Client, Session};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use futures::TryStreamExt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;

use super::connect::Network;
use super::servers::ServerAddress;
use crate::model::{AfterFetch, Security};

/// For one command and its answer.
const LONGEST_ANSWER: Duration = Duration::from_secs(120);
/// Most bytes that the server may answer to one command, besides the mail that is asked for.
const MOST_TALK: u64 = 16 * 1024 * 1024;
/// Servers end an IDLE after 29 minutes (RFC 2177); networks forget silent connections sooner.
pub const LONGEST_IDLE: Duration = Duration::from_secs(240);

/// A mailbox as a channel names it.
#[derive(Clone, PartialEq)]
pub struct ImapServer {
    pub address: ServerAddress,
    pub username: String,
    pub password: String,
    pub folder: String,
}

/// An open folder.
pub struct Mailbox {
    session: Session<Metered>,
    talk: Arc<AtomicU64>,
    moves: bool,
    expunges_one: bool,
    idles: bool,
    pub uid_validity: u32,
}

/// What the server says of a mail before its content.
#[derive(Clone, Debug)]
pub struct Summary {
    pub uid: u32,
    pub size: u64,
    /// In microseconds since 1970.
    pub received_at: Option<i64>,
}

/// Why a command did not work.
#[derive(Debug)]
pub enum Trouble {
    /// The server refuses this one thing; the connection is good.
    Refused(String),
    /// The connection is not to be used any more.
    Broken(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Refused(why) | Self::Broken(why)) = self;
        f.write_str(why)
    }
}

impl Mailbox {
    /// Connects, signs in and opens the folder. The error is a sentence.
    pub async fn open(network: &Network, server: &ImapServer) -> Result<Self, String> {
        let talk = Arc::new(AtomicU64::new(MOST_TALK));
        let client = connect(network, &server.address, talk.clone()).await?;
        let address = &server.address;
        let signed_in = timeout(LONGEST_ANSWER, client.login(&server.username, &server.password)).await;
        let mut session = match signed_in {
            Ok(Ok(session)) => session,
            Ok(Err((error, _))) => {
                return Err(format!(
                    "{address} refuses the login of {}: {}.",
                    server.username,
                    words(&error)
                ));
            }
            Err(_) => return Err(format!("{address} does not answer the login.")),
        };
        let has = answered(session.capabilities()).await.map_err(|it| it.to_string())?;
        let (moves, expunges_one, idles) = (has.has_str("MOVE"), has.has_str("UIDPLUS"), has.has_str("IDLE"));
        let folder = answered(session.select(utf7(&server.folder)))
            .await
            .map_err(|error| format!("The folder {} cannot be opened: {error}.", server.folder))?;
        let Some(uid_validity) = folder.uid_validity else {
            return Err(format!("The folder {} numbers its mails in no lasting way.", server.folder));
        };
        Ok(Self { session, talk, moves, expunges_one, idles, uid_validity })
    }

    pub fn can_idle(&self) -> bool {
        self.idles
    }

    /// The mails with a higher uid than `after` that are not deleted, in order.
    pub async fn newer(&mut self, after: u32) -> Result<Vec<u32>, Trouble> {
        self.allow(MOST_TALK);
        let query = format!("UID {}:* UNDELETED", after.saturating_add(1));
        let found = answered(self.session.uid_search(query)).await?;
        // The star names the last mail even where it is older.
        let mut uids: Vec<u32> = found.into_iter().filter(|it| *it > after).collect();
        uids.sort_unstable();
        Ok(uids)
    }

    /// Size and date of a mail; None where it is gone.
    pub async fn summary(&mut self, uid: u32) -> Result<Option<Summary>, Trouble> {
        self.allow(MOST_TALK);
        let fetched = answered(async {
            let stream = self.session.uid_fetch(uid.to_string(), "(UID RFC822.SIZE INTERNALDATE)").await?;
            stream.try_collect::<Vec<_>>().await
        })
        .await?;
        let found = fetched.iter().find(|it| it.uid == Some(uid));
        Ok(found.map(|it| Summary {
            uid,
            size: it.size.unwrap_or_default().into(),
            received_at: it.internal_date().map(|it| it.timestamp_micros()),
        }))
    }

    /// The content of a mail of at most `most` bytes; None where it is gone.
    pub async fn content(&mut self, uid: u32, most: u64) -> Result<Option<Vec<u8>>, Trouble> {
        self.section(uid, "BODY.PEEK[]", most).await
    }

    /// The header of a mail; None where it is gone.
    pub async fn header(&mut self, uid: u32) -> Result<Option<Vec<u8>>, Trouble> {
        self.section(uid, "BODY.PEEK[HEADER]", MOST_TALK).await
    }

    async fn section(&mut self, uid: u32, section: &str, most: u64) -> Result<Option<Vec<u8>>, Trouble> {
        self.allow(most + MOST_TALK);
        let fetched = timeout(LONGEST_ANSWER * 5, async {
            let stream = self.session.uid_fetch(uid.to_string(), format!("(UID {section})")).await?;
            stream.try_collect::<Vec<_>>().await
        });
        let fetched = fetched.await.map_err(|_| silent())?.map_err(Trouble::from)?;
        let found = fetched.iter().find(|it| it.uid == Some(uid));
        Ok(found.and_then(|it| it.body().or_else(|| it.header())).map(<[u8]>::to_vec))
    }

    /// Marks or moves a mail that is stored.
    pub async fn done_with(
        &mut self,
        uid: u32,
        after: AfterFetch,
        move_to: Option<&str>,
    ) -> Result<(), Trouble> {
        self.allow(MOST_TALK);
        match (after, move_to) {
            (AfterFetch::Keep, _) => Ok(()),
            (AfterFetch::Mark, _) | (AfterFetch::Move, None) => self.flag(uid, "\\Seen").await,
            (AfterFetch::Move, Some(folder)) => {
                let folder = utf7(folder);
                match self.move_to(uid, &folder).await {
                    Err(Trouble::Refused(_)) => {
                        // Most often the folder is not there yet.
                        answered(self.session.create(&folder)).await?;
                        self.move_to(uid, &folder).await
                    }
                    other => other,
                }
            }
        }
    }

    async fn flag(&mut self, uid: u32, flag: &str) -> Result<(), Trouble> {
        answered(async {
            let stream = self.session.uid_store(uid.to_string(), format!("+FLAGS.SILENT ({flag})")).await?;
            stream.try_collect::<Vec<_>>().await
        })
        .await?;
        Ok(())
    }

    async fn move_to(&mut self, uid: u32, folder: &str) -> Result<(), Trouble> {
        if self.moves {
            return answered(self.session.uid_mv(uid.to_string(), folder)).await;
        }
        answered(self.session.uid_copy(uid.to_string(), folder)).await?;
        self.flag(uid, "\\Deleted").await?;
        if self.expunges_one {
            answered(async {
                let stream = self.session.uid_expunge(uid.to_string()).await?;
                stream.try_collect::<Vec<_>>().await
            })
            .await?;
        }
        Ok(())
    }

    /// Waits until something changes in the folder, at most [`LONGEST_IDLE`].
    pub async fn idle(self) -> Result<Self, Trouble> {
        let Self { session, talk, moves, expunges_one, idles, uid_validity } = self;
        talk.store(MOST_TALK, Ordering::Relaxed);
        let mut handle = session.idle();
        answered(handle.init()).await?;
        let (wait, stop) = handle.wait_with_timeout(LONGEST_IDLE);
        // Dropped, it would end the wait.
        let _stop = stop;
        // However often the server says that it is still there, the folder is looked at now and then.
        if let Ok(woken) = timeout(LONGEST_IDLE, wait).await {
            match woken.map_err(Trouble::from)? {
                IdleResponse::ManualInterrupt => {
                    return Err(Trouble::Broken("the server closed the connection".into()));
                }
                IdleResponse::Timeout | IdleResponse::NewData(_) => {}
            }
        }
        let session = answered(handle.done()).await?;
        Ok(Self { session, talk, moves, expunges_one, idles, uid_validity })
    }

    pub async fn close(mut self) {
        // What was to be done is done: the farewell does not matter.
        let _ = timeout(Duration::from_secs(5), self.session.logout()).await;
    }

    fn allow(&self, bytes: u64) {
        self.talk.store(bytes, Ordering::Relaxed);
    }
}

async fn connect(
    network: &Network,
    address: &ServerAddress,
    talk: Arc<AtomicU64>,
) -> Result<Client<Metered>, String> {
    let stream = network.tcp(address).await?;
    let (wire, greets): (Box<dyn Wire>, bool) = match address.security {
        Security::TLS => (Box::new(network.tls(address, stream).await?), true),
        Security::None => (Box::new(stream), true),
        Security::StartTLS => {
            let mut plain = Client::new(stream);
            greeted(&mut plain, address).await?;
            answered(plain.run_command_and_check_ok("STARTTLS", None))
                .await
                .map_err(|error| format!("{address} does not offer STARTTLS: {error}."))?;
            (Box::new(network.tls(address, plain.into_inner()).await?), false)
        }
    };
    let mut client = Client::new(Metered { wire, left: talk });
    if greets {
        greeted(&mut client, address).await?;
    }
    Ok(client)
}

async fn greeted<T>(client: &mut Client<T>, address: &ServerAddress) -> Result<(), String>
where
    T: AsyncRead + AsyncWrite + Unpin + fmt::Debug + Send,
{
    match timeout(LONGEST_ANSWER, client.read_response()).await {
        Ok(Ok(Some(_))) => Ok(()),
        Ok(Ok(None)) => Err(format!("{address} closes the connection at once.")),
        Ok(Err(error)) => Err(format!("{address} does not greet as an IMAP server: {error}.")),
        Err(_) => Err(format!("{address} does not greet.")),
    }
}

async fn answered<T>(asked: impl Future<Output = Result<T, ImapError>>) -> Result<T, Trouble> {
    match timeout(LONGEST_ANSWER, asked).await {
        Ok(answer) => answer.map_err(Trouble::from),
        Err(_) => Err(silent()),
    }
}

fn silent() -> Trouble {
    Trouble::Broken("the server does not answer".into())
}

impl From<ImapError> for Trouble {
    fn from(error: ImapError) -> Self {
        match error {
            ImapError::No(_) | ImapError::Bad(_) | ImapError::Validate(_) => Self::Refused(words(&error)),
            _ => Self::Broken(words(&error)),
        }
    }
}

/// The server's own words where there are any.
fn words(error: &ImapError) -> String {
    match error {
        ImapError::No(text) | ImapError::Bad(text) => {
            // `code: …, info: Some("…")`
            match text.split_once("info: Some(\"").and_then(|it| it.1.rsplit_once("\")")) {
                Some((info, _)) => info.to_owned(),
                None => text.clone(),
            }
        }
        other => other.to_string(),
    }
}

/// A folder's name as IMAP writes it (RFC 3501 section 5.1.3).
fn utf7(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut odd: Vec<u8> = Vec::new();
    let flush = |odd: &mut Vec<u8>, out: &mut String| {
        if !odd.is_empty() {
            out.push('&');
            out.push_str(&STANDARD_NO_PAD.encode(&*odd).replace('/', ","));
            out.push('-');
            odd.clear();
        }
    };
    for letter in name.chars() {
        if (' '..='~').contains(&letter) {
            flush(&mut odd, &mut out);
            out.push(letter);
            if letter == '&' {
                out.push('-');
            }
        } else {
            let mut units = [0; 2];
            odd.extend(letter.encode_utf16(&mut units).iter().flat_map(|it| it.to_be_bytes()));
        }
    }
    flush(&mut odd, &mut out);
    out
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug> Wire for T {}

/// A connection that reads no more than it is allowed: the client keeps what it reads in memory.
#[derive(Debug)]
struct Metered {
    wire: Box<dyn Wire>,
    left: Arc<AtomicU64>,
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.wire).poll_read(cx, buf);
        let read = (buf.filled().len() - before) as u64;
        let left = self.left.load(Ordering::Relaxed);
        if read > left {
            return Poll::Ready(Err(io::Error::other("the server answers more than it was asked for")));
        }
        self.left.store(left - read, Ordering::Relaxed);
        polled
    }
}

impl AsyncWrite for Metered {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::utf7;

    #[test]
    fn folder_names_are_written_as_imap_does() {
        assert_eq!(utf7("INBOX/Done"), "INBOX/Done");
        assert_eq!(utf7("Entwürfe & mehr"), "Entw&APw-rfe &- mehr");
        assert_eq!(utf7("台北"), "&U,BTFw-");
    }
}
