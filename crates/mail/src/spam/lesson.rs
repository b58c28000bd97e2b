//! What is kept of a mail that taught the classifier: the numbers of its features.

use super::Features;

/// Slots that features are hashed to.
const BITS: u32 = 22;
const FORMAT: u8 = 1;

/// A mail to learn from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lesson {
    /// Sorted, each once.
    pub(super) words: Vec<u32>,
    pub(super) make: Vec<u32>,
    pub(super) spam_assassin: Option<f32>,
}

/// Where a feature's weight stands.
pub(super) fn slot(feature: &str) -> u32 {
    // FNV-1a: the same on every machine.
    let mut hash: u32 = 0x811c_9dc5;
    for byte in feature.bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    (hash ^ (hash >> BITS)) & ((1 << BITS) - 1)
}

impl Lesson {
    pub fn of(features: &Features) -> Self {
        let slots = |names: &std::collections::BTreeSet<String>| {
            let mut slots: Vec<u32> = names.iter().map(|it| slot(it)).collect();
            slots.sort_unstable();
            slots.dedup();
            slots
        };
        Self {
            words: slots(&features.words),
            make: slots(&features.make),
            spam_assassin: features.spam_assassin,
        }
    }

    /// As bytes: a format, SpamAssassin's distance (NaN for none), and both lists, each as its length and the
    /// steps from one number to the next, seven bits a byte.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![FORMAT];
        out.extend(self.spam_assassin.unwrap_or(f32::NAN).to_le_bytes());
        for slots in [&self.words, &self.make] {
            put(&mut out, slots.len() as u32);
            let mut before = 0;
            for slot in slots {
                put(&mut out, slot - before);
                before = *slot;
            }
        }
        out
    }

    /// Reads what [`Lesson::to_bytes`] wrote; None for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (format, rest) = bytes.split_first()?;
        let (score, mut rest) = rest.split_first_chunk::<4>()?;
        let score = f32::from_le_bytes(*score);
        let (words, make) = (list(&mut rest)?, list(&mut rest)?);
        let read = Self { words, make, spam_assassin: Some(score).filter(|it| !it.is_nan()) };
        (*format == FORMAT && rest.is_empty()).then_some(read)
    }
}

fn put(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u32> {
    let mut number: u32 = 0;
    for shift in [0, 7, 14, 21, 28] {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn list(bytes: &mut &[u8]) -> Option<Vec<u32>> {
    let length = take(bytes)?;
    let (mut slots, mut before) = (Vec::new(), 0_u32);
    for _ in 0..length {
        before = before.checked_add(take(bytes)?)?;
        if before >> BITS != 0 {
            return None;
        }
        slots.push(before);
    }
    Some(slots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_comes_back_from_bytes() {
        let mut features = Features { spam_assassin: Some(1.5), ..Features::default() };
        features.words.extend((0..500).map(|it| format!("b:word{it}")));
        features.make.insert("x:short".into());
        let lesson = Lesson::of(&features);
        let bytes = lesson.to_bytes();
        assert!(bytes.len() < 500 * 3, "{}", bytes.len());
        assert_eq!(Lesson::from_bytes(&bytes), Some(lesson));
        assert_eq!(Lesson::from_bytes(&Lesson::default().to_bytes()), Some(Lesson::default()));
        for bad in [&b""[..], b"x", &bytes[..bytes.len() - 1], &[&bytes[..], b"x"].concat(), &[9; 40]] {
            assert_eq!(Lesson::from_bytes(bad), None);
        }
    }
}
