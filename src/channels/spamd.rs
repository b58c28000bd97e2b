//! SpamAssassin's daemon over its protocol (SPAMC 1.5): asks what it thinks of a mail.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// It looks things up in the network.
const TIMEOUT: Duration = Duration::from_secs(60);
const LONGEST_ANSWER: u64 = 256 * 1024;
/// Larger mails are not spam, and take it long.
pub const LARGEST: usize = 512 * 1024;

/// What it thinks.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    pub is_spam: bool,
    pub score: f64,
    pub threshold: f64,
    /// The rules that hit.
    pub rules: Vec<String>,
}

/// Asks the daemon at `host:port`. The error says why there is no opinion.
pub async fn ask(address: &str, raw: &[u8]) -> Result<Opinion, String> {
    match tokio::time::timeout(TIMEOUT, exchange(address, raw)).await {
        Ok(Ok(answer)) => read(&answer).ok_or_else(|| "spamd gave no verdict".into()),
        Ok(Err(error)) => Err(format!("spamd at {address}: {error}")),
        Err(_) => Err(format!("spamd at {address} takes too long")),
    }
}

async fn exchange(address: &str, raw: &[u8]) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
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
    if lines.next()?.split_whitespace().nth(1)? != "0" {
        return None;
    }
    let verdict = lines.find_map(|it| it.strip_prefix("Spam:"))?;
    let (word, numbers) = verdict.split_once(';')?;
    let (score, threshold) = numbers.split_once('/')?;
    let rules = body.split([',', '\r', '\n']).map(str::trim).filter(|it| !it.is_empty());
    Some(Opinion {
        is_spam: matches!(word.trim().to_ascii_lowercase().as_str(), "true" | "yes"),
        score: score.trim().parse().ok()?,
        threshold: threshold.trim().parse().ok()?,
        rules: rules.take(100).map(str::to_owned).collect(),
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
        assert_eq!(read("SPAMD/1.0 76 Bad header line\r\n\r\n"), None);
    }
}
