//! The links at the end of an answer, in the language of the conversation. They lead to a page that asks
//! before it changes anything.

use crate::domain::texts::{self, Texts};

/// The links in both forms.
pub struct Links {
    pub text: String,
    pub html: String,
}

/// `token` names the answer; `lang` is a language tag (RFC 5646).
pub fn links(public_url: &str, token: &str, lang: Option<&str>) -> Links {
    let Texts { lang, question, yes, no, person, .. } = texts::first_of(lang);
    let page = format!("{public_url}/feedback/{token}");
    Links {
        text: format!(
            "\n\n{question}\n{yes}: {page}?like=true\n{no}: {page}?like=false\n{person}: {page}?escalate=true\n"
        ),
        html: format!(
            "<p lang=\"{lang}\" style=\"color:#666;font-size:small\">{question} <a href=\"{page}?like=true\">{yes}</a> · \
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
