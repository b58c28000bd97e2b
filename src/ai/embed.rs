//! Texts to vectors: by the model inside the program, or by an endpoint that the tenant names
//! (`POST …/embeddings`, as OpenAI and its like speak it). Vectors of two models are never compared; each
//! is kept under the name of what made it.

mod memory;
mod remote;

use std::sync::Arc;

use answerpal_inference::{Embedder, Profile};
use tokio::sync::Semaphore;

pub use answerpal_inference::Role;
pub use memory::Memory;
pub use remote::Remote;

use crate::outbound::Outbound;

/// Texts that one computation takes at once.
const BATCH: usize = 16;
/// Computations of one process at a time.
const AT_ONCE: usize = 2;
/// Longer texts are cut before they are embedded: no model here reads on.
const LONGEST: usize = 8000;

/// Why there are no vectors.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EmbedError {
    /// It may work later.
    #[error("{0}")]
    Passing(String),
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
}

/// Embeds texts for the whole process.
pub struct Embedding {
    outbound: Outbound,
    permits: Arc<Semaphore>,
    memory: Memory,
}

impl Embedding {
    pub fn new(outbound: Outbound) -> Self {
        Self { outbound, permits: Arc::new(Semaphore::new(AT_ONCE)), memory: Memory::default() }
    }

    /// A vector of length 1 for each text.
    pub async fn embed(
        &self,
        space: &Space,
        texts: &[&str],
        role: Role,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        let texts: Vec<&str> = texts.iter().map(|it| cut(it)).collect();
        let mut vectors: Vec<Option<Vec<f32>>> =
            texts.iter().map(|it| self.memory.get(space.name(), role, it)).collect();
        let missing: Vec<usize> = (0..texts.len()).filter(|it| vectors[*it].is_none()).collect();
        for batch in missing.chunks(BATCH) {
            let wanted: Vec<String> = batch.iter().map(|it| texts[*it].to_owned()).collect();
            let made = match space {
                Space::Inside(profile) => self.inside(*profile, wanted, role).await?,
                Space::Remote(remote) => remote.embed(&self.outbound, &wanted).await?,
            };
            for (place, vector) in batch.iter().zip(made) {
                self.memory.put(space.name(), role, texts[*place], &vector);
                vectors[*place] = Some(vector);
            }
        }
        Ok(vectors.into_iter().flatten().collect())
    }

    /// On a thread of its own: it computes for tens of milliseconds.
    async fn inside(
        &self,
        profile: Profile,
        texts: Vec<String>,
        role: Role,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        let passing = |why: String| EmbedError::Passing(why);
        let permit = self.permits.clone().acquire_owned().await.map_err(|it| passing(it.to_string()))?;
        let computed = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            Embedder::new(profile).embed(&texts, role)
        });
        let vectors = computed.await.map_err(|it| passing(it.to_string()))?;
        vectors.map_err(|it| EmbedError::Lasting(it.to_string()))
    }
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}
