//! What kind of sentence it is, and why one is not supported.

use crate::facts::{Facts, Missing};
use crate::lexicon;
use crate::words::{Word, content, fold, words};

/// Why no passage supports a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No passage says this.
    NotSaid,
    Number,
    Code,
    Name,
    Negation,
    Condition,
    /// It promises more than the passage.
    Strength,
    Opposite,
    /// Compared, bounded, dated or joined otherwise.
    Relation,
}

impl From<Missing> for Why {
    fn from(it: Missing) -> Self {
        match it {
            Missing::Number => Self::Number,
            Missing::Code => Self::Code,
            Missing::Name => Self::Name,
        }
    }
}

impl Why {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSaid => "no passage says this",
            Self::Number => "a number differs from the passage",
            Self::Code => "an address, code or time is not in the passage",
            Self::Name => "a name is not in the passage",
            Self::Negation => "it says yes where the passage says no, or the other way round",
            Self::Condition => "it leaves out the passage's condition",
            Self::Strength => "it promises more than the passage",
            Self::Relation => "it compares, bounds or joins otherwise than the passage",
            Self::Opposite => "it says the opposite of the passage",
        }
    }
}

/// Whether a sentence only is polite: nothing in it needs a source.
pub fn is_courtesy(sentence: &str) -> bool {
    let all = words(sentence);
    let content = content(&all);
    let courteous = content.iter().filter(|it| lexicon::is_courteous(it)).count();
    Facts::of(sentence).is_empty() && all.len() <= 25 && courteous * 10 >= content.len() * 9
}

/// Whether a message says thanks and nothing else: there is nothing to answer. A name that it ends with does
/// not count.
pub fn is_thanks(message: &str) -> bool {
    let mut lines: Vec<&str> = message.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    let is_name = |line: &str| {
        let all = words(line);
        all.len() <= 3 && all.iter().all(|it| it.capital)
    };
    if lines.len() > 1 && lines.last().is_some_and(|it| is_name(it)) {
        lines.pop();
    }
    let text = lines.join("\n");
    let all = words(&text);
    let said = content(&all);
    let polite = |it: &&str| lexicon::is_courteous(it) || lexicon::is_praise(it);
    let thanks = all.iter().any(|it| lexicon::is_gratitude(&it.folded));
    thanks
        && !text.contains(['?', '？'])
        && said.iter().all(polite)
        && Facts::of(&text).is_empty()
        && !all.iter().any(|it| lexicon::is_contrast(&it.folded) || lexicon::is_negation(&it.folded))
}

pub fn is_question(sentence: &str) -> bool {
    sentence.trim_end().trim_end_matches(['"', '”', ')', ']', '*', '_']).ends_with(['?', '？'])
}

/// Whether a sentence is the end of a letter: `Kind regards, Tom`.
pub fn is_sign_off(sentence: &str) -> bool {
    const ENDS: &[&str] = &[
        "kind regards",
        "best regards",
        "warm regards",
        "regards",
        "sincerely",
        "yours sincerely",
        "met vriendelijke",
        "vriendelijke groet",
        "groeten",
        "groetjes",
        "mit freundlichen",
        "freundliche gru",
        "viele gru",
        "cordialement",
        "bien a vous",
        "saludos",
        "cordiali saluti",
    ];
    let folded = fold(sentence);
    ENDS.iter().any(|it| folded.starts_with(it)) && words(sentence).len() <= 8
}

/// A message without the greeting that it begins with: `Dear all,`, `Beste Anna,`, `Madame, Monsieur,`.
pub fn without_greeting(message: &str) -> &str {
    const MOST_WORDS: usize = 7;
    let mut rest = message.trim_start();
    loop {
        let end = rest.find(['\n', ',', '!', ':']).unwrap_or(rest.len());
        let all = words(&rest[..end]);
        let folded: Vec<&str> = all.iter().map(|it| it.folded.as_str()).collect();
        let begins = lexicon::greets(&folded);
        let addresses = |it: &Word| it.capital || lexicon::is_addressed(&it.folded);
        if begins == 0 || all.len() > MOST_WORDS || !all[begins..].iter().all(addresses) {
            return rest;
        }
        rest = rest[end..].trim_start_matches(|it: char| it.is_whitespace() || matches!(it, ',' | '!' | ':'));
    }
}

/// `When will it come?` asks something although its words say nothing alone.
pub fn asks_in_small_words(sentence: &str) -> bool {
    let all = words(sentence);
    is_question(sentence) && all.len() >= 4 && content(&all).is_empty()
}
