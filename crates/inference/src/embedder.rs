//! Texts to vectors, by the models inside the program.

use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;

use crate::averaging::{Averaging, LENGTH as UNIVERSAL};
use crate::encoder::{Encoder, HIDDEN};
use crate::matrix::Storage;
use crate::model_file::{ModelError, ModelFile};
use crate::role::Role;
use crate::simd;
use crate::space;
use crate::unigram::Unigram;
use crate::wordpiece::WordPiece;

/// Longer texts are cut at this many tokens, some 190 English words: what the models were trained for.
const LONGEST: usize = 256;

/// Which languages the vectors must understand. It decides which models are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// English: all-MiniLM-L6-v2, and beside it, for messages, the universal sentence encoder.
    English,
    /// English and some hundred others: all-MiniLM-L6-v2 and multilingual-e5-small, with the same beside them.
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
            Profile::English => "all-minilm-l6-v2_use-multilingual-3",
            Profile::Multilingual => "all-minilm-l6-v2_multilingual-e5-small_use-multilingual-3",
        }
    }

    /// How long the vectors are.
    pub const fn dimensions(self, role: Role) -> usize {
        let found_by = match self.profile {
            Profile::English => HIDDEN,
            Profile::Multilingual => 2 * HIDDEN,
        };
        match role {
            Role::Message => found_by + UNIVERSAL,
            Role::Query | Role::Passage => found_by,
        }
    }

    /// The vector of a text as a question, from its vector as a message: its first part, without what only
    /// tells topics apart.
    pub fn question(self, message: &[f32]) -> Vec<f32> {
        let mut out = message[..message.len().min(self.dimensions(Role::Query))].to_vec();
        simd::normalise(&mut out);
        out
    }

    /// Loads the models of this profile now rather than at the first text, and says if they are missing.
    pub fn load(self) -> Result<(), ModelError> {
        minilm()?;
        universal()?;
        if self.profile == Profile::Multilingual {
            e5()?;
        }
        Ok(())
    }

    /// A vector for each text. Equal texts get equal vectors, alone or together; together is faster.
    pub fn embed(self, texts: &[&str], role: Role) -> Result<Vec<Vec<f32>>, ModelError> {
        match self.profile {
            // What the first part of a message's vector compares with.
            Profile::English if role == Role::Passage => minilm_vectors(texts),
            Profile::English => {
                let parts = minilm_vectors(texts)?.into_iter().zip(universal_vectors(texts)?);
                let message = parts.map(|(minilm, universal)| space::english(minilm, universal));
                Ok(message.map(|vector| self.for_role(vector, role)).collect())
            }
            Profile::Multilingual => {
                let parts = minilm_vectors(texts)?.into_iter().zip(e5_vectors(texts, role)?);
                let parts = parts.zip(universal_vectors(texts)?);
                let joined = parts.map(|((minilm, e5), other)| space::multilingual(minilm, e5, other, role));
                Ok(joined.map(|vector| self.for_role(vector, role)).collect())
            }
        }
    }

    fn for_role(self, vector: Vec<f32>, role: Role) -> Vec<f32> {
        if role == Role::Message { vector } else { self.question(&vector) }
    }
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
        Ok(E5 {
            tokenizer: Unigram::load(file, "e5")?,
            encoder: Encoder::load(file, "e5", 12, Storage::FourBit)?,
        })
    };
    MODEL.get_or_init(load).as_ref().map_err(Clone::clone)
}

/// Vectors of multilingual-e5-small by itself.
pub fn e5_vectors(texts: &[&str], role: Role) -> Result<Vec<Vec<f32>>, ModelError> {
    let model = e5()?;
    let prefix = match role {
        Role::Message | Role::Query => "query: ",
        Role::Passage => "passage: ",
    };
    let encode = |text: &&str| model.tokenizer.encode(&format!("{prefix}{text}"), LONGEST);
    Ok(model.encoder.embed(&texts.iter().map(encode).collect::<Vec<_>>()))
}

struct Universal {
    tokenizer: Unigram,
    encoder: Averaging,
}

fn universal() -> Result<&'static Universal, ModelError> {
    static MODEL: OnceLock<Result<Universal, ModelError>> = OnceLock::new();
    let load = || {
        let file = ModelFile::open()?;
        Ok(Universal { tokenizer: Unigram::load(file, "use")?, encoder: Averaging::load(file)? })
    };
    MODEL.get_or_init(load).as_ref().map_err(Clone::clone)
}

/// Vectors of the multilingual universal sentence encoder by itself.
pub fn universal_vectors(texts: &[&str]) -> Result<Vec<Vec<f32>>, ModelError> {
    let model = universal()?;
    // Its pieces are of composed letters; the tokenizer's rules know single characters only.
    let encode = |text: &&str| {
        let start: String = text.chars().take(LONGEST * 32).collect();
        model.tokenizer.encode(start.nfkc().collect::<String>().trim(), LONGEST)
    };
    Ok(model.encoder.embed(&texts.iter().map(encode).collect::<Vec<_>>()))
}
