//! Words, folded so that spelling, case and most endings do not matter.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::lexicon;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// In lower case, without accents.
    pub folded: String,
    /// It begins with a capital.
    pub capital: bool,
    /// Its place in the text, in bytes.
    pub start: usize,
    pub end: usize,
}

/// In lower case, without accents.
pub fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|it| !is_combining_mark(*it))
        .flat_map(char::to_lowercase)
        .collect::<String>()
        .replace('ß', "ss")
}

/// The words of a text: letters and digits, with what joins them inside (`AB-12`, `4.95`, `don't`,
/// `a@b.com`).
pub fn words(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let mut start = None;
    let bytes = text.len();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|it| it.1);
        let joins = matches!(c, '.' | ',' | '\'' | '’' | '-' | '_' | '@' | '/' | ':' | '+' | '&')
            && start.is_some()
            && next.is_some_and(char::is_alphanumeric)
            && joins_here(text, at, c, next);
        if c.is_alphanumeric() || joins {
            start.get_or_insert(at);
        } else if let Some(from) = start.take() {
            out.push(word(text, from, at));
        }
    }
    if let Some(from) = start {
        out.push(word(text, from, bytes));
    }
    out
}

/// Commas join digits only; a slash and a colon join in addresses and times, not between words.
fn joins_here(text: &str, at: usize, c: char, next: Option<char>) -> bool {
    let before = text[..at].chars().next_back().is_some_and(|it| it.is_ascii_digit());
    let digits = before && next.is_some_and(|it| it.is_ascii_digit());
    match c {
        ',' | '/' | ':' => digits,
        // A number and what it counts: `24-hour`.
        '-' => !before || digits,
        _ => true,
    }
}

fn word(text: &str, start: usize, end: usize) -> Word {
    let raw = &text[start..end];
    Word { folded: fold(&raw.replace('’', "'")), capital: raw.starts_with(char::is_uppercase), start, end }
}

/// Whether two folded words are forms of one: `refund`, `refunds`, `refunded`.
pub fn same(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let digits = |it: &str| it.bytes().any(|it| it.is_ascii_digit());
    if digits(one) || digits(other) {
        return false;
    }
    if lacks(one) != lacks(other) {
        return false;
    }
    let bare = |it: &str| it.strip_suffix("'s").unwrap_or(it).to_owned();
    let (one, other) = (bare(one), bare(other));
    let singular =
        |it: &str| if it.len() > 3 { it.strip_suffix('s').unwrap_or(it).to_owned() } else { it.to_owned() };
    if singular(&one) == singular(&other) {
        return true;
    }
    let common = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let (a, b) = (one.chars().count(), other.chars().count());
    let (short, long) = (a.min(b), a.max(b));
    (common >= 5 && a - common <= 4 && b - common <= 4)
        || (common == short && short >= 4 && long - short <= 3)
}

/// Whether one folded word may stand for the other where nothing depends on it: forms of one, one letter wrong, or
/// a part of a compound (`versand`, `versandkosten`).
pub fn alike(one: &str, other: &str) -> bool {
    const LONG: usize = 5;
    if same(one, other) {
        return true;
    }
    let digits = |it: &str| it.bytes().any(|it| it.is_ascii_digit());
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if a.len().min(b.len()) < LONG || digits(one) || digits(other) || lacks(one) != lacks(other) {
        return false;
    }
    let is_part = |part: &str, whole: &str| whole.starts_with(part) || whole.ends_with(part);
    is_part(one, other) || is_part(other, one) || is_one_slip(&a, &b)
}

/// One letter more, less, other, or two in the wrong order.
fn is_one_slip(a: &[char], b: &[char]) -> bool {
    let ahead = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[ahead..], &b[ahead..]);
    match (a, b) {
        ([_, a @ ..], b) if a == b => true,
        (a, [_, b @ ..]) if a == b => true,
        ([x, y, a @ ..], [v, w, b @ ..]) if (x, y) == (w, v) && a == b => true,
        ([_, a @ ..], [_, b @ ..]) => a == b,
        _ => false,
    }
}

/// Whether a word says that something is not there: `costless`, `kostenlos`.
fn lacks(word: &str) -> bool {
    let stem = ["less", "los", "lose", "losen", "loos", "vrij"].iter().filter_map(|it| word.strip_suffix(it));
    stem.into_iter().any(|it| it.chars().count() >= 4)
}

/// The words that say something: no articles, pronouns, auxiliaries. Numbers and what they count are facts,
/// which are compared by themselves.
pub fn content(words: &[Word]) -> Vec<&str> {
    let is_fact = |it: &str| {
        it.bytes().any(|it| it.is_ascii_digit())
            || lexicon::unit(it).is_some()
            || lexicon::number(it).is_some()
    };
    words.iter().map(|it| it.folded.as_str()).filter(|it| !lexicon::is_stop(it) && !is_fact(it)).collect()
}

/// How much of the first text's content the second has, from 0 to 1.
pub fn coverage(of: &str, by: &str) -> f64 {
    covered(&content(&words(of)), &content(&words(by)))
}

pub fn covered(of: &[&str], by: &[&str]) -> f64 {
    if of.is_empty() {
        return 0.0;
    }
    let found = of.iter().filter(|word| by.iter().any(|it| same(word, it))).count();
    found as f64 / of.len() as f64
}

/// The cosine of two vectors of length 1.
pub fn cosine(one: &[f32], other: &[f32]) -> f64 {
    one.iter().zip(other).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_the_same() {
        for (one, other) in [
            ("refund", "refunds"),
            ("refund", "refunded"),
            ("day", "days"),
            ("deliveries", "delivery"),
            ("order", "ordering"),
            ("bestelling", "bestellingen"),
        ] {
            assert!(same(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("refund", "refuse"),
            ("14", "15"),
            ("1400", "14000"),
            ("car", "care"),
            ("accept", "except"),
            ("sender", "seller"),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn slips_and_parts_of_compounds_are_alike() {
        for (one, other) in [
            ("india", "inida"),
            ("delivery", "delivry"),
            ("refund", "refunt"),
            ("versand", "versandkosten"),
            ("abonnement", "jaarabonnement"),
        ] {
            assert!(alike(one, other) && alike(other, one), "{one} {other}");
        }
        for (one, other) in
            [("sweden", "denmark"), ("card", "care"), ("e4013", "e4012"), ("kosten", "kostenlos")]
        {
            assert!(!alike(one, other) && !alike(other, one), "{one} {other}");
        }
    }

    #[test]
    fn joined_words_stay_whole() {
        let text = "Order AB-12/x costs 4,95 at 10:30, don’t mail a.b@c.com; see A/B.";
        let found: Vec<String> = words(text).into_iter().map(|it| it.folded).collect();
        assert_eq!(
            found,
            [
                "order",
                "ab-12",
                "x",
                "costs",
                "4,95",
                "at",
                "10:30",
                "don't",
                "mail",
                "a.b@c.com",
                "see",
                "a",
                "b"
            ]
        );
    }
}
