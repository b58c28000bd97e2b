//! Softmax regression over a vector and the parts of a text, by AdaGrad.

use super::features::BUCKETS;
use crate::simd;

/// A text as the regression sees it.
pub struct Sample<'a> {
    pub vector: &'a [f32],
    pub parts: &'a [(u32, f32)],
    /// The classes that are right, each with its share; the shares sum up to 1.
    pub target: Vec<(usize, f32)>,
    /// How much it counts.
    pub weight: f32,
}

/// The first step's size; AdaGrad makes later ones smaller.
const STEP: f32 = 0.5;
/// Slopes below this one are not worth a step.
const LEAST: f32 = 1e-3;
/// How much parts count beside the vector.
const PARTS: f32 = 0.5;

/// Of a bucket that has no row.
const NO_ROW: u32 = u32::MAX;
/// Rows that there is room for beside what is asked for, where some were asked for before: what is in use has to move
/// for more.
const SPARE: usize = 256;

/// The weights.
#[derive(Debug, Clone)]
pub struct Linear {
    classes: usize,
    dimensions: usize,
    /// `classes × dimensions`.
    dense: Vec<f32>,
    dense_seen: Vec<f32>,
    /// A row of `classes` for each bucket that was learned from: examples of a few hundred texts leave half of the
    /// buckets out. In one piece, which goes back to the system whole.
    sparse: Vec<f32>,
    /// Which row is a bucket's, by bucket; empty before there are any.
    rows: Vec<u32>,
    sparse_seen: Vec<f32>,
    bias: Vec<f32>,
    bias_seen: Vec<f32>,
    decay: f32,
}

impl Linear {
    /// Weights that make a class as likely as its start vector is near, `scale` times the inner product.
    /// `decay` pulls weights towards zero with every step.
    pub fn new(starts: &[Vec<f32>], dimensions: usize, scale: f32, decay: f32) -> Self {
        let classes = starts.len();
        let mut dense = vec![0.0; classes * dimensions];
        for (row, start) in dense.chunks_exact_mut(dimensions.max(1)).zip(starts) {
            for (place, value) in row.iter_mut().zip(start) {
                *place = value * scale;
            }
        }
        Self {
            classes,
            dimensions,
            dense_seen: vec![1e-3; dense.len()],
            dense,
            sparse: Vec::new(),
            rows: Vec::new(),
            sparse_seen: vec![1e-3; BUCKETS],
            bias: vec![0.0; classes],
            bias_seen: vec![1.0; classes],
            decay,
        }
    }

    /// The score of each class before softmax.
    pub fn scores(&self, vector: &[f32], parts: &[(u32, f32)]) -> Vec<f32> {
        let mut out = self.bias.clone();
        simd::wide(
            #[inline(always)]
            || {
                simd::add_products_here(&self.dense, vector, &mut out);
                for (bucket, weight) in parts {
                    let Some(row) = self.row(*bucket) else { continue };
                    let weight = weight * PARTS;
                    for (score, row) in out.iter_mut().zip(&self.sparse[row]) {
                        *score += weight * row;
                    }
                }
            },
        );
        out
    }

    /// The weights of a bucket, one for each class, where it was learned from.
    #[inline(always)]
    fn row(&self, bucket: u32) -> Option<std::ops::Range<usize>> {
        let row = self.rows.get(bucket as usize).filter(|row| **row != NO_ROW)?;
        let start = *row as usize * self.classes;
        Some(start..start + self.classes)
    }

    /// Makes room to learn from buckets: exactly as much as that takes where it is asked for all at once.
    pub fn make_room(&mut self, buckets: impl Iterator<Item = u32>) {
        if self.rows.is_empty() {
            self.rows = vec![NO_ROW; BUCKETS];
        }
        let known = self.sparse.len() / self.classes.max(1);
        let mut count = known;
        for bucket in buckets {
            let row = &mut self.rows[bucket as usize];
            if *row == NO_ROW {
                *row = count as u32;
                count += 1;
            }
        }
        let more = (count - known) * self.classes;
        if more > 0 && self.sparse.capacity() - self.sparse.len() < more {
            let spare = if known > 0 { SPARE * self.classes } else { 0 };
            self.sparse.reserve_exact(more + spare);
        }
        self.sparse.resize(count * self.classes, 0.0);
    }

    /// Goes through the samples once, in the order given. A sample that had nothing to teach is left out of the
    /// next pass, and each time that this is so again, of twice as many: `rests` notes it between the passes.
    pub fn pass(&mut self, samples: &[Sample<'_>], order: &[usize], rests: &mut [Rest]) {
        for &number in order {
            let rest = &mut rests[number];
            if rest.left > 0 {
                rest.left -= 1;
            } else if self.step(&samples[number]) {
                rest.last = 0;
            } else {
                rest.last = (rest.last * 2).max(1);
                rest.left = rest.last;
            }
        }
    }

    /// Learns from one sample. Returns whether it had anything to teach.
    pub fn step(&mut self, sample: &Sample<'_>) -> bool {
        let mut slopes = self.scores(sample.vector, sample.parts);
        softmax(&mut slopes, 1.0);
        for (class, share) in &sample.target {
            slopes[*class] -= share;
        }
        let mut square = 0.0;
        for slope in &mut slopes {
            // Classes that are out of the question have next to nothing to learn.
            *slope = if slope.abs() < LEAST { 0.0 } else { *slope * sample.weight };
            square += *slope * *slope;
        }
        if square == 0.0 {
            return false;
        }
        self.make_room(sample.parts.iter().map(|(bucket, _)| *bucket));
        let (decay, dimensions) = (self.decay, self.dimensions);
        simd::wide(
            #[inline(always)]
            || {
                for (class, slope) in slopes.iter().enumerate().filter(|(_, slope)| **slope != 0.0) {
                    self.bias_seen[class] += slope * slope;
                    self.bias[class] -= STEP * slope * root(self.bias_seen[class]);
                    let row = class * dimensions..(class + 1) * dimensions;
                    let places = self.dense[row.clone()].iter_mut().zip(&mut self.dense_seen[row]);
                    for ((weight, seen), value) in places.zip(sample.vector) {
                        let slope = slope * value + decay * *weight;
                        *seen += slope * slope;
                        *weight -= STEP * slope * root(*seen);
                    }
                }
                for (bucket, value) in sample.parts {
                    let value = value * PARTS;
                    let seen = &mut self.sparse_seen[*bucket as usize];
                    *seen += square * value * value;
                    let step = STEP * value * root(*seen);
                    let Some(row) = self.row(*bucket) else { continue };
                    for (weight, slope) in self.sparse[row].iter_mut().zip(&slopes) {
                        *weight -= step * slope;
                    }
                }
            },
        );
        true
    }
}

/// How long a sample is left out of passes.
#[derive(Clone, Copy, Default)]
pub struct Rest {
    last: u32,
    left: u32,
}

/// One by the square root, to five digits: a processor takes several times as long for a root and a division.
#[inline(always)]
fn root(value: f32) -> f32 {
    let near = f32::from_bits(0x5f37_5a86 - (value.to_bits() >> 1));
    let nearer = near * (1.5 - 0.5 * value * near * near);
    nearer * (1.5 - 0.5 * value * nearer * nearer)
}

/// Softmax of `scores / temperature`, in place.
pub fn softmax(scores: &mut [f32], temperature: f32) {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut total = 0.0;
    for score in scores.iter_mut() {
        *score = ((*score - highest) / temperature).exp();
        total += *score;
    }
    scores.iter_mut().for_each(|score| *score /= total);
}

/// The numbers from 0 in a shuffled order that only `seed` decides.
pub fn order(count: usize, seed: u64) -> Vec<usize> {
    let mut out: Vec<usize> = (0..count).collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
    for last in (1..count).rev() {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        out.swap(last, ((mixed ^ (mixed >> 31)) % (last as u64 + 1)) as usize);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(parts: &[(u32, f32)]) -> Sample<'_> {
        Sample { vector: &[1.0, 0.0], parts, target: vec![(1, 1.0)], weight: 1.0 }
    }

    #[test]
    fn only_buckets_that_were_learned_from_take_room() {
        let starts = vec![vec![0.0; 2]; 3];
        let mut linear = Linear::new(&starts, 2, 1.0, 0.0);
        let texts: Vec<Vec<(u32, f32)>> = (0..500).map(|text| vec![(text % 100, 0.6), (100, 0.8)]).collect();
        linear.make_room(texts.iter().flatten().map(|(bucket, _)| *bucket));
        texts.iter().for_each(|parts| _ = linear.step(&sample(parts)));
        assert_eq!((linear.sparse.len(), linear.sparse.capacity()), (101 * 3, 101 * 3));
        // One that comes later makes room for a few more, and knows nothing before.
        let [known, new] = [[(0, 1.0)], [(9000, 1.0)]];
        let before = linear.scores(&[0.0, 0.0], &new);
        assert_eq!(before, linear.scores(&[0.0, 0.0], &[]));
        let kept = linear.scores(&[0.0, 0.0], &known);
        linear.make_room([9000].into_iter());
        assert_eq!(linear.scores(&[0.0, 0.0], &known), kept);
        linear.step(&sample(&new));
        assert_ne!(linear.scores(&[0.0, 0.0], &new), before);
        assert_eq!(linear.sparse.len(), 102 * 3);
        assert!(linear.sparse.capacity() <= (102 + SPARE) * 3);
    }
}
