//! One vector of what several models say of a text.
//!
//! MiniLM is the best judge of English and knows nothing else. What it *would* say of a text in another language
//! is foretold from the other models' vectors by a linear map. Where the foretelling and MiniLM agree, the text
//! is one that MiniLM understands, and MiniLM is believed; where they do not, the foretelling takes its place.
//! So no language is detected, which errs on short texts, and the vectors of all texts compare.
//!
//! `space.bin` holds the vectors' means and the map; `scripts/train-space` makes them and says from what.

use std::sync::OnceLock;

use crate::averaging::LENGTH as UNIVERSAL;
use crate::encoder::HIDDEN;
use crate::matrix::{Matrix, Storage};
use crate::role::Role;
use crate::simd;

/// What each model counts of a cosine: in English MiniLM and the universal encoder, …
const ENGLISH: [f32; 2] = [0.65, 0.35];
/// … else MiniLM or what is foretold of it, e5, and the universal encoder.
const MULTILINGUAL: [f32; 3] = [0.4, 0.3, 0.3];
/// At or below the first cosine with what is foretold MiniLM understands nothing, from the second on everything.
const UNDERSTOOD: [f32; 2] = [0.35, 0.6];

struct Space {
    e5_query: Vec<f32>,
    e5_passage: Vec<f32>,
    universal: Vec<f32>,
    minilm: Vec<f32>,
    map: Matrix,
}

fn space() -> &'static Space {
    static BYTES: &[u8] = include_bytes!("space.bin");
    static SPACE: OnceLock<Space> = OnceLock::new();
    SPACE.get_or_init(|| {
        let mut rest = BYTES;
        let mut mean = |length: usize| -> Vec<f32> {
            let (mine, others) = rest.split_at(length * 4);
            rest = others;
            mine.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect()
        };
        let (e5_query, e5_passage) = (mean(HIDDEN), mean(HIDDEN));
        let (universal, minilm) = (mean(UNIVERSAL), mean(HIDDEN));
        let bias = vec![0.0; HIDDEN].into();
        let map =
            Matrix::new(Storage::Half, HIDDEN + UNIVERSAL, rest.into(), bias).expect("it was packed so");
        Space { e5_query, e5_passage, universal, minilm, map }
    })
}

/// Joins vectors of MiniLM and of the universal encoder.
pub fn english(minilm: Vec<f32>, universal: Vec<f32>) -> Vec<f32> {
    let space = space();
    join(&ENGLISH, [minilm, spread(universal, &space.universal)])
}

/// Joins vectors of MiniLM, e5 and the universal encoder.
pub fn multilingual(minilm: Vec<f32>, e5: Vec<f32>, universal: Vec<f32>, role: Role) -> Vec<f32> {
    let space = space();
    let mean = if role == Role::Passage { &space.e5_passage } else { &space.e5_query };
    let (mut minilm, e5) = (spread(minilm, &space.minilm), spread(e5, mean));
    let universal = spread(universal, &space.universal);
    let mut foretold = vec![0.0; HIDDEN];
    space.map.product(&[&e5[..], &universal[..]].concat(), &mut foretold);
    simd::normalise(&mut foretold);
    let [nothing, everything] = UNDERSTOOD;
    let understood = ((simd::dot(&minilm, &foretold) - nothing) / (everything - nothing)).clamp(0.0, 1.0);
    for (value, foretold) in minilm.iter_mut().zip(foretold) {
        *value = *value * understood + foretold * (1.0 - understood);
    }
    simd::normalise(&mut minilm);
    join(&MULTILINGUAL, [minilm, e5, universal])
}

/// All vectors of a model point somewhat the same way; those of e5 are never below a cosine of 0.7. Without
/// their mean they spread.
fn spread(mut vector: Vec<f32>, mean: &[f32]) -> Vec<f32> {
    vector.iter_mut().zip(mean).for_each(|(value, mean)| *value -= mean);
    simd::normalise(&mut vector);
    vector
}

fn join<const N: usize>(shares: &[f32; N], parts: [Vec<f32>; N]) -> Vec<f32> {
    let scaled = |(share, part): (&f32, Vec<f32>)| {
        let share = share.sqrt();
        part.into_iter().map(move |value| value * share)
    };
    let mut out: Vec<f32> = shares.iter().zip(parts).flat_map(scaled).collect();
    simd::normalise(&mut out);
    out
}
