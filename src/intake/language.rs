//! The language of a short question. Trigrams alone are not sure of a sentence of four words; the small words
//! that every sentence has, and knowing which languages a desk is written to in, are.

use whatlang::{Detector, Lang};

use crate::domain::topic_examples::language_of;

/// What is expected where a tenant says nothing.
pub const COMMON: &[&str] = &["en", "nl", "fr", "de", "es", "it", "pt"];
/// A text of so many characters that is sure of its language need not be in an expected one.
const LONG: usize = 60;
/// Trigrams that are less ahead than this say nothing.
const AHEAD: f64 = 0.1;
/// Of so few characters they are often wrong: "login broken" looks Dutch by 0.15, "parcel lost" Spanish by 0.35.
const SHORT: usize = 20;
const FAR_AHEAD: f64 = 0.4;

const LANGUAGES: &[(&str, Lang, &str)] = &[
    (
        "en",
        Lang::Eng,
        "the is are was do does did have has i my me you your we it how what when where why who which can could \
         will would to of for from with not and or this that there if a an in on at be by am no as so about please thanks thank need want get got hello hi",
    ),
    (
        "nl",
        Lang::Nld,
        "de het een is zijn was heb hebt heeft ik mijn jij je jullie uw u we wij hoe hoelang wat wanneer waar \
         waarom wie welke kan kunnen kunt wil naar van voor met niet en of dit dat deze die er als op mij geen \
         aan bij tot dan om uit over onder onze wordt worden in te graag bedankt hallo aub alstublieft",
    ),
    (
        "fr",
        Lang::Fra,
        "le la les un une des du au aux est sont était je j mon ma mes vous votre vos nous notre comment quel \
         quelle quels quand où pourquoi qui puis peut pouvez ai a n pas non ne de d à en pour avec et ou ce cette \
         il elle combien se l merci bonjour svp",
    ),
    (
        "de",
        Lang::Deu,
        "der die das den dem ein eine einen ist sind war habe hat haben ich mein meine meinen mir sie ihr ihre \
         wir wie was wann wo warum wer welche kann können möchte nach von für mit nicht und oder es im zu bei \
         wurde lange kein keine in an am so bitte danke hallo",
    ),
    (
        "es",
        Lang::Spa,
        "el la los las un una es son está he ha yo mi mis usted su sus nosotros cómo qué cuándo cuánto cuál dónde \
         por quién puedo puede de del para con no y o este esta se me en a gracias hola",
    ),
    (
        "it",
        Lang::Ita,
        "il lo la gli le un una è sono ho ha io mio mia miei suo sua come che cosa quando quanto quale dove \
         perché chi posso può di del della per con non e o questo questa si mi in a grazie ciao",
    ),
    (
        "pt",
        Lang::Por,
        "o a os as um uma é são está tenho tem eu meu minha seu sua você como que quando quanto qual onde porquê \
         quem posso pode de do da para com não e ou este esta se me em no na obrigado obrigada olá",
    ),
    ("pl", Lang::Pol, "jest są mój moje nie jak co kiedy gdzie dlaczego czy na do się z i mam mogę"),
    (
        "da",
        Lang::Dan,
        "er jeg min mit mine ikke hvordan hvad hvornår hvor hvorfor kan og til af en et det på",
    ),
    ("sv", Lang::Swe, "är jag min mitt mina inte hur vad när var varför kan och till av en ett det på"),
    ("nb", Lang::Nob, "er jeg min mitt mine ikke hvordan hva når hvor hvorfor kan og til av en et det på"),
    ("fi", Lang::Fin, "on minun ei miten mitä milloin missä miksi voinko ja minä se kun"),
    ("cs", Lang::Ces, "je jsou můj moje není jak co kdy kde proč mohu a na do se z mám"),
    ("ro", Lang::Ron, "este sunt meu mea nu cum ce când unde de pot și la un o pe"),
    ("tr", Lang::Tur, "bir ve bu ne nasıl nerede zaman mı mi mu benim için değil var"),
];

/// The language of a text among those expected, or any other where a longer text is sure of it. None where
/// nothing says.
pub fn among(text: &str, expected: &[&str]) -> Option<&'static str> {
    let sure = language_of(text).filter(|it| expected.contains(it) || text.chars().count() >= LONG);
    if sure.is_some() {
        return sure;
    }
    let words: Vec<String> = text
        .split_whitespace()
        .filter(|it| !it.contains(|it: char| it.is_ascii_digit()))
        .flat_map(|it| it.split(|it: char| !it.is_alphabetic()))
        .filter(|it| !it.is_empty())
        .map(str::to_lowercase)
        .collect();
    let known: Vec<_> = LANGUAGES.iter().filter(|it| expected.contains(&it.0)).collect();
    // Each once: a word of one language may be said often in another.
    let small = |list: &str| list.split(' ').filter(|it| words.iter().any(|word| word == it)).count();
    let counts: Vec<usize> = known.iter().map(|it| small(it.2)).collect();
    let most = counts.iter().copied().max()?;
    let best: Vec<_> = known.iter().zip(&counts).filter(|it| *it.1 == most).map(|it| *it.0).collect();
    if let ([one], true) = (&best[..], most > 0) {
        return Some(one.0);
    }
    // Codes are in no language.
    let said = words.join(" ");
    let found = Detector::with_allowlist(best.iter().map(|it| it.1).collect()).detect(&said)?;
    let is_told = match said.chars().count() < SHORT {
        true => found.confidence() >= FAR_AHEAD,
        false => most > 0 || found.confidence() >= AHEAD,
    };
    best.iter().find(|it| it.1 == found.lang()).filter(|_| is_told).map(|it| it.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_questions_have_a_language() {
        for (lang, text) in [
            ("nl", "Waar is mijn pakket?"),
            ("nl", "Hoe kan ik mijn wachtwoord wijzigen?"),
            ("nl", "Wat kost de verzending?"),
            ("nl", "Hoelang is de garantie?"),
            ("nl", "Leveren jullie in België?"),
            ("fr", "Comment changer mon mot de passe ?"),
            ("fr", "Où est mon colis ?"),
            ("fr", "Livrez-vous en Belgique ?"),
            ("fr", "Puis-je annuler ma commande ?"),
            ("fr", "Je n'ai pas reçu ma facture"),
            ("de", "Wo ist mein Paket?"),
            ("de", "Versand nach Österreich?"),
            ("de", "Was kostet der Versand?"),
            ("de", "Kann ich stornieren?"),
            ("en", "Where is my order?"),
            ("en", "I see E-9999"),
            ("en", "Do you ship to Austria?"),
            ("en", "How do I reset my password?"),
            ("en", "My bike is broken"),
        ] {
            assert_eq!(among(text, COMMON), Some(lang), "{text}");
            assert_eq!(among(text, &["de", "en", "fr", "nl"]), Some(lang), "{text}");
        }
        assert_eq!(among("E-9999?", COMMON), None);
        // Of a few words nothing may be sure: then the documents say more.
        for text in [
            "device says err 42?",
            "error 0x80070005 in setup",
            "ERR_42\u{200b}",
            "a broken lamp",
            "order in transit",
            "parcel lost",
            "login broken",
            "colis perdu",
        ] {
            assert_eq!(among(text, COMMON), None, "{text}");
        }
        for (lang, text) in [
            ("nl", "wachtwoord vergeten"),
            ("en", "Please call me"),
            ("en", "got a broken lamp"),
            ("fr", "remboursement svp"),
            ("nl", "bedankt!"),
            ("de", "Gerät defekt"),
            ("fr", "livraison Belgique ?"),
        ] {
            assert_eq!(among(text, COMMON), Some(lang), "{text}");
        }
        assert_eq!(among("Where is my order?", &["nl"]), Some("nl"));
        assert_eq!(among("Waar is mijn pakket?", &[]), None);
    }
}
