//! Character classes and folding: what is a word character, and which
//! accent-free, lower-case characters stand for it in the index.

use std::sync::LazyLock;

use unicode_normalization::char::{
    canonical_combining_class, compose, decompose_compatible, is_combining_mark,
};

/// What a character does to the word being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// A letter or digit of a script written in words.
    Word,
    /// A character of a script written without spaces, indexed by pairs.
    Cjk,
    /// Invisible to search: accents, soft hyphens, joiners, variation selectors.
    Joiner,
    /// Everything else: ends the word.
    Separator,
}

/// The class of `c`.
pub(crate) fn class(c: char) -> Class {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() { Class::Word } else { Class::Separator };
    }
    match c {
        // Modifier apostrophe: a letter to Unicode, punctuation to writers.
        '\u{2bc}' => Class::Separator,
        '\u{ad}' | '\u{61c}' | '\u{640}' | '\u{200c}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => Class::Joiner,
        // Half-width voicing marks, the spacing twins of U+3099 and U+309A.
        '\u{ff9e}' | '\u{ff9f}' => Class::Joiner,
        _ if c >= '\u{1100}' && is_cjk(c) => Class::Cjk,
        _ if c.is_alphanumeric() => Class::Word,
        _ if is_combining_mark(c) => Class::Joiner,
        _ => Class::Separator,
    }
}

/// Whether `c` is a letter of Han, Hiragana, Katakana or Hangul.
fn is_cjk(c: char) -> bool {
    let ranges = matches!(c,
        '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97c}' | '\u{d7b0}'..='\u{d7fb}' // jamo
        | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3038}'..='\u{303c}'
        | '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}' // Hiragana
        | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' // Katakana
        | '\u{3131}'..='\u{318e}' | '\u{ac00}'..='\u{d7a3}' // Hangul
        | '\u{3192}'..='\u{3195}' | '\u{3220}'..='\u{3229}' | '\u{3280}'..='\u{3289}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' // Han
        | '\u{20000}'..='\u{3fffd}'
        | '\u{ff66}'..='\u{ff9d}' | '\u{ffa0}'..='\u{ffdc}' // half-width forms
    );
    ranges && c.is_alphanumeric()
}

/// First character after those of Latin, Greek and Cyrillic script.
const QUICK_END: usize = 0x530;

/// The folded forms of the [`Class::Word`] characters below [`QUICK_END`] that
/// fold to one character.
static QUICK: LazyLock<[Option<char>; QUICK_END]> = LazyLock::new(|| {
    std::array::from_fn(|code| {
        let c = u32::try_from(code).ok().and_then(char::from_u32)?;
        let mut folded = String::new();
        if class(c) == Class::Word {
            let mut left = usize::MAX;
            fold_slowly(c, &mut folded, &mut left);
        }
        let mut chars = folded.chars();
        chars.next().filter(|_| chars.next().is_none())
    })
});

/// Appends the folded form of a [`Class::Word`] character to `out`, at most
/// `left` characters of it, and lowers `left` by the number written.
///
/// Accents of combining class zero (the vowel signs of Indic scripts and Thai)
/// are letters and stay; all others go. May write nothing.
pub(crate) fn fold_word(c: char, out: &mut String, left: &mut usize) {
    match QUICK.get(c as usize) {
        Some(Some(folded)) => push(*folded, out, left),
        _ => fold_slowly(c, out, left),
    }
}

fn fold_slowly(c: char, out: &mut String, left: &mut usize) {
    decompose_compatible(c, |d| {
        if class(d) != Class::Word && class(d) != Class::Cjk || canonical_combining_class(d) != 0 {
            return;
        }
        for lower in d.to_lowercase() {
            match spelled_out(lower) {
                Some(letters) => letters.chars().for_each(|l| push(l, out, left)),
                None => push(lower, out, left),
            }
        }
    });
}

fn push(c: char, out: &mut String, left: &mut usize) {
    if *left > 0 {
        *left -= 1;
        out.push(c);
    }
}

/// Plain letters for those that Unicode does not decompose.
fn spelled_out(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' => "o",
        'ð' | 'đ' | 'ɖ' => "d",
        'ħ' => "h",
        'ı' | 'ɨ' => "i",
        'ł' | 'ƚ' => "l",
        'ŋ' => "n",
        'ŧ' => "t",
        'ƀ' => "b",
        'ƒ' => "f",
        'ǥ' => "g",
        'ƶ' => "z",
        'ʉ' => "u",
        'ς' => "σ",
        _ => return None,
    })
}

/// Whether `c` is certainly a [`Class::Word`] character, known at once.
pub(crate) fn is_plain_word(c: char) -> bool {
    matches!(QUICK.get(c as usize), Some(Some(_)))
}

/// The indexed form of a [`Class::Cjk`] character: half-width and
/// compatibility forms become the usual ones, all others stay.
pub(crate) fn fold_cjk(c: char) -> char {
    let compatibility = matches!(c,
        '\u{3192}'..='\u{3195}' | '\u{3220}'..='\u{3229}' | '\u{3280}'..='\u{3289}'
        | '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}' | '\u{ff66}'..='\u{ffdc}'
    );
    if !compatibility {
        return c;
    }
    let mut folded = None;
    decompose_compatible(c, |d| {
        if folded.is_none() && d.is_alphanumeric() {
            folded = Some(d);
        }
    });
    folded.unwrap_or(c)
}

/// The one character that the folded `base` and the following `mark` make up,
/// if `mark` is a kana voicing mark or a Hangul vowel or final consonant.
pub(crate) fn join_cjk(base: char, mark: char) -> Option<char> {
    let mark = match mark {
        '\u{ff9e}' => '\u{3099}',
        '\u{ff9f}' => '\u{309a}',
        other => fold_cjk(other),
    };
    match mark {
        '\u{3099}' | '\u{309a}' | '\u{1161}'..='\u{1175}' | '\u{11a8}'..='\u{11c2}' => compose(base, mark),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let (mut out, mut left) = (String::new(), usize::MAX);
        text.chars().for_each(|c| fold_word(c, &mut out, &mut left));
        out
    }

    #[test]
    fn folding_is_stable_for_every_character() {
        for c in ('\0'..=char::MAX).filter(|c| class(*c) == Class::Word) {
            let once = folded(&c.to_string());
            assert_eq!(folded(&once), once, "{c:?} U+{:04X}", c as u32);
            for f in once.chars() {
                assert!(f.is_alphanumeric(), "{c:?} U+{:04X}", c as u32);
            }
        }
        for c in ('\0'..=char::MAX).filter(|c| class(*c) == Class::Cjk) {
            let once = fold_cjk(c);
            assert_eq!(class(once), Class::Cjk, "{c:?} U+{:04X}", c as u32);
            assert_eq!(fold_cjk(once), once, "{c:?} U+{:04X}", c as u32);
        }
    }

    #[test]
    fn letters_without_decomposition_are_spelled_out() {
        assert_eq!(folded("ẞßÆæØøŒœĐđŁłıİ"), "ssssaeaeoooeoeddllii");
        assert_eq!(folded("ΟΔΟΣοδος"), "οδοσοδοσ");
    }
}
