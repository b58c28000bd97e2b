//! The forward pass of the multilingual universal sentence encoder: words and their neighbours by small
//! convolutions, their average through a short deep network. A text costs a twentieth of what it costs the
//! transformers.

use std::borrow::Cow;

use crate::matrix::{Matrix, Storage};
use crate::model_file::{ModelError, ModelFile};
use crate::simd;
use crate::table::Table;

/// Length of a vector.
pub const LENGTH: usize = 512;
/// Width of a convolution.
const WIDTH: usize = 256;
/// What is known of a token before the average: its word, and it among two, three and five.
const FEATURES: usize = LENGTH + 3 * WIDTH;
/// Tokens that a convolution looks at, and how many of them lie before the one it is for.
const ORDERS: [(usize, usize); 3] = [(2, 0), (3, 1), (5, 2)];
/// Tokens that are computed together.
const BATCH_TOKENS: usize = 1024;
/// Bytes of 32 weights: their least, then how far above it they are, as nibbles of 0–15 and 16–31.
const BLOCK: usize = 17;
const ROW_BYTES: usize = LENGTH / 32 * BLOCK;
/// Word `n` is counted in the steps of group `n % GROUPS`.
const GROUPS: usize = 17;

/// The loaded encoder: all of it as and where it is stored.
pub struct Averaging {
    words: Table,
    /// The weights that do not fit: place in the table, and the weight in the lowest six bits; sorted.
    odd: Cow<'static, [u32]>,
    least: Cow<'static, [f32]>,
    step: Cow<'static, [f32]>,
    spread: Matrix,
    spread_norm: [Cow<'static, [f32]>; 2],
    among: Vec<[Matrix; 2]>,
    norm: [Cow<'static, [f32]>; 2],
    join: Matrix,
    deep: Vec<Matrix>,
}

impl Averaging {
    /// Loads the sections of the encoder.
    pub fn load(file: &'static ModelFile) -> Result<Self, ModelError> {
        let floats = |name: &str, length: usize| {
            let values = file.words::<f32>(&format!("use/{name}"))?;
            check(values.len() == length, name).map(|()| values)
        };
        let matrix = |name: &str, inputs: usize, bias: Cow<'static, [f32]>| {
            let weights = file.bytes(&format!("use/{name}.w"))?;
            Matrix::new(Storage::Half, inputs, weights, bias).ok_or_else(|| wrong_size(name))
        };
        let convolution = |order: usize, layer: usize| {
            let name = format!("{order}.{layer}");
            matrix(&name, order * WIDTH, floats(&format!("{name}.b"), WIDTH)?)
        };
        let deep =
            [("a", 512, 320), ("b.past", 512, 320), ("b", 320, 320), ("c", 320, 512), ("d.past", 320, 512)];
        let deep = deep.into_iter().chain([("d", 512, 512)]);
        Ok(Self {
            words: file.table("use/words", ROW_BYTES)?,
            odd: file.words("use/words.odd")?,
            least: floats("words.least", GROUPS)?,
            step: floats("words.step", GROUPS)?,
            spread: matrix("in", LENGTH, floats("in.b", 3 * WIDTH)?)?,
            spread_norm: [floats("in.norm.w", 3 * WIDTH)?, floats("in.norm.b", 3 * WIDTH)?],
            among: ORDERS
                .iter()
                .map(|(order, _)| Ok([convolution(*order, 1)?, convolution(*order, 2)?]))
                .collect::<Result<_, ModelError>>()?,
            norm: [floats("norm.w", FEATURES)?, floats("norm.b", FEATURES)?],
            join: matrix("out", FEATURES, floats("out.b", LENGTH)?)?,
            deep: deep
                .map(|(name, inputs, outputs)| {
                    matrix(&format!("deep.{name}"), inputs, vec![0.0; outputs].into())
                })
                .collect::<Result<_, _>>()?,
        })
    }

    /// One vector of length 1 for each text, given as token ids that the tokenizer has bounded.
    pub fn embed(&self, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
        let mut out = Vec::with_capacity(texts.len());
        let mut rest = texts;
        while !rest.is_empty() {
            let mut tokens = 0;
            let fit = rest.iter().take_while(|text| {
                tokens += text.len();
                tokens <= BATCH_TOKENS
            });
            let (batch, others) = rest.split_at(fit.count().max(1));
            rest = others;
            self.embed_batch(batch, &mut out);
        }
        out
    }

    fn embed_batch(&self, texts: &[Vec<u32>], out: &mut Vec<Vec<f32>>) {
        let tokens: usize = texts.iter().map(Vec::len).sum();
        let mut words = vec![0.0; tokens * LENGTH];
        let mut room = Vec::new();
        for (token, row) in texts.iter().flatten().zip(words.chunks_exact_mut(LENGTH)) {
            self.look_up(*token as usize, row, &mut room);
        }
        let mut spread = vec![0.0; tokens * 3 * WIDTH];
        self.spread.product(&words, &mut spread);
        let [weight, bias] = &self.spread_norm;
        simd::add_and_norm(&mut spread, None, weight, bias);
        let mut features = vec![0.0; tokens * FEATURES];
        put(&mut features, 0, &words, LENGTH);
        for (number, (layers, (order, before))) in self.among.iter().zip(ORDERS).enumerate() {
            let mut own = vec![0.0; tokens * WIDTH];
            for (own, all) in own.chunks_exact_mut(WIDTH).zip(spread.chunks_exact(3 * WIDTH)) {
                own.copy_from_slice(&all[number * WIDTH..][..WIDTH]);
            }
            for layer in layers {
                let mut seen = vec![0.0; own.len()];
                layer.product(&neighbours(&own, texts, order, before), &mut seen);
                own.iter_mut().zip(seen).for_each(|(own, seen)| *own += seen.max(0.0));
            }
            put(&mut features, LENGTH + number * WIDTH, &own, WIDTH);
        }
        simd::add_and_norm(&mut features, None, &self.norm[0], &self.norm[1]);
        let mut rest = &features[..];
        for text in texts {
            let (mine, others) = rest.split_at(text.len() * FEATURES);
            rest = others;
            out.push(self.deepen(mine));
        }
    }

    /// The average of a text's tokens, through the deep network.
    fn deepen(&self, tokens: &[f32]) -> Vec<f32> {
        let count = (tokens.len() / FEATURES) as f32;
        let mut sum = vec![0.0; FEATURES];
        for row in tokens.chunks_exact(FEATURES) {
            sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / count);
        }
        let run = |matrix: &Matrix, from: &[f32], length: usize| {
            let mut out = vec![0.0; length];
            matrix.product(from, &mut out);
            out
        };
        let add = |mut a: Vec<f32>, b: Vec<f32>| {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
            a
        };
        let positive = |mut a: Vec<f32>| {
            a.iter_mut().for_each(|a| *a = a.max(0.0));
            a
        };
        let [a, b_past, b, c, d_past, d] = &self.deep[..] else { return vec![0.0; LENGTH] };
        let mut joined = run(&self.join, &sum, LENGTH);
        // The sum over the tokens counts, by the root of how many they are.
        joined.iter_mut().for_each(|value| *value *= count.sqrt());
        let first = positive(run(a, &joined, 320));
        let second = positive(add(run(b_past, &joined, 320), run(b, &first, 320)));
        let third = positive(run(c, &second, 512));
        let mut out = add(run(d_past, &second, LENGTH), run(d, &third, LENGTH));
        out.iter_mut().for_each(|value| *value = value.tanh());
        simd::normalise(&mut out);
        out
    }

    fn look_up(&self, word: usize, row: &mut [f32], room: &mut Vec<u8>) {
        let (least, step) = (self.least[word % GROUPS], self.step[word % GROUPS]);
        let bytes = self.words.row(word, room);
        for (block, out) in bytes.chunks_exact(BLOCK).zip(row.chunks_exact_mut(32)) {
            let value = |nibble: u8| least + step * f32::from(block[0] + nibble);
            let (low, high) = out.split_at_mut(16);
            for ((nibbles, low), high) in block[1..].iter().zip(low).zip(high) {
                *low = value(nibbles & 15);
                *high = value(nibbles >> 4);
            }
        }
        let place = |odd: u32| odd as usize >> 6;
        let first = self.odd.partition_point(|odd| place(*odd) < word * LENGTH);
        for odd in self.odd[first..].iter().take_while(|odd| place(**odd) < (word + 1) * LENGTH) {
            row[place(*odd) - word * LENGTH] = least + step * (odd & 63) as f32;
        }
    }
}

fn check(fits: bool, name: &str) -> Result<(), ModelError> {
    if fits { Ok(()) } else { Err(wrong_size(name)) }
}

fn wrong_size(name: &str) -> ModelError {
    ModelError::Damaged(format!("use/{name} has the wrong size"))
}

/// Puts rows into columns from `at` on.
fn put(features: &mut [f32], at: usize, rows: &[f32], width: usize) {
    for (to, from) in features.chunks_exact_mut(FEATURES).zip(rows.chunks_exact(width)) {
        to[at..at + width].copy_from_slice(from);
    }
}

/// Each row beside those around it; nothing where the text has begun or ended.
fn neighbours(rows: &[f32], texts: &[Vec<u32>], order: usize, before: usize) -> Vec<f32> {
    let mut out = vec![0.0; rows.len() * order];
    let mut start = 0;
    for text in texts {
        let own = start..start + text.len();
        for token in own.clone() {
            for place in 0..order {
                let Some(other) = (token + place).checked_sub(before).filter(|other| own.contains(other))
                else {
                    continue;
                };
                out[(token * order + place) * WIDTH..][..WIDTH]
                    .copy_from_slice(&rows[other * WIDTH..][..WIDTH]);
            }
        }
        start = own.end;
    }
    out
}
