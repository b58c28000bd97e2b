//! Which language a text is written in.

use std::sync::OnceLock;

use whatlang::Detector;

/// A guess at a text's language.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Language {
    /// ISO 639-1, or 639-3 for the few languages without: `en`, `nl`, `fr`, ….
    pub code: &'static str,
    /// Between 0 and 1: how far the first guess is ahead of the second.
    pub confidence: f64,
    /// Whether the text is long and clear enough to rely on the guess.
    pub reliable: bool,
}

/// The language of a text, or `None` where there are no letters.
pub fn detect(text: &str) -> Option<Language> {
    static DETECTOR: OnceLock<Detector> = OnceLock::new();
    let info = DETECTOR.get_or_init(Detector::new).detect(start(text))?;
    Some(Language { code: code(info.lang()), confidence: info.confidence(), reliable: info.is_reliable() })
}

/// Detection needs no more than the start of a long text.
fn start(text: &str) -> &str {
    let end = text.char_indices().nth(2000).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

fn code(lang: whatlang::Lang) -> &'static str {
    match lang.code() {
        "afr" => "af",
        "amh" => "am",
        "ara" => "ar",
        "aze" => "az",
        "bel" => "be",
        "ben" => "bn",
        "bul" => "bg",
        "cat" => "ca",
        "ces" => "cs",
        "cmn" => "zh",
        "cym" => "cy",
        "dan" => "da",
        "deu" => "de",
        "ell" => "el",
        "eng" => "en",
        "epo" => "eo",
        "est" => "et",
        "fin" => "fi",
        "fra" => "fr",
        "guj" => "gu",
        "heb" => "he",
        "hin" => "hi",
        "hrv" => "hr",
        "hun" => "hu",
        "hye" => "hy",
        "ind" => "id",
        "ita" => "it",
        "jav" => "jv",
        "jpn" => "ja",
        "kan" => "kn",
        "kat" => "ka",
        "khm" => "km",
        "kor" => "ko",
        "lat" => "la",
        "lav" => "lv",
        "lit" => "lt",
        "mal" => "ml",
        "mar" => "mr",
        "mkd" => "mk",
        "mya" => "my",
        "nep" => "ne",
        "nld" => "nl",
        "nob" => "nb",
        "ori" => "or",
        "pan" => "pa",
        "pes" => "fa",
        "pol" => "pl",
        "por" => "pt",
        "ron" => "ro",
        "rus" => "ru",
        "sin" => "si",
        "slk" => "sk",
        "slv" => "sl",
        "sna" => "sn",
        "spa" => "es",
        "srp" => "sr",
        "swe" => "sv",
        "tam" => "ta",
        "tel" => "te",
        "tgl" => "tl",
        "tha" => "th",
        "tuk" => "tk",
        "tur" => "tr",
        "ukr" => "uk",
        "urd" => "ur",
        "uzb" => "uz",
        "vie" => "vi",
        "yid" => "yi",
        "zul" => "zu",
        "aka" => "ak",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart() {
        for (text, code) in [
            ("Where is my order? I have been waiting for two weeks and nobody answers.", "en"),
            ("Waar blijft mijn bestelling? Ik wacht al twee weken en niemand antwoordt.", "nl"),
            ("Où est ma commande ? J'attends depuis deux semaines et personne ne répond.", "fr"),
            ("Wo bleibt meine Bestellung? Ich warte seit zwei Wochen und niemand antwortet.", "de"),
            ("我的订单在哪里？", "zh"),
        ] {
            assert_eq!(detect(text).map(|found| found.code), Some(code), "{text}");
        }
        assert_eq!(detect(" 12345 !?"), None);
    }
}
