//! Splitting text into folded words.

use crate::fold::{Class, class, fold_cjk, fold_word, is_plain_word, join_cjk};

/// Words longer than this many characters (after folding) are cut, in
/// documents and in queries alike.
pub const MAX_WORD_CHARS: usize = 64;

/// A folded word and where it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The word without case and accents: only letters and digits.
    pub word: String,
    /// Byte offset of its first character in the original text.
    pub start: usize,
    /// Byte offset just after its last character in the original text.
    pub end: usize,
}

/// The folded words of `text`, in order.
///
/// Anything but letters and digits separates words, so `ORD-2024/0815` is three
/// words. A run of Chinese, Japanese or Korean characters gives each of its
/// overlapping pairs, then its last character alone (`日本語` is `日本`, `本語`,
/// `語`), so that each character of the run begins exactly one word: a run is
/// found by the phrase of its pairs and a single character by a prefix.
pub fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let mut scanner = Scanner::new(text);
    std::iter::from_fn(move || {
        let mut word = String::new();
        let span = scanner.next_into(&mut word)?;
        Some(Token { word, start: span.start, end: span.end })
    })
}

/// How a word came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A run of letters and digits.
    Word,
    /// Two neighbours of a CJK run.
    Pair,
    /// The last character of a CJK run of several.
    Tail,
    /// A CJK run of one character.
    Lone,
}

/// Byte offsets of a word in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub start: usize,
    /// End of the first character of a pair; `end` for all other kinds.
    pub head: usize,
    pub end: usize,
    pub kind: Kind,
}

/// One CJK character after composition, with its place in the text.
#[derive(Clone, Copy)]
struct Unit {
    ch: char,
    start: usize,
    end: usize,
}

/// Reads words one by one into a buffer of the caller's.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    pos: usize,
    /// The second half of the pair just given: the next word starts with it.
    run: Option<Unit>,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, pos: 0, run: None }
    }

    /// Appends the next word to `out`; at the end of the text, `None` and `out`
    /// is as before.
    pub(crate) fn next_into(&mut self, out: &mut String) -> Option<Span> {
        if let Some(unit) = self.run.take() {
            return Some(self.cjk(unit, Kind::Tail, out));
        }
        let bytes = self.text.as_bytes();
        loop {
            let separators =
                bytes[self.pos..].iter().take_while(|b| b.is_ascii() && !b.is_ascii_alphanumeric());
            let start = self.pos + separators.count();
            let letters = bytes[start..].iter().take_while(|b| b.is_ascii_alphanumeric());
            let end = start + letters.count();
            self.pos = end;
            if bytes.get(end).is_none_or(u8::is_ascii) {
                if start == end {
                    return None;
                }
                let at = out.len();
                out.push_str(&self.text[start..end.min(start + MAX_WORD_CHARS)]);
                out[at..].make_ascii_lowercase();
                return Some(word_span(start, end));
            }
            if let Some(span) = self.beyond_ascii(start, out) {
                return Some(span);
            }
        }
    }

    /// Reads a word that has, or is followed by, a non-ASCII character. `None`
    /// when there was only a separator, which is then behind `pos`.
    fn beyond_ascii(&mut self, start: usize, out: &mut String) -> Option<Span> {
        let (before, mut left) = (out.len(), MAX_WORD_CHARS);
        let mut begin = None;
        let mut end = start;
        let mut stop = None;
        for c in self.text[start..].chars() {
            let class = if is_plain_word(c) { Class::Word } else { class(c) };
            match class {
                Class::Word => {
                    begin = begin.or(Some(end));
                    fold_word(c, out, &mut left);
                }
                Class::Joiner => {}
                Class::Cjk | Class::Separator => {
                    stop = Some(c);
                    break;
                }
            }
            end += c.len_utf8();
        }
        self.pos = end;
        if let Some(begin) = begin.filter(|_| out.len() > before) {
            return Some(word_span(begin, end));
        }
        if let Some(unit) = self.unit(end) {
            return Some(self.cjk(unit, Kind::Lone, out));
        }
        self.pos += stop.map_or(0, char::len_utf8);
        None
    }

    /// The CJK character at byte `start`, joined with the marks that follow.
    fn unit(&self, start: usize) -> Option<Unit> {
        let mut chars = self.text[start..].chars();
        let first = chars.next().filter(|c| class(*c) == Class::Cjk)?;
        let mut unit = Unit { ch: fold_cjk(first), start, end: start + first.len_utf8() };
        for c in chars {
            match join_cjk(unit.ch, c) {
                Some(joined) => unit.ch = joined,
                None if !c.is_ascii() && class(c) == Class::Joiner => {}
                None => break,
            }
            unit.end += c.len_utf8();
        }
        Some(unit)
    }

    /// Writes the pair that starts with `unit`, or `unit` alone, of kind
    /// `single`, when its run ends.
    fn cjk(&mut self, unit: Unit, single: Kind, out: &mut String) -> Span {
        out.push(unit.ch);
        self.run = self.unit(unit.end);
        if let Some(next) = self.run {
            out.push(next.ch);
        }
        let end = self.run.map_or(unit.end, |next| next.end);
        self.pos = end;
        Span {
            start: unit.start,
            head: unit.end,
            end,
            kind: if self.run.is_some() { Kind::Pair } else { single },
        }
    }
}

fn word_span(start: usize, end: usize) -> Span {
    Span { start, head: end, end, kind: Kind::Word }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).map(|t| t.word).collect()
    }

    #[test]
    fn case_and_accents_are_folded() {
        assert_eq!(words("Crème BRÛLÉE"), ["creme", "brulee"]);
        assert_eq!(words("cre\u{300}me"), ["creme"]);
        assert_eq!(words("Straße STRASSE"), ["strasse", "strasse"]);
        assert_eq!(words("Łódź Ærø İstanbul ılık"), ["lodz", "aero", "istanbul", "ilik"]);
        assert_eq!(words("Ёлка ΜΆΪΟΣ μάϊος"), ["елка", "μαιοσ", "μαιοσ"]);
        assert_eq!(words("ﬁne Ｗｉｄｅ soft\u{ad}ware"), ["fine", "wide", "software"]);
    }

    #[test]
    fn punctuation_splits() {
        assert_eq!(words("Jane.Doe@Example.com"), ["jane", "doe", "example", "com"]);
        assert_eq!(words("ORD-2024/0815"), ["ord", "2024", "0815"]);
        assert_eq!(words("E_1234 v1.2.3"), ["e", "1234", "v1", "2", "3"]);
        assert_eq!(words("“smart” – dash…end 👍🏽ok"), ["smart", "dash", "end", "ok"]);
        assert_eq!(words(" \t*\"'—"), [""; 0]);
    }

    #[test]
    fn cjk_runs_become_pairs_and_a_last_character() {
        assert_eq!(words("日本語"), ["日本", "本語", "語"]);
        assert_eq!(words("日 iPhone15が"), ["日", "iphone15", "が"]);
        assert_eq!(words("한국어"), ["한국", "국어", "어"]);
        assert_eq!(words("サーバー"), ["サー", "ーバ", "バー", "ー"]);
    }

    #[test]
    fn cjk_forms_are_unified() {
        assert_eq!(words("ｶﾞｽ"), words("ガス"));
        assert_eq!(words("カ\u{3099}ス"), words("ガス"));
        assert_eq!(words("\u{1112}\u{1161}\u{11ab}국"), words("한국"));
        assert_eq!(words("\u{f900}"), words("豈"));
        assert_eq!(words("葛\u{e0100}飾"), words("葛飾"));
        assert_ne!(words("か"), words("が"));
    }

    #[test]
    fn vowel_signs_are_letters() {
        assert_eq!(words("हिन्दी"), ["हिनदी"]);
        assert_ne!(words("कि"), words("का"));
    }

    #[test]
    fn long_words_are_cut_after_folding() {
        assert_eq!(words(&"X".repeat(500)), ["x".repeat(64)]);
        assert_eq!(words(&format!("x{}", "É".repeat(99))), [format!("x{}", "e".repeat(63))]);
        let token = tokens(&"ß".repeat(99)).next().unwrap();
        assert_eq!((token.word.chars().count(), token.end), (64, 198));
    }

    #[test]
    fn offsets_point_into_the_original() {
        let text = "Ein Café\u{301}, 日本語!";
        let cut: Vec<_> = tokens(text).map(|t| &text[t.start..t.end]).collect();
        assert_eq!(cut, ["Ein", "Café\u{301}", "日本", "本語", "語"]);
    }
}
