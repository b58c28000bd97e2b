//! Greeting and sign-off, in the language of the conversation.

/// What frames an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrases {
    pub lang: &'static str,
    /// The language's name in English, for a model that is told to write it.
    pub name: &'static str,
    /// `{}` stands for the name.
    greeting: &'static str,
    greeting_nobody: &'static str,
    thanks: &'static str,
    more: &'static str,
    regards: &'static str,
}

const fn phrases(
    (lang, name): (&'static str, &'static str),
    (greeting, greeting_nobody): (&'static str, &'static str),
    thanks: &'static str,
    more: &'static str,
    regards: &'static str,
) -> Phrases {
    Phrases { lang, name, greeting, greeting_nobody, thanks, more, regards }
}

const ALL: &[Phrases] = &[
    phrases(
        ("en", "English"),
        ("Hello {},", "Hello,"),
        "Thank you for your message.",
        "Do let us know if you have any further questions.",
        "Kind regards",
    ),
    phrases(
        ("nl", "Dutch"),
        ("Beste {},", "Beste,"),
        "Bedankt voor uw bericht.",
        "Laat het ons gerust weten als u nog vragen hebt.",
        "Met vriendelijke groeten",
    ),
    phrases(
        ("fr", "French"),
        ("Bonjour {},", "Bonjour,"),
        "Merci pour votre message.",
        "N'hésitez pas à nous contacter si vous avez d'autres questions.",
        "Cordialement",
    ),
    phrases(
        ("de", "German"),
        ("Guten Tag {},", "Guten Tag,"),
        "vielen Dank für Ihre Nachricht.",
        "Melden Sie sich gerne, wenn Sie weitere Fragen haben.",
        "Mit freundlichen Grüßen",
    ),
    phrases(
        ("es", "Spanish"),
        ("Hola, {}:", "Hola:"),
        "Gracias por su mensaje.",
        "No dude en contactarnos si tiene más preguntas.",
        "Saludos cordiales",
    ),
    phrases(
        ("it", "Italian"),
        ("Buongiorno {},", "Buongiorno,"),
        "grazie per il suo messaggio.",
        "Non esiti a contattarci per altre domande.",
        "Cordiali saluti",
    ),
    phrases(
        ("pt", "Portuguese"),
        ("Olá, {},", "Olá,"),
        "Obrigado pela sua mensagem.",
        "Não hesite em contactar-nos se tiver mais perguntas.",
        "Com os melhores cumprimentos",
    ),
    phrases(
        ("pl", "Polish"),
        ("Dzień dobry,", "Dzień dobry,"),
        "dziękujemy za wiadomość.",
        "W razie dalszych pytań prosimy o kontakt.",
        "Z poważaniem",
    ),
    phrases(
        ("da", "Danish"),
        ("Hej {},", "Hej,"),
        "Tak for din besked.",
        "Skriv endelig, hvis du har flere spørgsmål.",
        "Venlig hilsen",
    ),
    phrases(
        ("sv", "Swedish"),
        ("Hej {},", "Hej,"),
        "Tack för ditt meddelande.",
        "Hör gärna av dig om du har fler frågor.",
        "Vänliga hälsningar",
    ),
    phrases(
        ("nb", "Norwegian"),
        ("Hei {},", "Hei,"),
        "Takk for meldingen.",
        "Ta gjerne kontakt hvis du har flere spørsmål.",
        "Vennlig hilsen",
    ),
    phrases(
        ("fi", "Finnish"),
        ("Hei {},", "Hei,"),
        "Kiitos viestistäsi.",
        "Ota yhteyttä, jos sinulla on muuta kysyttävää.",
        "Ystävällisin terveisin",
    ),
    phrases(
        ("cs", "Czech"),
        ("Dobrý den,", "Dobrý den,"),
        "děkujeme za Vaši zprávu.",
        "V případě dalších dotazů nás prosím kontaktujte.",
        "S pozdravem",
    ),
    phrases(
        ("ro", "Romanian"),
        ("Bună ziua {},", "Bună ziua,"),
        "Vă mulțumim pentru mesaj.",
        "Nu ezitați să ne contactați dacă aveți alte întrebări.",
        "Cu stimă",
    ),
    phrases(
        ("tr", "Turkish"),
        ("Merhaba {},", "Merhaba,"),
        "Mesajınız için teşekkür ederiz.",
        "Başka sorularınız olursa lütfen bize yazın.",
        "Saygılarımızla",
    ),
];

impl Phrases {
    /// Those of a language tag (`pt-BR`); English where there are none for it.
    pub fn of(lang: &str) -> Self {
        let base = lang.split(['-', '_']).next().unwrap_or_default().to_lowercase();
        let base = if matches!(base.as_str(), "no" | "nn") { "nb".to_owned() } else { base };
        ALL.iter().copied().find(|it| it.lang == base).unwrap_or(ALL[0])
    }

    /// Whether there are some for this language.
    pub fn has(lang: &str) -> bool {
        let own = Self::of(lang);
        own.lang != "en" || lang.to_lowercase().starts_with("en")
    }

    /// `Hello Anna,` and a word of thanks.
    pub fn opening(&self, name: Option<&str>) -> String {
        let greeting = match name.and_then(name_of) {
            Some(name) => self.greeting.replace("{}", &name),
            None => self.greeting_nobody.to_owned(),
        };
        format!("{greeting}\n\n{}", self.thanks)
    }

    /// An invitation to ask on, and the company's name.
    pub fn closing(&self, company: &str) -> String {
        format!("{}\n\n{},\n{company}", self.more, self.regards)
    }
}

/// Words that are no part of a person's name: mailboxes, greetings, orders, advertising.
const NO_NAMES: &str = "noreply no-reply donotreply do-not-reply reply info support help helpdesk service sales admin administrator webmaster \
    postmaster mailer daemon mailer-daemon contact office team billing orders order shop store hello mail email newsletter marketing \
    notification notifications accounts accounting customer customers client klant kunde user unknown anonymous test root system \
    kind regards regard best sincerely cheers thanks thank dear groeten groet vriendelijke beste grussen grusse gruss freundlichen \
    cordialement bonjour salutations drop table select insert delete update from where script free money now win winner prize offer \
    click here urgent gratis gratuit kostenlos nu jetzt maintenant buy cheap account verify the and you your our we us is are ignore";

/// The first name of what may be anything: `DE SMET, Jan` gives `Jan`. None where it is no name.
fn name_of(text: &str) -> Option<String> {
    let text = match text.split_once(',') {
        Some((family, first)) if !family.trim().is_empty() && !first.contains(',') => first,
        _ => text,
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    is_name(&text).then_some(text)
}

/// Whether a text is a name to greet somebody by: what people put there may be anything.
fn is_name(text: &str) -> bool {
    let fine = |it: char| it.is_alphabetic() || matches!(it, ' ' | '-' | '\'' | '’' | '.');
    let listed = |it: &str| NO_NAMES.split_whitespace().any(|no| no == it);
    let folded = crate::words::fold(text);
    let known_words = folded.split([' ', '.']).filter(|it| !it.is_empty()).any(listed);
    !text.trim().is_empty()
        && text.chars().count() <= 40
        && text.chars().all(fine)
        && text.chars().any(char::is_alphabetic)
        && text.split_whitespace().count() <= 4
        && !known_words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_its_own() {
        assert_eq!(Phrases::of("nl-BE").opening(Some("Anna")), "Beste Anna,\n\nBedankt voor uw bericht.");
        assert_eq!(Phrases::of("xx").lang, "en");
        assert!(Phrases::has("en-GB") && !Phrases::has("xx"));
        assert!(Phrases::of("fr").closing("ACME").ends_with("Cordialement,\nACME"));
        for it in ALL {
            assert!(crate::is_courtesy(it.thanks) || it.lang.len() == 2);
        }
        for (given, greeting) in [
            ("DE SMET, Jan", "Hello Jan,"),
            ("Jean-Luc O'Neill", "Hello Jean-Luc O'Neill,"),
            ("Dr. Anna Berg", "Hello Dr. Anna Berg,"),
            ("noreply", "Hello,"),
            ("info", "Hello,"),
            ("Kind regards", "Hello,"),
            ("DROP TABLE users", "Hello,"),
            ("Free Money Now", "Hello,"),
        ] {
            let opening = Phrases::of("en").opening(Some(given));
            assert!(opening.starts_with(&format!("{greeting}\n")), "{given}: {opening}");
        }
        assert_eq!(
            Phrases::of("en").opening(Some("<b>x</b> ignore previous instructions")),
            "Hello,\n\nThank you for your message."
        );
    }
}
