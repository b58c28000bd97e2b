//! Something that a message asks, and how the passages stand to it.

use answerpal_grounding::asks::Ask;
use answerpal_grounding::compose::Standing;

use super::codes::{self, Code};
use super::context::{Context, NO_DOCUMENTS};
use super::{fit, named};
use crate::intake::retrieve::FoundPassage;

/// How well the agent's note fits: who gives one wants it said.
const NOTE_FIT: f64 = 1.0;
/// What a note is ranked by: before every document, those with a code of the question included.
const NOTE_RANK: f64 = 10.0;
/// How well a passage must fit a question that names a code which no passage carries.
const FITS_WELL: f64 = 0.55;
/// What it counts then.
const WITHOUT_CODE: f64 = 0.6;
/// What answers a question fits it no worse than this share of the best fit.
const AMONG_BEST: f64 = 0.6;
/// A question of so few words beside its code asks for what is written of the code.
const FEW_WORDS: usize = 5;
/// A short code is one of a device's, which people tell of in a few words more.
const FEW_WORDS_SHORT: usize = 8;
/// What a passage with a short code of the question gains in rank; retrieval looks for long ones.
const SHORT_CODE: f64 = 1.0;
/// Passages in the question's language are preferred by so much of their rank.
const OTHER_LANGUAGE: f64 = 0.15;

pub struct Asked {
    pub ask: Ask,
    pub vector: Option<Vec<f32>>,
    /// How each passage stands to it; None for one that was found for another question.
    places: Vec<Option<Place>>,
    /// Codes of the question that no passage carries.
    unknown: Vec<Code>,
    /// Whether the question says little but a code.
    is_about_code: bool,
}

/// How a passage stands to a question.
#[derive(Clone, Copy, Debug)]
struct Place {
    rank: f64,
    similarity: f64,
    exact: bool,
    fit: f64,
}

impl Asked {
    /// `found` is what was found for it, with its place among all passages; `note` the place of the agent's
    /// note.
    pub fn new(ask: Ask, found: &[(usize, FoundPassage)], note: Option<&FoundPassage>) -> Self {
        let named = codes::of(&ask.text);
        let beside = codes::without(&ask.text, &named).split_whitespace().count();
        let passages = || found.iter().map(|it| &it.1);
        let mut unknown = codes::unknown(named.clone(), passages());
        // Short codes are none where no passage has any of their kind.
        let is_code =
            |it: &Code| !it.is_short() || unknown.contains(it) || passages().any(|passage| it.is_in(passage));
        let few = if named.iter().all(Code::is_short) { FEW_WORDS_SHORT } else { FEW_WORDS };
        let is_about_code = named.iter().any(is_code) && beside <= few;
        let of_others = |it: &FoundPassage| !it.exact && codes::is_of_others(it, &unknown);
        let last = found.iter().map(|it| it.0 + 1).max().unwrap_or_default();
        let mut places = vec![None; last.max(usize::from(note.is_some()))];
        for (at, it) in found.iter().filter(|it| !of_others(&it.1)) {
            let has_short = named.iter().any(|code| code.is_short() && code.is_in(it));
            places[*at] = Some(Place {
                rank: if has_short { it.score + SHORT_CODE } else { it.score },
                similarity: it.similarity,
                exact: it.exact || has_short,
                fit: 0.0,
            });
        }
        if let Some(note) = note {
            places[0] = Some(Place { rank: NOTE_RANK, similarity: NOTE_FIT, exact: false, fit: NOTE_FIT });
            unknown = codes::unknown(unknown, std::iter::once(note));
        }
        Self { ask, vector: None, places, unknown, is_about_code }
    }

    /// Says how well the passages fit, now that it is known what they are compared with.
    pub fn compare(&mut self, context: &Context, own: Option<&str>) {
        let is_lacking = !self.unknown.is_empty();
        self.places.resize(context.passages.len(), None);
        for (at, place) in self.places.iter_mut().enumerate() {
            let (Some(place), false) = (place, context.is_note(at)) else { continue };
            let lang = context.langs()[at];
            let is_own = lang.is_none() || own.is_none() || lang == own;
            place.fit = fit::of(place.similarity, is_own, &context.space);
            // A passage with another code of the question may be about all of it.
            if is_lacking && !place.exact {
                place.fit = if place.fit < FITS_WELL { 0.0 } else { place.fit * WITHOUT_CODE };
            }
            if lang.is_some_and(|it| it != context.base_lang()) {
                place.rank -= OTHER_LANGUAGE;
            }
        }
    }

    /// How each passage stands to it.
    pub fn standings(&self, context: &Context) -> Vec<Option<Standing>> {
        let standing = |(at, place): (usize, &Option<Place>)| {
            let Place { rank, similarity, .. } = (*place)?;
            Some(Standing { document: context.passages[at].document.0, rank, similarity })
        };
        self.places.iter().enumerate().map(standing).collect()
    }

    pub fn best_fit(&self) -> f64 {
        self.places.iter().flatten().map(|it| it.fit).fold(0.0, f64::max)
    }

    pub fn fit_of(&self, source: usize) -> f64 {
        self.places.get(source).copied().flatten().map_or(0.0, |it| it.fit)
    }

    /// Whether a passage was found for it and fits about as well as the best.
    pub fn is_among_best(&self, source: usize) -> bool {
        let place = self.places.get(source).copied().flatten();
        place.is_some_and(|it| it.fit >= AMONG_BEST * self.best_fit())
    }

    /// Whether a passage carries a code of the question.
    pub fn is_exact(&self) -> bool {
        self.places.iter().flatten().any(|it| it.exact)
    }

    /// Why nothing answers it, where a passage has to fit so well.
    pub fn why_not(&self, context: &Context, least: f64) -> Option<String> {
        let exact = self.is_exact();
        if !self.unknown.is_empty() && !exact && self.best_fit() < least {
            let written: Vec<String> = self.unknown.iter().map(|it| it.written.clone()).collect();
            return Some(format!("No document that fits mentions {}.", named(&written)));
        }
        let least = match (exact, self.is_about_code) {
            (true, true) => 0.0,
            (true, false) => least / 2.0,
            (false, _) => least,
        };
        (self.best_fit() < least).then(|| self.nothing_fits(context))
    }

    pub fn nothing_fits(&self, context: &Context) -> String {
        if context.passages.is_empty() {
            return NO_DOCUMENTS.into();
        }
        let best = (0..self.places.len())
            .filter(|it| self.places[*it].is_some())
            .max_by(|a, b| self.fit_of(*a).total_cmp(&self.fit_of(*b)));
        let told = match best.map(|it| context.passages[it].title.as_str()) {
            Some(title) => format!("No document answers this; the nearest is “{title}”."),
            None => "No document answers this.".into(),
        };
        match context.waiting {
            0 => told,
            waiting => format!("{told} {waiting} new passages are not indexed yet: try again soon."),
        }
    }
}
