//! The arithmetic of the models beside their matrices, in whatever vector instructions the processor has.

use pulp::{Arch, Simd, WithSimd};
use std::sync::OnceLock;

/// What this processor can do, found out once.
pub fn arch() -> Arch {
    static ARCH: OnceLock<Arch> = OnceLock::new();
    *ARCH.get_or_init(Arch::new)
}

/// Runs a loop in those vector instructions. A closure must be `#[inline(always)]`: one that is called is
/// compiled for any processor.
pub fn wide<R>(run: impl FnMut() -> R) -> R {
    struct Wide<F>(F);
    impl<R, F: FnMut() -> R> WithSimd for Wide<F> {
        type Output = R;
        // By `FnMut`: a closure's `call_once` is a function of its own, which is not always inlined.
        #[inline(always)]
        fn with_simd<S: Simd>(mut self, _: S) -> R {
            (self.0)()
        }
    }
    arch().dispatch(Wide(run))
}

/// `e^x` to 2e-7 relative, for `x` of at most 0. Only sums, products and bit operations, so that loops over it
/// become vector instructions.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let x = if x > -87.0 { x } else { -87.0 };
    // Adding this number leaves the nearest whole one in the lowest bits, and taking it away that number itself.
    const ROUND: f32 = 12_582_912.0;
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let whole = rounded - ROUND;
    let rest = x - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    let mut sum = 1.987_569_1e-4;
    for factor in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_6e-1, 0.5] {
        sum = sum * rest + factor;
    }
    let value = sum * rest * rest + rest + 1.0;
    value * f32::from_bits((rounded.to_bits() << 23).wrapping_add(127 << 23))
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
    wide(
        #[inline(always)]
        || {
            for value in values.iter_mut() {
                *value = one(*value);
            }
        },
    );
}

/// `rows = norm(rows + added)`, rows as long as `weight`.
pub fn add_and_norm(rows: &mut [f32], added: Option<&[f32]>, weight: &[f32], bias: &[f32]) {
    let size = weight.len();
    wide(
        #[inline(always)]
        || {
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
        },
    );
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
    wide(
        #[inline(always)]
        || dot_here(a, b),
    )
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

/// Adds to `out` the inner product of each row with a vector, as `dot_here` computes it. Four rows at a time: one
/// sum alone would wait for each of its additions.
#[inline(always)]
pub fn add_products_here(rows: &[f32], vector: &[f32], out: &mut [f32]) {
    const ROWS: usize = 4;
    let size = vector.len();
    let (chunks, rest) = vector.as_chunks::<16>();
    let mut four = rows.chunks_exact(ROWS * size);
    let mut places = out.chunks_exact_mut(ROWS);
    for (rows, places) in (&mut four).zip(&mut places) {
        let mut lanes = [[0.0; 16]; ROWS];
        for (number, chunk) in chunks.iter().enumerate() {
            for row in 0..ROWS {
                let own = &rows[row * size + number * 16..][..16];
                for lane in 0..16 {
                    lanes[row][lane] += own[lane] * chunk[lane];
                }
            }
        }
        for row in 0..ROWS {
            let own = &rows[row * size + chunks.len() * 16..][..rest.len()];
            let rest: f32 = own.iter().zip(rest).map(|(left, right)| left * right).sum();
            places[row] += lanes[row].iter().sum::<f32>() + rest;
        }
    }
    let left = four.remainder().chunks_exact(size.max(1));
    for (row, place) in left.zip(places.into_remainder()) {
        *place += dot_here(row, vector);
    }
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

/// Length of the part of a vector that one head attends by.
const HEAD: usize = 32;
const LANES: usize = 16;

/// Attention of one text: `queries`, `keys`, `values` are `tokens × hidden`; the answer goes to `out`. A head has 32
/// of the `hidden` numbers.
pub fn attention(queries: &[f32], keys: &[f32], values: &[f32], out: &mut [f32], hidden: usize) {
    let tokens = queries.len() / hidden;
    let scale = 1.0 / (HEAD as f32).sqrt();
    // Sixteen keys beside each other, number by number, with zeros for those that are missing.
    let mut columns = vec![[[0.0; LANES]; HEAD]; tokens.div_ceil(LANES)];
    let mut scores = vec![[0.0; LANES]; columns.len()];
    wide(
        #[inline(always)]
        || {
            for at in (0..hidden).step_by(HEAD) {
                let head = at..at + HEAD;
                for (token, key) in keys.chunks_exact(hidden).enumerate() {
                    let columns = &mut columns[token / LANES];
                    for (column, value) in columns.iter_mut().zip(&key[head.clone()]) {
                        column[token % LANES] = value * scale;
                    }
                }
                for (query, out) in queries.chunks_exact(hidden).zip(out.chunks_exact_mut(hidden)) {
                    for (scores, columns) in scores.iter_mut().zip(&columns) {
                        *scores = add_scaled([0.0; LANES], columns, &query[head.clone()]);
                    }
                    let scores = &mut scores.as_flattened_mut()[..tokens];
                    softmax(scores);
                    let mut sums = [[0.0; LANES]; HEAD / LANES];
                    for (score, value) in scores.iter().zip(values.chunks_exact(hidden)) {
                        for (sums, value) in sums.iter_mut().zip(value[head.clone()].as_chunks().0) {
                            *sums = add_scaled(*sums, &[*value], &[*score]);
                        }
                    }
                    out[head.clone()].copy_from_slice(sums.as_flattened());
                }
            }
        },
    );
}

/// Adds each row times its factor.
#[inline(always)]
fn add_scaled(mut sums: [f32; LANES], rows: &[[f32; LANES]], factors: &[f32]) -> [f32; LANES] {
    for (row, factor) in rows.iter().zip(factors) {
        for lane in 0..LANES {
            sums[lane] += factor * row[lane];
        }
    }
    sums
}

#[inline(always)]
fn softmax(scores: &mut [f32]) {
    let (chunks, rest) = scores.as_chunks::<LANES>();
    let mut lanes = [f32::NEG_INFINITY; LANES];
    for chunk in chunks {
        for (lane, score) in lanes.iter_mut().zip(chunk) {
            *lane = if *score > *lane { *score } else { *lane };
        }
    }
    let highest = lanes.iter().chain(rest).copied().fold(f32::NEG_INFINITY, f32::max);
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
