//! Texts to vectors, by the models inside the program.

use std::sync::OnceLock;

use crate::encoder::{Encoder, HIDDEN, Storage};
use crate::model_file::{ModelError, ModelFile};
use crate::unigram::Unigram;
use crate::wordpiece::WordPiece;

/// Longer texts are cut at this many tokens, some 190 English words: what the models were trained for.
const LONGEST: usize = 256;

/// What a text is for. The multilingual model tells the two apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// A message, a question, a topic.
    Query,
    /// A passage of a document, to be found.
    Passage,
}

/// Which languages the vectors must understand. It decides which models are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// English: all-MiniLM-L6-v2, 384 dimensions.
    English,
    /// English and some hundred others: all-MiniLM-L6-v2 beside multilingual-e5-small, 768 dimensions.
    Multilingual,
}

/// Turns texts into vectors of length 1. Cheap to make: models load when a text first needs them, once in the
/// program, and stay. Calls compute on the calling thread, any number at the same time.
#[derive(Debug, Clone, Copy)]
pub struct Embedder {
    profile: Profile,
}

impl Embedder {
    /// An embedder for these languages.
    pub const fn new(profile: Profile) -> Self {
        Self { profile }
    }

    /// Names what made a vector. Vectors of different names must not be compared.
    pub const fn model_name(self) -> &'static str {
        match self.profile {
            Profile::English => "all-minilm-l6-v2",
            Profile::Multilingual => "all-minilm-l6-v2+multilingual-e5-small",
        }
    }

    /// How long the vectors are.
    pub const fn dimensions(self) -> usize {
        match self.profile {
            Profile::English => HIDDEN,
            Profile::Multilingual => 2 * HIDDEN,
        }
    }

    /// Loads the models of this profile now rather than at the first text, and says if they are missing.
    pub fn load(self) -> Result<(), ModelError> {
        minilm()?;
        if self.profile == Profile::Multilingual {
            e5()?;
        }
        Ok(())
    }

    /// A vector for each text. Equal texts get equal vectors, alone or together; together is faster.
    pub fn embed(self, texts: &[&str], role: Role) -> Result<Vec<Vec<f32>>, ModelError> {
        match self.profile {
            Profile::English => minilm_vectors(texts),
            Profile::Multilingual => both(texts, role),
        }
    }
}

/// How much of a vector's length is e5's: a cosine is `OTHER²` e5's and the rest MiniLM's.
const OTHER: f32 = 0.8;

/// MiniLM is the better judge of English, e5 knows the other languages. Both halves always count, by the same
/// share: telling the language first would be wrong for many short texts, and then the two would not compare.
fn both(texts: &[&str], role: Role) -> Result<Vec<Vec<f32>>, ModelError> {
    let share = (1.0 - OTHER * OTHER).sqrt();
    let join = |(mut vector, mut other): (Vec<f32>, Vec<f32>)| {
        centre(&mut other, role);
        vector.iter_mut().for_each(|value| *value *= share);
        vector.extend(other.into_iter().map(|value| value * OTHER));
        vector
    };
    Ok(minilm_vectors(texts)?.into_iter().zip(e5_vectors(texts, role)?).map(join).collect())
}

/// All vectors of e5 point much the same way: nothing is below a cosine of 0.7. Without their mean they spread.
/// The mean is that of 1,800 questions in five languages, as queries and as passages.
fn centre(vector: &mut [f32], role: Role) {
    static MEANS: &[u8] = include_bytes!("e5-means.f32");
    let (query, passage) = MEANS.split_at(MEANS.len() / 2);
    let mean = if role == Role::Query { query } else { passage };
    for (value, mean) in vector.iter_mut().zip(mean.as_chunks::<4>().0) {
        *value -= f32::from_le_bytes(*mean);
    }
    crate::simd::normalise(vector);
}

struct MiniLm {
    tokenizer: WordPiece,
    encoder: Encoder,
}

fn minilm() -> Result<&'static MiniLm, ModelError> {
    static MODEL: OnceLock<Result<MiniLm, ModelError>> = OnceLock::new();
    let load = || {
        let file = ModelFile::open()?;
        Ok(MiniLm {
            tokenizer: WordPiece::load(file)?,
            encoder: Encoder::load(file, "minilm", 6, Storage::Half)?,
        })
    };
    MODEL.get_or_init(load).as_ref().map_err(Clone::clone)
}

/// Vectors of all-MiniLM-L6-v2 by itself.
pub fn minilm_vectors(texts: &[&str]) -> Result<Vec<Vec<f32>>, ModelError> {
    let model = minilm()?;
    let tokens: Vec<_> = texts.iter().map(|text| model.tokenizer.encode(text, LONGEST)).collect();
    Ok(model.encoder.embed(&tokens))
}

struct E5 {
    tokenizer: Unigram,
    encoder: Encoder,
}

fn e5() -> Result<&'static E5, ModelError> {
    static MODEL: OnceLock<Result<E5, ModelError>> = OnceLock::new();
    let load = || {
        let file = ModelFile::open()?;
        Ok(E5 { tokenizer: Unigram::load(file)?, encoder: Encoder::load(file, "e5", 12, Storage::FourBit)? })
    };
    MODEL.get_or_init(load).as_ref().map_err(Clone::clone)
}

/// Vectors of multilingual-e5-small by itself.
pub fn e5_vectors(texts: &[&str], role: Role) -> Result<Vec<Vec<f32>>, ModelError> {
    let model = e5()?;
    let prefix = match role {
        Role::Query => "query: ",
        Role::Passage => "passage: ",
    };
    let encode = |text: &&str| model.tokenizer.encode(&format!("{prefix}{text}"), LONGEST);
    Ok(model.encoder.embed(&texts.iter().map(encode).collect::<Vec<_>>()))
}
