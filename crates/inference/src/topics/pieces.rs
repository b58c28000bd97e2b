//! Cuts a text into what may be about different matters: its sentences, and what *and*, *also* and the like join.

use std::ops::Range;

/// Shorter pieces say too little by themselves and stay with their neighbour.
const LEAST_WORDS: usize = 3;
/// More pieces of one text are not looked at.
const MOST: usize = 8;
/// English, Dutch, French, German, Spanish, Italian and Portuguese.
const JOINING: &str = "and also plus additionally furthermore moreover besides en ook daarnaast bovendien verder et \
    aussi également und auch außerdem zudem y también además e anche inoltre também além";

/// The pieces of a text in their order; none where it is all one.
pub fn pieces(text: &str) -> Vec<&str> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for sentence in sentences(text) {
        let clauses = clauses(text, sentence);
        out.extend(joined(text, clauses));
    }
    let out = joined(text, out);
    if out.len() < 2 {
        return Vec::new();
    }
    let bare =
        |piece: Range<usize>| text[piece].trim_matches(|c: char| c.is_whitespace() || ",;:-–".contains(c));
    out.into_iter().take(MOST).map(bare).collect()
}

fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let ends = match letter {
            '\n' | '。' | '？' | '！' => true,
            '.' | '!' | '?' | ';' | '…' => letters.peek().is_none_or(|(_, next)| next.is_whitespace()),
            _ => false,
        };
        if ends {
            let end = at + letter.len_utf8();
            out.push(start..end);
            start = end;
        }
    }
    out.push(start..text.len());
    out
}

/// What stands between the joining words of a sentence, without them.
fn clauses(text: &str, sentence: Range<usize>) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = sentence.start;
    for word in words(text, sentence.clone()) {
        let lower = text[word.clone()].to_lowercase();
        if JOINING.split_ascii_whitespace().any(|joining| joining == lower) {
            if words(text, start..word.start).next().is_some() {
                out.push(start..word.start);
            }
            start = word.end;
        }
    }
    out.push(start..sentence.end);
    out
}

/// Puts pieces that are too short to their neighbours, with what stood between them.
fn joined(text: &str, pieces: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let is_short = |piece: &Range<usize>| {
        let spoken = |word: &Range<usize>| text[word.clone()].chars().any(char::is_alphabetic);
        words(text, piece.clone()).filter(spoken).count() < LEAST_WORDS
    };
    let mut out: Vec<Range<usize>> = Vec::new();
    for piece in pieces {
        match out.last_mut() {
            Some(before) if is_short(before) || is_short(&piece) => before.end = piece.end,
            _ => out.push(piece),
        }
    }
    out
}

fn words(text: &str, within: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let is_letter = |letter: char| letter.is_alphanumeric() || matches!(letter, '\'' | '’');
    let start = within.start;
    text[within]
        .split(move |letter| !is_letter(letter))
        .scan(start, move |at, word| {
            let begin = *at;
            // A mark of any length stands behind it.
            let next = text[begin + word.len()..].chars().next().map_or(0, char::len_utf8);
            *at = begin + word.len() + next;
            Some(begin..begin + word.len())
        })
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sentences_and_what_is_joined_are_pieces() {
        for (text, wanted) in [
            ("where is my parcel", &[][..]),
            ("Where is my parcel?", &[]),
            ("Where is my parcel? I also want a refund.", &["Where is my parcel?", "I also want a refund."]),
            ("Where is my parcel? Give me a refund.", &["Where is my parcel?", "Give me a refund."]),
            ("where is my parcel and also I want a refund", &["where is my parcel", "I want a refund"]),
            ("where is my parcel, and also: I want a refund", &["where is my parcel", "I want a refund"]),
            (
                "waar is mijn pakje en ik wil mijn geld terug",
                &["waar is mijn pakje", "ik wil mijn geld terug"],
            ),
            ("salt and pepper", &[]),
            ("Hi! Where is my parcel", &[]),
            ("version 2.5 of it is broken", &[]),
            (
                "it costs 3.50 euros now\nplease cancel my order",
                &["it costs 3.50 euros now", "please cancel my order"],
            ),
        ] {
            assert_eq!(pieces(text), wanted, "{text}");
        }
        assert_eq!(pieces(&"my parcel is late. ".repeat(50)).len(), MOST);
    }

    proptest! {
        #[test]
        fn whatever_is_written_pieces_stand_in_it_in_their_order(text in "(and |also|\\PC{0,8}|[.!?\\n ] ?|word ){0,30}") {
            let mut rest = &text[..];
            for piece in pieces(&text) {
                let at = rest.find(piece);
                prop_assert!(at.is_some());
                rest = &rest[at.unwrap_or(0) + piece.len()..];
            }
        }
    }
}
