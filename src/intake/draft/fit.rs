//! How well a passage fits a question, on one scale whichever model compared them.

use crate::ai::embed::Space;
use crate::domain::topic_examples::language_of;
use crate::intake::retrieve::FoundPassage;
use answerpal_inference::Profile;

/// From 0 (as near as any two texts are) to 1 (as near as a question and its answer come). The cosines of
/// the models differ: those of the English one are near 0 for texts that have nothing in common, those of
/// the multilingual one near 0.75, and a text in English has both halves, another only the second.
pub fn of(passage: &FoundPassage, lang: Option<&str>, space: &Space) -> f64 {
    let is_english = |it: Option<&str>| it.is_none_or(|it| it == "en");
    let (low, high) = match space {
        Space::Inside(Profile::English) => (0.15, 0.75),
        Space::Inside(Profile::Multilingual) => {
            match (is_english(lang), is_english(language_of(&passage.text))) {
                (true, true) => (0.45, 0.8),
                (false, false) => (0.76, 0.9),
                _ => (0.54, 0.64),
            }
        }
        Space::Remote(_) => (0.2, 0.75),
    };
    let fit = ((passage.similarity - low) / (high - low)).clamp(0.0, 1.0);
    if passage.exact { fit.max(0.7) } else { fit }
}
