//! The data of server-sent events (`data: …` lines), within bounds.

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;

use super::LlmError;
use crate::outbound::OutboundError;

/// Longest line.
const LONGEST: usize = 1024 * 1024;

pub struct Events {
    body: BoxStream<'static, Result<Bytes, OutboundError>>,
    buffer: Vec<u8>,
    has_ended: bool,
    seen: bool,
    is_over: bool,
}

impl Events {
    pub fn new(body: BoxStream<'static, Result<Bytes, OutboundError>>) -> Self {
        Self { body, buffer: Vec::new(), has_ended: false, seen: false, is_over: false }
    }

    /// The next event's data; None at the end of the body.
    pub async fn next(&mut self) -> Result<Option<String>, LlmError> {
        loop {
            if let Some(line) = self.line() {
                let line =
                    String::from_utf8(line).map_err(|_| LlmError::Rubbish("the answer is no text".into()))?;
                if let Some(data) = line.trim_end().strip_prefix("data:") {
                    self.seen = true;
                    self.is_over = data.trim() == "[DONE]";
                    return Ok(Some(data.trim().to_owned()));
                }
                continue;
            }
            if self.has_ended {
                return Ok(None);
            }
            match self.body.next().await {
                Some(chunk) => self.buffer.extend_from_slice(&chunk?),
                None => {
                    self.has_ended = true;
                    self.buffer.push(b'\n');
                }
            }
            if self.buffer.len() > LONGEST {
                return Err(LlmError::Rubbish("a line of the answer is too long".into()));
            }
        }
    }

    fn line(&mut self) -> Option<Vec<u8>> {
        let end = self.buffer.iter().position(|it| *it == b'\n')?;
        let rest = self.buffer.split_off(end + 1);
        Some(std::mem::replace(&mut self.buffer, rest))
    }

    /// Whether the other side said that nothing follows.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    pub fn has_seen_any(&self) -> bool {
        self.seen
    }
}
