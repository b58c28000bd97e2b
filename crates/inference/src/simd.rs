//! The arithmetic of the models, in whatever vector instructions the processor has.
//!
//! Matrices are packed once, when they are loaded, into panels as wide as two vector registers, so that a
//! product reads them front to back. Nothing here depends on how many texts are computed together: each row
//! of a product is summed in the same order, so a text's vector is the same alone or in a batch.

use pulp::{Arch, Simd, WithSimd};
use std::sync::OnceLock;

/// What this processor can do, found out once.
pub fn arch() -> Arch {
    static ARCH: OnceLock<Arch> = OnceLock::new();
    *ARCH.get_or_init(Arch::new)
}

struct Lanes;

impl WithSimd for Lanes {
    type Output = usize;
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        S::F32_LANES
    }
}

/// A matrix of weights, packed for products.
pub struct Matrix {
    inputs: usize,
    outputs: usize,
    width: usize,
    /// Panels of `inputs × width`; the first used element is aligned to 64 bytes.
    data: Vec<f32>,
    start: usize,
    bias: Vec<f32>,
}

impl Matrix {
    /// `row(i)` writes the weights of output `i`. `outputs` must be a multiple of 32, as all of the models are.
    pub fn pack(inputs: usize, bias: Vec<f32>, mut row: impl FnMut(usize, &mut [f32])) -> Self {
        let outputs = bias.len();
        let width = 2 * arch().dispatch(Lanes);
        assert!(outputs.is_multiple_of(width), "rows of {outputs} do not fill panels of {width}");
        let mut data = vec![0.0; inputs * outputs + 16];
        let start = (64 - data.as_ptr().addr() % 64) % 64 / 4;
        let mut weights = vec![0.0; inputs];
        for output in 0..outputs {
            row(output, &mut weights);
            let panel = start + output / width * width * inputs + output % width;
            for (input, weight) in weights.iter().enumerate() {
                data[panel + input * width] = *weight;
            }
        }
        Self { inputs, outputs, width, data, start, bias }
    }

    /// `out = rows × weights + bias`, rows lying one after another.
    pub fn product(&self, rows: &[f32], out: &mut [f32]) {
        assert_eq!(rows.len() / self.inputs, out.len() / self.outputs);
        arch().dispatch(Product { matrix: self, rows, out });
    }
}

struct Product<'a> {
    matrix: &'a Matrix,
    rows: &'a [f32],
    out: &'a mut [f32],
}

impl WithSimd for Product<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // As many rows at a time as leave the sums in registers: 16 of them on AVX2, else 32.
        match S::F32_LANES {
            8 => self.run::<S, 6>(simd),
            _ => self.run::<S, 8>(simd),
        }
    }
}

impl Product<'_> {
    #[inline(always)]
    fn run<S: Simd, const ROWS: usize>(self, simd: S) {
        let Self { matrix, rows, out } = self;
        let count = rows.len() / matrix.inputs;
        let whole = count / ROWS * ROWS;
        let packed = interleave::<ROWS>(&rows[..whole * matrix.inputs], matrix.inputs);
        let rest = rows[whole * matrix.inputs..].chunks_exact(matrix.inputs);
        let used = &matrix.data[matrix.start..matrix.start + matrix.inputs * matrix.outputs];
        let panels = used.chunks_exact(matrix.inputs * matrix.width);
        for (number, (panel, bias)) in panels.zip(matrix.bias.chunks_exact(matrix.width)).enumerate() {
            let (panel, _) = S::as_simd_f32s(panel).0.as_chunks::<2>();
            let (bias, _) = S::as_simd_f32s(bias).0.as_chunks::<2>();
            let mut store = |row: usize, sums: [S::f32s; 2]| {
                let at = row * matrix.outputs + number * matrix.width;
                S::as_mut_simd_f32s(&mut out[at..at + matrix.width]).0.copy_from_slice(&sums);
            };
            for (block, rows) in packed.chunks_exact(matrix.inputs).enumerate() {
                let mut sums = [bias[0]; ROWS];
                for (weights, values) in panel.iter().zip(rows) {
                    step(simd, weights, values, &mut sums);
                }
                for (row, sums) in sums.into_iter().enumerate() {
                    store(block * ROWS + row, sums);
                }
            }
            for (row, values) in rest.clone().enumerate() {
                let mut sums = [bias[0]];
                for (weights, value) in panel.iter().zip(values) {
                    step(simd, weights, &[*value], &mut sums);
                }
                store(whole + row, sums[0]);
            }
        }
    }
}

#[inline(always)]
fn step<S: Simd, const ROWS: usize>(
    simd: S,
    weights: &[S::f32s; 2],
    values: &[f32; ROWS],
    sums: &mut [[S::f32s; 2]; ROWS],
) {
    for (value, sum) in values.iter().zip(sums) {
        let value = simd.splat_f32s(*value);
        sum[0] = simd.mul_add_f32s(value, weights[0], sum[0]);
        sum[1] = simd.mul_add_f32s(value, weights[1], sum[1]);
    }
}

/// Blocks of `ROWS` rows, column by column.
fn interleave<const ROWS: usize>(rows: &[f32], inputs: usize) -> Vec<[f32; ROWS]> {
    let mut out = vec![[0.0; ROWS]; rows.len() / ROWS];
    for (block, rows) in out.chunks_exact_mut(inputs).zip(rows.chunks_exact(inputs * ROWS)) {
        for (number, row) in rows.chunks_exact(inputs).enumerate() {
            for (place, value) in block.iter_mut().zip(row) {
                place[number] = *value;
            }
        }
    }
    out
}

/// `e^x` to 2e-7 relative, for `x` of at most 0. Only sums, products and bit operations, so that loops over it
/// become vector instructions.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let x = x.max(-87.0);
    // Adding and taking away this number rounds to the nearest whole one.
    const ROUND: f32 = 12_582_912.0;
    let whole = x * std::f32::consts::LOG2_E + ROUND - ROUND;
    let rest = x - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    let mut sum = 1.987_569_1e-4;
    for factor in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_6e-1, 0.5] {
        sum = sum * rest + factor;
    }
    let value = sum * rest * rest + rest + 1.0;
    value * f32::from_bits(((whole as i32 + 127) << 23) as u32)
}

/// GELU by the error function (Abramowitz and Stegun 7.1.26, error 1.5e-7), in place.
pub fn gelu(values: &mut [f32]) {
    #[inline(always)]
    fn one(x: f32) -> f32 {
        let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
        let t = 1.0 / (1.0 + 0.327_591_1 * z);
        let mut sum = 1.061_405_4;
        for factor in [-1.453_152, 1.421_413_8, -0.284_496_74, 0.254_829_6] {
            sum = sum * t + factor;
        }
        let erf = 1.0 - sum * t * exp(-z * z);
        0.5 * x * (1.0 + erf.copysign(x))
    }
    arch().dispatch(|| {
        for value in values {
            *value = one(*value);
        }
    });
}

/// `rows = norm(rows + added)`, rows as long as `weight`.
pub fn add_and_norm(rows: &mut [f32], added: Option<&[f32]>, weight: &[f32], bias: &[f32]) {
    let size = weight.len();
    arch().dispatch(|| {
        if let Some(added) = added {
            for (value, more) in rows.iter_mut().zip(added) {
                *value += more;
            }
        }
        for row in rows.chunks_exact_mut(size) {
            let mean = sum(row, |x| x) / size as f32;
            let variance = sum(row, |x| (x - mean) * (x - mean)) / size as f32;
            let scale = 1.0 / (variance + 1e-12).sqrt();
            for ((value, weight), bias) in row.iter_mut().zip(weight).zip(bias) {
                *value = (*value - mean) * scale * weight + bias;
            }
        }
    });
}

/// A sum in sixteen lanes, in one order on every processor.
#[inline(always)]
fn sum(values: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let (chunks, rest) = values.as_chunks::<16>();
    let mut lanes = [0.0; 16];
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += of(*value);
        }
    }
    rest.iter().fold(lanes.iter().sum(), |total, value| total + of(*value))
}

/// The inner product of two vectors; the shorter one counts.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    arch().dispatch(|| dot_here(a, b))
}

/// `dot`, for loops that are dispatched already.
#[inline(always)]
pub fn dot_here(a: &[f32], b: &[f32]) -> f32 {
    let length = a.len().min(b.len());
    let (left, left_rest) = a[..length].as_chunks::<16>();
    let (right, right_rest) = b[..length].as_chunks::<16>();
    let mut lanes = [0.0; 16];
    for (left, right) in left.iter().zip(right) {
        for ((lane, left), right) in lanes.iter_mut().zip(left).zip(right) {
            *lane += left * right;
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(left, right)| left * right).sum();
    lanes.iter().sum::<f32>() + rest
}

/// Scales a vector to length 1; a vector of zeros stays one.
pub fn normalise(vector: &mut [f32]) {
    let length = dot(vector, vector).sqrt();
    if length > 1e-12 {
        for value in vector {
            *value /= length;
        }
    }
}

/// Attention of one text: `queries`, `keys`, `values` are `tokens × heads·size`; the answer goes to `out`.
pub fn attention(
    queries: &[f32],
    keys: &[f32],
    values: &[f32],
    heads: usize,
    out: &mut [f32],
    hidden: usize,
) {
    let tokens = queries.len() / hidden;
    let size = hidden / heads;
    let scale = 1.0 / (size as f32).sqrt();
    let mut columns = vec![0.0; size * tokens];
    let mut scores = vec![0.0; tokens];
    arch().dispatch(|| {
        for head in 0..heads {
            let at = head * size;
            for (token, key) in keys.chunks_exact(hidden).enumerate() {
                for (number, value) in key[at..at + size].iter().enumerate() {
                    columns[number * tokens + token] = value * scale;
                }
            }
            for (query, out) in queries.chunks_exact(hidden).zip(out.chunks_exact_mut(hidden)) {
                scores.fill(0.0);
                for (factor, column) in query[at..at + size].iter().zip(columns.chunks_exact(tokens)) {
                    for (score, value) in scores.iter_mut().zip(column) {
                        *score += factor * value;
                    }
                }
                softmax(&mut scores);
                let out = &mut out[at..at + size];
                out.fill(0.0);
                for (score, value) in scores.iter().zip(values.chunks_exact(hidden)) {
                    for (place, value) in out.iter_mut().zip(&value[at..at + size]) {
                        *place += score * value;
                    }
                }
            }
        }
    });
}

#[inline(always)]
fn softmax(scores: &mut [f32]) {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for score in scores.iter_mut() {
        *score = exp(*score - highest);
    }
    let total = 1.0 / sum(scores, |x| x);
    for score in scores {
        *score *= total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_the_textbook() {
        let (inputs, outputs) = (40, 64);
        let weight = |o: usize, i: usize| ((o * 31 + i * 17) % 23) as f32 / 23.0 - 0.5;
        let bias: Vec<f32> = (0..outputs).map(|o| o as f32 / 10.0).collect();
        let matrix = Matrix::pack(inputs, bias.clone(), |o, row| {
            row.iter_mut().enumerate().for_each(|(i, place)| *place = weight(o, i));
        });
        for count in [1, 5, 6, 8, 13, 24] {
            let rows: Vec<f32> = (0..count * inputs).map(|i| ((i * 7) % 11) as f32 - 5.0).collect();
            let mut out = vec![0.0; count * outputs];
            matrix.product(&rows, &mut out);
            for (row, out) in rows.chunks(inputs).zip(out.chunks(outputs)) {
                for (o, value) in out.iter().enumerate() {
                    let wanted: f32 =
                        bias[o] + row.iter().enumerate().map(|(i, x)| x * weight(o, i)).sum::<f32>();
                    assert!((value - wanted).abs() < 1e-3, "{value} is not {wanted}");
                }
            }
        }
    }

    #[test]
    fn exp_and_gelu_are_close() {
        for step in 0..2000 {
            let x = -(step as f32) / 25.0;
            assert!((exp(x) - x.exp()).abs() <= 4e-7 * x.exp().max(1e-30), "exp({x})");
        }
        // Values of the definition, computed with double precision.
        for (x, wanted) in
            [(-3.0, -0.004_049_7), (-1.0, -0.158_655_25), (0.0, 0.0), (0.5, 0.345_731_23), (2.0, 1.954_499_7)]
        {
            let mut value = [x];
            gelu(&mut value);
            assert!((value[0] - wanted).abs() < 1e-6, "gelu({x}) = {}", value[0]);
        }
    }
}
