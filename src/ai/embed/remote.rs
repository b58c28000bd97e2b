//! An endpoint that embeds: `POST {endpoint}/embeddings`.

use std::fmt;
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::EmbedError;
use crate::crypto;
use crate::outbound::{Bounds, Outbound, OutboundError};

/// Longest answer.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// Longest vector that is taken.
const MOST_DIMENSIONS: usize = 8192;

/// A model behind an endpoint.
pub struct Remote {
    name: String,
    url: String,
    model: String,
    key: Option<String>,
}

/// The key is not shown.
impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("url", &self.url).field("model", &self.model).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: Option<usize>,
    embedding: Vec<f32>,
}

impl Remote {
    /// `endpoint` is what `/embeddings` is added to, where it does not end in it already.
    pub fn new(endpoint: &str, model: &str, key: Option<String>) -> Self {
        let endpoint = endpoint.trim_end_matches('/');
        let url = if endpoint.ends_with("/embeddings") {
            endpoint.to_owned()
        } else {
            format!("{endpoint}/embeddings")
        };
        let place = crypto::hex(&Sha256::digest(&url)[..4]);
        Self { name: format!("{model}@{place}"), url, model: model.to_owned(), key }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// A vector of length 1 for each text; `patience` is how long the endpoint may be silent.
    pub async fn embed(
        &self,
        outbound: &Outbound,
        texts: &[String],
        patience: Duration,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        let bounds = Bounds { total: patience * 3 / 2, silence: patience, bytes: MOST_BYTES };
        let mut request = outbound
            .request(Method::POST, &self.url)
            .map_err(unreachable)?
            .json(&json!({ "model": self.model, "input": texts, "encoding_format": "float" }));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        let answer = outbound.send(request, bounds).await.map_err(unreachable)?;
        match answer.status {
            200 => {}
            429 | 500.. => {
                return Err(EmbedError::Passing(format!(
                    "the embedding endpoint answered {}",
                    answer.status
                )));
            }
            status => return Err(EmbedError::Lasting(format!("the embedding endpoint answered {status}"))),
        }
        let rubbish =
            |why: &str| EmbedError::Passing(format!("the embedding endpoint answered rubbish: {why}"));
        let answer: Answer = serde_json::from_slice(&answer.body).map_err(|it| rubbish(&it.to_string()))?;
        if answer.data.len() != texts.len() {
            return Err(rubbish(&format!("{} vectors for {} texts", answer.data.len(), texts.len())));
        }
        let mut vectors = vec![Vec::new(); texts.len()];
        for (place, item) in answer.data.into_iter().enumerate() {
            let place = item.index.unwrap_or(place);
            let slot = vectors.get_mut(place).ok_or_else(|| rubbish("an index out of range"))?;
            *slot = normalised(item.embedding).ok_or_else(|| rubbish("a vector of no length"))?;
        }
        let length = vectors[0].len();
        if vectors.iter().any(|it| it.len() != length) {
            return Err(rubbish("vectors of different lengths"));
        }
        Ok(vectors)
    }
}

fn unreachable(error: OutboundError) -> EmbedError {
    let why = format!("the embedding endpoint: {error}");
    if matches!(error, OutboundError::TimedOut) {
        return EmbedError::Silent(why);
    }
    if error.may_pass() { EmbedError::Passing(why) } else { EmbedError::Lasting(why) }
}

fn normalised(mut vector: Vec<f32>) -> Option<Vec<f32>> {
    let length = vector.iter().map(|it| it * it).sum::<f32>().sqrt();
    if !length.is_normal() || vector.len() > MOST_DIMENSIONS {
        return None;
    }
    vector.iter_mut().for_each(|it| *it /= length);
    Some(vector)
}
