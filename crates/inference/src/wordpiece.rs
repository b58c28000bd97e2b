//! BERT's uncased tokenizer: clean, fold, split at spaces and punctuation, then the longest known pieces.

use std::borrow::Cow;
use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::model_file::{ModelError, ModelFile};

/// Words longer than this, in characters, are unknown as a whole.
const LONGEST_WORD: usize = 100;

/// The tokenizer with its vocabulary.
pub struct WordPiece {
    pieces: HashMap<Cow<'static, str>, u32>,
    unknown: u32,
    start: u32,
    end: u32,
}

impl WordPiece {
    /// Loads the vocabulary: one piece a line, its number is its line.
    pub fn load(file: &ModelFile) -> Result<Self, ModelError> {
        let damaged = |what: &str| ModelError::Damaged(format!("the vocabulary {what}"));
        let pieces: HashMap<Cow<'static, str>, u32> = match file.bytes("minilm/vocabulary")? {
            Cow::Borrowed(bytes) => {
                let text = std::str::from_utf8(bytes).map_err(|_| damaged("is not UTF-8"))?;
                text.lines().zip(0..).map(|(piece, id)| (Cow::Borrowed(piece), id)).collect()
            }
            Cow::Owned(bytes) => {
                let text = String::from_utf8(bytes).map_err(|_| damaged("is not UTF-8"))?;
                text.lines().zip(0..).map(|(piece, id)| (Cow::Owned(piece.to_owned()), id)).collect()
            }
        };
        let special = |name: &str| pieces.get(name).copied().ok_or_else(|| damaged("lacks a special piece"));
        Ok(Self { unknown: special("[UNK]")?, start: special("[CLS]")?, end: special("[SEP]")?, pieces })
    }

    /// The ids of a text, with the marks of its start and end, at most `limit` in all.
    pub fn encode(&self, text: &str, limit: usize) -> Vec<u32> {
        let mut ids = vec![self.start];
        let mut word = String::new();
        // Folding makes few characters of one: what lies far beyond the limit need not be folded.
        for c in text.chars().take(limit * 64).filter(|&c| !is_dropped(c)).flat_map(fold) {
            if ids.len() >= limit {
                break;
            }
            if c.is_whitespace() {
                self.flush(&mut word, &mut ids);
            } else if is_punctuation(c) || is_ideograph(c) {
                self.flush(&mut word, &mut ids);
                word.push(c);
                self.flush(&mut word, &mut ids);
            } else {
                word.push(c);
            }
        }
        self.flush(&mut word, &mut ids);
        ids.truncate(limit - 1);
        ids.push(self.end);
        ids
    }

    fn flush(&self, word: &mut String, ids: &mut Vec<u32>) {
        if !word.is_empty() {
            let known = ids.len();
            if word.chars().count() > LONGEST_WORD || !self.split(word, ids) {
                ids.truncate(known);
                ids.push(self.unknown);
            }
            word.clear();
        }
    }

    fn split(&self, word: &str, ids: &mut Vec<u32>) -> bool {
        let mut start = 0;
        let mut key = String::new();
        while start < word.len() {
            let ends = word[start..].char_indices().map(|(at, c)| start + at + c.len_utf8()).rev();
            let found = ends.into_iter().find_map(|end| {
                key.clear();
                if start > 0 {
                    key.push_str("##");
                }
                key.push_str(&word[start..end]);
                self.pieces.get(key.as_str()).map(|id| (end, *id))
            });
            let Some((end, id)) = found else { return false };
            ids.push(id);
            start = end;
        }
        true
    }
}

fn is_dropped(c: char) -> bool {
    matches!(c, '\0' | '\u{fffd}') || (is_control(c) && !c.is_whitespace())
}

fn is_control(c: char) -> bool {
    !matches!(c, '\t' | '\n' | '\r') && c.general_category_group() == GeneralCategoryGroup::Other
}

/// Lower case without accents.
fn fold(c: char) -> impl Iterator<Item = char> {
    std::iter::once(c)
        .nfd()
        .filter(|c| c.general_category() != GeneralCategory::NonspacingMark)
        .flat_map(char::to_lowercase)
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() || c.general_category_group() == GeneralCategoryGroup::Punctuation
}

fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c),
        0x4E00..=0x9FFF | 0x3400..=0x4DBF | 0x20000..=0x2A6DF | 0x2A700..=0x2B73F | 0x2B740..=0x2B81F
        | 0x2B820..=0x2CEAF | 0xF900..=0xFAFF | 0x2F800..=0x2FA1F)
}
