//! Mails damaged at random, by a seeded sequence: of the parser's tests and of the threader's.

/// A sequence that is the same on every machine (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    pub fn below(&mut self, most: usize) -> usize {
        (self.roll() % most.max(1) as u64) as usize
    }
}

/// Pieces that mean something to one of the readers.
const WORDS: [&[u8]; 16] = [
    b"\n\n",
    b"\r\n",
    b"\r",
    b"--",
    b"> ",
    b"=?utf-8?q?=00?=",
    b"=\n",
    b"<",
    b"boundary=",
    b"\xff\xfe",
    b"\0",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Transfer-Encoding: base64\n",
    b"charset=utf-7",
    b"wrote:\n",
    b"\xed\xa0\x80",
];

/// A real mail, cut, doubled, overwritten and mixed with another.
pub fn mutated(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut raw = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(12) {
        let at = dice.below(raw.len() + 1);
        let end = (at + dice.below(64)).min(raw.len());
        match dice.below(7) {
            0 => drop(raw.drain(at..end)),
            1 => {
                let piece = raw[at..end].to_vec();
                let to = dice.below(raw.len() + 1);
                raw.splice(to..to, piece);
            }
            2 => {
                if let Some(byte) = raw.get_mut(at) {
                    *byte = dice.roll() as u8;
                }
            }
            3 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len());
                let piece = &other[from..(from + dice.below(2000)).min(other.len())];
                raw.splice(at..at, piece.iter().copied());
            }
            4 => raw.truncate(end.max(1)),
            5 => drop(raw.splice(at..end, WORDS[dice.below(WORDS.len())].iter().copied())),
            _ => {
                let word = WORDS[dice.below(WORDS.len())].repeat(1 + dice.below(50));
                raw.splice(at..at, word);
            }
        }
    }
    raw
}

/// A number that the environment may set.
pub fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |it| it.parse().unwrap())
}
