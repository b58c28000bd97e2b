//! What the classifier sees of a text beside its vector: its words and their parts, hashed.

/// How many buckets parts are hashed into.
pub const BUCKETS: usize = 1 << 14;
/// Longer texts are judged by their start.
const LONGEST: usize = 2000;

/// Buckets, each with its weight.
pub type Parts = Vec<(u32, f32)>;

/// Words, pairs of words and parts of words of a text, as buckets with weights; the weights have length 1.
pub fn parts(text: &str) -> Parts {
    let mut buckets = Vec::new();
    let text: String = text.chars().take(LONGEST).flat_map(char::to_lowercase).collect();
    let mut before = "";
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        buckets.push(bucket(b'w', [word]));
        buckets.push(bucket(b'p', [before, word]));
        before = word;
        let marked: Vec<char> =
            std::iter::once('<').chain(word.chars()).chain(std::iter::once('>')).collect();
        for size in 3..=5 {
            for part in marked.windows(size) {
                let part: String = part.iter().collect();
                buckets.push(bucket(b'c', [part.as_str()]));
            }
        }
    }
    buckets.sort_unstable();
    let mut out: Parts = Vec::new();
    for same in buckets.chunk_by(|a, b| a == b) {
        // Said twice is not twice as true.
        out.push((same[0], (same.len() as f32).ln() + 1.0));
    }
    let length = out.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt().max(1e-6);
    out.iter_mut().for_each(|(_, weight)| *weight /= length);
    out
}

fn bucket<const N: usize>(kind: u8, words: [&str; N]) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325 ^ u64::from(kind);
    for byte in words.iter().flat_map(|word| word.bytes().chain(std::iter::once(0))) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    // The low bits of this hash are its weakest.
    ((hash >> 32) ^ hash) as u32 % BUCKETS as u32
}
