//! SpamAssassin's daemon over its protocol (SPAMC 1.5, its `spamd/PROTOCOL`): asks what it thinks of a mail.

use std::fmt;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

const LONGEST_ANSWER: u64 = 256 * 1024;
const MOST_RULES: usize = 100;
/// Larger mails are hardly ever spam, and take it long: what its own client leaves out, too.
pub const LARGEST: usize = 500 * 1024;

/// What it thinks.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    pub is_spam: bool,
    pub score: f64,
    /// From here on it says spam.
    pub threshold: f64,
    /// The rules that hit.
    pub rules: Vec<String>,
}

/// Why there is no opinion.
#[derive(Debug)]
pub enum SpamdError {
    Unreachable(std::io::Error),
    TimedOut(Duration),
    NoVerdict,
}

impl fmt::Display for SpamdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(error) => write!(f, "it cannot be reached: {error}"),
            Self::TimedOut(patience) => write!(f, "it did not answer within {} s", patience.as_secs()),
            Self::NoVerdict => write!(f, "its answer is no verdict"),
        }
    }
}

/// Asks the daemon at `host:port`, or at the path of its socket. The address is the operator's alone, so it may be
/// an internal one.
pub async fn ask(address: &str, raw: &[u8], patience: Duration) -> Result<Opinion, SpamdError> {
    match tokio::time::timeout(patience, exchange(address, raw)).await {
        Ok(Ok(answer)) => read(&answer).ok_or(SpamdError::NoVerdict),
        Ok(Err(error)) => Err(SpamdError::Unreachable(error)),
        Err(_) => Err(SpamdError::TimedOut(patience)),
    }
}

async fn exchange(address: &str, raw: &[u8]) -> std::io::Result<String> {
    #[cfg(unix)]
    if address.starts_with('/') {
        return talk(tokio::net::UnixStream::connect(address).await?, raw).await;
    }
    talk(TcpStream::connect(address).await?, raw).await
}

async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, raw: &[u8]) -> std::io::Result<String> {
    let head = format!("SYMBOLS SPAMC/1.5\r\nContent-length: {}\r\n\r\n", raw.len());
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(raw).await?;
    stream.shutdown().await?;
    let mut answer = Vec::new();
    stream.take(LONGEST_ANSWER).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// `SPAMD/1.1 0 EX_OK`, `Spam: True ; 7.5 / 5.0`, an empty line, the rules with commas between them.
fn read(answer: &str) -> Option<Opinion> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let mut status = lines.next()?.split_whitespace();
    if !status.next()?.starts_with("SPAMD/") || status.next()? != "0" {
        return None;
    }
    let verdict = lines.find_map(|it| it.strip_prefix("Spam:"))?;
    let (word, numbers) = verdict.split_once(';')?;
    let (score, threshold) = numbers.split_once('/')?;
    let number = |it: &str| it.trim().parse::<f64>().ok().filter(|it| it.is_finite());
    let rules = body.split([',', '\r', '\n']).map(str::trim).filter(|it| !it.is_empty());
    Some(Opinion {
        is_spam: matches!(word.trim().to_ascii_lowercase().as_str(), "true" | "yes"),
        score: number(score)?,
        threshold: number(threshold)?,
        rules: rules.take(MOST_RULES).map(|it| it.chars().take(100).collect()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_read() {
        let answer = "SPAMD/1.1 0 EX_OK\r\nContent-length: 20\r\nSpam: True ; 15.3 / 5.0\r\n\r\nBAYES_99,HTML_MESSAGE\r\n";
        let opinion = read(answer).unwrap();
        assert_eq!((opinion.is_spam, opinion.score, opinion.threshold), (true, 15.3, 5.0));
        assert_eq!(opinion.rules, ["BAYES_99", "HTML_MESSAGE"]);
    }

    #[test]
    fn what_is_no_verdict_is_told_from_one() {
        for answer in [
            "",
            "SPAMD/1.0 76 Bad header line: (EOF)\r\n\r\n",
            "HTTP/1.1 0 OK\r\nSpam: True ; 15.3 / 5.0\r\n\r\n",
            "SPAMD/1.1 0 EX_OK\r\n\r\n",
            "SPAMD/1.1 0 EX_OK\r\nSpam: True ; NaN / 5.0\r\n\r\n",
            "SPAMD/1.1 0 EX_OK\r\nSpam: True\r\n\r\n",
        ] {
            assert_eq!(read(answer), None, "{answer}");
        }
    }
}
