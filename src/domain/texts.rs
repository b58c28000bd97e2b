//! What people outside the dashboard read of us, in their language: the links at the end of an answer, the page
//! that they lead to, and the mail that sets a new password.

use crate::domain::fields::base_language;

/// The texts of one language.
pub struct Texts {
    /// ISO 639-1.
    pub lang: &'static str,
    pub question: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    /// The wish for a person.
    pub person: &'static str,
    pub page: PageTexts,
    pub reset: ResetTexts,
}

/// The page that asks how an answer was.
pub struct PageTexts {
    pub improve: &'static str,
    pub send: &'static str,
    pub need: &'static str,
    pub ask: &'static str,
    pub thanks: &'static str,
    pub received: &'static str,
    pub asked: &'static str,
    pub failed: &'static str,
    pub gone: &'static str,
    pub incomplete: &'static str,
    pub too_long: &'static str,
    pub too_often: &'static str,
    pub trouble: &'static str,
    pub back: &'static str,
}

/// The mail that a forgotten password is set anew with.
pub struct ResetTexts {
    pub subject: &'static str,
    /// Followed by the username.
    pub who: &'static str,
    /// Followed by the link.
    pub link: &'static str,
    pub not_you: &'static str,
}

/// The texts of a language tag (RFC 5646); None where there are none in it.
pub fn of(tag: &str) -> Option<&'static Texts> {
    let tag = tag.trim().to_ascii_lowercase();
    let base = base_language(&tag);
    ALL.iter().find(|it| it.lang == base)
}

/// Those of the first language that is there, else English.
pub fn first_of<'a>(tags: impl IntoIterator<Item = &'a str>) -> &'static Texts {
    tags.into_iter().find_map(of).unwrap_or(&ALL[0])
}

/// The languages of an `Accept-Language` header (RFC 9110), the dearest first; those with weight 0 are left out.
pub fn accepted(header: &str) -> Vec<&str> {
    let mut found: Vec<(&str, f32)> = header
        .split(',')
        .filter_map(|part| {
            let (tag, weight) = part.split_once(';').unwrap_or((part, ""));
            let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |it| it.trim().parse().ok())?;
            Some((tag.trim(), weight)).filter(|it| it.1 > 0.0)
        })
        .collect();
    found.sort_by(|one, other| other.1.total_cmp(&one.1));
    found.into_iter().map(|it| it.0).collect()
}

static ALL: [Texts; 8] = [
    Texts {
        lang: "en",
        question: "Was this answer helpful?",
        yes: "Yes",
        no: "No",
        person: "Talk to a person",
        page: PageTexts {
            improve: "What would have helped you more? (optional)",
            send: "Send feedback",
            need: "What can we do for you?",
            ask: "Ask for a person",
            thanks: "Thank you",
            received: "Your feedback has arrived.",
            asked: "A person will look at your request.",
            failed: "That did not work",
            gone: "This link does not work any more.",
            incomplete: "Please choose an answer or write something.",
            too_long: "Your text is too long.",
            too_often: "That was too often. Please try again in an hour.",
            trouble: "Something went wrong on our side. Please try again later.",
            back: "Back",
        },
        reset: ResetTexts {
            subject: "Set a new password",
            who: "Somebody, probably you, asked for a new password for",
            link: "This link sets one. It is good for 4 hours and works once:",
            not_you: "If it was not you, do nothing: the password stays as it is.",
        },
    },
    Texts {
        lang: "nl",
        question: "Was dit antwoord nuttig?",
        yes: "Ja",
        no: "Nee",
        person: "Met een medewerker spreken",
        page: PageTexts {
            improve: "Wat had u beter geholpen? (niet verplicht)",
            send: "Feedback versturen",
            need: "Wat kunnen we voor u doen?",
            ask: "Een medewerker vragen",
            thanks: "Dank u wel",
            received: "Uw feedback is aangekomen.",
            asked: "Een medewerker bekijkt uw verzoek.",
            failed: "Dat is niet gelukt",
            gone: "Deze link werkt niet meer.",
            incomplete: "Kies een antwoord of schrijf iets.",
            too_long: "Uw tekst is te lang.",
            too_often: "Dat was te vaak. Probeer het over een uur opnieuw.",
            trouble: "Er ging bij ons iets mis. Probeer het later opnieuw.",
            back: "Terug",
        },
        reset: ResetTexts {
            subject: "Een nieuw wachtwoord instellen",
            who: "Iemand, waarschijnlijk u, heeft een nieuw wachtwoord gevraagd voor",
            link: "Met deze link stelt u er een in. Hij is 4 uur geldig en werkt één keer:",
            not_you: "Was u het niet? Dan hoeft u niets te doen: het wachtwoord blijft zoals het is.",
        },
    },
    Texts {
        lang: "de",
        question: "War diese Antwort hilfreich?",
        yes: "Ja",
        no: "Nein",
        person: "Mit einem Menschen sprechen",
        page: PageTexts {
            improve: "Was hätte Ihnen mehr geholfen? (freiwillig)",
            send: "Rückmeldung senden",
            need: "Was können wir für Sie tun?",
            ask: "Um einen Menschen bitten",
            thanks: "Vielen Dank",
            received: "Ihre Rückmeldung ist angekommen.",
            asked: "Ein Mensch sieht sich Ihre Anfrage an.",
            failed: "Das hat nicht geklappt",
            gone: "Dieser Link funktioniert nicht mehr.",
            incomplete: "Bitte wählen Sie eine Antwort oder schreiben Sie etwas.",
            too_long: "Ihr Text ist zu lang.",
            too_often: "Das war zu oft. Bitte versuchen Sie es in einer Stunde noch einmal.",
            trouble: "Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es später noch einmal.",
            back: "Zurück",
        },
        reset: ResetTexts {
            subject: "Ein neues Passwort festlegen",
            who: "Jemand, vermutlich Sie, hat ein neues Passwort angefordert für",
            link: "Mit diesem Link legen Sie eines fest. Er gilt 4 Stunden und nur einmal:",
            not_you: "Waren Sie es nicht? Dann brauchen Sie nichts zu tun: Das Passwort bleibt, wie es ist.",
        },
    },
    Texts {
        lang: "fr",
        question: "Cette réponse vous a-t-elle aidé ?",
        yes: "Oui",
        no: "Non",
        person: "Parler à un conseiller",
        page: PageTexts {
            improve: "Qu’est-ce qui vous aurait aidé davantage ? (facultatif)",
            send: "Envoyer mon avis",
            need: "Que pouvons-nous faire pour vous ?",
            ask: "Demander un conseiller",
            thanks: "Merci",
            received: "Votre avis nous est bien parvenu.",
            asked: "Un conseiller va examiner votre demande.",
            failed: "Cela n’a pas fonctionné",
            gone: "Ce lien ne fonctionne plus.",
            incomplete: "Choisissez une réponse ou écrivez quelques mots.",
            too_long: "Votre texte est trop long.",
            too_often: "Trop de tentatives. Réessayez dans une heure.",
            trouble: "Une erreur s’est produite de notre côté. Réessayez plus tard.",
            back: "Retour",
        },
        reset: ResetTexts {
            subject: "Définir un nouveau mot de passe",
            who: "Quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour",
            link: "Ce lien permet d’en définir un. Il est valable 4 heures et ne sert qu’une fois :",
            not_you: "Si ce n’était pas vous, ne faites rien : le mot de passe reste inchangé.",
        },
    },
    Texts {
        lang: "es",
        question: "¿Le ha servido esta respuesta?",
        yes: "Sí",
        no: "No",
        person: "Hablar con una persona",
        page: PageTexts {
            improve: "¿Qué le habría ayudado más? (opcional)",
            send: "Enviar mi opinión",
            need: "¿Qué podemos hacer por usted?",
            ask: "Solicitar atención personal",
            thanks: "Gracias",
            received: "Hemos recibido su opinión.",
            asked: "Una persona revisará su solicitud.",
            failed: "No ha funcionado",
            gone: "Este enlace ya no funciona.",
            incomplete: "Elija una respuesta o escriba algo.",
            too_long: "El texto es demasiado largo.",
            too_often: "Demasiados intentos. Inténtelo de nuevo dentro de una hora.",
            trouble: "Algo ha fallado por nuestra parte. Inténtelo de nuevo más tarde.",
            back: "Volver",
        },
        reset: ResetTexts {
            subject: "Establecer una nueva contraseña",
            who: "Alguien, probablemente usted, ha pedido una nueva contraseña para",
            link: "Con este enlace puede establecerla. Es válido durante 4 horas y funciona una sola vez:",
            not_you: "Si no ha sido usted, no haga nada: la contraseña seguirá siendo la misma.",
        },
    },
    Texts {
        lang: "it",
        question: "Questa risposta è stata utile?",
        yes: "Sì",
        no: "No",
        person: "Parlare con una persona",
        page: PageTexts {
            improve: "Che cosa le sarebbe stato più utile? (facoltativo)",
            send: "Invia il parere",
            need: "Che cosa possiamo fare per lei?",
            ask: "Richiedi una persona",
            thanks: "Grazie",
            received: "Abbiamo ricevuto il suo parere.",
            asked: "Una persona esaminerà la sua richiesta.",
            failed: "Non ha funzionato",
            gone: "Questo link non funziona più.",
            incomplete: "Scelga una risposta o scriva qualcosa.",
            too_long: "Il testo è troppo lungo.",
            too_often: "Troppi tentativi. Riprovi tra un’ora.",
            trouble: "Qualcosa è andato storto da parte nostra. Riprovi più tardi.",
            back: "Indietro",
        },
        reset: ResetTexts {
            subject: "Impostare una nuova password",
            who: "Qualcuno, probabilmente lei, ha chiesto una nuova password per",
            link: "Questo link permette di impostarla. Vale 4 ore e funziona una sola volta:",
            not_you: "Se la richiesta non è sua, non faccia nulla: la password resta invariata.",
        },
    },
    Texts {
        lang: "pt",
        question: "Esta resposta foi útil?",
        yes: "Sim",
        no: "Não",
        person: "Falar com uma pessoa",
        page: PageTexts {
            improve: "O que teria ajudado mais? (opcional)",
            send: "Enviar opinião",
            need: "Como podemos ajudar?",
            ask: "Pedir atendimento pessoal",
            thanks: "Agradecemos",
            received: "A sua opinião foi recebida.",
            asked: "Uma pessoa vai analisar o seu pedido.",
            failed: "Não funcionou",
            gone: "Este link já não funciona.",
            incomplete: "Escolha uma resposta ou escreva algo.",
            too_long: "O texto é demasiado longo.",
            too_often: "Demasiadas tentativas. Tente novamente dentro de uma hora.",
            trouble: "Algo correu mal do nosso lado. Tente novamente mais tarde.",
            back: "Voltar",
        },
        reset: ResetTexts {
            subject: "Definir uma nova palavra-passe",
            who: "Alguém, provavelmente você, pediu uma nova palavra-passe para",
            link: "Este link permite defini-la. É válido por 4 horas e funciona uma só vez:",
            not_you: "Se não foi você, não faça nada: a palavra-passe fica como está.",
        },
    },
    Texts {
        lang: "pl",
        question: "Czy ta odpowiedź była pomocna?",
        yes: "Tak",
        no: "Nie",
        person: "Rozmowa z konsultantem",
        page: PageTexts {
            improve: "Co byłoby bardziej pomocne? (opcjonalnie)",
            send: "Wyślij opinię",
            need: "W czym możemy pomóc?",
            ask: "Poproś o konsultanta",
            thanks: "Dziękujemy",
            received: "Opinia do nas dotarła.",
            asked: "Konsultant zajmie się tą sprawą.",
            failed: "Nie udało się",
            gone: "Ten link już nie działa.",
            incomplete: "Proszę wybrać odpowiedź lub napisać kilka słów.",
            too_long: "Tekst jest za długi.",
            too_often: "Zbyt wiele prób. Proszę spróbować ponownie za godzinę.",
            trouble: "Po naszej stronie coś poszło nie tak. Proszę spróbować później.",
            back: "Wstecz",
        },
        reset: ResetTexts {
            subject: "Ustawianie nowego hasła",
            who: "Ktoś, prawdopodobnie Ty, poprosił o nowe hasło dla",
            link: "Ten link pozwala je ustawić. Jest ważny 4 godziny i działa tylko raz:",
            not_you: "Jeśli to nie była Twoja prośba, nie trzeba nic robić: hasło pozostanie bez zmian.",
        },
    },
];

#[cfg(test)]
mod tests {
    use super::{accepted, first_of, of};

    #[test]
    fn a_tag_finds_its_language() {
        assert_eq!(of("pt-BR").unwrap().lang, "pt");
        assert_eq!(of("DE_at").unwrap().lang, "de");
        assert!(of("sv").is_none() && of("").is_none());
    }

    #[test]
    fn what_a_browser_wants_is_weighed() {
        assert_eq!(accepted("en;q=0.3, nl-BE, fr;q=0.8, de;q=0, x;q=much"), ["nl-BE", "fr", "en"]);
        assert_eq!(first_of(accepted("sv, pl;q=0.2")).lang, "pl");
        assert_eq!(first_of(accepted("*")).lang, "en");
    }
}
