//! The links at the end of an answer, in the language of the conversation. They lead to a page that asks
//! before it changes anything.

use crate::domain::fields::base_language;

/// The links in both forms.
pub struct Links {
    pub text: String,
    pub html: String,
}

/// Question, yes, no, a person please.
type Words = [&'static str; 4];

const ENGLISH: Words = ["Was this answer helpful?", "Yes", "No", "Talk to a person"];

/// ISO 639-1.
const LANGUAGES: [(&str, Words); 8] = [
    ("en", ENGLISH),
    ("nl", ["Was dit antwoord nuttig?", "Ja", "Nee", "Met een medewerker spreken"]),
    ("de", ["War diese Antwort hilfreich?", "Ja", "Nein", "Mit einem Menschen sprechen"]),
    ("fr", ["Cette réponse vous a-t-elle aidé ?", "Oui", "Non", "Parler à un conseiller"]),
    ("es", ["¿Le ha servido esta respuesta?", "Sí", "No", "Hablar con una persona"]),
    ("it", ["Questa risposta è stata utile?", "Sì", "No", "Parlare con una persona"]),
    ("pt", ["Esta resposta foi útil?", "Sim", "Não", "Falar com uma pessoa"]),
    ("pl", ["Czy ta odpowiedź była pomocna?", "Tak", "Nie", "Rozmowa z konsultantem"]),
];

/// `token` names the answer; `lang` is a language tag (RFC 5646).
pub fn links(public_url: &str, token: &str, lang: Option<&str>) -> Links {
    let lang = lang.unwrap_or_default().to_ascii_lowercase();
    let base = base_language(&lang);
    let [question, yes, no, person] = LANGUAGES.iter().find(|it| it.0 == base).map_or(ENGLISH, |it| it.1);
    let page = format!("{public_url}/feedback/{token}");
    Links {
        text: format!(
            "\n\n{question}\n{yes}: {page}?like=true\n{no}: {page}?like=false\n{person}: {page}?escalate=true\n"
        ),
        html: format!(
            "<p style=\"color:#666;font-size:small\">{question} <a href=\"{page}?like=true\">{yes}</a> · \
             <a href=\"{page}?like=false\">{no}</a> · <a href=\"{page}?escalate=true\">{person}</a></p>"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn the_footer_speaks_the_language_of_the_conversation() {
        let german = links("https://desk.example.com", "tok", Some("de-AT"));
        assert!(german.text.contains("hilfreich") && german.html.contains("/feedback/tok?like=false\">Nein"));
        assert!(links("https://x", "t", Some("xx")).text.contains("helpful"));
    }
}
