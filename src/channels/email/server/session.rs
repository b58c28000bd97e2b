//! One conversation with a mail server.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};

use super::command::{Command, read};
use super::{Desk, Handed, Settings, Verdict};

/// Longest line of a command (RFC 5321 says 512; extensions add to it).
const LONGEST_LINE: u64 = 2048;
/// Between commands, and for a whole mail.
const LONGEST_SILENCE: Duration = Duration::from_secs(300);
const LONGEST_MAIL: Duration = Duration::from_secs(900);
/// No conversation lasts longer.
const LONGEST_SESSION: Duration = Duration::from_secs(3600);
const MOST_RECIPIENTS: usize = 100;
/// Who is refused so often is sent away.
const MOST_ERRORS: usize = 10;

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// Says that there is no room.
pub async fn refuse(mut stream: TcpStream, settings: &Settings) {
    let answer = format!("421 4.3.2 {} has too many conversations: try later\r\n", settings.hello);
    // Who is refused need not hear it.
    let _ = timeout(Duration::from_secs(5), stream.write_all(answer.as_bytes())).await;
}

/// Speaks until either side ends it.
pub async fn run<D: Desk>(
    stream: TcpStream,
    remote: IpAddr,
    settings: Settings,
    desk: Arc<D>,
    stopped: watch::Receiver<bool>,
) {
    let deadline = Instant::now() + LONGEST_SESSION;
    let wire: Box<dyn Wire> = Box::new(stream);
    let mut session = Session {
        wire: BufReader::new(wire),
        remote,
        settings,
        desk,
        stopped,
        is_encrypted: false,
        hello: None,
        sender: None,
        recipients: Vec::new(),
        errors: 0,
    };
    match timeout_at(deadline, session.speak()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%remote, %error, "a conversation with a mail server broke"),
        Err(_) => tracing::info!(%remote, "a conversation with a mail server lasted too long"),
    }
}

struct Session<D> {
    wire: BufReader<Box<dyn Wire>>,
    remote: IpAddr,
    settings: Settings,
    desk: Arc<D>,
    stopped: watch::Receiver<bool>,
    is_encrypted: bool,
    hello: Option<String>,
    /// Of the mail that is under way.
    sender: Option<String>,
    recipients: Vec<String>,
    errors: usize,
}

/// Whether the conversation goes on.
#[derive(PartialEq)]
enum Next {
    Go,
    Encrypt,
    End,
}

impl<D: Desk> Session<D> {
    async fn speak(&mut self) -> io::Result<()> {
        let kind = if self.settings.lmtp { "LMTP" } else { "ESMTP" };
        self.say(format!("220 {} {kind} answerpal", self.settings.hello)).await?;
        loop {
            let Some(line) = self.line().await? else { return Ok(()) };
            match self.obey(&line).await? {
                Next::Go => {}
                Next::End => return Ok(()),
                Next::Encrypt => self.encrypt().await?,
            }
        }
    }

    /// A command's line; None where the conversation is over.
    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let read = async { (&mut self.wire).take(LONGEST_LINE).read_until(b'\n', &mut line).await };
        let stopped = &mut self.stopped;
        let stopping = async {
            // The sender lives until it has sent.
            let _ = stopped.wait_for(|it| *it).await;
        };
        let read = tokio::select! {
            read = timeout(LONGEST_SILENCE, read) => read,
            () = stopping => {
                self.say("421 4.3.2 The server stops: try later").await?;
                return Ok(None);
            }
        };
        match read {
            Err(_) => {
                self.say("421 4.4.2 Nothing was said for too long").await?;
                Ok(None)
            }
            Ok(Err(error)) => Err(error),
            Ok(Ok(0)) => Ok(None),
            Ok(Ok(_)) => match line.strip_suffix(b"\r\n") {
                Some(text) => Ok(Some(String::from_utf8_lossy(text).into_owned())),
                // A line that ends otherwise is how commands are smuggled: no more is read.
                None => {
                    self.say("500 5.5.2 A line has to end in CRLF and be shorter").await?;
                    Ok(None)
                }
            },
        }
    }

    async fn say(&mut self, answer: impl fmt::Display) -> io::Result<()> {
        let text = format!("{answer}\r\n");
        let written = async {
            self.wire.write_all(text.as_bytes()).await?;
            self.wire.flush().await
        };
        match timeout(LONGEST_SILENCE, written).await {
            Ok(written) => written,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    /// An answer to something that was wrong; too many end the conversation.
    async fn refuse(&mut self, answer: impl fmt::Display) -> io::Result<Next> {
        self.errors += 1;
        if self.errors > MOST_ERRORS {
            self.say("421 4.7.0 Too many errors").await?;
            return Ok(Next::End);
        }
        self.say(answer).await?;
        Ok(Next::Go)
    }

    async fn obey(&mut self, line: &str) -> io::Result<Next> {
        let command = match read(line) {
            Ok(command) => command,
            Err(misread) => return self.refuse(misread.0).await,
        };
        match command {
            Command::Hello { word, name } => self.greet(word, name).await,
            Command::MailFrom { address, size } => self.begin(address, size).await,
            Command::RcptTo(address) => self.add(address).await,
            Command::Data => self.data().await,
            Command::Rset => {
                self.reset();
                self.say("250 2.0.0 ok").await?;
                Ok(Next::Go)
            }
            Command::Noop => {
                self.say("250 2.0.0 ok").await?;
                Ok(Next::Go)
            }
            Command::Vrfy => {
                self.say("252 2.1.5 Send some mail and see").await?;
                Ok(Next::Go)
            }
            Command::Help => {
                self.say("214 2.0.0 RFC 5321").await?;
                Ok(Next::Go)
            }
            Command::Quit => {
                self.say("221 2.0.0 bye").await?;
                Ok(Next::End)
            }
            Command::StartTls if self.settings.tls.is_none() || self.is_encrypted => {
                self.refuse("502 5.5.1 There is no STARTTLS here").await
            }
            Command::StartTls => {
                self.say("220 2.0.0 go on").await?;
                Ok(Next::Encrypt)
            }
        }
    }

    async fn greet(&mut self, word: &str, name: String) -> io::Result<Next> {
        if (word == "LHLO") != self.settings.lmtp {
            return self.refuse("500 5.5.1 That is the other protocol's greeting").await;
        }
        self.reset();
        self.hello = Some(name);
        let own = self.settings.hello.clone();
        if word == "HELO" {
            self.say(format!("250 {own}")).await?;
            return Ok(Next::Go);
        }
        let mut answer = format!(
            "250-{own}\r\n250-PIPELINING\r\n250-SIZE {}\r\n250-8BITMIME\r\n250-SMTPUTF8",
            self.settings.most_bytes
        );
        if self.settings.tls.is_some() && !self.is_encrypted {
            answer.push_str("\r\n250-STARTTLS");
        }
        answer.push_str("\r\n250 ENHANCEDSTATUSCODES");
        self.say(answer).await?;
        Ok(Next::Go)
    }

    async fn begin(&mut self, address: String, size: Option<u64>) -> io::Result<Next> {
        if self.hello.is_none() {
            return self.refuse("503 5.5.1 Say who you are first").await;
        }
        if self.sender.is_some() {
            return self.refuse("503 5.5.1 There is a mail under way").await;
        }
        if size.is_some_and(|it| it > self.settings.most_bytes as u64) {
            let most = self.settings.most_bytes;
            return self.refuse(format!("552 5.3.4 A mail may have at most {most} bytes")).await;
        }
        self.sender = Some(address);
        self.say("250 2.1.0 ok").await?;
        Ok(Next::Go)
    }

    async fn add(&mut self, address: String) -> io::Result<Next> {
        if self.sender.is_none() {
            return self.refuse("503 5.5.1 Say who sends it first").await;
        }
        if self.recipients.len() >= MOST_RECIPIENTS {
            return self.refuse("452 4.5.3 Too many recipients: send it again for the others").await;
        }
        match self.desk.recipient(&address).await {
            Verdict::Taken => {
                self.recipients.push(address);
                self.say("250 2.1.5 ok").await?;
                Ok(Next::Go)
            }
            Verdict::No(why) => self.refuse(format!("550 5.1.1 {why}")).await,
            Verdict::Later(why) => {
                self.say(format!("451 4.3.0 {why}")).await?;
                Ok(Next::Go)
            }
        }
    }

    async fn data(&mut self) -> io::Result<Next> {
        if self.recipients.is_empty() {
            return self.refuse("503 5.5.1 Say who gets it first").await;
        }
        self.say("354 End with a dot on a line").await?;
        let content = match timeout(LONGEST_MAIL, content(&mut self.wire, self.settings.most_bytes)).await {
            Ok(content) => content?,
            Err(_) => {
                self.say("421 4.4.2 The mail took too long").await?;
                return Ok(Next::End);
            }
        };
        let (sender, recipients) =
            (self.sender.take().unwrap_or_default(), std::mem::take(&mut self.recipients));
        let verdicts = match content {
            None => vec![Verdict::No(String::new()); recipients.len()],
            Some(content) => {
                let handed = Handed {
                    mail_from: sender,
                    recipients: recipients.clone(),
                    remote: self.remote,
                    hello: self.hello.clone().unwrap_or_default(),
                    content: content.into(),
                };
                self.desk.keep(handed).await
            }
        };
        self.report(&verdicts).await
    }

    /// LMTP has an answer for each recipient. In SMTP one answer is for all: what is not taken for one is
    /// sent again, and those who have it already have it once.
    async fn report(&mut self, verdicts: &[Verdict]) -> io::Result<Next> {
        let answer = |verdict: &Verdict| match verdict {
            Verdict::Taken => "250 2.0.0 It is kept".to_owned(),
            Verdict::No(why) if why.is_empty() => "552 5.3.4 The mail is too large".to_owned(),
            Verdict::No(why) => format!("554 5.6.0 {why}"),
            Verdict::Later(why) => format!("451 4.3.0 {why}"),
        };
        if self.settings.lmtp {
            for verdict in verdicts {
                self.say(answer(verdict)).await?;
            }
            return Ok(Next::Go);
        }
        let worst = verdicts.iter().find(|it| matches!(it, Verdict::Later(_)));
        let worst = worst.or_else(|| verdicts.iter().find(|it| **it != Verdict::Taken));
        self.say(answer(worst.unwrap_or(&Verdict::Taken))).await?;
        Ok(Next::Go)
    }

    fn reset(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    async fn encrypt(&mut self) -> io::Result<()> {
        let Some(acceptor) = self.settings.tls.clone() else { return Ok(()) };
        // What was sent before the handshake was not encrypted: it is not taken for what comes after.
        if !self.wire.buffer().is_empty() {
            return Err(io::Error::other("commands were sent ahead of the handshake"));
        }
        let placeholder: Box<dyn Wire> = Box::new(tokio::io::empty());
        let plain = std::mem::replace(&mut self.wire, BufReader::new(placeholder)).into_inner();
        let stream = match timeout(LONGEST_SILENCE, acceptor.accept(plain)).await {
            Ok(stream) => stream?,
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        };
        self.wire = BufReader::new(Box::new(stream));
        self.is_encrypted = true;
        self.hello = None;
        self.reset();
        Ok(())
    }
}

/// Reads a mail up to `CRLF . CRLF` and nothing else: other line ends before or after the dot are content,
/// so that no second mail can hide in one. None where it is larger than `most`.
async fn content<R: AsyncRead + Unpin>(wire: &mut BufReader<R>, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    let (mut is_too_large, mut starts_line, mut after_cr) = (false, true, false);
    let mut line = Vec::new();
    loop {
        line.clear();
        // In pieces, so that a line without an end takes no memory.
        let piece = (&mut *wire).take(64 * 1024).read_until(b'\n', &mut line).await?;
        if piece == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if starts_line && line == b".\r\n" {
            return Ok((!is_too_large).then_some(content));
        }
        let undone = if starts_line && line[0] == b'.' { &line[1..] } else { &line[..] };
        if content.len() + undone.len() > most {
            is_too_large = true;
            content = Vec::new();
        }
        if !is_too_large {
            content.extend_from_slice(undone);
        }
        // A piece may end between CR and LF.
        starts_line = line.ends_with(b"\r\n") || (line == b"\n" && after_cr);
        after_cr = line.ends_with(b"\r");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(wire: &[u8], most: usize) -> Option<String> {
        let content = content(&mut BufReader::new(wire), most).await.unwrap();
        content.map(|it| String::from_utf8(it).unwrap())
    }

    #[tokio::test]
    async fn a_mail_ends_at_its_dot_and_nowhere_else() {
        assert_eq!(read(b"a\r\n..b\r\n.\r\n", 100).await.as_deref(), Some("a\r\n.b\r\n"));
        assert_eq!(read(b".\r\n", 100).await.as_deref(), Some(""));
        for smuggled in ["a\n.\n", "a\n.\r\n", "a\r\n.\n", "a\r.\r\n", "a\r\n.\rb\r\n"] {
            let wire = format!("{smuggled}MAIL FROM:<evil@x>\r\n.\r\n");
            let content = read(wire.as_bytes(), 1000).await.unwrap();
            assert!(content.contains("MAIL FROM"), "{smuggled:?} ended the mail");
        }
    }

    #[tokio::test]
    async fn a_mail_that_is_too_large_is_read_to_its_end_and_dropped() {
        let wire = format!("{}\r\n.\r\nQUIT\r\n", "x".repeat(200_000));
        let mut wire = BufReader::new(wire.as_bytes());
        assert_eq!(content(&mut wire, 1000).await.unwrap(), None);
        let mut rest = String::new();
        wire.read_line(&mut rest).await.unwrap();
        assert_eq!(rest, "QUIT\r\n");
        assert!(content(&mut BufReader::new(&b"no end"[..]), 100).await.is_err());
    }
}
