//! Texts to vectors: by the model inside the program, or by an endpoint that the tenant names
//! (`POST …/embeddings`, as OpenAI and its like speak it). Vectors of two models are never compared; each
//! is kept under the name of what made it.

mod memory;
mod remote;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use answerpal_inference::{Embedder, Profile};
use futures::stream::{self, StreamExt, TryStreamExt};
use tokio::sync::Semaphore;
use tokio::time::Instant;

pub use answerpal_inference::Role;
pub use memory::Memory;
pub use remote::Remote;

use crate::ai::freed;
use crate::outbound::Outbound;

/// Texts that one computation takes at once.
const BATCH: usize = 16;
/// Computations of one process at a time that somebody waits for, and as many again of what nobody does.
const AT_ONCE: usize = 2;
/// So long nobody waits for an endpoint that was silent.
const REST: Duration = Duration::from_secs(20);
/// Longer texts are cut before they are embedded: no model here reads on.
const LONGEST: usize = 8000;

/// Why there are no vectors.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EmbedError {
    /// It may work later.
    #[error("{0}")]
    Passing(String),
    /// As before, and it cost everybody who waited for it their time.
    #[error("{0}")]
    Silent(String),
    /// It will not until somebody changes the settings.
    #[error("{0}")]
    Lasting(String),
}

/// A space that texts are embedded in: what makes its vectors, with the name that they are kept under.
#[derive(Clone, Debug)]
pub enum Space {
    Inside(Profile),
    Remote(Arc<Remote>),
}

impl Space {
    pub const ENGLISH: Self = Self::Inside(Profile::English);
    pub const MULTILINGUAL: Self = Self::Inside(Profile::Multilingual);

    /// What vectors are kept under.
    pub fn name(&self) -> &str {
        match self {
            Self::Inside(profile) => Embedder::new(*profile).model_name(),
            Self::Remote(remote) => remote.name(),
        }
    }

    /// The role that vectors are kept under: one for all where the model does not tell them apart. What a
    /// question is compared by is a part of its vector as a message.
    fn role(&self, role: Role) -> Role {
        match self {
            Self::Inside(_) if role == Role::Query => Role::Message,
            Self::Inside(_) => role,
            Self::Remote(_) => Role::Query,
        }
    }
}

/// Embeds texts for the whole process.
pub struct Embedding {
    outbound: Outbound,
    patience: Duration,
    awaited: Arc<Semaphore>,
    background: Arc<Semaphore>,
    memory: Memory,
    /// Endpoints that were silent lately, and until when nobody waits for them again.
    silent: Mutex<HashMap<String, Instant>>,
    /// How long the vectors of each endpoint were last.
    lengths: Mutex<HashMap<String, usize>>,
}

impl Embedding {
    /// `patience` is how long an endpoint may be silent.
    pub fn new(outbound: Outbound, patience: Duration) -> Self {
        let (awaited, background) = (Arc::new(Semaphore::new(AT_ONCE)), Arc::new(Semaphore::new(AT_ONCE)));
        let (silent, lengths) = (Mutex::default(), Mutex::default());
        Self { outbound, patience, awaited, background, memory: Memory::default(), silent, lengths }
    }

    /// A vector of length 1 for each text.
    pub async fn embed(
        &self,
        space: &Space,
        texts: &[&str],
        role: Role,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        if let (Space::Inside(profile), Role::Query) = (space, role) {
            // A message is classified and searched with: one computation does for both.
            let messages = self.made(space, texts, Role::Message, &self.awaited).await?;
            return Ok(messages.iter().map(|it| Embedder::new(*profile).question(it)).collect());
        }
        self.made(space, texts, role, &self.awaited).await
    }

    /// The same for texts that are many and wait for nobody, such as the passages of documents. A message does not
    /// queue behind them.
    pub async fn embed_in_background(
        &self,
        space: &Space,
        texts: &[&str],
        role: Role,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.made(space, texts, role, &self.background).await
    }

    async fn made(
        &self,
        space: &Space,
        texts: &[&str],
        role: Role,
        permits: &Arc<Semaphore>,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        let role = space.role(role);
        let texts: Vec<&str> = texts.iter().map(|it| cut(it)).collect();
        let made = self.all(space, &texts, role, permits).await?;
        if are_alike(&made) {
            return Ok(made);
        }
        // The endpoint's vectors became longer or shorter: none of those before is remembered any more.
        let made = self.all(space, &texts, role, permits).await?;
        match are_alike(&made) {
            true => Ok(made),
            false => {
                Err(EmbedError::Passing("the embedding endpoint answers vectors of different lengths".into()))
            }
        }
    }

    /// As [`Self::embed`], each by the model as it is.
    async fn all(
        &self,
        space: &Space,
        texts: &[&str],
        role: Role,
        permits: &Arc<Semaphore>,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        let mut vectors: HashMap<&str, Vec<f32>> = HashMap::new();
        let mut missing: Vec<&str> = Vec::new();
        let mut seen = HashSet::new();
        for text in texts.iter().copied().filter(|it| seen.insert(*it)) {
            match self.memory.get(space.name(), role, text) {
                Some(vector) => _ = vectors.insert(text, vector),
                None => missing.push(text),
            }
        }
        let abreast = if matches!(space, Space::Inside(_)) { AT_ONCE } else { 1 };
        let batches: Vec<_> =
            missing.chunks(BATCH).map(|batch| self.batch(space, batch, role, permits)).collect();
        let made: Vec<Vec<Vec<f32>>> = stream::iter(batches).buffered(abreast).try_collect().await?;
        vectors.extend(missing.into_iter().zip(made.into_iter().flatten()));
        Ok(texts.iter().filter_map(|it| vectors.get(it).cloned()).collect())
    }

    async fn batch(
        &self,
        space: &Space,
        texts: &[&str],
        role: Role,
        permits: &Arc<Semaphore>,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        let wanted: Vec<String> = texts.iter().map(|it| (*it).to_owned()).collect();
        let made = match space {
            Space::Inside(profile) => self.inside(*profile, wanted, role, permits).await?,
            Space::Remote(remote) => self.outside(remote, &wanted).await?,
        };
        for (text, vector) in texts.iter().zip(&made) {
            self.memory.put(space.name(), role, text, vector);
        }
        Ok(made)
    }

    /// By an endpoint. One that was silent is not waited for again for a while: the jobs of one tenant's
    /// messages would hold up everybody's.
    async fn outside(&self, remote: &Remote, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let silent = || self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        if silent().get(remote.name()).is_some_and(|until| Instant::now() < *until) {
            return Err(EmbedError::Passing("the embedding endpoint was silent a moment ago".into()));
        }
        let made = remote.embed(&self.outbound, texts, self.patience).await;
        match &made {
            Err(EmbedError::Silent(_)) => silent().insert(remote.name().to_owned(), Instant::now() + REST),
            _ => silent().remove(remote.name()),
        };
        if let Some(length) = made.as_ref().ok().and_then(|it| it.first()).map(Vec::len) {
            self.note_length(remote.name(), length);
        }
        made
    }

    fn note_length(&self, name: &str, length: usize) {
        let before =
            self.lengths.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), length);
        if let Some(before) = before.filter(|it| *it != length) {
            tracing::error!(
                model = name,
                before,
                now = length,
                "the embedding endpoint answers vectors of another length: all texts are embedded anew"
            );
            self.memory.clear();
        }
    }

    /// Whether the vector of a text is at hand.
    pub fn remembers(&self, space: &Space, text: &str, role: Role) -> bool {
        self.memory.get(space.name(), space.role(role), cut(text)).is_some()
    }

    /// On a thread of its own: it computes for tens of milliseconds.
    async fn inside(
        &self,
        profile: Profile,
        texts: Vec<String>,
        role: Role,
        permits: &Arc<Semaphore>,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        let passing = |why: String| EmbedError::Passing(why);
        let permit = permits.clone().acquire_owned().await.map_err(|it| passing(it.to_string()))?;
        let computed = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            Embedder::new(profile).embed(&texts, role)
        });
        let vectors = computed.await.map_err(|it| passing(it.to_string()))?;
        freed::give_back();
        vectors.map_err(|it| EmbedError::Lasting(it.to_string()))
    }
}

fn are_alike(vectors: &[Vec<f32>]) -> bool {
    vectors.windows(2).all(|it| it[0].len() == it[1].len())
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_message_does_not_queue_behind_what_is_made_in_the_background() {
        let embedding = Embedding::new(Outbound::new("").unwrap(), Duration::from_secs(1));
        let busy = embedding.background.clone().acquire_many_owned(AT_ONCE as u32).await.unwrap();
        let awaited = embedding.embed(&Space::ENGLISH, &["Where is my parcel?"], Role::Query);
        let awaited = tokio::time::timeout(Duration::from_secs(60), awaited).await;
        assert!(awaited.is_ok(), "the message waited for the documents");
        drop(busy);
        let _busy = embedding.awaited.clone().acquire_many_owned(AT_ONCE as u32).await.unwrap();
        let passages =
            embedding.embed_in_background(&Space::ENGLISH, &["Parcels come by post."], Role::Passage);
        let passages = tokio::time::timeout(Duration::from_secs(60), passages).await;
        assert!(passages.is_ok(), "the documents waited for the messages");
    }
}
