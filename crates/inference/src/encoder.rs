//! The forward pass of a BERT encoder with mean pooling: both models have this shape.

use std::borrow::Cow;

use crate::matrix::{Matrix, Storage};
use crate::model_file::{ModelError, ModelFile};
use crate::simd;
use crate::table::Table;

/// Length of a vector.
pub const HIDDEN: usize = 384;
const INNER: usize = 1536;
/// Tokens that are computed together; bounds the memory of a batch to some 15 MB.
const BATCH_TOKENS: usize = 1024;

struct Norm {
    weight: Cow<'static, [f32]>,
    bias: Cow<'static, [f32]>,
}

struct Layer {
    query: Matrix,
    key: Matrix,
    value: Matrix,
    output: Matrix,
    up: Matrix,
    down: Matrix,
    attention_norm: Norm,
    norm: Norm,
}

/// A loaded encoder: all of it as and where it is stored.
pub struct Encoder {
    storage: Storage,
    words: Table,
    positions: Cow<'static, [f32]>,
    kind: Cow<'static, [f32]>,
    norm: Norm,
    layers: Vec<Layer>,
}

impl Encoder {
    /// Loads the sections that begin with `name`.
    pub fn load(
        file: &'static ModelFile,
        name: &str,
        layers: usize,
        storage: Storage,
    ) -> Result<Self, ModelError> {
        let norm = |part: &str| -> Result<Norm, ModelError> {
            Ok(Norm {
                weight: floats(file, &format!("{name}/{part}.w"), HIDDEN)?,
                bias: floats(file, &format!("{name}/{part}.b"), HIDDEN)?,
            })
        };
        let matrix = |part: &str, inputs: usize, outputs: usize| -> Result<Matrix, ModelError> {
            let weights = file.bytes(&format!("{name}/{part}.w"))?;
            let bias = floats(file, &format!("{name}/{part}.b"), outputs)?;
            Matrix::new(storage, inputs, weights, bias)
                .ok_or_else(|| ModelError::Damaged(format!("{name}/{part}.w has the wrong size")))
        };
        let layer = |number: usize| -> Result<Layer, ModelError> {
            Ok(Layer {
                query: matrix(&format!("{number}.q"), HIDDEN, HIDDEN)?,
                key: matrix(&format!("{number}.k"), HIDDEN, HIDDEN)?,
                value: matrix(&format!("{number}.v"), HIDDEN, HIDDEN)?,
                output: matrix(&format!("{number}.o"), HIDDEN, HIDDEN)?,
                up: matrix(&format!("{number}.up"), HIDDEN, INNER)?,
                down: matrix(&format!("{number}.down"), INNER, HIDDEN)?,
                attention_norm: norm(&format!("{number}.norm1"))?,
                norm: norm(&format!("{number}.norm2"))?,
            })
        };
        Ok(Self {
            storage,
            words: file.table(&format!("{name}/words"), storage.bytes(HIDDEN))?,
            positions: file.words(&format!("{name}/positions"))?,
            kind: floats(file, &format!("{name}/type"), HIDDEN)?,
            norm: norm("norm")?,
            layers: (0..layers).map(layer).collect::<Result<_, _>>()?,
        })
    }

    /// One vector of length 1 for each text, given as token ids that the tokenizer has bounded.
    pub fn embed(&self, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
        let mut order: Vec<usize> = (0..texts.len()).collect();
        // Neighbours of like length fill batches evenly.
        order.sort_by_key(|&text| texts[text].len());
        let mut out = vec![Vec::new(); texts.len()];
        let mut batch = Vec::new();
        let mut tokens = 0;
        for text in order {
            if tokens + texts[text].len() > BATCH_TOKENS && !batch.is_empty() {
                self.embed_batch(texts, &batch, &mut out);
                batch.clear();
                tokens = 0;
            }
            tokens += texts[text].len();
            batch.push(text);
        }
        self.embed_batch(texts, &batch, &mut out);
        out
    }

    fn embed_batch(&self, texts: &[Vec<u32>], batch: &[usize], out: &mut [Vec<f32>]) {
        let lengths: Vec<usize> = batch.iter().map(|&text| texts[text].len()).collect();
        let mut rows = Vec::with_capacity(lengths.iter().sum::<usize>() * HIDDEN);
        for &text in batch {
            self.look_up(&texts[text], &mut rows);
        }
        simd::add_and_norm(&mut rows, None, &self.norm.weight, &self.norm.bias);
        let mut space = Space::new(rows.len());
        for layer in &self.layers {
            layer.run(&mut rows, &lengths, &mut space);
        }
        let mut rest = &rows[..];
        for (&text, length) in batch.iter().zip(&lengths) {
            let (mine, others) = rest.split_at(length * HIDDEN);
            rest = others;
            out[text] = mean(mine);
        }
    }

    fn look_up(&self, tokens: &[u32], rows: &mut Vec<f32>) {
        let mut room = Vec::new();
        for (token, position) in tokens.iter().zip(self.positions.chunks_exact(HIDDEN)) {
            let at = rows.len();
            rows.resize(at + HIDDEN, 0.0);
            let row = &mut rows[at..];
            self.storage.read(self.words.row(*token as usize, &mut room), row);
            for ((value, position), kind) in row.iter_mut().zip(position).zip(&*self.kind) {
                *value += position + kind;
            }
        }
    }
}

fn floats(file: &ModelFile, name: &str, length: usize) -> Result<Cow<'static, [f32]>, ModelError> {
    let values = file.words(name)?;
    if values.len() == length {
        Ok(values)
    } else {
        Err(ModelError::Damaged(format!("{name} has {} numbers, not {length}", values.len())))
    }
}

/// Room for what a layer computes, used again by the next one.
struct Space {
    query: Vec<f32>,
    key: Vec<f32>,
    value: Vec<f32>,
    context: Vec<f32>,
    inner: Vec<f32>,
}

impl Space {
    fn new(size: usize) -> Self {
        let room = || vec![0.0; size];
        Self {
            query: room(),
            key: room(),
            value: room(),
            context: room(),
            inner: vec![0.0; size / HIDDEN * INNER],
        }
    }
}

impl Layer {
    fn run(&self, rows: &mut [f32], lengths: &[usize], space: &mut Space) {
        self.query.product(rows, &mut space.query);
        self.key.product(rows, &mut space.key);
        self.value.product(rows, &mut space.value);
        let mut at = 0;
        for length in lengths {
            let mine = at..at + length * HIDDEN;
            at = mine.end;
            simd::attention(
                &space.query[mine.clone()],
                &space.key[mine.clone()],
                &space.value[mine.clone()],
                &mut space.context[mine],
                HIDDEN,
            );
        }
        // The queries are done with: their room takes what is added to the rows.
        self.output.product(&space.context, &mut space.query);
        simd::add_and_norm(rows, Some(&space.query), &self.attention_norm.weight, &self.attention_norm.bias);
        self.up.product(rows, &mut space.inner);
        simd::gelu(&mut space.inner);
        self.down.product(&space.inner, &mut space.query);
        simd::add_and_norm(rows, Some(&space.query), &self.norm.weight, &self.norm.bias);
    }
}

fn mean(rows: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; HIDDEN];
    for row in rows.chunks_exact(HIDDEN) {
        for (place, value) in out.iter_mut().zip(row) {
            *place += value;
        }
    }
    simd::normalise(&mut out);
    out
}
