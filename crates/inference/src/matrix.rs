//! Matrices of weights, used as they lie in the packed file.
//!
//! `scripts/pack-model` lays them out in panels of 32 outputs, so that a product reads them front to back. A panel
//! is made floats when a product comes to it, and serves all rows of the product: no model is held twice, and the
//! pages that it lies in are the file's. Nothing here depends on how many texts are computed together: each row of
//! a product is summed in the same order, so a text's vector is the same alone or in a batch.

use std::borrow::Cow;

#[cfg(target_arch = "x86_64")]
use pulp::x86::V4;
use pulp::{Arch, Simd, WithSimd};
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::__m256i;

use crate::simd::arch;

/// Outputs in a panel.
const PANEL: usize = 32;
/// Bytes of 32 weights in four bits: a half-float scale and the nibbles.
const BLOCK: usize = 18;

/// How the weights of a model are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Half floats. A panel has the weights of its outputs for the first input, then for the second …
    Half,
    /// Blocks of 32 four-bit weights (`Q4_0`). By itself a block is its scale, then the nibbles of weights 0–15 and
    /// 16–31. A panel has for every 32 inputs the scales of its outputs, then their nibbles for each input.
    FourBit,
}

impl Storage {
    /// How many bytes so many weights take.
    pub const fn bytes(self, weights: usize) -> usize {
        match self {
            Self::Half => weights * 2,
            Self::FourBit => weights / 32 * BLOCK,
        }
    }

    /// Reads weights that lie one after another, outside of panels.
    pub fn read(self, bytes: &[u8], out: &mut [f32]) {
        match self {
            Self::Half => {
                for (half, place) in bytes.as_chunks().0.iter().zip(out) {
                    *place = float(*half);
                }
            }
            Self::FourBit => {
                for (block, out) in bytes.as_chunks::<BLOCK>().0.iter().zip(out.as_chunks_mut().0) {
                    let [low, high, nibbles @ ..] = block;
                    *out = scaled(nibbles, &[float([*low, *high]); 32]);
                }
            }
        }
    }

    /// Makes floats of a panel: strips of `width` outputs, each of them input by input.
    #[inline(always)]
    fn widen(self, panel: &[u8], inputs: usize, width: usize, floats: impl Floats, out: &mut [f32]) {
        match self {
            Self::Half => {
                for (input, halves) in panel.as_chunks().0.iter().enumerate() {
                    put(&floats(halves), input, inputs, width, out);
                }
            }
            Self::FourBit => {
                for (number, block) in panel.as_chunks::<{ PANEL * BLOCK }>().0.iter().enumerate() {
                    let (scales, nibbles) = block.as_chunks::<16>().0.split_at(2 * PANEL / 16);
                    let scale = floats(scales.as_flattened().first_chunk().unwrap_or(&[0; 2 * PANEL]));
                    for (input, nibbles) in nibbles.iter().enumerate() {
                        put(&scaled(nibbles, &scale), number * 32 + input, inputs, width, out);
                    }
                }
            }
        }
    }
}

// What follows runs in loops that are to become vector instructions: nothing of it may be a call.

/// Puts the weights of one input into the strips of a panel.
#[inline(always)]
fn put(row: &[f32; PANEL], input: usize, inputs: usize, width: usize, out: &mut [f32]) {
    for strip in 0..PANEL / width {
        out[(strip * inputs + input) * width..][..width].copy_from_slice(&row[strip * width..][..width]);
    }
}

/// How half floats become floats.
trait Floats: Fn(&[u8; 2 * PANEL]) -> [f32; PANEL] + Copy {}
impl<F: Fn(&[u8; 2 * PANEL]) -> [f32; PANEL] + Copy> Floats for F {}

#[inline(always)]
fn floats(halves: &[u8; 2 * PANEL]) -> [f32; PANEL] {
    let mut out = [0.0; PANEL];
    for place in 0..PANEL {
        out[place] = float([halves[2 * place], halves[2 * place + 1]]);
    }
    out
}

/// A half float as a float, without a branch. The models hold neither infinities nor what is no number.
#[inline(always)]
fn float(half: [u8; 2]) -> f32 {
    // What the exponents of the two kinds differ by, and the least number that is not told by its exponent.
    const BIAS: u32 = 112 << 23;
    const LEAST: u32 = 113 << 23;
    let half = u32::from(u16::from_le_bytes(half));
    let bits = (half & 0x7fff) << 13;
    let tiny = f32::from_bits(bits + LEAST) - f32::from_bits(LEAST);
    let value = if bits < 1 << 23 { tiny.to_bits() } else { bits + BIAS };
    f32::from_bits(value | (half & 0x8000) << 16)
}

/// Thirty-two weights of four bits, the low nibbles first, each with its scale.
#[inline(always)]
fn scaled(nibbles: &[u8; 16], scale: &[f32; 32]) -> [f32; 32] {
    let mut out = [0.0; 32];
    for place in 0..16 {
        let both = i32::from(nibbles[place]);
        out[place] = ((both & 15) - 8) as f32 * scale[place];
        out[place + 16] = ((both >> 4) - 8) as f32 * scale[place + 16];
    }
    out
}

/// A matrix of weights, and what is added to a product.
pub struct Matrix {
    storage: Storage,
    inputs: usize,
    outputs: usize,
    panels: Cow<'static, [u8]>,
    bias: Cow<'static, [f32]>,
}

impl Matrix {
    /// Of panels, for as many outputs as `bias` has. None where they are of another size.
    pub fn new(
        storage: Storage,
        inputs: usize,
        panels: Cow<'static, [u8]>,
        bias: Cow<'static, [f32]>,
    ) -> Option<Self> {
        let outputs = bias.len();
        let fits = inputs.is_multiple_of(32) && outputs.is_multiple_of(PANEL);
        (fits && panels.len() == storage.bytes(inputs * outputs)).then_some(Self {
            storage,
            inputs,
            outputs,
            panels,
            bias,
        })
    }

    /// `out = rows × weights + bias`, rows lying one after another.
    pub fn product(&self, rows: &[f32], out: &mut [f32]) {
        assert_eq!(rows.len() / self.inputs, out.len() / self.outputs);
        let product = Product { matrix: self, rows, out };
        match arch() {
            #[cfg(target_arch = "x86_64")]
            Arch::V4(simd) => simd.vectorize(
                #[inline(always)]
                || {
                    product.run::<V4, _, 8>(
                        simd,
                        #[inline(always)]
                        |halves| {
                            let halves: [__m256i; 2] = bytemuck::cast(*halves);
                            bytemuck::cast(halves.map(|it| simd.avx512f._mm512_cvtph_ps(it)))
                        },
                    );
                },
            ),
            other => other.dispatch(product),
        }
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
            8 => self.run::<S, _, 6>(simd, floats),
            _ => self.run::<S, _, 8>(simd, floats),
        }
    }
}

impl Product<'_> {
    #[inline(always)]
    fn run<S: Simd, F: Floats, const ROWS: usize>(self, simd: S, floats: F) {
        let Self { matrix, rows, out } = self;
        let (inputs, width) = (matrix.inputs, 2 * S::F32_LANES);
        let packed = interleave::<ROWS>(rows, inputs);
        let mut room = vec![0.0; inputs * PANEL + 16];
        let start = (64 - room.as_ptr().addr() % 64) % 64 / 4;
        let room = &mut room[start..][..inputs * PANEL];
        for (number, panel) in matrix.panels.chunks_exact(matrix.storage.bytes(inputs * PANEL)).enumerate() {
            matrix.storage.widen(panel, inputs, width, floats, room);
            for (strip, weights) in room.chunks_exact(inputs * width).enumerate() {
                let at = number * PANEL + strip * width;
                let (weights, _) = S::as_simd_f32s(weights).0.as_chunks::<2>();
                let (bias, _) = S::as_simd_f32s(&matrix.bias[at..at + width]).0.as_chunks::<2>();
                let blocks = packed.chunks_exact(inputs).zip(out.chunks_mut(ROWS * matrix.outputs));
                for (rows, out) in blocks {
                    let mut sums = [bias[0]; ROWS];
                    for (weights, values) in weights.iter().zip(rows) {
                        step(simd, weights, values, &mut sums);
                    }
                    for (sums, out) in sums.iter().zip(out.chunks_exact_mut(matrix.outputs)) {
                        S::as_mut_simd_f32s(&mut out[at..at + width]).0.copy_from_slice(sums);
                    }
                }
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
    for row in 0..ROWS {
        let value = simd.splat_f32s(values[row]);
        sums[row][0] = simd.mul_add_f32s(value, weights[0], sums[row][0]);
        sums[row][1] = simd.mul_add_f32s(value, weights[1], sums[row][1]);
    }
}

/// Blocks of `ROWS` rows, column by column; what the last one lacks are zeros.
fn interleave<const ROWS: usize>(rows: &[f32], inputs: usize) -> Vec<[f32; ROWS]> {
    let mut out = vec![[0.0; ROWS]; (rows.len() / inputs).div_ceil(ROWS) * inputs];
    for (block, rows) in out.chunks_exact_mut(inputs).zip(rows.chunks(inputs * ROWS)) {
        for (number, row) in rows.chunks_exact(inputs).enumerate() {
            for (place, value) in block.iter_mut().zip(row) {
                place[number] = *value;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUTS: usize = 96;
    const OUTPUTS: usize = 64;

    /// Compares products of all kinds of row counts with sums by the textbook.
    fn check(matrix: &Matrix, weight: impl Fn(usize, usize) -> f32) {
        for count in [1, 5, 6, 8, 13, 24] {
            let rows: Vec<f32> = (0..count * INPUTS).map(|i| ((i * 7) % 11) as f32 - 5.0).collect();
            let compare = |out: Vec<f32>| {
                for (row, out) in rows.chunks(INPUTS).zip(out.chunks(OUTPUTS)) {
                    for (o, value) in out.iter().enumerate() {
                        let sum: f32 = row.iter().enumerate().map(|(i, x)| x * weight(o, i)).sum();
                        let wanted = matrix.bias[o] + sum;
                        assert!((value - wanted).abs() < 1e-2, "{value} is not {wanted}");
                    }
                }
            };
            let mut out = vec![0.0; count * OUTPUTS];
            matrix.product(&rows, &mut out);
            compare(out);
            // As on processors with less.
            let mut out = vec![0.0; count * OUTPUTS];
            Arch::Scalar.dispatch(Product { matrix, rows: &rows, out: &mut out });
            compare(out);
            #[cfg(target_arch = "x86_64")]
            if let Some(simd) = pulp::x86::V3::try_new() {
                let mut out = vec![0.0; count * OUTPUTS];
                Arch::V3(simd).dispatch(Product { matrix, rows: &rows, out: &mut out });
                compare(out);
            }
        }
    }

    fn bias() -> Cow<'static, [f32]> {
        (0..OUTPUTS).map(|o| o as f32 / 10.0).collect()
    }

    /// Halves that are whole numbers and quarters: an exponent and two bits.
    fn half(o: usize, i: usize) -> u16 {
        let kind = (o * 31 + i * 17) % 23;
        (kind as u16 % 4) << 8 | (13 + kind as u16 % 3) << 10 | if kind > 11 { 0x8000 } else { 0 }
    }

    #[test]
    fn products_of_halves_are_those_of_the_textbook() {
        let mut panels = Vec::new();
        for first in (0..OUTPUTS).step_by(PANEL) {
            for input in 0..INPUTS {
                for output in first..first + PANEL {
                    panels.extend(half(output, input).to_le_bytes());
                }
            }
        }
        let matrix = Matrix::new(Storage::Half, INPUTS, panels.into(), bias()).expect("it fits");
        check(&matrix, |o, i| float(half(o, i).to_le_bytes()));
    }

    #[test]
    fn products_of_four_bits_are_those_of_the_textbook() {
        let nibble = |o: usize, i: usize| ((o * 31 + i * 17) % 16) as u8;
        let scale = |o: usize, block: usize| half(o, block) & 0x7fff;
        let mut panels = Vec::new();
        for first in (0..OUTPUTS).step_by(PANEL) {
            for block in 0..INPUTS / 32 {
                (first..first + PANEL).for_each(|o| panels.extend(scale(o, block).to_le_bytes()));
                for input in block * 32..block * 32 + 32 {
                    let both = |o: usize| nibble(o, input) | nibble(o + 16, input) << 4;
                    panels.extend((first..first + 16).map(both));
                }
            }
        }
        let matrix = Matrix::new(Storage::FourBit, INPUTS, panels.into(), bias()).expect("it fits");
        check(&matrix, |o, i| (f32::from(nibble(o, i)) - 8.0) * float(scale(o, i / 32).to_le_bytes()));
    }

    #[test]
    fn halves_are_floats_to_the_bit() {
        for bits in (0..=u16::MAX).filter(|bits| bits >> 10 & 31 != 31) {
            let (exponent, part) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
            let size = match exponent {
                0 => part * 2f64.powi(-24),
                _ => (1.0 + part / 1024.0) * 2f64.powi(exponent - 15),
            };
            let wanted = if bits >> 15 == 1 { -size } else { size } as f32;
            assert_eq!(float(bits.to_le_bytes()).to_bits(), wanted.to_bits(), "{bits:#06x}");
        }
    }

    #[test]
    fn panels_of_another_size_are_refused() {
        let panels = vec![0; Storage::Half.bytes(INPUTS * OUTPUTS) - 2];
        assert!(Matrix::new(Storage::Half, INPUTS, panels.into(), bias()).is_none());
    }
}
