//! The SentencePiece unigram tokenizer of the multilingual models: the most probable pieces of a text.
//!
//! Its quarter of a million pieces stay in the packed file, found through a hash table that is packed with
//! them: a tokenizer library would hold the same as some 30 MB of strings on the heap.

use std::borrow::Cow;

use crate::model_file::{ModelError, ModelFile};

/// Marks the start of a word.
const WORD: char = '\u{2581}';

/// The tokenizer with its pieces.
pub struct Unigram {
    offsets: Cow<'static, [u32]>,
    scores: Cow<'static, [f32]>,
    pieces: Cow<'static, [u8]>,
    table: Cow<'static, [u32]>,
    from: Cow<'static, [u32]>,
    starts: Cow<'static, [u32]>,
    to: Cow<'static, [u32]>,
    start: u32,
    end: u32,
    unknown: u32,
    unknown_score: f32,
    longest: usize,
}

impl Unigram {
    /// Loads the pieces of the model with this name.
    pub fn load(file: &ModelFile, model: &str) -> Result<Self, ModelError> {
        let words = |name: &str| file.words::<u32>(&format!("{model}/{name}"));
        let offsets = words("offsets")?;
        let scores = file.words::<f32>(&format!("{model}/scores"))?;
        let special = words("special")?;
        let table = words("table")?;
        if special.len() != 4 || offsets.len() != scores.len() + 1 || !table.len().is_power_of_two() {
            return Err(ModelError::Damaged("the pieces do not fit together".to_owned()));
        }
        Ok(Self {
            longest: offsets.windows(2).map(|pair| (pair[1] - pair[0]) as usize).max().unwrap_or(0),
            unknown_score: scores.iter().copied().fold(f32::INFINITY, f32::min) - 10.0,
            start: special[0],
            end: special[1],
            unknown: special[3],
            pieces: file.bytes(&format!("{model}/pieces"))?,
            from: words("normal.from")?,
            starts: words("normal.starts")?,
            to: words("normal.to")?,
            offsets,
            scores,
            table,
        })
    }

    /// The ids of a text, with the marks of its start and end, at most `limit` in all.
    pub fn encode(&self, text: &str, limit: usize) -> Vec<u32> {
        let mut ids = vec![self.start];
        let text = self.normal(text, limit * 32);
        self.most_probable(&text, &mut ids);
        ids.truncate(limit - 1);
        ids.push(self.end);
        ids
    }

    /// The text as the pieces are written: characters normalised, single spaces, words marked.
    fn normal(&self, text: &str, limit: usize) -> String {
        let mut out = String::from(WORD);
        let mut last = ' ';
        let mut push = |c: char, out: &mut String| {
            // The first mark stands for a space that the text may begin with.
            if c != ' ' {
                out.push(c);
            } else if last != ' ' {
                out.push(WORD);
            }
            last = c;
        };
        for c in text.chars().take(limit) {
            match self.from.binary_search(&u32::from(c)) {
                Ok(rule) => {
                    let outs = self.starts[rule] as usize..self.starts[rule + 1] as usize;
                    self.to[outs].iter().filter_map(|&c| char::from_u32(c)).for_each(|c| push(c, &mut out));
                }
                Err(_) => push(c, &mut out),
            }
        }
        out
    }

    /// Viterbi: the best way to each character, forwards, then the pieces of the way to the last, backwards.
    fn most_probable(&self, text: &str, ids: &mut Vec<u32>) {
        let mut best = vec![(f32::NEG_INFINITY, 0usize, self.unknown); text.len() + 1];
        best[0].0 = 0.0;
        for (start, c) in text.char_indices() {
            let so_far = best[start].0;
            let next = start + c.len_utf8();
            let ends = text[start..].char_indices().map(|(at, c)| start + at + c.len_utf8());
            for end in ends.take_while(|end| end - start <= self.longest) {
                if let Some(id) = self.find(&text.as_bytes()[start..end]).filter(|&id| id != self.unknown) {
                    let score = so_far + self.scores[id as usize];
                    if score > best[end].0 {
                        best[end] = (score, start, id);
                    }
                }
            }
            if so_far + self.unknown_score > best[next].0 {
                best[next] = (so_far + self.unknown_score, start, self.unknown);
            }
        }
        let first = ids.len();
        let mut end = text.len();
        while end > 0 {
            ids.push(best[end].2);
            end = best[end].1;
        }
        ids[first..].reverse();
    }

    fn find(&self, piece: &[u8]) -> Option<u32> {
        let mask = self.table.len() - 1;
        let mut at = fnv1a(piece) as usize & mask;
        loop {
            let id = self.table[at].checked_sub(1)?;
            let place = self.offsets[id as usize] as usize..self.offsets[id as usize + 1] as usize;
            if &self.pieces[place] == piece {
                return Some(id);
            }
            at = (at + 1) & mask;
        }
    }
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
